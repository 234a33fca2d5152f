"""`nianbao detect` and `nianbao sites add`, as a person starts them, on the sites of the sample
province.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from nianbao.archive.storage import atomic_files
from nianbao.crawler.site_files.proposal import propose_site, record_list_page
from nianbao.crawler.site_files.yaml_file import write_site_file
from nianbao.sample.server import Server, serve
from nianbao.spiders import catalogue
from nianbao.spiders.discovery.bodies import ColumnBodies
from nianbao.spiders.discovery.records import Discovery, ReportColumn
from nianbao.spiders.lists.page import ListRow
from tests.crawl.commands import nianbao, summary
from tests.spiders.test_fixtures import reread, review

SITES = catalogue.load_sites(Path(__file__).parents[2] / "sample" / "sites")
LOCAL = ("--allow-address", "127.0.0.0/8", "--delay", "0")
# Their columns are a frame or a redirect; what is proposed is the page with the rows.
LISTS_BEHIND = ("kuangji", "kuangtang", "zhuanwan")
# a plain list whose options a person wrote, and lists of no platform
PLATFORM_OF = {"simple": "generic", "auto": "generic"}
URL = "http://www.example.gov.cn/nb/?a=1&b=2"
NO_BODIES = ColumnBodies((), frozenset(), "")
DIRECTORIES = {
    "/col/col8101/index.html"
}  # the second way into the same reports, not named as an annual-report column


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(1, port=0) as server:
        yield server


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
def test_every_site_is_recognised_from_its_home_page(
    server: Server, site: catalogue.Site
) -> None:
    host = f"http://{site.id}.localhost:{server.port}"
    found = json.loads(nianbao("detect", f"{host}/", *LOCAL, "--json"))
    assert found["platform"] == PLATFORM_OF.get(site.platform, site.platform)
    assert found["confidence"] >= 0.6 or found["platform"] == "generic"
    wanted = {entry.url.replace(":8620/", f":{server.port}/") for entry in site.entries}
    if site.id in LISTS_BEHIND:
        wanted = {urljoin(url, "rows.html") for url in wanted}
    assert {column["url"] for column in found["columns"]} == {
        url for url in wanted if url.removeprefix(host) not in DIRECTORIES
    }
    trees = {column["tree"] for column in found["columns"]}
    if site.platform == "auto":  # a crawl finds out itself
        assert trees <= {None, "below"}
    else:
        assert trees == {site.options.get("tree")}
    assert found["requests"] <= 14
    assert found["name"] == site.name


@pytest.mark.parametrize("site", ["dongcang", "shanquan"])
def test_adding_a_site(server: Server, tmp_path: Path, site: str) -> None:
    """The file that is written is all that a crawl of the site needs; the page is kept for a
    person to look at.
    """
    url = f"http://{site}.localhost:{server.port}/"
    folders = ("--sites", tmp_path / "sites", "--fixtures", tmp_path / "fixtures")
    nianbao("sites", "add", url, *folders, *LOCAL)
    assert site in nianbao("sites", "--sites", tmp_path / "sites")
    expected = tmp_path / "fixtures" / f"{site}.yml"
    stated, found = reread(expected)
    assert (stated["rows"], stated["first"]) == (found["rows"], found["first"])
    assert (stated["rows"], stated["reviewed"]) == (2, "never")
    with pytest.raises(AssertionError, match="then write who did and when"):
        review(expected.parent)
    expected.write_text(
        expected.read_text("utf-8").replace(
            "reviewed: never", "reviewed: 李, 2026-01-20"
        ),
        "utf-8",
    )
    review(expected.parent)
    printed = nianbao(
        *("crawl", "--sites", tmp_path / "sites", "--archive", tmp_path / "a.db"),
        "--allow-address",
        "127.0.0.0/8",
        "--json",
    )
    assert summary(printed)["holdings"]["reports"] == 5
    again = nianbao("sites", "add", url, *folders, *LOCAL, code=2)
    assert "the catalogue has this site already" in again


def test_a_saved_page(server: Server, tmp_path: Path) -> None:
    url = f"http://xixia.localhost:{server.port}/zwgk/zfxxgknb/"
    (tmp_path / "page.html").write_bytes(server.province.pages(1)[url].body)
    printed = nianbao("detect", "--file", tmp_path / "page.html", "--url", url)
    assert "trs, confidence" in printed
    assert f"- {{url: {url}, column: 政府信息公开年报}}" in printed


def test_a_site_without_a_column(server: Server, tmp_path: Path) -> None:
    nowhere = f"http://nowhere.localhost:{server.port}/"
    assert "the server answered 404" in nianbao("detect", nowhere, *LOCAL, code=1)
    assert "no column of annual reports" in nianbao(
        "sites", "add", nowhere, "--fixtures", tmp_path, *LOCAL, code=1
    )
    assert "Name the address" in nianbao("detect", code=2)
    for words in ("平潭", "ftp://a.cn/", "http://[::1/"):
        assert "such as www.example.gov.cn" in nianbao("sites", "add", words, code=2)


def test_the_boundary_holds_for_a_look_too(server: Server) -> None:
    printed = nianbao(
        "detect", f"http://xixia.localhost:{server.port}/", "--delay", "0", code=1
    )
    assert "is at the private address 127.0.0.1" in printed
    assert not [
        asked
        for asked in server.log
        if asked[1] == "xixia.localhost" and asked[2] == "/robots.txt"
    ][1:]


def test_an_address_without_a_scheme(server: Server) -> None:
    """The list of the reports is taken as it is, and what was accepted is in the file."""
    address = f"xixia.localhost:{server.port}/zwgk/zfxxgknb/"
    printed = nianbao("detect", address, "--tls", "old", *LOCAL)
    assert f"{{url: http://{address}, column: 政府信息公开年报}}" in printed.replace(
        '"', ""
    )
    assert "tls:" in printed


def test_what_a_page_calls_itself_cannot_break_the_file(tmp_path: Path) -> None:
    """Names come from the page: whatever they hold, the file is read back with just that in it."""
    name, column = '某县: "x" {人民政府}', "年报, }: #年报"
    found = Discovery(URL, name=name)
    found.columns.append(
        ReportColumn(
            URL,
            column,
            "trs",
            0.9,
            None,
            (ListRow("a", None, None),),
            URL,
            b"",
            "text/html",
            NO_BODIES,
        )
    )
    site = catalogue.read_site(
        write_site_file(propose_site(found, "place"), tmp_path, {})
    )
    assert (site.name, site.entries[0].column, site.entries[0].url) == (
        name,
        column,
        URL,
    )
    with pytest.raises(catalogue.CatalogueError, match="makes no site file"):
        write_site_file(propose_site(found, "../place"), tmp_path, {})
    found.name = "缙云县人民政府"
    path = write_site_file(propose_site(found, "jinyun", 5.0), tmp_path, {})
    assert path == tmp_path / "zhejiang" / "jinyun.yml"
    assert catalogue.read_site(path).region == catalogue.Region(
        name="浙江省丽水市缙云县", code="331122"
    )


def test_an_interrupted_site_file_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half stands under the name of a site file, a recorded page or what it says."""
    found = Discovery(URL, name="缙云县人民政府")
    row = ListRow("a", None, None)
    column = ReportColumn(
        URL, "年报", "trs", 0.9, None, (row,), URL, b"", "text/html", NO_BODIES
    )
    found.columns.append(column)

    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_files, "flush_to_disk", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_site_file(propose_site(found, "jinyun", 5.0), tmp_path, {})
    with pytest.raises(KeyboardInterrupt):
        record_list_page(column, "jinyun", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
