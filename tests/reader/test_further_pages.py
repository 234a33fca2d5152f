"""A report in several pages is one reading, whatever pager its pages have and where it is cut."""

from __future__ import annotations

from typing import Any

import pytest

from nianbao.archive.records import Hints
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.document import parse
from tests.reader.report_parts import load_text, put_into_shell, show_inline, split_text

PAGERS = {
    "numbers": '<div class="page"><span>1</span><a href="1_2.html">2</a><a href="1_2.html">下一页</a></div>',
    "words": "<p><a>首页</a> <a>上一页</a> <a href='1_2.html'>下一页</a> <a>尾页</a> 共3页</p>",
    "list": "<ul><li><a>1</a></li><li><a href='1_2.html'>2</a></li><li><a href='1_2.html'>下一页</a></li></ul>",
    "rest": "<p><a href='1_2.html'>余下全文</a></p>",
    "script": '<script>createPageHTML(3, 0, "1", "html")</script>',
}
CONTAINERS = {
    "known": '<div class="TRS_Editor">{}</div>',
    "wide": '<div class="content">{}</div>',
    "none": '<div class="pson">{}</div>',
}


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("count", [2, 3, 7])
def test_pages_are_read_as_the_whole(pager: str, container: str, count: int) -> None:
    text = load_text()
    shape = CONTAINERS[container]
    whole = read(put_into_shell(shape.format(text)).encode())
    pages = []
    for part in split_text(text, count):
        content = shape.format(part + PAGERS[pager])
        pages.append(put_into_shell(content).encode())
    reading = read(pages[0], further_pages=pages[1:], hints=Hints(further_pages=("",)))
    assert len(pages) > 1
    assert len(reading.figures) == 200
    assert reading.figures == whole.figures
    assert reading.text == whole.text
    assert reading.content_sha256 == whole.content_sha256
    assert (reading.signed_on, reading.published_on) == ("2025-01-17", "2025-01-20")


@pytest.mark.parametrize("count", [2, 3, 5, 9])
def test_a_table_cut_in_two_is_read_whole(count: int) -> None:
    text = load_text()
    whole = read(show_inline(text).encode())
    parts = split_text(text, count, in_tables=True)
    pages = [show_inline(part + PAGERS["numbers"]).encode() for part in parts]
    reading = read(pages[0], further_pages=pages[1:])
    known = {(cell.table, cell.row, cell.column): cell.value for cell in whole.figures}
    for cell in reading.figures:
        assert cell.value in (None, known[cell.table, cell.row, cell.column])
    assert len(reading.figures) == 200


def test_what_is_found_on_further_pages_is_told() -> None:
    """A further page of which attributes or styles were left out says so, as a first one does."""
    parts = split_text(load_text(), 3)
    attributes = " ".join(f"a{number}" for number in range(5100))
    rules = ".a{display:none}" * 4001
    parts[1] += f"<p {attributes}></p><style>{rules}</style><p class=a>1</p>"
    parts[2] += f"<p {attributes}></p>"
    pages = [show_inline(part).encode() for part in parts]
    reading = read(pages[0], further_pages=pages[1:])
    told = [finding.rule for finding in reading.findings]
    assert told.count("attributes.cut") == 1
    assert told.count("styles.cut") == 1


def test_a_part_of_a_further_page_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = [show_inline(part).encode() for part in split_text(load_text(), 2)]
    extract_grids = parse.extract_grids
    calls = []

    def fail_on_the_second(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise ValueError("the second page")
        return extract_grids(*arguments)

    monkeypatch.setattr(parse, "extract_grids", fail_on_the_second)
    reading = read(pages[0], further_pages=pages[1:])
    assert "the second page" in " ".join(
        finding.message for finding in reading.findings
    )
