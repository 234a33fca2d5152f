"""Reading as a whole: charsets, official hosts, attachments, and that no input makes it raise."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import READER_VERSION, read
from tests.reader import pages

URL = "http://www.qingshi.gov.cn/zfxxgk/202301/t20230118_1.html"
PAGE = pages.trs(pages.body())
PIECES = [
    PAGE[:2000].encode(),
    b"<table><tr><td rowspan=70000 colspan=-3>1</td>",
    "<div class='TRS_Editor'>第二十条第（一）项</div>".encode("gbk"),
    "一、本年新收政府信息公开申请数量\t1\t|\t".encode(),
    b"<!--<$[\xe4\xbf\xa1\xe6\x81\xaf\xe5\x86\x85\xe5\xae\xb9]>begin-->",
    b"</td></table></div>",
    b"\x00\xff\xfe",
    "二〇二一年十三月".encode(),
]
GENTLE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize(
    ("charset", "declared", "header", "named"),
    [
        ("utf-8", "utf-8", None, "utf-8"),
        ("utf-8", "gb2312", "text/html; charset=gbk", "utf-8"),
        ("gbk", "gb2312", None, "gb18030"),
        ("gb18030", "utf-8", "text/html; charset=utf-8", "gb18030"),
        ("gbk", "", None, "gb18030"),
        ("utf-16", "gb2312", None, "utf-16"),
        ("utf-8-sig", "", None, "utf-8"),
    ],
)
def test_charsets(charset: str, declared: str, header: str | None, named: str) -> None:
    page = PAGE.replace(
        '<meta charset="utf-8">', f'<meta charset="{declared}">' if declared else ""
    )
    reading = read(page.encode(charset), hints=Hints(content_type=header))
    assert (reading.title, reading.charset) == (pages.TITLE, named)


def test_big5_and_a_page_that_ends_within_a_character() -> None:
    text = (
        "青石縣柳河鎮2022年政府信息公開工作年度報告\n"
        + "本鎮依法公開政府信息，收到申請三件。" * 5
    )
    reading = read(text.encode("big5"))
    assert (reading.charset, reading.report_year) == ("big5hkscs", 2022)
    assert read(PAGE.encode()[:-1] + "完".encode()[:2]).charset == "utf-8"


@pytest.mark.parametrize(
    ("url", "domain", "official"),
    [
        (URL, "www.qingshi.gov.cn", True),
        ("http://lh.qingshi.gov.cn/1.htm", "www.qingshi.gov.cn", True),
        ("http://www.other.gov.cn/1.htm", "www.qingshi.gov.cn", False),
        ("http://www.other.gov.cn/1.htm", "", True),
        ("http://www.puroview.com/1.htm", "", False),
        ("http://www.qingshi.gov.cn.example.com/1.htm", "", False),
        (None, "www.qingshi.gov.cn", None),
    ],
)
def test_official(url: str | None, domain: str, official: bool | None) -> None:
    page = PAGE.replace('content="www.qingshi.gov.cn"', f'content="{domain}"')
    assert read(page.encode(), url=url).official is official


def test_the_site_files_word_comes_first() -> None:
    assert (
        read(
            PAGE.encode(), url="http://10.0.0.1/1.htm", hints=Hints(official_host=True)
        ).official
        is True
    )


def test_attachments() -> None:
    links = (
        "<p>附件：<a href='./P0201.pdf'>年度报告.pdf</a>"
        "<a href='/module/download/downfile.jsp?classid=0&filename=ab.docx'>附表</a>"
        "<a href='./P0201.pdf'>同一个</a><a href='/zwgk/index.html'>栏目</a>"
        "<a href='javascript:open(1.pdf)'>x.pdf</a></p>"
    )
    reading = read(pages.trs(pages.body(signed=links)).encode(), url=URL)
    assert [attachment.url for attachment in reading.attachments] == [
        "http://www.qingshi.gov.cn/zfxxgk/202301/P0201.pdf",
        "http://www.qingshi.gov.cn/module/download/downfile.jsp?classid=0&filename=ab.docx",
    ]


@pytest.mark.parametrize(
    ("base", "href", "expected"),
    [
        ("http://www.qingshi.gov.cn/", "files/1.doc", "http://www.qingshi.gov.cn/files/1.doc"),
        ("/files/", "1.doc", "http://www.qingshi.gov.cn/files/1.doc"),
        ("/files/", "http://www.qingshi.gov.cn/a/1.doc", "http://www.qingshi.gov.cn/a/1.doc"),
        ("/files/", "/b/1.doc", "http://www.qingshi.gov.cn/b/1.doc"),
        ("", "1.doc", "http://www.qingshi.gov.cn/zfxxgk/202301/1.doc"),
        ("http://[::1/", "1.doc", "http://www.qingshi.gov.cn/zfxxgk/202301/1.doc"),
    ],
)  # fmt: skip
def test_attachments_start_from_the_base_of_the_page(
    base: str, href: str, expected: str
) -> None:
    link = f"<p>附件：<a href='{href}'>年度报告</a></p>"
    page = pages.trs(pages.body(signed=link))
    page = page.replace("<head>", f'<head><base href="{base}">', 1)
    reading = read(page.encode(), url=URL)
    assert [attachment.url for attachment in reading.attachments] == [expected]


def test_the_same_bytes_give_the_same_reading_and_it_survives_json() -> None:
    reading = read(PAGE.encode(), url=URL)
    assert read(PAGE.encode(), url=URL) == reading
    assert Reading.from_json(reading.to_json()) == reading
    assert reading.reader_version == READER_VERSION


def test_hanweb_fences_and_a_container_that_is_empty() -> None:
    content = f"<!--<$[信息内容]>begin-->{pages.body()}<!--<$[信息内容]>end-->"
    page = PAGE.replace(pages.body(), "").replace(
        '<div class="tools">', f'<div class="nr">{content}</div><div class="tools">'
    )
    assert len(read(page.encode()).figures) == 200


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00" * 500,
        codecs.BOM_UTF16_LE,
        b"<html>",
        b"<!-- only -->",
        b"%PDF-1.7 \xff",
        b"<?xml version='1.0' encoding='gb2312'?><html><p>\xc4\xea</p></html>",
        b"<meta charset=undefined><p>\xb0\xa1\xb0\xa1",
        b"<div>" * 20000,
        b"<table><tr><td>" * 3000,
        b"<td></td></tr></table>",
    ],
    ids=range(11),
)
def test_odd_payloads(payload: bytes) -> None:
    reading = read(payload, url="http://[::1")
    assert not reading.is_report
    assert len(reading.content_sha256) == 64


@GENTLE
@given(st.binary(max_size=2000))
def test_no_bytes_crash_it(payload: bytes) -> None:
    assert isinstance(read(payload), Reading)


@GENTLE
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=25)
)
def test_no_broken_page_crashes_it(pieces: list[bytes]) -> None:
    assert isinstance(read(b"".join(pieces), url=URL), Reading)


@GENTLE
@given(st.text(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_no_text_or_hint_crashes_it(text: str, hint: str, url: str) -> None:
    hints = Hints(list_title=hint, list_date=hint, content_type=hint)
    assert isinstance(
        read(text.encode("utf-8", "replace"), url=url, hints=hints), Reading
    )


@GENTLE
@given(st.integers(0, len(PAGE)), st.integers(0, 400))
def test_no_hole_in_a_page_crashes_it(start: int, length: int) -> None:
    assert isinstance(read((PAGE[:start] + PAGE[start + length :]).encode()), Reading)
