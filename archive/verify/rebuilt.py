"""Everything derived, built anew from what was seen in a copy of the archive and compared row
by row.

Ids may differ between the two: a row is known by what it is about, so each reference is followed to
the address, the name or the number of what it names (:data:`NATURAL`).
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
from nianbao.archive.maintenance.snapshot import Progress, copy_archive
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.store import Archive
from nianbao.archive.verify.damage import REBUILD, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """How pages are read. `catch_up` reads what this reader has not read and settles what follows.

    It is given pages done and pages in all to tell, and returns what could not be read.
    """

    reader_version: str
    catch_up: Callable[[Archive, Callable[[int, int], None]], list[str]]


NATURAL = {  # what a row is known by, whatever its id
    "documents": ("url",),
    "versions": ("document_id", "number"),
    "readings": ("version_id",),
    "agencies": ("name", "region_id"),
    "regions": ("name",),
    "reports": ("agency_id", "report_year"),
    "sightings": ("visit_id",),
    "figure_sets": ("reading_id",),
    "near_copies": ("document_id", "other_id"),
}
TABLES = ("regions", *reversed(derived_layer.TABLES), "findings", "changes")
ALWAYS_FOUND = ("id",)


def compare(
    archive: Archive, rebuild: RebuildSettings, progress: Progress, notes: list[str]
) -> Iterator[Damage]:
    """Yield where the derived rows differ from those that the raw rows give; note what could
    not be read again.

    What is still to be read is read in the copy first, as the next crawl would do it: a page that
    was not read yet is no damage. The copy needs as much room as the archive, in the folder for
    temporary files; raises ArchiveFull when there is none.
    """
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        path, kept = Path(folder) / "copy.db", Path(folder) / "kept.db"
        copy_archive(archive.db, path, progress)
        with translate_errors(path), Archive.create(path) as anew:
            anew.db.execute(
                "PRAGMA synchronous = OFF"
            )  # nobody wants the copy after a cut
            if anew.unread_visits(
                rebuild.reader_version
            ) or presence.list_unsettled_sites(anew.db):
                rebuild.catch_up(anew, partial(progress, "pages not read yet"))
            if anew.db.execute("SELECT 1 FROM runs WHERE ended_at IS NULL").fetchone():
                anew.find_missing_reports()  # as its end will
            anew.emit_finding_events()  # and no more: catching up also tidies away what is damage
            _keep(anew.db, kept)
            anew.clear_derived()
            failed = rebuild.catch_up(anew, partial(progress, "pages read again"))
            notes += [f"not read again: {message}" for message in failed]
        with translate_errors(path), closing(sqlite3.connect(path)) as db:
            db.execute("ATTACH ? AS kept", [str(kept)])
            for table in TABLES:
                yield from _differences(db, table)


def _keep(db: Database, kept: Path) -> None:
    """Write the derived rows, with what they are about in place of ids, to a file of their own."""
    db.execute("ATTACH ? AS kept", [str(kept)])
    for table in TABLES:
        db.execute(f"CREATE TABLE kept.{table} AS {_rows(db.conn, table)}")
    db.execute("DETACH kept")


def _rows(db: sqlite3.Connection, table: str) -> str:
    """Return a query for a table's rows, the columns they are known by first."""
    known_by = NATURAL.get(table, ())
    names = [
        row[1]
        for row in db.execute(f"PRAGMA table_info({table})")
        if row[1] not in ALWAYS_FOUND
    ]
    ordered = [*known_by, *(name for name in names if name not in known_by)]
    columns = ", ".join(
        f"{text} AS {alias}"
        for name in ordered
        for alias, text in _column(db, table, name, table)
    )
    return f"SELECT {columns} FROM main.{table}"


def _column(
    db: sqlite3.Connection, table: str, name: str, at: str
) -> Iterator[tuple[str, str]]:
    """Yield a column, or those that say what it names, each with a name to show and its SQL."""
    links = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
    target = links.get(name)
    if target not in NATURAL:
        yield f'"{name}"', f'{at}."{name}"'
        return
    there = f"{at}_{name}"
    for part in NATURAL[target]:
        for alias, text in _column(db, target, part, there):
            shown = f'"{name.removesuffix("_id")} {alias.strip(chr(34))}"'
            yield (
                shown,
                f'(SELECT {text} FROM main.{target} AS {there} WHERE {there}.id = {at}."{name}")',
            )


def _differences(db: sqlite3.Connection, table: str) -> Iterator[Damage]:
    query = _rows(db, table)
    kept = f"SELECT * FROM kept.{table}"
    lost, extra = (
        db.execute(f"{one} EXCEPT {other}")
        for one, other in ((query, kept), (kept, query))
    )
    names = [column[0] for column in extra.description]
    width = len(list(_key(db, table)))
    wanted = (
        {row[:width]: row for row in lost.fetchall()}
        if width
        else dict.fromkeys(lost.fetchall(), ())
    )
    for row in extra.fetchall():
        where = f"{table}: {_said(names, row, width or len(names))}"
        if width and row[:width] in wanted:
            what = _changed(db, names, row, wanted.pop(row[:width]))
            yield Damage("derived.different", what, where, REBUILD)
        else:
            yield Damage(
                "derived.unsupported",
                "nothing that was seen gives this row",
                where,
                REBUILD,
            )
    for row in wanted:
        where = f"{table}: {_said(names, row, width or len(names))}"
        yield Damage(
            "derived.missing",
            "what was seen gives this row, and it is not there",
            where,
            REBUILD,
        )
    counts = [
        db.execute(f"SELECT count(*) FROM {schema}.{table}").fetchone()[0]
        for schema in ("kept", "main")
    ]
    if counts[0] > counts[1] and not wanted:
        what = f"{counts[0]} rows, and what was seen gives {counts[1]}: some stand there more than once"
        yield Damage("derived.repeated", what, table, REBUILD)


def _key(db: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    for name in NATURAL.get(table, ()):
        yield from _column(db, table, name, table)


def _said(names: list[str], row: tuple[Any, ...], width: int) -> str:
    """Say which row it is: its values, empty ones and long ones left out."""
    told = [
        f"{name} {_short(value)}"
        for name, value in zip(names[:width], row[:width], strict=True)
        if value
    ]
    return ", ".join(told)


def _changed(
    db: sqlite3.Connection,
    names: list[str],
    row: tuple[Any, ...],
    wanted: tuple[Any, ...],
) -> str:
    """Say in which columns a row differs from what was seen, and how."""
    parts: list[str] = []
    for name, here, there in zip(names, row, wanted, strict=True):
        if name == "cells" and here != there:
            parts += _cells(db, json.loads(here), json.loads(there))
        elif here != there:
            parts.append(
                f"{name} is {_short(here)}; what was seen gives {_short(there)}"
            )
    return "; ".join(parts)


def _cells(db: sqlite3.Connection, here: Any, there: Any) -> Iterator[str]:
    """Say which cells of a set of figures differ."""
    values, wanted = _by_cell(here), _by_cell(there)
    query = 'SELECT "table" || \', \' || "row" || \', \' || "column" FROM form_cells WHERE id = ?'
    for id_ in sorted(values.keys() | wanted.keys()):
        if values.get(id_) != wanted.get(id_):
            name = (db.execute(query, [id_]).fetchone() or [f"cell {id_}"])[0]
            yield f"{name} is {values.get(id_)}; what was seen gives {wanted.get(id_)}"


def _by_cell(cells: Any) -> dict[int, Any]:
    """Return the values of a set by the number of the form's cell; a run of cells is stored by
    its first.
    """
    runs = {
        int(first): run if isinstance(run, list) else [run]
        for first, run in cells.items()
    }
    return {
        first + offset: value
        for first, run in runs.items()
        for offset, value in enumerate(run)
    }


def _short(value: object) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= 120 else f"{text[:117]}…"
