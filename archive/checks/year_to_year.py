"""Links: what a report's figures say against those of the year before; rules as data, and check.

As in the checks of one page, only a failure is a finding: a cell that is missing, blank or ragged
tells nothing, and a failure on assumed figures is only worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple
from weakref import WeakKeyDictionary

from nianbao.archive.derived import figures, form_cells
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.form_cells import CellPlace
    from nianbao.archive.records import Severity

Direction = Literal["row", "column"]


@dataclass(frozen=True, slots=True)
class LinkTerm:
    """A figure that counts into a sum: of this year's report or the one before.

    `name` is a row where the rule runs over columns, a column where it runs over rows; `sign`
    says whether the figure is added or taken away.
    """

    year: Literal["this", "before"]
    name: str
    sign: Literal[1, -1] = 1


@dataclass(frozen=True, slots=True)
class YearLink:
    """A figure that follows from figures of the year before.

    On every line of its tables, the figure `result` is the sum of the terms.
    """

    rule: str
    severity: Severity
    forms: tuple[str, ...]  # each of the two reports may be on any of these
    tables: tuple[str, ...]  # without the form's name
    lines: Direction
    result: str
    terms: tuple[LinkTerm, ...]

    def list_tables(self) -> set[str]:
        """Return the tables with their form's name."""
        return {f"{form}.{table}" for form in self.forms for table in self.tables}

    def list_names(self) -> set[str]:
        """Return the names of the result and the terms."""
        return {self.result, *(term.name for term in self.terms)}

    def split_place(self, place: CellPlace) -> tuple[str, str]:
        """Return the name and the line of a cell."""
        _, row, column = place
        if self.lines == "column":
            return row, column
        return column, row

    def join_place(self, table: str, line: str, name: str) -> CellPlace:
        """Return the place of a figure on a line of a table (with its form's name)."""
        if self.lines == "column":
            return table, name, line
        return table, line, name


class LinkFigure(NamedTuple):
    """A number of a report, and whether its place is assumed."""

    value: float
    is_assumed: bool


LinkCells = dict["CellPlace", LinkFigure]

# Bodies are merged and split, and their cases and documents with them: a link that does not
# hold is worth a look and not certainly wrong.
LINKS = (
    YearLink(
        "req.chain",
        "warning",
        forms=("g2021", "g2019"),
        tables=("requests",),
        lines="column",
        result="carried_in",
        terms=(LinkTerm("before", "carried_out"),),
    ),
    YearLink(
        "a1_2021.stock",
        "warning",
        forms=("g2021",),
        tables=("art20_1",),
        lines="row",
        result="currently_valid",
        terms=(
            LinkTerm("before", "currently_valid"),
            LinkTerm("this", "issued_this_year"),
            LinkTerm("this", "repealed_this_year", -1),
        ),
    ),
    YearLink(
        "a5_2019.stock",
        "info",  # plausible from the names of the columns; no report that was seen confirms it
        forms=("g2019",),
        tables=("art20_5", "art20_6", "art20_8"),
        lines="row",
        result="items_previous_year",
        terms=(
            LinkTerm("before", "items_previous_year"),
            LinkTerm("before", "items_change"),
        ),
    ),
)
RULES = tuple(link.rule for link in LINKS)


def _collect_names(lines: Direction) -> frozenset[str]:
    """Return the names of the figures in the links that run over rows, or over columns."""
    names: set[str] = set()
    for link in LINKS:
        if link.lines == lines:
            names |= link.list_names()
    return frozenset(names)


_ROWS = _collect_names("column")
_COLUMNS = _collect_names("row")
_TABLES = frozenset().union(*(link.list_tables() for link in LINKS))


def check_links(cells: LinkCells, previous_cells: LinkCells) -> Iterator[Finding]:
    """Yield a finding for every line whose figures do not follow from the year before."""
    if not cells or not previous_cells:
        return
    years = {"this": cells, "before": previous_cells}
    for link in LINKS:
        tables = link.list_tables()
        for place in cells:
            name, _ = link.split_place(place)
            if name == link.result and place[0] in tables:
                finding = _check_line(link, place, years)
                if finding is not None:
                    yield finding


def _check_line(
    link: YearLink, place: CellPlace, years: Mapping[str, LinkCells]
) -> Finding | None:
    """Return the finding that a figure is not the sum of its terms, None if it may be."""
    result = years["this"][place]
    _, line = link.split_place(place)
    expected: float = 0
    is_assumed = result.is_assumed
    for term in link.terms:
        figure = _find_term(link, term, place, years[term.year])
        if figure is None:
            return None
        expected += term.sign * figure.value
        is_assumed = is_assumed or figure.is_assumed
    if result.value == expected:
        return None
    parameters = {
        "result": link.result,
        "terms": _list_terms(link.terms),
        "value": result.value,
        "expected": expected,
        "axis": link.lines,
        "line": line,
    }
    table, row, column = place
    return make_finding(
        link.rule,
        "info" if is_assumed else link.severity,
        parameters,
        table=table,
        row=row,
        column=column,
        expected=str(expected),
        found=str(result.value),
    )


def _find_term(
    link: YearLink, term: LinkTerm, place: CellPlace, cells: LinkCells
) -> LinkFigure | None:
    """Return the figure of a term; the year before may be on another of the forms."""
    form, table = place[0].split(".")
    _, line = link.split_place(place)
    forms = (form,) if term.year == "this" else link.forms
    for candidate in forms:
        term_place = link.join_place(f"{candidate}.{table}", line, term.name)
        if term_place in cells:
            return cells[term_place]
    return None


def _list_terms(terms: Sequence[LinkTerm]) -> list[dict[str, str]]:
    """Return the terms of a link as a sentence has them; the first needs no plus."""
    parts: list[dict[str, str]] = []
    for term in terms:
        part = {
            "sign": "+" if term.sign > 0 else "-",
        }
        if part["sign"] == "+" and not parts:
            part.clear()
        parts.append(part | {"name": term.name, "year": term.year})
    return parts


def load_link_cells(db: Database, version_id: int) -> LinkCells:
    """Return the numbers of a version that the links are about."""
    values = figures.load_cells(db, version_id)
    prescribed = form_cells.load_places(db, ())
    places = {
        cell_id: prescribed[cell_id]
        for cell_id in values.keys() & _list_linked_cells(db, prescribed)
    }
    local_ids = values.keys() - prescribed.keys()
    if local_ids:
        local_places = form_cells.load_places(db, local_ids)
        for cell_id in local_ids:
            if _is_linked(local_places[cell_id]):
                places[cell_id] = local_places[cell_id]
    cells: LinkCells = {}
    for cell_id, place in places.items():
        value, alignment = figures.unpack_cell(values[cell_id])
        if value is not None:
            cells[place] = LinkFigure(value, alignment == "assumed")
    return cells


def _list_linked_cells(
    db: Database, prescribed: dict[int, CellPlace]
) -> frozenset[int]:
    """Return which of the forms' cells the links are about.

    It is worked out once for an open archive: all reports have the same.
    """
    memory = _linked_cells.get(db)
    if memory is not None and memory[0] is prescribed:
        return memory[1]
    cell_ids = [cell_id for cell_id, place in prescribed.items() if _is_linked(place)]
    linked_ids = frozenset(cell_ids)
    _linked_cells[db] = (prescribed, linked_ids)
    return linked_ids


_linked_cells: WeakKeyDictionary[
    Database, tuple[dict[int, CellPlace], frozenset[int]]
] = WeakKeyDictionary()


def _is_linked(place: CellPlace) -> bool:
    table, row, column = place
    return table in _TABLES and (row in _ROWS or column in _COLUMNS)
