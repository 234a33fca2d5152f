"""The formats of one table in one file: JSON Lines, CSV, Parquet. Rows are written as they come."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export.dictionary import Table
from nianbao.archive.read_model.rows import RowValues

AT_A_TIME = (
    4_000  # rows held in memory, and in a row group of Parquet: 20,000 take 40 MB more
)


class ParquetMissing(ArchiveError):
    """The library for Parquet is not installed."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how its files end, its media type, and what writes one."""

    ending: str
    mediatype: str
    write: Callable[[Path, Table, Iterable[RowValues]], None]


def _jsonl(path: Path, table: Table, rows: Iterable[RowValues]) -> None:
    """Write an object a line, keys as the columns."""
    names = [column.name for column in table.columns]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(
                json.dumps(
                    dict(zip(names, row, strict=True)),
                    ensure_ascii=False,
                    separators=(",", ":"),
                )
            )
            file.write("\n")


def _csv(path: Path, table: Table, rows: Iterable[RowValues]) -> None:
    """Write UTF-8 with a heading line; an empty field is null."""
    booleans = [
        place for place, column in enumerate(table.columns) if column.type is bool
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        writer.writerows(_worded(row, booleans) if booleans else row for row in rows)


def _worded(row: RowValues, booleans: list[int]) -> list[Any]:
    words = {True: "true", False: "false"}
    return [
        words.get(value) if place in booleans else value
        for place, value in enumerate(row)
    ]


def _parquet(path: Path, table: Table, rows: Iterable[RowValues]) -> None:
    """Write columns of their types, compressed with zstd."""
    pyarrow, parquet = _pyarrow()
    kinds = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    fields = [
        pyarrow.field(one.name, kinds[one.type], nullable=not one.required)
        for one in table.columns
    ]
    schema = pyarrow.schema(fields)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = [
                pyarrow.array(column, field.type)
                for column, field in zip(zip(*batch, strict=True), fields, strict=True)
            ]
            writer.write_table(
                pyarrow.Table.from_arrays(columns, schema=schema),
                row_group_size=AT_A_TIME,
            )


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        message = "Parquet needs pyarrow, which is not installed. Install it with: pip install 'nianbao[parquet]'"
        raise ParquetMissing(message) from error


def _batches(rows: Iterable[RowValues]) -> Iterator[list[RowValues]]:
    coming = iter(rows)
    while batch := list(islice(coming, AT_A_TIME)):
        yield batch


FORMATS = {
    "jsonl": Format("jsonl", "application/jsonl", _jsonl),
    "csv": Format("csv", "text/csv", _csv),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _parquet),
}
