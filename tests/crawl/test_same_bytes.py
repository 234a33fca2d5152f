"""The same bytes at several addresses: a report that several columns list is kept at each, an
error page that answers 200 under many is none at any.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, TextResponse

from nianbao.crawler.middlewares.repeated_pages import RepeatedPages
from nianbao.crawler.process import project_settings
from nianbao.sample.loopback import run_server
from nianbao.spiders.platform_spiders import SPIDERS
from tests.crawl.commands import nianbao, summary
from tests.crawl.hostile_server import send
from tests.reader.pages import SECTIONS

TITLE = "西霞县柳河镇2022年政府信息公开工作年度报告"
PROSE = "柳河镇推进政府信息公开，全年公布各类信息四百余条。"
FILE = (Path(__file__).parents[1] / "reader" / "files" / "report.pdf").read_bytes()
COPIES = (2, 3, 4, 7, 12)


def document(title: str, body: str) -> str:
    head = f"<head><meta charset=utf-8><title>{title}</title></head>"
    menu = (
        '<div class="nav"><a href="/">首页</a><a href="/nb/">政府信息公开年报</a></div>'
    )
    return f"<html>{head}<body>{menu}{body}</body></html>"


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def rows(*years: int) -> str:
    return "".join(
        f'<li><a href="/nb/{year}.html">西霞县{year}年政府信息公开工作年度报告</a></li>'
        for year in years
    )


TABLE = "<table><tr><td>第二十条第（一）项</td></tr></table>"
REPORTS = {
    "whole": document(
        f"{TITLE}_西霞县人民政府",
        f"<h1>{TITLE}</h1>{paragraphs(*SECTIONS, PROSE)}{TABLE}",
    ),
    # the title of the page is that of the site, as templates leave it
    "untitled": document(
        "西霞县人民政府",
        f'<h1>{TITLE}</h1><div class="TRS_Editor">{paragraphs(*SECTIONS, PROSE)}</div>',
    ),
    # no title at all
    "bare": document("", paragraphs(PROSE, *SECTIONS)),
    "short": document("详情", f"<h1>{TITLE}</h1>{paragraphs(PROSE)}"),
    "file": document(TITLE, '<p><a href="/f/1.pdf">附件下载</a></p>'),
    "unnamed_file": document("详情", '<p><a href="/f/1.pdf">点击查看</a></p>'),
    "frame": document("详情", '<iframe src="/f/1.pdf"></iframe>'),
}
ERRORS = {
    "waiting": document(
        "西霞县人民政府",
        paragraphs("内容正在审核中，请稍后再来，给您带来不便敬请谅解。"),
    ),
    "home": document("首页", paragraphs(*["本县要闻"] * 60)),
    "one_beside": document(
        "西霞县人民政府",
        f"{paragraphs('内容正在审核中，请稍后再来，给您带来不便敬请谅解。')}<ul>{rows(2022)}</ul>",
    ),
    "three_beside": document(
        "西霞县人民政府",
        f"<h1>提示</h1>{paragraphs('内容正在审核中，请稍后再来。')}<h3>最新年报</h3>"
        f"<ul>{rows(2022, 2021, 2020)}</ul>",
    ),
    "column": document(
        "政府信息公开年报_西霞县人民政府",
        f"<h2>政府信息公开年报</h2>{paragraphs('栏目维护中，敬请期待，给您带来不便敬请谅解。')}",
    ),
}


def carries(source: str | bytes) -> bool:
    """Return what the middleware makes of the bytes, in a crawl without a run."""
    url = "http://www.example.gov.cn/nb/1.html"
    body = source if isinstance(source, bytes) else source.encode()
    response = HtmlResponse(url, body=body, encoding="utf-8", request=Request(url))
    crawler = Crawler(SPIDERS["generic"], project_settings())

    async def judge() -> bool:
        return await RepeatedPages(crawler).carry_report("digest", response)

    # In a thread of its own: a browser test before may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, judge()).result()


@pytest.mark.parametrize("name", REPORTS)
def test_bytes_that_carry_a_report(name: str) -> None:
    assert carries(REPORTS[name])


@pytest.mark.parametrize("body", [FILE, b"%PDF-1.4 a scan", b"PK\x03\x04 odd"])
def test_a_file_under_the_header_of_a_page(body: bytes) -> None:
    assert carries(body)


@pytest.mark.parametrize("name", ERRORS)
def test_bytes_that_carry_none(name: str) -> None:
    assert not carries(ERRORS[name])


def test_no_real_article_is_taken_for_a_report(shared: Path) -> None:
    """Government pages that are no reports, and whole report pages."""
    articles = sorted((shared / "data" / "html").glob("*.html"))
    assert len(articles) > 30
    kept = [path.name for path in articles if carries(decode(path))]
    # pages with one file, which could be the report's
    assert len(kept) < len(articles) / 4
    for path in sorted((shared / "data" / "pages").glob("*.html")):
        if "list" not in path.name:
            assert carries(decode(path)), path.name


def decode(path: Path) -> str:
    return TextResponse("http://x.cn/", body=path.read_bytes()).text


@dataclass
class Copies:
    """A site of one list whose rows all lead to the same bytes."""

    name: str
    count: int
    source: str

    @property
    def paths(self) -> list[str]:
        return [f"/{number}/nb/t20230118_{number}.html" for number in range(self.count)]

    def listing(self) -> str:
        """Return the list; an error page takes the place of reports of several years."""
        is_error = self.source in ERRORS.values()
        items = []
        for number, path in enumerate(self.paths):
            title = TITLE
            if is_error:
                title = TITLE.replace("2022", str(2022 - number % 10))
            items.append(
                f'<li><a href="{path}" title="{title}">{title}</a><span>2023-01-18</span></li>'
            )
        return f"<html><meta charset=utf-8><ul>{''.join(items)}</ul></html>"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        if to.path == "/nb/":
            send(to, self.listing().encode())
        elif to.path in self.paths:
            send(to, self.source.encode())
        elif to.path == "/f/1.pdf":
            send(to, FILE, 200, {"Content-Type": "application/pdf"})
        else:
            send(to, b"404", 404)


SITE = """\
id: {name}
name: 西霞县人民政府
region: null
platform: {platform}
entries:
  - {{url: "http://{host}.localhost:{port}/nb/", column: 政府信息公开年报}}
expect: {{links: 1}}
vanish_after: 1
delay: 0
{options}"""
OPTIONS = 'options: {row: "//li", title: ./a, date: ./span/text(), next: "//a[@id]"}\n'
PLATFORMS = ("generic", "simple", "trs")


def all_sites() -> dict[str, Copies]:
    sites = {}
    for name, source in (REPORTS | ERRORS).items():
        for count in COPIES:
            key = f"{name.replace('_', '-')}-{count}"
            sites[key] = Copies(name, count, source)
    return sites


@contextmanager
def serve(sites: dict[str, Copies]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sites[self.headers["Host"].split(".")[0]].answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http, run_server(http):
        yield http.server_port


def write_sites(folder: Path, sites: dict[str, Copies], port: int) -> Path:
    folder.mkdir()
    for number, name in enumerate(sites):
        platform = PLATFORMS[number % len(PLATFORMS)]
        options = OPTIONS if platform == "simple" else ""
        text = SITE.format(
            name=name, host=name, port=port, platform=platform, options=options
        )
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return folder


RUNS = 3


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """Three crawls of all sites."""
    folder = tmp_path_factory.mktemp("copies")
    sites = all_sites()
    archive = folder / "a.db"
    with serve(sites) as port:
        places = write_sites(folder / "sites", sites, port)
        arguments = ("--sites", places, "--allow-address", "127.0.0.0/8", "--json")
        found = [
            summary(nianbao("crawl", *arguments, "--archive", archive, code=0))
            for _ in range(RUNS)
        ]
    return archive, found


def query(archive: Path, text: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        return db.execute(text).fetchall()


def test_every_copy_of_a_report_is_kept_at_each_address(
    crawled: tuple[Path, list[Any]],
) -> None:
    outcomes = Counter(
        query(
            crawled[0],
            "SELECT site_id, outcome FROM visits WHERE role = 'report' AND url NOT LIKE '%.pdf'",
        )
    )
    documents = Counter(
        query(crawled[0], "SELECT site_id FROM documents WHERE url NOT LIKE '%.pdf'")
    )
    for name, site in all_sites().items():
        if site.name in REPORTS:
            assert outcomes[name, "fetched"] == site.count * RUNS, name
            assert documents[(name,)] == site.count, name


def test_a_file_behind_copies_is_fetched_once_a_run(
    crawled: tuple[Path, list[Any]],
) -> None:
    files = Counter(
        query(crawled[0], "SELECT site_id FROM visits WHERE url LIKE '%/f/1.pdf'")
    )
    for name, site in all_sites().items():
        expected = RUNS if "file" in site.name or site.name == "frame" else 0
        assert files[(name,)] == expected, name


def test_an_error_page_is_no_report_at_any_address(
    crawled: tuple[Path, list[Any]],
) -> None:
    outcomes = Counter(
        query(crawled[0], "SELECT site_id, outcome FROM visits WHERE role = 'report'")
    )
    documents = {site for (site,) in query(crawled[0], "SELECT site_id FROM documents")}
    for name, site in all_sites().items():
        if site.name in ERRORS:
            assert outcomes[name, "replaced"] == max(0, site.count - 2) * RUNS, name
            assert name not in documents, name


def test_nothing_is_announced_that_did_not_happen(
    crawled: tuple[Path, list[Any]],
) -> None:
    kinds = {kind for (kind,) in query(crawled[0], "SELECT DISTINCT kind FROM changes")}
    assert not kinds & {"vanished", "changed", "moved", "returned"}
    for later in crawled[1][1:]:
        assert "new" not in later["changes"]
