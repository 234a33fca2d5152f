"""A country without site files is searched and crawled in one run, and killed twice on the way.

`make country-crawl` has 300 governments; COUNTRY and COUNTRY_SEED say others.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nianbao.archive import Archive, verify
from nianbao.sample.country import Country, serve_country
from tests.crawl.commands import start, summary
from tests.crawl.country_crawl import (
    describe_crawl,
    list_arguments,
    measure_share,
    read_crawled_sites,
    read_searches,
)
from tests.crawl.country_search import check_searches
from tests.crawl.test_crawl_discover import content, select
from tests.processes import measure_peak

GOVERNMENTS = int(os.environ.get("COUNTRY", "8"))
SEED = int(os.environ.get("COUNTRY_SEED", "1"))
MOST_MEMORY = 400 * 1024  # KB, of the process that crawls
LEAST_REPORTS = 0.97  # found of those that are served where a site can be reached
BY_CHANCE = ("/show_nr.asp", "list.readers_differ")
KILLS = (0.3, 0.7)  # after this share of the visits
MOST_REPEATS = 40  # by a kill: what was under way, or fetched and not yet committed

pytestmark = pytest.mark.slow


class Crawls(NamedTuple):
    """A crawl that nothing disturbed and one that was killed twice, each with its requests."""

    country: Country
    whole: Path
    killed: Path
    memory: int  # KB at most, of the process that was not disturbed
    ends: list[str]  # of both
    requests: Counter[tuple[str, str]]
    requests_of_killed: Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    folder = tmp_path_factory.mktemp("country")
    whole, killed = folder / "whole.db", folder / "killed.db"
    with serve_country(SEED, GOVERNMENTS) as server:
        server.country.write_register(folder)
        result, memory = crawl(folder, whole)
        requests = Counter(server.log)
        server.log.clear()
        visits = count_visits(whole)
        for share in KILLS:
            kill(folder, killed, int(share * visits))
        resumed, _ = crawl(folder, killed)
        ends = [result["reason"], resumed["reason"]]
        country = server.country
        asked = Counter(server.log)
    print(f"memory {memory / 1024:.0f} MB, {requests.total()} requests")
    return Crawls(country, whole, killed, memory, ends, requests, asked)


def test_each_crawl_comes_to_its_end_in_little_memory(crawls: Crawls) -> None:
    assert crawls.ends == ["finished", "finished"]
    assert crawls.memory <= MOST_MEMORY


def test_each_government_is_searched_and_its_columns_found(crawls: Crawls) -> None:
    searches = read_searches(crawls.whole, crawls.country)
    assert len(searches) == GOVERNMENTS
    check_searches(searches)


def test_the_reports_are_had_or_said_to_be_lost(crawls: Crawls) -> None:
    sites = read_crawled_sites(crawls.whole, crawls.country)
    report = describe_crawl(sites)
    print(report)
    assert measure_share(sites) >= LEAST_REPORTS, report
    assert not [site for site in sites if site.is_silent], report


def test_a_crawl_that_was_killed_ends_as_one_that_was_not(crawls: Crawls) -> None:
    assert read_content(crawls.killed) == read_content(crawls.whole)
    with Archive(crawls.killed) as archive:
        assert verify.check_archive(archive).damages == []


def test_a_crawl_that_was_killed_asks_for_little_again(crawls: Crawls) -> None:
    repeats = crawls.requests_of_killed - crawls.requests
    again = [request for request in repeats.elements() if not is_of_robots(request)]
    print(f"asked again after {len(KILLS)} kills: {len(again)}")
    assert len(again) <= MOST_REPEATS * len(KILLS), again


def is_of_robots(request: tuple[str, str]) -> bool:
    """Tell whether a request is for a host's robots.txt, which each process asks for."""
    _, address = request
    return address.endswith("/robots.txt")


def read_content(path: Path) -> dict[str, list[Any]]:
    """Return what an archive holds, but for what is by chance in a crawl that nothing disturbs,
    too: which of several pages that send on to one page is the first, and with which platform a
    list is read first that two know.
    """
    return {
        name: [row for row in rows if not any(word in repr(row) for word in BY_CHANCE)]
        for name, rows in content(path).items()
    }


def crawl(folder: Path, archive: Path) -> tuple[dict[str, Any], int]:
    """Crawl to the end; return the summary, and the most memory of the process in KB."""
    log = folder / "log"
    process = start(*list_arguments(folder, archive), "--json", into=log)
    memory = 0
    while process.poll() is None:
        memory = max(memory, measure_peak(process.pid))
        time.sleep(0.1)
    return summary(log.read_text("utf-8")), memory


def kill(folder: Path, archive: Path, visits: int) -> None:
    """Crawl, and kill the process when the archive has so many visits."""
    command = list_arguments(folder, archive)
    process = start(*command, into=folder / "killed.log")
    while process.poll() is None and count_visits(archive) < visits:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, "it came to its end first"


def count_visits(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        ((visits,),) = select(path, "SELECT count(*) FROM visits")
    except sqlite3.Error:
        return 0
    return int(visits)
