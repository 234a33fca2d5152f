"""`crawl --due`: little is asked for where little can be new, and a new report is found within
a day all the same.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.visit_history import AddressHistory
from nianbao.archive.records import Role
from nianbao.crawler.schedule import SPREAD, Calendar
from nianbao.sample.province import Province
from nianbao.spiders import catalogue
from nianbao.spiders.lists.page import ListRow
from tests.crawl.commands import nianbao, summary
from tests.kept_samples import crawled_states

SITE = catalogue.read_site(next(catalogue.SITES.rglob("jinyun.yml")))
LIST = SITE.entries[0].url
PAGE = "http://www.jinyun.gov.cn/art/2021/1/20/art_1229367861_1.html"
FEBRUARY = "2026-02-03"
HISTORY = (1, 2)


def calendar(now: str, **known: AddressHistory) -> Calendar:
    return Calendar(
        SITE,
        {one.url: one for one in known.values()},
        datetime.fromisoformat(now + "T12:00+08:00"),
    )


def page(visited: str, changed: str, *, failed: bool = False) -> AddressHistory:
    return AddressHistory(
        PAGE, "report", visited + "T04:00:00.000Z", changed + "T04:00:00.000Z", failed
    )


def test_what_was_never_visited_is_due() -> None:
    assert [
        (visit.url, visit.why) for visit in calendar("2026-07-01").due_visits()
    ] == [(LIST, "never visited")]


@pytest.mark.parametrize(
    ("today", "days"),
    [("2026-02-03", 1), ("2026-04-30", 1), ("2026-07-01", 14), ("2026-12-31", 14)],
)
def test_lists_are_visited_daily_in_the_season_and_rarely_else(
    today: str, days: int
) -> None:
    now = datetime.fromisoformat(today)
    for ago in range(1, 20):
        seen = f"{now - timedelta(days=ago):%Y-%m-%d}"
        known = AddressHistory(
            LIST, "list", seen + "T04:00:00.000Z", seen + "T04:00:00.000Z", failed=False
        )
        is_due = calendar(today, list=known).is_due(LIST, "list")
        assert is_due or ago < days, "never later"
        assert days > 1 or is_due == (ago >= days)


@pytest.mark.parametrize(
    ("changed", "days"),
    [("2026-06-01", 7), ("2026-05-01", 15), ("2026-01-01", 75), ("2016-01-01", 180)],
)
def test_a_page_is_left_the_longer_the_longer_it_stands(
    changed: str, days: int
) -> None:
    visited = datetime(2026, 6, 1, 12, tzinfo=CHINA)
    coming = calendar("2026-06-02", page=page("2026-06-01", changed)).next_visit(
        PAGE, "report"
    )
    interval = (coming.due_at - visited) / timedelta(days=1)
    assert (1 - SPREAD) * days <= interval <= days + 1


def test_sites_that_were_visited_on_one_day_come_due_on_different_days() -> None:
    seen = "2026-06-10T04:00:00.000Z"
    visited = datetime.fromisoformat(seen)
    days: dict[Role, Counter[int]] = {"list": Counter(), "report": Counter()}
    for number in range(1400):
        site = SITE.model_copy(update={"id": f"s{number}"})
        for role, url in (("list", LIST), ("report", PAGE)):
            known = {url: AddressHistory(url, role, seen, seen, failed=False)}
            at = Calendar(site, known, visited).next_visit(url, role).due_at
            assert visited < at <= visited + timedelta(days=14 if role == "list" else 7)
            again = {
                url: replace(known[url], visited_at=at.astimezone(UTC).isoformat())
            }
            then = Calendar(site, again, at).next_visit(url, role).due_at
            if role == "list":
                assert then - at == timedelta(days=14), "its own day"
            days[role][(at - visited).days] += 1
    assert len(days["list"]) == 14
    assert max(days["list"].values()) < 2 * 1400 / 14
    assert sorted(days["report"]) == [5, 6]


@pytest.mark.parametrize(
    ("first", "today", "is_other"),
    [
        ("2026-06-01", "2026-06-20", True),
        ("2026-06-01", "2026-07-02", False),
        ("2026-01-01", "2026-08-10", True),
        ("2026-01-01", "2026-08-20", False),
    ],
)
def test_what_is_no_report_is_left_for_a_month_or_half_of_its_time(
    first: str, today: str, is_other: bool
) -> None:
    """A page that no row calls a report; one that a row does is visited every two weeks."""
    other = replace(page("2026-06-01", first), shows_report=False)
    today_calendar = calendar(today, page=other)
    assert today_calendar.is_other_page(PAGE) is is_other
    assert not today_calendar.showed_report(PAGE)
    assert today_calendar.is_due(PAGE, "report")
    assert PAGE not in [visit.url for visit in today_calendar.coming_visits()]


def test_a_report_is_no_other_page() -> None:
    known = calendar("2026-06-02", page=page("2026-06-01", "2026-06-01"))
    assert not known.is_other_page(PAGE)
    assert known.showed_report(PAGE)
    assert not known.is_other_page(LIST), "never visited"


def test_a_page_that_was_a_list_is_read_when_the_lists_are() -> None:
    days = ("T04:00:00.000Z", "T04:00:00.000Z")
    year = AddressHistory(
        PAGE, "list", "2026-07-01" + days[0], "2026-07-01" + days[1], failed=False
    )
    entry = replace(year, url=LIST)
    assert not calendar("2026-07-08", year=year, entry=entry).is_due(PAGE, "report")
    assert calendar("2026-07-16", year=year, entry=entry).is_due(PAGE, "report")


def test_what_failed_is_tried_the_next_day() -> None:
    assert calendar(
        "2026-06-02", page=page("2026-06-01", "2016-01-01", failed=True)
    ).is_due(PAGE, "report")


@pytest.mark.parametrize(
    ("before", "now", "is_other"),
    [
        ("缙云县2022年政府信息公开年度报告", "缙云县2023年政府信息公开年度报告", True),
        ("缙云县2022年政府信息公开年度报告", "2022年度报告（缙云县）", False),
        ("缙云县2022年政府信息公开年度报告", "缙云县政府信息公开年度报告", False),
        ("缙云县政府信息公开年度报告", "缙云县2023年政府信息公开年度报告", False),
        (None, "缙云县2023年政府信息公开年度报告", False),
        ("缙云县2022年政府信息公开年度报告", None, False),
    ],
)
def test_a_page_that_the_list_names_with_another_year_is_visited_at_once(
    before: str | None, now: str | None, *, is_other: bool
) -> None:
    last = replace(page("2026-06-01", "2016-01-01"), list_title=before)
    tomorrow = calendar("2026-06-02", page=last)
    row = ListRow(PAGE, now, None)
    assert not tomorrow.is_due(PAGE, "report")
    assert tomorrow.names_other_report(PAGE, row) is is_other
    assert not calendar("2026-06-02").names_other_report(PAGE, row)


def test_the_lists_of_a_site_are_visited_together() -> None:
    """One that failed is asked again the next day, and the others with it: a run that reads
    some is no measure.
    """
    other = SITE.entries[0].model_copy(update={"url": LIST.replace("index", "other")})
    both = SITE.model_copy(update={"entries": (*SITE.entries, other)})
    at = "2026-06-01T04:00:00.000Z"
    known = {
        url: AddressHistory(url, "list", at, at, failed=url == other.url)
        for url in (LIST, other.url)
    }
    tomorrow = Calendar(both, known, datetime.fromisoformat("2026-06-02T12:00+08:00"))
    assert tomorrow.is_due(LIST, "list")
    assert {visit.why for visit in tomorrow.due_visits()} == {"the last visit failed"}
    assert not Calendar(
        both, known, datetime.fromisoformat("2026-06-02T06:00+08:00")
    ).due_visits()


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, int]]:
    """The sample province crawled once, the day before the third of February."""
    sample = crawled_states(1)
    path = sample.copy_to(tmp_path_factory.mktemp("due") / "archive.db")
    with closing(sqlite3.connect(path)) as db, db:
        for table, columns in {
            "visits": ["visited_at"],
            "site_runs": ["started_at", "ended_at"],
        }.items():
            for column in columns:
                db.execute(
                    f"UPDATE {table} SET {column} = '2026-02-02T04:00' || substr({column}, 17)"
                )
    with sample.holding_port() as port:
        yield path, port


def due(
    path: Path, port: int, state: int, tmp_path: Path
) -> tuple[Path, dict[str, object]]:
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    common = ("crawl", "--sample", "--state", state, "--port", port, "--archive", copy)
    found = summary(nianbao(*common, "--due", "--at", FEBRUARY, "--json"))
    return copy, found


def transferred(path: Path) -> list[int]:
    """Return how many bytes of payload each run fetched."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "SELECT sum(CASE outcome WHEN 'fetched' THEN size_bytes ELSE 0 END) FROM visits"
            " LEFT JOIN blobs ON sha256 = payload_sha256 GROUP BY run_id ORDER BY run_id"
        ).fetchall()
    return [row[0] for row in rows]


def test_an_unchanged_province_costs_little_the_next_day(
    crawled: tuple[Path, int], tmp_path: Path
) -> None:
    copy, found = due(*crawled, 1, tmp_path)
    assert found["ok"]
    assert found["changes"] == {}
    first, second = transferred(copy)
    assert second <= 0.05 * first


def test_a_new_report_is_found_the_next_day_in_february(
    crawled: tuple[Path, int], tmp_path: Path
) -> None:
    copy, _ = due(*crawled, 2, tmp_path)
    declared = Province(port=crawled[1]).declare(HISTORY)
    with closing(sqlite3.connect(copy)) as db:
        new = [
            row[0]
            for row in db.execute(
                "SELECT url FROM changes WHERE kind = 'new' AND run_id = 2"
            ).fetchall()
        ]
    assert set(declared.new) <= set(new)


def test_a_dry_run_says_what_would_be_visited_and_why(
    crawled: tuple[Path, int],
) -> None:
    path, port = crawled
    common = (
        "crawl",
        "--sample",
        "--port",
        port,
        "--archive",
        path,
        "--dry-run",
        "--at",
        FEBRUARY,
    )
    visits = json.loads(nianbao(*common, "--json"))
    due_now = [
        visit for visit in visits if visit["due_at"] <= "2026-02-03T04:00:00+00:00"
    ]
    assert {(visit["role"], visit["why"]) for visit in due_now} == {
        ("list", "a list, in the season of the reports"),
        ("report", "the last visit failed"),  # a page with a fault of its server
    }
    printed = nianbao(*common)
    assert f"{len(due_now)} visits are due" in printed
    forecast = json.loads(nianbao(*common, "--forecast", "--json"))
    assert f"about {forecast['requests']} requests to {forecast['servers']}" in printed
    with closing(sqlite3.connect(path)) as db:
        ((asked,),) = db.execute("SELECT count(DISTINCT url) FROM visits").fetchall()
    asked += forecast["servers"]  # robots.txt
    assert 0.9 * asked <= forecast["requests"] <= asked
    assert transferred(path) == transferred(path)[:1]


def test_sites_of_a_region(crawled: tuple[Path, int]) -> None:
    path, port = crawled
    common = (
        "crawl",
        "--sample",
        "--port",
        port,
        "--archive",
        path,
        "--dry-run",
        "--at",
        FEBRUARY,
        "--json",
    )
    everything, some = (
        json.loads(nianbao(*common)),
        json.loads(nianbao(*common, "--region", "样例省北原市")),
    )
    assert {visit["site"] for visit in some} < {visit["site"] for visit in everything}
    assert "no site in 月球" in nianbao(*common, "--region", "月球", code=2)
