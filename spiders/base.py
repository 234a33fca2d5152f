"""What every platform's spider does: lists first, then the pages they name, each answer captured.

A platform says how its lists are read (:meth:`ReportSpider.links`) and go on
(:meth:`ReportSpider.next_lists`), nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Request, Response, TextResponse

from archive.addresses import canonical
from archive.records import Capture, Finding, Hints, Note
from spiders import catalogue
from spiders.capture import ARCHIVED, HostLeftOut, NotSent, from_failure, from_response, verdict_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

Output = Iterator[Request | Capture | Note]
LIST_PRIORITY = 10  # lists before the pages they name
MOST_LIST_PAGES = 1000  # of one entry: no column of reports is longer, a pager that goes on is broken


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a list: the page's address, its title, the date printed beside it."""

    url: str
    title: str | None
    date: str | None


class ReportSpider(scrapy.Spider):
    """Crawl one site of a platform: `scrapy crawl PLATFORM -a site=ID`."""

    site: catalogue.Site

    def __init__(self, site: str, sites: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.site = _find(site, Path(sites) if sites else catalogue.SITES)
        self.asked: set[str] = set()  # canonical addresses of the report pages asked for in this run
        self.listed: set[str] = set()  # those of them that a list named
        self.lists_failed = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ReportSpider:
        kwargs.setdefault("sites", crawler.settings.get("NIANBAO_SITES"))
        spider = super().from_crawler(crawler, *args, **kwargs)
        for name, value in spider.site.settings().items():
            crawler.settings.set(name, value, priority="spider")
        return spider

    # --- what a platform says ---------------------------------------------------------------

    def links(self, response: TextResponse) -> Iterable[Link]:
        """Yield the rows of a list page."""
        raise NotImplementedError

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        """Yield the addresses of further list pages; one that was asked for already is not asked again."""
        raise NotImplementedError

    # --- the crawl --------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        for entry in self.site.entries:
            yield self._list_request(entry.url, entry.column, page=1)

    def _list_request(self, url: str, column: str, page: int) -> Request:
        meta = {"role": "list", "hints": Hints(column=column), "page": page}
        return Request(url, self.parse_list, errback=self.failed, meta=meta, priority=LIST_PRIORITY)

    def report_request(self, url: str, hints: Hints) -> Request:
        """Return the request for a report page; it counts as asked for from now on."""
        self.asked.add(canonical(url))
        return Request(url, self.parse_report, errback=self.failed, meta={"role": "report", "hints": hints})

    def parse_list(self, response: Response) -> Output:
        """Capture a list page, ask for the pages it names and for the next list pages."""
        capture = from_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield capture
        if capture.outcome == "blocked":
            self.lists_failed += 1
            yield self._no_page(response)
            return
        if capture.outcome not in ("fetched", "not_modified") or not isinstance(response, TextResponse):
            yield self._list_failed(response.url, capture.message or "the answer is not text")
            return
        column, page = capture.hints.column or "", response.meta["page"]
        rows = list(self.links(response))
        if not rows:
            yield self._note(response.url, "list.empty", f"no report link found in the list {column}")
        for row in rows:
            url = response.urljoin(row.url)
            self.listed.add(canonical(url))
            yield self.report_request(url, self._hints(row, column))
        for url in self.next_lists(response):
            if page >= MOST_LIST_PAGES:
                yield self._note(response.url, "list.endless", f"the list goes on after {page} pages; cut here")
                break
            yield self._list_request(response.urljoin(url), column, page + 1)

    def parse_report(self, response: Response) -> Output:
        """Capture a report page, or what stands in its place; a run that goes on makes its notes again."""
        capture = from_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            content_type = response.headers.get("Content-Type")
            hints = replace(capture.hints, content_type=content_type.decode("latin-1") if content_type else None)
            yield replace(capture, hints=hints)
        if capture.outcome == "not_found":
            yield self._note(capture.url, "page.gone", f"{capture.message}", severity="warning")
        elif capture.outcome == "http_error":
            yield self._note(capture.url, "page.failed", f"{capture.message}")
        elif capture.outcome in ("blocked", "soft_404"):
            yield self._no_page(response)

    def failed(self, failure: Failure) -> Output:
        """Capture a request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, NotSent):
            return
        if isinstance(failure.value, HostLeftOut):
            self.lists_failed += request.meta["role"] == "list"
            yield self._of_host(failure.value.host, failure.value.finding)
            return
        capture = from_failure(self.site.id, failure, request)
        yield capture
        if capture.role == "list":
            yield self._list_failed(capture.url, f"{capture.outcome}: {capture.message}")
        elif capture.outcome == "network_error":
            yield self._note(capture.url, "page.failed", f"{capture.message}")
        else:
            yield self._note(capture.url, f"page.{capture.outcome}", f"{capture.message}", severity="warning")

    def _list_failed(self, url: str, message: str) -> Note:
        self.lists_failed += 1
        return self._note(url, "list.failed", message)

    def _no_page(self, response: Response) -> Note:
        verdict = verdict_of(response)
        if verdict is None:
            raise ValueError(f"a page after all: {response.url}")
        return self._of_host(urlsplit(response.url).netloc, verdict.finding(response.url))

    def _of_host(self, host: str, finding: Finding) -> Note:
        """Return a note about a host as a whole; the archive keeps one of a kind for each run."""
        return Note(self.site.id, f"http://{host}/", finding)

    def _note(self, url: str, rule: str, message: str, severity: Any = "error") -> Note:
        return Note(self.site.id, url, Finding(rule, severity, f"{url}: {message}"))

    def _hints(self, row: Link, column: str) -> Hints:
        region = self.site.region
        return Hints(
            list_title=row.title,
            list_date=row.date,
            column=column,
            region=region.name if region else None,
            region_code=region.code if region else None,
            official_host=self.site.official,
        )


def _find(site_id: str, folder: Path) -> catalogue.Site:
    paths = sorted(folder.rglob(f"{site_id}.yml"))
    if not paths:
        raise catalogue.CatalogueError(f"{folder}: no site file {site_id}.yml. `nianbao sites` lists what there is.")
    return catalogue.read(paths[0])
