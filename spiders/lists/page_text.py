"""The text of list pages, read in one pass however the elements are nested."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeAlias

from lxml import etree
from parsel import Selector

Element: TypeAlias = etree._Element

WALK_EVENTS = ("start", "end", "comment", "pi")
LINK_TAG = "a"
HIDDEN_TAGS = ("a", "script")
# Of one link: beginnings and ends of elements. A link that is not closed holds all that follows;
# a thousand of them, each in the one before, would be read a thousand times.
MOST_NODES = 1_000


class TextPart(NamedTuple):
    """The part of a text that stands in one element."""

    start: int
    end: int


@dataclass(slots=True)
class OwnText:
    """The text of a page outside of links and scripts, and the part that each row has of it."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0  # of the pieces, each with a space behind it
    row_parts: dict[Element, TextPart] = field(default_factory=dict)
    link_places: dict[Element, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The pieces, joined with spaces."""
        return " ".join(self.pieces)

    def add_piece(self, piece: str) -> None:
        """Add the text between two tags."""
        self.pieces.append(piece)
        self.length += len(piece) + 1


def read_own_text(root: Element, row_tags: tuple[str, ...] = ()) -> OwnText:
    """Return the text below an element outside of links and scripts.

    The parts of the elements with one of `row_tags` are noted, and the places of links.
    """
    own_text = OwnText()
    row_starts: dict[Element, int] = {}
    hidden_depth = 0
    for event, element in etree.iterwalk(root, events=WALK_EVENTS):
        piece = element.tail
        if event == "start":
            piece = element.text
            hidden_depth += element.tag in HIDDEN_TAGS
            if element.tag == LINK_TAG:
                own_text.link_places[element] = own_text.length
            if element.tag in row_tags:
                row_starts[element] = own_text.length
        elif event == "end":
            hidden_depth -= element.tag in HIDDEN_TAGS
            if element.tag in row_tags:
                start = row_starts.pop(element)
                own_text.row_parts[element] = TextPart(start, own_text.length)
        if piece and not hidden_depth:
            own_text.add_piece(piece)
    return own_text


def read_text(element: Selector, separator: str = " ") -> str:
    """Return the text below an element, its pieces joined with a separator.

    It is cut where it is longer than any label (`MOST_NODES`).
    """
    root = element.root
    pieces = []
    walk = etree.iterwalk(root, events=WALK_EVENTS)
    for event, node in islice(walk, MOST_NODES):
        piece = node.text
        if event != "start":
            piece = node.tail
        if node is root and event == "end":
            break
        if piece:
            pieces.append(piece)
    return separator.join(pieces)
