"""Keeps: the versioned archive of reports and of everything that was seen on the way to them."""

import nianbao.archive.storage.lean  # noqa: F401  first: all others import sqlite-utils
from nianbao.archive.store import Archive

__all__ = ["Archive"]
