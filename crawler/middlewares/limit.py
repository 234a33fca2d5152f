"""`--limit`: so many pages at most are asked for, then a run waits to be gone on with.

A page counts when it is about to be sent; its redirects and second tries are the same page.
What the archive answers, and what robots.txt or the boundary refuses, costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.pipelines import run
from nianbao.spiders.capture import NotSent

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request

COUNTED = "counted"  # in a request's meta: it is one of the pages of the limit


class LimitMiddleware:
    """Count the pages of a run that has a limit; hold back those beyond it."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LimitMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NotSent for a page beyond the limit."""
        if (
            self.run.pages_left is None
            or "role" not in request.meta
            or COUNTED in request.meta
        ):
            return
        if self.run.exhausted:
            raise NotSent("so many pages were asked for as --limit says")
        self.run.pages_left -= 1
        request.meta[COUNTED] = True
