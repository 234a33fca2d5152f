"""Long pages: what another process reads of them is what would be read here."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from scrapy.http import HtmlResponse, Request, TextResponse

from nianbao.archive.records import Capture, Hints, Note
from nianbao.spiders.capture import READ_LIST, READ_PAGE, READING_FAILURE
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.declarations.shipped import load_declarations
from nianbao.spiders.list_reading import ListReading
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.long_pages.answers import PackedAnswer
from nianbao.spiders.long_pages.lists import LongList, read_long_list
from nianbao.spiders.long_pages.pages import LongPage, read_long_page
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platform_spiders import SPIDERS
from nianbao.spiders.platforms import PLATFORMS, reader_for
from nianbao.spiders.report_spider import ReportSpider
from nianbao.spiders.reports.listed_page import ListedPage
from tests.spiders.test_growth import OPTIONS, ROW_SHAPES, SHAPES

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
COMPARED_META = ("role", "hints", "list_level", "row", "depth", "playwright")
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


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_reader_reads_alike_in_another_process(platform: str) -> None:
    declaration = load_declarations()["jpaas"] if platform == "declared" else None
    reader = reader_for(platform, OPTIONS.get(platform), declaration)
    for source in (PAGES["rows and a pager"], PAGES["data"]):
        page = ListPage.from_bytes(f"{HOST}/nb/", source.encode())
        here = read_page_rows(reader, page)
        apart = read_page_rows(pickle.loads(pickle.dumps(reader)), page)
        assert (apart.titled, apart.likely) == (here.titled, here.likely)


def describe(output: object) -> object:
    """Return what is compared of what a spider yields: of a capture all but its time."""
    if isinstance(output, Request):
        meta = {key: output.meta.get(key) for key in COMPARED_META}
        return (output.url, output.method, output.body, output.callback.__name__, meta)
    return replace(output, visited_at="") if isinstance(output, Capture) else output


def test_a_list_that_could_not_be_read_is_noted() -> None:
    spider, answer = make_answer("trs", PAGES["rows and a pager"])
    answer.meta[READING_FAILURE] = "reading took longer than 60 seconds"
    _, note = spider.parse_list(answer)
    assert isinstance(note, Note)
    assert (note.finding.rule, spider.failed_list_count) == ("list.failed", 1)


REPORT_ROW = ListRow("/nb/1.html", TITLE.format(2020), None)
YEAR_ROW = ListRow("/nb/2020/", "2020年", None)
CHAPTERS = "".join(
    f"<p>{number}、{name}</p><p>{'本机关按规定公开了信息。' * 30}</p>"
    for number, name in zip(
        "一二三四五六",
        (
            "总体情况",
            "主动公开政府信息情况",
            "收到和处理政府信息公开申请情况",
            "政府信息公开行政复议、行政诉讼情况",
            "存在的主要问题及改进情况",
            "其他需要报告的事项",
        ),
        strict=True,
    )
)
REPORT_PAGES = {
    "a report": f"<h1>{TITLE.format(2020)}</h1>{CHAPTERS}",
    "its first page": f"<h1>{TITLE.format(2020)}</h1>{CHAPTERS}<a href='1_2.html'>下一页</a>",
    "a file": "<p>见附件</p><a href='1.pdf'>附件：年报</a>",
    "several files": f"{CHAPTERS}<a href='1.pdf'>{TITLE.format(2020)}</a><a href='2.doc'>附表</a>",
    "a frame": "<iframe src='/nb/text.html' id='content'></iframe>",
    "a redirect": "<script>location.href='/nb/x/1.html'</script>",
    "a link to the text": "<p>年报全文请<a href='/nb/text.html'>点击查看全文</a></p>",
    "a titled link": f"<a href='/nb/other.html'>{TITLE.format(2020)}</a>",
    "a part that a script loads": "<script>$('#a').load('/nb/part.html')</script>",
    "a script that fills it": "<div id=a></div><script src='a.js'></script>",
    "rows": PAGES["rows and a pager"],
    "a plan": PAGES["a plan"],
    "data": PAGES["data"],
    "nothing": "",
}


def make_page_answer(
    platform: str, source: str, row: ListRow
) -> tuple[ReportSpider, TextResponse]:
    """Return a spider, and the answer to its request for the page of a row."""
    spider, answer = make_answer(platform, source)
    hints = Hints(list_title=row.title)
    request = spider.request_report(f"{HOST}{row.url}", hints, 1)
    request.meta["row"] = row
    headers = {"Content-Type": "text/html; charset=utf-8", "Refresh": "0;url=/nb/r/"}
    answer = answer.replace(request=request, url=request.url, headers=headers)
    assert isinstance(answer, TextResponse)
    return spider, answer


def read_apart(spider: ReportSpider, answer: TextResponse) -> ListedPage:
    """Return what another process reads of a page."""
    assert answer.request is not None
    packed = PackedAnswer.pack(answer, answer.request)
    source = LongPage(packed, spider.name, spider.site)
    reading = read_long_page(pickle.loads(pickle.dumps(source)))
    apart: ListedPage = pickle.loads(pickle.dumps(reading))
    return apart


@pytest.mark.parametrize("row", [REPORT_ROW, YEAR_ROW], ids=["report", "year"])
@pytest.mark.parametrize("platform", ["auto", "trs"])
def test_a_report_page_is_taken_alike_from_what_another_process_read(
    platform: str, row: ListRow
) -> None:
    for name, source in (REPORT_PAGES | SHAPED).items():
        spider, answer = make_page_answer(platform, source, row)
        reading = read_apart(spider, answer)
        expected = list(map(describe, spider.parse_report(answer)))
        spider, answer = make_page_answer(platform, source, row)
        answer.meta[READ_PAGE] = reading
        assert list(map(describe, spider.parse_report(answer))) == expected, name


def test_what_another_process_read_needs_no_page() -> None:
    spider, answer = make_page_answer("trs", REPORT_PAGES["rows"], YEAR_ROW)
    answer.meta[READ_PAGE] = read_apart(spider, answer)
    empty = answer.replace(body=b"")
    requests = [
        made for made in spider.parse_report(empty) if isinstance(made, Request)
    ]
    assert len(requests) == 16, "14 reports, the next list page, where it sends on to"


def test_a_page_that_is_not_looked_into_is_stored_and_noted() -> None:
    spider, answer = make_page_answer("trs", REPORT_PAGES["a file"], REPORT_ROW)
    answer.meta[READING_FAILURE] = "it takes 9 seconds"
    capture, note = spider.parse_report(answer)
    assert isinstance(note, Note)
    assert note.finding.rule == "page.report_unread"
    assert getattr(capture, "outcome", None) == "fetched"
