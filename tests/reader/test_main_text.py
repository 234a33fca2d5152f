"""Pages on which no known container stands: menus, related links and footers are told from the
report.
"""

from __future__ import annotations

from collections.abc import Callable

import lxml.html
import pytest

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.document.dense_text import find_dense_text
from tests.reader import pages

AROUND = (
    "信访投诉",
    "领导之窗",
    "柳河镇召开春耕会议",
    "乡镇信息公开目录",
    "主办单位",
    "网站标识码",
)


def plain(content: str) -> str:
    """A page of no known family: its classes say nothing."""
    return (
        pages.trs(content, meta="")
        .replace('class="article"', 'class="m1"')
        .replace('class="TRS_Editor"', "")
    )


def laid_out(content: str) -> str:
    """A page of old make, in tables: a menu, the article in one cell, related links."""
    menu = "".join(
        f'<tr><td><a href="/{n}/">{name}</a></td></tr>'
        for n, name in enumerate(AROUND[:2])
    )
    beside = "".join(
        f'<tr><td><a href="/n{n}.htm">{name}</a></td></tr>'
        for n, name in enumerate(AROUND[2:4])
    )
    return (
        f"<html><head><title>{pages.TITLE}</title><style>td{{color:red}}</style></head><body>"
        f"<table><tr><td><table>{menu}</table></td><td><table><tr><td><font><b>{pages.TITLE}</b></font></td></tr>"
        f"<tr><td>{content}</td></tr></table><!-- related --></td><td><table>{beside}</table></td></tr></table>"
        "<div>主办单位：青石县人民政府办公室 网站标识码：4109990001</div><script>var a = '信访投诉';</script>"
        "</body></html>"
    )


@pytest.mark.parametrize("page", [plain, laid_out])
def test_the_report_and_nothing_around_it(page: Callable[[str], str]) -> None:
    reading = read(page(pages.body()).encode())
    first, *_, last = reading.text.split("\n")
    assert first == pages.PREAMBLE
    assert last == pages.PROSE[-1]
    assert not [words for words in AROUND if words in reading.text]
    assert reading.is_report
    assert reading.figures == read(pages.trs(pages.body()).encode()).figures


def test_a_table_at_the_end_belongs_to_the_report() -> None:
    content = (
        pages.body()
        + "<p>附表</p>"
        + pages.html_table(pages.row(*map(pages.cell, ("收费（万元）", "35.2160"))))
    )
    assert read(plain(content).encode()).text.endswith("收费（万元）\t35.2160")


def split_at(content: str, count: int) -> str:
    """The content in two elements: its first parts, and the others."""
    parts = [
        lxml.html.tostring(part, encoding="unicode")
        for part in lxml.html.fragments_fromstring(content)
    ]
    first, second = "".join(parts[:count]), "".join(parts[count:])
    return f"<div>{first}</div><div>{second}</div>"


@pytest.mark.parametrize("page", [plain, laid_out])
def test_a_report_in_two_elements_is_read_whole(page: Callable[[str], str]) -> None:
    content = pages.body()
    part_count = len(lxml.html.fragments_fromstring(content))
    whole = read(page(content).encode())
    for count in range(1, part_count):
        reading = read(page(split_at(content, count)).encode())
        assert reading.text == whole.text, f"split behind part {count}"
        assert reading.figures == whole.figures


def find_text(page: str) -> str | None:
    texts = find_dense_text(lxml.html.document_fromstring(page))
    return None if texts is None else "".join(texts)


def test_sentences_tell_the_main_text_without_trafilatura() -> None:
    text = find_text(plain(pages.body()))
    assert text is not None
    assert pages.PREAMBLE in text
    assert pages.PROSE[-1] in text
    assert not [words for words in AROUND if words in text]


def test_sentences_tell_nothing_among_links_or_where_there_are_few() -> None:
    content = pages.body()
    links = "".join(f'<p><a href="/{n}.htm">{pages.PREAMBLE}</a></p>' for n in range(9))
    assert find_text(f"<div>{content}{links}</div>") is None
    assert find_text(f"<div>{pages.PROSE[0]}</div>") is None
    halves = f"<div>{content}</div>" * 2
    assert find_text(f"<html><body>{halves}</body></html>") is None
