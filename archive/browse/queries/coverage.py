"""Coverage: region × year, rolled up over the places below each region."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nianbao.archive.browse.addresses import NOWHERE
from nianbao.archive.browse.queries import places
from nianbao.archive.browse.queries.places import Place, Places

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import Ask

# What a report breaks stands in its own row, all of it in the index reports_by_region; what is
# missing in the findings.
REPORTS = """
SELECT region_id, report_year, count(*), sum(state = 'vanished'), sum(finding_rules <> '[]'),
       sum(instr(finding_rules, '"report.late"') > 0), sum(instr(finding_rules, '"report.changed"') > 0)
FROM reports GROUP BY region_id, report_year
"""
MISSING = """
SELECT agencies.region_id, findings.report_year, count(*) FROM findings
JOIN agencies ON agencies.id = findings.agency_id
WHERE rule = 'report.missing' GROUP BY 1, 2
"""
AGENCIES = "SELECT region_id, count(*) FROM agencies GROUP BY region_id"
STEPS = 5  # of shading


@dataclass(frozen=True, slots=True)
class Count:
    """How many reports there are of a place and a year, and how many of them need a look."""

    reports: int = 0
    vanished: int = 0  # stand nowhere any more
    flawed: int = 0  # with errors or warnings
    late: int = 0
    changed: int = 0
    missing: int = 0  # which most siblings have, or that lie between two that are there


@dataclass(frozen=True, slots=True)
class Cell:
    """A year of a place. `step` is the share of its agencies that have a report: 0 none, 5 all
    or nearly all.
    """

    year: int
    count: Count
    step: int


@dataclass(frozen=True, slots=True)
class Row:
    """A place with its years. `name` is None for what belongs to no known region."""

    name: str | None
    short: str
    code: str | None
    agencies: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Places × years."""

    years: tuple[int, ...]
    rows: tuple[Row, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class Line:
    """A place and a year of the board, as CSV has it."""

    region: str | None
    code: str | None
    report_year: int
    agencies: int
    reports: int
    vanished: int
    with_findings: int
    late: int
    changed: int
    missing: int


class Counts:
    """Reports and agencies of each place with all that is below it, and of the country (under
    None).
    """

    def __init__(self, db: Database, known: Places) -> None:
        self._cells: dict[tuple[str | None, int], list[int]] = {}
        self._agencies: Counter[str | None] = Counter()
        self._around: dict[int | None, list[str | None]] = {None: [NOWHERE, None]}
        for id_, place in known.by_id.items():
            self._around[id_] = [
                place.name,
                *(outer.name for outer in known.outer(place.name)),
                None,
            ]
        for region_id, year, *numbers in db.execute(REPORTS).fetchall():
            self._add(region_id, year, [*numbers, 0])
        for region_id, year, missing in db.execute(MISSING).fetchall():
            self._add(region_id, year, [0, 0, 0, 0, 0, missing])
        self.own: dict[int | None, int] = dict(db.execute(AGENCIES).fetchall())
        for region_id, agencies in self.own.items():
            for name in self._around[region_id]:
                self._agencies[name] += agencies
        self.years = tuple(
            sorted(
                {year for (_, year), cell in self._cells.items() if cell[0]},
                reverse=True,
            )
        )

    def _add(self, region_id: int | None, year: int, numbers: list[int]) -> None:
        for name in self._around[region_id]:
            cell = self._cells.setdefault((name, year), [0] * len(numbers))
            for at, number in enumerate(numbers):
                cell[at] += number

    def row(self, place: Place | None, short: str) -> Row:
        """Return a place with its years; None for the country."""
        name = place.name if place else None
        agencies = self._agencies[name]
        counts = {
            year: Count(*self._cells.get((name, year), ())) for year in self.years
        }
        cells = tuple(
            Cell(year, count, _step(count.reports, agencies))
            for year, count in counts.items()
        )
        return Row(
            None if name == NOWHERE else name,
            short,
            place.code if place else None,
            agencies,
            cells,
        )


def _step(reports: int, agencies: int) -> int:
    return min(STEPS, 1 + reports * STEPS // agencies) if reports and agencies else 0


def counts(db: Database, ask: Ask) -> Counts:
    """Return the counts, made once for each state of the archive."""
    found: Counts = ask.remember("coverage", lambda: Counts(db, places.places(db, ask)))
    return found


def board(counted: Counts, known: Places, above: str | None, elsewhere: str) -> Board:
    """Return the board of the places below a region, or of the country; `elsewhere` names what
    is of no region.
    """
    names = known.named[above].below if above else known.top
    rows = [counted.row(known.named[name], known.named[name].short) for name in names]
    if above is None:
        nowhere = counted.row(known.named[NOWHERE], elsewhere)
        rows += [nowhere] if nowhere.agencies else []
    total = counted.row(known.named[above] if above else None, "")
    held = [place for place, cell in enumerate(total.cells) if cell.count.reports]
    return Board(
        tuple(counted.years[at] for at in held),
        tuple(_only(row, held) for row in rows),
        _only(total, held),
    )


def _only(row: Row, held: list[int]) -> Row:
    return replace(row, cells=tuple(row.cells[at] for at in held))


def lines(shown: Board) -> list[Line]:
    """Return the board as lines."""
    return [
        Line(
            row.name,
            row.code,
            cell.year,
            row.agencies,
            count.reports,
            count.vanished,
            count.flawed,
            count.late,
            count.changed,
            count.missing,
        )
        for row in shown.rows
        for cell in row.cells
        for count in [cell.count]
    ]


def fullest(known: Places) -> str | None:
    """Return the innermost region that all others are in, None when there is none: where a
    board says something.
    """
    name, names = None, known.top
    while len(names) == 1 and known.named[names[0]].id is None:
        name, names = names[0], known.named[names[0]].below
    return name
