"""Pages of an import as captures: unpacked and judged as a crawl does with its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.http import Headers as ScrapyHeaders
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes

from nianbao.archive.addresses import remove_session
from nianbao.crawler.imports.body import decode_body
from nianbao.crawler.middlewares.block_signs import extract_features, judge
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE
from nianbao.spiders.capture import VERDICT, capture_response

if TYPE_CHECKING:
    from nianbao.archive.records import Capture, Hints
    from nianbao.crawler.imports.items import Headers, PageItem
    from nianbao.crawler.imports.site_index import Owner


class UnusablePage(Exception):
    """A page that cannot be made a capture; the message says why."""


def find_stored_address(url: str) -> str:
    """Return the address under which the archive has a page; what is no address stays as it is."""
    try:
        return str(Request(remove_session(url)).url)
    except ValueError:
        return url


def make_capture(page: PageItem, owner: Owner) -> Capture:
    """Return a page as a visit to a site's report; what is no page says so in its outcome.

    Raises UnusablePage.
    """
    try:
        response = _make_response(page, owner)
    except ValueError as error:
        raise UnusablePage(f"{page.url}: {error}") from error
    request = response.request
    if request is None:
        raise TypeError("a response without its request")
    verdict = judge(extract_features(request, response))
    if verdict is not None:
        request.meta[VERDICT] = verdict
    capture = capture_response(owner.site.id, response)
    return replace(capture, visited_at=page.visited_at, status=page.status)


def add_list_hints(capture: Capture, list_hints: Hints) -> Capture:
    """Return a capture with what our lists say of what it shows."""
    hints = replace(
        capture.hints,
        list_title=list_hints.list_title,
        list_date=list_hints.list_date,
        column=list_hints.column,
        covers=list_hints.covers,
    )
    return replace(capture, hints=hints)


def _make_response(page: PageItem, owner: Owner) -> Response:
    """Return the answer with its body unpacked. Raises ValueError.

    A page without a status was shown by a browser or saved as one: it counts as an answer 200.
    """
    pairs, body = decode_body(page.headers, page.body, DOWNLOAD_MAXSIZE)
    headers = _to_scrapy_headers(pairs)
    content_type = headers.get("Content-Type") or b""
    hints = owner.hints(content_type.decode("latin-1") or None)
    hints = replace(hints, seen_by=page.seen_by)
    address = find_stored_address(page.url)
    request = Request(address, meta={"role": "report", "hints": hints})
    response_class = responsetypes.from_args(
        headers=headers, url=request.url, body=body
    )
    return response_class(
        request.url,
        status=200 if page.status is None else page.status,
        headers=headers,
        body=body,
        request=request,
    )


def _to_scrapy_headers(pairs: Headers) -> ScrapyHeaders:
    headers = ScrapyHeaders()
    for name, value in pairs:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    return headers
