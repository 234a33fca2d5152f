"""Importing sqlite-utils without what it would bring along.

It imports pandas and numpy wherever they are installed (4.2), to know their types: 90 MB and
half a second in every process, for something the archive never does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

UNUSED = ("pandas", "numpy")


@contextmanager
def absent_unused() -> Iterator[None]:
    """Have imports in the block find these not installed; what is imported already stays so."""
    absent = [name for name in UNUSED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with absent_unused():
    import_module("sqlite_utils")
