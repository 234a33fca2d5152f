"""The checker: a spider that visits the pages which a site file states."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders.base import SiteSpider, build_list_request
from nianbao.spiders.capture import (
    EXAMINATION,
    READING_FAILURE,
    HostLeftOut,
    describe_failure,
    read_verdict,
)
from nianbao.spiders.discovery.site_check import (
    PageCheck,
    PageExamination,
    SiteCheck,
    examine_page,
    home_pages,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure

# Pages behind an entry that are requested when its own page has no rows.
DEEPEST_LEVEL = 2


class Checker(SiteSpider):
    """Check one site; the result is in the check that it is given."""

    name = "checker"

    def __init__(self, check: SiteCheck, **kwargs: Any) -> None:
        super().__init__(check.site, **kwargs)
        self.check = check

    async def start(self) -> AsyncIterator[Any]:
        for entry in self.site.entries:
            page_check = PageCheck(entry.url, entry.column)
            self.check.pages.append(page_check)
            request = build_list_request(
                entry.url,
                Hints(column=entry.column),
                self.parse_column,
                self.parse_failure,
            )
            yield self._count_request(request, page_check)
        for url in home_pages(self.site):
            page_check = PageCheck(url, None)
            self.check.pages.append(page_check)
            request = Request(
                url,
                self.parse_home,
                errback=self.parse_failure,
                meta={"role": "list", "hints": Hints()},
            )
            yield self._count_request(request, page_check)

    def parse_home(self, response: Response, page_check: PageCheck) -> None:
        """Take in the signs of the home page."""
        self._examine(response, page_check)

    def parse_column(
        self, response: Response, page_check: PageCheck, level: int = 0
    ) -> Iterator[Request]:
        """Count the rows of a column's page; where it has none, request the page that has them."""
        examination = self._examine(response, page_check)
        if examination is None:
            return
        page_check.links = max(examination.report_count, page_check.links or 0)
        if page_check.links or level >= DEEPEST_LEVEL:
            return
        for next_page in examination.lists_behind:
            request = build_list_request(
                next_page,
                Hints(column=page_check.column),
                self.parse_column,
                self.parse_failure,
                browser=self.site.browser,
            )
            request.cb_kwargs["level"] = level + 1
            yield self._count_request(request, page_check)

    def parse_failure(self, failure: Failure) -> None:
        """Remember why there is no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        page_check: PageCheck = request.cb_kwargs["page_check"]
        page_check.answer = describe_failure(failure)
        if isinstance(failure.value, HostLeftOut):
            self.check.left_out = failure.value

    def _count_request(self, request: Request, page_check: PageCheck) -> Request:
        self.check.requests += 1
        request.cb_kwargs["page_check"] = page_check
        return request

    def _examine(
        self, response: Response, page_check: PageCheck
    ) -> PageExamination | None:
        """Take in what an answer says of the site; return that, None for no page.

        Another process has examined a long page.
        """
        verdict = read_verdict(response)
        if verdict is not None:
            page_check.answer = str(verdict)
            if verdict.outcome == "blocked":
                self.check.blocked = True
            return None
        page_check.answer = str(response.status)
        if response.status != 200:
            return None
        if not isinstance(response, TextResponse):
            page_check.answer = "the answer is not text"
            return None
        failure = response.meta.get(READING_FAILURE)
        if failure is not None:
            page_check.answer = f"200, but the page was not read: {failure}"
            return None
        examination = response.meta.pop(EXAMINATION, None)
        if not isinstance(examination, PageExamination):
            is_column = page_check.column is not None
            examination = examine_page(response, self.site, is_column=is_column)
        self.check.signs.update(examination.signs)
        return examination
