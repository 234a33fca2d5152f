"""Lists whose bytes are in another charset than their header or meta tag says."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from nianbao.archive.charsets import decode_text
from nianbao.spiders.lists import charset
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.reports.content import PageContent

TITLE = "青石县柳河镇2021年政府信息公开工作年度报告"
ROWS = f'<ul><li><a href="1.html" title="{TITLE}">{TITLE}</a></li></ul>'


@pytest.mark.parametrize("header", ["", "utf-8", "gb2312", "GBK", "iso-8859-1"])
@pytest.mark.parametrize("meta", ["", "utf-8", "gb2312", "gbk", "gb18030", "unknown-8"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("fault", [b"", b"\xc3"], ids=["whole", "one fault"])
def test_a_list_in_any_charset(
    header: str, meta: str, encoding: str, fault: bytes
) -> None:
    html = f'<html><head><meta charset="{meta}"></head><body>{ROWS}</body></html>'
    body = html.encode(encoding).replace(b"</body>", b"<p>" + fault + b"</p></body>")
    content_type = f"text/html; charset={header}" if header else "text/html"
    page = ListPage.from_bytes(
        "http://www.example.gov.cn/nb/", body, content_type=content_type
    )
    rows = read_page_rows(reader_for("generic"), page)
    assert [row.title for row in rows.titled.values()] == [TITLE]


def test_a_charset_that_fits_stays() -> None:
    body = '<meta charset="big5"><p>政府資訊公開年報</p>'.encode("big5")
    page = ListPage.from_bytes("http://www.example.gov.cn/", body)
    assert "政府資訊公開年報" in page.text


def test_a_report_page_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is looked at of it, also under a header that says something else."""
    decoded = []

    def decode(body: bytes, content_type: str) -> tuple[str, str]:
        decoded.append(content_type)
        return decode_text(body, content_type)

    monkeypatch.setattr(charset, "decode_text", decode)
    body = "<title>年度报告</title><p>政府信息公开</p><a href=1.pdf>年报</a>".encode(
        "gbk"
    )
    header = {"Content-Type": "text/html; charset=utf-8"}
    response = HtmlResponse(
        "http://www.example.gov.cn/1.html", headers=header, body=body
    )
    content = PageContent(response)
    assert content.titles == {"年度报告"}
    assert content.own_text.startswith("年度报告政府信息公开")
    assert content.page.without_comments is content.page.parsed
    assert len(decoded) == 1
