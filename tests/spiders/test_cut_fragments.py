"""Markup in data, and what scripts write, is parsed without attributes beyond any page's, and the
list or the page that it came with says so.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable

import pytest
from lxml import etree
from scrapy.http import HtmlResponse, Request, TextResponse

from nianbao.archive.browse import replay
from nianbao.archive.long_tags import MAX_ATTRIBUTES
from nianbao.archive.records import Note
from nianbao.spiders.catalogue import Site, make_provisional_site
from nianbao.spiders.declarations.model import ListDeclaration
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.long_pages.answers import PackedAnswer
from nianbao.spiders.long_pages.lists import LongList, read_long_list
from nianbao.spiders.long_pages.pages import LongPage, read_long_page
from nianbao.spiders.platform_spiders import SPIDERS
from nianbao.spiders.report_spider import ReportSpider

HOST = "http://www.example.gov.cn"
TITLE = "某县2020年政府信息公开工作年度报告"
ATTRIBUTES = " ".join(f"a{number:x}" for number in range(MAX_ATTRIBUTES + 100))
LINK = f"<a href='/nb/1.html'>{TITLE}</a>"
MARKUP_SHAPES: dict[str, dict[str, object]] = {
    "links in JSON": {"format": "json", "within": {"path": "html", "format": "html"}},
    "records of markup": {"format": "json", "rows": "list"},
}


def write_script(markup: str) -> str:
    """Return a script that writes markup, piece by piece."""
    pieces = [markup[start : start + 700] for start in range(0, len(markup), 700)]
    calls = "".join(f'document.write("{piece}");' for piece in pieces)
    return f"<script>{calls}</script>"


def write_store(record: str, next_group: str = "") -> str:
    """Return the page of a Hanweb list with a record, and what leads to the next one."""
    return (
        f"<datastore><nextgroup><![CDATA[{next_group}]]></nextgroup><recordset><record>"
        f"<![CDATA[{record}]]></record></recordset></datastore>"
    )


WRITTEN_PAGER = "a pager that a script writes"
# Lists of which a link in data or in a script may be a long tag: platform, and page.
LISTS = {
    "a record": ("hanweb", write_store(LINK)),
    "the way to the next page": (
        "hanweb",
        write_store(f"<a href=/nb/2.html>{TITLE}</a>", LINK),
    ),
    WRITTEN_PAGER: (
        "generic",
        f"<ul><li><a href=/nb/2.html>{TITLE}</a></ul>",
    ),
    "links in JSON": ("declared", json.dumps({"html": f"<li>{LINK}"})),
    "records of markup": ("declared", json.dumps({"list": [LINK]})),
}


def make_site(platform: str, shape: str) -> Site:
    site = make_provisional_site(
        "generic" if platform == "declared" else platform, f"{HOST}/nb/", "年报"
    )
    if platform != "declared":
        return site
    fields = {
        "request": {"url": "/nb/", "method": "GET", "query": {"p": "{page}"}},
        "pages": {"first": 1},
        "answer": MARKUP_SHAPES[shape],
    }
    declaration = ListDeclaration.model_validate(fields)
    return site.model_copy(update={"platform": "declared", "declaration": declaration})


def ask_list(name: str, text: str) -> tuple[ReportSpider, TextResponse]:
    """Return a spider and the answer to its request for a list."""
    platform, _ = LISTS[name]
    spider = SPIDERS[platform](make_site(platform, name))
    request = spider.request_list(f"{HOST}/nb/?p=1", Pagination("年报"))
    return spider, make_answer(request, text)


def make_answer(request: Request, text: str) -> TextResponse:
    kind = TextResponse if text.startswith("{") else HtmlResponse
    return kind(request.url, body=text.encode(), encoding="utf-8", request=request)


def list_rules(outputs: Iterable[object]) -> list[str]:
    return [output.finding.rule for output in outputs if isinstance(output, Note)]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_tells_that_markup_in_it_was_cut(name: str) -> None:
    _, text = LISTS[name]
    long_text = text.replace("<a href='", f"<a {ATTRIBUTES} href='")
    if name == WRITTEN_PAGER:
        pager = "<a href='/nb/3.html' {}>下一页</a>"
        long_text = text + write_script(pager.format(ATTRIBUTES))
        text += write_script(pager.format(""))
    spider, answer = ask_list(name, text)
    assert "attributes.cut" not in list_rules(spider.parse_list(answer))
    spider, answer = ask_list(name, long_text)
    assert list_rules(spider.parse_list(answer)).count("attributes.cut") == 1
    list_pages = answer.meta["pagination"]
    packed = PackedAnswer.pack(answer, answer.request)
    long_list = LongList(packed, spider.name, spider.site, list_pages, None)
    apart = pickle.loads(pickle.dumps(read_long_list(long_list)))
    assert apart.reading.has_cut_attributes


def test_a_page_tells_that_a_frame_in_what_a_script_writes_was_cut() -> None:
    frame = (
        "<iframe src='/nb/text.html' {}></iframe><iframe src='/nb/more.html'></iframe>"
    )
    rules = []
    for attributes in ("", ATTRIBUTES):
        spider = SPIDERS["trs"](make_site("trs", ""))
        row = make_answer(
            spider.request_list(f"{HOST}/nb/", Pagination("年报")),
            f"<ul><li>{LINK}</ul>",
        )
        (request,) = (o for o in spider.parse_list(row) if isinstance(o, Request))
        answer = make_answer(request, write_script(frame.format(attributes)))
        outputs = list(spider.parse_report(answer))
        assert any(isinstance(output, Request) for output in outputs)
        rules.append(list_rules(outputs))
        packed = PackedAnswer.pack(answer, request)
        apart = read_long_page(LongPage(packed, spider.name, spider.site))
        assert pickle.loads(pickle.dumps(apart)).has_cut_fragments == bool(attributes)
    assert rules == [[], ["attributes.cut"]]


def test_nul_hides_no_long_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsers see no NUL: `<\\0p` is a tag for them."""
    text = f"<i>y</i><\0p {ATTRIBUTES}>hello"
    parsed_texts = []

    def write_into_page(shown_text: str, _: object) -> str:
        parsed_texts.append(shown_text)
        return shown_text

    monkeypatch.setattr(replay, "_write_into_page", write_into_page)
    replay.clean_html(text)
    page = ListPage.from_bytes(f"{HOST}/nb/", text.encode())
    parsed_texts.append(page.parse_fragment(text).get())
    parsed_texts.append(page.parsed.text)
    for parsed_text in parsed_texts:
        assert count_most_attributes(parsed_text) <= MAX_ATTRIBUTES
        assert "hello" in parsed_text
    assert page.has_cut_fragments


def count_most_attributes(text: str) -> int:
    source = text.replace("\0", "").encode()
    root = etree.fromstring(source, etree.HTMLParser(huge_tree=True))
    return max(len(element.attrib) for element in root.iter())
