"""Reads: identify, read, store; each answer goes through them in that order, whoever fetched it."""
