"""The index of a generation's labels: which row or column of which table a printed label names.

Labels are compared as cores (`extract_core`): without enumerator, gloss, quotes and punctuation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from nianbao.pipelines.reader.tables.forms import (
    FormLabel,
    FormTable,
    get_tables,
    load_forms,
)

RowMatches: TypeAlias = tuple[tuple[FormTable, FormLabel, int], ...]
ColumnMatches: TypeAlias = tuple[tuple[FormTable, FormLabel], ...]

# Shorter labels are compared to the letter.
_SHORTEST_MISPRINT = 6
_SHORTEST_LOSSY = 8
_SHORTEST_PREFIX = 10
_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True, eq=False)
class LabelIndex:
    """Where the labels of a generation stand.

    `rows` gives for a core (table, row, number of the row in the table), in the order of the
    form; `columns` gives (table, column).
    """

    generation: str
    rows: dict[str, RowMatches]
    columns: dict[str, ColumnMatches]
    review_tables: tuple[FormTable, ...]  # one row of figures under grouped columns


@cache
def get_label_index(generation: str) -> LabelIndex:
    """Return the index of a generation's labels; an empty one for an unknown generation."""
    rows: dict[str, RowMatches] = {}
    columns: dict[str, ColumnMatches] = {}
    tables = get_tables(generation)
    for table in tables:
        for order, row in enumerate(table.rows):
            for core in row.cores:
                rows[core] = (*rows.get(core, ()), (table, row, order))
        for column in table.columns:
            for core in column.cores:
                columns[core] = (*columns.get(core, ()), (table, column))
    review_tables = tuple(table for table in tables if table.groups)
    return LabelIndex(generation, rows, columns, review_tables)


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
    row_labels = {matches[0][1] for matches in candidates}
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
    if not len(core) < len(label) <= len(core) * 4 // 3:
        return False
    if core[:2] != label[:2] or core[-2:] != label[-2:]:
        return False
    remaining = iter(label)
    return all(character in remaining for character in core)


@cache
def list_foreign_columns(table: FormTable) -> frozenset[str]:
    """Return what this table's columns are called in the forms of other years only.

    For g2021.art20_1 that is 本年新制作数量 of the form of 2019, and its like.
    """
    name = _name_without_generation(table)
    foreign: set[str] = set()
    for tables in load_forms().tables.values():
        for other in tables:
            if other.id != table.id and _name_without_generation(other) == name:
                foreign |= _collect_column_cores(other)
    return frozenset(foreign - _collect_column_cores(table))


@cache
def list_foreign_columns_of_all(generation: str) -> frozenset[str]:
    """Return the columns that are foreign to a table of a generation, and no column of it."""
    foreign: set[str] = set()
    for table in get_tables(generation):
        foreign |= list_foreign_columns(table)
    return frozenset(foreign - get_label_index(generation).columns.keys())


def _name_without_generation(table: FormTable) -> str:
    return table.id.partition(".")[2]


def _collect_column_cores(table: FormTable) -> set[str]:
    cores: set[str] = set()
    for column in table.figure_columns:
        cores.update(column.cores)
    return cores
