"""The text of each block of a page, without white space: what a person sees as one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from nianbao.spiders.lists.page_text import WALK_EVENTS, Element

Found = TypeVar("Found")
INLINE_TAGS = frozenset((
    "a", "abbr", "b", "big", "br", "button", "em", "font", "i", "img", "input", "label", "mark",
    "nobr", "option", "s", "select", "small", "span", "strong", "sub", "sup", "u", "wbr",
))  # fmt: skip
HIDDEN_TAGS = ("script", "style", "title", "noscript", "textarea")
LONGEST_LINE = 150  # characters: a shorter block is a part of the line around it
LONGEST_LABEL = 12  # characters of a pager's link; a longer one is a row
BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s+(?=\d)")
APART = "|"  # between two numbers
BREAK = "\n"  # in the place of what is left out


@dataclass(slots=True)
class _Block:
    """A block that is not closed yet; `link_start` is where the pieces of its open link begin."""

    element: Element
    pieces: list[str] = field(default_factory=list)
    link_start: int | None = None


def find_in_blocks(
    root: Element, find: Callable[[Element, str], list[Found]]
) -> Iterator[Found]:
    """Yield what `find` returns for each block of a page and its text, inner blocks first.

    The text of a short block stands in that of the block around it too, unless something was
    found in it. Links that are longer than the labels of a pager are left out.
    """
    blocks = [_Block(root)]
    hidden_depth = 0
    for event, element in etree.iterwalk(root, events=WALK_EVENTS):
        is_hidden = element.tag in HIDDEN_TAGS
        if event == "start":
            hidden_depth += is_hidden
            if element is not root and element.tag not in INLINE_TAGS:
                blocks.append(_Block(element))
            if element.tag == "a":
                blocks[-1].link_start = len(blocks[-1].pieces)
            _add_piece(blocks[-1], element.text, hidden_depth)
            continue
        if event == "end":
            hidden_depth -= is_hidden
            if element.tag == "a":
                _close_link(blocks[-1])
            if element is blocks[-1].element:
                block = blocks.pop()
                text = "".join(block.pieces)
                results = find(element, text)
                yield from results
                if not blocks:
                    return
                is_part = not results and len(text) <= LONGEST_LINE
                _append(blocks[-1], text if is_part else BREAK)
        _add_piece(blocks[-1], element.tail, hidden_depth)


def _add_piece(block: _Block, text: str | None, hidden_depth: int) -> None:
    if text and not hidden_depth:
        words = BETWEEN_NUMBERS.sub(APART, text)
        _append(block, "".join(words.split()))


def _append(block: _Block, piece: str) -> None:
    """Add a piece; numbers in two elements stay two numbers."""
    if not piece:
        return
    last = block.pieces[-1] if block.pieces else ""
    if last[-1:].isdigit() and piece[:1].isdigit():
        block.pieces.append(APART)
    block.pieces.append(piece)


def _close_link(block: _Block) -> None:
    if block.link_start is None:
        return
    label = "".join(block.pieces[block.link_start :])
    if len(label) > LONGEST_LABEL:
        block.pieces[block.link_start :] = [BREAK]
    block.link_start = None
