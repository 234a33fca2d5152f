"""The formats of one table in one file: JSON Lines, CSV, Parquet. Rows are written as they come."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export.dictionary import TableDescription
from nianbao.archive.read_model.rows import RowValues

BATCH_ROWS = 4_000  # in memory as Python's objects: 20,000 take 40 MB more
# Of a row group of Parquet, in which each value stands once: with 4,000 rows in a group the figures
# took four times as much. 32 MB save a third of that, and take 60 MB more of memory.
GROUP_ROWS = 100_000
GROUP_BYTES = 8_000_000
BOOLEAN_WORDS = {True: "true", False: "false"}
NO_PYARROW = (
    "Parquet needs pyarrow, which is not installed."
    " Install it with: pip install 'nianbao[parquet]'"
)


class ParquetMissing(ArchiveError):
    """The library for Parquet is not installed."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format: the ending of its files, its media type, and what writes a file."""

    ending: str
    mediatype: str
    write: Callable[[Path, TableDescription, Iterable[RowValues]], None]


def _write_jsonl(
    path: Path, table: TableDescription, rows: Iterable[RowValues]
) -> None:
    """Write an object a line, keys as the columns."""
    names = [column.name for column in table.columns]
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            values = dict(zip(names, row, strict=True))
            file.write(encoder.encode(values))
            file.write("\n")


def _write_csv(
    path: Path,
    table: TableDescription,
    rows: Iterable[RowValues],
    encoding: str = "utf-8",
) -> None:
    """Write UTF-8 with a heading line; an empty field is null."""
    names = [column.name for column in table.columns]
    boolean_indexes = []
    for index, column in enumerate(table.columns):
        if column.type is bool:
            boolean_indexes.append(index)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        if boolean_indexes:
            rows = (_spell_booleans(row, boolean_indexes) for row in rows)
        writer.writerows(rows)


def _spell_booleans(row: RowValues, indexes: list[int]) -> RowValues:
    """Return a row with its booleans as `true` and `false`."""
    values = list(row)
    for index in indexes:
        values[index] = BOOLEAN_WORDS.get(values[index])
    return tuple(values)


def _write_parquet(
    path: Path, table: TableDescription, rows: Iterable[RowValues]
) -> None:
    """Write columns of their types, compressed with zstd."""
    pyarrow, parquet = _import_pyarrow()
    types = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    fields = []
    for column in table.columns:
        nullable = not column.required
        fields.append(pyarrow.field(column.name, types[column.type], nullable=nullable))
    schema = pyarrow.schema(fields)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        tables = _make_arrow_tables(pyarrow, schema, rows)
        for group in _join_into_groups(tables):
            writer.write_table(pyarrow.concat_tables(group), row_group_size=GROUP_ROWS)


def _make_arrow_tables(
    pyarrow: Any, schema: Any, rows: Iterable[RowValues]
) -> Iterator[Any]:
    """Yield the rows as tables of Arrow, a batch in each."""
    for batch in _split_into_batches(rows):
        columns = zip(*batch, strict=True)
        arrays = []
        for field, values in zip(schema, columns, strict=True):
            arrays.append(pyarrow.array(values, field.type))
        yield pyarrow.Table.from_arrays(arrays, schema=schema)


def _join_into_groups(tables: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield tables of Arrow in lists, each of the size of a row group."""
    group: list[Any] = []
    row_count = 0
    size_bytes = 0
    for table in tables:
        if group and row_count + table.num_rows > GROUP_ROWS:
            yield group
            group, row_count, size_bytes = [], 0, 0
        group.append(table)
        row_count += table.num_rows
        size_bytes += table.nbytes
        if size_bytes > GROUP_BYTES:
            yield group
            group, row_count, size_bytes = [], 0, 0
    if group:
        yield group


def _import_pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ParquetMissing(NO_PYARROW) from error


def _split_into_batches(rows: Iterable[RowValues]) -> Iterator[list[RowValues]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch


# With a byte order mark, without which Excel takes UTF-8 for something else.
CSV_WITH_MARK = TableFormat(
    "csv", "text/csv", partial(_write_csv, encoding="utf-8-sig")
)
FORMATS = {
    "jsonl": TableFormat("jsonl", "application/jsonl", _write_jsonl),
    "csv": TableFormat("csv", "text/csv", _write_csv),
    "parquet": TableFormat("parquet", "application/vnd.apache.parquet", _write_parquet),
}
