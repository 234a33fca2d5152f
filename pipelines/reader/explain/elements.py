"""Where a text stands in the markup of a page: the element, its path and its line.

A tree is walked once and its text joined without white space; what is looked for there is found
whatever elements it is broken over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from nianbao.pipelines.reader.document.parse import parse_seen_tree, parse_tree
from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.payload.normal_form import squeeze

_NUMBER = "data-number"  # of an element in the tree as it came
_NO_TEXT = ("head", "script", "style", "template", "noscript")


@dataclass(frozen=True, slots=True)
class MarkupPlace:
    """The path of an element, and the line of the markup in which it begins."""

    path: str
    line: int


def find_between(page: str, before: str, text: str, behind: str) -> int:
    """Return where a text stands between two others, else beside one, else first; -1 if nowhere."""
    for words_before, words_behind in (
        (before, behind),
        (before, ""),
        ("", behind),
    ):
        start = page.find(words_before + text + words_behind)
        if start >= 0:
            return start + len(words_before)
    return page.find(text)


class ElementFinder:
    """Finds the element of a page that holds a text as a person sees it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts: list[int] = []
        self.elements: list[Element] = []
        self.text = ""
        root = parse_seen_tree(source, _NUMBER)
        if root is not None:
            self._collect_text(root)

    def _collect_text(self, root: Element) -> None:
        pieces: list[str] = []
        length = 0
        for element, piece in _iterate_texts(root):
            squeezed = squeeze(piece)
            if squeezed:
                self.starts.append(length)
                self.elements.append(element)
                pieces.append(squeezed)
                length += len(squeezed)
        self.text = "".join(pieces)

    def find(self, before: str, text: str, behind: str) -> MarkupPlace | None:
        """Return the element that holds a squeezed text between those lines; None without one.

        The first one is taken where the lines around it do not tell.
        """
        if not text:
            return None
        start = find_between(self.text, before, text, behind)
        if start < 0:
            return None
        first = self._get_element(start)
        last = self._get_element(start + len(text) - 1)
        element = _find_common(first, last)
        if element is None:
            return None
        return self._locate(element)

    def _get_element(self, position: int) -> Element:
        number = bisect_right(self.starts, position) - 1
        return self.elements[number]

    def _locate(self, element: Element) -> MarkupPlace | None:
        """Return the path of an element in the page as it came, hidden parts and all."""
        number = element.get(_NUMBER)
        root = parse_tree(self.source)
        if number is None or root is None:
            return None
        for position, original in enumerate(root.iter()):
            if position == int(number):
                path = original.getroottree().getpath(original)
                line: Any = original.sourceline  # its stub knows no number
                return MarkupPlace(path, line)
        return None


def _iterate_texts(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield the texts of a tree in their order, each with the element that holds it."""
    etree.strip_elements(root, *_NO_TEXT, etree.Comment, with_tail=False)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            yield element, element.text or ""
            continue
        parent = element.getparent()
        if parent is not None:
            yield parent, element.tail or ""


def _find_common(first: Element, last: Element) -> Element | None:
    """Return the innermost element that holds two others."""
    around: set[Element] = {first, *first.iterancestors()}
    if last in around:
        return last
    return next(
        (element for element in last.iterancestors() if element in around), None
    )
