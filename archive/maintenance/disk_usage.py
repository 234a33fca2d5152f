"""What an archive's file is made of: bytes by table and index, payloads before and after
packing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nianbao.archive.storage.raw_tables import RAW_TABLES

if TYPE_CHECKING:
    from sqlite_utils import Database

Layer = Literal["raw", "derived", "system"]
LAYERS: tuple[Layer, ...] = ("raw", "derived", "system")
SchemaRow = tuple[str, str, str]  # name, table, type

PARTS = """
SELECT name, tbl_name, type FROM sqlite_schema WHERE rootpage > 0
UNION ALL
SELECT 'sqlite_schema', 'sqlite_schema', 'table'
ORDER BY 2, 3 DESC, 1
"""
PAYLOADS = """
SELECT CASE WHEN base_sha256 IS NOT NULL THEN 'zstd against the payload before'
            WHEN dictionary_id IS NOT NULL THEN 'zstd with a dictionary'
            ELSE encoding END AS way,
       count(*), sum(size_bytes), sum(stored_bytes)
FROM blobs
GROUP BY way
ORDER BY way
"""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A table or an index: its bytes in the file, with what its pages leave unused."""

    name: str
    table: str  # the table an index is of; its own name otherwise
    layer: Layer
    rows: int | None  # None for an index
    bytes: int
    bytes_a_report: float | None  # None while there are no reports


@dataclass(frozen=True, slots=True)
class PayloadGroup:
    """Payloads that are stored in one way."""

    # identity, zstd, zstd with a dictionary, zstd against the payload before
    encoding: str
    count: int
    size_bytes: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """Where the bytes of an archive are."""

    file_bytes: int
    free_bytes: int  # in pages of the file that hold nothing now and are used again
    # False: estimated from the lengths of the values, for this SQLite cannot tell (no dbstat)
    measured: bool
    reports: int
    parts: tuple[FilePart, ...]
    payloads: tuple[PayloadGroup, ...]

    def bytes_of(self, layer: Layer) -> int:
        """Return the bytes of a layer."""
        return sum(part.bytes for part in self.parts if part.layer == layer)


def measure_disk_usage(db: Database) -> DiskUsage:
    """Return where the bytes are; reads the whole file once."""
    schema_rows = db.execute(PARTS).fetchall()
    page_bytes = _read_pragma(db, "page_size")
    pages = _read_pragma(db, "page_count")
    free_pages = _read_pragma(db, "freelist_count")
    bytes_in_use = (pages - free_pages) * page_bytes
    sizes, is_measured = _measure_sizes(db, schema_rows, bytes_in_use)
    reports = db.table("reports").count
    parts = []
    for schema_row in schema_rows:
        size_bytes = sizes.get(schema_row[0], 0)
        if size_bytes:
            parts.append(_make_part(db, schema_row, size_bytes, reports))
    groups = [PayloadGroup(*row) for row in db.execute(PAYLOADS).fetchall()]
    return DiskUsage(
        file_bytes=pages * page_bytes,
        free_bytes=free_pages * page_bytes,
        measured=is_measured,
        reports=reports,
        parts=tuple(parts),
        payloads=tuple(groups),
    )


def _read_pragma(db: Database, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _make_part(
    db: Database, schema_row: SchemaRow, size_bytes: int, reports: int
) -> FilePart:
    name, table, kind = schema_row
    rows = None
    if kind == "table":
        rows = _read_count(db, name)
    bytes_a_report = None
    if reports:
        bytes_a_report = round(size_bytes / reports, 1)
    return FilePart(name, table, _layer_of(table), rows, size_bytes, bytes_a_report)


def _layer_of(table: str) -> Layer:
    if table in RAW_TABLES:
        return "raw"
    if table.startswith(("sqlite_", "_sqlite_")):
        return "system"
    return "derived"


def _read_count(db: Database, table: str) -> int:
    return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def _measure_sizes(
    db: Database, schema_rows: list[SchemaRow], bytes_in_use: int
) -> tuple[dict[str, int], bool]:
    """Return the bytes of each table and index, and whether they are measured or estimated."""
    query = "SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"
    try:
        rows = db.execute(query).fetchall()
    except sqlite3.OperationalError:
        # an SQLite that was built without the table `dbstat`
        return estimate_sizes(db, schema_rows, bytes_in_use), False
    return dict(rows), True


def estimate_sizes(
    db: Database, schema_rows: list[SchemaRow], bytes_in_use: int
) -> dict[str, int]:
    """Share out the bytes in use by the lengths of the values that each table and index holds."""
    lengths = {
        name: _measure_values(db, name, table, kind)
        for name, table, kind in schema_rows
    }
    total = sum(lengths.values()) or 1
    return {name: bytes_in_use * length // total for name, length in lengths.items()}


def _measure_values(db: Database, name: str, table: str, kind: str) -> int:
    """Return the bytes of the values in a table or index, and some for each row."""
    pragma = "table_info" if kind == "table" else "index_info"
    query = f"SELECT name FROM pragma_{pragma}(?) WHERE name IS NOT NULL"
    lengths = ["4"]  # of what SQLite writes for each row
    for (column,) in db.execute(query, [name]).fetchall():
        lengths.append(f'coalesce(length(CAST("{column}" AS BLOB)), 0) + 1')
    total = f'SELECT coalesce(sum({" + ".join(lengths)}), 0) FROM "{table}"'
    return int(db.execute(total).fetchone()[0])
