"""Exports: what the archive holds, written into files that other programs read."""
