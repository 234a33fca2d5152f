"""OpenDocument: what the styles of a file hide or raise, and the text of its paragraphs as HTML.

The names are those of OASIS OpenDocument 1.3. Text that was deleted while changes were recorded
stands apart from the text; fields hold what they show.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from nianbao.pipelines.reader.payload.refusals import refuse_file
from nianbao.pipelines.reader.payload.zip_parts import Element, parse_part

_NAMESPACE = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
OFFICE = _NAMESPACE.format("office")
TEXT = _NAMESPACE.format("text")
TABLE = _NAMESPACE.format("table")
DRAW = _NAMESPACE.format("drawing")
_STYLE = _NAMESPACE.format("style")
_PART_OF_STYLES = OFFICE + "document-styles"
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED = b"encryption-data"
_MOST_PARENTS = 20  # styles that a style is based on, one after the other
_MOST_SPACES = 100
_NOT_SHOWN = frozenset(
    (
        OFFICE + "annotation",
        OFFICE + "forms",
        TEXT + "note",
        TEXT + "ruby-text",
        TEXT + "tracked-changes",
    )
)
_SET_SIGNS = {
    TEXT + "tab": "\t",
    TEXT + "line-break": "<br>",
    TEXT + "soft-page-break": "",
}


class _Look(NamedTuple):
    """What a style says of its text; None where it does not say."""

    is_hidden: bool | None = None
    is_raised: bool | None = None


class DocumentStyles:
    """The styles of a file, by family and name.

    The part with the styles has automatic ones too, those of headers and footers: they are left
    out, as they can have the names that others have in the text.
    """

    def __init__(self, roots: Iterable[Element]) -> None:
        self._looks: dict[tuple[str, str], _Look] = {}
        self._parents: dict[tuple[str, str], str] = {}
        self._hidden_tables: set[str] = set()
        for root in roots:
            names = ["styles"]
            if root.tag != _PART_OF_STYLES:
                names.append("automatic-styles")
            for place in root.iterchildren(*(OFFICE + name for name in names)):
                for style in place.iter(_STYLE + "style"):
                    self._add(style)

    def _add(self, style: Element) -> None:
        key = (style.get(_STYLE + "family", ""), style.get(_STYLE + "name", ""))
        self._looks[key] = _read_look(style.find(_STYLE + "text-properties"))
        parent = style.get(_STYLE + "parent-style-name")
        if parent is not None:
            self._parents[key] = parent
        table = style.find(_STYLE + "table-properties")
        if table is not None and table.get(TABLE + "display") == "false":
            self._hidden_tables.add(key[1])

    def hides_table(self, table: Element) -> bool:
        """Tell whether a table or sheet is not shown."""
        return table.get(TABLE + "style-name") in self._hidden_tables

    def hides(self, family: str, name: str | None) -> bool:
        """Tell whether the text of a style is hidden or struck out."""
        looks = self._iter_looks(family, name)
        for look in looks:
            if look.is_hidden is not None:
                return look.is_hidden
        return False

    def raises(self, family: str, name: str | None) -> bool:
        """Tell whether the text of a style stands above or below the line."""
        looks = self._iter_looks(family, name)
        for look in looks:
            if look.is_raised is not None:
                return look.is_raised
        return False

    def _iter_looks(self, family: str, name: str | None) -> Iterator[_Look]:
        """Yield what a style says, and the styles that it is based on."""
        for _ in range(_MOST_PARENTS):
            if name is None:
                return
            key = (family, name)
            yield self._looks.get(key, _Look())
            name = self._parents.get(key)


def _read_look(properties: Element | None) -> _Look:
    if properties is None:
        return _Look()
    lines = (
        properties.get(_STYLE + "text-line-through-style"),
        properties.get(_STYLE + "text-line-through-type"),
    )
    is_hidden = None
    if properties.get(TEXT + "display") == "none" or any(
        line not in (None, "none") for line in lines
    ):
        is_hidden = True
    elif properties.get(TEXT + "display") is not None or "none" in lines:
        is_hidden = False
    position = properties.get(_STYLE + "text-position")
    is_raised = None
    if position is not None:
        is_raised = position.split()[:1] not in ([], ["0%"])
    return _Look(is_hidden, is_raised)


def open_document(archive: zipfile.ZipFile, size: int) -> list[Element]:
    """Return the trees of the parts of a file that hold its text and its styles.

    Raises UnreadableFileError for a file with a password.
    """
    names = archive.namelist()
    if _MANIFEST in names and _ENCRYPTED in archive.read(_MANIFEST):
        raise refuse_file("file.protected", None, kind="an ODT", bytes=size)
    parts = ["content.xml"]
    if "styles.xml" in names:
        parts.append("styles.xml")
    return [parse_part(archive, part) for part in parts]


def iter_own(table: Element, tag: str) -> Iterator[Element]:
    """Yield the rows or columns of a table; those of a table or chart within it are not its own."""
    for line in table.iter(tag):
        if next(line.iterancestors(TABLE + "table"), None) is table:
            yield line


def count_repeats(element: Element, name: str, most: int) -> int:
    """Return how often a row, column or cell stands one after the other."""
    repeats = element.get(f"{TABLE}number-{name}-repeated", "1")
    return _read_count(repeats, most)


def read_span(cell: Element, name: str, most: int) -> int:
    """Return over how many rows or columns a cell stands."""
    return _read_count(cell.get(f"{TABLE}number-{name}-spanned", "1"), most)


def _read_count(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), most)


def write_paragraph(paragraph: Element, styles: DocumentStyles) -> str:
    """Return the text of a paragraph as HTML, without boxes of text in it."""
    name = paragraph.get(TEXT + "style-name")
    if styles.hides("paragraph", name) or _is_hidden_by_field(paragraph):
        return ""
    return "".join(_iter_pieces(paragraph, styles))


def _is_hidden_by_field(paragraph: Element) -> bool:
    fields = paragraph.iterchildren(TEXT + "hidden-paragraph")
    return any(field.get(TEXT + "is-hidden") == "true" for field in fields)


def _iter_pieces(element: Element, styles: DocumentStyles) -> Iterator[str]:
    yield escape(element.text or "")
    for child in element:
        yield _write_piece(child, styles)
        yield escape(child.tail or "")


def _write_piece(element: Element, styles: DocumentStyles) -> str:
    tag = str(element.tag)
    if tag in _SET_SIGNS:
        return _SET_SIGNS[tag]
    if tag == TEXT + "s":
        return " " * _read_count(element.get(TEXT + "c", "1"), _MOST_SPACES)
    if _is_left_out(element, tag):
        return ""
    content = "".join(_iter_pieces(element, styles))
    if tag != TEXT + "span" or not content:
        return content
    name = element.get(TEXT + "style-name")
    if styles.hides("text", name):
        return ""
    return f"<sup>{content}</sup>" if styles.raises("text", name) else content


def _is_left_out(element: Element, tag: str) -> bool:
    """Tell whether an element of a paragraph is not shown, or is a box beside the text."""
    if tag in _NOT_SHOWN or tag.startswith(DRAW):
        return True
    return tag == TEXT + "hidden-text" and element.get(TEXT + "is-hidden") != "false"
