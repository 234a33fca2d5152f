"""The lists of a tree that a list page leads to."""

from __future__ import annotations

from nianbao.spiders.lists.branches import find_branches
from nianbao.spiders.lists.page import ListPage

HOST = "http://www.example.gov.cn"


def page(body: str, path: str = "/") -> ListPage:
    content_type = "text/html; charset=utf-8"
    return ListPage.from_bytes(
        f"{HOST}{path}", body.encode(), content_type=content_type
    )


def test_branches() -> None:
    tree = page(
        '<a href="2021/">2021年</a><a href="/nb/bm/">部门</a><a href="/other/2020/">2020</a><a href="/x/">甲</a>'
        '<a href="/nb/2021/1.html">某县2020年年报</a><a href="http://elsewhere.gov.cn/nb/2019/">2019</a>',
        "/nb/",
    )
    assert [branch.url for branch in find_branches(tree)] == [
        "2021/",
        "/nb/bm/",
        "/other/2020/",
    ]
    assert [branch.url for branch in find_branches(tree, years_only=True)] == [
        "2021/",
        "/other/2020/",
    ]
