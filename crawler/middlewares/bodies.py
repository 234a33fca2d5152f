"""Bodies that are not what their headers say: compressed without a word, or none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.responsetypes import responsetypes

from nianbao.crawler.hosts import hosts_of
from nianbao.crawler.middlewares.large_answers import ask_again
from nianbao.pipelines.reader.payload.compressed import (
    MOST_UNPACKED_BYTES,
    UnpackError,
    UnpacksTooLong,
    is_compressed,
    unpack,
)
from nianbao.spiders.capture import (
    IRREGULAR,
    VERDICT,
    Verdict,
    is_from_archive,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

# of reports and their further pages; the interface of a list may end with an empty answer
ROLES_WITH_BODY = ("report", "attachment")
# encodings whose bodies have a signature
CHECKED_ENCODINGS = (b"gzip", b"x-gzip", b"zstd")
NOT_COMPRESSED = "the headers said that the body was compressed, and it was not"
UNPACKED = "the body was compressed, and no header said so"
EMPTY = "status {status} and no body"


class FalseEncodingMiddleware:
    """Take a body for what it is where its Content-Encoding says that it is gzip or zstd."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer without the encoding that its body does not have."""
        encoding = response.headers.get("Content-Encoding")
        if encoding is None or encoding.strip().lower() not in CHECKED_ENCODINGS:
            return response
        if not response.body or is_compressed(response.body):
            return response
        response.headers.pop("Content-Encoding")
        _add_message(request, NOT_COMPRESSED)
        return _change_body(response, response.body)


class UnpackMiddleware:
    """Unpack a body that is gzip, zlib or zstd and whose headers do not say so."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.room = hosts_of(crawler).answer_room

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UnpackMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the answer with the body that it stands for.

        One that does not fit is asked for again. One that cannot be unpacked, or is too long for
        any crawl, stays as it is: the reader says so.
        """
        if "role" not in request.meta or not is_compressed(response.body):
            return response
        most = self.room.most_unpacked
        try:
            body = unpack(response.body, most)
        except UnpacksTooLong:
            if most < MOST_UNPACKED_BYTES:
                return ask_again(self.crawler, request)
            return response
        except UnpackError:
            return response
        if body == response.body:
            return response
        self.room.sizes[request] = len(body)
        _add_message(request, UNPACKED)
        return _change_body(response, body)


class EmptyAnswerMiddleware:
    """Ask again for a report that was answered with nothing; in the end nothing stands for it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EmptyAnswerMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response
    ) -> Response | Request:
        """Return the request for another try; the answer with a verdict after the last one."""
        if not _is_empty(request, response):
            return response
        message = EMPTY.format(status=response.status)
        return try_again(self.crawler, request, response, "empty", message)


def try_again(
    crawler: Crawler, request: Request, response: Response, kind: str, message: str
) -> Response | Request:
    """Return the request for another try; after the last one the answer, with a verdict.

    `kind` is its class of section "Blocks" in docs/crawling.md.
    """
    spider = crawler.spider
    if spider is not None:
        retry = get_retry_request(request, spider=spider, reason=message)
        if retry is not None:
            return retry
    request.meta[VERDICT] = Verdict("replaced", kind, (message,))
    return response


def _is_empty(request: Request, response: Response) -> bool:
    """Tell whether a page was answered with success and nothing else."""
    if request.meta.get("role") not in ROLES_WITH_BODY or VERDICT in request.meta:
        return False
    if is_from_archive(response):
        return False
    return 200 <= response.status < 300 and not response.body.strip()


def _add_message(request: Request, message: str) -> None:
    """Add what is told of the visit to what is told already."""
    messages = filter(None, (request.meta.get(IRREGULAR), message))
    request.meta[IRREGULAR] = "; ".join(messages)


def _change_body(response: Response, body: bytes) -> Response:
    """Return an answer with another body, of the class that its headers and the body ask for."""
    response_class = responsetypes.from_args(
        headers=response.headers, url=response.url, body=body
    )
    return response.replace(body=body, cls=response_class)
