"""The index of a generation's labels: which row or column of which table a printed label names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.forms import Label, Table

_LEAST_MISPRINT, _LEAST_LOSSY, _LEAST_PREFIX = (
    6,
    8,
    10,
)  # shorter labels are compared to the letter
_LONGEST = 60  # characters of a label


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Where the labels of a generation stand: core → (table, row), in the order of the form."""

    generation: str
    rows: dict[str, tuple[tuple[Table, Label, int], ...]]
    columns: dict[str, tuple[tuple[Table, Label], ...]]
    single: tuple[Table, ...]  # tables with one row of figures under grouped columns


@lru_cache(maxsize=4096)
def row(generation: str, core: str) -> tuple[tuple[Table, Label, int], ...]:
    """Return the rows that a core names: exactly, with one character misprinted, or with words
    behind.
    """
    rows = of(generation).rows
    found = rows.get(core)
    if found is None and _LEAST_MISPRINT <= len(core) <= _LONGEST:
        near = [
            known
            for known in rows
            if len(known) >= _LEAST_MISPRINT and _is_near(core, known)
        ]
        near = near or [known for known in rows if _lost_characters(core, known)]
        found = rows[near[0]] if len(near) == 1 else None
    return found or ()


@lru_cache(maxsize=4096)
def cut_row(generation: str, core: str) -> tuple[tuple[Table, Label, int], ...]:
    """Return the row whose label alone begins with a core that was cut off."""
    if len(core) < _LEAST_MISPRINT:
        return ()
    begun = {
        rows for known, rows in of(generation).rows.items() if known.startswith(core)
    }
    return next(iter(begun)) if len({rows[0][1] for rows in begun}) == 1 else ()


def _is_near(core: str, known: str) -> bool:
    """Tell whether two labels differ in one character, or one continues the other."""
    if len(known) >= _LEAST_PREFIX and core.startswith(known):
        return True
    if abs(len(core) - len(known)) > 1:
        return False
    start = 0
    while start < min(len(core), len(known)) and core[start] == known[start]:
        start += 1
    rest, other = core[start:], known[start:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _lost_characters(core: str, known: str) -> bool:
    """Tell a label that lost up to a quarter of its characters within: text of a PDF loses
    those that overlap.
    """
    if len(core) < _LEAST_LOSSY or not len(core) < len(known) <= len(core) * 4 // 3:
        return False
    if core[:2] != known[:2] or core[-2:] != known[-2:]:
        return False
    left = iter(known)
    return all(character in left for character in core)


@cache
def strange(table: Table) -> frozenset[str]:
    """Return what the columns of a table are called in the forms of other years, and not in its
    own.
    """
    name, own = (
        table.id.partition(".")[2],
        {core for column in table.figures for core in column.cores},
    )
    others = (
        other
        for group in forms.load().tables.values()
        for other in group
        if other.id != table.id
    )
    same = (other for other in others if other.id.partition(".")[2] == name)
    return (
        frozenset(
            core for other in same for column in other.figures for core in column.cores
        )
        - own
    )


@cache
def strange_to(generation: str) -> frozenset[str]:
    """Return all columns that are strange to some table of a generation, and to none of its
    tables its own.
    """
    tables = forms.tables(generation)
    return (
        frozenset(core for table in tables for core in strange(table))
        - of(generation).columns.keys()
    )


@cache
def of(generation: str) -> Index:
    """Build the index of a generation's labels."""
    rows: dict[str, tuple[tuple[Table, Label, int], ...]] = {}
    columns: dict[str, tuple[tuple[Table, Label], ...]] = {}
    for table in forms.tables(generation):
        for order, row in enumerate(table.rows):
            for core in row.cores:
                rows[core] = (*rows.get(core, ()), (table, row, order))
        for column in table.columns:
            for core in column.cores:
                columns[core] = (*columns.get(core, ()), (table, column))
    single = tuple(table for table in forms.tables(generation) if table.groups)
    return Index(generation, rows, columns, single)
