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
from statistics import median
from typing import Any

import pytest

from nianbao.archive import Archive, verify
from nianbao.sample.country import serve_country
from tests.crawl.commands import start, summary
from tests.crawl.country_crawl import measure_share, read_crawled_sites
from tests.crawl.test_crawl_discover import LOCAL, content, select
from tests.processes import measure_peak

GOVERNMENTS = int(os.environ.get("COUNTRY", "8"))
SEED = int(os.environ.get("COUNTRY_SEED", "1"))
MOST_MEMORY = 400 * 1024  # KB, of the process that crawls
MOST_REQUESTS = 40  # of a search
LEAST_REPORTS = 0.97  # found of those that are served where a site can be reached
BY_CHANCE = ("/show_nr.asp", "list.readers_differ")
KILLS = (0.3, 0.7)  # after this share of the visits


@pytest.mark.slow
def test_a_country_is_crawled_whole_and_alike_when_it_is_killed(tmp_path: Path) -> None:
    with serve_country(SEED, GOVERNMENTS) as server:
        folder = tmp_path / "sites"
        folder.mkdir()
        server.country.write_register(folder)
        whole = tmp_path / "whole.db"
        result, memory = crawl(folder, whole)
        asked_once = Counter(server.log)
        server.log.clear()
        visits = count_visits(whole)
        killed = tmp_path / "killed.db"
        for share in KILLS:
            kill(folder, killed, int(share * visits))
        resumed, _ = crawl(folder, killed)
        asked = Counter(server.log)
    searches = result["searches"]
    requests = [search["requests"] for search in searches]
    print(Counter(search["outcome"] for search in searches))
    print(f"requests of a search: median {median(requests)}, most {max(requests)}")
    print(f"memory {memory / 1024:.0f} MB, {asked_once.total()} requests")
    assert len(searches) == GOVERNMENTS
    assert max(requests) <= MOST_REQUESTS
    assert memory <= MOST_MEMORY
    assert result["reason"] == resumed["reason"] == "finished"
    assert compare(killed) == compare(whole)
    with Archive(killed) as archive:
        assert verify.check_archive(archive).damages == []
    share = measure_share(read_crawled_sites(whole, server.country))
    print(f"{share:.1%} of the reports that are served")
    assert share >= LEAST_REPORTS
    again = {
        key: count - asked_once[key]
        for key, count in asked.items()
        if count > asked_once[key] and not key[1].endswith("/robots.txt")
    }
    print(f"asked again after {len(KILLS)} kills: {sum(again.values())}")
    # what was under way when the process was killed, and what had failed
    assert sum(again.values()) <= 40 * len(KILLS), again


def compare(path: Path) -> dict[str, list[Any]]:
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
    log = folder.parent / "log"
    process = start(*arguments(folder, archive), into=log)
    memory = 0
    while process.poll() is None:
        memory = max(memory, measure_peak(process.pid))
        time.sleep(0.1)
    return summary(log.read_text("utf-8")), memory


def arguments(folder: Path, archive: Path) -> tuple[object, ...]:
    where = ("--sites", folder, "--archive", archive)
    return ("crawl", *where, *LOCAL, "--discover", "--json")


def kill(folder: Path, archive: Path, visits: int) -> None:
    """Crawl, and kill the process when the archive has so many visits."""
    process = start(*arguments(folder, archive), into=folder.parent / "killed.log")
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
