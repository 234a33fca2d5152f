"""Signs of a platform on a page, and how far they convince."""

from __future__ import annotations

import pytest

from nianbao.spiders.discovery.platform_signs import find_signs, judge_signs

HOST = "http://www.example.gov.cn"


@pytest.mark.parametrize(
    ("platform", "path", "body"),
    [
        (
            "trs",
            "/zfxxgknb/",
            '<a href="./202101/t20210120_12.shtml">a</a><script>createPageHTML(2, 0, "index", "shtml")',
        ),
        (
            "hanweb",
            "/col/col1/index.html",
            "<datastore><recordset></recordset></datastore>",
        ),
        (
            "xxgk",
            "/module/xxgk/tree.jsp",
            "<a href='xxgkAnnualReport.jsp?area=A'>a</a><a href='/col/col1/index.html'>b</a>",
        ),
        (
            "jpaas",
            "/col/col1/index.html",
            "<div url='/api-gateway/jpaas-publish-server/front' queryData=\"{}\"></div>",
        ),
        ("gkmlpt", "/gkmlpt/index", "<script>window._CONFIG = {}</script>"),
        ("ucap", "/a/c1/list.shtml", f'<meta name="channelid" content="{"0a" * 16}">'),
        ("lonsun", "/public/column/6596", "labelName: 'x'"),
        (
            "vsb",
            "/xxgknb.htm",
            '<a href="info/1308/19381.htm">a</a><div class="v_news_content"></div>',
        ),
        ("epoint", "/dynamic/zwgk/govInfoPub.html", "'/EWB-FRONT/rest/x'"),
        ("webforms", "/list.aspx", '<input name="__VIEWSTATE" value="">'),
        ("generic", "/nb/list.php", "<ul></ul>"),
    ],
)
def test_signs(platform: str, path: str, body: str) -> None:
    found, confidence = judge_signs(find_signs(f"{HOST}{path}", body))
    assert found == platform
    assert confidence >= 0.6 or platform == "generic"


def test_signs_add_up_and_one_sign_counts_once() -> None:
    signs = find_signs(f"{HOST}/list.aspx", '<input name="__VIEWSTATE">')
    assert judge_signs(signs) == judge_signs(signs * 2) == ("webforms", 0.895)


def test_what_is_in_comments_or_on_other_hosts_is_no_sign() -> None:
    texts = [
        '<!-- <script>createPageHTML(2, 0, "index", "html")</script> -->',
        '<script>\n // createPageHTML(2, 0, "index", "html")\n</script>',
        '<script>/* createPageHTML(2, 0, "index", "html") */</script>',
        '<a href="http://www.other.gov.cn/gkmlpt/index">市政府信息公开目录</a>',
    ]
    for text in texts:
        assert find_signs("http://www.example.gov.cn/nb/", text) == []
    own = '<a href="http://zwgk.example.gov.cn/gkmlpt/index">信息公开目录</a>'
    assert find_signs("http://www.example.gov.cn/nb/", own)


@pytest.mark.parametrize(
    "text",
    [
        '<!-- 列表开始 --><ul><li><a href="./202101/t20210120_12.html">a</a></li></ul><!-- 列表结束 -->',
        '<input accept="image/*"><a href="./202101/t20210120_12.html">a</a><input accept="*/*">',
        '<script src="/a.js"></script> // <a href="./202101/t20210120_12.html">a</a>',
        '<script>var a = "/* "; </script><a href="/202101/t20210120_12.html">a</a><style>*/</style>',
        '<!--[if IE]><p>旧</p><![endif]--><a href="/202101/t20210120_12.html">a</a><!-- 完 -->',
    ],
)
def test_what_stands_between_comments_is_on_the_page(text: str) -> None:
    assert judge_signs(find_signs(f"{HOST}/nb/", text)) == ("trs", 0.7)


def test_pasted_text_brings_no_platform() -> None:
    """Editors of TRS leave their class in what is pasted from them."""
    text = '<div class="article"><div class="TRS_Editor"><p>转载</p></div></div>'
    assert judge_signs(find_signs(f"{HOST}/a/1.html", text)) == ("generic", 0.0)
    own = f'{text}<div class="v_news_content"></div>'
    assert judge_signs(find_signs(f"{HOST}/a/1.html", own)) == ("vsb", 0.6)


def test_a_platform_with_the_addresses_of_another() -> None:
    text = '<link href="commonfiles/jpage/css/jpage.css"><a href="/col/col42150/index.html">'
    platform, _ = judge_signs(find_signs(f"{HOST}/nb/", text))
    assert platform == "querylist"
