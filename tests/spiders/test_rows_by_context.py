"""Rows that only their place in a list speaks for: what is asked for, told, and asked again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from scrapy.http import HtmlResponse, Request, Response

from nianbao.archive.records import Capture, Note
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.context import CrawlContext
from nianbao.spiders.lists import row_doubts
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.platform_spiders import SPIDERS
from nianbao.spiders.report_spider import ReportSpider

HOST = "http://www.example.gov.cn"
LIST = f"{HOST}/nb/"
REPORT = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p>"
OTHER = "<p>县图书馆开馆</p>"
# Rows in the place of reports whose words say nothing.
PICTURES = "".join(
    f'<div><a href="{n}.html"><img src="a.png"></a></div>' for n in range(3)
)
YEARS = (
    '<ul><li><a href="2023/">2023年</a></li><li><a href="2022/">2022年</a></li></ul>'
)
TOWNS = (
    '<ul><li><a href="a.html">柳河镇</a></li><li><a href="b.html">石门乡</a></li></ul>'
)


def row(number: int) -> str:
    return f'<li><a href="/a/{number}.html">某局20{number}年政府信息公开年报</a></li>'


class Walk:
    """A crawl of pages that are given, by path; all others answer 404."""

    def __init__(
        self, pages: dict[str, str], context: CrawlContext | None = None
    ) -> None:
        site = make_provisional_site("generic", LIST, "年报")
        self.spider: ReportSpider = SPIDERS["generic"](
            site, context=context or CrawlContext()
        )
        self.pages = pages
        self.paths: list[str] = []
        self.notes: list[Note] = []
        self.captures: dict[str, Capture] = {}
        waiting = [self.spider.request_list(LIST, Pagination("年报"))]
        while waiting:
            request = waiting.pop(0)
            path = request.url.removeprefix(HOST)
            self.paths.append(path)
            waiting += self._take(path, request)

    def _take(self, path: str, request: Request) -> list[Request]:
        answer = self._answer(path, request)
        callback = self.spider.parse_list
        if request.meta["role"] == "report":
            callback = self.spider.parse_report
        requests = []
        outputs: Iterable[object] = callback(answer)
        for output in outputs:
            if isinstance(output, Request):
                requests.append(output)
            elif isinstance(output, Note):
                self.notes.append(output)
            elif isinstance(output, Capture):
                self.captures[path] = output
        return requests

    def _answer(self, path: str, request: Request) -> Response:
        status = 200 if path in self.pages else 404
        body = self.pages.get(path, "none")
        return HtmlResponse(
            request.url, status, body=body.encode(), encoding="utf-8", request=request
        )

    @property
    def findings(self) -> list[tuple[str, str]]:
        return [(note.finding.rule, note.finding.severity) for note in self.notes]


def test_a_report_behind_a_row_without_words() -> None:
    walk = Walk(
        {
            "/nb/": PICTURES,
            "/nb/0.html": OTHER,
            "/nb/1.html": REPORT,
            "/nb/2.html": OTHER,
        }
    )
    assert walk.paths == ["/nb/", "/nb/0.html", "/nb/1.html", "/nb/2.html"]
    assert walk.findings == []
    assert walk.spider.listed_addresses == {f"{LIST}1.html"}


def test_a_comment_around_a_list_is_nothing() -> None:
    walk = Walk({"/nb/": f"<!-- 列表 -->{TOWNS}<div><!-- x --><p>1</p></div>"})
    assert "/nb/a.html" in walk.paths


def test_a_list_whose_rows_are_no_reports_names_none() -> None:
    walk = Walk({"/nb/": PICTURES, "/nb/0.html": OTHER, "/nb/1.html": OTHER})
    assert walk.findings == [("list.empty", "error"), ("page.gone", "info")]
    assert walk.spider.listed_addresses == set()


def test_rows_of_other_words_beside_reports_make_no_noise() -> None:
    news = '<li><a href="/a/n.html">县图书馆开馆</a></li><li><a href="/a/m.html">运动会</a></li>'
    walk = Walk({"/nb/": row(21) + news, "/a/21.html": REPORT, "/a/n.html": OTHER})
    assert walk.paths == ["/nb/", "/a/21.html", "/a/n.html", "/a/m.html"]
    assert walk.findings == [("page.gone", "info")]


def test_too_many_rows_of_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_doubts, "MOST_DOUBTFUL_ROWS", 2)
    pages = {"/nb/": PICTURES, "/nb/0.html": OTHER, "/nb/1.html": OTHER}
    walk = Walk(pages)
    assert walk.paths == ["/nb/", "/nb/0.html", "/nb/1.html"]
    assert walk.findings == [("list.rows_left", "warning"), ("list.empty", "error")]
    walk = Walk({"/nb/": f"<ul>{row(21)}</ul>" + PICTURES, "/a/21.html": REPORT})
    assert walk.findings == []


def test_years_lead_to_bodies_and_these_to_reports() -> None:
    pages = {
        "/nb/": YEARS,
        "/nb/2023/": TOWNS,
        "/nb/2022/": row(22) + row(21),
        "/nb/2023/a.html": row(20) + row(19),
        "/nb/2023/b.html": REPORT,
    }
    walk = Walk(pages | {f"/a/{n}.html": REPORT for n in (19, 20, 21, 22)})
    assert sorted(walk.paths) == sorted(
        [*pages, *(f"/a/{n}.html" for n in (19, 20, 21, 22))]
    )
    assert walk.findings == []
    roles = {path: capture.role for path, capture in walk.captures.items()}
    assert [path for path in pages if roles[path] == "list"] == [
        "/nb/",
        "/nb/2023/",
        "/nb/2022/",
        "/nb/2023/a.html",
    ]


def test_a_page_titled_as_a_report_may_be_a_list() -> None:
    titled = '<li><a href="2023.html">青石县2023年政府信息公开年报</a></li>'
    pages = {"/nb/": titled, "/nb/2023.html": row(21) + row(22)}
    walk = Walk(pages | {"/a/21.html": REPORT, "/a/22.html": REPORT})
    assert walk.paths == ["/nb/", "/nb/2023.html", "/a/21.html", "/a/22.html"]
    assert walk.captures["/nb/2023.html"].role == "report", "the reader decides"


def test_what_stands_beside_a_report_is_no_list() -> None:
    titled = f"<ul>{row(21)}{row(22)}</ul>"
    menu = '<div><a href="/b/1.html">县教育局</a><a href="/b/2.html">县财政局</a></div>'
    walk = Walk(
        {
            "/nb/": titled,
            "/a/21.html": f"<p>图片</p>{titled}{menu}",
            "/a/22.html": REPORT,
        }
    )
    assert walk.paths == ["/nb/", "/a/21.html", "/a/22.html"]
    assert {walk.captures[path].role for path in walk.paths[1:]} == {"report"}


def test_a_page_that_showed_a_report_stays_one() -> None:
    """What stands there now is told by the archive."""
    context = CrawlContext(showed_report=lambda url: url.endswith("2023/"))
    walk = Walk({"/nb/": YEARS, "/nb/2023/": row(22) + row(21)}, context)
    assert walk.captures["/nb/2023/"].role == "report"
    assert "/a/22.html" in walk.paths


def test_what_led_to_no_report_lately_is_not_asked_for() -> None:
    context = CrawlContext(
        is_other_page=lambda url: url.endswith(("/0.html", "/a.html"))
    )
    assert Walk({"/nb/": PICTURES}, context).paths == [
        "/nb/",
        "/nb/1.html",
        "/nb/2.html",
    ]
    assert Walk({"/nb/": TOWNS}, context).paths == ["/nb/", "/nb/b.html"]
