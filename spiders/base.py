"""What every platform's spider does: lists first, then the pages they name, each answer captured.

A platform says how its lists are read (:meth:`ReportSpider.links`), go on
(:meth:`ReportSpider.next_lists`), lead to lists below them (:meth:`ReportSpider.branches`) and
how long they are (:meth:`ReportSpider.counted`), nothing else. When a list is at its end is
decided here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonical
from nianbao.archive.read_model.site_health import lie
from nianbao.archive.records import Capture, Finding, Hints, Note
from nianbao.spiders import catalogue, detect, files
from nianbao.spiders.capture import (
    ARCHIVED,
    BEFORE,
    DRAWN,
    FailedBefore,
    HostLeftOut,
    NotSent,
    from_failure,
    from_response,
    verdict_of,
)
from nianbao.spiders.context import EVERYTHING_DUE, CrawlContext
from nianbao.spiders.lists import Link, Post

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

Output = Iterator[Request | Capture | Note]
LIST_PRIORITY = 10  # lists before the pages they name
MOST_LIST_PAGES = (
    300  # of one list: no column of reports is longer, a pager that goes on is broken
)
DEEPEST = 3  # levels of lists below an entry: kind of body, agency, year


@dataclass(slots=True)
class Paging:
    """How far one list has been read."""

    column: str
    level: int = 0  # 0: an entry; below it the branches of a tree
    pages: int = 0
    shown: int = 0  # rows on all its pages, as far as the platform can tell
    rows: set[str] = field(default_factory=set)  # canonical addresses
    seen: set[frozenset[str]] = field(default_factory=set)  # what each page named


class ReportSpider(scrapy.Spider):
    """Crawl one site of a platform: `scrapy crawl PLATFORM -a site=ID`."""

    site: catalogue.Site
    probes: ClassVar[bool] = (
        False  # asks for a next page without knowing that there is one
    )

    def __init__(
        self,
        site: str | catalogue.Site,
        sites: str | None = None,
        context: CrawlContext = EVERYTHING_DUE,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.context = context
        self.site = (
            _find(site, Path(sites) if sites else catalogue.SITES)
            if isinstance(site, str)
            else site
        )
        self.asked: set[str] = (
            set()
        )  # canonical addresses of the report pages asked for in this run
        self.listed: set[str] = set()  # those of them that a list named
        self.lists: set[str] = set()  # addresses of the list pages asked for
        self.lists_failed = 0
        self.lists_asked = False  # whether every list to start from was due
        # a list changed, and its ETag or Last-Modified did not
        self.validators_lied = False
        self.waiting = 0  # requests that wait for the run to be gone on with

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ReportSpider:
        kwargs.setdefault("sites", crawler.settings.get("NIANBAO_SITES"))
        spider = super().from_crawler(crawler, *args, **kwargs)
        for name, value in spider.site.settings().items():
            crawler.settings.set(name, value, priority="spider")
        return spider

    def count_failed_list(self) -> None:
        """Count that a list could not be read to its end: what it names is not known whole."""
        self.lists_failed += 1

    # --- what a platform says ---------------------------------------------------------------

    def links(self, response: TextResponse) -> Iterable[Link]:
        """Yield the rows of a list page."""
        raise NotImplementedError

    def next_lists(self, response: TextResponse) -> Iterable[str | Post]:
        """Yield further pages of the list; one that was asked for already is not asked again."""
        raise NotImplementedError

    def branches(self, response: TextResponse) -> Iterable[Link]:
        """Yield the lists below this one: of the agencies, of the years."""
        option = self.site.options.get("tree")
        return detect.branches(response, years_only=option == "years") if option else ()

    def counted(self, response: TextResponse) -> tuple[int, int] | None:  # noqa: ARG002 — for platforms to use
        """Return how many rows the page shows and how many it says the whole list has, where it
        says so.
        """
        return None

    # --- the crawl --------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        due = [
            entry
            for entry in self.site.entries
            if self.context.is_due(entry.url, "list")
        ]
        self.lists_asked = len(due) == len(self.site.entries)
        for entry in due:
            yield self.list_request(entry.url, Paging(entry.column))

    def list_request(self, page: str | Post, paging: Paging) -> Request:
        """Return the request for a list page; it counts as asked for from now on."""
        meta = {"role": "list", "hints": Hints(column=paging.column), "paging": paging}
        address = _address(page)
        self.lists.add(address)
        request = Request(
            address,
            self.parse_list,
            errback=self.failed,
            meta=meta,
            priority=LIST_PRIORITY,
        )
        if isinstance(page, str):
            request.meta[DRAWN] = self.site.browser
            return request
        kind = (
            "application/json" if page.as_json else "application/x-www-form-urlencoded"
        )
        return request.replace(
            method="POST",
            body=page.body,
            headers={"Content-Type": f"{kind}; charset=UTF-8"},
        )

    def report_request(self, url: str, hints: Hints) -> Request:
        """Return the request for a report page; it counts as asked for from now on."""
        self.asked.add(canonical(url))
        return Request(
            url,
            self.parse_report,
            errback=self.failed,
            meta={"role": "report", "hints": hints},
        )

    def parse_list(self, response: Response) -> Output:
        """Capture a list page, ask for the pages it names and for the next list pages."""
        capture = from_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield capture
        if capture.outcome == "blocked":
            self.lists_failed += 1
            yield self._no_page(response)
            return
        if capture.outcome not in ("fetched", "not_modified") or not isinstance(
            response, TextResponse
        ):
            yield self._list_failed(
                response.url, capture.message or "the answer is not text"
            )
            return
        paging: Paging = response.meta["paging"]
        rows = self._rows(response)
        if (
            BEFORE in response.meta
            and rows.keys() != self._rows(response.meta[BEFORE]).keys()
        ):
            self.validators_lied = True
            yield Note(self.site.id, urljoin(response.url, "/"), lie(response.url))
        for address, row in rows.items():
            self.listed.add(address)
            if (
                address not in self.asked
                and self.context.wants(row)
                and self.context.is_due(response.urljoin(row.url), "report")
            ):
                yield self.report_request(
                    response.urljoin(row.url), self._hints(row, paging.column)
                )
        below = list(self._below(response, paging))
        yield from below
        yield from self._go_on(response, paging, frozenset(rows), branched=bool(below))

    def _rows(self, response: TextResponse) -> dict[str, Link]:
        """Return the rows of a list page by their canonical address."""
        return {
            canonical(response.urljoin(row.url)): row for row in self.links(response)
        }

    def _below(self, response: TextResponse, paging: Paging) -> Iterator[Request]:
        """Yield requests for the lists below a list, each once."""
        for branch in self.branches(response) if paging.level < DEEPEST else ():
            url = response.urljoin(branch.url)
            if url not in self.lists:
                yield self.list_request(
                    url, Paging(branch.title or paging.column, paging.level + 1)
                )

    def _go_on(
        self,
        response: TextResponse,
        paging: Paging,
        rows: frozenset[str],
        *,
        branched: bool,
    ) -> Output:
        """Ask for the next page, or say why the list ends where it should not."""
        column, counted = paging.column, self.counted(response)
        repeated = bool(rows) and rows in paging.seen
        paging.pages += 1
        paging.seen.add(rows)
        paging.rows |= rows
        paging.shown += 0 if repeated else counted[0] if counted else len(rows)
        short = counted is not None and paging.shown < counted[1]
        barren = not rows and paging.pages > 1
        ended = (
            repeated or (barren and self.probes) or (counted is not None and not short)
        )
        pages = (
            []
            if ended
            else [joined(response, page) for page in self.next_lists(response)]
        )
        left = [page for page in pages if _address(page) not in self.lists]
        if left and paging.pages >= MOST_LIST_PAGES:
            said = f"the list {column} goes on after {paging.pages} pages; cut here"
            yield self._note(response.url, "list.endless", said)
        elif left:
            for page in left:
                yield self.list_request(page, paging)
        elif branched:
            return
        elif not paging.rows:
            said = f"no report link found in the list {column}"
            yield self._note(
                response.url,
                "list.empty",
                said,
                severity="warning" if paging.level else "error",
            )
        elif short or (barren and not self.probes):
            whole = f" of {counted[1]}" if counted else ""
            said = f"the server ends the list {column} after {paging.shown} rows{whole}, on page {paging.pages}"
            yield self._note(response.url, "list.truncated", said, severity="warning")

    def parse_report(self, response: Response) -> Output:
        """Capture a report page, or what stands in its place; a run that goes on makes its
        notes again.
        """
        capture = from_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            content_type = response.headers.get("Content-Type")
            hints = replace(
                capture.hints,
                content_type=content_type.decode("latin-1") if content_type else None,
            )
            yield replace(capture, hints=hints)
        if capture.outcome in ("fetched", "not_modified") and isinstance(
            response, TextResponse
        ):
            yield from self._files(response, capture.hints)
        if capture.outcome == "not_found":
            yield self._note(
                capture.url, "page.gone", f"{capture.message}", severity="warning"
            )
        elif capture.outcome == "http_error":
            yield self._note(capture.url, "page.failed", f"{capture.message}")
        elif capture.outcome in ("blocked", "soft_404"):
            yield self._no_page(response)

    def _files(self, response: TextResponse, hints: Hints) -> Iterator[Request]:
        """Ask for the files that carry the report of a page."""
        for url, known in files.of_report(response, hints):
            if canonical(url) not in self.asked and self.context.is_due(url, "report"):
                yield self.report_request(url, known)

    def failed(self, failure: Failure) -> Output:
        """Capture a request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, NotSent):
            self.waiting += 1
            return
        if isinstance(failure.value, FailedBefore):
            self.lists_failed += request.meta["role"] == "list"
            return
        if isinstance(failure.value, HostLeftOut):
            self.lists_failed += request.meta["role"] == "list"
            yield self._of_host(failure.value.host, failure.value.finding)
            return
        capture = from_failure(self.site.id, failure, request)
        yield capture
        if capture.role == "list":
            yield self._list_failed(
                capture.url, f"{capture.outcome}: {capture.message}"
            )
        elif capture.outcome == "network_error":
            yield self._note(capture.url, "page.failed", f"{capture.message}")
        else:
            yield self._note(
                capture.url,
                f"page.{capture.outcome}",
                f"{capture.message}",
                severity="warning",
            )

    def _list_failed(self, url: str, message: str) -> Note:
        self.lists_failed += 1
        return self._note(url, "list.failed", message)

    def _no_page(self, response: Response) -> Note:
        verdict = verdict_of(response)
        if verdict is None:
            raise ValueError(f"a page after all: {response.url}")
        return self._of_host(
            urlsplit(response.url).netloc, verdict.finding(response.url)
        )

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


def joined(response: TextResponse, page: str | Post) -> str | Post:
    """Return a list page with its whole address."""
    if isinstance(page, Post):
        return replace(page, url=response.urljoin(page.url))
    return response.urljoin(page)


def _address(page: str | Post) -> str:
    return page.address if isinstance(page, Post) else page


def _find(site_id: str, folder: Path) -> catalogue.Site:
    paths = sorted(folder.rglob(f"{site_id}.yml"))
    if not paths:
        raise catalogue.CatalogueError(
            f"{folder}: no site file {site_id}.yml. `nianbao sites` lists what there is."
        )
    return catalogue.read(paths[0])
