"""A list that stands in a comment which is all that its element holds is a list of the page."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.commented_lists import show_commented_lists
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.printed_totals import read_printed_totals
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from tests.growth import LINEAR, measure_growth

URL = "http://www.example.gov.cn/nb/list.shtml"
ROWS = "".join(
    f'<li><a href="/nb/{year}.shtml">某县{year}年政府信息公开年报</a><b>{year + 1}-01-20</b></li>'
    for year in (2022, 2023, 2024)
)
PAGER = "<script>createPageHTML('page_div',4,1,'list','shtml',60);</script>"


def read(body: str, platform: str = "generic") -> tuple[int, list[str], int | None]:
    """Return how many rows a page has, its next pages, and the total that it prints."""
    page = ListPage.from_bytes(URL, f"<html><body>{body}</body></html>".encode())
    reader = reader_for(platform)
    rows = read_page_rows(reader, page)
    return (
        len(rows.titled),
        [str(next_page) for next_page in reader.read_next_pages(page)],
        read_printed_totals(page).rows,
    )


@pytest.mark.parametrize(
    "place",
    [
        "<ul><!--{}--></ul>",
        '<ul class="list" id="page_list">\n  <!-- \n{}\n -->\n </ul>',
        "<table><tbody><!--<tr><td>{}</td></tr>--></tbody></table>",
        '<DIV class="zfxxgk_zdgkc"><!--<ul>{}</ul>--></DIV>',
    ],
)
def test_all_that_an_element_holds(place: str) -> None:
    body = '<a href="/">首页</a>' + place.replace("{}", ROWS + PAGER)
    assert read(f"{body}<div id='page_div'></div>") == (3, ["list_2.shtml"], 60)


@pytest.mark.parametrize(
    "place",
    [
        "<ul><!--{}--><li>暂无</li></ul>",
        "<p>2024-01-01 起停用</p><!--{}-->",
        "<!--<ul>{}</ul>-->",
        "<ul><!--{}--></div>",
        "<ul><!--{}",
    ],
)
def test_what_was_taken_off_the_page(place: str) -> None:
    body = place.replace("{}", ROWS + PAGER)
    assert read(f'<a href="/">首页</a>{body}') == (0, [], None)


def test_a_page_with_rows_of_its_own() -> None:
    """What else stands in a comment there are rows of an earlier day."""
    own = ROWS.replace("/nb/", "/xx/")
    rows, next_pages, total = read(f"<ol>{own}</ol><ul><!--{ROWS + PAGER}--></ul>")
    assert (rows, next_pages, total) == (3, [], None)


def test_menus_without_dates_stay_comments() -> None:
    text = '<ul><!--<li><a href="/a/">旧栏目</a></li><li><a href="/b/">年报</a></li>--></ul>'
    assert show_commented_lists(text) is text


@pytest.mark.parametrize(
    "shape",
    [
        f"<ul><!--{ROWS}--></ul>",
        "<ul><!--",
        "<!-- -->",
        "<ul " + "<!---->",
        "<ul>" + " " * 50 + "<!--2024-01-20",
    ],
)
def test_reading_grows_with_the_page(shape: str) -> None:
    growth = measure_growth(
        lambda text: show_commented_lists(text), lambda n: shape * n, 2_000
    )
    assert growth < LINEAR
