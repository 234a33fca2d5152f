"""Backup: a consistent copy of an archive, taken while it is being written to."""

from __future__ import annotations

from pathlib import Path

from nianbao.archive import verify
from nianbao.archive.errors import ArchiveError, ArchiveUnwritable
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.snapshot import Progress, copy_archive
from nianbao.archive.store import Archive


class BackupRefused(ArchiveError):
    """There is something at the target already, or the copy is not whole."""


def write_backup(
    archive: Archive, target: Path, progress: Progress, *, force: bool = False
) -> verify.VerifyReport:
    """Copy an archive to `target`; a file there is replaced only with `force`.

    The copy is made under a temporary name, checked, flushed to disk and then named, so what
    stands at `target` is whole. Returns what checking the copy found. Raises BackupRefused,
    ArchiveUnwritable, ArchiveFull.
    """
    _require_free_target(target, force=force)
    with write_atomically(target) as part:
        copy_archive(archive.db, part, progress)
        with Archive(part) as copy:
            report = verify.check_archive(copy, progress=progress)
        if not report.ok:
            raise _damage_error(archive, target, report)
        _require_free_target(target, force=force)
    return report


def _damage_error(
    archive: Archive, target: Path, report: verify.VerifyReport
) -> BackupRefused:
    damage = report.damages[0]
    return BackupRefused(
        f"{target}: not written, for the archive is damaged: {damage.where}: {damage.what}."
        f" `nianbao verify --archive {archive.path}` says what to do."
    )


def _require_free_target(target: Path, *, force: bool) -> None:
    """Raise unless a copy can be named `target` without harm to another file."""
    if not target.parent.is_dir():
        raise ArchiveUnwritable(
            f"{target}: its folder {target.parent} does not exist. Make it, or name another path."
        )
    if target.exists() and not force:
        raise BackupRefused(
            f"{target}: there is a file already. Name another, or replace it with --force."
        )
    log = target.with_name(target.name + "-wal")
    if log.exists():
        raise BackupRefused(
            f"{target}: {log.name} beside it belongs to a file of that name that is open or was"
            " not closed. Close what uses it, or name another file."
        )
