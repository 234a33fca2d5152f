"""The roster of a region in a year: its states counted, and its own bodies without a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.read_model.roster.roster import (
    STATES,
    JudgedBody,
    Roster,
    wants_all,
)
from nianbao.archive.read_model.roster.scope import list_nested, select_regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.roster.scope import RosterRegion
    from nianbao.archive.read_model.rows import RosterRow

MOST_REGIONS = 250  # below a region: of more, only the region's own bodies are judged


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many bodies of a level, or of a region below, are in each state."""

    level: str | None
    region: str | None
    short: str | None
    counts: tuple[int, ...]  # in the order of `RegionRoster.states`
    is_known: bool = True  # whether the archive has the region, or any within it

    @property
    def total(self) -> int:
        """How many bodies there are."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class RegionRoster:
    """The roster of a region in one year."""

    year: int
    as_of: str
    states: tuple[str, ...]  # those that occur
    levels: tuple[StateCounts, ...]  # of the region's own bodies
    regions: tuple[StateCounts, ...]  # of all bodies of the regions directly below
    uncounted_regions: int  # within it: of more than MOST_REGIONS none is judged
    absent: tuple[
        RosterRow, ...
    ]  # own bodies that are missing, never seen, or not reached


def open_region_roster(
    db: Database, regions: Mapping[str, RosterRegion], name: str
) -> Roster:
    """Return the roster of a region of `regions`, which are all, with what is below it."""
    scope = _list_within(regions, name)
    if name not in regions or len(scope) > MOST_REGIONS:
        scope = [region for region in scope if region.name == name]
    return Roster(db, scope)


def _list_within(regions: Mapping[str, RosterRegion], name: str) -> list[RosterRegion]:
    return [region for region in regions.values() if region.name.startswith(name)]


def count_region_roster(
    roster: Roster, regions: Mapping[str, RosterRegion], name: str, year: int
) -> RegionRoster | None:
    """Return the states of a year, of the roster of a region of `regions`; None without a body."""
    lines = roster.judge_all([year])
    if not lines:
        return None
    found = {line.judgement.state for line in lines}
    states = tuple(state for state in STATES if state in found)
    known_names = [
        body.region.name for body in roster.bodies if body.region.id is not None
    ]
    own_lines = [line for line in lines if line.body.region.name == name]
    own_rows = [row for _, row in roster.make_rows(own_lines, wants_all)]
    absent = [row for row in own_rows if row.state not in ("published", "not_due")]
    return RegionRoster(
        year=year,
        as_of=roster.as_of,
        states=states,
        levels=tuple(_count_levels(own_rows, states)),
        regions=tuple(_count_regions(lines, name, states, known_names)),
        uncounted_regions=_count_others(roster, _list_within(regions, name), year),
        absent=tuple(sorted(absent, key=lambda row: STATES.index(row.state))),
    )


def _count_others(roster: Roster, regions: Iterable[RosterRegion], year: int) -> int:
    """Count the regions that exist in a year and are not in a roster."""
    names = {region.name for region in roster.regions}
    return sum(
        region.name not in names and region.exists_in(year) for region in regions
    )


def _count_levels(
    rows: Sequence[RosterRow], states: Sequence[str]
) -> list[StateCounts]:
    levels = dict.fromkeys(row.level for row in rows)
    counts = Counter((row.level, row.state) for row in rows)
    return [
        StateCounts(level, None, None, tuple(counts[level, state] for state in states))
        for level in levels
    ]


def _count_regions(
    lines: Sequence[JudgedBody],
    name: str,
    states: Sequence[str],
    known_names: Sequence[str],
) -> list[StateCounts]:
    """Count all bodies below a region, by the region directly below it that they are in."""
    below = {line.body.region.name for line in lines} - {name, ""}
    counts: Counter[tuple[str, str]] = Counter()
    tops = list_nested(below)
    for line in lines:
        top = tops.get(line.body.region.name)
        if top is not None:
            counts[top, line.judgement.state] += 1
    return [
        StateCounts(
            None,
            top,
            top.removeprefix(name),
            tuple(counts[top, state] for state in states),
            is_known=any(known.startswith(top) for known in known_names),
        )
        for top in dict.fromkeys(tops.values())
    ]


def mark_years(
    roster: Roster, name: str, years: Sequence[int]
) -> dict[tuple[str, int], str]:
    """Return the states of a region's own bodies, by their names in reports and year.

    Years with a report are left out.
    """
    marks: dict[tuple[str, int], str] = {}
    for body in roster.bodies:
        if body.region.name != name:
            continue
        for year in years:
            if year in body.reports or body.exists_in(year) is False:
                continue
            state = roster.judge(body, year).state
            for agency_name in body.agency_names:
                marks[agency_name, year] = state
    return marks


@dataclass(frozen=True, slots=True)
class RosterSummary:
    """How many bodies of some regions are in each state, of the last year that was due."""

    report_year: int
    as_of: str
    states: dict[str, int]


def summarize_roster(db: Database, texts: Iterable[str]) -> RosterSummary:
    """Return the summary of the regions that a person names. Raises UnknownName."""
    regions: dict[str, RosterRegion] = {}
    for text in texts:
        for region in select_regions(db, text):
            regions[region.name] = region
    roster = Roster(db, list(regions.values()))
    year = roster.last_due_year
    counts = Counter(line.judgement.state for line in roster.judge_all([year]))
    return RosterSummary(year, roster.as_of, {state: counts[state] for state in STATES})
