"""Long pages are read off the event loop: while it reads a page, all sites wait.

A long page is read in a reading process, and its spider is given what was read: the rows and ways
on of a list, what the page of a report leads to, what a search makes of it. The reading processes
have limits on time and memory; a page that meets one is noted, and the crawl goes on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from scrapy.http import TextResponse

from nianbao.pipelines.process_pool import CannotBegin
from nianbao.pipelines.reading_pool import explain_failure
from nianbao.pipelines.run import has_run, pool_of, run_of
from nianbao.spiders.capture import (
    BEFORE,
    EXAMINATION,
    READ_LIST,
    READ_PAGE,
    READING_FAILURE,
    VERDICT,
)
from nianbao.spiders.discovery.checker import Checker
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.long_pages.answers import PackedAnswer
from nianbao.spiders.long_pages.lists import LongList, read_long_list
from nianbao.spiders.long_pages.looks import (
    LongCheckPage,
    LongSearchPage,
    check_long_page,
    search_long_page,
)
from nianbao.spiders.long_pages.pages import LongPage, read_long_page
from nianbao.spiders.report_spider import ReportSpider
from nianbao.spiders.reports.files import is_file_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from nianbao.spiders.discovery.column_search import SearchExamination
    from nianbao.spiders.discovery.site_check import PageExamination

Source = TypeVar("Source")
Result = TypeVar("Result")
# Bytes of a page from which on it is long. What is shorter takes milliseconds; the worst list of
# this length that is known takes 0.25 s, the worst report page 0.5 s, a page of a search 0.5 s.
LONG_LIST = 32 * 1024
LONG_PAGE = 96 * 1024
# Bytes of the longest page in which rows and links are looked for. The longest list that was
# seen has 1 MB, the longest report page, with its pictures in it, 6 MB.
MOST_BYTES = 8 * 1024 * 1024
TOO_LONG = (
    "the page has {size} bytes; in no more than {most} is looked for rows and links"
)
TOO_LONG_LOOK = "it has {size} bytes, and no more than {most} are read"


class LongPageMiddleware:
    """Put what reading processes make of a long page into the request's meta."""

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, ReportSpider):
            raise TypeError(f"{crawler.spider} reads no lists of reports")
        self.crawler = crawler
        self.spider = crawler.spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LongPageMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer when reading processes have had it, where it is a long page."""
        if not _is_page(response) or not _is_looked_into(request, response):
            return response
        failure = await self._look_into(request, response)
        if failure is not None:
            request.meta[READING_FAILURE] = failure
        return response

    async def _look_into(self, request: Request, response: TextResponse) -> str | None:
        """Have a page looked into where it is long; return why that failed, if it did."""
        size = len(response.body)
        if size > MOST_BYTES:
            return TOO_LONG.format(size=size, most=MOST_BYTES)
        if request.meta["role"] != "list":
            return (
                None if size <= LONG_PAGE else await self._read_page(request, response)
            )
        return None if size <= LONG_LIST else await self._read_list(request, response)

    async def _read_list(self, request: Request, response: TextResponse) -> str | None:
        """Have a list page read; return why that failed, if it did."""
        before = request.meta.get(BEFORE)
        answer_before = None
        if isinstance(before, TextResponse):
            answer_before = PackedAnswer.pack(before, request)
        source = LongList(
            answer=PackedAnswer.pack(response, request),
            platform=self.spider.name,
            site=self.spider.site,
            list_pages=request.meta["pagination"],
            answer_before=answer_before,
        )
        read_list, failure = await wait_for_process(
            self.crawler, read_long_list, source, len(response.body)
        )
        if read_list is not None:
            request.meta[READ_LIST] = read_list
        return failure

    async def _read_page(self, request: Request, response: TextResponse) -> str | None:
        """Have a report page read; return why that failed, if it did."""
        source = LongPage(
            answer=PackedAnswer.pack(response, request),
            platform=self.spider.name,
            site=self.spider.site,
        )
        reading, failure = await wait_for_process(
            self.crawler, read_long_page, source, len(response.body)
        )
        if reading is not None:
            request.meta[READ_PAGE] = reading
        return failure


class LongLookMiddleware:
    """Put what reading processes make of a long page of a search or a check into the meta.

    A search visits one page at a time. So it goes to the process with its page, and the one that
    comes back goes on in its place.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LongLookMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer when a reading process has had it, where it is a long page."""
        is_looked_at = "role" in request.meta and VERDICT not in request.meta
        if not is_looked_at or not _is_page(response) or response.status != 200:
            return response
        size = len(response.body)
        if size > MOST_BYTES:
            failure = TOO_LONG_LOOK.format(size=size, most=MOST_BYTES)
            request.meta[READING_FAILURE] = failure
        elif size > LONG_LIST:
            await self._have_examined(request, response)
        return response

    async def _have_examined(self, request: Request, response: TextResponse) -> None:
        """Note what a reading process makes of a page, or why it failed."""
        examination, failure = await self._examine(request, response)
        if examination is not None:
            request.meta[EXAMINATION] = examination
        if failure is not None:
            request.meta[READING_FAILURE] = failure

    async def _examine(
        self, request: Request, response: TextResponse
    ) -> tuple[SearchExamination | PageExamination | None, str | None]:
        """Return what a reading process makes of a page, or why it failed."""
        answer = PackedAnswer.pack(response, request)
        size = len(response.body)
        spider = self.crawler.spider
        if isinstance(spider, Scout):
            step = request.cb_kwargs["step"]
            search_page = LongSearchPage(answer, spider.search, step)
            return await wait_for_process(
                self.crawler, search_long_page, search_page, size
            )
        if not isinstance(spider, Checker):
            raise TypeError(f"{spider} looks at no site")
        is_column = request.cb_kwargs["page_check"].column is not None
        check_page = LongCheckPage(answer, spider.site, is_column)
        return await wait_for_process(self.crawler, check_long_page, check_page, size)


async def wait_for_process(
    crawler: Crawler, task: Callable[[Source], Result], source: Source, size: int
) -> tuple[Result | None, str | None]:
    """Return what a reading process makes of a page, or why it failed.

    Where no process can begin, a run is stopped.
    """
    try:
        future = pool_of(crawler).submit_task(task, source, size=size)
        return await asyncio.wrap_future(future), None
    except CannotBegin as error:
        if has_run(crawler):
            run_of(crawler).abort(str(error))
        return None, str(error)
    except Exception as error:  # noqa: BLE001 — whatever a page does to its process
        return None, explain_failure(error)


def _is_page(response: Response) -> TypeGuard[TextResponse]:
    return isinstance(response, TextResponse) and 200 <= response.status < 300


def _is_looked_into(request: Request, response: Response) -> bool:
    """Tell whether the spider looks for rows and links in a page."""
    role = request.meta.get("role")
    if role is None or VERDICT in request.meta:
        return False
    return role == "list" or not is_file_content(response.body)
