"""What does not add up: within a report, from year to year, against the deadline, among
siblings.
"""
