"""Files that are whole when they have their name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMPANIONS = ("", "-wal", "-shm", "-journal")  # what SQLite has beside a file it writes


@contextmanager
def write_atomically(target: Path) -> Iterator[Path]:
    """Give a temporary path beside the target; what the block wrote there is flushed to disk and
    takes the target's name.
    """
    part = target.with_name(target.name + ".part")
    _remove_file(part)
    try:
        yield part
        flush_to_disk(part)
        part.rename(target)
        flush_to_disk(target.parent)
    finally:
        _remove_file(part)


@contextmanager
def write_folder_atomically(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target; its files are flushed to disk and it takes the
    target's name and place.
    """
    part = target.with_name(f"{target.name}.part")
    old = target.with_name(f"{target.name}.old")
    _remove_tree(part)
    part.mkdir()
    try:
        yield part
        for file in part.iterdir():
            flush_to_disk(file)
        flush_to_disk(part)
        _remove_tree(old)
        if target.exists():
            target.rename(old)
        part.rename(target)
        flush_to_disk(target.parent)
    finally:
        _remove_tree(part)
    _remove_tree(old)


def _remove_tree(path: Path) -> None:
    """Remove a folder or a file, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _remove_file(path: Path) -> None:
    """Remove a file and what SQLite has beside it, if there are such."""
    for companion in COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Have the system write a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
