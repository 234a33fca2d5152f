"""Decisions of a person: kept, taken back, and followed whatever comes first."""

from __future__ import annotations

import dataclasses
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianbao.archive import Archive
from nianbao.archive.derived.decided import (
    Attribution,
    Body,
    apply_report_decisions,
    join_body,
    list_joined_bodies,
    resolve_same_body,
)
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Reading
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.update.decisions import retract_decision
from tests.conftest import make_reading

A, B = "http://xixia.localhost/a.html", "http://xixia.localhost/b.html"
XIXIA = ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)
COUNTY, DISTRICT = "样例省青石县", "样例省青石区"
FORMER = Body("样例省青石县教育局", COUNTY)
PRESENT = Body("样例省青石区教育局", DISTRICT)
OTHER = Body("样例省青石区教育和体育局", DISTRICT)


def report(url: str = A, **values: Any) -> Decision:
    return Decision(**{"kind": "report", "reason": "seen", "url": url} | values)


def same(former: Body, body: Body, **values: Any) -> Decision:
    parts = {
        "kind": "body",
        "reason": "renamed",
        "former_agency": former.name,
        "former_region": former.region,
        "agency": body.name,
        "region": body.region,
    }
    return Decision(**parts | values)


def agency_of(body: Body) -> Agency:
    return Agency(printed=body.name, name=body.name, region=body.region)


# ---- what a decision is


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "report"}, "address"),
        ({"kind": "report", "url": A, "reason": " "}, "reason"),
        ({"kind": "report", "url": A, "region": COUNTY}, "without an agency"),
        ({"kind": "report", "url": A, "former_agency": "x"}, "no former_agency"),
        ({"kind": "body", "former_agency": "x"}, "its region"),
        (
            {"kind": "body", "former_agency": "x", "former_region": COUNTY, "url": A},
            "no url",
        ),
        (
            {
                "kind": "body",
                "former_agency": "x",
                "former_region": COUNTY,
                "agency": "y",
            },
            "its region",
        ),
        ({"kind": "report", "url": A, "uid": "0" * 32}, "both a time and a uid"),
    ],
)
def test_parts_that_do_not_go_together(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Decision(**{"reason": "seen"} | values).require_valid()


def test_what_is_overridden() -> None:
    page = Attribution(Agency(printed="教育局"), "page", 2020, "page")
    unknown = Attribution(Agency(printed="教育局"), "page", None, None)
    of_list = page._replace(year_basis="list")
    of_content = report(report_year=2021)
    of_address = report(agency="样例省西霞县教育局", report_year=2019)
    assert apply_report_decisions(page, None, None) == page
    decided = apply_report_decisions(page, of_content, None)
    assert decided == page._replace(report_year=2021, year_basis="decision")
    # a decision on an address leaves the year that the page prints
    decided = apply_report_decisions(page, None, of_address)
    assert (decided.report_year, decided.year_basis) == (2020, "page")
    assert decided.agency_basis == "decision"
    assert decided.agency == Agency(printed="教育局", name="样例省西霞县教育局")
    for attribution in (unknown, of_list):
        decided = apply_report_decisions(attribution, None, of_address)
        assert (decided.report_year, decided.year_basis) == (2019, "decision")
    both = apply_report_decisions(unknown, of_content, of_address)
    assert (both.report_year, both.agency.name) == (2021, "样例省西霞县教育局")


def test_chains_and_circles() -> None:
    def resolve(body: Body, *standing: Decision) -> Body:
        by_former: Mapping[tuple[str | None, str | None], Decision] = {
            (decision.former_agency, decision.former_region): decision
            for decision in standing
        }
        return resolve_same_body(body, by_former.get)

    first = same(FORMER, PRESENT, decided_at="1", uid="1")
    second = same(PRESENT, OTHER, decided_at="2", uid="2")
    back = same(OTHER, FORMER, decided_at="3", uid="3")
    assert resolve(FORMER) == FORMER
    assert resolve(FORMER, first) == PRESENT
    assert resolve(FORMER, first, second) == OTHER
    assert resolve(PRESENT, first, second) == OTHER
    for body in (FORMER, PRESENT, OTHER):  # the earliest one does not count
        assert resolve(body, first, second, back) == FORMER
    itself = same(FORMER, FORMER, decided_at="4", uid="4")
    assert resolve(FORMER, itself) == FORMER


# ---- in an archive


class Shelf:
    """An archive whose pages read as a test says, by their payload."""

    def __init__(self, archive: Archive, readings: Mapping[str, Reading]) -> None:
        self.archive = archive
        self.readings = readings

    def crawl(self, hour: int, pages: Mapping[str, str]) -> None:
        archive = self.archive
        run_id = archive.begin_run("0.1.0", {"hour": hour})
        archive.begin_sites(run_id, [XIXIA])
        for url, text in pages.items():
            capture = Capture(
                site="xixia",
                url=url,
                role="report",
                outcome="fetched",
                visited_at=f"2026-01-01T{hour:02}:00:00.000Z",
                status=200,
                payload=text.encode(),
            )
            visit_id, is_unread = archive.store_capture(run_id, capture)
            if is_unread:
                archive.store_reading(visit_id, self.read(visit_id))
        archive.end_site(run_id, "xixia", "finished", 1, lists_whole=True)
        archive.end_run(run_id, "finished", {})

    def read(self, visit_id: int) -> Reading:
        sha256 = self.archive.visit(visit_id).payload_sha256
        assert sha256
        return self.readings[self.archive.payload(sha256).decode()]

    def catch_up(self) -> int:
        """Read what is pending; return how many pages that were."""
        count = 0
        while pending := self.archive.unread_visits("1"):
            for visit_id in pending:
                self.archive.store_reading(visit_id, self.read(visit_id))
                count += 1
        self.archive.finalize()
        return count

    def reports(self) -> list[tuple[Any, ...]]:
        """Return the reports with their addresses."""
        query = """
            SELECT agencies.name, regions.name, reports.report_year, documents.url, reports.state
            FROM reports
            LEFT JOIN agencies ON agencies.id = reports.agency_id
            LEFT JOIN regions ON regions.id = agencies.region_id
            JOIN versions ON versions.id = reports.version_id
            JOIN documents ON documents.id = versions.document_id
            ORDER BY documents.url, reports.report_year
        """
        return self.archive.db.execute(query).fetchall()

    def bases(self) -> list[tuple[Any, ...]]:
        query = "SELECT agency_basis, year_basis FROM readings ORDER BY version_id"
        return self.archive.db.execute(query).fetchall()

    def kinds(self, since: int = 0) -> list[str]:
        return [change.kind for change in self.archive.changes(since)]

    def last_change(self) -> int:
        return max(change.id for change in self.archive.changes())


READINGS = {
    "nameless": make_reading("nameless", agency=Agency()),
    "undated": make_reading("undated", report_year=None, agency=agency_of(PRESENT)),
    "former": make_reading("former", report_year=2018, agency=agency_of(FORMER)),
    "present": make_reading("present", report_year=2020, agency=agency_of(PRESENT)),
}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Archive.create(tmp_path / "archive.db") as archive:
        yield Shelf(archive, READINGS)


def test_a_report_without_a_body_gets_its_place(shelf: Shelf) -> None:
    shelf.crawl(1, {A: "nameless"})
    assert shelf.reports() == [(None, None, 2021, A, "present")]
    cursor = shelf.last_change()
    content = READINGS["nameless"].content_sha256
    decision = shelf.archive.store_decision(
        report(agency="西霞县教育局", content_sha256=content)
    )
    assert decision.uid
    assert decision.decided_at
    assert shelf.archive.unread_visits("1")
    shelf.catch_up()
    assert shelf.reports() == [("西霞县教育局", "样例省西霞县", 2021, A, "present")]
    assert shelf.bases()[0][0] == "decision"
    kinds = shelf.kinds(cursor)
    assert "reread" in kinds
    assert not {"new", "changed", "report_new", "report_changed"} & set(kinds)
    cursor = shelf.last_change()
    shelf.archive.store_decision(retract_decision(decision, "mistaken"))
    shelf.catch_up()
    assert shelf.reports() == [(None, None, 2021, A, "present")]
    assert not {"new", "changed", "report_new"} & set(shelf.kinds(cursor))
    assert len(shelf.archive.decisions()) == 2
    assert shelf.archive.standing_decisions() == []


def test_a_decision_on_a_content_is_about_no_other(shelf: Shelf) -> None:
    shelf.crawl(1, {A: "nameless", B: "undated"})
    content = READINGS["nameless"].content_sha256
    shelf.archive.store_decision(report(B, report_year=2019, content_sha256=content))
    assert shelf.archive.unread_visits("1") == []
    shelf.archive.store_decision(report(B, report_year=2019))
    assert len(shelf.archive.unread_visits("1")) == 1
    shelf.catch_up()
    assert [row[2] for row in shelf.reports()] == [2021, 2019]


def test_a_later_decision_takes_the_place_of_an_earlier_one(shelf: Shelf) -> None:
    shelf.crawl(1, {A: "undated"})
    first = shelf.archive.store_decision(report(report_year=2019))
    second = shelf.archive.store_decision(report(report_year=2020))
    assert second.rank > first.rank
    shelf.catch_up()
    assert [row[2] for row in shelf.reports()] == [2020]
    assert shelf.archive.standing_decisions() == [second]
    assert shelf.archive.decisions() == [first, second]


def test_a_clock_that_is_slow(shelf: Shelf) -> None:
    ahead = "2999-01-01T00:00:00.000Z"
    first = report(report_year=2019, decided_at=ahead, uid="0" * 32)
    assert shelf.archive.store_decision(first) == first
    second = shelf.archive.store_decision(report(report_year=2020))
    assert second.decided_at == "2999-01-01T00:00:00.001Z"


def test_a_decision_that_is_here_is_stored_once(shelf: Shelf) -> None:
    decision = shelf.archive.store_decision(report(report_year=2019))
    assert shelf.archive.store_decision(decision) == decision
    assert shelf.archive.decisions() == [decision]


def test_two_bodies_become_one(shelf: Shelf) -> None:
    shelf.crawl(1, {A: "former", B: "present"})
    cursor = shelf.last_change()
    decision = shelf.archive.store_decision(same(FORMER, PRESENT))
    assert shelf.catch_up() == 1
    assert shelf.reports() == [
        (*PRESENT, 2018, A, "present"),
        (*PRESENT, 2020, B, "present"),
    ]
    kinds = shelf.kinds(cursor)
    assert "reread" in kinds
    assert not {"new", "changed", "report_new", "vanished"} & set(kinds)
    names = shelf.archive.db.execute("SELECT name FROM regions").fetchall()
    assert (COUNTY,) not in names
    assert join_body(shelf.archive.db, FORMER) == PRESENT
    shelf.archive.store_decision(same(PRESENT, OTHER))
    assert shelf.catch_up() == 2
    assert [row[:3] for row in shelf.reports()] == [(*OTHER, 2018), (*OTHER, 2020)]
    assert list_joined_bodies(shelf.archive.db, FORMER) == [FORMER, PRESENT, OTHER]
    shelf.archive.store_decision(retract_decision(decision, "not so"))
    assert shelf.catch_up() == 2
    assert [row[:3] for row in shelf.reports()] == [(*FORMER, 2018), (*OTHER, 2020)]


def test_a_renamed_place_is_one_region_and_its_body_one_body(tmp_path: Path) -> None:
    of_2018 = Agency(
        printed="沙县教育局",
        name="福建省三明市沙县教育局",
        region="福建省三明市沙县",
        region_code="350427",
        level="department",
        latest_name="福建省三明市沙县区教育局",
        latest_region="福建省三明市沙县区",
        latest_region_code="350405",
    )
    of_2022 = Agency(
        printed="沙县区教育局",
        name="福建省三明市沙县区教育局",
        region="福建省三明市沙县区",
        region_code="350405",
        level="department",
    )
    unlisted = dataclasses.replace(
        of_2018, printed="沙县某站", name=None, latest_name=None
    )
    readings = {
        "2018": make_reading("2018", report_year=2018, agency=of_2018),
        "2022": make_reading("2022", report_year=2022, agency=of_2022),
        "unlisted": make_reading("unlisted", report_year=2018, agency=unlisted),
    }
    with Archive.create(tmp_path / "archive.db") as archive:
        shelf = Shelf(archive, readings)
        shelf.crawl(1, {A: "2018", B: "2022", f"{B}?u": "unlisted"})
        body = ("福建省三明市沙县区教育局", "福建省三明市沙县区")
        assert [row[:3] for row in shelf.reports()] == [
            (*body, 2018),
            (*body, 2022),
            ("沙县某站", "福建省三明市沙县区", 2018),
        ]
        query = "SELECT name, code FROM regions WHERE name LIKE '福建%'"
        assert archive.db.execute(query).fetchall() == [(body[1], "350405")]


# ---- merges


def make_parts(folder: Path) -> list[Archive]:
    """Return archives of which each has visits or decisions."""
    parts = []
    crawls: tuple[dict[str, str], ...] = (
        {A: "former"},
        {A: "nameless", B: "present"},
        {},
        {},
    )
    decided = {
        "at": "2026-02-01T00:00:00.000Z",
        "later": "2026-02-02T00:00:00.000Z",
    }
    made: tuple[tuple[Decision, ...], ...] = (
        (),
        (same(FORMER, PRESENT, decided_at=decided["at"], uid="1" * 32),),
        (
            report(
                agency="西霞县教育局",
                content_sha256=READINGS["nameless"].content_sha256,
                decided_at=decided["at"],
                uid="2" * 32,
            ),
            same(PRESENT, OTHER, decided_at=decided["at"], uid="3" * 32),
        ),
        (same(OTHER, FORMER, decided_at=decided["later"], uid="4" * 32),),
    )
    for number, (pages, decisions) in enumerate(zip(crawls, made, strict=True)):
        archive = Archive.create(folder / f"part{number}.db")
        shelf = Shelf(archive, READINGS)
        if pages:
            shelf.crawl(number + 1, pages)
        for decision in decisions:
            archive.store_decision(decision)
        shelf.catch_up()
        parts.append(archive)
    return parts


TABLES = ("agencies", "regions", "reports", "readings", "decisions")


def dump(path: Path) -> dict[str, list[Any]]:
    """Return what an archive holds of reports and decisions, without ids."""
    queries = {
        "agencies": "SELECT a.name, g.name, a.level, a.site_id FROM agencies AS a"
        " LEFT JOIN regions AS g ON g.id = a.region_id",
        "regions": "SELECT name, code, code_source FROM regions",
        "reports": "SELECT a.name, g.name, r.report_year, d.url, v.number, r.state FROM reports AS r"
        " LEFT JOIN agencies AS a ON a.id = r.agency_id"
        " LEFT JOIN regions AS g ON g.id = a.region_id"
        " JOIN versions AS v ON v.id = r.version_id JOIN documents AS d ON d.id = v.document_id",
        "readings": "SELECT d.url, v.number, a.name, agency_basis, r.report_year, year_basis"
        " FROM readings AS r JOIN versions AS v ON v.id = r.version_id"
        " JOIN documents AS d ON d.id = v.document_id"
        " LEFT JOIN agencies AS a ON a.id = r.agency_id",
        "decisions": "SELECT uid, kind, decided_at, reason, url, agency FROM decisions",
    }
    with sqlite3.connect(path) as db:
        rows = {
            table: sorted(db.execute(query).fetchall(), key=repr)
            for table, query in queries.items()
        }
    db.close()
    return rows


def test_the_order_of_merging_does_not_matter(tmp_path: Path) -> None:
    parts = make_parts(tmp_path)
    outcomes = []
    for number, order in enumerate(permutations(parts)):
        path = tmp_path / f"target{number}.db"
        with Archive.create(path) as target:
            shelf = Shelf(target, READINGS)
            brought = 0
            for part in order:
                brought += merge_archive(target, part).decisions
                if number % 2:
                    shelf.catch_up()
            assert brought == 4
            assert merge_archive(target, parts[1]).decisions == 0
            shelf.catch_up()
            if number == 0:
                target.clear_derived()
                shelf.catch_up()
        outcomes.append(dump(path))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    # OTHER is FORMER by the latest decision of the circle; the earliest one does not count.
    names = {row[0] for row in outcomes[0]["reports"]}
    assert names == {FORMER.name, "西霞县教育局"}
    for part in parts:
        part.close()


BODIES = (FORMER, PRESENT, OTHER)
# An hour and what is decided then: about a body or a page, by numbers; None takes back.
body_decision = st.tuples(
    st.just("body"),
    st.integers(1, 4),
    st.sampled_from(BODIES),
    st.sampled_from((None, *BODIES)),
)
report_decision = st.tuples(
    st.just("report"),
    st.integers(1, 4),
    st.tuples(st.sampled_from((A, B)), st.sampled_from((None, *READINGS))),
    st.sampled_from((None, *BODIES, 2019, 2020)),
)
part = st.tuples(
    st.lists(
        st.dictionaries(st.sampled_from((A, B)), st.sampled_from(sorted(READINGS))),
        max_size=2,
    ),
    st.lists(st.one_of(body_decision, report_decision), max_size=3),
    st.booleans(),  # decided before it was crawled
)


def build_decision(
    number: int, kind: str, hour: int, subject: Any, value: Any
) -> Decision:
    stamp = {"decided_at": f"2026-02-01T{hour:02}:00:00.000Z", "uid": f"{number:032x}"}
    if kind == "body":
        if value is None:
            return same(subject, Body(None, None), **stamp)  # type: ignore[arg-type]
        return same(subject, value, **stamp)
    url, text = subject
    parts: dict[str, Any] = dict(stamp)
    if text is not None:
        parts["content_sha256"] = READINGS[text].content_sha256
    if isinstance(value, Body):
        parts |= {"agency": value.name, "region": value.region}
    else:
        parts["report_year"] = value
    return report(url, **parts)


def play_part(archive: Archive, number: int, values: Any) -> None:
    """Crawl and decide as one machine does, before or after one another."""
    crawls, decided, decides_first = values
    shelf = Shelf(archive, READINGS)
    decisions = [
        build_decision(10 * number + place, *decision)
        for place, decision in enumerate(decided)
    ]
    if decides_first:
        for decision in decisions:
            archive.store_decision(decision)
    for place, pages in enumerate(crawls):
        shelf.crawl(3 * place + number + 1, pages)
    if not decides_first:
        for decision in decisions:
            archive.store_decision(decision)
    shelf.catch_up()


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(part, min_size=2, max_size=3), st.sets(st.integers(0, 17)))
def test_nothing_depends_on_the_order_of_arrival(
    parts: list[Any], late: set[int]
) -> None:
    """`late` are the merges after which nothing is read yet."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_archives:
        folder = Path(name)
        archives = []
        for number, values in enumerate(parts):
            archive = Archive.create(folder / f"part{number}.db")
            archives.append(open_archives.enter_context(archive))
            play_part(archive, number, values)
        outcomes = []
        merge_count = 0
        for number, order in enumerate(permutations(archives)):
            path = folder / f"target{number}.db"
            with Archive.create(path) as target:
                shelf = Shelf(target, READINGS)
                for source in order:
                    merge_archive(target, source)
                    merge_count += 1
                    if merge_count not in late:
                        shelf.catch_up()
                shelf.catch_up()
                if number == 0:
                    outcomes.append(dump(path))
                    target.clear_derived()
                    shelf.catch_up()
            outcomes.append(dump(path))
    assert all(outcome == outcomes[0] for outcome in outcomes)
