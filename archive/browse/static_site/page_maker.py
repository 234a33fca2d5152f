"""The pages of a site: the same views and templates as a server's, with addresses of files."""

from __future__ import annotations

import posixpath
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from nianbao.archive.browse import formats
from nianbao.archive.browse.citing import CITATION_FORMATS
from nianbao.archive.browse.languages import Language
from nianbao.archive.browse.page import (
    BrowsePage,
    PageAmbiguous,
    PageMoved,
    PageNotFound,
    PageRequest,
    RawAnswer,
    Route,
    TroublePage,
)
from nianbao.archive.browse.remembered import get_overview
from nianbao.archive.browse.static_site.static_addresses import (
    ATOM,
    StaticAddresses,
    drop_dead_links,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

    from nianbao.archive.browse.static_site.link_book import LinkBook, SitePage

MOVED = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">
<title>{address}</title></head><body><p><a href="{address}">{address}</a></p></body></html>
"""


class PageMaker:
    """Makes pages of one state of an archive. `base_url` is "" where it is not known.

    Without it there are no feeds and no citations: both need addresses with a host.
    """

    def __init__(
        self,
        db: Database,
        routes: Sequence[Route],
        book: LinkBook,
        base_url: str,
    ) -> None:
        self.failures = 0  # pages that say why they are not there
        self._db = db
        self._routes = routes
        self._book = book
        self._base_url = base_url
        self._results: dict[str, Any] = {}

    def make(self, site_page: SitePage) -> bytes:
        """Return the content of a page's file."""
        route, request = self._make_request(site_page)
        try:
            page = route.view(self._db, request)
        except PageMoved as moved:
            return MOVED.format(address=moved.address).encode()
        except PageNotFound as error:
            if not isinstance(error, PageAmbiguous):
                self.failures += 1
            return self._say_trouble(request, error)
        if isinstance(page, RawAnswer):
            return page.body
        text = formats.format_page(page, request, self._make_context(page, request))
        if request.format == "html":
            text = drop_dead_links(text)
        return text.encode()

    def _say_trouble(self, request: PageRequest, error: PageNotFound) -> bytes:
        """Return a page that says why there is none."""
        title = request.language("error.404")
        data = TroublePage(error.message, error.links)
        page = BrowsePage("trouble.html", title, data)
        text = formats.format_page(page, request, formats.NO_CONTEXT)
        return drop_dead_links(text).encode()

    def _make_request(self, site_page: SitePage) -> tuple[Route, PageRequest]:
        split = urlsplit(site_page.address)
        route, values = self._find_route(split.path)
        folder = posixpath.dirname(site_page.file)
        request = PageRequest(
            path=split.path,
            path_values=values,
            args=dict(parse_qsl(split.query)),
            format="atom" if site_page.suffix == ATOM else "html",
            language=Language(site_page.language),
            to=StaticAddresses("", site_page.language, folder, self._book),
            cite=StaticAddresses(
                self._base_url, site_page.language, folder, self._book
            ),
            remember=self._remember,
        )
        return route, request

    def _find_route(self, path: str) -> tuple[Route, dict[str, str]]:
        for route in self._routes:
            match = re.fullmatch(route.pattern, path)
            if match is not None:
                values = {}
                for name, value in match.groupdict().items():
                    if value is not None:
                        values[name] = unquote(value)
                return route, values
        raise LookupError(f"{path}: no page has this address")

    def _make_context(self, page: BrowsePage, request: PageRequest) -> dict[str, Any]:
        """Return what a template knows of the site."""
        route, _ = self._find_route(request.path)
        downloads = {}
        cited = None
        if self._base_url:
            cited = formats.cite_page(page, request)
            if "atom" in route.formats:
                downloads[ATOM] = formats.FORMAT_NAMES["atom"]
        return {
            "downloads": downloads,
            "cited": cited,
            "whole": get_overview(self._db, request),
            "cite_as": _make_citer(page),
        }

    def _remember(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._results:
            self._results[key] = make()
        return self._results[key]


def _make_citer(page: BrowsePage) -> Callable[[str], str]:
    """Return what gives the address of a page's citation: the citation itself (RFC 2397)."""

    def cite_as(suffix: str) -> str:
        name = suffix.removeprefix(".")
        if page.citation is None:
            return ""
        text = CITATION_FORMATS[name](page.citation)
        media_type = formats.CONTENT_TYPES[name].replace(" ", "")
        content = b64encode(text.encode()).decode()
        return f"data:{media_type};base64,{content}"

    return cite_as
