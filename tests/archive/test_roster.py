"""The roster: the state of every body that must publish, by what was crawled and what was not."""

from __future__ import annotations

import itertools
import os
import random
import re
from collections import Counter
from collections.abc import Sequence

import pytest

from nianbao.archive.divisions.places import list_places
from nianbao.archive.divisions.table import LAST_YEAR
from nianbao.archive.errors import UnknownName
from nianbao.archive.raw.discoveries import SearchOutcome, SiteDiscovery
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.roster.bodies import RosterBodies
from nianbao.archive.read_model.roster.column_bodies import (
    is_own_office,
    parse_column_body,
)
from nianbao.archive.read_model.roster.scope import select_regions
from nianbao.archive.read_model.rows import RosterRow
from nianbao.archive.records import Agency, Capture, Finding, Hints, Note
from nianbao.pipelines.reader.rules import load_rules
from tests.conftest import Crawl, make_reading

COUNTY, CODE = "江西省宜春市上高县", "360923"
TOWNS = ("田心镇", "锦江镇", "泗溪镇", "南港镇", "翰堂镇", "敖山镇", "芦洲乡", "塔下乡")
ALL_TOWNS = 16
BUREAUS = ("教育局", "财政局", "水利局")
GOVERNMENT = "人民政府"
SITE = ArchivedSite("shanggao", "上高县人民政府", "trs", COUNTY, CODE, 1, 1)


def make_agency(name: str, region: str = COUNTY) -> Agency:
    """Return a body of a county as the reader resolves it."""
    level = "department"
    if name == GOVERNMENT:
        level = "county"
    elif name[:3] in TOWNS and name[3:]:
        level = "township"
    elif name[-1] in "镇乡":
        level, name = "township", f"{name}人民政府"
    return Agency(
        printed=name,
        name=f"{region}{name}",
        region=region,
        region_code=CODE if region == COUNTY else None,
        level=level,
    )


class CountyCrawl:
    """Crawls of the site of one county."""

    def __init__(self, crawl: Crawl) -> None:
        self.archive = crawl.archive
        self.crawl = crawl
        self.run_count = 0

    def run(
        self,
        reports: Sequence[tuple[str, int | None]] = (),
        *,
        on: str = "2024-07-01",
        covers: Sequence[str | None] = ("all",),
        columns: Sequence[str] = (),
        whole: bool = True,
        reason: str = "finished",
        notes: Sequence[Finding] = (),
        site: ArchivedSite = SITE,
    ) -> None:
        """Crawl the site on a day: entries by what they cover, lists by name, reports."""
        self.run_count += 1
        run_id = self.archive.begin_run("0.1.0", {"run": self.run_count})
        self.archive.begin_sites(run_id, [site])
        lists = [Hints(column="政府信息公开年报", covers=one) for one in covers]
        lists += [Hints(column=column) for column in columns]
        for number, hints in enumerate(lists):
            self._store_list(run_id, site, number, hints, on)
        for name, year in reports:
            url = f"http://{site.id}.localhost/{name}/{year}.html"
            text = f"{name} {year}"
            at = f"{on}T01:00:00.000Z"
            capture = self.crawl.capture(site.id, url, text, at)
            visit_id, to_read = self.archive.store_capture(run_id, capture)
            if to_read:
                agency = make_agency(name, site.region or COUNTY)
                reading = make_reading(
                    text, agency=agency, report_year=year, findings=()
                )
                self.archive.store_reading(visit_id, reading)
        for finding in notes:
            note = Note(site.id, f"http://{site.id}.localhost/", finding)
            self.archive.store_note(run_id, note)
        self.archive.end_site(run_id, site.id, reason, 9, lists_whole=whole)
        self.archive.end_run(run_id, reason, {})
        for table in ("site_runs", "runs"):
            key = "run_id" if table == "site_runs" else "id"
            self.archive.db.execute(
                f"UPDATE {table} SET started_at = ?, ended_at = ? WHERE {key} = ?",
                [f"{on}T00:00:00.000Z", f"{on}T02:00:00.000Z", run_id],
            )

    def _store_list(
        self, run_id: int, site: ArchivedSite, number: int, hints: Hints, on: str
    ) -> None:
        self.archive.store_capture(
            run_id,
            Capture(
                site=site.id,
                url=f"http://{site.id}.localhost/{number}/",
                role="list",
                outcome="fetched",
                visited_at=f"{on}T00:30:00.000Z",
                status=200,
                payload=f"list {number}".encode(),
                hints=hints,
            ),
        )

    def rows(self, year: int, region: str | None = COUNTY) -> dict[str, RosterRow]:
        """Return the roster of a year by the bodies' names without the county."""
        rows = self.archive.roster(region=region, year=year)
        return {row.agency.removeprefix(COUNTY): row for row in rows}

    def states(self, year: int) -> dict[str, str]:
        """Return the states of a year by the bodies' names without the county."""
        return {name: row.state for name, row in self.rows(year).items()}


@pytest.fixture
def county(crawl: Crawl) -> CountyCrawl:
    return CountyCrawl(crawl)


TOWN_REPORTS = [(town, year) for town in TOWNS for year in (2021, 2022)]
GAP = [report for report in TOWN_REPORTS if report != ("锦江镇", 2021)]


def town(name: str) -> str:
    return f"{name}人民政府"


# --- states, one by one ------------------------------------------------------------------------


def test_the_five_states_beside_one_another(county: CountyCrawl) -> None:
    county.run([*GAP, (GOVERNMENT, 2021)])
    states = county.states(2021)
    assert states[GOVERNMENT] == "published"
    assert states[town("田心镇")] == "published"
    assert states[town("锦江镇")] == "missing"
    assert states[town("墨山乡")] == "never_seen"
    assert Counter(states.values()) == {
        "published": 8,
        "missing": 1,
        "never_seen": ALL_TOWNS - 8,
    }
    assert set(county.states(2024).values()) == {"not_due"}
    other = county.archive.roster(region="江西省宜春市万载县", year=2021)
    assert {(row.state, row.obstacle) for row in other} == {("not_reached", "no_site")}


CASES: dict[str, tuple[dict[str, object], str, str | None]] = {
    # what differs from a whole crawl, state and obstacle of a town that never had a report
    "whole": ({}, "never_seen", None),
    "lists not read to their end": ({"whole": False}, "not_reached", "not_whole"),
    "ended early": ({"reason": "limit"}, "not_reached", "not_whole"),
    "blocked": ({"reason": "blocked"}, "not_reached", "blocked"),
    "a wall on the lists": (
        {
            "whole": False,
            "notes": (Finding("blocked.waf_block", "error", "a wall"),),
        },
        "not_reached",
        "blocked",
    ),
    "one body's column": ({"covers": ["one_body"]}, "not_reached", "not_covered"),
    "one body's columns": (
        {"covers": ["one_body", "one_body", None]},
        "not_reached",
        "not_covered",
    ),
    "departments only": ({"covers": ["departments"]}, "not_reached", "not_covered"),
    "townships only": ({"covers": ["townships"]}, "never_seen", None),
    "nobody knows, few are seen": ({"covers": [None]}, "not_reached", "not_covered"),
    "before it was due": ({"on": "2022-03-31"}, "not_due", None),
    "on the day after": ({"on": "2022-04-01"}, "never_seen", None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_township_without_any_report(county: CountyCrawl, case: str) -> None:
    values, state, obstacle = CASES[case]
    county.run([("田心镇", 2021), ("锦江镇", 2021)], **values)  # type: ignore[arg-type]
    row = county.rows(2021)[town("墨山乡")]
    assert (row.state, row.obstacle) == (state, obstacle)


def test_what_a_site_shows_of_most_townships_says_what_it_holds(
    county: CountyCrawl,
) -> None:
    half = [(name, 2021) for name in TOWNS]
    county.run(half, covers=[None])
    assert county.states(2021)[town("墨山乡")] == "not_reached"
    county.run([("墨山乡", 2022)], covers=[None])
    assert county.states(2021)[town("墨山乡")] == "missing"
    assert county.states(2021)[town("镇渡乡")] == "never_seen", "9 of 16 are most"
    assert county.states(2021)[GOVERNMENT] == "not_reached"
    county.run([(name, 2022) for name in BUREAUS], covers=[None])
    assert county.states(2021)[GOVERNMENT] == "never_seen", "it shows all kinds"


def test_a_column_of_all_bodies_without_any_township(county: CountyCrawl) -> None:
    """The townships may have a column of their own, which the search did not find."""
    county.run([(name, 2021) for name in BUREAUS])
    row = county.rows(2021)[town("墨山乡")]
    assert (row.state, row.obstacle) == ("not_reached", "not_covered")
    assert county.states(2021)[GOVERNMENT] == "never_seen"
    county.run([("田心镇", 2019)])
    assert county.states(2021)[town("墨山乡")] == "never_seen"


@pytest.mark.parametrize(
    ("outcome", "obstacle"),
    [("found", "never_crawled"), ("no_column", "no_column"), ("blocked", "blocked")],
)
def test_a_site_that_was_searched_only(
    county: CountyCrawl, outcome: SearchOutcome, obstacle: str
) -> None:
    run_id = county.archive.begin_run("0.1.0", {})
    county.archive.begin_sites(run_id, [SITE])
    discovery = SiteDiscovery(
        uid="1",
        site_id=SITE.id,
        government=COUNTY,
        government_code=CODE,
        home="http://shanggao.localhost/",
        started_at="2024-07-01T00:00:00.000Z",
        ended_at="2024-07-01T00:10:00.000Z",
        outcome=outcome,
        site_name=None,
        platform="generic",
        hosts=(),
        requests=1,
        troubles=(),
        unread=(),
        elsewhere=(),
        software_version="0.1.0",
        columns=(),
    )
    county.archive.store_discovery(discovery)
    row = county.rows(2021)[GOVERNMENT]
    assert (row.state, row.obstacle) == ("not_reached", obstacle)


def test_a_later_crawl_that_was_cut_off_takes_nothing_back(county: CountyCrawl) -> None:
    county.run(GAP)
    county.run(on="2024-08-01", whole=False)
    assert county.states(2021)[town("锦江镇")] == "missing"
    county.run(on="2025-05-01", reason="blocked")
    row = county.rows(2024)[town("锦江镇")]
    assert (row.state, row.obstacle) == ("not_reached", "blocked")


def test_a_compilation_is_no_place_to_look_for_the_next_report(
    county: CountyCrawl,
) -> None:
    """A site of no region had one report of the town; that it has no other says nothing."""
    mirror = ArchivedSite("mirror", "年报汇编", "simple", None, None, 1, 1)
    county.run([("墨山乡", 2020)], site=mirror)
    row = county.rows(2021)[town("墨山乡")]
    assert (row.state, row.obstacle) == ("not_reached", "not_covered")
    assert county.states(2020)[town("墨山乡")] == "published"


def test_bodies_of_no_known_region_are_those_of_their_site(
    county: CountyCrawl,
) -> None:
    site = ArchivedSite("zone", "开发区", "simple", None, None, 1, 1)
    run_id = county.archive.begin_run("0.1.0", {})
    county.archive.begin_sites(run_id, [site])
    capture = county.crawl.capture(site.id, "http://zone.localhost/1.html", "1")
    visit_id, _ = county.archive.store_capture(run_id, capture)
    agency = Agency(printed="财政局")
    reading = make_reading("1", agency=agency, report_year=2020, findings=())
    county.archive.store_reading(visit_id, reading)
    county.archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
    county.archive.end_run(run_id, "finished", {})
    (row,) = county.archive.roster(year=2021)
    assert (row.agency, row.region, row.state) == ("财政局", None, "missing")
    assert row.sites == "zone"


def test_a_report_that_was_taken_off_was_published(county: CountyCrawl) -> None:
    county.run([("田心镇", 2021)])
    county.crawl.run(
        {"http://shanggao.localhost/田心镇/2021.html": None}, site="shanggao"
    )
    assert county.states(2021)[town("田心镇")] == "published"


def test_a_report_of_no_known_year_is_one(county: CountyCrawl) -> None:
    county.run([("墨山乡", None)])
    row = county.rows(2021)[town("墨山乡")]
    assert (row.state, row.reports, row.unassigned_on_sites) == ("missing", 1, 1)


def test_an_office_stands_for_its_township(county: CountyCrawl) -> None:
    agency = Agency(
        printed="墨山乡党政办",
        name=f"{COUNTY}墨山乡党政办",
        region=COUNTY,
        level="township",
    )
    county.run()
    county.crawl.run({})
    run_id = county.archive.begin_run("0.1.0", {"office": 1})
    county.archive.begin_sites(run_id, [SITE])
    capture = county.crawl.capture(SITE.id, "http://shanggao.localhost/o.html", "o")
    visit_id, _ = county.archive.store_capture(run_id, capture)
    reading = make_reading("o", agency=agency, report_year=2021, findings=())
    county.archive.store_reading(visit_id, reading)
    assert county.states(2021)[town("墨山乡")] == "published"


def test_a_township_is_due_while_it_exists(county: CountyCrawl) -> None:
    """锦阳街道 is in the lists since 2021; a merged county has no report to give."""
    county.run()
    assert "锦阳街道办事处" in county.states(2021)
    assert "锦阳街道办事处" not in county.states(2019)
    ended = next(
        place
        for place in list_places()
        if place.level == "county" and place.spans[-1][1] == 2015
    )
    names = [row.agency for row in county.archive.roster(region=ended.name, year=2021)]
    assert f"{ended.name}人民政府" not in names


def test_a_column_names_a_body_that_never_published(county: CountyCrawl) -> None:
    county.run(columns=["县审计局", "各乡镇", "墨山乡", "2021年", "市场监督管理局"])
    states = county.states(2021)
    assert states["审计局"] == states["市场监督管理局"] == "never_seen"
    county.run([("审计局", 2022)])
    assert county.states(2021)["审计局"] == "missing"
    assert len(county.states(2021)) == ALL_TOWNS + 3, "each body is there once"


def test_days_are_those_of_the_law(county: CountyCrawl) -> None:
    """A department has until 31 January, since 2019; before, all had until 31 March."""
    county.run([("教育局", 2020), (GOVERNMENT, 2020)], on="2022-02-15")
    rows = county.rows(2021)
    assert (rows["教育局"].state, rows["教育局"].due_on) == ("missing", "2022-01-31")
    assert (rows[GOVERNMENT].state, rows[GOVERNMENT].due_on) == (
        "not_due",
        "2022-03-31",
    )
    assert county.rows(2018)["教育局"].due_on == "2019-03-31"


def test_evidence_stands_in_the_row(county: CountyCrawl) -> None:
    county.run(GAP, on="2024-07-01")
    row = county.rows(2021)[town("锦江镇")]
    assert (row.first_year, row.last_year, row.reports) == (2022, 2022, 1)
    assert (row.siblings, row.siblings_with_report) == (ALL_TOWNS - 1, 7)
    assert (row.read_whole_on, row.sites) == ("2024-07-01", "shanggao")
    assert row.township_code == "360923103"
    assert row.source == "division_table"


# --- generated histories -----------------------------------------------------------------------

YEARS = range(2018, 2026)


@pytest.mark.parametrize("seed", range(int(os.environ.get("ROSTER_SEEDS", "3"))))
def test_random_histories(county: CountyCrawl, seed: int) -> None:
    """Nobody is accused but by a whole reading, after the due day, of what holds its reports."""
    choose = random.Random(seed)
    names = [*TOWNS, *BUREAUS, GOVERNMENT]
    published: set[tuple[str, int]] = set()
    whole_days: list[str] = []
    for day in ("2022-05-01", "2023-02-15", "2024-09-01", "2025-04-01"):
        covers = choose.choice(["all", "townships", "departments", "one_body"])
        whole = choose.random() < 0.6
        reports = [
            (name, year)
            for name in names
            for year in range(2018, int(day[:4]))
            if choose.random() < 0.2
        ]
        county.run(reports, on=day, covers=[covers], whole=whole)
        published.update(reports)
        if whole:
            whole_days.append(day)
    for row in county.archive.roster(region=COUNTY, year=tuple(YEARS)):
        _check_row(row, published, whole_days)


def _check_row(
    row: RosterRow, published: set[tuple[str, int]], whole_days: list[str]
) -> None:
    name = row.agency.removeprefix(COUNTY)
    if name != GOVERNMENT:
        name = name.removesuffix("人民政府")
    years = {year for other, year in published if other == name}
    assert (row.state == "published") == (row.report_year in years)
    assert (row.state == "not_due") <= (row.due_on >= "2025-04-01")
    assert (row.state == "missing") <= bool(years)
    assert (row.state == "never_seen") <= (not years)
    assert (row.state == "not_reached") == (row.obstacle is not None)
    if row.state in ("missing", "never_seen"):
        assert row.read_whole_on in whole_days
        assert row.read_whole_on > row.due_on


def test_nothing_is_said_without_a_whole_reading(county: CountyCrawl) -> None:
    county.run(TOWN_REPORTS, whole=False)
    rows = county.archive.roster(region=COUNTY, year=tuple(YEARS))
    assert not {"missing", "never_seen"} & {row.state for row in rows}


# --- regions and columns -----------------------------------------------------------------------


@pytest.mark.parametrize("text", [COUNTY, "上高县", CODE, "江西省宜春市上高"])
def test_a_region_by_any_of_its_names(county: CountyCrawl, text: str) -> None:
    county.run(GAP)
    rows = list(county.archive.roster(region=text, year=2021))
    assert {row.region for row in rows} == {COUNTY}


@pytest.mark.parametrize("text", ["没有县", "99"])
def test_a_region_that_there_is_not(county: CountyCrawl, text: str) -> None:
    with pytest.raises(UnknownName, match=text):
        list(county.archive.roster(region=text, year=2021))


def test_a_province_has_all_its_governments(county: CountyCrawl) -> None:
    rows = list(county.archive.roster(region="浙江", year=2025))
    levels = Counter(row.level for row in rows)
    assert (levels["province"], levels["prefecture"], levels["county"]) == (1, 11, 90)
    assert levels["township"] > 1300
    assert {row.state for row in rows} == {"not_due"}
    county.run(on="2026-07-01")
    rows = list(county.archive.roster(region="浙江", year=2023))
    assert {(row.state, row.obstacle) for row in rows} == {("not_reached", "no_site")}


COLUMNS = {
    "教育局": "教育局",
    "县教育局": "教育局",
    "上高县教育局信息公开年报": "教育局",
    "锦江镇": "锦江镇人民政府",
    "锦江镇人民政府政府信息公开工作年度报告": "锦江镇人民政府",
    "敖阳街道": "敖阳街道办事处",
    "县发改委": "发改委",
    "县政府办公室": "政府办公室",
    "市场监督管理局": "市场监督管理局",
    "市政管理局": "市政管理局",
    "政府信息公开年报": None,
    "部门年报": None,
    "乡镇街道": None,
    "各乡镇": None,
    "县直部门": None,
    "2021年": None,
    "历年年报": None,
    "教育局、财政局": None,
    "上高县": None,
    "局": None,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_bodies_that_columns_name(column: str) -> None:
    assert parse_column_body(column, COUNTY, "上高县") == COLUMNS[column]


@pytest.mark.parametrize("province", ["山西省", "海南省"])
def test_no_body_is_there_without_its_region_or_twice(
    county: CountyCrawl, province: str
) -> None:
    """In both there are units of the table that are several places, or names of several.

    Codes alone do not tell: some were given to another township later.
    """
    regions = select_regions(county.archive.db, province)
    bodies = RosterBodies(county.archive.db, regions).list_bodies()
    governments = {body.region.name for body in bodies if body.kind == "government"}
    assert governments == {region.name for region in regions}
    for year in (2010, 2015, 2017, 2019, 2022, 2026, 2030):
        present = [body for body in bodies if body.exists_in(year)]
        for body in present:
            places = body.region.places
            assert any(place.exists_in(year) for place in places), body.name
        townships = [body.township for body in present if body.township]
        names = Counter(body.name for body in present)
        codes = Counter((township.code, township.name) for township in townships)
        for counts in (names, codes):
            assert [one for one, count in counts.items() if count > 1] == []
        assert len(townships) > 200


@pytest.mark.parametrize(
    ("former", "latest", "last_year", "towns"),
    [
        ("河北省邢台市任县", "河北省邢台市任泽区", 2019, 8),
        ("安徽省芜湖市芜湖县", "安徽省芜湖市湾沚区", 2019, 5),
    ],
)
def test_a_county_that_was_abolished_has_no_bodies_after(
    county: CountyCrawl, former: str, latest: str, last_year: int, towns: int
) -> None:
    site = ArchivedSite("former", former, "trs", former, None, 1, 1)
    county.run(columns=["财政局"], site=site)
    years = (last_year, last_year + 1)
    for name, year in ((former, last_year), (latest, last_year + 1)):
        rows = list(county.archive.roster(region=name, year=years))
        assert {row.report_year for row in rows} == {year}
        levels = Counter(row.level for row in rows)
        assert (levels["county"], levels["township"]) == (1, towns)
        assert levels["department"] == (name == former)


@pytest.mark.parametrize(
    ("former", "names"),
    [
        ("河北省邢台市任县", ("任城镇", "天口镇", "永福庄乡")),
        ("山西省大同市大同县", ("西坪镇", "倍加造镇", "周士庄镇")),
    ],
)
def test_a_few_towns_of_a_county_that_was_abolished(
    county: CountyCrawl, former: str, names: Sequence[str]
) -> None:
    """They are not most of those that it had, though it has none today."""
    site = ArchivedSite("former", former, "trs", former, None, 1, 1)
    county.run([(name, 2016) for name in names], covers=[None], site=site)
    rows = list(county.archive.roster(region=former, year=2016))
    states = Counter((row.state, row.obstacle) for row in rows)
    assert states.pop(("published", None)) == len(names)
    assert list(states) == [("not_reached", "not_covered")]


def test_two_places_of_one_name_are_one_region(county: CountyCrawl) -> None:
    """儋州市 was 469003 and is 460400: its government is there once, under the latest code."""
    name = "海南省儋州市"
    site = ArchivedSite("danzhou", "儋州市", "trs", name, "460400", 1, 1)
    agency = Agency(
        printed="儋州市人民政府",
        name=f"{name}人民政府",
        region=name,
        region_code="460400",
        level="prefecture",
    )
    run_id = county.archive.begin_run("0.1.0", {})
    county.archive.begin_sites(run_id, [site])
    capture = county.crawl.capture(site.id, "http://danzhou.localhost/1.html", "1")
    visit_id, _ = county.archive.store_capture(run_id, capture)
    reading = make_reading("1", agency=agency, report_year=2021, findings=())
    county.archive.store_reading(visit_id, reading)
    county.archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
    county.archive.end_run(run_id, "finished", {})
    for year in (2010, 2015, 2021):
        rows = list(county.archive.roster(region=name, year=year))
        assert {row.region_code for row in rows} == {"460400"}
        (government,) = [row for row in rows if row.level != "township"]
        assert (government.state == "published") == (year == 2021)
        assert (government.reports, government.level) == (1, "prefecture")
        assert len(rows) >= 17, year


def test_what_the_table_has_last_goes_on(county: CountyCrawl) -> None:
    assert len(list(county.archive.roster(region=COUNTY, year=LAST_YEAR + 5))) > 16
    for place in list_places():
        assert place.exists_in(LAST_YEAR + 1) == place.exists_in(LAST_YEAR)


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("锦江镇党政办", True),
        ("锦江镇人民政府办公室", True),
        ("锦江镇党政综合办公室", True),
        ("锦江镇卫生院", False),
        ("锦江镇中心小学", False),
        ("锦江镇财政所", False),
        ("锦江镇人民代表大会", False),
    ],
)
def test_what_a_township_has_does_not_report_for_it(
    county: CountyCrawl, name: str, is_own: bool
) -> None:
    county.run([*GAP, (name, 2021)])
    states = county.states(2021)
    assert states[town("锦江镇")] == ("published" if is_own else "missing")
    assert states.get(name) == (None if is_own else "published")


def test_offices_are_those_that_the_reader_takes_for_the_township() -> None:
    """Whatever of up to three words the reader joins with a township is its own office."""
    rule = load_rules("regions").township_tail
    words = sorted({*re.findall("[一-龥]+", rule.pattern.pattern), ""})
    tails = {"".join(parts) for parts in itertools.product(words, repeat=3)}
    offices = [tail for tail in tails if rule.find(tail)]
    assert len(offices) > 1000
    assert [office for office in offices if not is_own_office(office)] == []
    for tail in ("卫生院", "中心小学", "财政所", "人民代表大会", "政府采购中心"):
        assert not is_own_office(tail)


def test_schools_of_townships_are_no_townships(county: CountyCrawl) -> None:
    """That a site shows reports of nine schools does not make it one of townships."""
    schools = [(f"{name}中心小学", 2021) for name in TOWNS]
    county.run([*schools, ("锦江镇卫生院", 2021)])
    row = county.rows(2021)[town("墨山乡")]
    assert (row.state, row.obstacle) == ("not_reached", "not_covered")
    assert (row.siblings, row.siblings_with_report) == (ALL_TOWNS - 1, 0)


def test_a_township_that_may_not_have_existed(county: CountyCrawl) -> None:
    """竹笮乡 is in the list of 2023, 竹笮镇 in that of 2026; 新安镇 is in none."""
    ningdu = "江西省赣州市宁都县"
    county.run([("新安镇", 2021)], on="2026-07-01")
    rows = list(county.archive.roster(region=ningdu, year=(2023, 2024, 2026)))
    states = {(row.agency, row.report_year): row.obstacle for row in rows}
    for name in ("竹笮乡", "竹笮镇"):
        body = ningdu + town(name)
        assert states[body, 2024] == "existence_unknown"
    assert states[ningdu + town("竹笮乡"), 2023] == "no_site"
    assert (ningdu + town("竹笮镇"), 2023) not in states
    assert (ningdu + town("竹笮乡"), 2026) not in states
    row = county.rows(2022)[town("新安镇")]
    assert (row.state, row.obstacle) == ("not_reached", "existence_unknown")
    sibling = county.rows(2022)[town("墨山乡")]
    assert sibling.siblings == ALL_TOWNS - 1, "it is no sibling of others"


def test_a_township_existed_between_its_reports(county: CountyCrawl) -> None:
    """Though no list tells of 新安镇; before and after them nothing is known of it."""
    county.run([("新安镇", 2012), ("新安镇", 2015)])
    body = town("新安镇")
    assert county.states(2013)[body] == county.states(2014)[body] == "missing"
    for year in (2011, 2016):
        assert county.rows(year)[body].obstacle == "existence_unknown"


def test_most_townships_are_most_of_those_that_are_known_to_exist(
    county: CountyCrawl,
) -> None:
    """竹笮乡 became 竹笮镇 in some year: in 2024 the two are no two of which a site lacks one."""
    ningdu = "江西省赣州市宁都县"
    site = ArchivedSite("ningdu", "宁都县人民政府", "trs", ningdu, None, 1, 1)
    on = "2025-07-01"
    county.run(on=on, covers=[None], site=site)
    rows = list(county.archive.roster(region=ningdu, year=2024))
    rows = [row for row in rows if row.level == "township"]
    known = [row.agency for row in rows if row.obstacle != "existence_unknown"]
    unknown_count = len(rows) - len(known)
    assert unknown_count > 1
    names = [name.removeprefix(ningdu).removesuffix("人民政府") for name in known]
    most = len(known) // 2 + 1
    assert most * 2 <= len(rows)
    county.run([(name, 2022) for name in names[:most]], on=on, covers=[None], site=site)
    states = county.archive.roster(region=ningdu, year=2022)
    counts = Counter(row.state for row in states if row.agency in known)
    assert counts == {"published": most, "never_seen": len(known) - most}
