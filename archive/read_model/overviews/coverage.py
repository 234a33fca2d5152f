"""Coverage: how many reports there are of each region and year, with those of regions below it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nianbao.archive.read_model.regions import NOWHERE

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.regions import RegionNode, RegionTree

# The rules that a report breaks are in its own row, and all of it in the index
# reports_by_region; missing reports are in the findings.
ASSIGNED = """
SELECT region_id, report_year, count(*), sum(state = 'vanished'), sum(finding_rules <> '[]'),
       sum(instr(finding_rules, '"report.late"') > 0),
       sum(instr(finding_rules, '"report.changed"') > 0), 0, sum(state = 'replaced')
FROM reports WHERE document_id IS NULL GROUP BY region_id, report_year
"""
# There are few of these: the index of document_id finds them, where + keeps it from the other.
UNASSIGNED = """
SELECT region_id, report_year, count(*)
FROM reports WHERE document_id IS NOT NULL GROUP BY +region_id, +report_year
"""
MISSING = """
SELECT agencies.region_id, findings.report_year, count(*) FROM findings
JOIN agencies ON agencies.id = findings.agency_id
WHERE rule = 'report.missing' GROUP BY 1, 2
"""
AGENCIES = "SELECT region_id, count(*) FROM agencies GROUP BY region_id"
SHADING_STEPS = 5


@dataclass(frozen=True, slots=True)
class CoverageCount:
    """The reports of a region and a year, and how many of them need a look."""

    reports: int = 0  # of a known agency
    vanished: int = 0  # are nowhere any more
    flawed: int = 0  # with errors or warnings
    late: int = 0
    changed: int = 0
    missing: int = 0  # most siblings have one, or the years before and after
    replaced: int = 0  # stood where other reports stand now
    unassigned: int = 0  # beside the reports: of an agency that could not be read


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """A year of a region.

    `step` is the share of the region's agencies that have a report: 0 none, 5 (nearly) all.
    """

    year: int
    count: CoverageCount
    step: int


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A region with its years. `name` is None for the country and for what is in no region.

    `unassigned` are its reports of which the agency or the year could not be read, of all years
    and of none.
    """

    name: str | None
    short: str
    code: str | None
    agencies: int
    cells: tuple[CoverageCell, ...]
    unassigned: int


@dataclass(frozen=True, slots=True)
class CoverageBoard:
    """Regions × years."""

    years: tuple[int, ...]
    rows: tuple[CoverageRow, ...]
    total: CoverageRow


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """A region and a year of the board, flat as a line of CSV.

    A line without a year counts the reports of which the year could not be read.
    """

    region: str | None
    code: str | None
    report_year: int | None
    agencies: int
    reports: int
    vanished: int
    with_findings: int
    late: int
    changed: int
    missing: int
    replaced: int
    unassigned: int


class CoverageCounts:
    """Reports and agencies of each region with all below it, and of the country (under None)."""

    def __init__(self, db: Database, tree: RegionTree) -> None:
        self._numbers: dict[tuple[str | None, int], list[int]] = {}
        self._agencies: Counter[str | None] = Counter()
        self._unassigned: Counter[str | None] = Counter()
        self._names_around = _names_around(tree)
        for region_id, year, *numbers in db.execute(ASSIGNED).fetchall():
            self._add(region_id, year, [*numbers, 0])
        for region_id, year, missing in db.execute(MISSING).fetchall():
            self._add(region_id, year, [0, 0, 0, 0, 0, missing, 0, 0])
        for region_id, year, unassigned in db.execute(UNASSIGNED).fetchall():
            self._add_unassigned(region_id, year, unassigned)
        self.agencies_of_region: dict[int | None, int] = {}
        for region_id, agencies in db.execute(AGENCIES).fetchall():
            self.agencies_of_region[region_id] = agencies
            for name in self._names_around[region_id]:
                self._agencies[name] += agencies
        self.years = self._list_years()

    def _list_years(self) -> tuple[int, ...]:
        """Return the years that have a report, the latest first."""
        years = set()
        for (_, year), numbers in self._numbers.items():
            if _has_reports(CoverageCount(*numbers)):
                years.add(year)
        return tuple(sorted(years, reverse=True))

    def _add_unassigned(
        self, region_id: int | None, year: int | None, unassigned: int
    ) -> None:
        for name in self._names_around[region_id]:
            self._unassigned[name] += unassigned
        if year is not None:
            self._add(region_id, year, [0, 0, 0, 0, 0, 0, 0, unassigned])

    def _add(self, region_id: int | None, year: int, numbers: list[int]) -> None:
        for name in self._names_around[region_id]:
            self._numbers.setdefault((name, year), [0] * len(numbers))
            totals = self._numbers[name, year]
            for index, number in enumerate(numbers):
                totals[index] += number

    def make_row(self, node: RegionNode | None, short: str) -> CoverageRow:
        """Return the row of a region; of the country for None."""
        name = node.name if node else None
        agencies = self._agencies[name]
        unassigned = self._unassigned[name]
        cells = []
        for year in self.years:
            numbers = self._numbers.get((name, year), [])
            count = CoverageCount(*numbers)
            step = _shading_step(count.reports, agencies)
            cells.append(CoverageCell(year, count, step))
        if name == NOWHERE:
            name = None
        code = node.code if node else None
        return CoverageRow(name, short, code, agencies, tuple(cells), unassigned)


def _has_reports(count: CoverageCount) -> bool:
    return count.reports > 0 or count.unassigned > 0


def _names_around(tree: RegionTree) -> dict[int | None, list[str | None]]:
    """Return for each region the names it counts for: its own, those above, the country."""
    names: dict[int | None, list[str | None]] = {None: [NOWHERE, None]}
    for id_, node in tree.by_id.items():
        ancestors = [ancestor.name for ancestor in tree.ancestors(node.name)]
        names[id_] = [node.name, *ancestors, None]
    return names


def _shading_step(reports: int, agencies: int) -> int:
    if not reports or not agencies:
        return 0
    return min(SHADING_STEPS, 1 + reports * SHADING_STEPS // agencies)


def build_board(
    counts: CoverageCounts, tree: RegionTree, above: str | None, nowhere_label: str
) -> CoverageBoard:
    """Return the board of the regions below a region, or of the country (None).

    The board of the country ends with the agencies of no region, called `nowhere_label`. Years
    without a report are left out. The total counts the reports of unknown agency or year too.
    """
    names = tree.by_name[above].below if above else tree.top
    rows = []
    for name in names:
        node = tree.by_name[name]
        rows.append(counts.make_row(node, node.short))
    if above is None:
        nowhere = counts.make_row(tree.by_name[NOWHERE], nowhere_label)
        if nowhere.agencies or nowhere.unassigned:
            rows.append(nowhere)
    region = tree.by_name[above] if above else None
    total = counts.make_row(region, "")
    columns = []
    for column, cell in enumerate(total.cells):
        if _has_reports(cell.count):
            columns.append(column)
    return CoverageBoard(
        years=tuple(counts.years[column] for column in columns),
        rows=tuple(_select_columns(row, columns) for row in rows),
        total=_select_columns(total, columns),
    )


def _select_columns(row: CoverageRow, columns: list[int]) -> CoverageRow:
    cells = tuple(row.cells[column] for column in columns)
    return replace(row, cells=cells)


def flatten_board(board: CoverageBoard) -> list[CoverageLine]:
    """Return the board as lines, one for each region and year.

    A region with reports of unknown year has one line more.
    """
    lines = []
    for row in board.rows:
        undated = row.unassigned
        for cell in row.cells:
            lines.append(_make_line(row, cell.year, cell.count))
            undated -= cell.count.unassigned
        if undated:
            lines.append(_make_line(row, None, CoverageCount(unassigned=undated)))
    return lines


def _make_line(
    row: CoverageRow, year: int | None, count: CoverageCount
) -> CoverageLine:
    return CoverageLine(
        region=row.name,
        code=row.code,
        report_year=year,
        agencies=row.agencies,
        reports=count.reports,
        vanished=count.vanished,
        with_findings=count.flawed,
        late=count.late,
        changed=count.changed,
        missing=count.missing,
        replaced=count.replaced,
        unassigned=count.unassigned,
    )
