"""Export WARC: a folder of WARC files and their index, which gets its name when it is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nianbao.archive.export import earlier_exports, readback
from nianbao.archive.export.series import WarcSeries
from nianbao.archive.export.source import open_source
from nianbao.archive.storage.atomic_files import write_folder_atomically
from nianbao.archive.storage.snapshot import Progress
from nianbao.archive.storage.target import named_write_errors

if TYPE_CHECKING:
    from nianbao.archive.store import Archive


@dataclass(frozen=True, slots=True)
class WarcSummary:
    """What an export wrote and read back: file sizes in bytes, visits, records by type."""

    files: dict[str, int]
    visits: int
    records: dict[str, int]


def export_warc(
    archive: Archive,
    target: Path,
    *,
    size: int,
    software: str,
    progress: Progress,
    force: bool = False,
) -> WarcSummary:
    """Write the captures of an archive into a new folder; a file begins anew after `size` bytes.

    An earlier export at the target is replaced with `force`. Raises ArchiveError: TargetRefused,
    PayloadDamaged, ExportDamaged, ArchiveUnwritable.
    """
    check_target = partial(
        earlier_exports.require_replaceable, target, archive.path, force=force
    )
    check_target()
    with (
        named_write_errors(target),
        open_source(archive) as source,
        write_folder_atomically(target, check_target) as folder,
    ):

        def create_file(name: str) -> BinaryIO:
            return (folder / name).open("wb")

        def open_file(name: str) -> BinaryIO:
            return (folder / name).open("rb")

        series = WarcSeries(source, target.name, size, software, create_file)
        series.write(name_step(progress, "visits written"))
        with (folder / earlier_exports.INDEX).open(
            "w", encoding="utf-8", newline="\n"
        ) as index:
            for line in source.sorted_lines():
                index.write(f"{line}\n")
        readback.check_files(
            series.files, open_file, name_step(progress, "files read back")
        )
        earlier_exports.write_marker(folder, "warc")
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
