"""Forty-eight hostile hosts beside three sound ones, in one crawl: the sound ones do not notice."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, defaultdict
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crawl.commands import start, summary
from tests.crawl.hostile_answers import (
    HOSTS,
    LARGE_HOSTS,
    LARGE_REPORTS,
    LIST_HOSTS,
    REPORT_HOSTS,
    run_hostile_hosts,
)
from tests.crawl.test_hostile_servers import MOST_MEMORY_KB, write_sites
from tests.processes import measure_peak

SOUND = ("sound-a", "sound-b", "sound-c")
DELAY = 3.0  # between two requests of a sound site: it is crawled as long as most hostile ones are
MOST_LATENESS = 2.0  # seconds


class Crawl(NamedTuple):
    """What a crawl of all hosts came to."""

    memory_kb: int
    printed: str
    asked: list[tuple[str, str, float]]
    mistakes: list[str]
    findings: dict[str, Counter[str]]
    versions: Counter[str]
    healthy: set[str]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    folder = tmp_path_factory.mktemp("answers")
    with run_hostile_hosts() as server:
        names = (*HOSTS[:20], *SOUND, *HOSTS[20:])
        sites = write_sites(folder / "sites", names, server.server_address[1])
        for name in LARGE_HOSTS:  # time for much, also on a busy machine
            _change_site(sites / f"{name}.yml", "timeout: 3", "timeout: 60")
        for name in SOUND:
            _change_site(sites / f"{name}.yml", "delay: 0", f"delay: {DELAY}")
        arguments = ("crawl", "--sites", sites, "--archive", folder / "a.db", "--json")
        most = 0
        with start(
            *arguments, "--allow-address", "127.0.0.0/8", into=folder / "out"
        ) as process:
            while process.poll() is None:
                most = max(most, measure_peak(process.pid))
                time.sleep(0.1)
        asked, mistakes = list(server.asked), list(server.mistakes)
    findings: dict[str, Counter[str]] = defaultdict(Counter)
    with closing(sqlite3.connect(folder / "a.db")) as db:
        for site, rule in db.execute(
            "SELECT site_id, rule FROM findings WHERE severity <> 'info'"
        ):
            findings[site][rule] += 1
        versions = Counter(
            site
            for (site,) in db.execute(
                "SELECT site_id FROM versions JOIN documents"
                " ON documents.id = document_id"
            )
        )
        healthy = {
            site
            for (site,) in db.execute("SELECT site_id FROM site_runs WHERE healthy")
        }
    printed = (folder / "out").read_text("utf-8")
    return Crawl(most, printed, asked, mistakes, findings, versions, healthy)


def _change_site(site_file: Path, old: str, new: str) -> None:
    text = site_file.read_text("utf-8")
    site_file.write_text(text.replace(old, new), "utf-8")


def test_the_crawl_ends_and_stays_small(crawl: Crawl) -> None:
    assert summary(crawl.printed)["reason"] == "finished"
    assert "Traceback" not in crawl.printed
    assert crawl.mistakes == [], "each host did what it is there for"
    assert 0 < crawl.memory_kb < MOST_MEMORY_KB


def test_sound_sites_are_asked_on_time(crawl: Crawl) -> None:
    for name in SOUND:
        times = [at for host, _, at in crawl.asked if host == name]
        assert len(times) == 7, "robots.txt, the list and five reports"
        gaps = [after - before for before, after in pairwise(times)]
        assert min(gaps) >= DELAY - 0.1, (name, gaps)
        assert max(gaps) < DELAY + MOST_LATENESS, (name, gaps)


def test_nothing_false_is_a_version(crawl: Crawl) -> None:
    expected = {**dict.fromkeys((*SOUND, "robots-flood"), 5), "refreshed": 1}
    expected |= dict.fromkeys(LARGE_HOSTS, LARGE_REPORTS)
    assert crawl.versions == expected, "also of what waits until there is room for it"


@pytest.mark.parametrize("name", [*REPORT_HOSTS, *LIST_HOSTS])
def test_what_is_hostile_is_told(crawl: Crawl, name: str) -> None:
    assert crawl.findings[name], "no finding says what became of its pages"
