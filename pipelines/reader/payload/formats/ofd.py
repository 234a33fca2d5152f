"""OFD (GB/T 33190-2016): the tables that the lines of its pages enclose, and its text, as HTML.

A file is a ZIP: OFD.xml names documents, each names its pages, and a page holds objects of text
and of lines, placed in millimetres. Of a page its template is read too.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.formats.drawn_pages import (
    DrawnPage,
    covers_page,
    find_pictures,
    has_next_to_no_text,
    write_pages,
)
from nianbao.pipelines.reader.payload.formats.drawn_text import (
    Glyph,
    join_line,
    measure_line_height,
    sort_into_lines,
)
from nianbao.pipelines.reader.payload.formats.ofd_objects import (
    iter_glyphs,
    iter_rules,
    measure_box,
    measure_image,
)
from nianbao.pipelines.reader.payload.formats.ruled_tables import Rule, find_tables
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import MAX_TAGS
from nianbao.pipelines.reader.payload.zip_parts import open_zip, parse_part

_ROOT = "OFD.xml"
_ENCRYPTIONS = "Encryptions.xml"  # GM/T 0099-2020
_MOST_PAGES = 300  # the longest report seen has 60
_A4 = 210.0 * 297.0


def convert_ofd(payload: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the pages of an OFD as HTML, and the finding on those that are pictures.

    Raises UnreadableFileError for a scan, for one with a password and for more pages than a report
    has, PageTooLargeError.
    """
    with open_zip(payload) as archive:
        if _ENCRYPTIONS in archive.namelist():
            raise refuse_file("file.protected", None, kind="an OFD", bytes=len(payload))
        file = _OfdFile(archive)
        pages = file.read_pages()
        if pages and len(file.pictures) == len(pages):
            raise refuse_file(
                "payload.not_text", "no_words", kind="an OFD", bytes=len(payload)
            )
        return write_pages(pages), find_pictures(file.pictures, len(pages))


class _PageParts(NamedTuple):
    """The part of a page, those of its document's templates by their ids, and its area."""

    part: str
    templates: dict[str, str]
    area: float


class _Layer(NamedTuple):
    """What a page or a template holds by itself, and the ids of the templates below it."""

    templates: list[str]
    glyphs: list[Glyph]
    rules: list[Rule]
    image_area: float


class _OfdFile:
    """Reads the pages of a file; counts what they hold, as many may show one template.

    `pictures` are the numbers of the pages that are images.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.pictures: list[int] = []
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self._layers: dict[str, _Layer] = {}  # by part
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
        return [self._read_page(*page) for page in enumerate(pages, 1)]

    def _iter_pages(self) -> Iterator[_PageParts]:
        root = parse_part(self._archive, _ROOT)
        for document_root in root.iter("{*}DocRoot"):
            part = self._find_part(_ROOT, document_root.text)
            if part is None:
                continue
            document = parse_part(self._archive, part)
            box = document.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox")
            area = measure_box(box) or _A4
            templates: dict[str, str] = {}
            for template in document.iter("{*}TemplatePage"):
                template_part = self._find_part(part, template.get("BaseLoc"))
                if template_part is not None:
                    templates[template.get("ID", "")] = template_part
            for page in document.iterfind("{*}Pages/{*}Page"):
                page_part = self._find_part(part, page.get("BaseLoc"))
                if page_part is not None:
                    yield _PageParts(page_part, templates, area)

    def _find_part(self, base: str, location: str | None) -> str | None:
        """Return the name of the part at a location; it starts from the part that names it."""
        location = (location or "").strip().replace("\\", "/")
        folder = posixpath.dirname(base)
        path = posixpath.normpath(posixpath.join("/", folder, location))
        return self._names.get(path.lstrip("/").lower())

    def _read_page(self, number: int, page: _PageParts) -> DrawnPage:
        glyphs: list[Glyph] = []
        rules: list[Rule] = []
        image_area = 0.0
        for layer in self._iter_layers(page):
            self._count += len(layer.glyphs) + len(layer.rules)
            if self._count > MAX_TAGS:
                raise PageTooLargeError(self._count, 0)
            glyphs += layer.glyphs
            rules += layer.rules
            image_area += layer.image_area
        tables = find_tables(rules, measure_line_height(glyphs))
        is_bare = has_next_to_no_text("".join(glyph.text for glyph in glyphs))
        if is_bare and covers_page(image_area, page.area, len(rules)):
            self.pictures.append(number)
        rest = [
            glyph for glyph in glyphs if not any(table.take(glyph) for table in tables)
        ]
        return DrawnPage(tables, [join_line(line) for line in sort_into_lines(rest)])

    def _iter_layers(self, page: _PageParts) -> Iterator[_Layer]:
        """Yield the templates of a page, each once, and the page itself."""
        own = self._read_layer(page.part)
        for identifier in dict.fromkeys(own.templates):
            template_part = page.templates.get(identifier)
            if template_part is not None:
                yield self._read_layer(template_part)
        yield own

    def _read_layer(self, part: str) -> _Layer:
        """Return what a part holds; one that many pages show is parsed once."""
        layer = self._layers.get(part)
        if layer is None:
            page = parse_part(self._archive, part)
            glyphs = map(iter_glyphs, page.iter("{*}TextObject"))
            rules = map(iter_rules, page.iter("{*}PathObject"))
            templates = page.iterchildren("{*}Template")
            layer = _Layer(
                [template.get("TemplateID", "") for template in templates],
                list(islice(chain.from_iterable(glyphs), MAX_TAGS + 1)),
                list(islice(chain.from_iterable(rules), MAX_TAGS + 1)),
                sum(map(measure_image, page.iter("{*}ImageObject"))),
            )
            self._layers[part] = layer
        return layer
