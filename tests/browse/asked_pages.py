"""Pages asked for without a server: the views of an archive's pages, in any format."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from nianbao.archive import Archive
from nianbao.archive.browse import formats
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.languages import Language
from nianbao.archive.browse.page import BrowsePage, PageRequest, Route
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.remembered import get_overview

CITED = "http://archive.example.org/"


def ask_page(
    archive: Archive, address: str, format_: str = "html", language: str = "zh"
) -> str:
    """Return the page at an address (of `Addresses("/")`, without a suffix) as text."""
    route, request = make_request(address, format_, language)
    page = route.view(archive.db, request)
    assert isinstance(page, BrowsePage)
    context = {
        "downloads": formats.list_downloads(route.formats),
        "cited": formats.cite_page(page, request),
        "whole": get_overview(archive.db, request),
    }
    return formats.format_page(page, request, context)


def make_request(
    address: str, format_: str = "html", language: str = "zh"
) -> tuple[Route, PageRequest]:
    """Return the route of an address, and the request for it."""
    split = urlsplit(address)
    remembered: dict[str, Any] = {}

    def remember(key: str, make: Any) -> Any:
        if key not in remembered:
            remembered[key] = make()
        return remembered[key]

    for route in ROUTES:
        match = re.fullmatch(route.pattern, split.path)
        if match:
            break
    else:
        raise AssertionError(f"no page at {address}")
    values = {
        name: unquote(value) for name, value in match.groupdict().items() if value
    }
    request = PageRequest(
        path=split.path,
        path_values=values,
        args=dict(parse_qsl(split.query)),
        format=format_,
        language=Language(language),
        to=Addresses("/"),
        cite=Addresses(CITED),
        remember=remember,
    )
    return route, request
