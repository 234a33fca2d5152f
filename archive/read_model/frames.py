"""Tables as data frames of pandas or Polars, which are there if the extra `frames` is installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from typing import Any, Literal

from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model import tables


class FramesMissing(ArchiveError):
    """The library for data frames is not installed."""


def frame(library: Literal["pandas", "polars"], kind: type, rows: Iterator[Any]) -> Any:
    """Return the rows of a table as a frame, each column of its type; what is not known is null."""
    try:
        module = import_module(library)
    except ImportError as error:
        raise FramesMissing(
            f"{library} is not installed. Install it with: pip install 'nianbao[frames]'"
        ) from error
    names, types = tables.names(kind), tables.types(kind)
    columns: dict[str, list[Any]] = {name: [] for name in names}
    values = attrgetter(*names)
    for row in rows:
        for column, value in zip(columns.values(), values(row), strict=True):
            column.append(value)
    if library == "polars":
        kinds = {
            str: module.String,
            int: module.Int64,
            float: module.Float64,
            bool: module.Boolean,
        }
        return module.DataFrame(
            columns, schema={name: kinds[types[name]] for name in names}
        )
    dtypes = {str: "string", int: "Int64", float: "float64", bool: "boolean"}
    return module.DataFrame(
        {
            name: module.Series(column, dtype=dtypes[types[name]])
            for name, column in columns.items()
        }
    )
