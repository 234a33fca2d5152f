"""Everything derived, built anew from what was seen in a copy of the archive and compared row
by row.

Ids may differ between the two: a row is known by what it is about, so each reference is followed to
the address, the name or the number of what it names (:data:`KEY_COLUMNS`).
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived import presence
from nianbao.archive.derived import rebuild as derived_layer
from nianbao.archive.storage.atomic_files import open_workspace
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.storage.snapshot import Progress, copy_archive
from nianbao.archive.store import Archive
from nianbao.archive.verify.damage import REBUILD, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """How pages are read.

    `catch_up` reads what this reader has not read and finalizes what follows. It is given an
    archive and what it calls with the pages done and the pages in all, and returns what could
    not be read.
    """

    reader_version: str
    catch_up: Callable[[Archive, Callable[[int, int], None]], list[str]]


COPY_NAME = "nianbao-verify"  # begins the name of the folder of the copy
KEY_COLUMNS = {  # what a row is known by, whatever its id
    "documents": ("url",),
    "versions": ("document_id", "number"),
    "readings": ("version_id",),
    "agencies": ("name", "region_id", "site_id"),
    "regions": ("name",),
    "reports": ("agency_id", "report_year", "document_id", "ordinal"),
    "report_pages": ("document_id", "report_id"),
    "sightings": ("visit_id",),
    "figure_sets": ("reading_id",),
    "near_copies": ("document_id", "other_id"),
}
TABLES = ("regions", *reversed(derived_layer.TABLES), "findings", "changes")
# `message` is made of the `parameters`, which findings of archives before schema 5 lack.
IGNORED_COLUMNS = ("id", "parameters")
MAX_VALUE_LENGTH = 120  # of a value in a sentence

CELL_NAME = """
SELECT "table" || ', ' || "row" || ', ' || "column" FROM form_cells WHERE id = ?
"""

# A region's code that pages gave is given again by them; one that none of them gives any more
# stays, for it may be from a page that is read otherwise now.
FORGET_CODES = """
UPDATE regions SET code = NULL, code_source = NULL WHERE code_source IS NOT 'site file'
"""
RECALL_CODES = """
UPDATE regions
SET (code, code_source) = (SELECT code, code_source FROM before.regions AS told
                           WHERE told.name = regions.name)
WHERE code IS NULL AND name IN (SELECT name FROM before.regions)
"""

Row = tuple[Any, ...]


def compare_derived(
    archive: Archive, rebuild: RebuildSettings, progress: Progress, notes: list[str]
) -> Iterator[Damage]:
    """Yield where the derived rows differ from those that the raw rows give.

    What is still to be read is read in the copy first, as the next crawl would do it: a page that
    was not read yet is no damage. What could not be read again is added to `notes`. The copy
    needs as much room as the archive, in the folder for temporary files; raises ArchiveFull when
    there is none. What a killed process left there is removed.
    """
    with open_workspace(Path(tempfile.gettempdir()) / COPY_NAME) as folder:
        path = folder / "copy.db"
        rows_before = folder / "before.db"
        copy_archive(archive.db, path, progress)
        with translate_errors(path), Archive.create(path) as copy:
            copy.db.execute("PRAGMA synchronous = OFF")  # nobody wants it after a cut
            _finish_readings(copy, rebuild, progress)
            _copy_derived_rows(copy.db, rows_before)
            copy.clear_derived()
            copy.db.execute(FORGET_CODES)
            failures = rebuild.catch_up(copy, partial(progress, "pages read again"))
            notes += [f"not read again: {message}" for message in failures]
        with translate_errors(path), closing(sqlite3.connect(path)) as db:
            db.execute("ATTACH ? AS before", [str(rows_before)])
            db.execute(RECALL_CODES)
            for table in TABLES:
                yield from _compare_table(db, table)


def _finish_readings(
    copy: Archive, rebuild: RebuildSettings, progress: Progress
) -> None:
    """Do what the next crawl would do first.

    No more than that: catching up also tidies away what is damage.
    """
    is_unread = bool(copy.unread_visits(rebuild.reader_version))
    if is_unread or presence.list_unsettled_sites(copy.db):
        rebuild.catch_up(copy, partial(progress, "pages not read yet"))
    if copy.db.execute("SELECT 1 FROM runs WHERE ended_at IS NULL").fetchone():
        copy.find_missing_reports()  # as the end of the run will
    copy.emit_finding_events()
    copy.emit_report_events()


def _copy_derived_rows(db: Database, target: Path) -> None:
    """Write the derived rows, with what they are about in place of ids, to a file of their own."""
    db.execute("ATTACH ? AS before", [str(target)])
    for table in TABLES:
        db.execute(f"CREATE TABLE before.{table} AS {_rows_query(db.conn, table)}")
    db.execute("DETACH before")


def _rows_query(db: sqlite3.Connection, table: str) -> str:
    """Return a query for a table's rows, the columns they are known by first."""
    key_columns = KEY_COLUMNS.get(table, ())
    columns = list(_expand_key(db, table))
    for row in db.execute(f"PRAGMA table_info({table})").fetchall():
        name = row[1]
        if name not in key_columns and name not in IGNORED_COLUMNS:
            columns += _expand_column(db, table, name, table)
    selected = ", ".join(f"{sql} AS {alias}" for alias, sql in columns)
    return f"SELECT {selected} FROM main.{table}"


def _expand_key(db: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yield the columns that a table's rows are known by, each as an alias and its SQL."""
    for name in KEY_COLUMNS.get(table, ()):
        yield from _expand_column(db, table, name, table)


def _expand_column(
    db: sqlite3.Connection, table: str, name: str, alias_of_table: str
) -> Iterator[tuple[str, str]]:
    """Yield a column, or the columns of what it refers to, each as an alias and its SQL."""
    links = db.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    targets = {link[3]: link[2] for link in links}
    target = targets.get(name)
    if target not in KEY_COLUMNS:
        yield f'"{name}"', f'{alias_of_table}."{name}"'
        return
    alias_of_target = f"{alias_of_table}_{name}"
    for key_column in KEY_COLUMNS[target]:
        parts = _expand_column(db, target, key_column, alias_of_target)
        for alias, sql in parts:
            label = f'"{name.removesuffix("_id")} {alias.strip(chr(34))}"'
            yield (
                label,
                f"(SELECT {sql} FROM main.{target} AS {alias_of_target}"
                f' WHERE {alias_of_target}.id = {alias_of_table}."{name}")',
            )


def _compare_table(db: sqlite3.Connection, table: str) -> Iterator[Damage]:
    """Yield the differences between the rows before and the rows built anew."""
    rows_now = _rows_query(db, table)
    rows_before = f"SELECT * FROM before.{table}"
    missing_rows = db.execute(f"{rows_now} EXCEPT {rows_before}").fetchall()
    cursor = db.execute(f"{rows_before} EXCEPT {rows_now}")
    names = [column[0] for column in cursor.description]
    comparison = _TableComparison(db, table, names, missing_rows)
    for row in cursor.fetchall():
        yield comparison.explain_extra_row(row)
    yield from comparison.explain_missing_rows()
    if not comparison.has_missing_rows:
        yield from _find_repeated_rows(db, table)


class _TableComparison:
    """The rows of a table that only one side has, brought together by what they are known by."""

    def __init__(
        self,
        db: sqlite3.Connection,
        table: str,
        names: list[str],
        missing_rows: list[Row],
    ) -> None:
        self._db = db
        self._table = table
        self._names = names
        self._key_width = len(list(_expand_key(db, table)))
        # By key; rows of a table without keys are known by all their values.
        self._missing: dict[Row, Row] = {}
        for row in missing_rows:
            self._missing[self._key_of(row)] = row
        self.has_missing_rows = False

    def _key_of(self, row: Row) -> Row:
        return row[: self._key_width or len(row)]

    def explain_extra_row(self, row: Row) -> Damage:
        """Return the damage of a row that what was seen does not give."""
        where = self._describe_row(row)
        other_row = None
        if self._key_width:
            other_row = self._missing.pop(self._key_of(row), None)
        if other_row is None:
            what = "nothing that was seen gives this row"
            return Damage("derived.unsupported", what, where, REBUILD)
        what = _describe_difference(self._db, self._names, row, other_row)
        return Damage("derived.different", what, where, REBUILD)

    def explain_missing_rows(self) -> Iterator[Damage]:
        """Yield the damages of the rows that are not there, after every extra row."""
        self.has_missing_rows = bool(self._missing)
        what = "what was seen gives this row, and it is not there"
        for row in self._missing:
            yield Damage("derived.missing", what, self._describe_row(row), REBUILD)

    def _describe_row(self, row: Row) -> str:
        """Say which row it is: the values of its key, empty ones left out."""
        width = self._key_width or len(self._names)
        parts = [
            f"{name} {_shorten(value)}"
            for name, value in zip(self._names[:width], row[:width], strict=True)
            if value
        ]
        return f"{self._table}: {', '.join(parts)}"


def _find_repeated_rows(db: sqlite3.Connection, table: str) -> Iterator[Damage]:
    """Yield the damage of equal rows: comparing sets of rows does not see them."""
    before = db.execute(f"SELECT count(*) FROM before.{table}").fetchone()[0]
    now = db.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0]
    if before > now:
        what = f"{before} rows, and what was seen gives {now}: some stand there more than once"
        yield Damage("derived.repeated", what, table, REBUILD)


def _describe_difference(
    db: sqlite3.Connection, names: list[str], row: Row, expected_row: Row
) -> str:
    """Say in which columns a row differs from what was seen, and how."""
    parts: list[str] = []
    for name, value, expected in zip(names, row, expected_row, strict=True):
        if value == expected:
            continue
        if name == "cells":
            parts += _describe_cells(db, json.loads(value), json.loads(expected))
        else:
            parts.append(
                f"{name} is {_shorten(value)}; what was seen gives {_shorten(expected)}"
            )
    return "; ".join(parts)


def _describe_cells(
    db: sqlite3.Connection, cells: Any, expected_cells: Any
) -> Iterator[str]:
    """Say which cells of a set of figures differ."""
    values = _expand_cells(cells)
    expected_values = _expand_cells(expected_cells)
    for cell_id in sorted(values.keys() | expected_values.keys()):
        value = values.get(cell_id)
        expected = expected_values.get(cell_id)
        if value != expected:
            row = db.execute(CELL_NAME, [cell_id]).fetchone()
            name = row[0] if row else f"cell {cell_id}"
            yield f"{name} is {value}; what was seen gives {expected}"


def _expand_cells(cells: Any) -> dict[int, Any]:
    """Return the values of a set by the number of the form's cell.

    A run of neighbouring cells is stored by the number of its first.
    """
    values = {}
    for first, run in cells.items():
        if not isinstance(run, list):
            run = [run]
        for offset, value in enumerate(run):
            values[int(first) + offset] = value
    return values


def _shorten(value: object) -> str:
    text = str(value).replace("\n", " ")
    if len(text) <= MAX_VALUE_LENGTH:
        return text
    return f"{text[: MAX_VALUE_LENGTH - 3]}…"
