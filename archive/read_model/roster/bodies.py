"""The bodies of a region that must publish: of the division table, of reports, of columns."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from nianbao.archive.checks.deadlines import GOVERNMENTS
from nianbao.archive.divisions.table import (
    Township,
    join_townships,
    load_division_table,
)
from nianbao.archive.divisions.township_names import remove_divisions, write_body
from nianbao.archive.read_model.roster.column_bodies import (
    guess_level,
    is_own_office,
    parse_column_body,
    shorten_name,
)
from nianbao.archive.read_model.roster.scope import NO_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.roster.scope import RosterRegion
    from nianbao.archive.read_model.roster.sites import BodyKind, SiteReach

# Where it is from that a body must publish: the division table, a report of it, a site's column.
BodySource = Literal["division_table", "reports", "column"]

_AGENCIES = """
SELECT id, name, level, site_id, region_id FROM agencies
WHERE region_id IS NULL OR region_id IN (SELECT value FROM json_each(?))
ORDER BY region_id, name, site_id
"""
_REPORTS = """
SELECT reports.agency_id, report_year, documents.url, reports.state
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
WHERE reports.agency_id IN (SELECT value FROM json_each(?))
ORDER BY reports.agency_id, report_year
"""
_CARRIERS = """
SELECT DISTINCT reports.agency_id, documents.site_id
FROM reports
JOIN report_pages ON report_pages.report_id = reports.id
JOIN documents ON documents.id = report_pages.document_id
WHERE reports.agency_id IN (SELECT value FROM json_each(?))
"""


class KnownReport(NamedTuple):
    """A report of a body: the page that stands for it, and what became of it there."""

    url: str
    state: str


@dataclass(slots=True)
class RosterBody:
    """A body that must publish.

    `agency_names` are what the archive calls it and its offices, `reports` are its reports by
    year, `undated` how many it has of no known year, `site_ids` the sites that show or showed
    any, and those with a column of its name.
    """

    name: str  # in full
    region: RosterRegion
    level: str | None
    source: BodySource
    township: Township | None = None
    is_listed: bool = True  # False: a township that the lists should have and have not
    agency_names: set[str] = field(default_factory=set)  # in the archive
    agency_ids: set[int] = field(default_factory=set)
    reports: dict[int, KnownReport] = field(default_factory=dict)
    undated: int = 0
    site_ids: set[str] = field(default_factory=set)

    @property
    def kind(self) -> BodyKind:
        """Its kind, as columns hold it."""
        if self.level in GOVERNMENTS:
            return "government"
        return "township" if self.level == "township" else "department"

    @property
    def has_reports(self) -> bool:
        """Whether any report of it is known, also one of no known year."""
        return bool(self.reports or self.undated)

    def answers_to(self, name: str) -> bool:
        """Tell whether a name is one of its own, or the end of its full name."""
        return name in self.agency_names or self.name.endswith(name)

    def exists_in(self, year: int) -> bool | None:
        """Tell whether it existed in a year; None where the lists of townships do not tell.

        No body outlives its region: the towns of 任县 are those of 任泽区 since 2020. Where the
        lists do not tell, it existed between the years of its reports.
        """
        if not self.region.exists_in(year):
            return False
        is_present: bool | None = self.is_listed or None
        if self.township is not None:
            is_present = self.township.is_listed(year)
        if is_present is None and self._has_reports_around(year):
            return True
        return is_present

    def _has_reports_around(self, year: int) -> bool:
        return bool(self.reports) and min(self.reports) < year < max(self.reports)


class _Agency(NamedTuple):
    id: int
    name: str
    level: str | None
    site_id: str | None  # of one of no known region


class RosterBodies:
    """The bodies of regions: of the division table and of reports, then those of columns."""

    def __init__(self, db: Database, regions: Sequence[RosterRegion]) -> None:
        agencies = _select_agencies(db, regions)
        units = {place.unit for region in regions for place in region.places}
        townships = load_division_table().list_townships(units)
        bodies_by_agency: dict[int, RosterBody] = {}
        self._regions: list[_RegionBodies] = []
        for region in regions:
            own_bodies = _RegionBodies(region, bodies_by_agency)
            own_bodies.add_places(townships)
            own_bodies.add_agencies(agencies[region.id])
            self._regions.append(own_bodies)
        _add_reports(db, bodies_by_agency)

    def list_site_ids(self) -> set[str]:
        """Return the sites that show or showed a report of any of them."""
        site_ids: set[str] = set()
        for body in self.list_bodies():
            site_ids.update(body.site_ids)
        return site_ids

    def add_columns(self, sites: Iterable[SiteReach]) -> None:
        """Add the bodies that columns of the regions' sites are named after."""
        by_region: dict[int | None, list[SiteReach]] = defaultdict(list)
        for site in sites:
            by_region[site.region_id].append(site)
        for own_bodies in self._regions:
            if own_bodies.region.id is not None:
                own_bodies.add_columns(by_region[own_bodies.region.id])

    def list_bodies(self) -> list[RosterBody]:
        """Return the bodies, of each region first the government, then the others by name."""
        bodies: list[RosterBody] = []
        for own_bodies in self._regions:
            bodies += own_bodies.list_bodies()
        return bodies


def _select_agencies(
    db: Database, regions: Sequence[RosterRegion]
) -> dict[int | None, list[_Agency]]:
    """Return the agencies by region; under None those of no region, if these are asked for."""
    ids = [region.id for region in regions if region.id is not None]
    agencies: dict[int | None, list[_Agency]] = defaultdict(list)
    for *values, region_id in db.execute(_AGENCIES, [json.dumps(ids)]).fetchall():
        agencies[region_id].append(_Agency._make(values))
    if NO_REGION not in regions:
        agencies[None] = []
    return agencies


class _RegionBodies:
    """Joins what the division table, reports and columns say of the bodies of one region."""

    def __init__(
        self, region: RosterRegion, bodies_by_agency: dict[int, RosterBody]
    ) -> None:
        self.region = region
        self.government: RosterBody | None = None
        self.townships: dict[str, RosterBody] = {}  # by the township's own name
        self.others: dict[str, RosterBody] = {}  # by the name without the region
        self._by_agency = bodies_by_agency

    def add_places(self, townships: Mapping[int, list[Township]]) -> None:
        """Add the government and the townships of the division table."""
        for place in self.region.places:
            self.government = RosterBody(
                name=_write_government(self.region.name),
                region=self.region,
                level=place.level,
                source="division_table",
            )
            for township in townships[place.unit]:
                self._add_township(township)

    def _add_township(self, township: Township) -> None:
        """Add a township; one that was of two of the region's places is there once."""
        name = remove_divisions(township.name, self.region.name, self.region.own_name)
        if name in self.townships:
            township = join_townships(self.townships[name].township, township)
        self.townships[name] = RosterBody(
            name=self.region.name + write_body(name),
            region=self.region,
            level="township",
            source="division_table",
            township=township,
        )

    def add_agencies(self, agencies: Iterable[_Agency]) -> None:
        """Add the bodies that reports name; those that are there already get the reports."""
        for agency in agencies:
            body = self._find_body(agency)
            if body is None:
                level = agency.level or self._guess_level(agency.name)
                body = self._make_body(agency.name, level, "reports")
                self._keep(body, agency)
            body.agency_names.add(agency.name)
            body.agency_ids.add(agency.id)
            self._by_agency[agency.id] = body

    def _find_body(self, agency: _Agency) -> RosterBody | None:
        """Return the body of the division table that an agency is, or one of its offices."""
        level = agency.level or self._guess_level(agency.name)
        if not self.region.name:
            return None
        if level in GOVERNMENTS and self.government is not None:
            return self.government
        name = self._shorten(agency.name)
        return self.others.get(name) or self._find_township(name)

    def _make_body(
        self, name: str, level: str | None, source: BodySource
    ) -> RosterBody:
        """Return a body that the division table does not have."""
        is_township = level == "township"
        return RosterBody(
            name=name,
            region=self.region,
            level=level,
            source=source,
            is_listed=not (is_township and self.townships),
        )

    def _find_township(self, name: str) -> RosterBody | None:
        """Return the township of which a text names the body or its office.

        锦江镇卫生院 is neither: its report is not the township's.
        """
        for end in range(len(name), 1, -1):
            body = self.townships.get(name[:end])
            if body is not None and is_own_office(name[end:]):
                return body
        return None

    def _guess_level(self, name: str) -> str | None:
        fronts = (self.region.name, self.region.own_name)
        if self.region.name and name in map(_write_government, fronts):
            return "county"
        return guess_level(name)

    def _keep(self, body: RosterBody, agency: _Agency) -> None:
        if not self.region.name:
            self.others[f"{agency.site_id} {body.name}"] = body
        elif body.level in GOVERNMENTS:
            self.government = body
        else:
            self.others[self._shorten(body.name)] = body

    def _shorten(self, name: str) -> str:
        return shorten_name(name, self.region.name, self.region.own_name)

    def add_columns(self, sites: Iterable[SiteReach]) -> None:
        """Add the bodies that columns of the region's sites are named after."""
        for site in sites:
            for column in site.columns:
                name = parse_column_body(column, self.region.name, self.region.own_name)
                if name is None:
                    continue
                body = self.others.get(name) or self._find_township(name)
                if body is None:
                    full_name = self.region.name + name
                    body = self._make_body(full_name, guess_level(name), "column")
                    self.others[name] = body
                body.site_ids.add(site.id)

    def list_bodies(self) -> Iterator[RosterBody]:
        """Yield the bodies: the government, the others by level and name."""
        if self.government is not None:
            yield self.government
        rest = [*self.others.values(), *self.townships.values()]
        yield from sorted(rest, key=lambda body: (body.kind, body.name))


def _write_government(region: str) -> str:
    if region.endswith(("地区", "盟")):
        return f"{region}行政公署"
    return f"{region}人民政府"


def _add_reports(db: Database, bodies_by_agency: dict[int, RosterBody]) -> None:
    """Give the bodies their reports, and the sites that carry them."""
    ids = json.dumps(sorted(bodies_by_agency))
    for agency_id, year, url, state in db.execute(_REPORTS, [ids]).fetchall():
        body = bodies_by_agency[agency_id]
        report = KnownReport(url, state)
        if year is None:
            body.undated += 1
        else:  # of two offices of one body, the same one whatever their row ids are
            body.reports[year] = min(report, body.reports.get(year, report))
    for agency_id, site_id in db.execute(_CARRIERS, [ids]).fetchall():
        bodies_by_agency[agency_id].site_ids.add(site_id)
