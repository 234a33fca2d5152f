"""A page in its parts: one parse, and what stands before, in and behind the main text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.long_tags import describe_cut_attributes, limit_attributes
from nianbao.archive.records import Finding
from nianbao.pipelines.reader.failures import PartReader
from nianbao.pipelines.reader.page.cell_values import write_out_cells
from nianbao.pipelines.reader.page.containers import WIDE, ContainerSpan, Element
from nianbao.pipelines.reader.page.dom_walk import BREAK, CELL, JOINT, DomWalk
from nianbao.pipelines.reader.page.metas import collect_metas
from nianbao.pipelines.reader.page.styles import scan_source
from nianbao.pipelines.reader.page.unseen import remove_unseen
from nianbao.pipelines.reader.payload.normal_form import (
    collapse_space,
    remove_invisible,
)
from nianbao.pipelines.reader.tables.html_grids import Grid, extract_grids

_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|table|tr|td|p|br|span|meta|script|title|ul|li"
    r"|h[1-6]|a|font|center|article|section|b|i|strong|form)(?:\s[^<]*)?/?>",
    re.IGNORECASE,
)
_MARKUP_LENGTH = 20_000  # characters in which the first tag of a page stands
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
# Making a parser takes a third of a parse.
_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
_TEXT_OF = etree.XPath("string()")
_JOINT_BEFORE_LABEL = re.compile(
    rf"{JOINT}(?=[\s{JOINT}]*"
    r"(?:(?:信息|稿件|文章)?来源|作者|发布(?:时间|日期|机构)|时间|日期"
    r"|浏览(?:次数|量)|点击|阅读|字[体号]"
    rf"|(?:责任)?编辑|审核)[\s{JOINT}]*[:：])"
)
_FRAMES = ("iframe", "frame", "embed", "object")
_NO_ADDRESSES = ("javascript:", "mailto:", "#")
_ADDRESSES = ("data-src", "data-original", "src", "data")
_HEADER_LENGTH = 3000  # characters in which the header of a wide container stands
_EMPTY_LINES = re.compile("\n{3,}")


@dataclass(frozen=True, slots=True)
class DomPage:
    """A page in the parts that reading needs.

    `head`, `body` and `tail` are lines, cells separated by tabs. `title` is the <title> element's.
    `metas` are the meta tags, names in lower case, the first of each. `links` are address and text
    of what the body links to or embeds, `images` and `frames` the addresses of those in the body
    that are no links. `is_contained` says that a known container was found,
    `is_wide` that the body may hold the page's header. `root` is the tree, where no known
    container was found.
    """

    head: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    title: str | None = None
    headings: tuple[str, ...] = ()
    metas: dict[str, str] = field(default_factory=dict)
    grids: tuple[Grid, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    images: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    has_scripts: bool = False
    is_contained: bool = False
    is_wide: bool = True
    is_markup: bool = False
    root: Element | None = None
    failures: tuple[Finding, ...] = ()  # parts of the page that could not be read
    findings: tuple[Finding, ...] = ()  # on what of it a person sees


def is_markup(text: str) -> bool:
    """Tell HTML from plain text: a tag of a page within the first part of it."""
    return _MARKUP.search(text, 0, _MARKUP_LENGTH) is not None


def clean_text(text: str) -> str:
    """Return text without characters that nobody sees, one empty line where there were many."""
    text = remove_invisible(text)
    if "\n\n\n" in text:
        return _EMPTY_LINES.sub("\n\n", text)
    return text


def _encode(text: str) -> bytes:
    source = _XML_DECLARATION.sub("", text, count=1)
    return source.encode("utf-8", "replace")


def _parse_tree(payload: bytes) -> Element | None:
    """Return the tree of a page, None when there is nothing in it."""
    try:
        return etree.fromstring(payload, _PARSER)
    except etree.XMLSyntaxError:
        return None  # empty, or comments only


def parse_tree(text: str) -> Element | None:
    """Return the tree of a page as it came, None when there is nothing in it."""
    return _parse_tree(_encode(limit_attributes(text)))


def parse_seen_tree(text: str, number_name: str) -> Element | None:
    """Return the tree of a page as far as a person sees it.

    Each element has its position in the whole tree as the attribute `number_name`.
    """
    payload = _encode(limit_attributes(text))
    root = _parse_tree(payload)
    if root is None:
        return None
    for position, element in enumerate(root.iter()):
        if isinstance(element.tag, str):
            element.set(number_name, str(position))
    list(_take_out_unseen(root, payload))
    return root


def _take_out_unseen(root: Element, payload: bytes) -> Iterator[Finding]:
    """Make a tree what a person sees of it; what cells hold besides text becomes text.

    Yields what is to be said of it.
    """
    source = scan_source(payload)
    if not remove_unseen(root, source):
        yield make_finding("styles.cut", "warning", {})
    write_out_cells(root, has_raised=source.has_raised)


def parse_page(text: str) -> DomPage:
    """Return the parts of an HTML page, as far as a person sees them.

    A page without a known container has all its lines in `body`.
    """
    source = limit_attributes(text)
    payload = _encode(source)
    root = _parse_tree(payload)
    if root is None:
        return DomPage(is_markup=True)
    parts = PartReader()
    base = _find_base(root)
    findings = list(_take_out_unseen(root, payload))
    if source is not text:
        findings.append(describe_cut_attributes())
    walk = DomWalk(root)
    pieces = walk.pieces
    span = walk.find_container()
    is_contained = span is not None
    if span is None:
        span = ContainerSpan(WIDE, 0, len(pieces), root)
    is_wide = span.rank >= WIDE
    head = _join_spaced(pieces[: span.start])
    body_pieces = pieces[span.start : span.end]
    body = _join_body(body_pieces, is_contained, is_wide)
    tail = _join_spaced(pieces[span.end :])
    element = span.element
    read = parts.read
    headings = _iter_lines(_join_tight(walk.headings))
    return DomPage(
        head=tuple(_iter_lines(head)),
        body=tuple(_iter_lines(body)),
        tail=tuple(_iter_lines(tail)),
        title=_find_title(root),
        headings=tuple(headings),
        metas=collect_metas(root),
        grids=read(
            "the grids of the tables",
            lambda: tuple(extract_grids(element, walk.cells)),
            (),
        ),
        links=read("the links", lambda: tuple(_iter_links(element, base)), ()),
        images=read(
            "the images", lambda: tuple(_iter_addresses(element, ("img",))), ()
        ),
        frames=read("the frames", lambda: tuple(_iter_addresses(root, _FRAMES)), ()),
        has_scripts=next(root.iter("script"), None) is not None,
        is_contained=is_contained,
        is_wide=is_wide,
        is_markup=True,
        root=None if is_contained else root,
        failures=tuple(parts.findings),
        findings=tuple(findings),
    )


def _join_spaced(pieces: list[str]) -> str:
    """Join the pieces of a header: inline elements are separated by a space.

    来源 and 作者 stand in spans of their own.
    """
    return "".join(pieces).replace(JOINT, " ")


def _join_tight(pieces: list[str]) -> str:
    """Join the pieces of a body: inline elements are not separated.

    Word breaks 20 into two spans.
    """
    return "".join(pieces).replace(JOINT, "")


def _join_body(pieces: list[str], is_contained: bool, holds_header: bool) -> str:
    """Join the pieces of a body that may begin with the header of its page.

    Then there is a space before each label in the first part of it.
    """
    if not is_contained:
        return _join_spaced(pieces)
    if not holds_header:
        return _join_tight(pieces)
    text = "".join(pieces)
    beginning = text[:_HEADER_LENGTH]
    rest = text[_HEADER_LENGTH:]
    beginning = _JOINT_BEFORE_LABEL.sub(" ", beginning)
    return (beginning + rest).replace(JOINT, "")


def _iter_lines(text: str) -> Iterator[str]:
    """Yield the lines of a text that hold something, cells separated by tabs."""
    for raw_line in clean_text(text).split(BREAK):
        line = _join_cells(raw_line.split(CELL))
        if line:
            yield line


def _join_cells(cells: Sequence[str]) -> str:
    """Return the cells of a row separated by tabs, white space in them collapsed."""
    words_of_cells = map(str.split, cells)
    row = "\t".join(map(" ".join, words_of_cells))
    return row.strip("\t")


def _find_title(root: Element) -> str | None:
    """Return the text of the first <title>, None without one."""
    for element in root.iter("title"):
        return _extract_text(element) or None
    return None


def _find_base(root: Element) -> str:
    """Return the address that the links of a page start from, as its `<base>` gives it."""
    base = next((element for element in root.iter("base") if element.get("href")), None)
    return "" if base is None else base.get("href", "").strip()


def _join_base(base: str, address: str) -> str:
    """Return an address as it starts from a page's base; a script stays as it is."""
    if not base or address.lower().startswith(_NO_ADDRESSES):
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address  # a base that is none: http://[::1


def _iter_links(element: Element, base: str) -> Iterator[tuple[str, str]]:
    """Yield address and text of what an element links to or embeds."""
    for link in element.iter("a", "iframe", "embed", "object"):
        addresses = map(link.get, ("href", "src", "data"))
        address = next(filter(None, addresses), None)
        if address:
            yield _join_base(base, address.strip()), _extract_text(link)


def _iter_addresses(element: Element, tags: tuple[str, ...]) -> Iterator[str]:
    """Yield the addresses of images or frames; a page fills the lazy ones itself."""
    for image in element.iter(*tags):
        parent = image.getparent()
        if parent is not None and parent.tag == "a" and parent.get("href"):
            continue
        addresses = map(image.get, _ADDRESSES)
        address = next(filter(None, addresses), None)
        if address:
            yield address.strip()


def _extract_text(element: Element) -> str:
    return _clean_value(str(_TEXT_OF(element)))


def _clean_value(text: str) -> str:
    return collapse_space(remove_invisible(text))
