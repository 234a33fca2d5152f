"""Links: what a report's figures say against those of the year before; the rules as data, and
their check.

As in the checks of one page, only a failure is a finding: a cell that is missing, blank or ragged
tells nothing, and a failure on assumed figures is only worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from nianbao.archive.derived import figures, form_cells
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from nianbao.archive.records import Severity


@dataclass(frozen=True, slots=True)
class Term:
    """A figure that counts into a sum: of this year's report or the one before, added or taken
    away.
    """

    year: Literal["this", "before"]
    name: (
        str  # a row where the rule runs over columns, a column where it runs over rows
    )
    sign: Literal[1, -1] = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A figure that follows from figures of the year before: on every line of its tables,
    `stated` is the sum.
    """

    rule: str
    severity: Severity
    forms: tuple[str, ...]  # each of the two reports may be on any of these
    tables: tuple[str, ...]  # without the form's name
    lines: Literal["row", "column"]
    stated: str
    terms: tuple[Term, ...]

    @property
    def full_tables(self) -> set[str]:
        """The tables with their form's name."""
        return {f"{form}.{table}" for form in self.forms for table in self.tables}

    def place(self, form: str, table: str, line: str, name: str) -> Place:
        """Return where a figure stands."""
        return (
            f"{form}.{table}",
            *((name, line) if self.lines == "column" else (line, name)),
        )


Place = tuple[str, str, str]  # table, row, column
Cells = dict[Place, tuple[float, bool]]  # the number, and whether it is assumed

# Bodies are merged and split, and their cases and documents with them: a link that does not
# hold is worth a look and not certainly wrong.
LINKS = (
    Link(
        "req.chain",
        "warning",
        forms=("g2021", "g2019"),
        tables=("requests",),
        lines="column",
        stated="carried_in",
        terms=(Term("before", "carried_out"),),
    ),
    Link(
        "a1_2021.stock",
        "warning",
        forms=("g2021",),
        tables=("art20_1",),
        lines="row",
        stated="currently_valid",
        terms=(
            Term("before", "currently_valid"),
            Term("this", "issued_this_year"),
            Term("this", "repealed_this_year", -1),
        ),
    ),
    Link(
        "a5_2019.stock",
        "info",  # plausible from the names of the columns; no report that was seen confirms it
        forms=("g2019",),
        tables=("art20_5", "art20_6", "art20_8"),
        lines="row",
        stated="items_previous_year",
        terms=(Term("before", "items_previous_year"), Term("before", "items_change")),
    ),
)
RULES = tuple(link.rule for link in LINKS)

_ROWS, _COLUMNS = (
    frozenset(
        name
        for link in LINKS
        if link.lines == lines
        for name in (link.stated, *(t.name for t in link.terms))
    )
    for lines in ("column", "row")
)
_TABLES = frozenset().union(*(link.full_tables for link in LINKS))


def check(this: Cells, before: Cells) -> Iterator[Finding]:
    """Yield a finding for every line on which the figures of a year do not follow from those of
    the year before.
    """
    for link in LINKS if this and before else ():
        tables, name, line = (
            link.full_tables,
            *((1, 2) if link.lines == "column" else (2, 1)),
        )
        for place in this:
            if place[name] == link.stated and place[0] in tables:
                yield from _broken(
                    link, place, place[line], {"this": this, "before": before}
                )


def cells(db: Database, version_id: int) -> Cells:
    """Return the numbers of a version that the links are about."""
    stored = figures.stored(db, version_id)
    prescribed = form_cells.places(db, ())
    linked = {id_: prescribed[id_] for id_ in stored.keys() & _linked(db, prescribed)}
    if local := stored.keys() - prescribed.keys():
        places = form_cells.places(db, local)
        linked |= {id_: places[id_] for id_ in local if _is_linked(places[id_])}
    told = ((place, *figures.unpacked(stored[id_])) for id_, place in linked.items())
    return {
        place: (value, alignment == "assumed")
        for place, value, alignment in told
        if value is not None
    }


def _linked(db: Database, prescribed: dict[int, Place]) -> frozenset[int]:
    """Return which of the forms' cells the links are about; worked out once, all reports have
    the same.
    """
    known = _of_forms.get(db)
    if known is None or known[0] is not prescribed:
        known = (
            prescribed,
            frozenset(id_ for id_, place in prescribed.items() if _is_linked(place)),
        )
        _of_forms[db] = known
    return known[1]


_of_forms: WeakKeyDictionary[Database, tuple[dict[int, Place], frozenset[int]]] = (
    WeakKeyDictionary()
)


def _is_linked(place: Place) -> bool:
    return place[0] in _TABLES and (place[1] in _ROWS or place[2] in _COLUMNS)


def _broken(
    link: Link, place: Place, line: str, cells: dict[str, Cells]
) -> Iterator[Finding]:
    stated, assumed = cells["this"][place]
    form, table = place[0].split(".")
    parts = [
        _part(link, term, form, table, line, cells[term.year]) for term in link.terms
    ]
    known = [part for part in parts if part is not None]
    expected = sum(
        term.sign * value for term, (value, _) in zip(link.terms, known, strict=False)
    )
    if len(known) < len(parts) or stated == expected:
        return
    severity = "info" if assumed or any(part[1] for part in known) else link.severity
    sums = " ".join(
        f"{'+' if term.sign > 0 else '-'} {term.name} of {term.year} year"
        for term in link.terms
    )
    message = f"{link.stated} == {sums.removeprefix('+ ')}: {stated} against {expected} in {link.lines} {line}"
    yield Finding(link.rule, severity, message, *place, str(expected), str(stated))


def _part(
    link: Link, term: Term, form: str, table: str, line: str, cells: Cells
) -> tuple[float, bool] | None:
    """Return the figure of a term; the year before may be on another of the forms."""
    forms = (form,) if term.year == "this" else link.forms
    places = (link.place(each, table, line, term.name) for each in forms)
    return next((cells[place] for place in places if place in cells), None)
