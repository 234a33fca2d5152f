"""The main text of a page, told by where its sentences stand.

A page's own text is sentences outside links; what stands around it is links, labels and names.
So the smallest element with nearly all sentences holds the main text, unless much of it is links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree

from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.dom_walk import is_skipped

_HOLDERS = frozenset(
    ("div", "td", "section", "article", "center", "main", "table", "form")
)
_SENTENCE_SIGN = re.compile("[。；，：、！？]")
_SENTENCE_LENGTH = 20  # characters of a text that is a sentence without any sign, too
_LEAST_PROSE = (
    200  # characters; in fewer nothing tells the page's own text from another's
)
_SHARE_OF_PROSE = 0.8  # of all sentences of the page, in the element
_MOST_LINKED = 0.15  # of the element's own text


class _Amounts(NamedTuple):
    """Texts of a page and their characters, up to a place or of an element."""

    texts: int
    characters: int
    linked: int  # characters within links
    prose: int  # characters of sentences outside links


class _TextWalk:
    """One pass over the tree: its texts, and how much of them each holder of text has.

    `holders` are amounts before and behind each, inner ones first.
    """

    def __init__(self, root: Element) -> None:
        self.texts: list[str] = []
        self.holders: list[tuple[_Amounts, _Amounts]] = []
        self._characters = 0
        self._linked = 0
        self._prose = 0
        self._open_links = 0
        self._walk(root)

    def count(self) -> _Amounts:
        """Return the amounts up to the place that was reached."""
        return _Amounts(len(self.texts), self._characters, self._linked, self._prose)

    def _walk(self, root: Element) -> None:
        starts: list[_Amounts] = []
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if is_skipped(tag):
                    walk.skip_subtree()
                    continue
                if tag in _HOLDERS:
                    starts.append(self.count())
                elif tag == "a":
                    self._open_links += 1
                text = element.text
            else:
                if tag in _HOLDERS:
                    self.holders.append((starts.pop(), self.count()))
                elif tag == "a":
                    self._open_links -= 1
                text = element.tail
            if text:
                self._add(text)

    def _add(self, text: str) -> None:
        length = len("".join(text.split()))
        if not length:
            return
        self.texts.append(text)
        self._characters += length
        if self._open_links:
            self._linked += length
        elif length >= _SENTENCE_LENGTH or _SENTENCE_SIGN.search(text):
            self._prose += length


def find_dense_text(root: Element) -> Sequence[str] | None:
    """Return the texts of the element that holds the main text, None where that is not sure."""
    walk = _TextWalk(root)
    least_prose = max(_LEAST_PROSE, _SHARE_OF_PROSE * walk.count().prose)
    for before, behind in walk.holders:
        if behind.prose - before.prose < least_prose:
            continue
        linked = behind.linked - before.linked
        if linked > _MOST_LINKED * (behind.characters - before.characters):
            return None
        return walk.texts[before.texts : behind.texts]
    return None
