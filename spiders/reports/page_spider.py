"""Pages that lists name: each answer captured, and what carries the report requested.

That is the page itself, its further pages, its files, or where it sends on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture, Hints, Note
from nianbao.spiders.capture import (
    ARCHIVED,
    ARCHIVED_ROLE,
    DRAWN,
    READING_FAILURE,
    NotSent,
    capture_response,
)
from nianbao.spiders.reports.answers import SENDER, Output
from nianbao.spiders.reports.content import PAGE_OUTCOMES, PageContent, is_page
from nianbao.spiders.reports.files import find_report_files
from nianbao.spiders.reports.further_pages import PagedReport, find_further_page
from nianbao.spiders.reports.target_spider import (
    DEPTH,
    ROW,
    PageLeads,
    ReportFile,
    TargetSpider,
    may_be_list,
    shows_own_title,
)
from nianbao.spiders.rows.context_rows import may_be_branch

if TYPE_CHECKING:
    from twisted.python.failure import Failure

LONG_TEXT = 600  # Chinese characters of a page that is no frame of a template
MOST_TEXT_TO_DRAW = 300  # Chinese characters of a page that a script is to fill
# In a request's meta: the capture of the page before it is drawn.
UNDRAWN = "undrawn"
# What a request for what carries a report takes over from the one for its page.
INHERITED = ("role", "hints", "list_level", "doubts", ROW, DEPTH, SENDER)


class ReportPageSpider(TargetSpider):
    """Captures the pages that the lists of a site name, and requests what carries their reports."""

    def read_list_below(
        self,
        response: TextResponse,
        hints: Hints,
        *,
        sends_on: bool,
        is_article: bool,
    ) -> Output:
        """Read a page that was requested as a report as the list that it is."""
        raise NotImplementedError(response, hints, sends_on, is_article)

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
        yield from self.settle(response.request, is_report=is_report)
        yield from self.note_answer(capture, response)

    def _parse_page(self, response: TextResponse, capture: Capture) -> Output:
        """Capture a page, with its further pages where it has some, and request the rest."""
        failure = response.meta.get(READING_FAILURE)
        if failure is not None:
            if not _is_stored(response):
                yield capture
            yield self.notes.note_unread_links(capture.url, failure)
            yield from self.settle(response.request, is_report=True)
            return
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
            yield from self.settle(response.request, is_report=True)
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
        yield from self.send_on(content, capture, leads)
        is_report = content.has_chapters or leads.are_sure
        if SENDER in response.meta:
            is_report = is_report or content.text_length > LONG_TEXT
        yield from self.settle(response.request, is_report=is_report)

    def _find_leads(
        self, content: PageContent, capture: Capture, files: list[ReportFile]
    ) -> PageLeads:
        """Return what a page leads to: its files, where it sends on to, the rows of a list."""
        targets = self.find_targets(content)
        list_below: list[Request | Capture | Note] = []
        if "list_level" in content.response.meta and not files:
            outputs = self.read_list_below(
                content.response,
                capture.hints,
                sends_on=bool(targets),
                is_article=shows_own_title(content),
            )
            list_below = list(outputs)
        return PageLeads(files, targets, list_below)

    def _describe_page(
        self, content: PageContent, capture: Capture, leads: PageLeads
    ) -> Capture:
        """Return the capture of a page as the list that it is, or with where it sends on to."""
        showed_report = self.context.showed_report(capture.url)
        if _is_list(content.response, leads.list_below) and not showed_report:
            return replace(capture, role="list")
        addresses = [*leads.targets, *(url for url, _ in leads.files)]
        if not addresses or content.has_chapters:
            return capture
        hints = replace(capture.hints, sends_to=addresses[0])
        return replace(capture, hints=hints)

    def _request_files(self, files: list[ReportFile]) -> Iterator[Request]:
        """Request the files that carry the report of a page, each once in a run."""
        for url, file_hints in files:
            if canonicalize(url) in self.report_addresses:
                continue
            if self.context.is_due(url, "report"):
                yield self.request_report(url, file_hints)

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
        is_list = may_be_list(content.response) and not content.has_chapters
        if is_list or _is_stored(content.response):
            return None
        further_page = find_further_page(content, paged)
        if further_page is None or content.has_chapters:
            return further_page
        return None if self.is_list_of_reports(content) else further_page


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
