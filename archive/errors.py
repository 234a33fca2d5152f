"""The archive's named failures. Each message says what happened, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ArchiveError(Exception):
    """Something is wrong with the archive file or the storage under it."""


class ArchiveMissing(ArchiveError):
    """There is no file at the path."""


class NotAnArchive(ArchiveError):
    """The file is not SQLite, is damaged, or was not made by nianbao."""


class NotAFile(ArchiveError):
    """What stands at the path is a folder, a pipe, a device, or a link that leads nowhere."""


class ArchiveTooNew(ArchiveError):
    """The file was written by a newer version of nianbao."""


class UnexpectedTables(NotAnArchive):
    """The tables of the file are not those of the schema it states."""


class MigrationNeeded(ArchiveError):
    """The file was written by an earlier version; opening it to write brings it up to date."""


class ArchiveBusy(ArchiveError):
    """Another process is writing to the archive."""


class ArchiveUnwritable(ArchiveError):
    """The file or its folder cannot be written: read-only, no permission, no folder."""


class ArchiveForbidden(ArchiveError):
    """The rights of the file or its folder do not let it be read."""


class ArchiveFull(ArchiveError):
    """The disk is full, or a limit on the file's size was reached."""


class TargetRefused(ArchiveError):
    """Writing to the target would destroy what the command did not make."""


class ClockWrong(ArchiveError):
    """The machine's clock, or the one of a run before, is wrong: what comes later would count as
    earlier.
    """


class PayloadDamaged(ArchiveError):
    """A stored payload does not have the digest it was stored under."""


class SitesClash(ArchiveError):
    """One id stands for two sites; the message names each such id and both sides."""


class RenameRefused(ArchiveError):
    """A site of another archive cannot be taken in under the id that was named."""


class UnknownName(ValueError):
    """A filter names what the archive has not: a region, an agency, a table, a rule."""

    def __init__(self, kind: str, name: str, nearest: Sequence[str] = ()) -> None:
        hint = f" Names like it: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"no {kind} {name!r} in the archive.{hint}")
        self.kind = kind
        self.name = name
        self.nearest = tuple(nearest)
