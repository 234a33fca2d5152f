"""The target of a command that writes a file: no archive is destroyed by it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveUnwritable, TargetRefused
from nianbao.archive.storage.schema import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SQLITE_MAGIC = b"SQLite format 3\0"
APPLICATION_ID_BYTES = slice(68, 72)  # where it stands in an SQLite file
HEADER_BYTES = 100
# what SQLite and the writer's lock put beside an archive
COMPANIONS = ("-wal", "-shm", "-journal", ".lock")


def is_archive(path: Path) -> bool:
    """Tell whether a file is an archive of any version, whatever its name and state."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    application_id = int.from_bytes(header[APPLICATION_ID_BYTES], "big")
    return header.startswith(SQLITE_MAGIC) and application_id == APPLICATION_ID


def protect_archive_in_use(target: Path, archive: Path) -> None:
    """Raise TargetRefused where a file written to the target would harm the archive in use.

    The target may be the archive under another name (links, other spellings), a file that
    SQLite keeps beside an archive, or a folder in which the archive stands.
    """
    if target.name in ("", ".."):
        raise TargetRefused(
            f"{target}: this names a place. Name the file or folder itself."
        )
    if is_same_file(target, archive):
        raise TargetRefused(f"{target}: this is the archive itself. Name another path.")
    for companion in COMPANIONS:
        name = target.name.removesuffix(companion)
        if name not in ("", target.name) and is_archive(target.with_name(name)):
            raise TargetRefused(
                f"{target}: a file of this name belongs to the archive {name}."
                " Name another path."
            )
    if target.is_dir() and archive.resolve().is_relative_to(target.resolve()):
        raise TargetRefused(
            f"{target}: the archive {archive} stands in this folder. Name another path."
        )


def protect_archives(target: Path, archive: Path) -> None:
    """Raise TargetRefused where the target is an archive or a folder with one in it.

    `archive` is the archive in use.
    """
    protect_archive_in_use(target, archive)
    if is_archive(target):
        raise TargetRefused(
            f"{target}: an archive of nianbao, which is not replaced, --force or not."
            " Name another path."
        )
    if not target.is_dir():
        return
    for path in sorted(target.iterdir()):
        if is_archive(path):
            raise TargetRefused(
                f"{target}: the archive {path.name} stands in this folder,"
                " which is not replaced, --force or not. Name another path."
            )


def require_folder_of(target: Path) -> None:
    """Raise ArchiveUnwritable when the folder a target is to stand in does not exist."""
    if not target.parent.is_dir():
        raise ArchiveUnwritable(
            f"{target}: its folder {target.parent} does not exist. Make it, or name another path."
        )


def require_no_log(target: Path) -> None:
    """Raise TargetRefused when SQLite has a log beside the target: a program has it open."""
    log = target.with_name(target.name + "-wal")
    if os.path.lexists(log):
        raise TargetRefused(
            f"{target}: {log.name} beside it belongs to a file of that name that is open or was"
            " not closed. Close what uses it, or name another file."
        )


def is_same_file(path: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file, also by links."""
    try:
        return path.samefile(other)
    except FileNotFoundError:
        return False


@contextmanager
def named_write_errors(target: Path) -> Iterator[None]:
    """Raise ArchiveUnwritable in place of an OSError of the block."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ArchiveUnwritable(f"{target}: cannot be written ({reason}).") from error
