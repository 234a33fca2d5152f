"""The archived page beside the reading: each cell at its place or at none, marked in both panes
when it is touched, and nothing of the page runs or leads away.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser, Locator, expect

from nianbao.archive import Archive
from nianbao.archive.browse import replay
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.beside.marked_page import mark_page
from nianbao.archive.browse.pages.document import find_document_page
from nianbao.archive.read_model.payloads import find_payload, read_payload
from nianbao.archive.records import Figure
from tests.browse.browser_pages import watching
from tests.browse.test_replay import HOSTILE, harmless
from tests.browse.test_tables import one

TO = Addresses("/")
XIXIA, FINANCE = "样例省北原市西霞县", "西霞县财政局"
MARKED = "rgb(255, 224, 138)"
OURS = re.compile(r' (?:id="o\d+"|class="c\d+"|href="#r\d+")')


def squeeze(text: str) -> str:
    return "".join(text.split())


def test_a_cell_has_the_place_of_its_row_and_says_the_same(sample_path: Path) -> None:
    """Over the sample province: of every form most cells are found, and none at a place that
    says something else, or behind another label.
    """
    found: Counter[str | None] = Counter()
    cells: Counter[str | None] = Counter()
    with Archive(sample_path) as archive:
        urls = archive.db.execute("SELECT url FROM documents ORDER BY url").fetchall()
        for (url,) in urls[::6]:
            data = find_document_page(archive.db, url, None)
            assert data is not None
            shown = data.shown
            payload = read_payload(archive.db, shown.payload_sha256)
            facts = find_payload(archive.db, shown.payload_sha256)
            if not replay.is_html(payload):
                continue
            page = mark_page(payload, facts and facts.charset, shown.tables)
            tree = lxml_html.fromstring(page.html)
            harmless(OURS.sub("", page.html))
            for table in shown.tables:
                for row in table.rows:
                    for cell in row.cells:
                        if cell.anchor not in page.numbers:
                            continue
                        place = tree.get_element_by_id(f"o{page.numbers[cell.anchor]}")
                        assert cell.figure is not None
                        printed = squeeze(place.text_content())
                        assert printed == squeeze(cell.figure.text), url
            found[shown.form] += len(page.numbers)
            cells[shown.form] += len(shown.figures)
    for form in ("g2021", "g2019", "g2008_local"):
        assert found[form] > 0.85 * cells[form], (form, found, cells)


def print_rows(*rows: str) -> bytes:
    cells = ["<tr><td>" + row.replace("|", "</td><td>") + "</td></tr>" for row in rows]
    return f"<html><table>{''.join(cells)}</table></html>".encode()


PERMIT = Figure("g2021.art20_5", "admin_permit", "decisions_this_year", 3, "3")


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (print_rows("行政许可|3"), 1),
        (print_rows("信息内容|本年处理决定数量", "行政许可|3"), 1),
        (print_rows("行政许可|<p>3 </p>"), 1),
        (print_rows("行政许可|4"), 0),  # says something else
        (print_rows("行政处罚|3"), 0),  # another row
        (print_rows("行政许可|3", "行政许可|3"), 0),  # which of them?
        (print_rows("3|行政许可"), 0),  # not behind the label
        (b"<html><p>3</p></html>", 0),
        (b"<html></html>", 0),
    ],
)
def test_what_is_not_sure_has_no_place(page: bytes, count: int) -> None:
    assert len(mark_page(page, "utf-8", [one(PERMIT)]).numbers) == count


@pytest.mark.parametrize("snippet", HOSTILE)
def test_a_hostile_page_comes_out_harmless(snippet: str) -> None:
    page = (
        f"<html><table><tr><td>行政许可</td><td>3{snippet}</td></tr></table>{snippet}"
    )
    harmless(OURS.sub("", mark_page(page.encode(), "utf-8", [one(PERMIT)]).html))


def marked(cell: Locator) -> None:
    expect(cell).to_have_css("background-color", MARKED)


def stands_in_frame(cell: Locator) -> bool:
    """Tell whether a cell is where the frame shows it."""
    place = cell.evaluate("e => e.getBoundingClientRect().y / innerHeight")
    return 0 <= float(place) < 1


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_cell_that_is_touched_is_marked_in_both_panes(
    chromium: Browser, sample_base: str, screen: str
) -> None:
    with watching(chromium, sample_base, screen) as (page, seen):
        page.goto(TO.report(XIXIA, FINANCE, 2021))
        assert not any("/beside" in url for url in seen.sent)  # until it is opened
        page.get_by_text("原网页与识读对照").click()
        frame = page.frame_locator("details.both iframe")
        read = frame.locator(".reading td[id]").nth(8)
        number = (read.get_attribute("id") or "").removeprefix("r")
        printed = frame.locator(f"#o{number}")
        assert squeeze(printed.inner_text()) == squeeze(read.inner_text())
        expect(printed).not_to_have_css("background-color", MARKED)
        read.hover()
        marked(read)
        marked(printed)
        read.locator("a").click()
        marked(printed)
        assert stands_in_frame(printed)
        last = frame.locator(".original td[id]").last
        last.locator("a").click()
        other = frame.locator("#r" + (last.get_attribute("id") or "")[1:])
        marked(other)
        marked(last)
        assert stands_in_frame(other)
        assert page.url.endswith("/2021")


def test_what_is_no_page_says_so_and_a_wrong_address_too(
    chromium: Browser, sample_base: str
) -> None:
    with watching(chromium, sample_base) as (page, _):
        answer = page.goto(TO.beside("http://nowhere.example.org/"))
        assert answer is not None
        assert answer.status == 404
