"""Cleaning archived pages: whatever is in them, what comes out holds nothing that runs, fetches
or leads away.
"""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from nianbao.archive.browse import replay

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HOSTILE = [
    "<script>window.hostile=1</script>",
    "<SCRIPT SRC=http://e.example/x.js></SCRIPT>",
    "<img src=x onerror=window.hostile=1>",
    "<img src=http://e.example/x.png>",
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<img srcset="http://e.example/a 1x">',
    '<a href="javascript:window.hostile=1" target=_top>a</a>',
    '<a href="http://e.example/" target=_top ping="http://e.example/p">a</a>',
    '<a href="data:text/html,<script>1</script>">a</a>',
    '<map name=m><area href="http://e.example/" shape=default></map><img usemap=#m>',
    "<svg onload=window.hostile=1><script>1</script><a xlink:href='http://e.example/'><text>t</text></a></svg>",
    "<svg><style>@import url(http://e.example/)</style><image href=http://e.example/x /></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hostile=1></style>",
    "<style>@import 'http://e.example/x.css'; body{background:url(http://e.example/b)}</style>",
    "<p style=\"background:url('http://e.example/b');position:fixed;top:0\">p</p>",
    '<p style="width:expression(alert(1));behavior:url(x)">p</p>',
    "<link rel=stylesheet href=http://e.example/x.css><link rel=prefetch href=http://e.example/y>",
    "<meta http-equiv=refresh content='0;url=http://e.example/'><base href=http://e.example/ target=_top>",
    "<form action=http://e.example/ id=f><input name=a><button formaction=http://e.example/>b</button></form>",
    "<iframe src=http://e.example/></iframe><iframe srcdoc='<script>1</script>'></iframe><frameset onload=x()>",
    "<object data=http://e.example/x.swf></object><embed src=http://e.example/x><applet code=x></applet>",
    "<video poster=http://e.example/p src=http://e.example/v autoplay></video><audio src=http://e.example/a></audio>",
    "<body background=http://e.example/b onload=window.hostile=1>",
    "<table background=http://e.example/b><td background=http://e.example/c>x",
    '<noscript><p title="</noscript><img src=x onerror=window.hostile=1>"></noscript>',
    "<template><script>1</script></template><textarea></textarea><script>1</script>",
    "<details open ontoggle=window.hostile=1><summary>s</summary></details><marquee onstart=x()>m</marquee>",
    "<input autofocus onfocus=window.hostile=1><select onfocus=x() autofocus><option>o</select>",
    "<!--[if IE]><script>1</script><![endif]--><![CDATA[<script>1</script>]]><?php echo 1 ?>",
    "<div id=x><style></div><img src=x onerror=window.hostile=1></style>",
    "<xmp><img src=x onerror=window.hostile=1></xmp><plaintext><script>1</script>",
]
ALLOWED = {
    name
    for names in replay.load_allowed()["attributes"].values()
    for name in names.split()
}


def harmless(cleaned: str) -> None:
    """Check every element and attribute of what came out."""
    tree = lxml_html.fragment_fromstring(cleaned, create_parent="main")
    for element in tree.iterdescendants():
        assert element.tag in replay.load_allowed()["elements"].split(), cleaned
        for name, value in element.attrib.items():
            assert name in ALLOWED, cleaned
            if name == "src":
                assert value.startswith("data:image/"), cleaned
                assert "svg" not in value, cleaned
            if name == "style":
                assert (
                    "url(" not in value.replace("&quot;", '"').split('"')[0].lower()
                ), cleaned
                assert "position" not in value, cleaned


@pytest.mark.parametrize("snippet", HOSTILE)
def test_a_hostile_page_comes_out_harmless(snippet: str) -> None:
    harmless(
        replay.clean_html(f"<html><body><p>前</p>{snippet}<p>后</p></body></html>")
    )
    harmless(replay.clean_html(snippet))


@given(
    st.lists(
        st.sampled_from(
            [
                *HOSTILE,
                "<p>",
                "</p>",
                "<table>",
                "<td>",
                "</",
                "<!--",
                "'",
                '"',
                ">",
                "字",
            ]
        ),
        max_size=8,
    )
)
@settings(deadline=None)
def test_any_mixture_comes_out_harmless(parts: list[str]) -> None:
    harmless(replay.clean_html("".join(parts)))


@given(st.text(alphabet="<>/='\" \0abcsvgontyle:;(){}!-&#x;字", max_size=60))
@settings(deadline=None)
def test_any_text_comes_out_harmless(text: str) -> None:
    harmless(replay.clean_html(text))


def test_what_is_worth_seeing_stays() -> None:
    page = (
        '<table border=1 width="90%"><tr><td colspan=2 style="text-align:center;color:#b22222">合计</td></tr></table>'
        f'<p align=center><font color=red size=4>标题</font></p><img src="{PIXEL}" alt="章"><a href="/x.html">附件</a>'
    )
    cleaned = replay.clean_html(page)
    for kept in (
        'colspan="2"',
        "text-align:center",
        "#b22222",
        'color="red"',
        PIXEL,
        'alt="章"',
    ):
        assert kept in cleaned
    assert '<a title="/x.html">附件</a>' in cleaned


@pytest.mark.parametrize("page", ["<html><body>{}</body></html>", "{}", "{}<textarea>"])
def test_images_stand_where_the_page_has_them_and_others_below(page: str) -> None:
    """Of a page and its further ones; an image that a browser does not show has no source."""
    images = {
        "b.png": b"\x89PNG b",
        "http://a/b.png": b"\xff\xd8\xff c",
        "http://a/c.bmp": b"BM d",
        "http://a/d.tif": b"II*\0 e",
    }
    written = "<p>1</p><img data-src=' b.png ' src=http://a/c.bmp><p>2</p>"
    cleaned = replay.clean_html(page.format(written), images)
    pieces = re.findall(r"<p>\d|data:image/(?:\w+);base64,[\w+/=]+", cleaned)
    sources = [
        f"data:image/{kind};base64,{b64encode(content).decode()}"
        for kind, content in zip(("png", "jpeg", "bmp"), images.values(), strict=False)
    ]
    assert pieces == ["<p>1", sources[0], "<p>2", *sources[1:]]
    harmless(cleaned)
    shown = [replay.is_shown_image(content) for content in images.values()]
    assert shown == [True, True, True, False]


def test_the_charset_is_that_of_the_reader() -> None:
    payload = '<html><meta charset="utf-8"><p>西霞县财政局</p></html>'.encode("gb18030")
    assert "<p>西霞县财政局</p>" in replay.build_page(payload, "gb18030")
    assert "�" in replay.build_page(payload, "no-such-charset")
    assert '<meta charset="utf-8">' in replay.build_page(payload, None)


@pytest.mark.parametrize(
    ("payload", "is_page"),
    [
        (b"<!DOCTYPE html><html></html>", True),
        (b"\xef\xbb\xbf\r\n<HTML>", True),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", True),
        (b"<!-- ok --><html>", True),
        ("<div>片段</div>".encode("gb18030"), True),
        (b"%PDF-1.7 <html>", False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", False),
        (b"PK\x03\x04 docx", False),
        (b'{"title": "x", "content": "<html>"}', False),
        (b"", False),
    ],
)
def test_a_page_is_told_from_a_file(payload: bytes, is_page: bool) -> None:
    assert replay.is_html(payload) is is_page
