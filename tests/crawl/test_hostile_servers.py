"""Hostile hosts among sound ones: the sound ones are undisturbed, nothing false is kept, each
trouble is told once.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.commands import content, nianbao, start, summary
from tests.crawl.hostile_server import BLOCKS, FOUND, REPORTS, SOUND, Hostile, hostile
from tests.processes import measure_peak

MOST_MEMORY_KB = 400 * 1024
SITE = """\
id: {name}
name: {name}站
region: null
platform: {platform}
entries:
  - {{url: "http://{name}.localhost:{port}/nb/", column: 年报}}
expect: {{links: 0}}
delay: 0
timeout: 3
official: true
hosts: ["169.254.169.254"]
"""
PLAIN = """\
options: {row: "//li", title: ./a, date: ./span/text(), next: "//a[@class='next']"}
"""


def write_sites(folder: Path, names: Any, port: int) -> Path:
    folder.mkdir()
    for name in names:
        plain = name == "session"
        text = SITE.format(name=name, port=port, platform="simple" if plain else "trs")
        (folder / f"{name}.yml").write_text(text + (PLAIN if plain else ""), "utf-8")
    return folder


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One crawl of all hosts, and one of the sound ones alone."""
    folder = tmp_path_factory.mktemp("hostile")
    with hostile() as server:
        alone = write_sites(folder / "alone", ("good", "better"), server.port)
        nianbao(
            "crawl",
            "--sites",
            alone,
            "--allow-address",
            "127.0.0.0/8",
            "--archive",
            folder / "alone.db",
        )
        server.log.clear()
        sites = write_sites(folder / "all", (*SOUND, *FOUND), server.port)
        arguments = (
            "--sites",
            sites,
            "--allow-address",
            "127.0.0.0/8",
            "--archive",
            folder / "all.db",
            "--json",
        )
        most = 0
        with start("crawl", *arguments, into=folder / "out") as process:
            while process.poll() is None:
                most = max(most, measure_peak(process.pid))
                time.sleep(0.1)
        printed = (folder / "out").read_text("utf-8")
        yield {
            "server": server,
            "summary": summary(printed),
            "printed": printed,
            "code": process.returncode,
            "memory_kb": most,
            "archive": folder / "all.db",
            "alone": folder / "alone.db",
        }


def rows(archive: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchall()


def test_it_ends_and_says_that_something_failed(crawled: dict[str, Any]) -> None:
    assert crawled["code"] == 1
    assert crawled["summary"]["reason"] == "finished"
    assert "Traceback" not in crawled["printed"]


def test_memory_stays_small(crawled: dict[str, Any]) -> None:
    assert 0 < crawled["memory_kb"] < MOST_MEMORY_KB


def test_sound_sites_are_undisturbed(crawled: dict[str, Any]) -> None:
    found, alone = content(crawled["archive"]), content(crawled["alone"])
    hosts = ("http://good.", "http://better.")
    for table in ("documents", "versions", "readings", "figures"):
        assert [row for row in found[table] if str(row[0]).startswith(hosts)] == alone[
            table
        ]
    healthy = {name for _, name, _, _, good in found["site_runs"] if good}
    assert {"good", "better", "busy", "session", "long"} <= healthy


def test_nothing_false_is_a_version(crawled: dict[str, Any]) -> None:
    held = Counter(
        dict(
            rows(
                crawled["archive"],
                "SELECT site_id, count(*) FROM documents GROUP BY site_id",
            )
        )
    )
    assert held == REPORTS
    assert rows(crawled["archive"], "SELECT count(*) FROM versions")[0][0] == sum(
        REPORTS.values()
    )


@pytest.mark.parametrize("name", FOUND)
def test_each_trouble_is_told_once(crawled: dict[str, Any], name: str) -> None:
    found = rows(
        crawled["archive"],
        f"SELECT rule, count(*) FROM findings WHERE site_id = '{name}' AND severity <> 'info' GROUP BY rule",
    )
    assert dict(found) == FOUND[name]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_recorded_with_its_class(crawled: dict[str, Any], name: str) -> None:
    (visit,) = rows(
        crawled["archive"],
        f"SELECT outcome, status, message FROM visits WHERE site_id = '{name}'",
    )
    assert visit[:2] == ("blocked", BLOCKS[name].status)
    assert visit[2].startswith(f"{BLOCKS[name].kind}: ")


def test_status_tells_of_the_blocks(crawled: dict[str, Any]) -> None:
    printed = nianbao("status", "--archive", crawled["archive"], "--json")
    blocks = {site["id"]: site["blocks"] for site in summary(printed)["sites"]}
    assert blocks["jiasule"] == {"js_challenge": 1}
    assert blocks["soft"] == {"soft_404": 5}
    assert blocks["good"] == {}


def test_a_session_id_makes_no_address(crawled: dict[str, Any]) -> None:
    asked = [
        path for path in crawled["server"].paths("session") if path != "/robots.txt"
    ]
    assert not [path for path in asked if "jsessionid" in path]
    assert len(asked) == len(set(asked)) == 3, "two list pages and one report"


def test_the_pager_is_cut(crawled: dict[str, Any]) -> None:
    assert len(crawled["server"].paths("pager")) < 1100


def test_without_robots_nothing_is_asked(crawled: dict[str, Any]) -> None:
    server: Hostile = crawled["server"]
    assert (
        set(server.paths("norobots")) == set(server.paths("silent")) == {"/robots.txt"}
    )


def test_a_second_crawl_leaves_the_blocking_hosts_alone(
    crawled: dict[str, Any],
) -> None:
    server: Hostile = crawled["server"]
    server.log.clear()
    sites = crawled["archive"].with_name("all")
    arguments = (
        "--sites",
        sites,
        "--allow-address",
        "127.0.0.0/8",
        "--archive",
        crawled["archive"],
    )
    printed = nianbao(
        "crawl", *arguments, "--site", "index", "--site", "good", "--json"
    )
    ended = {site["id"]: site["reason"] for site in summary(printed)["sites"]}
    assert ended == {"good": "finished", "index": "postponed"}
    assert server.paths("index") == []
