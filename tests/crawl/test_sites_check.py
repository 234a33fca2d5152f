"""`nianbao sites check`: what is seen of a site, and what is written into its file; on the
sample province.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive.clock import CHINA
from nianbao.crawler.site_files.yaml_file import write_check_result
from nianbao.sample.server import Server, serve
from nianbao.spiders import catalogue
from nianbao.spiders.catalogue import LastCheck
from tests.crawl.commands import nianbao

SAMPLE = Path(__file__).parents[2] / "sample" / "sites"
LOCAL = ("--allow-address", "127.0.0.0/8")
GONE, MISTAKEN, NOWHERE, RESTING = (
    "lanting",
    "dongcang",
    "shanquan",
    "huibian",
)  # as their files are made here


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(1, port=0) as server:
        yield server


@pytest.fixture
def sites(server: Server, tmp_path: Path) -> Path:
    """The sample's site files, with comments; some of them say of their site what is not so."""
    now = datetime.now(CHINA)
    rest = (
        f'rest: "{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"\n'
    )
    for source in SAMPLE.glob("*.yml"):
        text = source.read_text("utf-8").replace(":8620/", f":{server.port}/")
        text = text.replace(
            "vanish_after: 1\n",
            "vanish_after: 1  # 样例\n\n# what a healthy run finds\n",
        )
        changed = {
            GONE: re.sub(r"(http://[^/]+)[^\"]+", r"\1/no/such/column/", text),
            MISTAKEN: text.replace("platform: epoint", "platform: trs"),
            NOWHERE: text.replace(
                f"shanquan.localhost:{server.port}", "shanquan.localhost:1"
            ),
            RESTING: text + rest,
        }
        (tmp_path / source.name).write_text(changed.get(source.stem, text), "utf-8")
    return tmp_path


def check(sites: Path, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
    printed = nianbao(
        "sites", "check", "--sites", sites, *LOCAL, *arguments, "--json", code=code
    )
    found: list[dict[str, Any]] = json.loads(
        printed[printed.index("[\n") : printed.rindex("\n]") + 2]
    )
    return found


# A row of this site's list names no year; the crawl takes it by its words, the check does not.
UNDATED = "shiyi"


def test_what_is_seen_is_written_and_nothing_else(server: Server, sites: Path) -> None:
    before = {
        path.stem: path.read_text("utf-8").splitlines() for path in sites.glob("*.yml")
    }
    server.log.clear()
    found = {site["site"]: site for site in check(sites, code=1)}
    assert {
        name: site["state"]
        for name, site in found.items()
        if site["state"] != "as_stated"
    } == {
        GONE: "changed",
        NOWHERE: "unreachable",
        RESTING: "left_out",
    }
    assert "404" in found[GONE]["notes"][0]
    assert found[MISTAKEN]["platform"] == {"stated": "trs", "seen": "epoint"}
    assert found[MISTAKEN]["links"] >= 2, "a wrong platform costs nothing"
    few = {
        name: site["links"]
        for name, site in found.items()
        if site["state"] == "as_stated" and site["links"] < 2
    }
    assert few == {UNDATED: 1}
    today = datetime.now(CHINA).date()
    for name, lines in before.items():
        site = catalogue.read_site(sites / f"{name}.yml")
        now = (sites / f"{name}.yml").read_text("utf-8").splitlines()
        ours = [line for line in now if line.startswith(("verified:", "seen:"))]
        assert [line for line in now if line not in ours] == lines, (
            "everything else stays, comments and quotes too"
        )
        assert site.verified == (
            today if found[name]["state"] == "as_stated" else "never"
        )
        assert (site.seen is None) == (name == RESTING)
        assert site.seen is None or (site.seen.state, site.seen.day) == (
            found[name]["state"],
            today,
        )


def test_only_home_and_column_pages_are_asked_for(server: Server, sites: Path) -> None:
    server.log.clear()
    check(sites, "--site", "xixia", "--site", "qiaoling")
    asked = {(host, path) for _, host, path, _ in server.log}
    assert {path for host, path in asked if host == "xixia.localhost"} == {
        "/robots.txt",
        "/",
        "/zwgk/zfxxgknb/",
    }
    columns = {"/module/xxgk/tree.jsp?area=", "/col/col8101/index.html"}
    behind = {
        "/module/xxgk/xxgkAnnualReport.jsp?area=QL01",
        "/module/xxgk/search.jsp",
    }  # where their rows are
    assert {path for host, path in asked if host == "qiaoling.localhost"} == {
        "/robots.txt",
        "/",
    } | columns | behind


def test_those_not_seen_for_longest_come_first(server: Server, sites: Path) -> None:
    paths = sorted(sites.glob("*.yml"))
    for number, path in enumerate(paths):
        write_check_result(
            path,
            LastCheck(
                day=date(2026, 1, 20) - timedelta(days=number),
                state="changed",
                platform=None,
                links=None,
                note="it, {was}: #1",
            ),
        )
    server.log.clear()
    planned = json.loads(
        nianbao("sites", "check", "--sites", sites, "--limit", 2, "--dry-run", "--json")
    )
    assert {visit["site"] for visit in planned} == {path.stem for path in paths[-2:]}
    assert server.log == [], "a dry run fetches nothing"
    assert "changed on 2026-01-07" in nianbao("sites", "--sites", sites)
    printed = nianbao(
        "sites", "check", "--sites", sites, "--region", "样例省北原市沅禾县", *LOCAL
    )
    assert "1 of 1 sites are as their files state" in printed


def test_public_sites_need_a_contact(tmp_path: Path) -> None:
    text = (
        (SAMPLE / "xixia.yml")
        .read_text("utf-8")
        .replace("xixia.localhost:8620", "192.88.99.1")
    )
    (tmp_path / "xixia.yml").write_text(text, "utf-8")
    assert "NIANBAO_CONTACT" in nianbao("sites", "check", "--sites", tmp_path, code=2)


def test_every_file_of_the_catalogue_can_be_written(tmp_path: Path) -> None:
    """What was seen is a line at the end, or two; the lines before it are those of the file."""
    for source in sorted(catalogue.SITES.rglob("*.yml")):
        path = tmp_path / source.name
        path.write_text(source.read_text("utf-8"), "utf-8")
        write_check_result(
            path,
            LastCheck(
                day=date(2026, 1, 20), state="as_stated", platform="trs", links=3
            ),
        )
        before, after = (
            source.read_text("utf-8").splitlines(),
            path.read_text("utf-8").splitlines(),
        )
        kept = [line for line in before if not line.startswith("verified:")]
        assert [
            line for line in after if not line.startswith(("verified:", "seen:"))
        ] == kept
        assert "verified: 2026-01-20" in after
        assert (
            after[-1]
            == "seen: {day: 2026-01-20, state: as_stated, platform: trs, links: 3}"
        )
