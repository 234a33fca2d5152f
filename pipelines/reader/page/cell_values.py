"""What table cells hold besides plain text: marks of notes, form controls, images.

A raised mark becomes a bracketed one, so that its digits join no figure. The value of a control
becomes text. A cell with nothing but an image, or what a script writes, is not read and is not
printed empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from nianbao.pipelines.reader.page import styles
from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.unseen import write_in_place
from nianbao.pipelines.reader.payload.normal_form import join_words

_TEXT_OF = etree.XPath("string()")
_STYLED = etree.XPath("//*[@style]")
_MARK = re.compile(r"[\[(（【〔]?(?:注?\d{1,2}|[①-⓿⑴-⒛*＊※†‡#]{1,3}|注)[\])）】〕]?")
_BRACKETS = "[](（)）【】〔〕"
_CONTROLS = ("input", "textarea", "select")
_TEXT_INPUTS = frozenset(("", "text", "number", "tel", "search"))
_MEDIA = ("img", "svg", "canvas", "object", "embed", "picture", "video", "script")
_LONGEST_ALTERNATIVE = 40


def write_out_cells(root: Element, *, has_raised: bool) -> None:
    """Turn the marks and controls of table cells into text.

    `has_raised` says that the style of some element raises it.
    """
    marks = _MarkWriter()
    for element, cell in _iter_in_cells(root, "sup", "sub"):
        marks.write(element, cell)
    if has_raised:
        for element, cell in _iter_raised(root):
            marks.write(element, cell)
    write_in_place(root, marks.texts)
    controls: dict[Element, str] = {}
    for element, _ in _iter_in_cells(root, *_CONTROLS):
        controls[element] = _read_control(element)
    write_in_place(root, controls)


def _iter_in_cells(root: Element, *tags: str) -> Iterator[tuple[Element, Element]]:
    """Yield each element of some tags that stands in a table cell, with the cell."""
    for element in list(root.iter(*tags)):
        cell = _find_cell(element)
        if cell is not None:
            yield element, cell


def _find_cell(element: Element) -> Element | None:
    return next(element.iterancestors("td", "th"), None)


def _iter_raised(root: Element) -> Iterator[tuple[Element, Element]]:
    """Yield each element in a cell whose style raises it, with the cell."""
    styled_elements: Any = _STYLED(root)
    for element in styled_elements:
        if styles.is_raised(element.get("style") or ""):
            cell = _find_cell(element)
            if cell is not None:
                yield element, cell


class _MarkWriter:
    """Writes raised marks in brackets; `texts` is what stands for each."""

    def __init__(self) -> None:
        self.texts: dict[Element, str] = {}
        # Cells that hold more than one mark: whatever else is a mark there is not alone.
        self._full_cells: set[Element] = set()

    def write(self, element: Element, cell: Element) -> None:
        """Write a raised mark, unless it is all that its cell holds."""
        text = join_words(_extract_text(element))
        if not _MARK.fullmatch(text):
            return
        if cell not in self._full_cells:
            if join_words(_extract_text(cell)) == text:
                return
            self._full_cells.add(cell)
        self.texts[element] = f"[{text.strip(_BRACKETS)}]"


def _read_control(element: Element) -> str:
    """Return what a person sees in a control."""
    if element.tag == "input":
        kind = (element.get("type") or "").lower()
        if kind in _TEXT_INPUTS:
            return element.get("value") or ""
        return ""
    if element.tag == "textarea":
        return _extract_text(element)
    options = list(element.iter("option"))
    for option in options:
        if option.get("selected") is not None:
            return _extract_text(option)
    return _extract_text(options[0]) if options else ""


def describe_media(cell: Element) -> str:
    """Return what a cell without text holds instead, "" if it is printed empty.

    An image of the digits 120 gives [图片:120].
    """
    element = next(cell.iterdescendants(*_MEDIA), None)
    if element is None:
        return ""
    kind = "脚本" if element.tag == "script" else "图片"
    alternative = join_words(element.get("alt") or "")[:_LONGEST_ALTERNATIVE]
    return f"[{kind}:{alternative}]" if alternative else f"[{kind}]"


def _extract_text(element: Element) -> str:
    return str(_TEXT_OF(element))
