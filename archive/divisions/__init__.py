"""Reference data: the divisions of the country by year, and their townships."""
