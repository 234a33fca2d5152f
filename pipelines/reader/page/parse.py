"""A page: one parse, and what stands before, in and behind the main text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from nianbao.pipelines.reader.page.dom_walk import (
    BREAK,
    CELL,
    JOINT,
    WIDE,
    Element,
    Walk,
)
from nianbao.pipelines.reader.tables.html_grids import Grid, extract_grids

_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|table|tr|td|p|br|span|meta|script|title|ul|li|h[1-6]|a|font|center"
    r"|article|section|b|i|strong|form)(?:\s[^<]*)?/?>",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_PARSER = etree.HTMLParser(
    encoding="utf-8", huge_tree=True, remove_pis=True
)  # making one takes a third of a parse
_STRING = etree.XPath("string()")
_LABELLED = re.compile(
    rf"{JOINT}(?=[\s{JOINT}]*(?:(?:信息|稿件|文章)?来源|作者|发布(?:时间|日期|机构)|时间|日期|浏览(?:次数|量)|点击|阅读|字[体号]"
    rf"|(?:责任)?编辑|审核)[\s{JOINT}]*[:：])"
)
_HEADER = 3000  # characters in which the header of a wide container stands
_EMPTY_LINES = re.compile("\n{3,}")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the parts that reading needs; `head`, `body` and `tail` are lines, cells parted
    by tabs.
    """

    head: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    title: str | None = None  # of the <title> element
    headings: tuple[str, ...] = ()
    metas: dict[str, str] = field(
        default_factory=dict
    )  # names in lower case, the first of each
    grids: tuple[Grid, ...] = ()
    links: tuple[
        tuple[str, str], ...
    ] = ()  # address and text of what the body links to or embeds
    contained: bool = False  # a known container was found
    wide: bool = True  # the body may hold the page's header
    markup: bool = False
    root: Element | None = None  # of the tree, where no known container was found


def is_markup(text: str) -> bool:
    """Tell HTML from plain text: a tag of a page within the first part of it."""
    return bool(_MARKUP.search(text, 0, 20000))


def visible(text: str) -> str:
    """Return text without characters of no width, and with one empty line where there were many."""
    text = _INVISIBLE.sub("", text)
    return _EMPTY_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def parse(text: str) -> Element | None:
    """Return the tree of a page, None when there is nothing in it."""
    source = _XML_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    try:
        return etree.fromstring(source, _PARSER)
    except etree.XMLSyntaxError:
        return None  # empty, or comments only


def page_of(text: str) -> Page:
    """Return the parts of an HTML page; a page without known container has all its lines in
    `body`.
    """
    root = parse(text)
    if root is None:
        return Page(markup=True)
    walk = Walk(root, styled="display" in text)
    span = walk.container()
    rank, start, end, element = span or (WIDE, 0, len(walk.pieces), root)
    title, metas = _about(root)
    return Page(
        head=tuple(_lines(walk.pieces[:start], spaced=True)),
        body=tuple(
            _lines(walk.pieces[start:end], spaced=not span, header=rank >= WIDE)
        ),
        tail=tuple(_lines(walk.pieces[end:], spaced=True)),
        title=title,
        headings=tuple(_lines(walk.headings, spaced=False)),
        metas=metas,
        grids=tuple(extract_grids(element, walk.cells)),
        links=tuple(_links(element)),
        contained=span is not None,
        wide=rank >= WIDE,
        markup=True,
        root=None if span else root,
    )


def _lines(pieces: list[str], *, spaced: bool, header: bool = False) -> Iterator[str]:
    """Yield the lines that pieces make.

    In a header inline elements are parted by a space (来源 and 作者 in spans of their own); in
    the body they are not (Word breaks 20 into two spans), but before a label of the `header`
    that a body begins with.
    """
    text = "".join(pieces)
    if header and not spaced:
        text = _LABELLED.sub(" ", text[:_HEADER]) + text[_HEADER:]
    text = visible(text.replace(JOINT, " " if spaced else ""))
    for raw in text.split(BREAK):
        if CELL not in raw:
            if line := " ".join(raw.split()):
                yield line
        elif line := "\t".join(
            [" ".join(cell.split()) for cell in raw.split(CELL)]
        ).strip("\t"):
            yield line


def _about(root: Element) -> tuple[str | None, dict[str, str]]:
    """Return the text of the first <title>, None without one, and the meta tags."""
    titles: list[str] = []
    metas: dict[str, str] = {}
    for element in root.iter("title", "meta"):
        if element.tag == "title":
            titles.append(" ".join(str(_STRING(element)).split()))
            continue
        name = element.get("name") or element.get("property")
        content = " ".join((element.get("content") or "").split())
        if name and content and content.lower() not in ("null", "undefined"):
            metas.setdefault(name.strip().lower(), content)
    return (titles[0] or None) if titles else None, metas


def _links(element: Element) -> Iterator[tuple[str, str]]:
    for link in element.iter("a", "iframe", "embed", "object"):
        address = link.get("href") or link.get("src") or link.get("data")
        if address:
            yield address.strip(), " ".join(str(_STRING(link)).split())
