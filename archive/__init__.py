"""Keeps: the versioned archive of reports and of everything that was seen on the way to them."""

import archive.lean  # noqa: F401  first: all others import sqlite-utils
from archive.store import Archive

__all__ = ["Archive"]
