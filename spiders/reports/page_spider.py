"""Pages that lists name: each answer captured, and what carries the report requested.

That is the page itself, its further pages, its files, or where it sends on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Capture, Hints, Note
from nianbao.spiders.capture import (
    ARCHIVED,
    ARCHIVED_ROLE,
    DRAWN,
    NotSent,
    capture_response,
)
from nianbao.spiders.reports.answers import Output
from nianbao.spiders.reports.content import PAGE_OUTCOMES, PageContent, is_page
from nianbao.spiders.reports.files import find_report_files
from nianbao.spiders.reports.further_pages import PagedReport, find_further_page
from nianbao.spiders.reports.paged_spider import PagedReportSpider
from nianbao.spiders.reports.targets import find_targets
from nianbao.spiders.rows.context_rows import may_be_branch

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.lists.page import ListPage

DEEPEST_TARGET = 3  # pages that send on, one to the other
MOST_TEXT_TO_DRAW = 300  # Chinese characters of a page that a script is to fill
# In a request's meta: how many pages sent on to it; the capture of the page before it is drawn;
# the row that led to it.
DEPTH, UNDRAWN, ROW = "depth", "undrawn", "row"
# What a request for what carries a report takes over from the one for its page.
INHERITED = ("role", "hints", "list_level", "doubts", ROW, DEPTH)


ReportFile = tuple[str, Hints]  # address, and what is known of it


@dataclass(frozen=True, slots=True)
class PageLeads:
    """What a page leads to: its files, where it sends on to, what it asks for as a list."""

    files: list[ReportFile]
    target: str | None
    list_below: list[Request | Capture | Note]

    @property
    def are_sure(self) -> bool:
        """Whether it leads to more than a page that may be the report, or none."""
        return bool(self.files or self.list_below)

    @property
    def exist(self) -> bool:
        """Whether it leads to anything."""
        return bool(self.files or self.target or self.list_below)


class ReportPageSpider(PagedReportSpider):
    """Captures the pages that the lists of a site name, and requests what carries their reports."""

    def read_list_below(
        self, response: TextResponse, hints: Hints, *, by_rows: bool
    ) -> Output:
        """Read a page that was requested as a report as the list that it is.

        `by_rows`: only where it has rows that no list named yet.
        """
        raise NotImplementedError(response, hints, by_rows)

    def names_reports(self, page: ListPage) -> bool:
        """Tell whether a page names several reports that no list named yet."""
        raise NotImplementedError(page)

    def parse_report(self, response: Response) -> Output:
        """Capture a report page, or what stands in its place, and request what carries it.

        The notes are made again when a run is resumed.
        """
        capture = capture_response(self.site.id, response)
        capture = _add_content_type(capture, response)
        if is_page(response, capture.outcome):
            yield from self._parse_page(response, capture)
            return
        if not _is_stored(response):
            yield capture
        is_report = capture.outcome in PAGE_OUTCOMES
        yield from self.settle_doubts(response.request, is_report=is_report)
        yield from self.note_answer(capture, response)

    def _parse_page(self, response: TextResponse, capture: Capture) -> Output:
        """Capture a page, with its further pages where it has some, and request the rest."""
        content = PageContent(response)
        files = list(
            find_report_files(
                content.response, capture.hints, has_text=content.has_chapters
            )
        )
        paged = PagedReport.begin(capture, content)
        further_page = self._find_first_further_page(content, paged)
        if further_page is not None:
            yield from self._request_files(files)
            yield from self.settle_doubts(response.request, is_report=True)
            yield self.request_further_page(further_page, paged)
            return
        leads = self._find_leads(content, capture, files)
        if not leads.are_sure and self._is_to_be_drawn(content):
            yield self._request_drawn(response, capture)
            return
        if not _is_stored(response):
            yield self._describe_page(content, capture, leads)
        yield from self._request_files(files)
        yield from leads.list_below
        if leads.target is not None:
            yield from self._request_target(leads.target, content, capture, leads)
        is_report = content.has_chapters or leads.exist
        yield from self.settle_doubts(response.request, is_report=is_report)

    def _find_leads(
        self, content: PageContent, capture: Capture, files: list[ReportFile]
    ) -> PageLeads:
        """Return what a page leads to: its files, where it sends on to, the rows of a list."""
        target = self._find_target(content)
        list_below: list[Request | Capture | Note] = []
        if "list_level" in content.response.meta and not files:
            outputs = self.read_list_below(
                content.response, capture.hints, by_rows=target is not None
            )
            list_below = list(outputs)
        return PageLeads(files, target, list_below)

    def _describe_page(
        self, content: PageContent, capture: Capture, leads: PageLeads
    ) -> Capture:
        """Return the capture of a page as the list that it is, or with where it sends on to."""
        showed_report = self.context.showed_report(capture.url)
        if _is_list(content.response, leads.list_below) and not showed_report:
            return replace(capture, role="list")
        target = leads.target
        if target is None and leads.files:
            target, _ = leads.files[0]
        if target is None or content.has_chapters:
            return capture
        return replace(capture, hints=replace(capture.hints, sends_to=target))

    def _request_files(self, files: list[ReportFile]) -> Iterator[Request]:
        """Request the files that carry the report of a page, each once in a run."""
        for url, file_hints in files:
            if canonicalize(url) in self.report_addresses:
                continue
            if self.context.is_due(url, "report"):
                yield self.request_report(url, file_hints)

    # --- where a page sends on to -----------------------------------------------------------

    def _find_target(self, content: PageContent) -> str | None:
        """Return where a page without a report sends on to, within a depth.

        A list is none, and what another page sent on to only where there is nothing else:
        templates have frames and links too.
        """
        meta = content.response.meta
        if meta.get(DEPTH, 0) >= DEEPEST_TARGET:
            return None
        is_certain = "doubts" not in meta and not _may_be_list(content.response)
        if is_certain and not content.has_chapters:
            is_certain = not self.names_reports(content.page)
        shared_targets = []
        for url in find_targets(content, meta["hints"], by_links=is_certain):
            if self.is_requested_list(url):
                continue
            if not self._is_shared(url):
                return url
            shared_targets.append(url)
        return next(iter(shared_targets), None)

    def _is_shared(self, url: str) -> bool:
        """Tell whether a page sent on to an address which is no row of a list."""
        address = canonicalize(url)
        if address in self.listed_addresses:
            return False
        return address in self.report_addresses

    def is_requested_list(self, url: str) -> bool:
        """Tell whether an address was requested as a list."""
        raise NotImplementedError(url)

    def _request_target(
        self, target: str, content: PageContent, capture: Capture, leads: PageLeads
    ) -> Iterator[Request | Note]:
        """Request where a page sends on to, with what is known of the page, once in a run.

        That it has no report is told of the page, unless its row is doubtful or it leads to
        something else besides.
        """
        meta = content.response.meta
        is_only_lead = not leads.files and not leads.list_below
        if self._is_shared(target):
            if is_only_lead:
                yield self._note_shared_target(capture.url, target)
            return
        if canonicalize(target) in self.listed_addresses:
            return
        if not self.context.is_due(target, "report"):
            return
        hints = replace(capture.hints, content_type=None)
        if "doubts" not in meta and is_only_lead:
            hints = replace(hints, sent_by=hints.sent_by or capture.url)
        request = self.request_report(target, hints, meta.get("list_level"))
        request.meta[DEPTH] = meta.get(DEPTH, 0) + 1
        if ROW in meta:
            request.meta[ROW] = meta[ROW]
        yield request

    def _note_shared_target(self, url: str, target: str) -> Note:
        parameters = {
            "case": "shared_target",
            "url": url,
            "target": target,
        }
        finding = make_finding(
            "page.report_unread",
            "warning",
            parameters,
        )
        return self.notes.note_finding(url, finding)

    # --- pages that a script fills ----------------------------------------------------------

    def _is_to_be_drawn(self, content: PageContent) -> bool:
        """Tell whether the browser is to draw a page: it is empty, and the site file allows it."""
        if not self.site.browser or content.response.meta.get(DRAWN):
            return False
        if content.has_chapters or not content.has_scripts:
            return False
        return content.text_length <= MOST_TEXT_TO_DRAW

    def _request_drawn(self, response: TextResponse, capture: Capture) -> Request:
        """Return the request for a page as a browser draws it."""
        meta: dict[str, Any] = {}
        for key in INHERITED:
            if key in response.meta:
                meta[key] = response.meta[key]
        meta[DRAWN] = True
        meta[UNDRAWN] = None if _is_stored(response) else capture
        return Request(
            capture.url,
            self.parse_report,
            errback=self.parse_failure,
            meta=meta,
            dont_filter=True,
        )

    def parse_failure(self, failure: Failure) -> Output:
        """Capture a page as it was where the browser could not draw it, and the failure."""
        request: Request = failure.request  # type: ignore[attr-defined]
        undrawn: Capture | None = request.meta.get(UNDRAWN)
        if undrawn is not None and not isinstance(failure.value, NotSent):
            yield undrawn
        yield from super().parse_failure(failure)

    # --- further pages ----------------------------------------------------------------------

    def _find_first_further_page(
        self, content: PageContent, paged: PagedReport
    ) -> str | None:
        """Return the second page of a report; None where it has none, or the run has it."""
        is_list = _may_be_list(content.response) and not content.has_chapters
        if is_list or _is_stored(content.response):
            return None
        further_page = find_further_page(content, paged)
        if further_page is None or content.has_chapters:
            return further_page
        is_list = self.names_reports(content.page)
        return None if is_list else further_page


def _may_be_list(response: Response) -> bool:
    """Tell by its row whether a page may be a list of reports."""
    return ROW in response.meta and may_be_branch(response.meta[ROW])


def _is_list(response: Response, list_below: list[Request | Capture | Note]) -> bool:
    """Tell whether a page that leads on is a list and no more: its row says no more than a year.

    A page whose row is titled as a report is for the reader, whatever it leads to.
    """
    if not any(isinstance(output, Request) for output in list_below):
        return False
    return may_be_branch(response.meta[ROW])


def _is_stored(response: Response) -> bool:
    """Tell whether the run stored an answer as a report before it was cut off.

    The first page of several was stored as evidence only where the others were not had.
    """
    if ARCHIVED not in response.flags:
        return False
    return response.meta.get(ARCHIVED_ROLE) != "attachment"


def _add_content_type(capture: Capture, response: Response) -> Capture:
    """Return the capture of a report page with the content type among its hints."""
    content_type = None
    header = response.headers.get("Content-Type")
    if header:
        content_type = header.decode("latin-1")
    hints = replace(capture.hints, content_type=content_type)
    return replace(capture, hints=hints)
