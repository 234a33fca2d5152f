"""A country of governments of every shape: their columns are found, and the reports behind them."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from nianbao.sample.country import make_country, serve_country
from nianbao.sample.country.server import Server
from tests.crawl.commands import nianbao, start
from tests.crawl.country_crawl import (
    count_repeats,
    describe_crawl,
    list_arguments,
    measure_share,
    read_crawled_sites,
    read_searches,
)
from tests.crawl.country_search import Search, describe_searches, search_country

GOVERNMENTS = int(os.environ.get("COUNTRY", "10"))
SEED = int(os.environ.get("COUNTRY_SEED", "1"))
# Floors: of 300 governments of the seeds 1, 2 and 3 all were found whole.
LEAST_WHOLE = 0.95
LEAST_REPORTS = 0.97
MOST_REQUESTS = 40
MOST_REQUESTS_OF_HALF = 15
SITES_AT_A_TIME = 16
by_hand = pytest.mark.skipif(
    "COUNTRY" not in os.environ, reason="takes minutes: `make country` runs it"
)


@pytest.mark.crawl
def test_the_columns_of_a_country_are_found_and_no_others() -> None:
    with serve_country(SEED, GOVERNMENTS) as server:
        searches = search_country(server.country.governments)
    _check_searches(searches)


@by_hand
@pytest.mark.crawl
def test_the_reports_of_a_country_are_had_or_said_to_be_lost(tmp_path: Path) -> None:
    with serve_country(SEED, GOVERNMENTS) as server:
        archive = _prepare(server, tmp_path)
        nianbao(*list_arguments(tmp_path, archive))
    _check_searches(read_searches(archive, server.country))
    sites = read_crawled_sites(archive, server.country)
    report = describe_crawl(sites)
    print(report)
    assert measure_share(sites) >= LEAST_REPORTS, report
    assert not [site for site in sites if site.is_silent], report


@by_hand
@pytest.mark.crawl
def test_a_country_is_crawled_on_without_asking_twice(tmp_path: Path) -> None:
    """A kill costs each open site the page that was on its way, and no more."""
    with serve_country(SEED, GOVERNMENTS) as server:
        archive = _prepare(server, tmp_path)
        arguments = list_arguments(tmp_path, archive)
        for _ in range(2):
            _kill(arguments, server, GOVERNMENTS * 5)
        nianbao(*arguments)
        repeats = count_repeats(server.log)
    gets = [request for request in repeats.elements() if request[0] == "GET"]
    assert len(gets) <= 2 * SITES_AT_A_TIME, gets
    sites = read_crawled_sites(archive, server.country)
    assert measure_share(sites) >= LEAST_REPORTS, describe_crawl(sites)


def test_equal_seeds_make_equal_countries() -> None:
    one, other = (make_country(SEED, 4, 8000) for _ in range(2))
    assert one.answers == other.answers
    assert one.declare() == other.declare()
    assert one.declare() != make_country(SEED + 1, 4, 8000).declare()


def _prepare(server: Server, folder: Path) -> Path:
    """Write the register of a country into a folder; return the archive of its crawl."""
    server.country.write_register(folder)
    return folder / "archive.db"


def _kill(arguments: tuple[object, ...], server: Server, requests: int) -> None:
    """Crawl until so many more pages were asked for, then kill the crawl."""
    enough = len(server.log) + requests
    with start(*arguments) as crawl:
        while len(server.log) < enough and crawl.poll() is None:
            time.sleep(0.05)
        crawl.send_signal(signal.SIGKILL)


def _check_searches(searches: Sequence[Search]) -> None:
    report = describe_searches(searches)
    print(report)
    due = [search for search in searches if search.is_due]
    whole = [search for search in due if not search.missing]
    requests = [search.requests for search in searches]
    assert len(whole) >= LEAST_WHOLE * len(due), report
    assert not [search.others for search in searches if search.others], report
    assert statistics.median(requests) <= MOST_REQUESTS_OF_HALF, report
    assert max(requests) <= MOST_REQUESTS, report
