"""Reports over documents: which page stands for a report, by each step of the rule, and how one
is looked up.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from nianbao.archive.derived import preferred_page
from nianbao.archive.read_model.agencies import find_agencies, find_similar_agencies
from nianbao.archive.read_model.reports import Report, find_report
from nianbao.archive.records import Agency, Figure
from tests.archive.pages import BUREAU, MIRROR, publish, requests, withdraw
from tests.conftest import Crawl

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/b.html"
C = "http://mirror.localhost/c.html"
WHOLE = tuple(
    Figure(f"g2021.{table}", "row", "column", 1, "1")
    for table in preferred_page.STATUTORY["g2021"]
)
RAGGED = (*WHOLE, Figure("g2021.requests", "granted", "total", None, "1 | 0", "ragged"))


def report(crawl: Crawl, name: str = "西霞县财政局", year: int = 2021) -> Report:
    (agency,) = find_agencies(crawl.archive.db, name)
    found = find_report(crawl.archive.db, agency, year)
    assert found is not None
    return found


# Each pair: the better page, the worse one, a word of the reason.
STEPS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "official": ({"official": True}, {"official": False, "figures": WHOLE}, "own site"),
    "whose it is is known": ({"official": True}, {"official": None}, "nobody knows"),
    "complete": (
        {"figures": WHOLE},
        {"figures": RAGGED, "published_on": "2022-01-30"},
        "could not be read",
    ),
    "a missing table is worse than a ragged row": (
        {"figures": RAGGED},
        {"figures": WHOLE[:3]},
        "is missing",
    ),
    "no table is worst": ({"figures": WHOLE[:1]}, {"figures": ()}, "no tables"),
    "corrected": (
        {"title": "西霞县财政局2021年年度报告（更正版）", "published_on": "2022-01-20"},
        {"title": "西霞县财政局2021年年度报告", "published_on": "2022-01-20"},
        "it is a correction",
    ),
    "newest": (
        {"published_on": "2022-01-30"},
        {"published_on": "2022-01-20"},
        "the next: 2022-01-20",
    ),
    "dated": ({"published_on": "2022-01-30"}, {"published_on": None}, "not known"),
    "page": (
        {"charset": "utf-8"},
        {"charset": None},
        "it is a page; of the next: it is a file",
    ),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("better_first", [True, False])
def test_the_rule(crawl: Crawl, step: str, better_first: bool) -> None:
    better, worse, word = STEPS[step]
    pages = [(B, "better", better), (A, "worse", worse)]
    for url, text, values in pages if better_first else pages[::-1]:
        publish(crawl, url, text, **values)
    found = report(crawl)
    assert found.preferred.url == B
    assert word in found.reason
    assert [page.document.url for page in found.others] == [A]


def test_still_there_before_gone(crawl: Crawl) -> None:
    publish(crawl, A, "gone", published_on="2022-01-30")
    publish(crawl, B, "there")
    withdraw(crawl, A)
    found = report(crawl)
    assert (found.preferred.url, found.state) == (B, "present")
    assert "is gone" in found.reason
    withdraw(crawl, B)
    assert report(crawl).state == "vanished"


def test_the_page_changed_last_is_newer_than_one_of_the_same_date(crawl: Crawl) -> None:
    publish(crawl, A, "one")
    publish(crawl, B, "two")
    publish(crawl, B, "two, corrected")
    assert report(crawl).preferred.url == B
    assert "changed on 2026-01-01" in report(crawl).reason


def test_equal_pages_are_told_apart_by_their_addresses(crawl: Crawl) -> None:
    for url in (B, A):
        publish(crawl, url, "one")
    publish(crawl, C, "one", site=MIRROR)
    found = report(crawl)
    assert found.preferred.url == C
    assert [(page.relation, page.document.url) for page in found.others] == [
        ("copy", A),
        ("copy", B),
    ]


def test_every_order_of_arrival_gives_the_same_report(crawl: Crawl) -> None:
    pages: list[tuple[str, str, dict[str, Any]]] = [
        (A, "a", {"figures": WHOLE}),
        (B, "b", {"figures": requests(new_received=1)}),
        (C, "c", {"official": False, "site": MIRROR}),
    ]
    results = set()
    for turn, order in enumerate(itertools.permutations(pages)):
        agency = dataclasses.replace(BUREAU, name=f"第{turn}局")
        for url, text, values in order:
            publish(crawl, f"{url}?{turn}", f"{text} {turn}", agency=agency, **values)
        found = report(crawl, f"第{turn}局")
        urls = [found.preferred.url, *(page.document.url for page in found.others)]
        results.add((*(url.split("?")[0] for url in urls), found.reason))
    assert len(results) == 1


def test_agencies_by_whole_part_and_printed_name(crawl: Crawl) -> None:
    publish(crawl, A, "one")
    publish(crawl, B, "two", agency=Agency(printed="西霞县教育局"))
    publish(crawl, C, "three", agency=Agency(printed="西霞县教育局"), report_year=2020)
    names = {
        text: [
            (agency.name, agency.years)
            for agency in find_agencies(crawl.archive.db, text)
        ]
        for text in (
            "样例省西霞县财政局",
            "财政局",
            "样例省西霞县西霞县教育局",
            "局",
            "水利局",
        )
    }
    bureau, school = ("样例省西霞县财政局", (2021,)), ("西霞县教育局", (2020, 2021))
    assert names == {
        "样例省西霞县财政局": [bureau],
        "财政局": [bureau],
        "样例省西霞县西霞县教育局": [school],
        "局": [bureau, school],
        "水利局": [],
    }
    assert BUREAU.region == find_agencies(crawl.archive.db, "财政局")[0].region


def test_names_like_one_that_is_not_there(crawl: Crawl) -> None:
    publish(crawl, A, "one")
    publish(crawl, B, "two", agency=Agency(printed="西霞县教育局"))
    similar = [
        agency.name
        for agency in find_similar_agencies(crawl.archive.db, "西下县财政局")
    ]
    assert similar == ["样例省西霞县财政局"]
    assert find_similar_agencies(crawl.archive.db, "北京大学") == []
