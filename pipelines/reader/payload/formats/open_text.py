"""ODT: the paragraphs and tables of an OpenDocument text, as HTML."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.pipelines.reader.payload.formats.open_document import (
    DRAW,
    OFFICE,
    TABLE,
    TEXT,
    DocumentStyles,
    count_repeats,
    iter_own,
    read_span,
    write_paragraph,
)
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError
from nianbao.pipelines.reader.payload.sheet_marks import MAX_COLUMNS, MAX_ROWS
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES
from nianbao.pipelines.reader.payload.zip_parts import Element

_PARAGRAPHS = (TEXT + "p", TEXT + "h")
_ROW, _CELL = TABLE + "table-row", TABLE + "table-cell"
_NOT_SHOWN = (TEXT + "tracked-changes", OFFICE + "forms", OFFICE + "annotation")
_BOXES = (DRAW + "text-box", DRAW + "custom-shape", DRAW + "rect", DRAW + "ellipse")
_HIDDEN_ROWS = ("collapse", "filter")
_MOST_CELLS = 60_000  # of all tables; no report has a tenth
_MOST_LENGTH = 2 * MAX_BYTES  # of the text of all cells, in tables within tables again


def convert_text(roots: list[Element]) -> str:
    """Return the text of a document as HTML, by the trees of its parts, and its notes behind.

    Raises PageTooLargeError for more cells than a report has.
    """
    body = roots[0].find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        return ""
    writer = _TextWriter(DocumentStyles(roots))
    blocks = list(writer.iter_blocks(body))
    for note in body.iter(TEXT + "note-body"):
        blocks += writer.iter_blocks(note)
    return "".join(blocks)


class _TextWriter:
    """Writes the blocks of a text; counts its cells and their text, which can be repeated without
    end: what stands in tables within tables counts in each.
    """

    def __init__(self, styles: DocumentStyles) -> None:
        self._styles = styles
        self._cell_count = 0
        self._length = 0

    def iter_blocks(self, parent: Element) -> Iterator[str]:
        """Yield the paragraphs and tables of an element as HTML, those of its lists too."""
        for element in parent.iterchildren("*"):
            tag = str(element.tag)
            if tag in _PARAGRAPHS:
                yield from self._iter_paragraph(element)
            elif tag == TABLE + "table":
                yield self._write_table(element)
            elif tag not in _NOT_SHOWN and element.get(TEXT + "display") != "none":
                yield from self.iter_blocks(element)

    def _iter_paragraph(self, paragraph: Element) -> Iterator[str]:
        """Yield a paragraph, and behind it the boxes of text that are anchored to it."""
        yield f"<p>{write_paragraph(paragraph, self._styles)}</p>"
        for box in paragraph.iter(*_BOXES):
            if next(box.iterancestors(*_BOXES, *_PARAGRAPHS), None) is paragraph:
                yield from self.iter_blocks(box)

    def _write_table(self, table: Element) -> str:
        if self._styles.hides_table(table):
            return ""
        rows = "".join(self._iter_rows(table))
        return f"<table>{rows}</table>"

    def _iter_rows(self, table: Element) -> Iterator[str]:
        for row in iter_own(table, _ROW):
            if row.get(TABLE + "visibility") in _HIDDEN_ROWS:
                continue
            cells = list(self._iter_cells(row))
            content = f"<tr>{''.join(cells)}</tr>"
            yield content
            for _ in range(count_repeats(row, "rows", MAX_ROWS) - 1):
                self._count(len(cells), content)
                yield content

    def _iter_cells(self, row: Element) -> Iterator[str]:
        for cell in row.iterchildren(_CELL):
            height = read_span(cell, "rows", MAX_ROWS)
            width = read_span(cell, "columns", MAX_COLUMNS)
            content = "".join(self.iter_blocks(cell))
            for _ in range(count_repeats(cell, "columns", MAX_COLUMNS)):
                self._count(1, content)
                yield f'<td rowspan="{height}" colspan="{width}">{content}</td>'

    def _count(self, cells: int, content: str) -> None:
        self._cell_count += cells
        self._length += len(content)
        if self._cell_count > _MOST_CELLS or self._length > _MOST_LENGTH:
            raise PageTooLargeError(self._length, self._cell_count)
