"""Backup: a consistent copy of an archive, taken while it is being written to."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from nianbao.archive import verify
from nianbao.archive.errors import ArchiveError, TargetRefused
from nianbao.archive.storage import target as targets
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.connection import open_connection
from nianbao.archive.storage.snapshot import Progress, copy_archive
from nianbao.archive.store import Archive

RUNS = "SELECT uid FROM runs"
VISITS = "SELECT count(*) FROM visits"


class BackupRefused(ArchiveError):
    """There is something at the target already, or the copy is not whole."""


def write_backup(
    archive: Archive, target: Path, progress: Progress, *, force: bool = False
) -> verify.VerifyReport:
    """Copy an archive to `target`; an earlier copy there is replaced with `force`.

    The copy is made under a temporary name, checked, flushed to disk and then named, so what
    stands at `target` is whole. Returns what checking the copy found. Raises BackupRefused,
    TargetRefused, ArchiveUnwritable, ArchiveFull.
    """
    check_target = partial(_require_free_target, archive, target, force=force)
    check_target()
    with (
        targets.named_write_errors(target),
        write_atomically(target, check_target) as part,
    ):
        copy_archive(archive.db, part, progress)
        with Archive(part) as copy:
            report = verify.check_archive(copy, each_posting=False, progress=progress)
        if not report.ok:
            raise _damage_error(archive, target, report)
    return report


def _damage_error(
    archive: Archive, target: Path, report: verify.VerifyReport
) -> BackupRefused:
    damage = report.damages[0]
    return BackupRefused(
        f"{target}: not written, for the archive is damaged: {damage.where}: {damage.what}."
        f" `nianbao verify --archive {archive.path}` says what to do."
    )


def _require_free_target(archive: Archive, target: Path, *, force: bool) -> None:
    """Raise unless a copy can be named `target` without harm to another file."""
    targets.require_folder_of(target)
    with targets.named_write_errors(target):
        targets.protect_archive_in_use(target, archive.path)
        if os.path.lexists(target):
            if not force:
                raise BackupRefused(
                    f"{target}: there is a file already. Name another, or replace an earlier copy"
                    " with --force."
                )
            _require_earlier_copy(archive, target)
        targets.require_no_log(target)


def _require_earlier_copy(archive: Archive, target: Path) -> None:
    """Raise TargetRefused when a file holds anything but what the archive holds, too.

    An empty file passes.
    """
    if target.is_symlink() or not target.is_file():
        raise TargetRefused(
            f"{target}: not a file, so it is not replaced, --force or not. Name another path."
        )
    if target.stat().st_size == 0:
        return
    if not targets.is_archive(target):
        raise TargetRefused(
            f"{target}: not an earlier copy of the archive, so it is not replaced, --force or"
            " not. Name another path, or move away what is there."
        )
    if not _holds_all_of(archive, target):
        raise TargetRefused(
            f"{target}: an archive of its own, with runs or visits that {archive.path} has not,"
            " or damaged, so it is not replaced, --force or not. Name another path."
        )


def _holds_all_of(archive: Archive, target: Path) -> bool:
    """Tell whether an archive has every run, and as many visits, as another file."""
    try:
        with closing(open_connection(target, "ro&immutable=1")) as copy:
            runs = set(copy.execute(RUNS).fetchall())
            visit_count = copy.execute(VISITS).fetchone()
    except sqlite3.Error:
        return False
    has_runs = runs <= set(archive.db.execute(RUNS).fetchall())
    return has_runs and visit_count <= archive.db.execute(VISITS).fetchone()
