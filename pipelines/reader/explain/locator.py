"""Where a text stands on a page: in which part, which line, which element."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from nianbao.pipelines.reader.document.document import DocumentParts
from nianbao.pipelines.reader.explain.elements import (
    ElementFinder,
    find_between,
)
from nianbao.pipelines.reader.explain.records import PagePart, PagePlace
from nianbao.pipelines.reader.payload.normal_form import squeeze

_LONGEST_TEXT = 80  # characters of a line that a place shows whole
_WORDS_BEFORE = 15  # characters shown before what is found in a longer line


class _Lines:
    """The lines of a part of a page, joined without white space."""

    def __init__(self, part: PagePart, lines: Sequence[str]) -> None:
        self.part = part
        self.lines = lines
        self.squeezed = list(map(squeeze, lines))
        self.starts = list(accumulate(map(len, self.squeezed), initial=0))
        self.text = "".join(self.squeezed)

    def find_line(self, text: str, *, last: bool) -> int | None:
        """Return the number of the line in which a squeezed text begins, the first or the last."""
        find = self.text.rfind if last else self.text.find
        position = find(text)
        if position < 0:
            return None
        return bisect_right(self.starts, position) - 1

    def find_line_between(self, before: str, text: str, behind: str) -> int | None:
        """Return the number, from 1, of the line that stands between two others."""
        position = find_between(self.text, before, text, behind)
        if position < 0:
            return None
        return bisect_right(self.starts, position)

    def find_line_with(self, texts: Sequence[str]) -> int | None:
        """Return the number of the first line that has all of these squeezed texts."""
        for number, line in enumerate(self.squeezed):
            if all(text in line for text in texts):
                return number
        return None

    def show_line(self, number: int, text: str) -> str:
        """Return a line as it is printed, of a long one the part around a squeezed text."""
        line = self.lines[number]
        if len(line) <= _LONGEST_TEXT:
            return line
        squeezed = self.squeezed[number]
        start = max(squeezed.find(text) - _WORDS_BEFORE, 0)
        part = squeezed[start : start + _LONGEST_TEXT]
        before = "…" if start else ""
        behind = "…" if start + _LONGEST_TEXT < len(squeezed) else ""
        return f"{before}{part}{behind}"

    def get_line(self, number: int) -> str:
        """Return a squeezed line; "" for one that there is not."""
        if 0 <= number < len(self.squeezed):
            return self.squeezed[number]
        return ""


class PageLocator:
    """Finds texts on a page that was read."""

    def __init__(self, document: DocumentParts, source: str) -> None:
        self.document = document
        self.source = source
        self.parts = {
            "header": _Lines("header", document.header),
            "body": _Lines("body", document.body),
            "tail": _Lines("tail", document.tail),
        }

    @cached_property
    def _finder(self) -> ElementFinder:
        return ElementFinder(self.source)

    @cached_property
    def _file_lines(self) -> _Lines:
        return _Lines("body", self.source.split("\n"))

    def find(
        self, text: str, *parts: str, beside: str = "", last: bool = False
    ) -> PagePlace | None:
        """Return where a text stands in the parts, asked in their order; None where it does not.

        A line that has the words `beside` too goes before others. `last` asks for the last
        place and not for the first.
        """
        words = squeeze(text)
        if not words:
            return None
        if beside:
            for name in parts:
                number = self.parts[name].find_line_with((words, squeeze(beside)))
                if number is not None:
                    return self._build_place(self.parts[name], number, words)
        for name in parts:
            number = self.parts[name].find_line(words, last=last)
            if number is not None:
                return self._build_place(self.parts[name], number, words)
        return None

    def find_meta(self, basis: str, text: str) -> PagePlace:
        """Return the place of a meta tag, by a basis such as meta:PubDate."""
        name = basis.partition(":")[2]
        element = f'//meta[@name="{name}"]'
        if name in ("json-ld", "time"):
            element = (
                "//time" if name == "time" else '//script[@type="application/ld+json"]'
            )
        return PagePlace("meta", text, element=element)

    def find_title_element(self, text: str) -> PagePlace:
        return PagePlace("title", text, element="//title")

    def _build_place(self, lines: _Lines, number: int, text: str) -> PagePlace:
        shown_text = lines.show_line(number, text)
        neighbours = (
            lines.get_line(number - 1),
            lines.get_line(number),
            lines.get_line(number + 1),
        )
        if not self.document.page.is_markup:
            line = self._file_lines.find_line_between(*neighbours)
            return PagePlace(lines.part, shown_text, line)
        markup = self._finder.find(*neighbours)
        if markup is None:
            return PagePlace(lines.part, shown_text)
        return PagePlace(lines.part, shown_text, markup.line, markup.path)
