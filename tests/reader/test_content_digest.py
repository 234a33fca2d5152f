"""The content digest: blind to the page, awake to the document."""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader import read
from tests.reader import pages

SIGNED = "<p>青石县柳河镇人民政府</p><p>2023年1月10日</p>"
BODY = pages.body(signed=SIGNED)
DIGEST = read(pages.trs(BODY).encode()).content_sha256


def digest(page: str, charset: str = "utf-8") -> str:
    return read(page.encode(charset)).content_sha256


def test_counters_stamps_clocks_and_links() -> None:
    assert digest(pages.trs(BODY, visits=3)) == DIGEST
    assert (
        digest(pages.trs(BODY).replace("扫一扫在手机打开当前页", "分享到：微信 微博"))
        == DIGEST
    )
    assert (
        digest(pages.trs(BODY, label="发布时间：2024-02-02", meta="2024-02-02 08:00"))
        == DIGEST
    )


def test_markup_and_styles() -> None:
    other = BODY.replace(
        "<p>", '<p style="text-indent:2em" class="MsoNormal">'
    ).replace("<span>", "<span lang=EN-US><font>")
    assert digest(pages.trs(other.replace("</span>", "</font></span>"))) == DIGEST
    assert (
        digest(pages.trs(BODY.replace("</p><p>", "<br/>").replace("，", "，\n ")))
        == DIGEST
    )


def test_charset_and_template() -> None:
    assert digest(pages.vsb(BODY), "gbk") == DIGEST
    assert digest(pages.vsb(BODY), "utf-8") == DIGEST
    assert digest(pages.old(BODY), "gb18030") == DIGEST
    assert digest(pages.trs(BODY), "utf-16") == DIGEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("四百余条", "五百余条"),
        ("2023年1月10日", "2023年1月11日"),
        ("<span>25</span>", "<span>26</span>"),
        (
            "<span>12</span></p></td><td><p><span>0",
            "<span>1</span></p></td><td><p><span>20",
        ),
        ("本年度没有收取", "本年度收取"),
    ],
)
def test_a_change_of_the_document(old: str, new: str) -> None:
    changed = BODY.replace(old, new, 1)
    if changed == BODY:
        changed = BODY.replace(
            "<span>3</span></p></td><td><p><span>1</span>",
            "<span>31</span></p></td><td><p><span></span>",
            1,
        )
    assert changed != BODY
    assert digest(pages.trs(changed)) != DIGEST


def test_a_change_of_the_title() -> None:
    assert digest(pages.trs(BODY, title=pages.TITLE.replace("2022", "2023"))) != DIGEST


def test_the_text_has_no_chrome() -> None:
    text = read(pages.trs(BODY).encode()).text
    assert text.startswith("本报告由青石县柳河镇人民政府")
    assert text.endswith("2023年1月10日")
    for word in ("打印", "扫一扫", "首页", "浏览次数", "主办单位"):
        assert word not in text


MOBILE = """<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head><body>
<header class="m-head"><a href="/">首页</a> <a href="javascript:back()">返回</a></header>
<div class="m-title">{title}</div><div class="m-info">时间：2023-01-18&nbsp;来源：柳河镇&nbsp;字体：大 中 小</div>
<div {container}>{content}</div>
<p>【打印】【关闭】</p>
<p>上一篇：2021年报</p><p>阅读：{visits}次</p>
<footer>青石县人民政府办公室主办</footer></body></html>"""


@pytest.mark.parametrize(
    "container",
    [
        'class="article-content"',
        'id="zoom"',
        'class="content"',
        'id="UCAP-CONTENT"',
        'class="wap_con"',
        "",
    ],
)
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_the_mobile_form(container: str, generation: str) -> None:
    body = pages.body(generation, signed=SIGNED)
    desktop = digest(pages.trs(body))
    for visits in (3, 4711):
        mobile = MOBILE.format(
            title=pages.TITLE, container=container, content=body, visits=visits
        )
        assert digest(mobile) == desktop
