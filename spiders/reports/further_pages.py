"""Further pages of a report: a pager in the article that leads to its other pages.

The pages of one report have one title, and addresses that differ in the number of the page. The
article before and the one behind are no pages of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urljoin, urlsplit

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.pagers import is_next_label
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.report_names import REPORT
from nianbao.spiders.reports.content import PageContent
from nianbao.spiders.rules import find_rule

# What a page must have for a pager to be on it: most have not, and are not parsed for it.
PAGER_HINT = find_rule("article_pager_hint")
REST_LABEL = find_rule("rest_label")
NUMBERED_FILE = re.compile(r"[_\-/.p]{1,2}\d{1,3}")
# How the file of page 1 ends, where it has a number.
FIRST_FILE = re.compile(r"[_-][01]$")
PAGE_FIELD = re.compile(
    r"(?i:p|pn|page\w{0,6}|cur\w{0,3}page|\w{0,8}page(?:no|num|index)?)"
)
MOST_FURTHER_PAGES = 30  # the longest reports that were seen in pages have 12


ImageAddress: TypeAlias = tuple[str, str]  # as the page writes it, and absolute


class WayOn(NamedTuple):
    """A way from the page of a report to another page: its words, and where it leads."""

    label: str
    url: str  # absolute


@dataclass(slots=True)
class PagedReport:
    """A report whose further pages are being requested; its capture is stored with them.

    `digests` are the payload digests of its pages, the first one among them, `addresses` those
    that were requested, in canonical form, `rest_addresses` those of them that have the rest of
    the text by the words of their links. `images` are those of all pages in which the report may
    stand, each once; `has_text`: a page has chapters.
    """

    capture: Capture
    titles: frozenset[str]
    addresses: set[str] = field(default_factory=set)
    rest_addresses: set[str] = field(default_factory=set)
    digests: list[str] = field(default_factory=list)
    images: list[ImageAddress] = field(default_factory=list)
    has_text: bool = False

    @classmethod
    def begin(cls, capture: Capture, titles: frozenset[str]) -> PagedReport:
        """Return a report of which the first page is known, with the titles of that page."""
        paged = cls(capture, titles)
        paged.addresses.update(map(canonicalize, (capture.url, capture.final_url)))
        paged.digests.append(digest_of(capture))
        return paged

    def add_page(self, capture: Capture, titles: frozenset[str]) -> bool:
        """Take in a further page; return False for one that is no page of the report."""
        if self.repeats_page(capture) or not self._has_page(capture, titles):
            return False
        self.digests.append(digest_of(capture))
        return True

    def add_images(self, images: Iterable[ImageAddress], *, has_text: bool) -> None:
        """Take in the images of a page, and whether it has chapters.

        Those of a further page are known by absolute addresses: in another folder, what it writes
        can be what the first page writes for another image.
        """
        is_further = len(self.digests) > 1
        urls = {url for _, url in self.images}
        for address, url in images:
            if url not in urls:
                urls.add(url)
                self.images.append((url if is_further else address, url))
        self.has_text = self.has_text or has_text

    def repeats_page(self, capture: Capture) -> bool:
        """Tell whether a page is one that the report has already."""
        return digest_of(capture) in self.digests

    def is_named(self, url: str) -> bool:
        """Tell whether an address says by itself or by its link that it is one of the report."""
        if canonicalize(url) in self.rest_addresses:
            return True
        return is_numbered(url, self.capture.final_url)

    def _has_page(self, capture: Capture, titles: frozenset[str]) -> bool:
        """Tell by its titles whether a page is one of the report's.

        Where the address does not say so, a title must name a report: a site's name is on the
        page of the next article too.
        """
        if canonicalize(capture.url) in self.rest_addresses:
            return True
        common_titles = self.titles & titles
        if is_numbered(capture.url, self.capture.final_url):
            return bool(common_titles) or not (self.titles and titles)
        return any(map(REPORT.find, common_titles))

    def complete(self) -> Capture:
        """Return the capture of the first page with the digests of the further ones."""
        further_pages = tuple(self.digests[1:])
        hints = replace(self.capture.hints, further_pages=further_pages)
        return replace(self.capture, hints=hints)


def digest_of(capture: Capture) -> str:
    """Return the payload digest of a capture that has a payload, or names the one that stands."""
    if capture.payload is None:
        return capture.payload_sha256 or ""
    return sha256(capture.payload).hexdigest()


def find_further_page(ways_on: Iterable[WayOn], paged: PagedReport) -> str | None:
    """Return the address of the next page of a report; None where there is none.

    The words for the rest of the text count wherever they lead, those for the next page in the
    same folder; other ways on only where the address is that of the report with another number.
    """
    for label, url in ways_on:
        if canonicalize(url) in paged.addresses:
            continue
        if REST_LABEL.find(label):
            paged.rest_addresses.add(canonicalize(url))
            return url
        if _leads_on(label, url, paged.capture.final_url):
            return url
    return None


def find_ways_on(content: PageContent) -> Iterator[WayOn]:
    """Yield the ways from the page of a report to other pages, the surest first."""
    if not PAGER_HINT.find(content.page.text):
        return
    for label, address in _iterate_ways_on(content):
        url = content.page.urljoin(address)
        if url:
            yield WayOn(label, url)


def _iterate_ways_on(content: PageContent) -> Iterator[tuple[str, str]]:
    """Yield the words and the address of each way to another page, the surest first."""
    for link in find_pager_links(content.page):
        if isinstance(link.address, str):
            yield link.label, link.address
    for anchor in content.page.xpath("//a[@href]"):
        label = "".join(read_text(anchor, separator="").split())
        if REST_LABEL.find(label):
            yield label, anchor.attrib["href"]


def _leads_on(label: str, url: str, first_url: str) -> bool:
    if is_numbered(url, first_url):
        return True
    return is_next_label(label) and urljoin(url, ".") == urljoin(first_url, ".")


def is_numbered(url: str, first_url: str) -> bool:
    """Tell whether an address is that of the first page with the number of a page.

    `1.html`, `1_2.html`; `a.jsp?id=1`, `a.jsp?id=1&page=2`.
    """
    parts = urlsplit(url)
    first_parts = urlsplit(first_url)
    if parts.netloc != first_parts.netloc:
        return False
    if parts.path == first_parts.path:
        return _differs_in_page(parts.query, first_parts.query)
    stem, extension = _split_path(parts.path)
    first_stem, first_extension = _split_path(first_parts.path)
    if extension != first_extension:
        return False
    # 1 may be the number of the page or of the article
    own_stems = (first_stem, FIRST_FILE.sub("", first_stem))
    return any(_adds_number(stem, own_stem) for own_stem in own_stems)


def _adds_number(stem: str, first_stem: str) -> bool:
    if not stem.startswith(first_stem):
        return False
    return NUMBERED_FILE.fullmatch(stem[len(first_stem) :]) is not None


def _differs_in_page(query: str, first_query: str) -> bool:
    fields = dict(parse_qsl(query))
    first_fields = dict(parse_qsl(first_query))
    names = {
        name
        for name in fields.keys() | first_fields.keys()
        if fields.get(name) != first_fields.get(name)
    }
    return bool(names) and all(map(PAGE_FIELD.fullmatch, names))


def _split_path(path: str) -> tuple[str, str]:
    """Return the path of a file without its extension, and the extension."""
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return path, ""
    return f"{folder}{slash}{stem}", extension
