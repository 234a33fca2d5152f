"""The walk: one pass over the tree of a page that writes down its text and finds the main
container.

The text of every element goes into pieces. Where a known container begins and ends is noted, so
that head, body and tail are slices of one list.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from nianbao.pipelines.reader.page.containers import (
    CONTAINER_TAGS,
    WIDE,
    ContainerSpan,
    Element,
    rank_containers,
)
from nianbao.pipelines.reader.payload.normal_form import join_words

_FENCE_RANK = -1  # Hanweb's comment fences are the surest sign of all
_FENCE = re.compile(r"(?:信息内容\]?>?|content\.)\s*(begin|end)", re.IGNORECASE)
_MAX_FENCE_LENGTH = 80

BREAK = "\x03"  # end of a line
CELL = "\x02"  # end of a cell
JOINT = "\x01"  # end of an inline element

_MIN_PROSE_LENGTH = 40  # characters; a container with fewer holds no prose
# A longer cell is part of a page laid out with a table, and keeps its lines.
SHORT_CELL = 300
# Of a page, whose text is kept for its grids; no report has a thousand.
_MAX_CELLS = 60_000
_BREAK_BETWEEN_WORDS = re.compile(
    r"(?<=[A-Za-z0-9.])[\s\x01\x03]*\x03[\s\x01\x03]*(?=[A-Za-z0-9.])"
)
_HEADER_LABEL = re.compile(
    rf"{BREAK}\s*(?:发布(?:时间|日期)|时间|日期|(?:信息)?来源)[\s{JOINT}]*[:：]"
)

# Kinds of elements.
_SKIP = 1
_BLOCK = 2
_TABLE_CELL = 4
_LINE_BREAK = 8
_INLINE = 16
_BEGINS_LINE = _BLOCK | _LINE_BREAK
_TAGS_OF_KIND = {
    _SKIP: (
        "script style noscript template select option textarea button svg object map"
        " audio video head title rt rp"
    ),
    _BLOCK: (
        "p div section article header footer nav main aside ul ol li dl dt dd table"
        " tbody thead tr caption form fieldset blockquote pre center h1 h2 h3 h4 h5 h6"
        " hr figure address body ucapcontent"
    ),
    _TABLE_CELL: "td th",
    _LINE_BREAK: "br",
    _INLINE: "span font a label em i b strong small u publishtime",
}
_HEADINGS = ("h1", "h2", "h3")
MEANINGLESS = ("span", "font", "b", "strong", "em", "i", "u", "small")


def _collect_kinds() -> dict[object, int]:
    kinds: dict[object, int] = {}
    for kind, tags in _TAGS_OF_KIND.items():
        for tag in tags.split():
            kinds[tag] = kind
    return kinds


_KINDS = _collect_kinds()
# What is written where an element of a kind ends.
_END_PIECES = {_INLINE: JOINT, _BLOCK: BREAK}


def is_skipped(tag: object) -> bool:
    """Tell whether what stands in an element of a tag is no text of the page."""
    return bool(_KINDS.get(tag, 0) & _SKIP)


class DomWalk:
    """One pass over the tree.

    `pieces` are the pieces of text, `headings` those of the headings, `spans` the known
    containers, `cells` the text of each table cell that holds no other.
    """

    def __init__(self, root: Element) -> None:
        """Walk a tree out of which `remove_unseen` took what is hidden."""
        self.pieces: list[str] = []
        self.headings: list[str] = []
        self.spans: list[ContainerSpan] = []
        self.cells: dict[Element, str] = {}
        # Containers and headings that have begun, with their first piece.
        self._open_elements: dict[Element, int] = {}
        self._cell_starts: list[int] = []
        self._fence_start: int | None = None
        self._latest_start = 0  # first piece of the container that began last
        self._ranks = rank_containers(root)
        self._strip_inline()
        self._walk(root)

    def find_container(self) -> ContainerSpan | None:
        """Return the surest container that holds text.

        Where none does, the surest with a table, an image or a frame: the report can be one.
        """
        spans = sorted(self.spans, key=_rank_span)
        for span in spans:
            pieces = self.pieces[span.start : span.end]
            text = join_words("".join(pieces))
            if len(text) >= _MIN_PROSE_LENGTH:
                return span
        for span in spans:
            media = span.element.iter("table", "iframe", "embed", "img")
            if next(media, None) is not None:
                return span
        return None

    def _strip_inline(self) -> None:
        """Take away inline elements within sure containers.

        They mean nothing there, and Word writes hundreds.
        """
        sure: set[Element] = set()
        for element, rank in self._ranks.items():
            if rank < WIDE:
                sure.add(element)
        for element in self._ranks:
            sure.difference_update(element.iterancestors(*CONTAINER_TAGS))
        for element in sure:
            etree.strip_tags(element, *MEANINGLESS)

    def _walk(self, root: Element) -> None:
        """Walk. This is the reader's inner loop: it looks up names once and calls little."""
        pieces = self.pieces
        marked_elements = {*self._ranks, *root.iter(*_HEADINGS)}
        open_elements = self._open_elements
        kinds = _KINDS
        end_pieces = _END_PIECES
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walk:
            kind = kinds.get(element.tag, 0)
            if event == "start":
                if kind & _SKIP:
                    walk.skip_subtree()
                    continue
                if kind & _BEGINS_LINE:
                    pieces.append(BREAK)
                elif kind & _TABLE_CELL:
                    self._cell_starts.append(len(pieces))
                if element in marked_elements:
                    self._open_element(element)
                text = element.text
            else:
                if element in open_elements:
                    self._close_element(element)
                if kind in end_pieces:
                    pieces.append(end_pieces[kind])
                elif kind & _TABLE_CELL:
                    self._end_cell(element)
                elif event == "comment":
                    self._read_fence(element)
                text = element.tail
            if text:
                pieces.append(text)

    def _open_element(self, element: Element) -> None:
        """Note where a container or heading begins."""
        start = len(self.pieces)
        self._open_elements[element] = start
        if element in self._ranks:
            self._latest_start = start

    def _close_element(self, element: Element) -> None:
        start = self._open_elements.pop(element)
        if element in self._ranks:
            rank = self._ranks[element]
            end = len(self.pieces)
            self.spans.append(ContainerSpan(rank, start, end, element))
        else:
            self.headings.extend(self.pieces[start:])
            self.headings.append(BREAK)

    def _end_cell(self, element: Element) -> None:
        """End a cell; a short one becomes a single line: 商业<br>企业 is one label."""
        start = self._cell_starts.pop()
        text = "".join(self.pieces[start:])
        if CELL not in text:
            if len(self.cells) < _MAX_CELLS:
                self.cells[element] = text
            is_in_container = start >= self._latest_start
            is_label = BREAK in text and len(text) <= SHORT_CELL
            if is_in_container and is_label and not _is_only_cell(element):
                self.pieces[start:] = [_join_lines(text)]
        self.pieces.append(CELL)

    def _read_fence(self, comment: Element) -> None:
        """Note where a pair of comments begins or ends the main text."""
        text = comment.text
        if not text or len(text) >= _MAX_FENCE_LENGTH:
            return
        fence = _FENCE.search(text)
        if fence is None:
            return
        end = len(self.pieces)
        if fence[1].lower() == "begin":
            self._fence_start = end
            self._latest_start = end
        elif self._fence_start is not None:
            parent = comment.getparent()
            if parent is not None:
                span = ContainerSpan(_FENCE_RANK, self._fence_start, end, parent)
                self.spans.append(span)
            self._fence_start = None


def _is_only_cell(cell: Element) -> bool:
    """Tell whether a cell is all that its table has: a page is laid out with it."""
    row = cell.getparent()
    for element in (cell, row):
        if element is None or element.getnext() is not None:
            return False
        if element.getprevious() is not None:
            return False
    return True


def _rank_span(span: ContainerSpan) -> tuple[int, int]:
    """Return the key by which the surest container comes first, and the longest of those."""
    length = span.end - span.start
    return span.rank, -length


@lru_cache(maxsize=4096)
def _join_lines(cell: str) -> str:
    """Return a cell without its line breaks; words in Latin letters and numbers stay apart.

    One that holds the header of a page keeps its lines.
    """
    if _HEADER_LABEL.search(cell):
        return cell
    return _BREAK_BETWEEN_WORDS.sub(" ", cell).replace(BREAK, "")
