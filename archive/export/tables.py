"""Exporting tables: a folder with a Data Package, or one SQLite file; all of one state of the
archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError, ArchiveUnwritable
from nianbao.archive.export import package, slim
from nianbao.archive.export.dictionary import dictionary, markdown
from nianbao.archive.export.formats import FORMATS
from nianbao.archive.maintenance.snapshot import Progress, open_snapshot
from nianbao.archive.read_model import row_queries
from nianbao.archive.storage.atomic_files import (
    write_atomically,
    write_folder_atomically,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.row_filter import RowFilter
    from nianbao.archive.read_model.rows import RowValues
    from nianbao.archive.store import Archive

NAMES = ["reports", "figures", "findings", "agencies"]
KINDS = (*FORMATS, "sqlite")


class ExportRefused(ArchiveError):
    """There is something at the target already."""


def export(
    archive: Archive,
    kind: str,
    target: Path,
    only: RowFilter,
    progress: Progress,
    *,
    force: bool = False,
) -> dict[str, int]:
    """Write the tables to a folder (jsonl, csv, parquet), or the panel to a file (sqlite);
    return rows by table.

    The target has its name only when it is whole; the same archive gives the same bytes. What
    stands there is replaced only with `force`. Raises ExportRefused, ArchiveUnwritable,
    ParquetMissing.
    """
    _refuse(target, force=force)
    counted: dict[str, int] = {}
    with open_snapshot(archive.db) as db:
        rows = {
            name: _counted(name, _rows(db, name, only, progress), counted)
            for name in NAMES
        }
        if kind == "sqlite":
            with write_atomically(target) as part:
                slim.write(part, rows["figures"])
            return counted
        form = FORMATS[kind]
        with write_folder_atomically(target) as folder:
            for name in NAMES:
                form.write(
                    folder / f"{name}.{form.ending}", dictionary()[name], rows[name]
                )
            (folder / package.DICTIONARY).write_text(markdown(NAMES), "utf-8")
            described = package.describe(
                folder, form, NAMES, every_version=only.every_version
            )
            (folder / package.FILE).write_text(described, "utf-8")
    return counted


def _rows(
    db: Database, name: str, only: RowFilter, progress: Progress
) -> Iterator[RowValues]:
    if name != "figures":
        progress(name, 0, 0)
        return row_queries.TABLE_QUERIES[name](db, only)
    total = sum(1 for _ in row_queries.select_carriers(db, only))
    return row_queries.select_figures(
        db, only, lambda done: progress(name, done, total)
    )


def _counted(
    name: str, rows: Iterator[RowValues], counted: dict[str, int]
) -> Iterator[RowValues]:
    counted[name] = 0
    for row in rows:
        counted[name] += 1
        yield row


def _refuse(target: Path, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise ArchiveUnwritable(
            f"{target}: its folder {target.parent} does not exist. Make it, or name another path."
        )
    if target.exists() and not force:
        raise ExportRefused(
            f"{target}: there is something already. Name another path, or replace it with --force."
        )
