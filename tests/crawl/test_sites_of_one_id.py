"""One id for two sites: a site file that was edited, archives merged, captures imported."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw.site_hosts import select_site_hosts
from tests.crawl.commands import NIANBAO, content, nianbao
from tests.crawl.small_site import Page, Small, small

ROOT = Path(__file__).parents[2]
REGION = "region: null"
EAST = "region: {name: 样例省东川县, code: null}"
WEST = "region: {name: 样例省西川县, code: null}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    with small(tmp_path, [Page(2020, "2021-01-20"), Page(2021, "2022-01-20")]) as site:
        yield site


def edit(site: Small, old: str, new: str) -> None:
    """Change the site file."""
    path = site.folder / "sites" / "small.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def add_neighbour(site: Small) -> None:
    """Write the file of a second site, served by the same server."""
    text = (site.folder / "sites" / "small.yml").read_text("utf-8")
    text = text.replace("id: small", "id: neighbour")
    text = text.replace("small.localhost", "neighbour.localhost")
    (site.folder / "sites" / "neighbour.yml").write_text(text, "utf-8")


def count_visits(archive: Path) -> dict[str, int]:
    with Archive(archive) as opened:
        query = "SELECT site_id, count(*) FROM visits GROUP BY site_id"
        return dict(opened.db.execute(query).fetchall())


def find_hosts(archive: Path) -> dict[str, tuple[str, ...]]:
    with Archive(archive) as opened:
        return select_site_hosts(opened.db)


# --- a site file that is edited ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "parts"),
    [
        (
            [("small.localhost", "other.localhost")],
            ["region not known; small.localhost", "region not known; other.localhost"],
        ),
        ([(EAST, WEST)], ["小站 (样例省东川县;", "小站 (样例省西川县;"]),
    ],
    ids=["other hosts", "another region"],
)
def test_another_site_under_a_known_id_is_not_crawled(
    site: Small, edits: list[tuple[str, str]], parts: list[str]
) -> None:
    if edits[0][0] == EAST:
        edit(site, REGION, EAST)
    site.crawl()
    before = count_visits(site.archive)
    add_neighbour(site)
    for old, new in edits:
        edit(site, old, new)
    site.asked.clear()
    summary = site.crawl(code=1)
    assert summary["ok"] is False
    (error,) = summary["errors"]
    for part in (*parts, "small is another site in the archive", "`formerly`"):
        assert part in error
    assert [crawled["id"] for crawled in summary["sites"]] == ["neighbour"]
    assert count_visits(site.archive)["small"] == before["small"]
    assert count_visits(site.archive)["neighbour"] == 3
    # what would be crawled is told as it would be
    printed = nianbao("crawl", "--dry-run", *site.options(), code=1)
    assert "small is another site in the archive" in printed.replace("\n", " ")
    assert json.loads(nianbao("sites", "--sites", site.folder / "sites", "--json"))


def test_the_file_says_what_the_site_was(site: Small) -> None:
    edit(site, REGION, EAST)
    site.crawl()
    edit(site, "small.localhost", "moved.localhost")
    edit(site, EAST, WEST)
    edit(site, "official:", "formerly: [small.localhost, 样例省东川县]\nofficial:")
    assert site.crawl()["ok"] is True
    assert find_hosts(site.archive) == {"small": ("moved.localhost", "small.localhost")}
    # no longer needed for the hosts, which the archive knows; nor for the region
    edit(site, "formerly: [small.localhost, 样例省东川县]\n", "")
    assert site.crawl()["ok"] is True


def test_a_further_host_and_a_region_that_becomes_known(site: Small) -> None:
    site.crawl()
    edit(site, "official:", "hosts: [files.localhost]\nofficial:")
    edit(site, REGION, EAST)
    assert site.crawl()["ok"] is True
    assert find_hosts(site.archive) == {"small": ("files.localhost", "small.localhost")}


def test_a_name_that_the_region_had_is_no_other_region(site: Small) -> None:
    edit(site, REGION, "region: {name: 浙江省杭州市富阳市, code: '330183'}")
    site.crawl()
    edit(
        site, "浙江省杭州市富阳市, code: '330183'", "浙江省杭州市富阳区, code: '330111'"
    )
    assert site.crawl()["ok"] is True


def test_a_run_that_was_cut_off_ends_on_a_site_that_is_another_one_now(
    site: Small,
) -> None:
    site.crawl("--limit", 1)
    edit(site, "small.localhost", "other.localhost")
    summary = site.crawl(code=1)
    assert [(part["id"], part["reason"]) for part in summary["sites"]] == [
        ("small", "abandoned")
    ]
    assert "small is another site in the archive" in summary["errors"][-1]
    edit(site, "other.localhost", "small.localhost")
    assert site.crawl()["ok"] is True


def test_scrapy_crawls_no_other_site_either(site: Small) -> None:
    site.crawl()
    before = count_visits(site.archive)
    edit(site, "small.localhost", "other.localhost")
    site.asked.clear()
    command = [NIANBAO.with_name("scrapy"), "crawl", "trs", "-a", "site=small"]
    command += ["-s", f"NIANBAO_SITES={site.folder / 'sites'}"]
    command += ["-s", "NIANBAO_ALLOW_ADDRESS=127.0.0.0/8"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NIANBAO_ARCHIVE": str(site.archive)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "small is another site in the archive" in done.stderr
    assert done.returncode == 1
    assert site.asked == []
    assert count_visits(site.archive) == before
    assert content(site.archive)["runs"][-1][2] == "other_site"


# --- two archives -------------------------------------------------------------------------------


@pytest.fixture
def two(site: Small) -> tuple[Path, Path]:
    """Two archives that have a site `small`: of two hosts, of two regions."""
    edit(site, REGION, EAST)
    site.crawl()
    east = site.archive.rename(site.folder / "east.db")
    edit(site, "small.localhost", "west.localhost")
    edit(site, EAST, WEST)
    site.pages[1].text = "另文"
    site.crawl()
    return east, site.archive.rename(site.folder / "west.db")


def test_a_merge_is_refused_or_keeps_two_sites_apart(two: tuple[Path, Path]) -> None:
    east, west = two
    for archive, other in ((east, west), (west, east)):
        before = content(archive)
        printed = nianbao("merge", "--archive", archive, other, code=1)
        assert "小站 (样例省东川县; small.localhost)" in printed
        assert "小站 (样例省西川县; west.localhost)" in printed
        assert content(archive) == before
    both = east.with_name("both.db")
    nianbao("merge", "--archive", both, east, west, code=1)
    assert count_visits(both) == {}
    rename = ("--rename", "small=west")
    nianbao("merge", "--archive", both, east, west, *rename, code=2)
    nianbao("merge", "--archive", both, east)
    nianbao("merge", "--archive", both, west, *rename)
    assert count_visits(both) == {"small": 3, "west": 3}
    merged = content(both)
    nianbao("merge", "--archive", both, west, *rename)
    nianbao("merge", "--archive", both, west)
    nianbao("merge", "--archive", both, east)
    assert content(both) == merged
    nianbao("merge", "--archive", both, west, "--rename", "small", code=2)
    nianbao("verify", "--archive", both)


def test_the_site_file_says_that_two_archives_have_one_site(
    site: Small, two: tuple[Path, Path]
) -> None:
    east, west = two
    edit(site, "official:", "formerly: [small.localhost, 样例省东川县]\nofficial:")
    sites = ("--sites", site.folder / "sites")
    for archive, other in ((east, west), (west, east)):
        nianbao("merge", *sites, "--archive", archive, other)
        assert find_hosts(archive) == {"small": ("small.localhost", "west.localhost")}


# --- imports ------------------------------------------------------------------------------------


def take(archive: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    printed = nianbao("import", "--archive", archive, "--json", *arguments, code=code)
    found: dict[str, Any] = json.loads(printed)
    return found


def test_an_export_brings_the_hosts(two: tuple[Path, Path]) -> None:
    east, _ = two
    captures = east.with_suffix(".wacz")
    nianbao("export", "wacz", captures, "--archive", east)
    again = east.with_name("again.db")
    take(again, captures)
    assert find_hosts(again) == {"small": ("small.localhost",)}


def test_an_export_of_another_site_is_left_out_or_kept_apart(
    two: tuple[Path, Path],
) -> None:
    east, west = two
    captures = west.with_suffix(".wacz")
    nianbao("export", "wacz", captures, "--archive", west)
    before = content(east)
    result = take(east, captures, code=1)
    (failure,) = result["failed"]
    assert "小站 (样例省东川县; small.localhost)" in failure
    assert "小站 (样例省西川县; west.localhost)" in failure
    assert "--rename" in failure
    assert (result["visits"], result["refused"]) == (0, 1)
    assert result["passed"]["of sites whose id is another site's here"] == 3
    assert content(east) == before
    rename = ("--rename", "small=west")
    assert take(east, captures, *rename)["visits"] == 3
    assert count_visits(east) == {"small": 3, "west": 3}
    assert find_hosts(east)["west"] == ("west.localhost",)
    assert take(east, captures, *rename)["visits"] == 0
    # as a merge would take it
    both = west.with_name("both.db")
    other = east.with_name("east-only.db")
    assert take(other, captures, "--rename", "smal=west", code=1)["failed"] == [
        "--rename: no export has a site smal"
    ]
    nianbao("merge", "--archive", both, west, *rename)
    nianbao("merge", "--archive", both, east)
    assert count_visits(both) == {"small": 3, "west": 3}


def test_pages_of_another_site_under_a_known_id_are_not_taken_in(site: Small) -> None:
    site.crawl()
    before = count_visits(site.archive)
    edit(site, "small.localhost", "other.localhost")
    page = site.folder / "page.html"
    page.write_bytes(site.pages[0].body())
    manifest = site.folder / "manifest.csv"
    url = f"http://other.localhost:{site.port}/nb/old.html"
    manifest.write_text(f"file,url,visited_at\npage.html,{url},2021-01-20T09:00:00Z\n")
    sites = ("--sites", site.folder / "sites")
    result = take(site.archive, page, "--manifest", manifest, *sites, code=1)
    (failure,) = result["failed"]
    assert "small is another site in the archive" in failure
    assert count_visits(site.archive) == before


def test_an_import_names_the_host_of_the_site_that_it_makes(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(Page(2020, "").body())
    url = "http://www.dongchuan.gov.cn:8080/nb/old.html"
    (tmp_path / "manifest.csv").write_text(
        f"file,url,visited_at\npage.html,{url},2021-01-20T09:00:00Z\n"
    )
    archive = tmp_path / "a.db"
    take(
        archive,
        page,
        "--manifest",
        tmp_path / "manifest.csv",
        "--url-prefix",
        "http://www.dongchuan.gov.cn:8080/",
    )
    assert find_hosts(archive) == {
        "www.dongchuan.gov.cn:8080": ("www.dongchuan.gov.cn",)
    }
