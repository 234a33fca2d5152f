"""Many reports at once: by region and year, of an agency, compared, counted."""
