"""The figures of a report as they are collected: one for each cell of the form, and what was
wrong with rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nianbao.archive.records import Alignment, Figure, Finding
from nianbao.pipelines.reader.tables import forms, numbers
from nianbao.pipelines.reader.tables.forms import Table


@dataclass(slots=True)
class Figures:
    """The figures read so far, the first of each cell, and what was wrong with rows."""

    cells: dict[tuple[str, str, str], Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        table: Table,
        row: str,
        cells: Sequence[tuple[str, str]],
        alignment: Alignment = "exact",
    ) -> None:
        """Keep one row: (column key, text) pairs."""
        keys = [(table.id, row, column) for column, _ in cells]
        if not self.cells.keys().isdisjoint(keys):
            return
        for key, (_, printed) in zip(keys, cells, strict=True):
            self.cells[key] = _figure(*key, printed, alignment)

    def add_ragged(
        self,
        table: Table,
        keys: Sequence[tuple[str, str]],
        printed: Sequence[str],
        strange: str = "",
    ) -> None:
        """Keep a row whose cells cannot be given to (row, column) keys; zeros only are assumed
        to be zeros.

        Not so where `strange`, a column printed above it, is none of this form's.
        """
        raw = " | ".join(printed)
        stated = [cell for cell in printed if not numbers.is_blank(cell)]
        zeros = (
            bool(stated)
            and not strange
            and all(numbers.value(cell) == 0 for cell in stated)
        )
        if not self.cells.keys().isdisjoint([(table.id, *key) for key in keys]):
            return
        for number, (row, column) in enumerate(keys):
            kept = "0" if zeros else "" if number else raw
            self.add(table, row, [(column, kept)], "assumed" if zeros else "ragged")
        name = keys[0][0] if len({row for row, _ in keys}) == 1 else None
        if strange:
            message = f"the column {strange} is of another year's form: {raw}"
            self.findings.append(
                Finding("row.ragged", "warning", message, table.id, name)
            )
            return
        message = f"{len(printed)} cells where the form has {len(keys)}: {raw}"
        sizes = {"expected": str(len(keys)), "found": str(len(printed))}
        self.findings.append(
            Finding("row.ragged", "warning", message, table.id, name, **sizes)
        )


@lru_cache(maxsize=16384)
def _figure(
    table: str, row: str, column: str, printed: str, alignment: Alignment
) -> Figure:
    """Return a figure; the zeros and blanks that most cells of most reports hold are one object
    each.
    """
    number = None if alignment == "ragged" else numbers.value(printed)
    return Figure(table, row, column, number, printed, alignment)


def unread(generation: str, squeezed: str, figures: Figures) -> Iterator[Finding]:
    """Yield a finding for each table whose labels the text prints but of which no figure was
    read.
    """
    done = {table for table, _, _ in figures.cells}
    known = {
        core
        for table in forms.tables(generation)
        if table.id in done
        for row in table.rows
        for core in row.cores
    }
    for table in forms.tables(generation):
        if table.id not in done and _is_printed(table, squeezed, known):
            yield Finding(
                "tables.unread",
                "warning",
                f"{table.id} is printed in a layout that was not read",
                table.id,
            )


def _is_printed(table: Table, squeezed: str, known: set[str]) -> bool:
    """Tell whether a text prints a table: its groups, or a row and a column of it that no other
    table has.
    """
    plain = squeezed.replace("、", "").replace("/", "")
    rows = [
        core
        for row in table.rows
        for core in row.cores
        if len(core) > 3 and core not in known
    ]
    heads = [
        core
        for label in (*table.groups, *table.figures)
        for core in label.cores
        if len(core) > 3
    ]
    hits = sum(core in plain for core in rows)
    if table.groups:
        return any(
            core in plain
            for group in table.groups
            for core in group.cores
            if len(core) > 4
        )
    return hits >= 4 or (hits > 0 and any(core in plain for core in heads))
