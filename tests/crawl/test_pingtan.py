"""The real list page of 平潭, under the paths of its site, crawled with the catalogue's own file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nianbao.sample.country.answers import Answer
from nianbao.sample.country.lists import layout
from nianbao.sample.country.lists.titles import Report
from nianbao.spiders import catalogue
from tests.crawl.commands import nianbao, summary
from tests.crawl.list_sites import ListSite, serve_sites

HOST = "www.pingtan.gov.cn"
FOLDER = "/zwgk/zfxxgk/zfxxgknb/"
YEARS_BEFORE = range(2006, 2016)  # of the rows that the search has
ENCODE = layout.ENCODINGS["utf-8"]


def _print_report(year: int) -> Answer:
    report = Report("平潭综合实验区管委会", year)
    body, content_type = ENCODE(layout.print_report(report, year))
    return Answer(body, content_type)


def _make_site(shared: Path) -> Callable[[int], list[ListSite]]:
    """Return what serves the list page, the pages behind it, and the rows of the search."""
    pages = shared / "data" / "pages"
    truths = json.loads((pages / "truth.json").read_text("utf-8"))
    (listed,) = (truth for truth in truths if truth.get("kind") == "list")

    def make(port: int) -> list[ListSite]:
        site = ListSite("pingtan", port, "trs", {}, entry=FOLDER)
        html = "text/html; charset=utf-8"
        page = (pages / "pingtan_list_index.html").read_bytes()
        site.answers[FOLDER] = Answer(page, html)
        for row in listed["rows"]:
            path = FOLDER + row["href"].removeprefix("./")
            site.answers[path] = _print_report(int(row["date"][:4]) - 1)
            site.reports.add(path)
        for truth in truths:
            if "report_year" in truth:
                path = urlsplit(truth["url"]).path
                body = (shared / "data" / truth["file"]).read_bytes()
                site.answers[path] = Answer(body, html)
        site.answers[f"POST {SEARCH} page=2"] = _answer_search(site)
        return [site]

    return make


SEARCH = "/fjdzapp/search"


def _answer_search(site: ListSite) -> Answer:
    records = []
    for year in YEARS_BEFORE:
        path = f"{FOLDER}{year + 1}01/t{year + 1}0120_{year}.htm"
        site.answers[path] = _print_report(year)
        site.reports.add(path)
        records.append(
            {
                "doctitle": f"平潭综合实验区<em>{year}</em>年度政府信息公开工作年度报告",
                "chnldocurl": f"http://{site.host}{path}",
                "docreltime": f"{year + 1}-01-20 10:00:00",
            }
        )
    body = json.dumps({"data": records, "page": 2, "pageCount": 2}).encode()
    return Answer(body, "application/json; charset=utf-8")


@pytest.fixture
def site_file() -> str:
    """The file of the catalogue, as it is."""
    (path,) = catalogue.SITES.rglob("pingtan.yml")
    return path.read_text("utf-8")


def test_all_rows_of_the_list(shared: Path, site_file: str, tmp_path: Path) -> None:
    """Ten rows stand on the page, the ten others come by the search that its script asks."""
    sites_folder = tmp_path / "sites"
    sites_folder.mkdir()
    archive = tmp_path / "a.db"
    with serve_sites(_make_site(shared)) as (server, (site,)):
        text = site_file.replace(f"https://{HOST}", f"http://{site.host}")
        (sites_folder / "pingtan.yml").write_text(f"{text}delay: 0\nofficial: true\n")
        printed = nianbao(
            *("crawl", "--sites", sites_folder, "--archive", archive, "--json"),
            *("--allow-address", "127.0.0.0/8"),
        )
    (search,) = [line for line in server.log["pingtan"] if line.startswith("POST")]
    assert "channelid=200210" in search
    assert "classsql=chnlid%3D1813" in search
    with closing(sqlite3.connect(archive)) as db:
        paths = {
            urlsplit(url).path for (url,) in db.execute("SELECT url FROM documents")
        }
        rules = db.execute(
            "SELECT rule FROM findings WHERE rule LIKE 'list.%' AND severity <> 'info'"
        )
        assert rules.fetchall() == []
    assert len(site.reports) == 20
    assert paths == site.reports
    assert summary(printed)["holdings"]["reports"] == 20
