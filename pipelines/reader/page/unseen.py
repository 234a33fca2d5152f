"""What a person does not see of a page is taken out of its tree before it is read.

Browsers decide: `display:none` and `hidden` take no place, so a hidden cell has no column and a
hidden row is no row; `visibility:hidden`, text off the screen, of size 0 or struck out keep their
place and have no text, and so does text in the colour of what is behind it. Inline style and the
page's own style sheet count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from nianbao.pipelines.reader.page import styles
from nianbao.pipelines.reader.page.colours import Blending
from nianbao.pipelines.reader.page.containers import Element, rank_containers
from nianbao.pipelines.reader.page.sheets import Sheet, read_own_sheets
from nianbao.pipelines.reader.page.styles import Declarations, PageSource

_STRUCK = ("s", "strike", "del")
_TABLE_PARTS = frozenset(
    ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
)
_PAGE_PARTS = frozenset(("html", "body", "head"))
# Characters of a block that only the style sheet hides: a script shows it, as tabs do.
_LONGEST_UNSEEN_BLOCK = 1000
_STYLED = etree.XPath("//*[@style or @hidden or @color]")
_SHEETED = etree.XPath("//*[@style or @hidden or @class or @id or @color]")
_TEXT_OF = etree.XPath("string()")
# The tag of what is about to be taken out of the tree: in a page, tags are in small letters.
_MARKER = "TAKEN-OUT"
# what a page can hold and the library does not take into a tree
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def remove_unseen(root: Element, source: PageSource) -> bool:
    """Take out of a tree what a person does not see.

    Returns False where some rules of the page's style sheets did not count: then text may be
    left that nobody sees.
    """
    _remove_elements(root, list(root.iter(*_STRUCK)))
    sheet = Sheet()
    if source.has_hiding_sheet:
        sheet = read_own_sheets(root, with_backgrounds=source.has_blending)
    if sheet.rules or source.has_hidden or source.has_blending:
        _Remover(root, sheet, source).remove_all()
    return not sheet.is_cut


class _Remover:
    """Works out which elements of a page are not seen, and takes them out."""

    def __init__(self, root: Element, sheet: Sheet, source: PageSource) -> None:
        self.root = root
        self.sheet = sheet
        self.has_blending = source.has_blending
        self.blending = Blending(
            self._collect, has_outer_sheets=source.has_outer_sheets
        )
        # A container that a script shows later is read all the same.
        self.containers = rank_containers(root)
        self.declarations: dict[Element, Declarations] = {}

    def remove_all(self) -> None:
        """Take out all that is not seen."""
        gone: list[Element] = []
        blank: list[Element] = []
        veiled: list[tuple[Element, str]] = []
        for element in self._select_elements():
            declarations = self._collect(element)
            if not self._may_be_unseen(element, declarations):
                continue
            self.declarations[element] = declarations
            if _takes_no_place(element, declarations):
                if not self._is_shown_later(element, "display"):
                    gone.append(element)
                continue
            hiding = styles.find_hiding(declarations)
            if hiding.is_whole:
                blank.append(element)
                continue
            names = hiding.veils
            if self._is_blended(element, declarations):
                names = (*names, "color")
            for name in names:
                veiled.append((element, name))
        for element in blank:
            if element.tag not in _TABLE_PARTS:
                gone.append(element)
            else:
                _remove_text(element)
        _remove_elements(self.root, gone)
        for element, name in veiled:
            self._remove_veiled_text(element, name)

    def _select_elements(self) -> Iterable[Element]:
        """Return the elements that a style can hide, in the order of the page."""
        if not self.sheet.rules:
            return _select(_STYLED, self.root)
        if self.sheet.names_tags:
            return list(self.root.iter("*"))
        return _select(_SHEETED, self.root)

    def _collect(self, element: Element) -> Declarations:
        """Return the declarations that count for an element, those of its own style last."""
        own = styles.parse_style(element.get("style") or "")
        if self.sheet.rules:
            own = self.sheet.merge(element, own)
        colour = element.get("color")
        if colour and "color" not in own:
            return {**own, "color": colour.lower()}
        return own

    def _may_be_unseen(self, element: Element, declarations: Declarations) -> bool:
        if not declarations and element.get("hidden") is None:
            return False
        return element not in self.containers and element.tag not in _PAGE_PARTS

    def _is_shown_later(self, element: Element, name: str) -> bool:
        """Tell whether a script shows a block that the style sheet alone hides."""
        if not self.sheet.rules or element.get("hidden") is not None:
            return False
        if name in styles.parse_style(element.get("style") or ""):
            return False
        if len(str(_TEXT_OF(element))) > _LONGEST_UNSEEN_BLOCK:
            return True
        return any(part in self.containers for part in element.iterdescendants())

    def _is_blended(self, element: Element, declarations: Declarations) -> bool:
        """Tell whether a short text has the colour of what is behind it."""
        if not self.has_blending or "color" not in declarations:
            return False
        if not self.blending.hides(element, declarations):
            return False
        return len(str(_TEXT_OF(element))) <= _LONGEST_UNSEEN_BLOCK

    def _remove_veiled_text(self, element: Element, name: str) -> None:
        """Remove the text of an element up to the parts that a declaration shows again."""
        parts = [element]
        while parts:
            part = parts.pop()
            part.text = None
            for child in part:
                child.tail = None
                declarations = self.declarations.get(child, {})
                is_shown = name in declarations
                if name == "color":
                    is_shown = self.blending.has_own(child, declarations)
                if not is_shown:
                    parts.append(child)


def _select(find_elements: etree.XPath, root: Element) -> list[Element]:
    elements: Any = find_elements(root)
    return list(elements)


def _takes_no_place(element: Element, declarations: Mapping[str, str]) -> bool:
    display = declarations.get("display")
    if display is not None:
        return display == "none"
    return element.get("hidden") is not None


def _remove_text(element: Element) -> None:
    """Remove the text of a part of a table, which stays in its place."""
    for part in element.iter():
        part.text = None
        if part is not element:
            part.tail = None


def _remove_elements(root: Element, elements: Iterable[Element]) -> None:
    """Take elements out of a tree; the text behind each stays.

    All at once: one by one, that text is joined with what is before it each time.
    """
    for element in elements:
        if element is not root:
            element.tag = _MARKER
    etree.strip_elements(root, _MARKER, with_tail=False)


def write_in_place(root: Element, texts: Mapping[Element, str]) -> None:
    """Put text in the place of elements; the text behind each stays."""
    for element, text in texts.items():
        if element is not root:
            del element[:]
            element.text = fit_for_tree(text)
            element.tag = _MARKER
    etree.strip_tags(root, _MARKER)


def fit_for_tree(text: str) -> str:
    """Return text without the control characters that no tree takes in."""
    return _NO_XML.sub("", text)
