"""Export tables: a folder with a Data Package, or one SQLite file, of one state of the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.export import earlier_exports, package, slim
from nianbao.archive.export.dictionary import dictionary, format_markdown
from nianbao.archive.export.formats import CSV_WITH_MARK, FORMATS, TableFormat
from nianbao.archive.read_model import row_queries
from nianbao.archive.read_model.row_filter import resolve_filter
from nianbao.archive.storage.atomic_files import (
    write_atomically,
    write_folder_atomically,
)
from nianbao.archive.storage.snapshot import Progress, open_snapshot
from nianbao.archive.storage.target import named_write_errors

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.row_filter import RowFilter
    from nianbao.archive.read_model.rows import RowValues
    from nianbao.archive.store import Archive

NAMES = ["reports", "panel", "figures", "findings", "agencies", "roster"]
KINDS = (*FORMATS, "sqlite")


def export_tables(
    archive: Archive,
    kind: str,
    target: Path,
    only: RowFilter,
    progress: Progress,
    *,
    force: bool = False,
    bom: bool = False,
) -> dict[str, int]:
    """Write the tables to a folder (jsonl, csv, parquet), or the panels to a file (sqlite).

    Returns the number of rows by table. The target has its name only when it is whole; the
    same archive gives the same bytes. An earlier export there is replaced with `force`; `bom`
    begins CSV files with a byte order mark. Raises TargetRefused, ArchiveUnwritable,
    ParquetMissing, UnknownName.
    """
    check_target = partial(
        earlier_exports.require_replaceable, target, archive.path, force=force
    )
    check_target()
    only = resolve_filter(archive.db, only)
    counts: dict[str, int] = {}
    with named_write_errors(target), open_snapshot(archive.db) as db:
        rows = {}
        for name in NAMES:
            table_rows = select_rows(db, name, only, progress)
            rows[name] = _count_rows(name, table_rows, counts)
        if kind == "sqlite":
            with write_atomically(target, check_target) as part:
                slim.write_panel(part, rows["figures"], rows["panel"])
        else:
            table_format = CSV_WITH_MARK if bom else FORMATS[kind]
            _write_folder(target, check_target, table_format, rows, only)
    return counts


def select_rows(
    db: Database, name: str, only: RowFilter, progress: Progress
) -> Iterator[RowValues]:
    """Return the rows of a table; `progress` is called as they are read."""
    if name != "figures":
        progress(name, 0, 0)
        return row_queries.TABLE_QUERIES[name](db, only)
    total = sum(1 for _ in row_queries.select_carriers(db, only))

    def show_progress(done_count: int) -> None:
        progress(name, done_count, total)

    return row_queries.select_figures(db, only, show_progress)


def _count_rows(
    name: str, rows: Iterator[RowValues], counts: dict[str, int]
) -> Iterator[RowValues]:
    """Yield rows; count them in `counts`."""
    counts[name] = 0
    for row in rows:
        counts[name] += 1
        yield row


def _write_folder(
    target: Path,
    check_target: Callable[[], None],
    table_format: TableFormat,
    rows: dict[str, Iterator[RowValues]],
    only: RowFilter,
) -> None:
    """Write a file for each table, the dictionary, the Data Package and the marker."""
    with write_folder_atomically(target, check_target) as folder:
        for name in NAMES:
            path = folder / f"{name}.{table_format.ending}"
            table_format.write(path, dictionary()[name], rows[name])
        dictionary_path = folder / package.DICTIONARY
        dictionary_path.write_text(format_markdown(NAMES), "utf-8")
        description = package.describe_package(
            folder, table_format, NAMES, every_version=only.every_version
        )
        (folder / package.FILE).write_text(description, "utf-8")
        earlier_exports.write_marker(folder, table_format.ending)
