"""When a government's site is searched, which columns are crawled, and whose reports they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA, utc_text
from nianbao.archive.raw.discoveries import Coverage, SearchOutcome, SiteDiscovery
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.crawls.column_failures import have_columns_failed
from nianbao.archive.records import Capture, Outcome
from nianbao.crawler.discovery.coverage import is_of_one_body, judge_column
from nianbao.crawler.discovery.known_sites import FileCoverage, SearchHistory
from nianbao.crawler.discovery.search_dates import find_last_november, is_search_due
from nianbao.spiders.catalogue import Site
from nianbao.spiders.register.governments import Government
from tests.archive.discovery import DISCOVERY

NOW = datetime(2027, 6, 15, 4, tzinfo=UTC)
REGION = ("浙江省丽水市缙云县", "331122")
URL = "http://www.jinyun.gov.cn/nb/"
JINYUN = Government(
    ("浙江省", "丽水市", "缙云县"),
    "county",
    "331122",
    ("332526",),
    "http://www.jinyun.gov.cn/",
    "direct",
    "",
)


def discovery(
    days_ago: float, outcome: SearchOutcome = "found", home: str = JINYUN.home
) -> SiteDiscovery:
    """Return a search that ended so many days ago."""
    ended_at = utc_text(NOW - timedelta(days=days_ago))
    columns = DISCOVERY.columns if outcome == "found" else ()
    return replace(
        DISCOVERY, ended_at=ended_at, outcome=outcome, columns=columns, home=home
    )


@pytest.mark.parametrize(
    ("day", "november"),
    [
        (datetime(2027, 6, 15, tzinfo=UTC), "2026-11-01"),
        (datetime(2027, 10, 31, 15, 59, tzinfo=UTC), "2026-11-01"),
        (datetime(2027, 10, 31, 16, tzinfo=UTC), "2027-11-01"),
        (datetime(2027, 12, 31, tzinfo=UTC), "2027-11-01"),
    ],
)
def test_the_last_november_is_that_of_china(day: datetime, november: str) -> None:
    begin = datetime.fromisoformat(november).replace(tzinfo=CHINA)
    assert find_last_november(day) == begin


@pytest.mark.parametrize(
    ("outcome", "days_ago", "works", "is_due"),
    [
        ("found", 30, True, False),
        ("found", 6, False, False),
        ("found", 8, False, True),
        ("found", 240, True, True),  # before the last November
        ("no_column", 30, False, False),
        ("no_column", 91, False, True),
        ("blocked", 31, False, True),
        ("unreachable", 6, False, False),
        ("unreachable", 8, False, True),
    ],
)
def test_a_site_is_searched_again_after_a_while(
    outcome: SearchOutcome, days_ago: float, works: bool, is_due: bool
) -> None:
    assert is_search_due(discovery(days_ago, outcome), NOW, works=works) is is_due


def test_a_site_that_nobody_searched_or_that_moved_is_searched() -> None:
    assert SearchHistory((), works=False).is_due(JINYUN, NOW)
    moved = discovery(1, home="http://old.jinyun.gov.cn/")
    assert SearchHistory((moved,), works=True).is_due(JINYUN, NOW)
    assert not SearchHistory((discovery(1),), works=True).is_due(JINYUN, NOW)


@pytest.mark.parametrize(
    ("later", "works", "is_usable"),
    [
        (None, True, True),
        (None, False, True),  # it is crawled until a search knows better
        ("no_column", True, True),
        ("no_column", False, False),
        ("needs_browser", False, False),
        ("unreachable", False, True),
        ("blocked", False, True),
    ],
)
def test_earlier_columns_are_crawled_unless_the_site_says_otherwise(
    later: SearchOutcome | None, works: bool, is_usable: bool
) -> None:
    found = discovery(30)
    searches = (found,) if later is None else (found, discovery(1, later))
    history = SearchHistory(searches, works=works)
    assert history.usable == (found if is_usable else None)


@pytest.mark.parametrize(
    ("name", "titles", "covers"),
    [
        ("政府信息公开年报", ["2023年政府信息公开工作年度报告"], "unknown"),
        ("政府信息公开年报", ["缙云县2023年政府信息公开工作年度报告"], "government"),
        (
            "政府信息公开年报",
            [
                "缙云县人民政府2023年政府信息公开工作年度报告",
                "缙云县财政局2023年政府信息公开工作年度报告",
            ],
            "all",
        ),
        (
            "政府信息公开年报",
            [
                "缙云县教育局2023年政府信息公开工作年度报告",
                "缙云县财政局2023年政府信息公开工作年度报告",
            ],
            "departments",
        ),
        (
            "政府信息公开年报",
            [f"缙云县财政局{year}年政府信息公开工作年度报告" for year in (2022, 2023)],
            "one_body",
        ),
        (
            "政府信息公开年报",
            [
                "壶镇镇2023年政府信息公开工作年度报告",
                "新建镇人民政府2023年政府信息公开工作年度报告",
            ],
            "townships",
        ),
        ("财政局年报", ["2023年", "2022年"], "one_body"),
        ("部门年报", [], "departments"),
        ("乡镇（街道）年报", [], "townships"),
        ("县政府年报", [], "government"),
        ("政府信息公开年报", ["2023年", "2022年"], "unknown"),
    ],
)
def test_a_column_says_whose_reports_it_has(
    name: str, titles: list[str], covers: Coverage
) -> None:
    assert judge_column(name, titles, "", *REGION).covers == covers


def make_site(
    name: str,
    column: str,
    host: str,
    covers: Coverage = "unknown",
    code: str = REGION[1],
) -> Site:
    entry = {"url": f"http://{host}/nb/", "column": column, "covers": covers}
    region = {"name": REGION[0], "code": code}
    fields = {"id": "jinyun", "name": name, "region": region, "entries": [entry]}
    return Site.model_validate(fields)


def leave_out_code(site: Site) -> Site:
    return site.model_copy(update={"region": None})


@pytest.mark.parametrize(
    ("site", "covers_government"),
    [
        (make_site("缙云县人民政府", "政府信息公开年报", "zw.jinyun.gov.cn"), True),
        (make_site("缙云县人民政府", "财政局年报", "zw.jinyun.gov.cn"), False),
        (make_site("缙云县财政局", "政府信息公开年报", "czj.jinyun.gov.cn"), False),
        (make_site("壶镇镇人民政府", "政府信息公开年报", "hz.jinyun.gov.cn"), False),
        (make_site("缙云县人民政府", "年报", "zw.jinyun.gov.cn", "one_body"), False),
        (make_site("缙云县人民政府", "年报", "jinyun.gov.cn", "one_body"), False),
        (make_site("缙云县人民政府", "swsfj", "jinyun.gov.cn", "one_body"), False),
        (make_site("缙云县财政局", "年报", "www.jinyun.gov.cn"), False),
        # a file without a division covers by its host, one of another division does not
        (leave_out_code(make_site("某网", "年报", "jinyun.gov.cn")), True),
        (leave_out_code(make_site("某网", "年报", "other.gov.cn")), False),
        (leave_out_code(make_site("某局", "年报", "jinyun.gov.cn", "one_body")), False),
        (make_site("某市政府", "年报", "jinyun.gov.cn", code="331100"), False),
    ],
)
def test_a_site_file_for_one_body_covers_no_government(
    site: Site, covers_government: bool
) -> None:
    assert FileCoverage([site]).covers(JINYUN) is covers_government
    if site.entries[0].covers == "one_body":
        assert is_of_one_body(site)


@pytest.mark.parametrize(
    ("outcomes", "links", "have_failed"),
    [
        ([], None, False),
        (["fetched"], 5, False),
        (["not_found"], None, True),
        (["fetched", "not_found"], None, True),
        (["not_found", "fetched"], 5, False),
        (["fetched"], 0, True),
    ],
)
def test_columns_fail_by_what_came_of_them_last(
    outcomes: list[Outcome], links: int | None, have_failed: bool, tmp_path: Path
) -> None:
    since = "2026-01-01T00:00:00.000Z"
    with Archive.create(tmp_path / "a.db") as archive:
        run_id = archive.begin_run("0.1.0", {})
        site = ArchivedSite("jinyun", "缙云县", "auto", *REGION, 3, 1)
        archive.begin_sites(run_id, [site])
        for day, outcome in enumerate(outcomes, 2):
            at = f"2027-01-0{day}T00:00:00.000Z"
            archive.store_capture(
                run_id, Capture("jinyun", URL, "list", outcome, at, None)
            )
        archive.end_site(run_id, "jinyun", "finished", links, lists_whole=True)
        failed = have_columns_failed(archive.db, "jinyun", [URL], since)
        assert failed is have_failed
        assert not have_columns_failed(archive.db, "jinyun", [URL], since, run_id)
