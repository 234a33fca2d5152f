"""PDF: the tables that its lines enclose and its text, or its text alone.

Pages without ruled tables become lines, as PDFium puts their characters in order. It puts a space
between letters of two scripts, which nobody printed; such a space is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.formats.drawn_pages import (
    DrawnPage,
    find_pictures,
    has_next_to_no_text,
    write_pages,
)
from nianbao.pipelines.reader.payload.formats.drawn_text import (
    is_wide_gap,
    join_line,
    measure_line_height,
    sort_into_lines,
)
from nianbao.pipelines.reader.payload.formats.pdf_page import (
    PageCharacter,
    is_picture,
    read_characters,
    read_rules,
)
from nianbao.pipelines.reader.payload.formats.ruled_tables import find_tables
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES, MAX_TAGS

if TYPE_CHECKING:
    import pypdfium2

_MOST_PAGES = 300  # the longest report seen has 60


def convert_pdf(payload: bytes) -> tuple[str, bool, tuple[Finding, ...]]:
    """Return the text of a PDF, whether it is HTML, and the finding on pages that are pictures.

    Raises UnreadableFileError for a scan and for more pages than a report has, PageTooLargeError.
    """
    import pypdfium2

    pages: list[DrawnPage] = []
    texts: list[str] = []
    length = 0
    cell_count = 0
    pictures: list[int] = []  # the numbers of such pages
    with pypdfium2.PdfDocument(payload) as document:
        count = len(document)
        if count > _MOST_PAGES:
            raise refuse_file(
                "file.too_large",
                "many_pages",
                kind="a PDF",
                pages=count,
                most=_MOST_PAGES,
            )
        for number in range(count):
            page = document[number]
            characters = read_characters(page)
            length += len(characters)
            if length > MAX_BYTES:
                raise PageTooLargeError(length, 0)
            text = _join_characters(characters)
            if has_next_to_no_text(text) and is_picture(page):
                pictures.append(number + 1)
            texts.append(text)
            pages.append(_lay_out(page, characters))
            cell_count += pages[-1].cell_count
            if cell_count > MAX_TAGS:
                raise PageTooLargeError(length, cell_count)
    text = "\n".join(texts)
    if not text.strip() or len(pictures) == count:
        raise refuse_file("payload.not_text", "scan", pages=count)
    findings = find_pictures(pictures, count)
    if any(page.tables for page in pages):
        return write_pages(pages), True, findings
    return text.replace("\r\n", "\n"), False, findings


def _join_characters(characters: Sequence[PageCharacter]) -> str:
    """Return characters as text, without the spaces that nobody printed."""
    pieces: list[str] = []
    for number, character in enumerate(characters):
        if character.glyph is not None or character.text != " ":
            pieces.append(character.text)
        elif 0 < number < len(characters) - 1:
            before = characters[number - 1].glyph
            after = characters[number + 1].glyph
            if before is None or after is None or is_wide_gap(before, after):
                pieces.append(" ")
    return "".join(pieces)


def _lay_out(page: pypdfium2.PdfPage, characters: Sequence[PageCharacter]) -> DrawnPage:
    """Return the tables of a page, and its lines that stand in none."""
    glyphs = [character.glyph for character in characters if character.glyph]
    line_height = measure_line_height(glyphs)
    tables = find_tables(read_rules(page), line_height)
    rest = [glyph for glyph in glyphs if not any(table.take(glyph) for table in tables)]
    return DrawnPage(tables, [join_line(line) for line in sort_into_lines(rest)])
