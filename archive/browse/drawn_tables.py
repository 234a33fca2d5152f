"""Drawn tables: the figures of a version as tables of their form, in its order, with its names.

What the page has beyond its form is at the end of its table, under the printed name. Findings
about a cell, a row, a column or a table are marked there. `tables.yaml` has what the archive
has not: the titles of the tables, headings over several columns, and the names in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.browse.addresses import anchor
from nianbao.archive.derived.figures import CellName, extract_value
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.records import Figure, Finding

LAYOUT = Path(__file__).with_name("tables.yaml")
# The depth of a row, by how its printed name begins: 一、 （一） 1. (1), or "of these" (其中)
# where there is nothing else.
OF_THESE = re.compile("其中[:：]?")
ENUMERATORS = (
    re.compile("[一二三四五六七八九十]+、"),
    re.compile("[（(][一二三四五六七八九十]+[）)]"),
    re.compile(r"\d+[.．、]"),
    re.compile(r"[（(]\d+[）)]|其中"),
)
NO_LEVEL = -1

MarkKey = tuple[str, str | None, str | None]  # table, row, column


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


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell. `figure` is None where the page has none, `before` is that of the older version."""

    anchor: str
    figure: Figure | None
    before: Figure | None
    changed: bool
    marks: tuple[FindingMark, ...]

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
    marks: tuple[FindingMark, ...]


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
    marks: tuple[FindingMark, ...]
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
    marks: tuple[FindingMark, ...]

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


def _collect_marks(
    findings: Sequence[Finding],
) -> dict[MarkKey, tuple[FindingMark, ...]]:
    """Return the marks by table, row and column."""
    marks: dict[MarkKey, tuple[FindingMark, ...]] = {}
    for number, finding in enumerate(findings, start=1):
        if finding.table:
            key = (finding.table, finding.row, finding.column)
            mark = FindingMark(number, finding.rule, finding.severity)
            marks[key] = (*marks.get(key, ()), mark)
    return marks


# --- drawing ----------------------------------------------------------------------------


def draw_tables(
    figures: Iterable[Figure],
    cell_names: Iterable[CellName],
    findings: Sequence[Finding] = (),
    before: Iterable[Figure] | None = None,
) -> list[DrawnTable]:
    """Draw the tables that a version has, in the order of the forms.

    `cell_names` are those of the forms. With `before`, the figures of an older version, cells
    that differ are marked, and the tables of that version are drawn too.
    """
    drawer = _TableDrawer(
        figures=_index_figures(figures),
        figures_before=None if before is None else _index_figures(before),
        cell_names=_group_cell_names(cell_names),
        marks=_collect_marks(findings),
    )
    return [drawer.draw(table) for table in _order_tables(drawer.places())]


def _index_figures(figures: Iterable[Figure]) -> dict[CellPlace, Figure]:
    return {(figure.table, figure.row, figure.column): figure for figure in figures}


def _group_cell_names(cell_names: Iterable[CellName]) -> dict[str, list[CellName]]:
    tables: dict[str, list[CellName]] = {}
    for cell_name in cell_names:
        tables.setdefault(cell_name.table, []).append(cell_name)
    return tables


def _order_tables(places: Iterable[CellPlace]) -> list[str]:
    """Return the tables of some cells in the order of the layout, those without layout last."""
    tables = dict.fromkeys(table for table, _, _ in places)
    layout = _load_layout()["tables"]
    order = [table for table in layout if table in tables]
    return order + [table for table in tables if table not in layout]


@dataclass(frozen=True, slots=True)
class _TableDrawer:
    """The figures, names and marks that tables are drawn of."""

    figures: Mapping[CellPlace, Figure]
    figures_before: Mapping[CellPlace, Figure] | None
    cell_names: Mapping[str, Sequence[CellName]]
    marks: Mapping[MarkKey, tuple[FindingMark, ...]]

    def places(self) -> list[CellPlace]:
        """Return the places of all figures, those of the older version last."""
        return list(dict.fromkeys((*self.figures, *(self.figures_before or ()))))

    def draw(self, table: str) -> DrawnTable:
        """Return a table."""
        layout = _load_layout()["tables"].get(table, {})
        cell_names = self.cell_names.get(table, ())
        places = [place for place in self.places() if place[0] == table]
        labels = {name.column: name.column_label for name in cell_names}
        labels.update(layout.get("columns", {}))
        keys = list(dict.fromkeys([*labels, *(column for _, _, column in places)]))
        return DrawnTable(
            id=table,
            anchor=anchor(table),
            name=BilingualName(layout.get("zh", table), layout.get("en")),
            section=layout.get("section"),
            spans=_span_columns(layout.get("spans", ()), keys),
            columns=tuple(self._draw_columns(table, keys, labels)),
            rows=tuple(self._draw_rows(table, keys, cell_names, places)),
            marks=self._marks_at(table, None, None),
        )

    def _draw_columns(
        self, table: str, keys: Sequence[str], labels: Mapping[str, str]
    ) -> Iterator[DrawnColumn]:
        english_names = _load_layout()["columns"]
        for key in keys:
            name = BilingualName(labels.get(key, key), english_names.get(key))
            yield DrawnColumn(key, name, self._marks_at(table, None, key))

    def _draw_rows(
        self,
        table: str,
        columns: Sequence[str],
        cell_names: Sequence[CellName],
        places: Sequence[CellPlace],
    ) -> Iterator[DrawnRow]:
        english_names = _load_layout()["rows"]
        labels = {name.row: name.row_label for name in cell_names}
        figure_rows = dict.fromkeys(row for _, row, _ in places)
        keys = list(dict.fromkeys([*labels, *figure_rows]))
        depths = _measure_depths([labels.get(key, "") for key in keys])
        row_spans = _span_rows(table)
        for index, key in enumerate(keys):
            heading = key not in figure_rows and _has_deeper_row(depths, index)
            cells: list[DrawnCell] = []
            if not heading:
                cells = [self._draw_cell((table, key, column)) for column in columns]
            yield DrawnRow(
                key=key,
                anchor=anchor(table, key),
                name=BilingualName(labels.get(key, key), english_names.get(key)),
                depth=depths[index],
                heading=heading,
                local=bool(labels) and key not in labels,
                cells=tuple(cells),
                marks=self._marks_at(table, key, None),
                over=row_spans.get(key),
            )

    def _draw_cell(self, place: CellPlace) -> DrawnCell:
        figure = self.figures.get(place)
        before = None
        changed = False
        if self.figures_before is not None:
            before = self.figures_before.get(place)
            changed = extract_value(figure) != extract_value(before)
        return DrawnCell(
            anchor(*place), figure, before, changed, self._marks_at(*place)
        )

    def _marks_at(
        self, table: str, row: str | None, column: str | None
    ) -> tuple[FindingMark, ...]:
        return self.marks.get((table, row, column), ())


def _has_deeper_row(depths: Sequence[int], index: int) -> bool:
    """Tell whether the row after a row is deeper."""
    following = index + 1
    return following < len(depths) and depths[following] > depths[index]


def _measure_depths(labels: Sequence[str]) -> list[int]:
    """Return the depth of each row, by the enumerator its label begins with.

    A row without one is as deep as the row before it, if the first row of the form has one.
    """
    levels: list[int] = []
    for label in labels:
        level = _find_level(label)
        if level is None:
            level = NO_LEVEL
            if label and levels and levels[0] != NO_LEVEL:
                level = levels[-1]
        levels.append(level)
    ranks = {level: rank for rank, level in enumerate(sorted(set(levels)))}
    return [ranks[level] for level in levels]


def _find_level(label: str) -> int | None:
    """Return the level of the enumerator that a label begins with; None without one."""
    bare_label = OF_THESE.sub("", label, count=1)
    for level, pattern in enumerate(ENUMERATORS):
        if pattern.match(bare_label):
            return level
    if bare_label != label:
        return len(ENUMERATORS)
    return None


def _span_rows(table: str) -> dict[str, BilingualName]:
    """Return the headings over rows, by the first row of each."""
    spans = _load_layout()["tables"].get(table, {}).get("spans", ())
    return {span["of"][0]: BilingualName(span["zh"], span["en"]) for span in spans}


def _span_columns(
    spans: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> tuple[ColumnSpan, ...]:
    """Return the headings over columns in order; empty when none is over a column."""
    span_of_key: dict[str, Mapping[str, Any]] = {}
    for span in spans:
        for key in span["of"]:
            span_of_key[key] = span
    if not any(key in span_of_key for key in keys):
        return ()
    headings: list[ColumnSpan] = []
    previous = None
    for key in keys:
        current = span_of_key.get(key)
        if current is None:
            headings.append(ColumnSpan(None, 1))
        elif current is previous:
            headings[-1] = ColumnSpan(headings[-1].name, headings[-1].columns + 1)
        else:
            name = BilingualName(current["zh"], current["en"])
            headings.append(ColumnSpan(name, 1))
        previous = current
    return tuple(headings)


@cache
def _load_layout() -> dict[str, Any]:
    layout: dict[str, Any] = YAML(typ="safe").load(LAYOUT)
    return layout
