"""Governments without a site file: which there are, when their sites are searched, and how."""
