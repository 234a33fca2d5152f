"""Pages that lists name: each answer captured, and what carries the report requested.

That is the page itself, its further pages, its files, or where it sends on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture, Finding, Hints, Note
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
from nianbao.spiders.reports.targets import find_target
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


class ReportPageSpider(PagedReportSpider):
    """Captures the pages that the lists of a site name, and requests what carries their reports."""

    def read_list_below(self, response: TextResponse, hints: Hints) -> Output:
        """Read a page that was requested as a report as the list that it is."""
        raise NotImplementedError(response, hints)

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
        target = self._find_target(content, capture)
        if target is None and not files and self._is_to_be_drawn(content):
            yield self._request_drawn(response, capture)
            return
        yield from self._request_files(files)
        if target is not None:
            yield from self._send_on(target, capture, response)
            return
        if files and not content.has_chapters:
            capture = _add_target(capture, files[0][0])
        yield from self._store_page(content, capture, is_report=bool(files))

    def _store_page(
        self, content: PageContent, capture: Capture, *, is_report: bool
    ) -> Output:
        """Capture a page as the report or the list that it is; `is_report`: it has files of one."""
        response = content.response
        list_below: list[Request | Capture | Note] = []
        if "list_level" in response.meta and not is_report:
            list_below = list(self.read_list_below(response, capture.hints))
        showed_report = self.context.showed_report(capture.url)
        if _is_list(response, list_below) and not showed_report:
            capture = replace(capture, role="list")
        if not _is_stored(response):
            yield capture
        yield from list_below
        is_report = is_report or content.has_chapters or bool(list_below)
        yield from self.settle_doubts(response.request, is_report=is_report)

    def _request_files(self, files: list[tuple[str, Hints]]) -> Iterator[Request]:
        """Request the files that carry the report of a page, each once in a run."""
        for url, file_hints in files:
            if canonicalize(url) in self.report_addresses:
                continue
            if self.context.is_due(url, "report"):
                yield self.request_report(url, file_hints)

    # --- where a page sends on to -----------------------------------------------------------

    def _find_target(self, content: PageContent, capture: Capture) -> str | None:
        """Return where a page without a report sends on to, within a depth.

        A link to a list that was requested is a part of the template.
        """
        meta = content.response.meta
        if meta.get(DEPTH, 0) >= DEEPEST_TARGET:
            return None
        is_certain = "doubts" not in meta and not _may_be_list(content.response)
        if is_certain and not content.has_chapters:
            is_certain = not self.names_reports(content.page)
        return find_target(
            content,
            capture.hints,
            by_links=is_certain,
            is_list=self.is_requested_list,
        )

    def is_requested_list(self, url: str) -> bool:
        """Tell whether an address was requested as a list."""
        raise NotImplementedError(url)

    def _send_on(self, target: str, capture: Capture, response: Response) -> Output:
        """Capture a page that only sends on, and request where, once in a run."""
        if not _is_stored(response):
            yield _add_target(capture, target)
        yield from self.settle_doubts(response.request, is_report=True)
        address = canonicalize(target)
        if address in self.listed_addresses or not self.context.is_due(
            target, "report"
        ):
            return
        if address in self.report_addresses:
            yield self._note_shared_target(capture.url, target)
            return
        yield self._request_target(target, capture, response)

    def _request_target(
        self, target: str, capture: Capture, response: Response
    ) -> Request:
        """Return the request for where a page sends on to, with what is known of the page."""
        hints = replace(capture.hints, content_type=None)
        if "doubts" not in response.meta:
            hints = replace(hints, sent_by=hints.sent_by or capture.url)
        request = self.request_report(target, hints, response.meta.get("list_level"))
        request.meta[DEPTH] = response.meta.get(DEPTH, 0) + 1
        if ROW in response.meta:
            request.meta[ROW] = response.meta[ROW]
        return request

    def _note_shared_target(self, url: str, target: str) -> Note:
        text = f"{url} sends on to {target}, as another page does: it has no report of its own"
        return self.notes.note_finding(
            url, Finding("page.report_unread", "warning", text)
        )

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


def _add_target(capture: Capture, target: str) -> Capture:
    """Return the capture of a page with where it sends on to among its hints."""
    return replace(capture, hints=replace(capture.hints, sends_to=target))


def _add_content_type(capture: Capture, response: Response) -> Capture:
    """Return the capture of a report page with the content type among its hints."""
    content_type = None
    header = response.headers.get("Content-Type")
    if header:
        content_type = header.decode("latin-1")
    hints = replace(capture.hints, content_type=content_type)
    return replace(capture, hints=hints)
