"""Keeps: the versioned archive of reports and of everything that was seen on the way to them."""

from archive.store import Archive

__all__ = ["Archive"]
