"""What a round takes: requests, servers and hours, before anything is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nianbao.archive.read_model.crawls.visit_history import AddressHistory
from nianbao.archive.records import Role
from nianbao.crawler.commands.terminal.forecast import format_duration
from nianbao.crawler.plan import CrawlPlan
from nianbao.crawler.schedule import Calendar
from nianbao.crawler.selection import ReportFilter
from nianbao.crawler.turns.forecast import (
    SEARCH_REQUESTS,
    SiteLoad,
    estimate_load,
    estimate_search,
    forecast_round,
)
from nianbao.spiders.catalogue import make_provisional_site
from tests.crawl.commands import nianbao

HOME = "http://www.a.gov.cn/nb/"
NOW = datetime.fromisoformat("2026-07-15T12:00+08:00")
SITE = make_provisional_site("generic", HOME, "年报", delay=2.0)
WHOLE = CrawlPlan(Path("a.db"), None)
DUE = CrawlPlan(Path("a.db"), None, due=True)


def known(
    url: str, role: Role, days: int, year: int = 2024, *, is_report: bool = True
) -> AddressHistory:
    at = (NOW - timedelta(days=days)).isoformat()
    title = f"{year}年政府信息公开工作年度报告"
    return AddressHistory(
        url, role, at, at, failed=False, list_title=title, shows_report=is_report
    )


HISTORY = [
    known(HOME, "list", 20),
    known("http://www.a.gov.cn/nb/2.html", "list", 20),
    known("http://www.a.gov.cn/1.html", "report", 30),
    known("http://a.gov.cn/2.html", "report", 1, 2015),
    known("http://files.a.gov.cn/3.pdf", "attachment", 1),
    known("http://www.a.gov.cn/about.html", "report", 5, is_report=False),
]


def calendar(*history: AddressHistory) -> Calendar:
    return Calendar(SITE, {last.url: last for last in history}, NOW)


@pytest.mark.parametrize(
    ("plan", "requests"),
    [
        # Each with robots.txt.
        (WHOLE, {"a.gov.cn": 4 + 1, "files.a.gov.cn": 1 + 1}),
        (DUE, {"a.gov.cn": 3 + 1}),
        (
            CrawlPlan(
                Path("a.db"), None, reports=ReportFilter(years=frozenset({2015}))
            ),
            {"a.gov.cn": 3 + 1},
        ),
    ],
)
def test_what_a_round_asks_of_a_site(plan: CrawlPlan, requests: dict[str, int]) -> None:
    load = estimate_load(calendar(*HISTORY), plan, 2.5)
    assert (dict(load.requests), load.delay, load.pace) == (requests, 2.0, 2.5)
    recent = [known(one.url, one.role, 1) for one in HISTORY]
    assert estimate_load(calendar(*recent), DUE, 2.5).count == 0


def test_a_site_that_was_never_crawled_is_a_guess() -> None:
    load = estimate_load(calendar(), DUE, 7.0)
    assert (load.requests, load.pace) == ({"a.gov.cn": 1 + 1}, None)
    search = estimate_search(SITE)
    assert search.requests == {"a.gov.cn": SEARCH_REQUESTS}
    loads = [SiteLoad({"b.cn": 20}, 1.0, 2.0), load, SiteLoad({"c.cn": 0}, 1.0)]
    forecast = forecast_round(loads, 16)
    assert (forecast.sites, forecast.guessed_sites) == (2, 1)
    assert (forecast.requests, forecast.servers) == (40, 2)
    assert forecast.busiest_server == "a.gov.cn"
    assert forecast.seconds == forecast.busiest_seconds == 60, "a second an answer"


def test_a_round_takes_as_long_as_its_busiest_server_or_as_all_sites() -> None:
    shared = [SiteLoad({"p.cn": 10}, 3.0, pace) for pace in (4.0, 40.0)]
    forecast = forecast_round(shared, 16)
    assert (forecast.busiest_requests, forecast.seconds) == (20, 80)
    many = [SiteLoad({f"s{number}.cn": 10}, 3.0, 1.0) for number in range(320)]
    forecast = forecast_round([*shared, *many], 16)
    assert forecast.servers == 321
    assert forecast.busiest_seconds == 80
    assert forecast.seconds == (320 * 30 + 80) / 16
    assert forecast_round([], 16).seconds == 0


def test_how_long_is_said_as_people_say_it() -> None:
    texts = [format_duration(seconds) for seconds in (0, 59, 61, 3599, 11_100)]
    assert texts == ["0 s", "59 s", "1 min", "60 min", "3 h 5 min"]


def test_a_forecast_alone_is_for_a_dry_run() -> None:
    assert "--forecast needs --dry-run" in nianbao("crawl", "--forecast", code=2)
