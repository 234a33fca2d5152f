"""Keeps: the versioned archive of reports and of everything that was seen on the way to them.

`Archive` is imported when it is first asked for: what only reads does not load all that writes.
"""

from typing import TYPE_CHECKING, Any

import nianbao.archive.storage.lean  # noqa: F401  first: all others import sqlite-utils

if TYPE_CHECKING:
    from nianbao.archive.store import Archive

__all__ = ["Archive"]


def __getattr__(name: str) -> Any:
    if name != "Archive":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nianbao.archive.store import Archive

    globals()[name] = Archive
    return Archive
