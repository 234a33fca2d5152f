"""Drawn tables: a version's figures as the tables of their form again, in its order, under its
printed names.

What the page has beyond its form stands at the end of its table under the name that is printed;
what is found of a cell, a row, a column or a table is marked there. `tables.yaml` holds what
the archive does not: the titles of the tables, headings over several columns, and the names in
English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from nianbao.archive.browse.addresses import anchor
from nianbao.archive.derived.figures import CellName, extract_value
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.records import Figure, Finding

LAYOUT = Path(__file__).with_name("tables.yaml")
# How deep a row stands, as its printed name begins: 一、 （一） 1. (1), and "of these" where
# nothing else tells.
OF_THESE = re.compile("其中[:：]?")
HAN = "[一二三四五六七八九十]"
ENUMERATORS = tuple(
    re.compile(pattern)
    for pattern in (
        "[一二三四五六七八九十]+、",
        "[（(][一二三四五六七八九十]+[）)]",
        r"\d+[.．、]",
        r"[（(]\d+[）)]|其中",
    )
)


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called: as it is printed, and in English where that is known."""

    zh: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding at its place: its number in the list of findings of the page."""

    number: int
    rule: str
    severity: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `figure` is None where the page has none; `before` is that of the version
    compared with.
    """

    anchor: str
    figure: Figure | None
    before: Figure | None
    changed: bool
    marks: tuple[Mark, ...]

    @property
    def shown(self) -> str:
        """The number, as it is printed where that is a plain number, too; without one, what is
        printed instead.
        """
        return shown(self.figure)

    @property
    def shown_before(self) -> str:
        """What the cell showed in the version compared with."""
        return shown(self.before)

    @property
    def printed(self) -> str:
        """What the page prints, where that is another text than the number that is shown."""
        if (
            self.figure is None
            or self.figure.value is None
            or self.figure.text.strip() == self.shown
        ):
            return ""
        return self.figure.text.strip()


def shown(figure: Figure | None) -> str:
    """Return a figure as text: its number, with the digits that are printed; without one, what
    is printed instead.
    """
    if figure is None:
        return ""
    text = figure.text.strip()
    if figure.value is None:
        return text
    try:
        return (
            text if float(text.replace(",", "")) == figure.value else str(figure.value)
        )
    except ValueError:
        return str(figure.value)


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    name: Name
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A heading over some neighbouring columns; without a name, over one that has none."""

    name: Name | None
    columns: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `depth` from 0; a heading has no cells; a local one is not of the form."""

    key: str
    anchor: str
    name: Name
    depth: int
    heading: bool
    local: bool
    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...]
    over: (
        Name | None
    )  # a heading that this and following rows stand under, on the first of them


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    anchor: str
    name: Name
    section: str | None
    spans: tuple[Span, ...]  # empty where no columns have a common heading
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]

    @property
    def changed(self) -> int:
        """How many cells differ from the version compared with."""
        return sum(cell.changed for row in self.rows for cell in row.cells)

    @property
    def alignments(self) -> frozenset[str]:
        """The kinds of alignment that occur."""
        return frozenset(
            cell.figure.alignment
            for row in self.rows
            for cell in row.cells
            if cell.figure
        )


def draw(
    figures: Iterable[Figure],
    names: Iterable[CellName],
    findings: Sequence[Finding] = (),
    before: Iterable[Figure] | None = None,
) -> list[Table]:
    """Draw the tables that a version has, or had before, in the order of the forms."""
    now = {(figure.table, figure.row, figure.column): figure for figure in figures}
    then = {
        (figure.table, figure.row, figure.column): figure for figure in before or ()
    }
    forms: dict[str, list[CellName]] = {}
    for name in names:
        forms.setdefault(name.table, []).append(name)
    tables = dict.fromkeys(place[0] for place in (*now, *then))
    order = [*(table for table in _layout()["tables"] if table in tables)]
    order += [table for table in tables if table not in order]
    canvas = _Canvas(now, then if before is not None else None, _marks(findings))
    return [_table(canvas, table, forms.get(table, ())) for table in order]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a finding is marked: its anchor and what stands there."""

    anchor: str
    names: tuple[Name, ...]

    def name(self, language: str) -> str:
        """Return table, row and column in a language."""
        return " · ".join(
            (name.en or name.zh) if language == "en" else name.zh for name in self.names
        )


def spot(tables: Iterable[Table], finding: Finding) -> Spot | None:
    """Return where a finding is marked in drawn tables; None when it is about none of them."""
    table = next((table for table in tables if table.id == finding.table), None)
    if table is None:
        return None
    row = next((row for row in table.rows if row.key == finding.row), None)
    column = next(
        (column for column in table.columns if column.key == finding.column), None
    )
    names = (table.name, *(part.name for part in (row, column) if part))
    whole = row is None or row.heading or column is None
    return Spot(
        row.anchor if row and whole else anchor(table.id, *_keys(row, column)), names
    )


def _keys(row: Row | None, column: Column | None) -> tuple[str, ...]:
    return (row.key, column.key) if row and column else ()


class _Canvas(NamedTuple):
    now: Mapping[CellPlace, Figure]
    then: Mapping[CellPlace, Figure] | None
    marks: Mapping[tuple[str, str | None, str | None], tuple[Mark, ...]]

    def cell(self, place: CellPlace) -> Cell:
        figure, before = self.now.get(place), (self.then or {}).get(place)
        changed = self.then is not None and extract_value(figure) != extract_value(
            before
        )
        return Cell(anchor(*place), figure, before, changed, self.marks.get(place, ()))


def _marks(
    findings: Sequence[Finding],
) -> dict[tuple[str, str | None, str | None], tuple[Mark, ...]]:
    marks: dict[tuple[str, str | None, str | None], tuple[Mark, ...]] = {}
    for number, finding in enumerate(findings, start=1):
        if finding.table:
            place = finding.table, finding.row, finding.column
            marks[place] = (
                *marks.get(place, ()),
                Mark(number, finding.rule, finding.severity),
            )
    return marks


def _table(canvas: _Canvas, table: str, names: Sequence[CellName]) -> Table:
    layout = _layout()["tables"].get(table, {})
    places = [
        place
        for place in dict.fromkeys((*canvas.now, *(canvas.then or ())))
        if place[0] == table
    ]
    labels = {name.column: name.column_label for name in names} | layout.get(
        "columns", {}
    )
    keys = list(dict.fromkeys([*labels, *(place[2] for place in places)]))
    columns = tuple(
        Column(
            key,
            Name(labels.get(key, key), _layout()["columns"].get(key)),
            canvas.marks.get((table, None, key), ()),
        )
        for key in keys
    )
    return Table(
        id=table,
        anchor=anchor(table),
        name=Name(layout.get("zh", table), layout.get("en")),
        section=layout.get("section"),
        spans=_column_spans(layout.get("spans", ()), keys),
        columns=columns,
        rows=tuple(_rows(canvas, table, keys, names, places)),
        marks=canvas.marks.get((table, None, None), ()),
    )


def _rows(
    canvas: _Canvas,
    table: str,
    columns: Sequence[str],
    names: Sequence[CellName],
    places: Sequence[CellPlace],
) -> Iterable[Row]:
    labels = {name.row: name.row_label for name in names}
    keys = list(dict.fromkeys([*labels, *(place[1] for place in places)]))
    filled, depths = (
        {place[1] for place in places},
        _depths([labels.get(key, "") for key in keys]),
    )
    over = {
        span["of"][0]: Name(span["zh"], span["en"])
        for span in _layout()["tables"].get(table, {}).get("spans", ())
    }
    for index, key in enumerate(keys):
        deeper = index + 1 < len(keys) and depths[index + 1] > depths[index]
        heading = key not in filled and deeper
        yield Row(
            key=key,
            anchor=anchor(table, key),
            name=Name(labels.get(key, key), _layout()["rows"].get(key)),
            depth=depths[index],
            heading=heading,
            local=bool(labels) and key not in labels,
            cells=()
            if heading
            else tuple(canvas.cell((table, key, column)) for column in columns),
            marks=canvas.marks.get((table, key, None), ()),
            over=over.get(key),
        )


def _depths(labels: Sequence[str]) -> list[int]:
    """Return how deep each row stands; without enumerator, where the form's first row has one,
    as the row before.
    """
    levels: list[int] = []
    for label in labels:
        bare = OF_THESE.sub("", label, count=1)
        level = next(
            (level for level, pattern in enumerate(ENUMERATORS) if pattern.match(bare)),
            None,
        )
        if level is None and bare != label:
            level = len(ENUMERATORS)
        if level is None:
            level = levels[-1] if label and levels and levels[0] >= 0 else -1
        levels.append(level)
    ranks = {level: rank for rank, level in enumerate(sorted(set(levels)))}
    return [ranks[level] for level in levels]


def _column_spans(
    spans: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> tuple[Span, ...]:
    named = {key: index for index, span in enumerate(spans) for key in span["of"]}
    if not named.keys() & set(keys):
        return ()
    found: list[Span] = []
    last: int | None = None
    for key in keys:
        index = named.get(key)
        if index is not None and index == last:
            found[-1] = Span(found[-1].name, found[-1].columns + 1)
        else:
            span = None if index is None else spans[index]
            found.append(Span(Name(span["zh"], span["en"]) if span else None, 1))
        last = index
    return tuple(found)


@cache
def _layout() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(LAYOUT)
    return loaded
