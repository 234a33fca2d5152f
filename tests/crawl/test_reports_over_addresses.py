"""Reports over addresses: what the feed, the tables, the export and the command say of them.

The sample province's last four sites, crawled in the states 1, 2 and 1 by the real command: a fixed
address that shows the newest report, numbers used again, two addresses that exchange their reports, two
towns of one name, a report without a body and one without a year.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from nianbao.archive import Archive
from nianbao.archive.events.feed import PAGE_KINDS, REPORT_KINDS
from nianbao.sample.carriers import WAYS
from nianbao.sample.list_shapes import SHAPES
from tests.crawl.commands import nianbao
from tests.kept_samples import KeptSample

NEW_SITES = ("lucha", "chengdong", "chengxi", "shiyi")

NEWEST, A, B = "/xxgk/zxnb.html", "/xxgk/swj/nb_a.html", "/xxgk/swj/nb_b.html"
FIRST, SECOND, THIRD, FOURTH = (f"/xxgk/lbt/{number}.html" for number in range(1, 5))
NO_BODY, NO_YEAR = "/nb/700.html", "/nb/701.html"
COUNTY, TOWN, BUREAU = "芦岔县人民政府", "芦岔县柳埠滩镇人民政府", "芦岔县水务局"


class PageLine(NamedTuple):
    """A line of the feed about a page: the page itself, and what it is told with."""

    kind: str
    path: str
    version: int | None
    previous_version: int | None = None
    moved_to: str | None = None
    next_version: int | None = None


class ReportLine(NamedTuple):
    """A line of the feed about a report: what stands for it now, what stood for it before."""

    kind: str
    agency: str | None
    year: int | None
    path: str
    version: int | None
    previous_path: str | None
    previous_version: int | None


# By the crawl: 1 in state 1, 2 in state 2, 3 in state 1 again.
PAGE_LINES = {
    2: {
        PageLine("replaced", NEWEST, 1, next_version=2),
        PageLine("new", NEWEST, 2),
        PageLine("moved", FIRST, 1, moved_to=SECOND, next_version=2),
        PageLine("moved", SECOND, 1, moved_to=THIRD, next_version=2),
        PageLine("moved", THIRD, 1, moved_to=FOURTH, next_version=1),
        PageLine("new", FIRST, 2),
        PageLine("moved", A, 1, moved_to=B, next_version=2),
        PageLine("moved", B, 1, moved_to=A, next_version=2),
        PageLine("changed", NO_YEAR, 2, previous_version=1),
    },
    3: {
        PageLine("replaced", NEWEST, 2, next_version=3),
        PageLine("returned", NEWEST, 3, previous_version=1),
        PageLine("replaced", FIRST, 2, next_version=3),
        PageLine("moved", SECOND, 2, moved_to=FIRST, next_version=3),
        PageLine("moved", THIRD, 2, moved_to=SECOND, next_version=3),
        PageLine("moved", FOURTH, 1, moved_to=THIRD, next_version=3),
        PageLine("moved", A, 2, moved_to=B, next_version=3),
        PageLine("moved", B, 2, moved_to=A, next_version=3),
        PageLine("reverted", NO_YEAR, 3, previous_version=2),
    },
}
REPORT_LINES = {
    2: {
        ReportLine("report_replaced", COUNTY, 2023, NEWEST, 1, NEWEST, 1),
        ReportLine("report_new", COUNTY, 2024, NEWEST, 2, None, None),
        ReportLine("report_new", TOWN, 2024, FIRST, 2, None, None),
        ReportLine("report_moved", TOWN, 2023, SECOND, 2, FIRST, 1),
        ReportLine("report_moved", TOWN, 2022, THIRD, 2, SECOND, 1),
        ReportLine("report_moved", TOWN, 2021, FOURTH, 1, THIRD, 1),
        ReportLine("report_moved", BUREAU, 2022, B, 2, A, 1),
        ReportLine("report_moved", BUREAU, 2023, A, 2, B, 1),
        ReportLine("report_changed", "盐滩乡人民政府", None, NO_YEAR, 2, NO_YEAR, 1),
    },
    3: {
        ReportLine("report_replaced", COUNTY, 2024, NEWEST, 2, NEWEST, 2),
        ReportLine("report_returned", COUNTY, 2023, NEWEST, 3, NEWEST, 1),
        ReportLine("report_replaced", TOWN, 2024, FIRST, 2, FIRST, 2),
        ReportLine("report_moved", TOWN, 2023, FIRST, 3, SECOND, 2),
        ReportLine("report_moved", TOWN, 2022, SECOND, 3, THIRD, 2),
        ReportLine("report_moved", TOWN, 2021, THIRD, 3, FOURTH, 1),
        ReportLine("report_moved", BUREAU, 2022, A, 3, B, 2),
        ReportLine("report_moved", BUREAU, 2023, B, 3, A, 2),
        ReportLine("report_reverted", "盐滩乡人民政府", None, NO_YEAR, 3, NO_YEAR, 2),
    },
}
LATER_SITES = {*SHAPES, "zaiti"}
# What the code before reports had addresses told of the other sites, in the same three crawls.
NEWS_BEFORE = {
    (2, "vanished", "gucheng", "/zfxxgk/show.asp?id=156", 1, None),
    (2, "changed", "gucheng", "/zfxxgk/show.asp?id=150", 2, None),
    (2, "new", "xixia", "/zwgk/zfxxgknb/202504/t20250408_1242283.html", 1, None),
    (2, "changed", "xixia", "/zwgk/zfxxgknb/202101/t20210111_1241324.html", 2, None),
    (2, "changed", "xixia", "/zwgk/zfxxgknb/202201/t20220124_1240776.html", 2, None),
    (2, "changed", "xixia", "/zwgk/zfxxgknb/202302/t20230213_1243105.html", 2, None),
    (
        2,
        "moved",
        "lanting",
        "/art/2022/2/7/art_1229344_3314892.html",
        1,
        "/art/2022/2/7/art_1229344_3314969.html",
    ),
    (2, "changed", "lanting", "/art/2022/3/1/art_1229344_3313415.html", 2, None),
    (3, "returned", "gucheng", "/zfxxgk/show.asp?id=156", 1, None),
    (3, "changed", "gucheng", "/zfxxgk/show.asp?id=150", 3, None),
    (
        3,
        "moved",
        "lanting",
        "/art/2022/2/7/art_1229344_3314969.html",
        1,
        "/art/2022/2/7/art_1229344_3314892.html",
    ),
    (3, "changed", "lanting", "/art/2022/3/1/art_1229344_3313415.html", 3, None),
    (3, "vanished", "xixia", "/zwgk/zfxxgknb/202504/t20250408_1242283.html", 1, None),
    (3, "changed", "xixia", "/zwgk/zfxxgknb/202101/t20210111_1241324.html", 3, None),
    (3, "changed", "xixia", "/zwgk/zfxxgknb/202201/t20220124_1240776.html", 3, None),
    (3, "changed", "xixia", "/zwgk/zfxxgknb/202302/t20230213_1243105.html", 3, None),
}
NEW_BEFORE = {
    "beimu": 5,
    "dongcang": 5,
    "gangting": 5,
    "gucheng": 18,
    "huaipu": 5,
    "huibian": 5,
    "jingxi": 5,
    "lanting": 31,
    "laogang": 5,
    "qiaoling": 5,
    "shanquan": 5,
    "xixia": 34,
    "xiyan": 5,
    "yuanhe": 5,
}


@pytest.fixture(scope="module")
def feed(sample: KeptSample) -> list[dict[str, Any]]:
    """The whole feed, as the command prints it for programs."""
    printed = nianbao("changes", "--since", 0, "--json", "--archive", sample.archive)
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def lines_of(
    feed: Iterable[dict[str, Any]], kinds: Iterable[str], *, new_sites: bool
) -> list[dict[str, Any]]:
    """Return the lines of some kinds, about the new sites or about the others."""
    return [
        line
        for line in feed
        if line["kind"] in kinds
        and line["site"] not in LATER_SITES
        and (line["site"] in NEW_SITES) is new_sites
    ]


def path_of(url: str | None) -> str | None:
    """Return what stands behind the host of an address."""
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_the_other_sites_tell_the_news_that_they_told_before(
    feed: list[dict[str, Any]],
) -> None:
    lines = lines_of(feed, PAGE_KINDS, new_sites=False)
    first = [line for line in lines if line["run_id"] == 1]
    assert {line["kind"] for line in first} == {"new"}
    assert {line["version"] for line in first} == {1}
    assert Counter(line["site"] for line in first) == NEW_BEFORE
    news = Counter(
        (
            line["run_id"],
            "changed" if line["kind"] == "reverted" else line["kind"],
            line["site"],
            path_of(line["url"]),
            line["version"],
            path_of(line["moved_to"]),
        )
        for line in lines
        if line["run_id"] != 1
    )
    assert news == Counter(NEWS_BEFORE)


def test_what_was_edited_back_is_told_as_reverted(feed: list[dict[str, Any]]) -> None:
    lines = lines_of(feed, ("changed", "reverted"), new_sites=False)
    assert Counter((line["run_id"], line["kind"]) for line in lines) == {
        (2, "changed"): 5,
        (3, "reverted"): 5,
    }
    assert all(line["previous_version"] == line["version"] - 1 for line in lines)


def test_the_first_crawl_tells_every_page_once(feed: list[dict[str, Any]]) -> None:
    lines = lines_of(feed, PAGE_KINDS, new_sites=True)
    first = [line for line in lines if line["run_id"] == 1]
    assert Counter((line["kind"], line["site"]) for line in first) == {
        ("new", "lucha"): 6,
        ("new", "chengdong"): 2,
        ("new", "chengxi"): 2,
        ("new", "shiyi"): 2,
    }


@pytest.mark.parametrize("crawl", [2, 3])
def test_page_lines(feed: list[dict[str, Any]], crawl: int) -> None:
    """Each once, with both addresses and both versions."""
    lines = [
        PageLine(
            line["kind"],
            str(path_of(line["url"])),
            line["version"],
            line["previous_version"],
            path_of(line["moved_to"]),
            line["next_version"],
        )
        for line in lines_of(feed, PAGE_KINDS, new_sites=True)
        if line["run_id"] == crawl
    ]
    assert Counter(lines) == Counter(PAGE_LINES[crawl])


@pytest.mark.parametrize("crawl", [2, 3])
def test_report_lines(feed: list[dict[str, Any]], crawl: int) -> None:
    """For those who follow reports and know no addresses."""
    lines = [
        ReportLine(
            line["kind"],
            line["agency"],
            line["report_year"],
            str(path_of(line["url"])),
            line["version"],
            path_of(line["previous_url"]),
            line["previous_version"],
        )
        for line in lines_of(feed, REPORT_KINDS, new_sites=True)
        if line["run_id"] == crawl
    ]
    assert Counter(lines) == Counter(REPORT_LINES[crawl])


def test_a_report_is_new_once(feed: list[dict[str, Any]]) -> None:
    first = [
        (line["site"], line["agency"], line["report_year"])
        for line in feed
        if line["kind"] == "report_new" and line["run_id"] == 1
    ]
    assert sorted(row for row in first if row[0] == "chengdong") == [
        ("chengdong", "城关镇人民政府", 2022),
        ("chengdong", "城关镇人民政府", 2023),
    ]
    assert sorted(row for row in first if row[0] == "chengxi") == [
        ("chengxi", "城关镇人民政府", 2022),
        ("chengxi", "城关镇人民政府", 2023),
    ]
    assert ("shiyi", None, 2022) in first
    assert ("shiyi", "盐滩乡人民政府", None) in first
    assert len(first) == len(set(first)) == 146 + 3 * len(SHAPES) + len(WAYS)


REPORTS = """
SELECT agencies.name, reports.report_year, reports.state, documents.url, versions.number
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
LEFT JOIN agencies ON agencies.id = reports.agency_id
WHERE documents.site_id = ?
"""


def reports_of(sample: KeptSample, site: str) -> set[tuple[Any, ...]]:
    """Return the reports of a site: body, year, state, and what stands for them."""
    with Archive(sample.archive) as archive:
        rows = archive.db.execute(REPORTS, [site]).fetchall()
    found = {(*row[:3], path_of(row[3]), row[4]) for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_report_that_was_seen_stands_with_its_last_version(
    sample: KeptSample,
) -> None:
    assert reports_of(sample, "lucha") == {
        (COUNTY, 2023, "present", NEWEST, 3),
        (COUNTY, 2024, "replaced", NEWEST, 2),
        (TOWN, 2021, "present", THIRD, 3),
        (TOWN, 2022, "present", SECOND, 3),
        (TOWN, 2023, "present", FIRST, 3),
        (TOWN, 2024, "replaced", FIRST, 2),
        (BUREAU, 2022, "present", A, 3),
        (BUREAU, 2023, "present", B, 3),
    }


def test_two_towns_of_one_name_are_two_bodies(sample: KeptSample) -> None:
    reports = {site: reports_of(sample, site) for site in ("chengdong", "chengxi")}
    for site in reports:
        assert {row[:3] for row in reports[site]} == {
            ("城关镇人民政府", 2022, "present"),
            ("城关镇人民政府", 2023, "present"),
        }
    with Archive(sample.archive) as archive:
        rows = archive.db.execute(
            "SELECT region_id, site_id FROM agencies WHERE name = '城关镇人民政府'"
        ).fetchall()
    assert sorted(rows) == [(None, "chengdong"), (None, "chengxi")]


def test_reports_that_nobody_can_place(sample: KeptSample) -> None:
    assert reports_of(sample, "shiyi") == {
        (None, 2022, "present", NO_BODY, 1),
        ("盐滩乡人民政府", None, "present", NO_YEAR, 3),
    }
    with Archive(sample.archive) as archive:
        rows = archive.db.execute(
            "SELECT documents.url, findings.severity, findings.message FROM findings"
            " JOIN documents ON documents.id = findings.document_id"
            " WHERE rule = 'report.unassigned'"
        ).fetchall()
    messages = {path_of(url): message for url, severity, message in rows}
    assert {severity for _, severity, _ in rows} == {"warning"}
    assert messages.keys() == {NO_BODY, NO_YEAR}
    assert "whose report" in messages[NO_BODY]
    assert "which year" not in messages[NO_BODY]
    assert "which year" in messages[NO_YEAR]
    assert "whose report" not in messages[NO_YEAR]
    assert all("nianbao assign" in message for message in messages.values())


def test_no_change_is_found_between_reports(sample: KeptSample) -> None:
    """`report.changed` compares the versions of one report."""
    with Archive(sample.archive) as archive:
        rows = archive.db.execute(
            "SELECT documents.url FROM findings"
            " JOIN documents ON documents.id = findings.document_id"
            " WHERE rule = 'report.changed' AND documents.site_id = 'lucha'"
        ).fetchall()
    assert rows == []


def test_every_report_is_in_the_panel(sample: KeptSample, tmp_path: Path) -> None:
    nianbao("export", "csv", tmp_path / "panel", "--archive", sample.archive)
    with (tmp_path / "panel" / "reports.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["site"] in NEW_SITES]
    years = Counter((row["site"], row["agency"], row["report_year"]) for row in rows)
    expected = [
        *(("lucha", COUNTY, year) for year in (2023, 2024)),
        *(("lucha", TOWN, year) for year in (2021, 2022, 2023, 2024)),
        *(("lucha", BUREAU, year) for year in (2022, 2023)),
        *(("chengdong", "城关镇人民政府", year) for year in (2022, 2023)),
        *(("chengxi", "城关镇人民政府", year) for year in (2022, 2023)),
        ("shiyi", "", 2022),
        ("shiyi", "盐滩乡人民政府", ""),
    ]
    assert years == Counter(
        (site, agency, str(year)) for site, agency, year in expected
    )


def test_status_counts_them(sample: KeptSample) -> None:
    printed = nianbao("status", "--archive", sample.archive)
    lines = [line.partition("; ")[0] for line in printed.splitlines()]
    assert "unassigned: 2 reports of unknown agency or year" in lines
    assert "replaced: 2 reports whose addresses show another report now" in lines
    assert "reused: 6 addresses have shown more than one report" in lines
    assert any(line.startswith("namesakes: 2 agencies") for line in lines)
    shown = json.loads(nianbao("status", "--json", "--archive", sample.archive))
    counts = ("unassigned", "replaced", "vanished", "reused", "namesakes")
    holdings = shown.get("holdings", shown)
    assert [holdings[name] for name in counts] == [2, 2, 1, 6, 2]


def test_show_takes_the_one_of_a_site(sample: KeptSample) -> None:
    """A name that two bodies have says with what one of them is named."""
    command = ("show", "城关镇人民政府", 2022, "--archive", sample.archive)
    printed = nianbao(*command, code=1)
    assert "城关镇人民政府 (--site chengdong): 2022, 2023" in printed
    assert "城关镇人民政府 (--site chengxi): 2022, 2023" in printed
    for site in ("chengdong", "chengxi"):
        assert f"http://{site}.localhost" in nianbao(*command, "--site", site)
    assert "no such report" in nianbao(*command, "--site", "lucha", code=1)


def test_diff_takes_the_one_of_a_site(sample: KeptSample) -> None:
    command = ("diff", "城关镇人民政府", 2022, "--archive", sample.archive)
    assert "could be any of 2" in nianbao(*command, code=1)
    assert "has not changed" in nianbao(*command, "--site", "chengxi", code=1)


SHOWN = [
    (COUNTY, 2023, "present"),
    (COUNTY, 2024, "replaced"),
    (TOWN, 2021, "present"),
    (TOWN, 2024, "replaced"),
    (BUREAU, 2022, "present"),
    (BUREAU, 2023, "present"),
]


@pytest.mark.parametrize(("agency", "year", "state"), SHOWN)
def test_show_knows_every_report(
    sample: KeptSample, agency: str, year: int, state: str
) -> None:
    printed = nianbao("show", agency, year, "--archive", sample.archive)
    assert printed.startswith(f"{agency} {year} ({state})")
    assert re.search(rf"report year +{year}", printed)
    assert f"{year}年" in printed
