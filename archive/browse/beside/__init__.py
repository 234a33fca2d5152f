"""The archived page beside what was read of it: a cell that is touched is marked in both."""
