"""Export WARC: a folder of WARC files and their index, which gets its name when it is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nianbao.archive.export import readback
from nianbao.archive.export.series import WarcSeries
from nianbao.archive.export.source import open_source
from nianbao.archive.export.target import named_write_errors, require_absent
from nianbao.archive.storage.atomic_files import write_folder_atomically
from nianbao.archive.storage.snapshot import Progress

if TYPE_CHECKING:
    from nianbao.archive.store import Archive

INDEX = "index.cdxj"


@dataclass(frozen=True, slots=True)
class WarcSummary:
    """What an export wrote and read back: file sizes in bytes, visits, records by type."""

    files: dict[str, int]
    visits: int
    records: dict[str, int]


def export_warc(
    archive: Archive, target: Path, *, size: int, software: str, progress: Progress
) -> WarcSummary:
    """Write the captures of an archive into a new folder; a file begins anew after `size` bytes.

    Raises ArchiveError: ExportRefused when there is something at the target, PayloadDamaged,
    ExportDamaged, ArchiveUnwritable.
    """
    require_absent(target)
    with (
        named_write_errors(target),
        open_source(archive) as source,
        write_folder_atomically(target) as folder,
    ):

        def create_file(name: str) -> BinaryIO:
            return (folder / name).open("wb")

        def open_file(name: str) -> BinaryIO:
            return (folder / name).open("rb")

        series = WarcSeries(source, target.name, size, software, create_file)
        series.write(name_step(progress, "visits written"))
        with (folder / INDEX).open("w", encoding="utf-8", newline="\n") as index:
            for line in source.sorted_lines():
                index.write(f"{line}\n")
        readback.check_files(
            series.files, open_file, name_step(progress, "files read back")
        )
        require_absent(target)
        return summarize(series, source.visits)


def name_step(progress: Progress, step: str) -> Callable[[int, int], None]:
    """Return what reports the progress of one step."""

    def report(done_count: int, total: int) -> None:
        progress(step, done_count, total)

    return report


def summarize(series: WarcSeries, visits: int) -> WarcSummary:
    """Sum up what a series wrote."""
    sizes: dict[str, int] = {}
    records: dict[str, int] = {}
    for file in series.files:
        sizes[file.name] = file.size
        for kind, count in file.counts.items():
            records[kind] = records.get(kind, 0) + count
    return WarcSummary(sizes, visits, records)
