"""A page of a PDF: its characters, lines and images with their places, as PDFium has them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nianbao.pipelines.reader.payload.formats.drawn_pages import covers_page
from nianbao.pipelines.reader.payload.formats.drawn_text import Glyph
from nianbao.pipelines.reader.payload.formats.ruled_tables import MOST_RULES, Rule
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError

if TYPE_CHECKING:
    import pypdfium2

_DEPTH = 4  # of drawings within drawings
_MOST_OBJECTS = 20_000  # of a page whose lines are looked for
_MOST_SEGMENTS = 200  # of a path: one with more is a picture
_MOST_CHARACTERS = 200_000  # of a page
_MOST_HEIGHT = 3  # of that which most characters have
_NO_CHARACTERS = (0, 0xFFFE, 0xFFFF)

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))  # of an image


class PageCharacter(NamedTuple):
    """A character of a page in its order; no glyph where PDFium put it in: a space, a new line."""

    text: str
    glyph: Glyph | None


class _PageObject(NamedTuple):
    """An object of a page: of which kind it is, PDFium's pointer to it, and where it stands."""

    kind: int
    pointer: Any
    matrix: _Matrix


class _View:
    """How a page is shown: turned by quarters, from its upper left corner."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._x0, self._bottom, self._x1, self._top = page.get_mediabox()
        self._turn = page.get_rotation()

    def show(self, x: float, y: float) -> tuple[float, float]:
        """Return a place of the page from the left and from the top, as it is shown."""
        if self._turn == 90:
            return y - self._bottom, x - self._x0
        if self._turn == 180:
            return self._x1 - x, y - self._bottom
        if self._turn == 270:
            return self._top - y, self._x1 - x
        return x - self._x0, self._top - y

    def show_box(self, corners: tuple[tuple[float, float], ...]) -> Rule:
        """Return the box around some places of the page."""
        points = [self.show(x, y) for x, y in corners]
        across = [x for x, _ in points]
        down = [y for _, y in points]
        return Rule(min(across), min(down), max(across), max(down))


def read_characters(page: pypdfium2.PdfPage) -> list[PageCharacter]:
    """Return the characters of a page in the order in which PDFium reads them.

    Raises PageTooLargeError for more than a page has.
    """
    characters = list(_iter_characters(page))
    heights = [each.glyph.height for each, _ in characters if each.glyph is not None]
    most_height = _MOST_HEIGHT * median(heights or [0.0])
    return [
        character
        if character.glyph is None or character.glyph.height <= most_height
        else PageCharacter(character.text, ink)
        for character, ink in characters
    ]


def _iter_characters(
    page: pypdfium2.PdfPage,
) -> Iterator[tuple[PageCharacter, Glyph | None]]:
    """Yield the characters of a page, each with the box of its font, and with that of its ink.

    PDFium has the former from the size of the font, and of text that is set downwards it is
    beside the character.
    """
    import pypdfium2.raw as pdfium

    view = _View(page)
    text_page = page.get_textpage()
    count = text_page.count_chars()
    if count > _MOST_CHARACTERS:
        raise PageTooLargeError(count, 0)
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    for number in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, number)
        if code in _NO_CHARACTERS:
            continue
        text = chr(code)
        if pdfium.FPDFText_IsGenerated(text_page, number) == 1:
            yield PageCharacter(text, None), None
        elif pdfium.FPDFText_GetLooseCharBox(text_page, number, reference):
            corners = ((box.left, box.bottom), (box.right, box.top))
            glyph = Glyph(text, *view.show_box(corners))
            x0, bottom, x1, top = text_page.get_charbox(number)
            ink = Glyph(text, *view.show_box(((x0, bottom), (x1, top))))
            yield PageCharacter(text, glyph), ink


def read_rules(page: pypdfium2.PdfPage) -> list[Rule]:
    """Return the lines across and down that are drawn on a page; none of one with too much."""
    import pypdfium2.raw as pdfium

    view = _View(page)
    rules: list[Rule] = []
    for number, element in enumerate(_iter_objects(page, _SAME, 0)):
        if element.kind == pdfium.FPDF_PAGEOBJ_PATH:
            rules += _iter_rules(element, view)
        if number > _MOST_OBJECTS or len(rules) > MOST_RULES:
            return []
    return rules


def is_picture(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a page with next to no text is a scan, or has its letters drawn as paths."""
    import pypdfium2.raw as pdfium

    view = _View(page)
    width, height = page.get_size()
    area = 0.0
    path_count = 0
    for element in islice(_iter_objects(page, _SAME, 0), _MOST_OBJECTS):
        if element.kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            corners = (_move(*corner, element.matrix) for corner in _CORNERS)
            box = view.show_box(tuple(corners))
            area += (box.x1 - box.x0) * (box.bottom - box.top)
        path_count += element.kind == pdfium.FPDF_PAGEOBJ_PATH
        if covers_page(area, width * height, path_count):
            return True
    return False


def _iter_objects(parent: Any, matrix: _Matrix, depth: int) -> Iterator[_PageObject]:
    """Yield the objects of a page, and those of the drawings that stand on it."""
    import pypdfium2.raw as pdfium

    is_form = depth > 0
    count = pdfium.FPDFFormObj_CountObjects if is_form else pdfium.FPDFPage_CountObjects
    get = pdfium.FPDFFormObj_GetObject if is_form else pdfium.FPDFPage_GetObject
    for number in range(count(parent)):
        element = get(parent, number)
        kind = pdfium.FPDFPageObj_GetType(element)
        own_matrix = matrix
        if kind != pdfium.FPDF_PAGEOBJ_TEXT:
            own_matrix = _multiply(_read_matrix(element), matrix)
        yield _PageObject(kind, element, own_matrix)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            yield from _iter_objects(element, own_matrix, depth + 1)


def _read_matrix(element: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(element, matrix):
        return _SAME
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _multiply(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _iter_rules(path: _PageObject, view: _View) -> Iterator[Rule]:
    """Yield the lines of a path: each that is drawn, or a thin area that is filled."""
    import pypdfium2.raw as pdfium

    fill = ctypes.c_int()
    is_drawn = pdfium.FPDF_BOOL()
    pdfium.FPDFPath_GetDrawMode(
        path.pointer, ctypes.byref(fill), ctypes.byref(is_drawn)
    )
    points = [_move(x, y, path.matrix) for x, y in _iter_points(path.pointer)]
    if fill.value and points:
        yield view.show_box(tuple(points))
    if is_drawn.value:
        for first, second in pairwise(points):
            yield view.show_box((first, second))
        if len(points) > 2:
            yield view.show_box((points[-1], points[0]))


def _iter_points(path: Any) -> Iterator[tuple[float, float]]:
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(path)
    if count > _MOST_SEGMENTS:
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        if pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            yield x.value, y.value


def _move(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    across = a * x + c * y + e
    down = b * x + d * y + f
    return across, down
