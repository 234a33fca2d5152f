"""Imports: captures that others made, read from their files, on the way that every page goes."""
