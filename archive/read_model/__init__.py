"""What programs and pages are given: one model of each row."""
