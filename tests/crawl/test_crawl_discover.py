"""`nianbao crawl --discover`: governments without a site file, searched and crawled in one run."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nianbao.archive import Archive, verify
from nianbao.sample.loopback import run_server
from nianbao.sample.server import serve
from nianbao.spiders.catalogue import load_sites
from tests.crawl.commands import CONTENT, nianbao, start, summary
from tests.crawl.small_country import (
    FOUND,
    NAMES,
    OUTCOMES,
    Strangers,
    make_server,
    write_register,
)

LOCAL = ("--allow-address", "127.0.0.0/8", "--delay", 0, "--distrust", 0)
REGION = ("--region", "样例")


class Country(NamedTuple):
    """The folder with the register, and the archive of a crawl of it that nothing disturbed."""

    folder: Path
    archive: Path
    summary: dict[str, Any]
    requests: int  # to the hosts that the sample does not have


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    home = tmp_path_factory.mktemp("country")
    server = make_server()
    with serve(1, port=0) as sample, run_server(server):
        folder = write_register(home / "sites", sample.port, server.server_port)
        archive = home / "archive.db"
        printed = crawl(folder, archive, "--discover", "--json")
        yield Country(folder, archive, summary(printed), Strangers.asked.total())


def crawl(folder: Path, archive: Path, *options: object, code: int = 0) -> str:
    return nianbao(*arguments(folder, archive, *options), code=code)


def arguments(folder: Path, archive: Path, *options: object) -> tuple[object, ...]:
    where = ("--sites", folder, "--archive", archive)
    return ("crawl", *where, *REGION, *LOCAL, *options)


def select(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return sorted(db.execute(query).fetchall(), key=repr)


def test_a_cluster_searches_and_crawls_as_one_process(
    country: Country, tmp_path: Path
) -> None:
    archive = tmp_path / "a.db"
    options = ("--discover", "--cluster", "local", "--json")
    found = summary(crawl(country.folder, archive, *options))
    outcomes = {one["site"]: one["outcome"] for one in found["searches"]}
    assert outcomes == OUTCOMES
    for name in ("documents", "versions", "reports"):
        assert select(archive, CONTENT[name]) == select(country.archive, CONTENT[name])


def test_each_government_ends_in_an_outcome_and_a_finding(country: Country) -> None:
    searches = {one["site"]: one for one in country.summary["searches"]}
    assert {site: one["outcome"] for site, one in searches.items()} == OUTCOMES
    assert {one["government"] for one in searches.values()} == {
        f"样例省{name}" for name in NAMES.values()
    }
    assert max(one["requests"] for one in searches.values()) <= 40
    assert [site for site, one in searches.items() if one["one_body"]] == ["bureau"]
    assert country.summary["ok"]
    found = select(
        country.archive,
        "SELECT site_id, rule FROM findings"
        " WHERE rule IN ('site.no_column', 'site.one_body', 'site.part_searched')",
    )
    in_vain = [
        (site, "site.no_column")
        for site, outcome in OUTCOMES.items()
        if outcome != "found"
    ]
    of_bureau = [("bureau", "site.one_body"), ("bureau", "site.part_searched")]
    assert found == sorted([*in_vain, *of_bureau])


def test_what_was_found_is_crawled_in_the_same_run(country: Country) -> None:
    counts = dict(
        select(
            country.archive,
            "SELECT site_id, count(*) FROM documents GROUP BY site_id",
        )
    )
    assert counts.keys() == {*FOUND, "bureau"}
    assert counts["yuanhe"] >= 5
    with Archive(country.archive) as archive:
        assert verify.check_archive(archive).damages == []
        (bureau,) = [one for one in archive.discoveries() if one.site_id == "bureau"]
    assert (bureau.columns[0].covers, bureau.columns[0].body) == (
        "one_body",
        "财政局",
    )


def test_nothing_is_asked_for_twice(country: Country) -> None:
    twice = select(
        country.archive,
        "SELECT url, count(*) AS visits FROM visits"
        " WHERE coalesce(message, '') NOT LIKE 'shared: %' AND outcome = 'fetched'"
        " GROUP BY url HAVING visits > 1",
    )
    assert twice == []


def test_the_governments_of_a_region_stand_with_their_outcomes(
    country: Country,
) -> None:
    where = ("--sites", country.folder, "--archive", country.archive, *REGION)
    listed = json.loads(nianbao("sites", *where, "--json"))
    states = {one["sites"][0]["id"]: one["state"] for one in listed if one["sites"]}
    assert states == {**dict.fromkeys(FOUND, "found"), "bureau": "one_body"}
    ends = {one["name"]: one["search"]["outcome"] for one in listed}
    assert ends == {f"样例省{NAMES[site]}": how for site, how in OUTCOMES.items()}
    options = ("--outcome", "one_body", "--outcome", "blocked")
    left = json.loads(nianbao("sites", *where, *options, "--json"))
    assert {one["name"] for one in left} == {"样例省局下县", "样例省墙里县"}
    printed = nianbao("sites", *where)
    assert "Governments: 7 (1 blocked, 2 found, 1 needs browser" in printed


@pytest.mark.slow
def test_later_crawls_ask_only_the_sites_that_were_found(
    country: Country, tmp_path: Path
) -> None:
    path = copy_archive(country, tmp_path)
    before = Strangers.asked.copy()
    again = summary(crawl(country.folder, path, "--json"))
    assert {one["id"] for one in again["sites"]} == {*FOUND, "bureau"}
    assert again["searches"] == []
    assert again["changes"] == {}
    asked = Strangers.asked - before
    assert {path.partition("/")[0] for path in asked} == {"bureau"}
    anew = summary(
        crawl(country.folder, path, "--discover", "--search-again", "--json")
    )
    outcomes = {one["site"]: one["outcome"] for one in anew["searches"]}
    # who blocked us lately is left alone
    assert outcomes == {site: how for site, how in OUTCOMES.items() if site != "wall"}


def test_what_is_known_becomes_site_files_without_a_look(
    country: Country, tmp_path: Path
) -> None:
    path = copy_archive(country, tmp_path)
    folder = tmp_path / "sites"
    folder.mkdir()
    register = country.folder / "governments.tsv"
    (folder / "governments.tsv").write_bytes(register.read_bytes())
    before = Strangers.asked.total()
    add = ("sites", "--sites", folder, "add", *REGION, "--limit", 3)
    local = ("--allow-address", "127.0.0.0/8", "--delay", 0)
    printed = nianbao(*add, *local, "--archive", path, "--json")
    lines, _ = json.JSONDecoder().raw_decode(printed[printed.index("[") :])
    assert {line["site"] for line in lines} == {*FOUND, "bureau"}
    assert {line["requests"] for line in lines} == {0}
    assert Strangers.asked.total() == before
    sites = load_sites(folder)
    assert sites["bureau"].entries[0].covers == "one_body"
    again = summary(crawl(folder, path, "--site", "bureau", "--json"))
    assert [one["id"] for one in again["sites"]] == ["bureau"]
    assert again["changes"] == {}, "the same site is gone on with"


def copy_archive(country: Country, folder: Path) -> Path:
    path = folder / "archive.db"
    nianbao("backup", path, "--archive", country.archive)
    return path


def test_without_discover_it_is_said_what_to_do(
    country: Country, tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    printed = crawl(country.folder, path, code=2)
    assert "7 of its governments have no site yet: --discover looks for them" in printed
    assert not path.exists()


def test_a_site_file_goes_before_a_search(country: Country, tmp_path: Path) -> None:
    """It covers the government of its division, unless it is for one body."""
    folder = tmp_path / "sites"
    folder.mkdir()
    for name in ("governments.tsv",):
        (folder / name).write_bytes((country.folder / name).read_bytes())
    entry = 'entries:\n  - {{url: "http://elsewhere.localhost/", column: 年报, covers: {}}}\n'
    for site, code, covers in (("a", "990105", "one_body"), ("b", "990106", "all")):
        text = f"id: {site}\nname: 某站\nregion: {{name: 样例省{site}县, code: '{code}'}}\n"
        (folder / f"{site}.yml").write_text(text + entry.format(covers), "utf-8")
    printed = nianbao(*arguments(folder, tmp_path / "a.db", "--dry-run", "--json"))
    visits, _ = json.JSONDecoder().raw_decode(printed)
    assert {visit["site"] for visit in visits} == {"a", "b"}


@pytest.mark.parametrize("visits", [pytest.param(3, marks=pytest.mark.slow), 15])
def test_a_crawl_that_is_killed_ends_as_one_that_is_not(
    country: Country, tmp_path: Path, visits: int
) -> None:
    path = tmp_path / "archive.db"
    before = Strangers.asked.total()
    command = arguments(country.folder, path, "--discover", "--json")
    with start(*command, into=tmp_path / "log") as process:
        wait_for_visits(path, visits)
        process.send_signal(signal.SIGKILL)
        process.wait()
    resumed = summary(nianbao(*command))
    assert {one["site"]: one["outcome"] for one in resumed["searches"]} == OUTCOMES
    assert content(path) == content(country.archive)
    # a request under way may be lost, and what failed is tried again, and robots.txt is asked for
    more = Strangers.asked.total() - before - country.requests
    assert more <= 10


def wait_for_visits(path: Path, count: int) -> None:
    for _ in range(600):
        if path.exists():
            try:
                ((visits,),) = select(path, "SELECT count(*) FROM visits")
            except sqlite3.Error:
                visits = 0
            if visits >= count:
                return
        time.sleep(0.05)
    raise TimeoutError(f"no {count} visits")


def content(path: Path) -> dict[str, list[Any]]:
    found = {
        name: select(path, query) for name, query in CONTENT.items() if name != "visits"
    }
    found["pages"] = select(
        path, "SELECT DISTINCT url, role, payload_sha256 FROM visits"
    )
    found["discoveries"] = select(
        path,
        "SELECT site_id, outcome, requests, hosts, url, name, covers, body, links"
        " FROM discoveries LEFT JOIN discovered_columns ON discovery_id = discoveries.id",
    )
    return found
