"""The checker: a spider that visits the pages which a site file states."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders.base import SiteSpider, build_list_request
from nianbao.spiders.capture import HostLeftOut, describe_failure, read_verdict
from nianbao.spiders.discovery.list_signs import find_lists_behind
from nianbao.spiders.discovery.platform_signs import find_signs
from nianbao.spiders.discovery.site_check import (
    PageCheck,
    SiteCheck,
    count_report_rows,
    home_pages,
)
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.platforms import reader_for

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
        site = check.site
        self.reader = reader_for(site.platform, site.options, site.declaration)

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
        self._read_page(response, page_check)

    def parse_column(
        self, response: Response, page_check: PageCheck, level: int = 0
    ) -> Iterator[Request]:
        """Count the rows of a column's page; where it has none, request the page that has them."""
        page = self._read_page(response, page_check)
        if page is None:
            return
        platform = recognize_platform(page, self.site.platform)
        reader = choose_reader(self.reader, platform)
        links = count_report_rows(page, reader)
        page_check.links = max(links, page_check.links or 0)
        if page_check.links or level >= DEEPEST_LEVEL:
            return
        for next_page in find_lists_behind(page, reader):
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

    def _read_page(self, response: Response, page_check: PageCheck) -> ListPage | None:
        """Take in what an answer says of the site; return its page, None for no page."""
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
        signs = find_signs(response.url, response.text)
        self.check.signs.update(signs)
        return ListPage(response)
