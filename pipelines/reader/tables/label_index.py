"""The index of a generation's labels: which row or column of which table a printed label names.

Labels are compared as cores (`extract_core`): without enumerator, gloss, quotes and punctuation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from nianbao.pipelines.reader.tables.forms import (
    FormLabel,
    FormTable,
    get_tables,
    load_forms,
)
from nianbao.pipelines.reader.tables.html_grids import GridRow


class RowMatch(NamedTuple):
    """A row of a form that a label names; `order` is its number in the table."""

    table: FormTable
    row: FormLabel
    order: int


RowMatches: TypeAlias = tuple[RowMatch, ...]

# Shorter labels are compared to the letter.
_SHORTEST_MISPRINT = 6
_SHORTEST_LOSSY = 8
_SHORTEST_PREFIX = 10
_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True, eq=False)
class LabelIndex:
    """Which rows and columns the labels of a generation name, by core.

    The rows of one name stand in the order of the form.
    """

    generation: str
    rows: Mapping[str, RowMatches]
    columns: frozenset[str]
    review_tables: tuple[FormTable, ...]  # one row of figures under grouped columns


@cache
def get_label_index(generation: str) -> LabelIndex:
    """Return the index of a generation's labels; an empty one for an unknown generation."""
    rows: dict[str, RowMatches] = {}
    columns: set[str] = set()
    tables = get_tables(generation)
    for table in tables:
        for order, row in enumerate(table.rows):
            match = RowMatch(table, row, order)
            for core in row.cores:
                earlier = rows.get(core, ())
                rows[core] = (*earlier, match)
        for column in table.columns:
            columns.update(column.cores)
    return LabelIndex(
        generation=generation,
        rows=rows,
        columns=frozenset(columns),
        review_tables=tuple(table for table in tables if table.groups),
    )


@lru_cache(maxsize=4096)
def find_rows(generation: str, core: str) -> RowMatches:
    """Return the rows that a core names; none when it names no row.

    A core names a row exactly, with one character misprinted, with words behind it, or with
    characters lost. A core near to two labels names none.
    """
    rows = get_label_index(generation).rows
    matches = rows.get(core)
    if matches is not None:
        return matches
    if not _SHORTEST_MISPRINT <= len(core) <= _LONGEST_LABEL:
        return ()
    candidates = [label for label in rows if _is_misprint(core, label)]
    if not candidates:
        candidates = [label for label in rows if _has_lost_characters(core, label)]
    if len(candidates) != 1:
        return ()
    return rows[candidates[0]]


@lru_cache(maxsize=4096)
def find_truncated_row(generation: str, core: str) -> RowMatches:
    """Return the row whose label alone begins with a core; none when there are several."""
    if len(core) < _SHORTEST_MISPRINT:
        return ()
    candidates: list[RowMatches] = []
    for label, matches in get_label_index(generation).rows.items():
        if label.startswith(core):
            candidates.append(matches)
    row_labels = {matches[0].row for matches in candidates}
    if len(row_labels) != 1:
        return ()
    return candidates[0]


def _is_misprint(core: str, label: str) -> bool:
    """Tell whether a core differs from a label in one character, or continues it."""
    if len(label) < _SHORTEST_MISPRINT:
        return False
    if len(label) >= _SHORTEST_PREFIX and core.startswith(label):
        return True
    if abs(len(core) - len(label)) > 1:
        return False
    start = 0
    shortest = min(len(core), len(label))
    while start < shortest and core[start] == label[start]:
        start += 1
    core_rest = core[start:]
    label_rest = label[start:]
    if core_rest[1:] == label_rest[1:]:
        return True  # another character
    if core_rest[1:] == label_rest:
        return True  # a character too many
    return core_rest == label_rest[1:]  # a character is missing


def _has_lost_characters(core: str, label: str) -> bool:
    """Tell whether a core is a label that lost up to a quarter of its characters within.

    The text of a PDF loses characters that overlap.
    """
    if len(core) < _SHORTEST_LOSSY:
        return False
    longest_label = len(core) * 4 // 3
    if not len(core) < len(label) <= longest_label:
        return False
    if not label.startswith(core[:2]):
        return False
    if not label.endswith(core[-2:]):
        return False
    remaining = iter(label)
    return all(character in remaining for character in core)


def find_printed_table(table: FormTable, header: Sequence[GridRow]) -> FormTable | None:
    """Return the table of another year's form all of whose columns a row of a header prints.

    A single column proves nothing: it may just be another name for that of this form. Nor do
    columns that both forms have.
    """
    own_columns = table.figure_columns
    if any(_prints_columns(row, own_columns) for row in header):
        return None
    for other in list_counterparts(table):
        columns = other.figure_columns
        if len(columns) > 1 and any(_prints_columns(row, columns) for row in header):
            return other
    return None


@cache
def list_counterparts(table: FormTable) -> tuple[FormTable, ...]:
    """Return the tables of other years' forms in the place of a table."""
    name = table.id.partition(".")[2]
    others: list[FormTable] = []
    for tables in load_forms().tables.values():
        for other in tables:
            if other.id != table.id and other.id.partition(".")[2] == name:
                others.append(other)
    return tuple(others)


def _prints_columns(row: GridRow, columns: Sequence[FormLabel]) -> bool:
    """Tell whether a row of a header prints columns in their order, and no others of the form."""
    cores = [cell.core for cell in row]
    names = [core for core in cores if any(core in column.cores for column in columns)]
    if len(names) != len(columns):
        return False
    pairs = zip(names, columns, strict=True)
    return all(name in column.cores for name, column in pairs)


def find_row_of_key(table: FormTable, key: str) -> FormLabel | None:
    """Return the row of a table that has a key."""
    for row in table.rows:
        if row.key == key:
            return row
    return None


@cache
def list_foreign_columns(table: FormTable) -> frozenset[str]:
    """Return what this table's columns are called in the forms of other years only.

    For g2021.art20_1 that is 本年新制作数量 of the form of 2019, and its like.
    """
    foreign: set[str] = set()
    for other in list_counterparts(table):
        foreign |= _collect_column_cores(other)
    return frozenset(foreign - _collect_column_cores(table))


@cache
def list_foreign_columns_of_all(generation: str) -> frozenset[str]:
    """Return the columns that are foreign to a table of a generation, and no column of it."""
    foreign: set[str] = set()
    for table in get_tables(generation):
        foreign |= list_foreign_columns(table)
    return frozenset(foreign - get_label_index(generation).columns)


def _collect_column_cores(table: FormTable) -> set[str]:
    cores: set[str] = set()
    for column in table.figure_columns:
        cores.update(column.cores)
    return cores
