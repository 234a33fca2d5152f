"""Some of what there is: `--limit`, `--since`, `--year`. Nothing vanishes by them; what was cut
off is gone on with.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click import BadParameter

from nianbao.crawler.commands.options import YearsOption
from nianbao.crawler.selection import ReportFilter
from nianbao.spiders.lists.page import ListRow
from tests.crawl.commands import start
from tests.crawl.small_site import Page, Small, small

YEARS = range(2014, 2022)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    pages = [Page(year, f"{year + 1}-01-20") for year in YEARS]
    with small(tmp_path, pages) as site:
        yield site


def runs(site: Small) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(site.archive)) as db:
        return db.execute(
            "SELECT coalesce(end_reason, 'open'), settings FROM runs ORDER BY id"
        ).fetchall()


@pytest.mark.parametrize(
    ("wanted", "row", "taken"),
    [
        (ReportFilter(), ("2014年政府信息公开年度报告", "2015-01-20"), True),
        (
            ReportFilter(since=date(2021, 1, 1)),
            ("2020年政府信息公开年度报告", "2021-01-01"),
            True,
        ),
        (
            ReportFilter(since=date(2021, 1, 1)),
            ("2020年政府信息公开年度报告", "2020-12-31"),
            False,
        ),
        (
            ReportFilter(since=date(2021, 1, 1)),
            ("2014年政府信息公开年度报告", None),
            True,
        ),
        (
            ReportFilter(years=frozenset({2014})),
            ("2014年政府信息公开年度报告", "2021-01-01"),
            True,
        ),
        (
            ReportFilter(years=frozenset({2014})),
            ("2015年政府信息公开年度报告", "2014-01-01"),
            False,
        ),
        (
            ReportFilter(years=frozenset({2014})),
            ("2013—2014年政府信息公开年度报告", None),
            True,
        ),
        (ReportFilter(years=frozenset({2014})), ("政府信息公开年度报告", None), True),
        (ReportFilter(years=frozenset({2014})), (None, None), True),
        (
            ReportFilter(date(2016, 1, 1), frozenset({2014})),
            ("2014年政府信息公开年度报告", "2015-01-20"),
            False,
        ),
    ],
)
def test_a_row_is_left_alone_only_for_what_it_says(
    wanted: ReportFilter, row: tuple[str | None, str | None], taken: bool
) -> None:
    assert wanted.matches(ListRow("a.html", *row)) is taken


@pytest.mark.parametrize(
    ("given", "years"), [("2015", {2015}), ("2008-2010", {2008, 2009, 2010})]
)
def test_years(given: str, years: set[int]) -> None:
    assert YearsOption().convert(given, None, None) == years
    with pytest.raises(BadParameter, match="names no years"):
        YearsOption().convert(given[::-1], None, None)


def test_a_limit_is_kept_and_gone_on_with(site: Small) -> None:
    """A page that failed is not tried by every start, or no other would have its turn."""
    site.broken = {page.path for page in site.pages}
    found = site.crawl("--limit", 2, code=1)
    assert (found["reason"], found["changes"]) == ("limit", {})
    assert len(set(site.paths())) == 2, (
        "the list, and a page that was tried three times"
    )
    (failed,) = set(site.paths()) - {"/nb/"}
    site.broken, site.asked = {failed}, []
    found = site.crawl("--limit", 3, code=1)
    assert len(site.paths()) == len(set(site.paths())) == 3
    assert not {"/nb/", failed} & set(site.paths())
    assert [reason for reason, _ in runs(site)] == ["open"]
    site.broken = set()
    found = site.crawl(code=1)
    assert (found["reason"], found["ok"], found["changes"]) == (
        "finished",
        False,
        {"new": len(YEARS)},
    )
    assert [reason for reason, _ in runs(site)] == ["finished"]
    gone = site.pages.pop()
    found = site.crawl("--limit", 1)
    assert (found["reason"], found["ok"], found["changes"]) == ("limit", True, {})
    assert found["sites"][0]["reason"] is None, "the site waits"
    assert site.crawl()["changes"] == {"vanished": 1}
    assert gone.path in site.paths()


def test_reports_since_a_day(site: Small) -> None:
    site.crawl()
    site.pages[0].day = ""
    for page in site.pages[-2:]:
        page.text = "改过的原文"
    site.asked = []
    found = site.crawl("--since", "2021-01-01")
    assert sorted(site.paths()) == sorted(
        ["/nb/", *(page.path for page in (site.pages[0], *site.pages[-2:]))]
    )
    assert (found["changes"], found["ok"], found["sites"][0]["links"]) == (
        {"changed": 2},
        True,
        None,
    )


def test_a_backfill_is_resumed_after_a_kill(site: Small) -> None:
    site.seconds = 0.3
    wanted = [page for page in site.pages if page.year <= 2018]
    arguments = ("--years", "2014-2016", "--year", 2017, "--year", "2018")
    with start("crawl", *site.options(), *arguments) as process:
        while len(site.paths()) < 4 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.communicate()
    before = site.paths()[:-1]  # the last one may not have been stored
    site.seconds, site.asked = 0.0, []
    found = site.crawl(*arguments)
    assert (found["reason"], found["changes"]) == ("finished", {"new": len(wanted)})
    assert len(set(before) & set(site.paths())) <= 1, (
        "what was stored is not asked for again"
    )
    assert set(before) | set(site.paths()) == {"/nb/", *(page.path for page in wanted)}
    ((reason, settings),) = runs(site)
    assert (reason, '"years": [2014, 2015, 2016, 2017, 2018]' in settings) == (
        "finished",
        True,
    )
    site.asked = []
    assert site.crawl("--due", "--year", "2019")["changes"] == {}, "its list is not due"
    assert site.paths() == []
