"""Answers on their way to another process: without what ties them to the crawl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scrapy.http import Request, TextResponse

from nianbao.spiders.capture import DRAWN
from nianbao.spiders.reports.page_spider import INHERITED, UNDRAWN
from nianbao.spiders.reports.paged_spider import PAGED

# What callbacks look at in a request's meta.
KEPT_META = (
    *INHERITED,
    PAGED,
    UNDRAWN,
    "redirect_urls",
    "payload_sha256",
    DRAWN,
)
KEPT_HEADERS = ("Content-Type", "Refresh")


@dataclass(frozen=True, slots=True)
class PackedAnswer:
    """An answer that can be pickled."""

    kind: type[TextResponse]
    url: str
    status: int
    headers: dict[str, bytes]  # those that a page is read with
    encoding: str | None  # of a page that a browser drew
    body: bytes
    flags: tuple[str, ...]
    request_url: str
    request_method: str
    request_body: bytes
    meta: dict[str, Any]

    @classmethod
    def pack(cls, response: TextResponse, request: Request) -> PackedAnswer:
        """Return an answer as it goes to another process."""
        meta = {key: request.meta[key] for key in KEPT_META if key in request.meta}
        return cls(
            kind=type(response),
            url=response.url,
            status=response.status,
            headers=_pick_headers(response),
            encoding=response.encoding if request.meta.get(DRAWN) else None,
            body=response.body,
            flags=tuple(response.flags),
            request_url=request.url,
            request_method=request.method,
            request_body=request.body,
            meta=meta,
        )

    def unpack(self) -> TextResponse:
        """Return the answer, with a request that has no callback."""
        request = Request(
            self.request_url,
            method=self.request_method,
            body=self.request_body,
            meta=self.meta,
        )
        return self.kind(
            self.url,
            status=self.status,
            headers=self.headers,
            encoding=self.encoding,
            body=self.body,
            flags=list(self.flags),
            request=request,
        )


def _pick_headers(response: TextResponse) -> dict[str, bytes]:
    """Return the headers of an answer that say how it is read, or where it sends on to."""
    headers = {}
    for name in KEPT_HEADERS:
        value = response.headers.get(name)
        if value is not None:
            headers[name] = value
    return headers
