"""Targets: where a page sends on to that was requested as a report and carries none itself.

It is a shell with the report in a frame, a redirect by script or meta tag, a short page with a
link to the whole text, or one that a script fills from an address that it prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from parsel import Selector

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Hints
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.pagers import is_next_label
from nianbao.spiders.lists.script_addresses import PageScripts, read_scripts
from nianbao.spiders.report_names import REPORT, YEAR, is_report_title
from nianbao.spiders.reports.content import PageContent
from nianbao.spiders.reports.files import names_file
from nianbao.spiders.rules import find_rule

FULL_TEXT_LABEL = find_rule("full_text_label")
MORE_LABEL = find_rule("more_label")
FULL_TEXT_SENTENCE = find_rule("full_text_sentence")
SCRIPTED_ADDRESS = find_rule("scripted_address")
SCRIPTED_FRAME = find_rule("scripted_frame")
OTHER_FILE = find_rule("other_file")
TEMPLATE_FRAME = find_rule("template_frame")
FILE_ADDRESS = find_rule("file_address")
PACKED_FILE = find_rule("packed_file")
REFRESH = find_rule("refresh_address")
HOME_PAGE = re.compile(r"/(?:(?:index|default)\.\w+)?")
# Chinese characters outside of links: a page with more has a text of its own.
MOST_TEXT = 300
MOST_TEXT_OF_REDIRECT = 120
FRAMES = "//*[self::iframe or self::frame or self::object or self::embed]"
LAZY_ADDRESSES = ("data-src", "data-url", "data-href", "data-link")
LAZY_ELEMENTS = "//*[@data-src or @data-url or @data-href or @data-link]"
LINKS = "//*[self::a or @onclick]"
# The only link of its paragraph.
SENTENCE_LINKS = "//a[@href and count(../a) = 1 and not(parent::li)]"
LONGEST_SENTENCE = 120  # characters
BLANK_ADDRESSES = ("", "#", "about:blank")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a page may send on to; `is_sure`: it says so, and it is no frame of its template."""

    url: str
    is_sure: bool


def find_plain_targets(
    content: PageContent, hints: Hints, *, by_links: bool
) -> Iterator[Target]:
    """Yield the addresses that a page without a report's text sends on to, the surest first.

    `by_links`: a link to the whole text counts too. On a page that may be a list, that is a row.
    """
    yield from _find_targets(content, hints, FINDERS)
    if by_links:
        yield from _find_targets(content, hints, LINK_FINDERS)


def find_titled_targets(content: PageContent, hints: Hints) -> Iterator[Target]:
    """Yield what a page's links with the title of a report lead to, and what a script loads.

    On a page that may be a list, these are rows and their next page.
    """
    yield from _find_targets(content, hints, TITLE_FINDERS)


def _find_targets(
    content: PageContent, hints: Hints, finders: Iterable[Finder]
) -> Iterator[Target]:
    if content.has_chapters or not content.page.is_markup:
        return
    if content.text_length > MOST_TEXT:
        return
    for find in finders:
        for address in find(content, hints):
            url = content.page.urljoin(address)
            if url and _can_be_target(url, content.page.url):
                yield Target(url, find in SURE_FINDERS)


def _can_be_target(url: str, page_url: str) -> bool:
    """Tell whether an address is no file, not the page itself and not the site's home page."""
    if FILE_ADDRESS.find(url) or PACKED_FILE.find(url):
        return False
    if canonicalize(url) == canonicalize(page_url):
        return False
    parts = urlsplit(url)
    return HOME_PAGE.fullmatch(parts.path) is None or bool(parts.query)


# --- redirects ------------------------------------------------------------------------------


def _find_refresh(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the address of a refresh: of the header, or a meta tag wherever it stands."""
    header = content.page.parsed.headers.get("Refresh", b"") or b""
    match = REFRESH.find(header.decode("latin-1"))
    if match:
        yield match[1]
    for meta in content.page.xpath("//meta[@http-equiv]"):
        if meta.attrib["http-equiv"].strip().lower() == "refresh":
            match = REFRESH.find(meta.attrib.get("content", ""))
            if match:
                yield match[1]


def _find_redirect(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the addresses that the scripts of an empty page send a visitor to."""
    if content.text_length > MOST_TEXT_OF_REDIRECT:
        return
    for action in content.actions:
        if action.kind == "open":
            yield action.address


# --- frames ---------------------------------------------------------------------------------


def _find_frames(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the frames that can hold the report: none of the template, the named ones first."""
    ranked = []
    frames = list(content.page.xpath(FRAMES))
    if content.written_markup:
        written = content.page.parse_fragment(content.written_markup)
        frames += written.xpath(FRAMES)
    for frame in frames:
        address = _read_frame_address(frame)
        if address is not None and not _is_template(frame, address):
            name = (
                f"{frame.attrib.get('name', '')} {frame.attrib.get('id', '')}".lower()
            )
            is_main = any(word in name for word in ("main", "content", "right", "body"))
            ranked.append((not is_main, address))
    ranked.sort(key=_get_rank)
    for ranked_address in ranked:
        yield ranked_address[1]


def _get_rank(ranked_address: tuple[bool, str]) -> bool:
    return ranked_address[0]


def _read_frame_address(frame: Selector) -> str | None:
    for name in (*LAZY_ADDRESSES, "src", "data"):
        address = frame.attrib.get(name, "").strip()
        is_script = address.lower().startswith(("javascript:", "data:"))
        if address not in BLANK_ADDRESSES and not is_script:
            return None if names_file(address) else address
    return None


def _is_template(frame: Selector, address: str) -> bool:
    """Tell whether a frame is one of the template: a counter, a menu, a search, the weather."""
    sizes = {frame.attrib.get("width", ""), frame.attrib.get("height", "")}
    if sizes & {"0", "1", "0px", "1px"}:
        return True
    names = f"{frame.attrib.get('name', '')} {frame.attrib.get('id', '')}"
    return any(map(TEMPLATE_FRAME.find, (names.lower(), address.lower())))


def _find_lazy_parts(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the pages that elements name for a script to load."""
    for element in content.page.xpath(LAZY_ELEMENTS):
        if element.root.tag in ("img", "a", "script", "source"):
            continue
        label = _read_label(element)
        if MORE_LABEL.find(label) or is_next_label(label):
            continue
        for name in LAZY_ADDRESSES:
            address = element.attrib.get(name, "").strip()
            if SCRIPTED_ADDRESS.find(address):
                yield address


def _find_scripted_frames(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the addresses that a script gives to a frame of the page."""
    for match in SCRIPTED_FRAME.pattern.finditer(content.page.script.text):
        address = match[2]
        if SCRIPTED_ADDRESS.find(address) and not OTHER_FILE.find(address):
            yield address


def _find_loaded_parts(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield the addresses from which the scripts of a page fill it."""
    for action in content.actions:
        address = action.address
        if action.kind != "send" or action.is_post or action.data:
            continue
        if SCRIPTED_ADDRESS.find(address) and not TEMPLATE_FRAME.find(address.lower()):
            yield address


# --- links ----------------------------------------------------------------------------------


def _find_full_text(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield what a link leads to that says that the whole text is there.

    Several links with such words are the rows of a list.
    """
    scripts = read_scripts(content.page)
    addresses = set()
    for link in content.page.xpath(LINKS):
        label = _read_label(link)
        if FULL_TEXT_LABEL.find(label):
            address = _read_link_address(link, scripts)
            if address and not names_file(address):
                addresses.add(address)
    if len(addresses) == 1:
        yield from addresses


def _find_full_text_in_sentence(content: PageContent, _: Hints) -> Iterator[str]:
    """Yield what the only link of a sentence leads to that says where the whole text is."""
    for link in content.page.xpath(SENTENCE_LINKS):
        sentence = "".join(read_text(link.xpath("..")[0], separator="").split())
        if len(sentence) > LONGEST_SENTENCE or not FULL_TEXT_SENTENCE.find(sentence):
            continue
        address = link.attrib["href"].strip()
        if not names_file(address):
            yield address


def _find_titled_link(content: PageContent, hints: Hints) -> Iterator[str]:
    """Yield what a link leads to that has the title of the page, or that of its row.

    Links with the titles of several reports on the year are rows of a list.
    """
    own_titles = set(content.titles)
    row_title = "".join((hints.list_title or "").split())
    own_titles.add(row_title)
    own_year = _read_year(row_title)
    scripts = read_scripts(content.page)
    addresses: list[str] = []
    labels = set()
    for link in content.page.xpath(LINKS):
        label = _read_label(link)
        names_report = is_report_title(label) and own_year in (None, _read_year(label))
        if names_report:
            labels.add(label)
        if names_report or (label in own_titles and REPORT.find(label)):
            address = _read_link_address(link, scripts)
            if address:
                addresses.append(address)
    if len(labels) <= 1:
        yield from addresses


def _read_year(title: str) -> str | None:
    match = YEAR.find(title)
    return match[0] if match else None


def _read_label(link: Selector) -> str:
    label = "".join(read_text(link, separator="").split())
    if label:
        return label
    for name in ("title", "value"):
        label = label or "".join(link.attrib.get(name, "").split())
    picture = link.xpath("./img/@alt | ./img/@title").get() or ""
    return label or "".join(picture.split())


def _read_link_address(link: Selector, scripts: PageScripts) -> str | None:
    address = link.attrib.get("href", "").strip()
    is_script = address.lower().startswith("javascript:")
    if address not in BLANK_ADDRESSES and not is_script and not address.startswith("#"):
        return address
    script = f"{address} {link.attrib.get('onclick', '')}"
    return scripts.find_address(script)


Finder = Callable[[PageContent, Hints], Iterator[str]]
FINDERS: tuple[Finder, ...] = (
    _find_refresh,
    _find_redirect,
    _find_frames,
    _find_lazy_parts,
)
LINK_FINDERS: tuple[Finder, ...] = (
    _find_full_text,
    _find_full_text_in_sentence,
    _find_scripted_frames,
)
TITLE_FINDERS: tuple[Finder, ...] = (
    _find_titled_link,
    _find_loaded_parts,
)
SURE_FINDERS: tuple[Finder, ...] = (
    _find_refresh,
    _find_redirect,
    _find_full_text,
    _find_full_text_in_sentence,
    _find_titled_link,
)
