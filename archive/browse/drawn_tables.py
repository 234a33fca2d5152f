"""Drawn tables: what a template needs of a statutory table, with the marks of findings in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nianbao.archive.cell_anchors import anchor
from nianbao.archive.records import Figure, Finding


@dataclass(frozen=True, slots=True)
class BilingualName:
    """A name as it is printed, and in English where that is known."""

    zh: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class FindingMark:
    """A finding at its place, by its number in the list of findings of the page."""

    number: int
    rule: str
    severity: str


Marks = tuple[FindingMark, ...]


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell. `figure` is None where the page has none, `before` is that of the older version."""

    anchor: str
    figure: Figure | None
    before: Figure | None
    changed: bool
    marks: Marks

    @property
    def content(self) -> str:
        """The number, with its printed digits; without a number, the printed text."""
        return format_figure(self.figure)

    @property
    def content_before(self) -> str:
        """The content of the cell in the older version."""
        return format_figure(self.before)

    @property
    def printed_text(self) -> str:
        """The printed text of a number, where it is another text than the content."""
        if self.figure is None or self.figure.value is None:
            return ""
        text = self.figure.text.strip()
        if text == self.content:
            return ""
        return text


def format_figure(figure: Figure | None) -> str:
    """Return a figure as text: its number, with its printed digits.

    Without a number, the printed text; the empty text without a figure.
    """
    if figure is None:
        return ""
    text = figure.text.strip()
    if figure.value is None:
        return text
    try:
        is_plain_number = float(text.replace(",", "")) == figure.value
    except ValueError:
        is_plain_number = False
    if is_plain_number:
        return text
    return str(figure.value)


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column of a drawn table."""

    key: str
    name: BilingualName
    marks: Marks


@dataclass(frozen=True, slots=True)
class ColumnSpan:
    """A heading over neighbouring columns; `name` is None over a column without one."""

    name: BilingualName | None
    columns: int


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row. `depth` begins at 0; a heading has no cells; a local row is not of the form."""

    key: str
    anchor: str
    name: BilingualName
    depth: int
    heading: bool
    local: bool
    cells: tuple[DrawnCell, ...]
    marks: Marks
    # the heading of this row and those that follow, on the first of them
    over: BilingualName | None


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table of a form with the figures of a version."""

    id: str
    anchor: str
    name: BilingualName
    section: str | None
    spans: tuple[ColumnSpan, ...]  # empty where no columns have a common heading
    columns: tuple[DrawnColumn, ...]
    rows: tuple[DrawnRow, ...]
    marks: Marks

    @property
    def changed(self) -> int:
        """The number of cells that differ from the older version."""
        return sum(cell.changed for cell in self._cells())

    @property
    def alignments(self) -> frozenset[str]:
        """The kinds of alignment that occur."""
        figures = [cell.figure for cell in self._cells()]
        return frozenset(figure.alignment for figure in figures if figure)

    def _cells(self) -> Iterator[DrawnCell]:
        for row in self.rows:
            yield from row.cells


# --- where a finding is marked ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """Where a finding is marked: the anchor and the names of table, row and column."""

    anchor: str
    names: tuple[BilingualName, ...]

    def name(self, language: str) -> str:
        """Return table, row and column in a language."""
        names = []
        for name in self.names:
            if language == "en" and name.en:
                names.append(name.en)
            else:
                names.append(name.zh)
        return " · ".join(names)


def find_marked_place(
    tables: Iterable[DrawnTable], finding: Finding
) -> MarkedPlace | None:
    """Return where a finding is marked in drawn tables; None when it is about none of them."""
    for table in tables:
        if table.id == finding.table:
            return _place_in_table(table, finding)
    return None


def _place_in_table(table: DrawnTable, finding: Finding) -> MarkedPlace:
    row = _find_key(table.rows, finding.row)
    column = _find_key(table.columns, finding.column)
    parts = [part for part in (row, column) if part is not None]
    names = (table.name, *(part.name for part in parts))
    if row is None:
        return MarkedPlace(anchor(table.id), names)
    if column is None or row.heading:
        return MarkedPlace(row.anchor, names)
    return MarkedPlace(anchor(table.id, row.key, column.key), names)


def _find_key(parts: Iterable[Any], key: str | None) -> Any:
    """Return the row or column with a key; None when there is none."""
    for part in parts:
        if part.key == key:
            return part
    return None
