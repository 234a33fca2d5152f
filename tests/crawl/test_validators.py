"""Servers that say of a page that it has not changed, and it has: some pages are asked for as
if they were new.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nianbao.archive.read_model.crawls import site_health
from nianbao.archive.records import Note
from nianbao.crawler.middlewares.revisit import is_sampled
from tests.conftest import Crawl
from tests.crawl.small_site import Page, Small, small

URLS = [f"http://xixia.localhost/nb/{number}.html" for number in range(4000)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    pages = [Page(year, f"{year + 1}-01-20") for year in (2019, 2020, 2021)]
    with small(tmp_path, pages) as site:
        site.etags = {page.path: f'"{page.year}"' for page in pages} | {
            "/nb/": '"list"'
        }
        yield site


def noted(site: Small) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(site.archive)) as db:
        return db.execute(
            "SELECT run_id, message FROM findings WHERE rule = 'host.validators' ORDER BY id"
        ).fetchall()


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.5, 1.0])
def test_the_sample_is_as_large_as_asked_for_and_another_in_each_run(
    rate: float,
) -> None:
    drawn = [
        {url for url in URLS if is_sampled(run_id, url, rate)} for run_id in (1, 2)
    ]
    for some in drawn:
        assert abs(len(some) / len(URLS) - rate) < 0.03
    assert drawn[0] == {url for url in URLS if is_sampled(1, url, rate)}
    assert 0 < rate < 1 or drawn[0] == drawn[1]
    assert rate in (0, 1) or drawn[0] != drawn[1]


def test_a_report_that_changes_under_its_etag(site: Small) -> None:
    """Beside it, one that says that it changed, and one whose counter of visits went on: they
    are no lies.
    """
    counted, lying, honest = site.pages
    site.crawl()
    counted.text += "<!-- 浏览次数 2 -->"
    lying.text = honest.text = "改过的原文"
    site.etags[honest.path] = '"new"'
    assert site.crawl("--distrust", 0)["changes"] == {"changed": 1}, (
        "the server is believed"
    )
    assert noted(site) == []
    found = site.crawl("--distrust", 1)
    assert (found["changes"], found["ok"]) == ({"changed": 1}, True)
    assert lying.path in found["warnings"][0]
    ((run_id, message),) = noted(site)
    assert (run_id, lying.path in message) == (3, True)
    site.asked.clear()
    counted.text = "也改过"
    assert site.crawl("--distrust", 0)["changes"] == {"changed": 1}
    assert [
        conditional for path, conditional in site.asked if path != "/robots.txt"
    ] == [False] * 4
    assert [run for run, _ in noted(site)] == [3, 4]


def test_a_list_that_changes_under_its_etag(site: Small) -> None:
    site.crawl()
    site.pages.append(Page(2022, "2023-01-20"))
    assert site.crawl(NIANBAO_DISTRUST="1")["changes"] == {"new": 1}
    assert [run for run, _ in noted(site)] == [2]


def test_doubt_ends(crawl: Crawl) -> None:
    url = "http://xixia.localhost/1.html"
    crawl.run({url: "one"})
    run_id = crawl.archive.begin_run("0.1.0", {"lies": 1})
    crawl.archive.store_note(
        run_id, Note("xixia", url, site_health.make_validator_finding(url))
    )
    began = crawl.archive.db.execute(
        "SELECT started_at FROM runs WHERE id = ?", [run_id]
    ).fetchone()[0]
    assert site_health.are_validators_doubted(crawl.archive.db, "xixia", began)
    assert not site_health.are_validators_doubted(
        crawl.archive.db, "xixia", began + "0"
    )
    assert not site_health.are_validators_doubted(crawl.archive.db, "lanting", began)
