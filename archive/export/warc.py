"""WARC out: a folder of WARC files and their index, which has its name when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError, ArchiveUnwritable
from nianbao.archive.export import readback, source
from nianbao.archive.export.series import Series
from nianbao.archive.storage.atomic_files import flush_to_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nianbao.archive.store import Archive

Progress = Callable[
    [str, int, int], None
]  # what is being done, how much is done, how much there is
INDEX = "index.cdxj"
MEMBER = 1 << 20  # characters of the index written at a time


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote and read back: files with their sizes in bytes, visits, records by
    type.
    """

    files: dict[str, int]
    visits: int
    records: dict[str, int]


def write(
    archive: Archive, target: Path, *, size: int, software: str, progress: Progress
) -> Written:
    """Write the captures of an archive into a new folder; files begin anew after `size` bytes.

    Raises ArchiveError: ExportRefused when there is something at the target, PayloadDamaged,
    ExportDamaged.
    """
    with source.opened(archive) as seen, folder_when_whole(target) as part:
        series = Series(
            seen, target.name, size, software, lambda name: (part / name).open("wb")
        )
        series.write(lambda done, total: progress("visits written", done, total))
        with (part / INDEX).open("w", encoding="utf-8", newline="\n") as index:
            index.writelines(f"{line}\n" for line in seen.lines())
        readback.check(
            series.files,
            lambda name: (part / name).open("rb"),
            lambda n, of: progress("files read back", n, of),
        )
        return written(series, seen.visits)


def written(series: Series, visits: int) -> Written:
    """Sum up what a series wrote."""
    records: dict[str, int] = {}
    for file in series.files:
        for kind, count in file.counts.items():
            records[kind] = records.get(kind, 0) + count
    return Written({file.name: file.size for file in series.files}, visits, records)


class ExportRefused(ArchiveError):
    """The export would take the place of something."""


@contextmanager
def folder_when_whole(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target; in the end it is flushed and takes the
    target's name.
    """
    absent(target)
    part = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of an export that was cut off
        part.mkdir()
        yield part
        for path in (*part.iterdir(), part):
            flush_to_disk(path)
        part.rename(target)
        flush_to_disk(target.absolute().parent)
    except OSError as error:
        raise ArchiveUnwritable(
            f"{target}: cannot be written ({error.strerror or error})."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def absent(target: Path) -> None:
    """Raise ExportRefused when there is something at a path."""
    if target.exists():
        raise ExportRefused(f"{target}: there is something already. Name another.")
