"""Block pages and false pages: they are recognised and recorded, and never got past.

:mod:`block_signs` judges one answer. What one answer alone cannot tell, the middleware does: the
same bytes at many addresses are no page, unless they carry a report (:mod:`repeated_pages`).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import TextResponse

from nianbao.crawler.hosts import hosts_of
from nianbao.crawler.middlewares.block_signs import extract_features, judge
from nianbao.crawler.middlewares.repeated_pages import REPEATS, RepeatedPages
from nianbao.spiders.capture import VERDICT, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

# in the place of reports, then the host is left alone; of a list or robots.txt one is enough
MOST_BLOCKS = 3


class BlockPageMiddleware:
    """Mark answers that are no page, for the capture to say so; exclude a host that keeps blocking.

    What is no page is neither tried again nor followed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.hosts = hosts_of(crawler)
        self.list_digests: set[str] = set()
        self.repeated_pages = RepeatedPages(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BlockPageMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Put the verdict on an answer into the request's meta."""
        if response.status == 304:
            return response
        verdict = judge(extract_features(request, response))
        if verdict is None:
            verdict = await self._judge_repetition(request, response)
        if verdict is None:
            return response
        if "role" not in request.meta and verdict.kind == "login":
            return response  # a robots.txt behind a login is one that forbids nothing
        request.meta[VERDICT] = verdict
        request.meta["dont_retry"] = True
        request.meta["dont_redirect"] = True
        if verdict.outcome == "blocked":
            self._count_block(request, verdict)
        return response

    def _count_block(self, request: Request, verdict: Verdict) -> None:
        """Count a block page; exclude the host when it is not just single pages that it blocks."""
        host = urlsplit(request.url).netloc
        count = self.hosts.count_block_page(host)
        is_single_page = request.meta.get("role") in ("report", "attachment")
        if not is_single_page or count >= MOST_BLOCKS:
            self.hosts.exclude(host, verdict.finding(request.url), reason="blocked")

    async def _judge_repetition(
        self, request: Request, response: Response
    ) -> Verdict | None:
        """Recognise a list, or the same bytes as at other addresses, in the place of a report."""
        role = request.meta.get("role")
        if response.status != 200 or role not in ("list", "report"):
            return None
        if not isinstance(response, TextResponse) or not response.body.strip():
            return None
        digest = sha256(response.body).hexdigest()
        if role == "list":
            self.list_digests.add(digest)
            return None
        if digest in self.list_digests:
            return Verdict("blocked", "throttled", ("the bytes of a list page",))
        address_count = self.repeated_pages.count_addresses(digest, response)
        if address_count < REPEATS:
            return None
        if await self.repeated_pages.carry_report(digest, response):
            return None
        evidence = f"the same bytes at {address_count} addresses"
        return Verdict("replaced", "same_page", (evidence,))
