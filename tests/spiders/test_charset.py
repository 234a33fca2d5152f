"""Lists whose bytes are in another charset than their header or meta tag says."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for

TITLE = "青石县柳河镇2021年政府信息公开工作年度报告"
ROWS = f'<ul><li><a href="1.html" title="{TITLE}">{TITLE}</a></li></ul>'


@pytest.mark.parametrize("header", ["", "utf-8", "gb2312", "GBK", "iso-8859-1"])
@pytest.mark.parametrize("meta", ["", "utf-8", "gb2312", "gbk", "gb18030", "unknown-8"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("fault", [b"", b"\xc3"], ids=["whole", "one fault"])
def test_a_list_in_any_charset(
    header: str, meta: str, charset: str, fault: bytes
) -> None:
    html = f'<html><head><meta charset="{meta}"></head><body>{ROWS}</body></html>'
    body = html.encode(charset).replace(b"</body>", b"<p>" + fault + b"</p></body>")
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
