"""Reads: identify, read, store. Each page goes through them in that order, whoever fetched it."""
