"""What does not add up: within a report, from year to year, against the deadline, among siblings.

The checks look at the derived rows and write findings about an agency and a year.
"""
