"""Pages of an import as captures: unpacked, judged and put into words as a crawl does with its
answers.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import scrapy
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings
from scrapy.statscollectors import DummyStatsCollector

from nianbao.archive.addresses import without_session
from nianbao.crawler.middlewares import block_pages
from nianbao.spiders.capture import VERDICT, capture_response

if TYPE_CHECKING:
    from nianbao.archive.records import Capture
    from nianbao.crawler.imports.belonging import Owner
    from nianbao.crawler.imports.items import Page


class Unusable(Exception):
    """A page that cannot be made a capture; the message says why."""


class Maker:
    """Makes captures with what the crawl's settings say of sizes and encodings."""

    def __init__(self) -> None:
        settings = Settings()
        settings.setmodule("nianbao.crawler.settings", priority="project")
        logging.getLogger(HttpCompressionMiddleware.__module__).setLevel(
            logging.ERROR
        )  # what is refused is said once
        crawler = Crawler(scrapy.Spider, settings)
        crawler.stats = DummyStatsCollector(crawler)
        self.unpacking = HttpCompressionMiddleware.from_crawler(crawler)

    def capture(self, page: Page, owner: Owner) -> Capture:
        """Return a page as a visit to a site's report; what is no page says so in its outcome.
        Raises Unusable.
        """
        headers = Headers()
        for name, value in page.headers:
            headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
        content_type = headers.get("Content-Type")
        hints = owner.hints(content_type.decode("latin-1") if content_type else None)
        try:
            request = Request(
                without_session(page.url), meta={"role": "report", "hints": hints}
            )
            response = self._unpacked(page, request, headers)
        except (ValueError, OSError, EOFError, IgnoreRequest) as error:
            raise Unusable(f"{page.url}: {error}") from error
        verdict = block_pages.judge(block_pages.answer_of(request, response))
        if verdict is not None:
            request.meta[VERDICT] = verdict
        capture = capture_response(owner.site.id, response)
        return replace(capture, visited_at=page.visited_at, status=page.status)

    def _unpacked(self, page: Page, request: Request, headers: Headers) -> Response:
        """Return the answer with its body unpacked; a page without a status was shown by a
        browser or saved as one.
        """
        kind = responsetypes.from_args(headers=headers, url=request.url, body=page.body)
        status = 200 if page.status is None else page.status
        response = kind(
            request.url, status=status, headers=headers, body=page.body, request=request
        )
        unpacked = self.unpacking.process_response(request, response)
        if not isinstance(unpacked, Response):
            raise TypeError("unpacking gave no response")
        unpacked.request = request
        return unpacked
