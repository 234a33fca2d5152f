"""On a telephone, 390 points wide: names stand in lines that can be read, facets above the hits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browse.browser_pages import watching

PHONE = "phone"
LEAST_CHARACTERS = 5  # of a name in a line, but for the last one
# Return the names in the rows of tables, each with how many lines it takes.
NAMES = """
[...document.querySelectorAll('tbody th[scope=row], table:not(.strip) tbody td:not(.num)')]
  .map(cell => {
    const link = cell.querySelector('a') || cell;
    const tops = new Set();
    const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (!texts.currentNode.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      for (const box of range.getClientRects()) tops.add(Math.round(box.top));
    }
    return [link.textContent.trim(), tops.size];
  }).filter(([text]) => text.length > 4)
"""


@pytest.fixture(scope="module")
def phone(chromium: Browser, sample_base: str) -> Iterator[Page]:
    """A page of a telephone."""
    with watching(chromium, sample_base, PHONE) as (page, _):
        yield page


@pytest.mark.parametrize(
    "address", ["/sites", "/region/样例省北原市", "/region/样例省北原市西霞县"]
)
def test_names_are_not_broken_a_character_a_line(phone: Page, address: str) -> None:
    phone.goto(address)
    names = phone.evaluate(NAMES)
    assert len(names) >= 2
    for text, lines in names:
        assert lines <= -(-len(text) // LEAST_CHARACTERS), (text, lines)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_facets_stand_above_the_hits_and_leave_room_for_them(phone: Page) -> None:
    phone.goto("/search?q=公开")
    facets = phone.locator(".facets").bounding_box()
    first_hit = phone.locator(".hits li").first.bounding_box()
    assert facets is not None
    assert first_hit is not None
    assert facets["y"] + facets["height"] <= first_hit["y"]
    assert first_hit["y"] < 844
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_is_not_as_high_as_what_stands_off_the_screen(phone: Page) -> None:
    phone.goto("/sites")
    heights = phone.evaluate(
        "[...document.querySelectorAll('tbody tr')].map(row => row.offsetHeight)"
    )
    assert max(heights) < 250
