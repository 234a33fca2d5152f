"""Tables as data frames of pandas or Polars, which the extra `frames` installs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from typing import Any, Literal

from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model.rows import column_names, column_types

PANDAS_TYPES = {str: "string", int: "Int64", float: "float64", bool: "boolean"}
POLARS_TYPES = {str: "String", int: "Int64", float: "Float64", bool: "Boolean"}

Columns = dict[str, list[Any]]


class FramesMissing(ArchiveError):
    """The library for data frames is not installed."""


def build_frame(
    library: Literal["pandas", "polars"], record: type, rows: Iterator[Any]
) -> Any:
    """Return the rows of a table as a frame, each column of its type; None becomes null."""
    try:
        module = import_module(library)
    except ImportError as error:
        raise FramesMissing(
            f"{library} is not installed. Install it with: pip install 'nianbao[frames]'"
        ) from error
    columns = _collect_columns(record, rows)
    if library == "polars":
        return _polars_frame(module, columns, column_types(record))
    return _pandas_frame(module, columns, column_types(record))


def _collect_columns(record: type, rows: Iterator[Any]) -> Columns:
    names = column_names(record)
    columns: Columns = {name: [] for name in names}
    row_values = attrgetter(*names)
    for row in rows:
        for column, value in zip(columns.values(), row_values(row), strict=True):
            column.append(value)
    return columns


def _polars_frame(polars: Any, columns: Columns, types: dict[str, type]) -> Any:
    schema = {}
    for name in columns:
        schema[name] = getattr(polars, POLARS_TYPES[types[name]])
    return polars.DataFrame(columns, schema=schema)


def _pandas_frame(pandas: Any, columns: Columns, types: dict[str, type]) -> Any:
    series = {}
    for name, values in columns.items():
        series[name] = pandas.Series(values, dtype=PANDAS_TYPES[types[name]])
    return pandas.DataFrame(series)
