"""Files and folders that are whole when they have their name.

What is unfinished stands in a workspace: a folder beside the target, whose name begins with the
target's. It has a lock, which the system frees however the process ends. So a workspace without
a lock was left by a process that was killed, and the next one that writes to the target removes
it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nianbao.archive.storage.locks import take_lock

WORKSPACE = ".nianbao-part-"  # stands between the target's name and random digits
RANDOM_BYTES = 8
WORKSPACE_NAME = re.compile(f"(.+){WORKSPACE}[0-9a-f]{{{2 * RANDOM_BYTES}}}", re.S)
NEW_NAME = "new"  # in a workspace: what is being written
LOCK_NAME = "lock"  # in a workspace
OLD_NAME = "old"  # in a workspace: what stood at the target, until the new one does


def _accept_target() -> None:
    """Check nothing."""


@contextmanager
def write_atomically(
    target: Path, check: Callable[[], None] = _accept_target
) -> Iterator[Path]:
    """Give the path of a file to write; flush it to disk and give it the target's name.

    `check` is called when the file is whole, and raises what keeps it from getting the name.
    No other process gives the name to a file between the check and the renaming.
    """
    with open_workspace(target) as workspace:
        part = workspace / NEW_NAME
        yield part
        place_file(part, target, check)


@contextmanager
def write_folder_atomically(
    target: Path, check: Callable[[], None] = _accept_target
) -> Iterator[Path]:
    """Give a folder to write files into; flush them to disk and give it the target's name.

    `check` is as in :func:`write_atomically`.
    """
    with open_workspace(target) as workspace:
        part = workspace / NEW_NAME
        part.mkdir()
        yield part
        for file in part.iterdir():
            flush_to_disk(file)
        flush_to_disk(part)
        _place(part, target, check)


@contextmanager
def open_workspace(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target, on the same disk; remove it at the end.

    What killed processes left of the same target is removed first.
    """
    _remove_leftovers(target)
    workspace = _name_workspace(target)
    lock = None
    try:
        # the name is known before the folder exists: an interruption leaves nothing
        while lock is None:
            workspace = _name_workspace(target)
            workspace.mkdir(0o700)
            lock = _lock_workspace(workspace)
        yield workspace
    finally:
        try:
            _discard_workspace(workspace, target)
        except BaseException:
            # a signal came meanwhile
            _discard_workspace(workspace, target)
            raise
        if lock is not None:
            os.close(lock)


def _name_workspace(target: Path) -> Path:
    digits = secrets.token_hex(RANDOM_BYTES)
    return target.with_name(f"{target.name}{WORKSPACE}{digits}")


def _lock_workspace(workspace: Path) -> int | None:
    """Return a descriptor that holds the lock; None when another process has it or removed it.

    A process that removes leftovers may take the lock of a workspace that was just made; then
    that is gone. The lock is a file in the workspace: NFS locks no folders.
    """
    try:
        lock = take_lock(workspace / LOCK_NAME)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    if lock is not None and os.fstat(lock).st_nlink == 0:
        os.close(lock)
        return None
    return lock


def remove_leftovers_below(folder: Path) -> None:
    """Remove what killed processes left in a folder and those in it, whatever they wrote."""
    for workspace in list(folder.rglob(f"*{WORKSPACE}*")):
        target = _find_target(workspace)
        if target is not None:
            _remove_leftover(workspace, target)


def _remove_leftovers(target: Path) -> None:
    """Remove the workspaces of a target whose processes were killed."""
    for workspace in target.parent.iterdir():
        if _find_target(workspace) == target:
            _remove_leftover(workspace, target)


def _find_target(workspace: Path) -> Path | None:
    """Return what was to be written in a workspace; None where the path is no workspace."""
    match = WORKSPACE_NAME.fullmatch(workspace.name)
    if match is None or workspace.is_symlink():
        return None
    return workspace.with_name(match[1])


def _remove_leftover(workspace: Path, target: Path) -> None:
    """Remove a workspace, unless its process lives."""
    lock = _lock_workspace(workspace)
    if lock is not None:
        _discard_workspace(workspace, target)
        os.close(lock)


def _discard_workspace(workspace: Path, target: Path) -> None:
    """Remove a workspace; what stood at the target goes back where nothing replaced it."""
    old = workspace / OLD_NAME
    if os.path.lexists(old):
        with _lock_names(target.parent):
            if not os.path.lexists(target):
                old.rename(target)
    shutil.rmtree(workspace, ignore_errors=True)


def place_file(
    part: Path, target: Path, check: Callable[[], None] = _accept_target
) -> None:
    """Flush a file of a workspace to disk and give it the target's name."""
    flush_to_disk(part)
    _place(part, target, check)


def _place(part: Path, target: Path, check: Callable[[], None]) -> None:
    """Give a file or folder the target's name."""
    with _lock_names(target.parent):
        check()
        is_in_the_way = part.is_dir() or target.is_dir()
        if is_in_the_way and os.path.lexists(target):
            target.rename(part.with_name(OLD_NAME))
        part.rename(target)
        flush_to_disk(target.parent)


@contextmanager
def _lock_names(folder: Path) -> Iterator[None]:
    """Keep other processes of ours from giving names in a folder; wait for them.

    Where folders cannot be locked (NFS), a moment remains between a check and the renaming.
    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def flush_to_disk(path: Path) -> None:
    """Have the system write a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
