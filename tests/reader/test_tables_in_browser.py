"""Where the cells of a table stand is what Chromium shows: 42 kinds of tables, seeded.

BROWSER_TABLES says how many; 1,000 by hand, few in CI.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from nianbao.pipelines.reader.document.parse import parse_page
from tests.browse.browser_pages import launched
from tests.reader.browser_tables import KINDS, SHEET, TableMaker

COUNT = int(os.environ.get("BROWSER_TABLES", "126"))
_RULER = 40  # columns
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
table{{border-spacing:0}} td,th{{padding:0;border:0;white-space:nowrap;font:10px/10px monospace}}
p{{margin:0}} tr{{height:40px}} .ruler td{{min-width:4px}}
{sheet}</style></head><body>{tables}</body></html>"""
_MEASURE = """() => [...document.querySelectorAll("table")].map(table => {
  const ruler = [...table.querySelectorAll(".ruler td")].map(td => td.getBoundingClientRect());
  const first = Math.min(...[...table.rows].filter(r => r.getClientRects().length)
    .map(r => r.getBoundingClientRect().top));
  const cells = {};
  for (const cell of table.querySelectorAll("td,th")) {
    if (!cell.getClientRects().length || cell.closest(".ruler")) continue;
    if (getComputedStyle(cell).visibility === "hidden") continue;
    if (getComputedStyle(cell).fontSize === "0px") continue;
    const box = cell.getBoundingClientRect();
    const start = ruler.findIndex(mark => Math.abs(mark.left - box.left) < 1);
    const end = ruler.findIndex(mark => Math.abs(mark.right - box.right) < 1);
    if (start >= 0) cells[cell.innerText.trim()] = [Math.round((box.top - first) / 40), start, end + 1 || ruler.length];
  }
  return cells;
})"""


@pytest.mark.browser
def test_cells_stand_where_chromium_puts_them() -> None:
    kinds = list(KINDS)
    makers = []
    for number in range(COUNT):
        kind = kinds[number % len(kinds)]
        makers.append(TableMaker(kind, number // len(kinds)))
    tables = [maker.make() for maker in makers]
    ours = [_place_cells(table) for table in tables]
    # in a thread of its own: other tests of this process leave an event loop running
    with ThreadPoolExecutor(1) as thread:
        theirs = thread.submit(_measure_in_chromium, tables).result()
    differences = []
    for maker, table, our_cells, their_cells in zip(
        makers, tables, ours, theirs, strict=True
    ):
        if our_cells != their_cells:
            differences.append((maker.kind, table, our_cells, their_cells))
    assert not differences, (
        len(differences),
        {kind for kind, *_ in differences},
        differences[0],
    )


def _place_cells(table: str) -> dict[str, list[int]]:
    """Return row, first column and end of each cell with text, as the reader has them."""
    page = parse_page(
        _PAGE.format(sheet=SHEET, tables=f"<table>{table}{_make_ruler()}</table>")
    )
    (grid,) = page.grids
    cells: dict[str, list[int]] = {}
    for number, row in enumerate(grid):
        for cell in row:
            start, end = cell.start or 0, cell.end or 0
            if cell.text.startswith("c") and start < _RULER:
                cells[cell.text] = [number, start, min(end, _RULER)]
    return cells


def _measure_in_chromium(tables: list[str]) -> list[Any]:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        cells = _measure_cells(browser, tables)
        browser.close()
        return cells


def _measure_cells(chromium: Browser, tables: list[str]) -> list[Any]:
    marked = [f"<table>{table}{_make_ruler()}</table>" for table in tables]
    page = chromium.new_page()
    try:
        page.set_content(_PAGE.format(sheet=SHEET, tables="".join(marked)))
        measures: list[Any] = page.evaluate(_MEASURE)
    finally:
        page.close()
    return measures


def _make_ruler() -> str:
    return f'<tbody class="ruler"><tr>{"<td></td>" * _RULER}</tr></tbody>'
