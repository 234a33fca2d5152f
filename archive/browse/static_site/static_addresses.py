"""Addresses of the pages of a static site: files, relative to the page that has the link.

Every address that is asked for is noted as a page to make. What only a server can answer
(search, tables, archived pages, other formats) has none: :func:`drop_dead_links` takes such
links off the page and leaves their text.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.static_site.file_names import name_file
from nianbao.archive.browse.static_site.link_book import PLAIN, SECOND, LinkBook

DEAD = "#no-page"
DEAD_LINK = re.compile(
    r'<a(?P<head>[^>]*) href="#no-page[^"]*"(?P<tail>[^>]*)>(?P<text>.*?)</a>', re.S
)
LINK_ATTRIBUTE = re.compile(r' (?:rel|hreflang|download)(?:="[^"]*")?')
KINDS = frozenset(
    (
        "agency",
        "changes",
        "coverage",
        "dictionary",
        "diff",
        "document",
        "exports",
        "findings",
        "method",
        "region",
        "report",
        "sites",
        "unassigned",
    )
)
UNPUBLISHED_ARGUMENTS = frozenset(["by"])
FEED_ARGUMENTS = frozenset(["about", "kind"])
DOCUMENT = "/document"
DRAWING = ".svg"
HTML, ATOM = ".html", ".atom"
MOST_NAMES = 4096  # that are kept: each page links to many that others link to
SAFE_IN_ADDRESS = "/@+~()"


@dataclass(frozen=True, slots=True)
class StaticAddresses(Addresses):
    """Addresses in one language; `prefix` is the site's, "" for those relative to `folder`."""

    language: str
    folder: str
    book: LinkBook

    is_static: ClassVar[bool] = True

    def front(self) -> str:
        """Return the address of the front page."""
        return self.lead("/", self.language)

    def exports(self) -> str:
        """Return the address of the page of files to download."""
        return self._join("exports")

    def dictionary(self) -> str:
        """Return the address of the page that says what the columns hold."""
        return self._join("dictionary")

    def file(self, name: str) -> str:
        """Return the address of a file of the site that is no page."""
        return self._write(name)

    def asset(self, name: str) -> str:
        """Return the address of a file of `static/`."""
        return self._write(f"static/{name}")

    def report(
        self,
        region: str | None,
        agency: str,
        year: int,
        at: str | None = None,
        cell: str = "",
        site: str | None = None,
    ) -> str:
        """Return the address of an agency's report for a year, as :class:`Addresses` does.

        The version that stands now has no page of its own: its address is the place in the
        report's page that names it, and stays when there is a later one.
        """
        address = PLAIN.report(region, agency, year, site=site)
        fragment = f"#{quote(cell)}" if cell else ""
        return self._lead_to_version(address, at, fragment)

    def document(self, url: str, at: str | None = None) -> str:
        """Return the address of a document; that of its report where it stands for one alone."""
        address = self.book.find_report(PLAIN.document(url))
        return self._lead_to_version(address, at, "")

    def _lead_to_version(self, address: str, at: str | None, fragment: str) -> str:
        moments = self.book.list_moments(address)
        if not moments and not self.book.is_missing(address):
            return self._lead_nowhere()
        if not at or not moments:
            return self.lead(address, self.language) + fragment
        moment = _find_moment(moments, at) or at
        if moment == moments[-1]:
            return self.lead(address, self.language) + f"#at-{moment}"
        return self.lead(_name_version(address, moment), self.language) + fragment

    def page(self, path: str, suffix: str = "", **arguments: Any) -> str:
        """Return the address of a page by its percent-encoded path, in a format."""
        language = arguments.pop("lang", None) or self.language
        if suffix == ATOM:
            arguments = {
                name: value
                for name, value in arguments.items()
                if name in FEED_ARGUMENTS
            }
        elif suffix:
            return DEAD
        address = PLAIN.page(path, **arguments)
        return self.lead(address, language, suffix or HTML)

    def _join(self, *parts: str, **arguments: Any) -> str:
        if parts[0] not in KINDS:
            return self._lead_nowhere()
        address = PLAIN._join(*parts, **arguments)
        suffix = "" if parts[-1].endswith(DRAWING) else HTML
        return self.lead(address, self.language, suffix)

    def lead(self, address: str, language: str, suffix: str = HTML) -> str:
        """Note the page at an address; return where its file is."""
        file = name_page(address, language, suffix)
        if file is None:
            return DEAD
        self.book.add_page(file, language, address, suffix)
        return self._write(file)

    def _lead_nowhere(self) -> str:
        """Return the mark of a dead link; an entry of a feed leads to the front page."""
        return self.front() if self.prefix else DEAD

    def _write(self, file: str) -> str:
        if self.prefix:
            return self.prefix + quote(file, safe=SAFE_IN_ADDRESS)
        relative = posixpath.relpath(file, self.folder)
        return quote(relative, safe=SAFE_IN_ADDRESS)


@lru_cache(maxsize=MOST_NAMES)
def name_page(address: str, language: str, suffix: str) -> str | None:
    """Return the file of the page at an address; None for one that is not published."""
    split = urlsplit(address)
    arguments = dict(parse_qsl(split.query))
    if UNPUBLISHED_ARGUMENTS.intersection(arguments):
        return None
    parts = []
    for part in split.path.split("/"):
        if part:
            parts.append(unquote(part))
    return name_file(language, parts, arguments, suffix)


def _name_version(address: str, moment: str) -> str:
    """Return the address of a report or document at a moment."""
    path, mark, query = address.partition("?")
    if path == DOCUMENT:
        return f"{address}&{urlencode({'at': moment})}"
    return f"{path}@{moment}{mark}{query}"


def _find_moment(moments: list[str], at: str) -> str | None:
    """Return the moment of the version that stood at another moment, itself included."""
    at = at[:SECOND].removesuffix("Z")
    standing = None
    for moment in moments:
        if moment[: len(at)] <= at:
            standing = moment
    return standing


def drop_dead_links(html: str) -> str:
    """Return a page without the links that lead to no page; their texts stay."""
    return DEAD_LINK.sub(_keep_text, html)


def _keep_text(match: re.Match[str]) -> str:
    attributes = LINK_ATTRIBUTE.sub("", match["head"] + match["tail"])
    return f"<span{attributes}>{match['text']}</span>"
