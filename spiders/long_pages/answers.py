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


@dataclass(frozen=True, slots=True)
class PackedAnswer:
    """An answer that can be pickled."""

    kind: type[TextResponse]
    url: str
    status: int
    content_type: bytes | None
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
            content_type=response.headers.get("Content-Type"),
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
        headers = {}
        if self.content_type is not None:
            headers["Content-Type"] = self.content_type
        return self.kind(
            self.url,
            status=self.status,
            headers=headers,
            encoding=self.encoding,
            body=self.body,
            flags=list(self.flags),
            request=request,
        )
