"""Long pages: what another process reads of them is what would be read here."""

from __future__ import annotations

import pickle

import pytest
from scrapy.http import HtmlResponse, Request, TextResponse

from nianbao.archive.records import Hints, Note
from nianbao.spiders.capture import READ_LIST, READING_FAILURE
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.list_reading import ListReading
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.long_pages.answers import PackedAnswer
from nianbao.spiders.long_pages.lists import LongList, read_long_list
from nianbao.spiders.long_pages.pages import LongPage, try_long_page
from nianbao.spiders.platform_spiders import SPIDERS
from nianbao.spiders.report_spider import ReportSpider
from tests.spiders.test_growth import ROW_SHAPES, SHAPES

HOST = "http://www.example.gov.cn"
TITLE = "某镇{}年政府信息公开年报"
ROWS = "".join(
    f'<li><a href="./202101/t20210120_{year}.html">{TITLE.format(year)}</a></li>'
    for year in range(2008, 2022)
)
BASE = f'<base href="{HOST}/other/">'
PAGES = {
    "rows and a pager": f"<ul>{ROWS}</ul><a href='index_1.html'>下一页</a><p>共3页</p>",
    "a base": f"{BASE}<ul>{ROWS}</ul>",
    "a scripted pager": f"<ul>{ROWS}</ul><script>createPageHTML(9,0,'index','html')</script>",
    "frames": "<iframe src='a.html'></iframe><iframe src='b.html'></iframe>",
    "a redirect": "<meta http-equiv=refresh content='0;url=/nb/x/'>",
    "rows without an address": f"<li><a>{TITLE.format(2020)}</a></li>",
    "rows of other words": "<ul><li><a href='/nb/1.html'>柳河镇</a></li>" * 9,
    "a plan": (
        f"<ul>{ROWS}</ul><script>laypage.render({{count:90,limit:15,jump:function(o){{"
        "location.href='?p='+o.curr}}})</script>"
    ),
    "data": '{"rows": [{"title": "某镇2020年政府信息公开年报", "url": "/nb/1.html"}]}',
    "nothing": "",
}
SHAPED = {
    name: make_page(12).replace("ADDRESS", "/nb/1.html")
    for name, (_, make_page) in (SHAPES | ROW_SHAPES).items()
}
PARTS = (
    "base",
    "is_markup",
    "platform",
    "rows",
    "link_places",
    "has_links",
    "other_row_count",
    "branches",
    "totals",
    "page_count",
    "is_full",
    "ends_blank",
    "is_empty_answer",
    "next_pages",
    "pager_links",
    "parts",
    "redirect",
)


def make_answer(platform: str, source: str) -> tuple[ReportSpider, TextResponse]:
    """Return a spider, and the answer to its request for a list."""
    site = make_provisional_site(platform, f"{HOST}/nb/", "年报")
    spider = SPIDERS[platform](site)
    request = spider.request_list(f"{HOST}/nb/", Pagination("年报"))
    kind = TextResponse if source.startswith("{") else HtmlResponse
    body = source.encode()
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return spider, kind(request.url, headers=headers, body=body, request=request)


def pack_list(spider: ReportSpider, answer: TextResponse) -> LongList:
    """Return an answer as the crawl gives it to another process."""
    request = answer.request
    assert request is not None
    return LongList(
        answer=PackedAnswer.pack(answer, request),
        platform=spider.name,
        site=spider.site,
        list_pages=request.meta["pagination"],
        answer_before=PackedAnswer.pack(answer, request),
    )


@pytest.mark.parametrize("platform", ["auto", "hanweb", "jpaas"])
def test_a_list_is_read_alike_in_another_process(platform: str) -> None:
    for name, source in (PAGES | SHAPED).items():
        spider, answer = make_answer(platform, source)
        packed = pickle.loads(pickle.dumps(pack_list(spider, answer)))
        apart = pickle.loads(pickle.dumps(read_long_list(packed)))
        here = ListReading(ListPage(answer), spider.reader, "generic")
        for part in PARTS:
            assert getattr(apart.reading, part) == getattr(here, part), (name, part)
        assert apart.addresses_before == here.rows.titled.keys(), name


@pytest.mark.parametrize("platform", ["auto", "trs"])
def test_a_spider_goes_on_alike_from_what_another_process_read(platform: str) -> None:
    for name, source in (PAGES | SHAPED).items():
        spider, answer = make_answer(platform, source)
        read_list = read_long_list(
            pickle.loads(pickle.dumps(pack_list(spider, answer)))
        )
        expected = list(map(describe, spider.parse_list(answer)))
        spider, answer = make_answer(platform, source)
        answer.meta[READ_LIST] = pickle.loads(pickle.dumps(read_list))
        assert list(map(describe, spider.parse_list(answer))) == expected, name


def describe(output: object) -> object:
    if isinstance(output, Request):
        return (output.url, output.method, output.body, output.meta["hints"])
    return output if isinstance(output, Note) else type(output)


def test_a_list_that_could_not_be_read_is_noted() -> None:
    spider, answer = make_answer("trs", PAGES["rows and a pager"])
    answer.meta[READING_FAILURE] = "reading took longer than 60 seconds"
    _, note = spider.parse_list(answer)
    assert isinstance(note, Note)
    assert (note.finding.rule, spider.failed_list_count) == ("list.failed", 1)


def test_a_page_that_is_not_looked_into_is_stored_and_noted() -> None:
    spider, answer = make_answer("trs", "<a href='1.pdf'>附件：年报</a>")
    request = spider.request_report(f"{HOST}/nb/1.html", Hints(), 1)
    request.meta["row"] = ListRow("/nb/1.html", TITLE.format(2020), None)
    answer = answer.replace(request=request, url=request.url)
    assert isinstance(answer, TextResponse)
    packed = PackedAnswer.pack(answer, request)
    source = LongPage(packed, spider.name, spider.site, "parse_report")
    assert try_long_page(pickle.loads(pickle.dumps(source))) < 1
    answer.meta[READING_FAILURE] = "it takes 9 seconds"
    capture, note = spider.parse_report(answer)
    assert isinstance(note, Note)
    assert note.finding.rule == "page.report_unread"
    assert getattr(capture, "outcome", None) == "fetched"
