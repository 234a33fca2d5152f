"""OFD (GB/T 33190-2016): the tables that the lines of its pages enclose, and its text, as HTML.

A file is a ZIP: OFD.xml names documents, each names its pages, and a page holds objects of text
and of lines, placed in millimetres. Of a page its template is read too.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator

from nianbao.pipelines.reader.payload.formats.drawn_pages import DrawnPage, write_pages
from nianbao.pipelines.reader.payload.formats.drawn_text import (
    Glyph,
    join_line,
    measure_line_height,
    sort_into_lines,
)
from nianbao.pipelines.reader.payload.formats.ofd_objects import iter_glyphs, iter_rules
from nianbao.pipelines.reader.payload.formats.ruled_tables import Rule, find_tables
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import MAX_TAGS
from nianbao.pipelines.reader.payload.zip_parts import Element, open_zip, parse_part

_ROOT = "OFD.xml"
_ENCRYPTIONS = "Encryptions.xml"  # GM/T 0099-2020
_MOST_PAGES = 300  # the longest report seen has 60


def convert_ofd(payload: bytes) -> str:
    """Return the pages of an OFD as HTML.

    Raises UnreadableFileError for one with a password and for more pages than a report has,
    PageTooLargeError.
    """
    with open_zip(payload) as archive:
        if _ENCRYPTIONS in archive.namelist():
            raise refuse_file("file.protected", None, kind="an OFD", bytes=len(payload))
        return write_pages(_OfdFile(archive).read_pages())


class _OfdFile:
    """Reads the pages of a file; counts what they hold, as many may show one template."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self._count = 0

    def read_pages(self) -> list[DrawnPage]:
        pages = list(self._iter_pages())
        if len(pages) > _MOST_PAGES:
            raise refuse_file(
                "file.too_large",
                "many_pages",
                kind="an OFD",
                pages=len(pages),
                most=_MOST_PAGES,
            )
        return [self._read_page(*page) for page in pages]

    def _iter_pages(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the part of each page, and the parts of its document's templates by their ids."""
        root = parse_part(self._archive, _ROOT)
        for document_root in root.iter("{*}DocRoot"):
            part = self._find_part(_ROOT, document_root.text)
            if part is None:
                continue
            document = parse_part(self._archive, part)
            templates: dict[str, str] = {}
            for template in document.iter("{*}TemplatePage"):
                template_part = self._find_part(part, template.get("BaseLoc"))
                if template_part is not None:
                    templates[template.get("ID", "")] = template_part
            for page in document.iterfind("{*}Pages/{*}Page"):
                page_part = self._find_part(part, page.get("BaseLoc"))
                if page_part is not None:
                    yield page_part, templates

    def _find_part(self, base: str, location: str | None) -> str | None:
        """Return the name of the part at a location; it starts from the part that names it."""
        location = (location or "").strip().replace("\\", "/")
        folder = posixpath.dirname(base)
        path = posixpath.normpath(posixpath.join("/", folder, location))
        return self._names.get(path.lstrip("/").lower())

    def _read_page(self, part: str, templates: dict[str, str]) -> DrawnPage:
        page = parse_part(self._archive, part)
        glyphs: list[Glyph] = []
        rules: list[Rule] = []
        for template in page.iterchildren("{*}Template"):
            template_part = templates.get(template.get("TemplateID", ""))
            if template_part is not None:
                self._add_objects(
                    parse_part(self._archive, template_part), glyphs, rules
                )
        self._add_objects(page, glyphs, rules)
        tables = find_tables(rules, measure_line_height(glyphs))
        rest = [
            glyph for glyph in glyphs if not any(table.take(glyph) for table in tables)
        ]
        return DrawnPage(tables, [join_line(line) for line in sort_into_lines(rest)])

    def _add_objects(
        self, page: Element, glyphs: list[Glyph], rules: list[Rule]
    ) -> None:
        for element in page.iter("{*}TextObject"):
            glyphs += iter_glyphs(element)
        for element in page.iter("{*}PathObject"):
            rules += iter_rules(element)
        self._count += len(glyphs) + len(rules)
        if self._count > MAX_TAGS:
            raise PageTooLargeError(self._count, 0)
