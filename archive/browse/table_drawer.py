"""The drawer of tables: the figures of a version as tables of their form, with its names.

What the page has beyond its form is at the end of its table, under the printed name. Findings
about a cell, a row, a column or a table are marked there. `archive/table_layout.yaml` has what the
archive has not: the titles of the tables, headings over several columns, and the names in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nianbao.archive.browse.drawn_tables import (
    BilingualName,
    ColumnSpan,
    DrawnCell,
    DrawnColumn,
    DrawnRow,
    DrawnTable,
    FindingMark,
    Marks,
)
from nianbao.archive.cell_anchors import anchor
from nianbao.archive.derived.figures import CellName, extract_value
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.records import Figure, Finding
from nianbao.archive.table_layout import load_layout

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
    figures_before = None
    if before is not None:
        figures_before = _index_figures(before)
    drawer = _TableDrawer(
        figures=_index_figures(figures),
        figures_before=figures_before,
        cell_names=_group_cell_names(cell_names),
        marks=_collect_marks(findings),
    )
    tables = _order_tables(drawer.places())
    return [drawer.draw(table) for table in tables]


def _index_figures(figures: Iterable[Figure]) -> dict[CellPlace, Figure]:
    figure_at = {}
    for figure in figures:
        place = (figure.table, figure.row, figure.column)
        figure_at[place] = figure
    return figure_at


def _group_cell_names(cell_names: Iterable[CellName]) -> dict[str, list[CellName]]:
    tables: dict[str, list[CellName]] = {}
    for cell_name in cell_names:
        tables.setdefault(cell_name.table, [])
        tables[cell_name.table].append(cell_name)
    return tables


def _collect_marks(
    findings: Sequence[Finding],
) -> dict[MarkKey, Marks]:
    """Return the marks by table, row and column."""
    marks: dict[MarkKey, Marks] = {}
    for number, finding in enumerate(findings, start=1):
        if not finding.table:
            continue
        key = (finding.table, finding.row, finding.column)
        mark = FindingMark(number, finding.rule, finding.severity)
        marks[key] = (*marks.get(key, ()), mark)
    return marks


def _order_tables(places: Iterable[CellPlace]) -> list[str]:
    """Return the tables of some cells in the order of the layout, those without layout last."""
    tables = dict.fromkeys(table for table, _, _ in places)
    layout = load_layout()["tables"]
    order = [table for table in layout if table in tables]
    for table in tables:
        if table not in layout:
            order.append(table)
    return order


@dataclass(frozen=True, slots=True)
class _TableDrawer:
    """The figures, names and marks that tables are drawn of."""

    figures: Mapping[CellPlace, Figure]
    figures_before: Mapping[CellPlace, Figure] | None
    cell_names: Mapping[str, Sequence[CellName]]
    marks: Mapping[MarkKey, Marks]

    def places(self) -> list[CellPlace]:
        """Return the places of all figures, those of the older version last."""
        places = dict.fromkeys(self.figures)
        if self.figures_before is not None:
            places.update(dict.fromkeys(self.figures_before))
        return list(places)

    def draw(self, table: str) -> DrawnTable:
        """Return a table."""
        layout = load_layout()["tables"].get(table, {})
        cell_names = self.cell_names.get(table, ())
        places = [place for place in self.places() if place[0] == table]
        columns = self._draw_columns(table, layout, places)
        column_keys = [column.key for column in columns]
        return DrawnTable(
            id=table,
            anchor=anchor(table),
            name=BilingualName(layout.get("zh", table), layout.get("en")),
            section=layout.get("section"),
            spans=_span_columns(layout.get("spans", ()), column_keys),
            columns=tuple(columns),
            rows=tuple(self._draw_rows(table, column_keys, cell_names, places)),
            marks=self._marks_at(table, None, None),
        )

    def _draw_columns(
        self, table: str, layout: Mapping[str, Any], places: Sequence[CellPlace]
    ) -> list[DrawnColumn]:
        """Return the columns of the form, then those that only figures have."""
        labels = {}
        for cell_name in self.cell_names.get(table, ()):
            labels[cell_name.column] = cell_name.column_label
        labels.update(layout.get("columns", {}))
        for _, _, column in places:
            labels.setdefault(column, column)
        english_names = load_layout()["columns"]
        columns = []
        for key, label in labels.items():
            name = BilingualName(label, english_names.get(key))
            marks = self._marks_at(table, None, key)
            columns.append(DrawnColumn(key, name, marks))
        return columns

    def _draw_rows(
        self,
        table: str,
        columns: Sequence[str],
        cell_names: Sequence[CellName],
        places: Sequence[CellPlace],
    ) -> Iterator[DrawnRow]:
        """Yield the rows of the form, then those that only figures have."""
        english_names = load_layout()["rows"]
        labels = {name.row: name.row_label for name in cell_names}
        figure_rows = dict.fromkeys(row for _, row, _ in places)
        keys = list(dict.fromkeys([*labels, *figure_rows]))
        depths = _measure_depths([labels.get(key, "") for key in keys])
        row_spans = _span_rows(table)
        for index, key in enumerate(keys):
            has_figures = key in figure_rows
            is_heading = not has_figures and _has_deeper_row(depths, index)
            cells: list[DrawnCell] = []
            if not is_heading:
                cells = [self._draw_cell((table, key, column)) for column in columns]
            yield DrawnRow(
                key=key,
                anchor=anchor(table, key),
                name=BilingualName(labels.get(key, key), english_names.get(key)),
                depth=depths[index],
                heading=is_heading,
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
            anchor=anchor(*place),
            figure=figure,
            before=before,
            changed=changed,
            marks=self._marks_at(*place),
        )

    def _marks_at(self, table: str, row: str | None, column: str | None) -> Marks:
        return self.marks.get((table, row, column), ())


# --- the depth of rows ------------------------------------------------------------------


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
    ranks = {}
    for rank, level in enumerate(sorted(set(levels))):
        ranks[level] = rank
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


# --- headings over rows and columns -----------------------------------------------------


def _span_rows(table: str) -> dict[str, BilingualName]:
    """Return the headings over rows, by the first row of each."""
    layout = load_layout()["tables"].get(table, {})
    headings = {}
    for span in layout.get("spans", ()):
        first_key = span["of"][0]
        headings[first_key] = BilingualName(span["zh"], span["en"])
    return headings


def _span_columns(
    spans: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> tuple[ColumnSpan, ...]:
    """Return the headings over columns in order; empty when none is over a column."""
    span_of_key: dict[str, Mapping[str, Any]] = {}
    for span in spans:
        for key in span["of"]:
            span_of_key[key] = span
    if span_of_key.keys().isdisjoint(keys):
        return ()
    headings: list[ColumnSpan] = []
    previous = None
    for key in keys:
        current = span_of_key.get(key)
        if current is None:
            headings.append(ColumnSpan(None, 1))
        elif current is previous:
            heading = headings.pop()
            headings.append(ColumnSpan(heading.name, heading.columns + 1))
        else:
            name = BilingualName(current["zh"], current["en"])
            headings.append(ColumnSpan(name, 1))
        previous = current
    return tuple(headings)
