"""The addresses of links, as browsers read them."""

from __future__ import annotations

import pytest

from nianbao.spiders.links import repair_address
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.platforms import reader_for

BASE = "http://www.example.gov.cn/nb/index.html"


def page(body: str, charset: str = "utf-8") -> ListPage:
    content_type = f"text/html; charset={charset}"
    return ListPage.from_bytes(BASE, body.encode(charset), content_type=content_type)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("\\nb\\202301\\1.html", "/nb/202301/1.html"),
        (".\\202301\\1.html", "/nb/202301/1.html"),
        ("http:\\\\www.example.gov.cn\\a\\1.html", "/a/1.html"),
        ("http:///www.example.gov.cn/a/1.html", "/a/1.html"),
        (" \u3000/a/\n\t1.html\u200b", "/a/1.html"),
        ("../../../a/1.html", "/a/1.html"),
        ("/a.jsp?file=c:\\1.doc#b\\c", "/a.jsp?file=c:\\1.doc#b\\c"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(address: str, path: str) -> None:
    assert page("").urljoin(address) == f"http://www.example.gov.cn{path}"


def test_an_address_that_names_where_it_leads_is_that() -> None:
    target = "http://zfxxgk.example.gov.cn/nb/1.html?a=1"
    way_out = "/jsearchfront/visit/link.do?url=http%3A%2F%2Fzfxxgk.example.gov.cn%2Fnb%2F1.html%3Fa%3D1&q=x"
    assert page("").urljoin(way_out) == target
    for other in (
        "/visit/link.do?url=/nb/",
        "/visit/link.do",
        "/link.do?url=http://h/",
    ):
        assert page("").urljoin(other) == f"http://www.example.gov.cn{other}"


@pytest.mark.parametrize(
    "address", ["{{pcUrl}}", "/nb/${id}.html", "<%= url %>", "{{a}}/b"]
)
def test_an_address_that_a_script_fills_in_leads_nowhere(address: str) -> None:
    assert page("").urljoin(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1/a",
        "http://h:b:c/",
        "http://h:99999999/",
        "javascript:void(0)",
        "mailto:a@b.cn",
        "C:\\报告\\1.doc",
        "file:///C:/1.doc",
    ],
)
def test_an_address_that_leads_to_no_web_page(address: str) -> None:
    assert page("").urljoin(address) == ""


def test_a_script_is_not_repaired() -> None:
    assert repair_address("javascript:open('a\\b')") == "javascript:open('a\\b')"


def test_a_query_is_sent_in_the_charset_of_its_page() -> None:
    assert page("", "gbk").urljoin("/年?t=年").endswith("/%E5%B9%B4?t=%C4%EA")


def test_a_base_that_cannot_be_read_is_none() -> None:
    broken = page('<base href="http://[x/"><a href="1.html">a</a>')
    assert broken.urljoin("1.html") == "http://www.example.gov.cn/nb/1.html"


def test_links_that_cannot_be_read_hide_no_list_below() -> None:
    tree = page('<a href="http://[::1/">坏</a><a href="2021/">2021</a>')
    branches = reader_for("generic", {"tree": "below"}).read_branches(tree)
    assert [branch.url for branch in branches] == ["2021/"]
