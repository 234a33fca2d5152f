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

    encoding: (
        str  # identity, zstd, zstd with a dictionary, zstd against the payload before
    )
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


PARTS = (
    "SELECT name, tbl_name, type FROM sqlite_schema WHERE rootpage > 0"
    " UNION ALL SELECT 'sqlite_schema', 'sqlite_schema', 'table' ORDER BY 2, 3 DESC, 1"
)
PAYLOADS = """
SELECT CASE WHEN base_sha256 IS NOT NULL THEN 'zstd against the payload before'
            WHEN dictionary_id IS NOT NULL THEN 'zstd with a dictionary' ELSE encoding END AS way,
       count(*), sum(size_bytes), sum(stored_bytes)
FROM blobs GROUP BY way ORDER BY way
"""


def measure_disk_usage(db: Database) -> DiskUsage:
    """Return where the bytes are; reads the whole file once."""
    found = db.execute(PARTS).fetchall()
    page, pages, free = (
        db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    sizes, measured = _sizes(db, found, (pages - free) * page)
    reports = db.execute("SELECT count(*) FROM reports").fetchone()[0]
    parts = [
        FilePart(
            name,
            table,
            _layer(table),
            _rows(db, name) if kind == "table" else None,
            size,
            _each(size, reports),
        )
        for name, table, kind in found
        if (size := sizes.get(name, 0))
    ]
    payloads = tuple(PayloadGroup(*row) for row in db.execute(PAYLOADS).fetchall())
    return DiskUsage(
        pages * page, free * page, measured, reports, tuple(parts), payloads
    )


def _layer(table: str) -> Layer:
    if table in RAW_TABLES:
        return "raw"
    return "system" if table.startswith(("sqlite_", "_sqlite_")) else "derived"


def _rows(db: Database, table: str) -> int:
    return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def _each(size: int, reports: int) -> float | None:
    return round(size / reports, 1) if reports else None


def _sizes(
    db: Database, parts: list[tuple[str, str, str]], used: int
) -> tuple[dict[str, int], bool]:
    """Return the bytes of each table and index, and whether they are measured or estimated."""
    try:
        rows = db.execute(
            "SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"
        ).fetchall()
    except (
        sqlite3.OperationalError
    ):  # an SQLite that was built without the table `dbstat`
        return estimate_sizes(db, parts, used), False
    return dict(rows), True


def estimate_sizes(
    db: Database, parts: list[tuple[str, str, str]], used: int
) -> dict[str, int]:
    """Share out the bytes in use by the lengths of the values that each table and index holds."""
    lengths = {name: _length(db, name, table, kind) for name, table, kind in parts}
    whole = sum(lengths.values()) or 1
    return {name: used * length // whole for name, length in lengths.items()}


def _length(db: Database, name: str, table: str, kind: str) -> int:
    """Return the bytes of the values in a table or index, and some for each row."""
    pragma = "table_info" if kind == "table" else "index_info"
    columns = [
        row[0]
        for row in db.execute(f"SELECT name FROM pragma_{pragma}(?)", [name]).fetchall()
    ]
    values = (
        " + ".join(
            f'coalesce(length(CAST("{column}" AS BLOB)), 0) + 1'
            for column in columns
            if column
        )
        or "0"
    )
    return int(
        db.execute(f'SELECT coalesce(sum({values} + 4), 0) FROM "{table}"').fetchone()[
            0
        ]
    )
