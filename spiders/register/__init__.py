"""The governments of the country: division, home page, and when it was last looked at."""
