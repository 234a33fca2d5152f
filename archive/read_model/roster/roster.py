"""The roster: the state of every body that must publish, year by year.

A state is said as of the archive's last run. `missing` and `never_seen` are said only where a
site that holds the body's reports was read whole after the day on which they were due; else the
body is `not_reached`, and no more is known of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from nianbao.archive.checks.deadlines import find_last_day
from nianbao.archive.divisions.table import LAST_YEAR
from nianbao.archive.read_model.roster.bodies import (
    RosterBodies,
    RosterBody,
)
from nianbao.archive.read_model.roster.scope import join_regions, select_regions
from nianbao.archive.read_model.roster.sites import SiteReach, select_sites
from nianbao.archive.read_model.rows import RosterRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.roster.scope import RosterRegion
    from nianbao.archive.read_model.roster.sites import BodyKind, Obstacle

BodyState = Literal["published", "missing", "never_seen", "not_reached", "not_due"]
STATES: tuple[BodyState, ...] = (
    "published",
    "missing",
    "never_seen",
    "not_reached",
    "not_due",
)
FEWEST_SHOWN = (
    3  # bodies of a kind that a site shows: fewer do not tell what its columns hold
)
# The day in China to which the archive knows anything.
_AS_OF = """
SELECT date(max(instant), '+8 hours') FROM (
    SELECT max(ended_at) AS instant FROM site_runs
    UNION ALL SELECT max(started_at) FROM runs
)
"""
_YEARS = "SELECT min(report_year), max(report_year) FROM reports"
_UNASSIGNED = """
SELECT documents.site_id, count(*) FROM reports
CROSS JOIN documents ON documents.id = reports.document_id
WHERE reports.document_id IS NOT NULL
GROUP BY documents.site_id
"""
# The order in which obstacles of several sites are named: the one nearest to a reading first.
_OBSTACLES: tuple[Obstacle, ...] = (
    "not_read_since",
    "not_whole",
    "blocked",
    "not_covered",
    "unreachable",
    "needs_browser",
    "no_column",
    "never_crawled",
    "no_site",
)


class Judgement(NamedTuple):
    """The state of a body in a year; why nothing is known of it; when its site was read whole."""

    state: BodyState
    obstacle: Obstacle | None = None
    read_on: str | None = None


class JudgedBody(NamedTuple):
    """A body with its state in a year."""

    body: RosterBody
    year: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class _SiblingKey:
    region: str
    level: str | None
    year: int


def _is_sibling(body: RosterBody, judgement: Judgement) -> bool:
    """Tell whether a body counts beside others of its level: it surely was one of them."""
    return body.is_listed and judgement.obstacle != "existence_unknown"


def wants_all(_body: RosterBody) -> bool:
    """Tell that a body is wanted, whichever it is."""
    return True


class Roster:
    """The bodies of regions with what the crawl has seen of their sites."""

    def __init__(self, db: Database, regions: Sequence[RosterRegion]) -> None:
        self.as_of: str = db.execute(_AS_OF).fetchone()[0] or ""
        self.regions = regions
        bodies = RosterBodies(db, regions)
        region_ids = [region.id for region in regions if region.id is not None]
        self.sites = select_sites(db, region_ids, bodies.list_site_ids())
        bodies.add_columns(self.sites.values())
        self.bodies = bodies.list_bodies()
        self._sites_of_region: dict[int, list[SiteReach]] = defaultdict(list)
        for site in self.sites.values():
            if site.region_id is not None:
                self._sites_of_region[site.region_id].append(site)
        self._unassigned = dict(db.execute(_UNASSIGNED).fetchall())
        self._mark_shown_kinds()

    @property
    def last_due_year(self) -> int:
        """The last year of which every report was due at the last run."""
        year = int(self.as_of[:4] or LAST_YEAR) - 1
        return year if self.as_of > find_last_day("", None, year) else year - 1

    def _mark_shown_kinds(self) -> None:
        """Note of each site which kinds of its region's bodies it shows most of.

        Of departments nobody knows how many there are: they say nothing of those that no column
        and no report names. Who shows both shows the government too.
        """
        bodies = self._count_bodies()
        carrier_counts = self._count_carriers()
        for site_id, kind in carrier_counts:
            self.sites[site_id].present_kinds.add(kind)
        for site in self.sites.values():
            townships = carrier_counts[site.id, "township"]
            is_most = townships * 2 > bodies[site.region_id, "township"]
            if townships < FEWEST_SHOWN or not is_most:
                continue
            site.usual_kinds.add("township")
            if carrier_counts[site.id, "department"] >= FEWEST_SHOWN:
                site.usual_kinds |= {"department", "government"}

    def _count_bodies(self) -> Counter[tuple[int | None, BodyKind]]:
        """Count the bodies of each region and kind that exist in the year of the last run.

        Of a region that did not exist then, those of its nearest year. Those of which the lists
        do not tell are none.
        """
        last_year = int(self.as_of[:4] or LAST_YEAR)
        counts: Counter[tuple[int | None, BodyKind]] = Counter()
        for body in self.bodies:
            year = body.region.find_nearest_year(last_year)
            if body.is_listed and body.exists_in(year) is True:
                counts[body.region.id, body.kind] += 1
        return counts

    def _count_carriers(self) -> Counter[tuple[str, BodyKind]]:
        """Count the bodies of each site's own region, by kind, that it shows reports of."""
        counts: Counter[tuple[str, BodyKind]] = Counter()
        for body in self.bodies:
            if not body.has_reports or not body.is_listed:
                continue
            for site_id in body.site_ids:
                if self.sites[site_id].region_id == body.region.id:
                    counts[site_id, body.kind] += 1
        return counts

    def judge(self, body: RosterBody, year: int) -> Judgement:
        """Return the state of a body in a year."""
        if year in body.reports:
            return Judgement("published")
        due = find_last_day(body.name, body.level, year)
        if self.as_of <= due:
            return Judgement("not_due")
        if body.exists_in(year) is None:
            return Judgement("not_reached", "existence_unknown")
        obstacles: set[Obstacle] = set()
        for site, is_covered in self._list_sites(body):
            read_on = site.find_whole_reading(due) if is_covered else None
            if read_on is not None:
                state: BodyState = "missing" if body.has_reports else "never_seen"
                return Judgement(state, None, read_on)
            obstacles.add(site.name_obstacle(is_covered=is_covered))
        for obstacle in _OBSTACLES:
            if obstacle in obstacles:
                return Judgement("not_reached", obstacle)
        return Judgement("not_reached", "no_site")

    def _list_sites(self, body: RosterBody) -> Iterator[tuple[SiteReach, bool]]:
        """Yield the sites that may show a body, each with whether its columns hold it."""
        for site_id in sorted(body.site_ids):
            site = self.sites[site_id]
            yield site, site.is_of(body.region.name)
        if body.region.id is None:
            return
        for site in self._sites_of_region[body.region.id]:
            if site.id not in body.site_ids:
                yield site, body.kind in site.covers

    def list_rows(self, years: Sequence[int]) -> Iterator[RosterRow]:
        """Yield a row for each body and each year in which it may have existed."""
        for _, row in self.list_body_rows(years, wants_all):
            yield row

    def list_body_rows(
        self, years: Sequence[int], wants: Callable[[RosterBody], bool]
    ) -> Iterator[tuple[RosterBody, RosterRow]]:
        """Yield each body that is wanted with its row of each year in which it may have existed.

        Those of which it is not known, or which are in no list, are no siblings of others.
        """
        yield from self.make_rows(self.judge_all(years), wants)

    def make_rows(
        self, lines: Sequence[JudgedBody], wants: Callable[[RosterBody], bool]
    ) -> Iterator[tuple[RosterBody, RosterRow]]:
        """Yield each judged body that is wanted with its row; `lines` has all its siblings."""
        siblings: Counter[_SiblingKey] = Counter()
        with_report: Counter[_SiblingKey] = Counter()
        for body, year, judgement in lines:
            if _is_sibling(body, judgement):
                key = _SiblingKey(body.region.name, body.level, year)
                siblings[key] += 1
                with_report[key] += judgement.state == "published"
        for body, year, judgement in lines:
            if not wants(body):
                continue
            key = _SiblingKey(body.region.name, body.level, year)
            is_sibling = _is_sibling(body, judgement)
            is_published = is_sibling and judgement.state == "published"
            row = self._make_row(
                body,
                year,
                judgement,
                siblings=siblings[key] - is_sibling,
                with_report=with_report[key] - is_published,
            )
            yield body, row

    def judge_all(self, years: Sequence[int]) -> list[JudgedBody]:
        """Return the state of each body in each year in which it may have existed."""
        return [
            JudgedBody(body, year, self.judge(body, year))
            for body in self.bodies
            for year in years
            if year in body.reports or body.exists_in(year) is not False
        ]

    def _make_row(
        self,
        body: RosterBody,
        year: int,
        judgement: Judgement,
        *,
        siblings: int,
        with_report: int,
    ) -> RosterRow:
        report = body.reports.get(year)
        sites = [site.id for site, is_covered in self._list_sites(body) if is_covered]
        return RosterRow(
            agency=body.name,
            region=body.region.name or None,
            region_code=body.region.code,
            level=body.level,
            township_code=body.township.code if body.township else None,
            report_year=year,
            state=judgement.state,
            obstacle=judgement.obstacle,
            due_on=find_last_day(body.name, body.level, year),
            read_whole_on=judgement.read_on,
            first_year=min(body.reports, default=None),
            last_year=max(body.reports, default=None),
            reports=len(body.reports) + body.undated,
            siblings=siblings,
            siblings_with_report=with_report,
            unassigned_on_sites=sum(self._unassigned.get(site, 0) for site in sites),
            sites=", ".join(sites) or None,
            source=body.source,
            url=report.url if report else None,
        )


def select_years(db: Database, as_of: str) -> tuple[int, ...]:
    """Return the years of an archive's reports, to the last one that was due; none without."""
    first, last = db.execute(_YEARS).fetchone()
    if first is None:
        return ()
    last_due = int(as_of[:4]) - 1 if as_of else last
    return tuple(range(first, max(last, last_due) + 1))


def select_roster(
    db: Database,
    region: str | None = None,
    years: Iterable[int] | None = None,
) -> Iterator[RosterRow]:
    """Yield a row for each body that must publish and each year, of all years without `years`.

    Without a region, of the regions that the archive has; with one, of all regions within it.
    Raises UnknownName.
    """
    yield from _list_all_rows(db, select_regions(db, region), years)


def select_roster_within(
    db: Database, names: Sequence[str] | None, years: Iterable[int] | None
) -> Iterator[RosterRow]:
    """Yield the rows of all regions within some, by their full names; of the archive's for None."""
    if names is None:
        regions = select_regions(db)
    else:
        fronts = tuple(names)
        all_regions = join_regions(db).values()
        regions = [region for region in all_regions if region.name.startswith(fronts)]
    yield from _list_all_rows(db, regions, years)


def _list_all_rows(
    db: Database, regions: Sequence[RosterRegion], years: Iterable[int] | None
) -> Iterator[RosterRow]:
    roster = Roster(db, regions)
    if years is None:
        years = select_years(db, roster.as_of)
    yield from roster.list_rows(sorted(set(years)))
