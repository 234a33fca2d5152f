"""Pages that are drawn, as HTML: paragraphs, and tables that can go on from page to page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import chain

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.formats.drawn_text import Line, join_paragraphs
from nianbao.pipelines.reader.payload.formats.ruled_tables import RuledCell, RuledTable

_NEAR = 0.01  # of the width of a table: how far its edges may move from page to page
_PAGE_NUMBER = re.compile(
    r"[\s\-—–－·•]*(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/共]\s*\d{1,3}(?:\s*页)?)?[\s\-—–－·•]*"
)
_ENUMERATOR = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]|其中)")
_FIGURE = re.compile(r"[\d.,\s]+|[-—/]+")

_FEW_CHARACTERS = (
    12  # that a page has that is a picture: its number; a cover has a title
)
_PICTURE_SHARE = 0.5  # of a page that the images of a scan cover
_MOST_DECORATION = 100  # paths of a page without text: more are letters

_Cells = dict[tuple[int, int], RuledCell]  # by column and width


@dataclass(slots=True)
class DrawnPage:
    """What stands on a page: its tables, and its lines that stand in none."""

    tables: list[RuledTable] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def cell_count(self) -> int:
        """How many cells its tables have."""
        return sum(len(row) for table in self.tables for row in table.rows)


def write_pages(pages: Sequence[DrawnPage]) -> str:
    """Return pages as HTML; a table with which a page begins goes on with that of the last page."""
    blocks: list[str | RuledTable] = []
    lines = [line for page in pages for line in page.lines]
    x0 = min((line.x0 for line in lines), default=0.0)
    x1 = max((line.x1 for line in lines), default=0.0)
    for page in pages:
        page_blocks = _order_blocks(page, x0, x1)
        if _goes_on_above(blocks, page_blocks):
            page_blocks = page_blocks[1:]
        blocks += page_blocks
    return "".join(map(_write_block, blocks))


def has_next_to_no_text(text: str) -> bool:
    """Tell whether the text of a page is no more than stands on each of them."""
    return len("".join(text.split())) < _FEW_CHARACTERS


def covers_page(image_area: float, page_area: float, path_count: int) -> bool:
    """Tell whether images or paths are what a page without text shows: a scan, drawn letters."""
    return image_area > _PICTURE_SHARE * page_area or path_count > _MOST_DECORATION


def find_pictures(pictures: Sequence[int], count: int) -> tuple[Finding, ...]:
    """Return the finding on the pages of a file that are pictures, by their numbers."""
    if not pictures:
        return ()
    parameters = {"unread": len(pictures), "pages": count, "first": pictures[0]}
    return (make_finding("file.pages_unread", "warning", parameters),)


def _order_blocks(page: DrawnPage, x0: float, x1: float) -> list[str | RuledTable]:
    """Return tables and paragraphs from the top, without the number of the page."""
    lines = [line for line in page.lines if line.text.strip()]
    for place in (0, -1):
        if lines and _PAGE_NUMBER.fullmatch(lines[place].text):
            del lines[place]
    blocks: list[str | RuledTable] = []
    for table in page.tables:
        above = [line for line in lines if line.top < table.lines[0]]
        lines = [line for line in lines if line.top >= table.lines[0]]
        blocks += join_paragraphs(above, x0, x1)
        blocks.append(table)
    return blocks + join_paragraphs(lines, x0, x1)


def _goes_on_above(
    blocks: list[str | RuledTable], page_blocks: list[str | RuledTable]
) -> bool:
    """Join the table with which a page begins to that with which the last ended; tell whether."""
    if not blocks or not page_blocks:
        return False
    above, table = blocks[-1], page_blocks[0]
    if not isinstance(above, RuledTable) or not isinstance(table, RuledTable):
        return False
    near = _NEAR * (above.columns[-1] - above.columns[0])
    if abs(above.columns[0] - table.columns[0]) > near:
        return False
    if abs(above.columns[-1] - table.columns[-1]) > near:
        return False
    _share_columns(above, table, near)
    _append_rows(above, table)
    return True


def _share_columns(table: RuledTable, other: RuledTable, near: float) -> None:
    """Give two tables one set of columns: those of both.

    A table that has them already stays as it is: it can have the rows of many pages.
    """
    edges: list[float] = []
    for edge in sorted((*table.columns, *other.columns)):
        if not edges or edge - edges[-1] > near:
            edges.append(edge)
    for each in (table, other):
        if each.columns == edges:
            continue
        cells = [cell for row in each.rows for cell in row]
        places = {place for cell in cells for place in (cell.x0, cell.x1)}
        numbers = {place: _find_nearest(edges, place) for place in places}
        for cell in cells:
            cell.column = numbers[cell.x0]
            cell.width = numbers[cell.x1] - cell.column
        each.columns = edges


def _find_nearest(edges: Sequence[float], place: float) -> int:
    distances = [abs(edge - place) for edge in edges]
    return distances.index(min(distances))


def _append_rows(table: RuledTable, other: RuledTable) -> None:
    """Put the rows of a table behind those of another, of which it is the rest.

    A row that the end of a page cuts, and a cell over several rows, is one with what is above.
    """
    above = _list_last_cells(table)
    first_row = {(cell.column, cell.width): cell for cell in other.rows[0]}
    if _is_cut_row(above, first_row):
        for place, cell in first_row.items():
            upper = above[place]
            upper.rest.append(cell)
            upper.height += cell.height - 1
        other.rows[0] = []
        table.rows += other.rows[1:]
        return
    other.rows[0] = [cell for cell in other.rows[0] if not _goes_on(cell, above)]
    table.rows += other.rows


def _list_last_cells(table: RuledTable) -> _Cells:
    """Return the cells that reach the end of a table."""
    last_cells: _Cells = {}
    for number, row in enumerate(table.rows):
        for cell in row:
            if number + cell.height == len(table.rows):
                last_cells[cell.column, cell.width] = cell
    return last_cells


def _is_cut_row(above: _Cells, below: _Cells) -> bool:
    """Tell whether the first row of a page is the rest of the last one: no cell has two figures."""
    if above.keys() != below.keys():
        return False
    texts = [(above[place].text, below[place].text) for place in below]
    rest = next((lower for _, lower in texts if lower), "")
    if not rest or _ENUMERATOR.match(rest):
        return False
    both = [pair for pair in texts if all(pair)]
    if any(map(_FIGURE.fullmatch, chain.from_iterable(both))):
        return False
    return any(any(pair) and not all(pair) for pair in texts)


def _goes_on(cell: RuledCell, above: _Cells) -> bool:
    """Make a cell one with that above it, if a page ends within it; tell whether it did."""
    upper = above.get((cell.column, cell.width))
    if upper is None or max(upper.height, cell.height) == 1:
        return False
    if _FIGURE.fullmatch(cell.text) or (upper.text and _ENUMERATOR.match(cell.text)):
        return False
    upper.rest.append(cell)
    upper.height += cell.height
    return True


def _write_block(block: str | RuledTable) -> str:
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    rows = (f"<tr>{''.join(map(_write_cell, row))}</tr>" for row in block.rows)
    return f"<table>{''.join(rows)}</table>"


def _write_cell(cell: RuledCell) -> str:
    content = escape(cell.text).replace("\n", "<br>")
    return f'<td rowspan="{cell.height}" colspan="{cell.width}">{content}</td>'
