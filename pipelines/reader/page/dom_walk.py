"""The walk: one pass over the tree of a page that writes down its text and finds the main
container.

The text of every element goes into pieces; where a known container begins and ends is noted, so
that head, body and tail are slices of one list. Containers are those of the CMS families in use
(TRS, Hanweb, Kaipuyun, lonsun, VSB, gkmlpt), the wide ones last: those may hold the page's
header as well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

_CONTAINERS = (
    "#zoom .trs_editor .trs_ueditor .trs_editor_view #ucap-content ucapcontent .article-content"
    " .v_news_content #vsb_content .j-fontcontent .wzcon .main-txt .artile_zw .article_zoom #zoomcon"
    " .xxgk_wenzhang .content .article .view"
)
BREAK, CELL, JOINT = (
    "\x03",
    "\x02",
    "\x01",
)  # end of line, end of cell, end of an inline element

_RANK = {name: rank for rank, name in enumerate(re.findall(r"\S+", _CONTAINERS))}
WIDE = _RANK[".content"]
_FENCE_RANK = -1  # Hanweb's comment fences are the surest sign of all
_FENCE = re.compile(r"(?:信息内容\]?>?|content\.)\s*(begin|end)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SUBSTANCE = 40  # characters: a container with fewer holds no prose
SHORT_CELL = (
    300  # a longer cell is part of a page laid out with a table, and keeps its lines
)
_MOST_CELLS = (
    60_000  # of a page whose text is kept for its grids; no report has a thousand
)
_WORDS = re.compile(r"(?<=[A-Za-z0-9.])[\s\x01\x03]*\x03[\s\x01\x03]*(?=[A-Za-z0-9.])")

_LABELS = re.compile(
    rf"{BREAK}\s*(?:发布(?:时间|日期)|时间|日期|(?:信息)?来源)[\s{JOINT}]*[:：]"
)

_HIDDEN_CELL = -1

_SKIP, _BLOCK, _TD, _BR, _INLINE, _HEADING = 1, 2, 4, 8, 16, 32
_KINDS = (
    (
        _SKIP,
        "script style noscript template select option textarea button svg object map audio video head",
    ),
    (
        _BLOCK,
        "p div section article header footer nav main aside ul ol li dl dt dd table tbody thead tr caption form"
        " fieldset blockquote pre center h1 h2 h3 h4 h5 h6 hr figure address body ucapcontent",
    ),
    (_TD, "td th"),
    (_BR, "br"),
    (_INLINE, "span font a label em i b strong small u publishtime"),
    (_HEADING, "h1 h2 h3"),
)
_LINE = _BLOCK | _BR  # elements that begin a line
_KIND: dict[object, int] = {}
for _bit, _names in _KINDS:
    for _name in _names.split():
        _KIND[_name] = _KIND.get(_name, 0) | _bit
MEANINGLESS = ("span", "font", "b", "strong", "em", "i", "u", "small")
_RANKED = ("div", "td", "section", "article", "span", "ucapcontent")


class Walk:
    """One pass over the tree: the pieces of text, the headings, and the spans of known
    containers.
    """

    def __init__(self, root: Element, *, styled: bool = True) -> None:
        """Walk the tree; `styled` tells that some element's style may hide it."""
        self.pieces: list[str] = []
        self.headings: list[str] = []
        self.spans: list[
            tuple[int, int, int, Element]
        ] = []  # rank, first piece, end, element
        self.cells: dict[
            Element, str
        ] = {}  # text of each table cell that holds no other
        self._open: dict[
            Element, int
        ] = {}  # containers and headings, with their first piece
        self._cells: list[int] = []
        self._fence: int | None = None
        self._latest = 0  # first piece of the container that began last
        self._ranks = _ranks(root)
        # A container that a script shows later is read all the same.
        self._hidden = (
            {one for one in root.iter() if _is_hidden(one) and one not in self._ranks}
            if styled
            else set()
        )
        self._strip()
        self._run(root)

    def container(self) -> tuple[int, int, int, Element] | None:
        """Return rank, first piece, end and element of the surest container that holds text.

        Where none does, the surest with a table, an image or a frame: the report can be one.
        """
        spans = sorted(self.spans, key=lambda span: (span[0], span[1] - span[2]))
        full = (
            span
            for span in spans
            if len("".join("".join(self.pieces[span[1] : span[2]]).split()))
            >= _SUBSTANCE
        )
        shown = (
            span
            for span in spans
            if next(span[3].iter("table", "iframe", "embed", "img"), None) is not None
        )
        return next(full, next(shown, None))

    def _strip(self) -> None:
        """Take away inline elements within sure containers: they mean nothing there, and Word
        writes hundreds.
        """
        sure = {element for element, rank in self._ranks.items() if rank < WIDE}
        for kept in (*self._ranks, *self._hidden):
            sure.difference_update(kept.iterancestors(*_RANKED))
        for element in sure:
            etree.strip_tags(element, *MEANINGLESS)

    def _run(self, root: Element) -> None:
        """Walk. This is the reader's inner loop, so it is written out instead of split up."""
        pieces, cells, kinds, opened = self.pieces, self._cells, _KIND, self._open
        ranks, hidden = self._ranks, self._hidden
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walk:
            kind = kinds.get(element.tag, 0)
            if event == "start":
                if kind & _SKIP or (kind and element in hidden):
                    walk.skip_subtree()
                    if kind & _TD:
                        cells.append(_HIDDEN_CELL)
                    continue
                if kind & _LINE:
                    pieces.append(BREAK)
                elif kind & _TD:
                    cells.append(len(pieces))
                if element in ranks:
                    opened[element] = self._latest = len(pieces)
                elif kind & _HEADING:
                    opened[element] = len(pieces)
                if text := element.text:
                    pieces.append(text)
                continue
            if element in opened:
                self._close(element)
            if kind & _INLINE:
                pieces.append(JOINT)
            elif kind & _BLOCK:
                pieces.append(BREAK)
            elif kind & _TD:
                self._end_cell(element)
            elif event == "comment":
                self._comment(element)
            if text := element.tail:
                pieces.append(text)

    def _close(self, element: Element) -> None:
        start = self._open.pop(element)
        if element in self._ranks:
            self.spans.append((self._ranks[element], start, len(self.pieces), element))
        else:
            self.headings += [*self.pieces[start:], BREAK]

    def _end_cell(self, element: Element) -> None:
        """End a cell; a short one becomes a single line: 商业<br>企业 is one label."""
        start = self._cells.pop()
        if start == _HIDDEN_CELL:
            return
        text = (
            self.pieces[start]
            if len(self.pieces) == start + 1
            else "".join(self.pieces[start:])
        )
        if CELL not in text:
            if len(self.cells) < _MOST_CELLS:
                self.cells[element] = text
            if start >= self._latest and BREAK in text and len(text) <= SHORT_CELL:
                self.pieces[start:] = [_one_line(text)]
        self.pieces.append(CELL)

    def _comment(self, comment: Element) -> None:
        text = comment.text
        found = _FENCE.search(text) if text and len(text) < 80 else None
        if found and found[1].lower() == "begin":
            self._fence = self._latest = len(self.pieces)
        elif found and self._fence is not None:
            parent = comment.getparent()
            if parent is not None:
                self.spans.append((_FENCE_RANK, self._fence, len(self.pieces), parent))
            self._fence = None


@lru_cache(maxsize=4096)
def _one_line(cell: str) -> str:
    """Return a cell without its line breaks; words in Latin letters and numbers stay apart.

    One that holds the header of a page keeps its lines.
    """
    return cell if _LABELS.search(cell) else _WORDS.sub(" ", cell).replace(BREAK, "")


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return style is not None and "none" in style and bool(_HIDDEN.search(style))


def _ranks(root: Element) -> dict[Element, int]:
    """Return the containers of a page and how sure a sign of the main text each is, 0 the
    surest.
    """
    found: dict[Element, int] = {}
    for element in root.iter(*_RANKED):
        names, ident = element.get("class"), element.get("id")
        if names is None and ident is None and element.tag != "ucapcontent":
            continue
        rank = _rank(names or "", ident or "", str(element.tag))
        if rank is not None:
            found[element] = rank
    return found


@lru_cache(maxsize=1024)
def _rank(names: str, ident: str, tag: str) -> int | None:
    found = [_RANK["#" + ident.lower()]] if "#" + ident.lower() in _RANK else []
    found += [
        _RANK[name] for part in names.lower().split() if (name := "." + part) in _RANK
    ]
    if tag == "ucapcontent":
        found.append(_RANK["ucapcontent"])
    return min(found, default=None)
