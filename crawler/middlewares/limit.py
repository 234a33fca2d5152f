"""`--limit`: so many pages at most are asked for, then the run waits to be resumed.

A page counts when it is about to be sent; its redirects and second tries are the same page.
What the archive answers, and what robots.txt or the boundary refuses, costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.pipelines.run import run_of
from nianbao.spiders.capture import NotSent

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request

# in a request's meta: it is one of the pages of the limit
COUNTED = "counted"
AT_LIMIT = "so many pages were asked for as --limit says"


class LimitMiddleware:
    """Count the pages of a run that has a limit; hold back those beyond it."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = run_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LimitMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NotSent for a page beyond the limit."""
        if self.run.page_budget is None:
            return
        if "role" not in request.meta or COUNTED in request.meta:
            return
        if self.run.is_at_limit:
            raise NotSent(AT_LIMIT)
        self.run.page_budget -= 1
        request.meta[COUNTED] = True
