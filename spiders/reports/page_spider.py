"""Pages that lists name: each answer captured, and what carries the report requested.

That is the page itself, its further pages, its files, or where it sends on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture, Note
from nianbao.spiders.capture import (
    ARCHIVED,
    ARCHIVED_ROLE,
    DRAWN,
    READING_FAILURE,
    NotSent,
    capture_response,
)
from nianbao.spiders.reports.answers import SENDER, Output
from nianbao.spiders.reports.content import PAGE_OUTCOMES, is_page
from nianbao.spiders.reports.further_pages import PagedReport, find_further_page
from nianbao.spiders.reports.listed_page import DEPTH, ROW, ListedPage, ReportFile
from nianbao.spiders.reports.target_spider import PageLeads, TargetSpider

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.list_reading import ListReading

LONG_TEXT = 600  # Chinese characters of a page that is no frame of a template
MOST_TEXT_TO_DRAW = 300  # Chinese characters of a page that a script is to fill
# In a request's meta: the capture of the page before it is drawn.
UNDRAWN = "undrawn"
# What a request for what carries a report takes over from the one for its page.
INHERITED = ("role", "hints", "list_level", "doubts", ROW, DEPTH, SENDER)


class ReportPageSpider(TargetSpider):
    """Captures the pages that the lists of a site name, and requests what carries their reports."""

    def read_list_below(
        self, reading: ListReading, page: ListedPage, *, sends_on: bool
    ) -> Output:
        """Take a page that was requested as a report for the list that it is."""
        raise NotImplementedError(reading, page, sends_on)

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
        reading = self.read_page(response)
        files = list(reading.files)
        paged = PagedReport.begin(capture, reading.titles)
        paged.add_images(reading.images, has_text=reading.has_chapters)
        further_page = self._find_first_further_page(
            reading, paged, is_stored=_is_stored(response)
        )
        if further_page is not None:
            yield from self._request_files(files)
            yield from self.settle(response.request, is_report=True)
            yield self.request_further_page(further_page, paged)
            if reading.has_cut_fragments:
                yield self.notes.note_cut_attributes(capture.url)
            return
        leads = self._find_leads(reading)
        if not leads.are_sure and self._is_to_be_drawn(reading):
            yield self._request_drawn(response, capture)
            return
        if not _is_stored(response):
            yield from self._store_page(reading, capture, leads)
        yield from self._request_files(files)
        yield from leads.list_below
        yield from self.send_on(reading, capture, leads)
        if _is_cut(reading, leads.list_below):
            yield self.notes.note_cut_attributes(capture.url)
        is_report = reading.has_chapters or leads.are_sure
        if SENDER in response.meta:
            is_report = is_report or reading.text_length > LONG_TEXT
        yield from self.settle(response.request, is_report=is_report)

    def _find_leads(self, reading: ListedPage) -> PageLeads:
        """Return what a page leads to: its files, where it sends on to, the rows of a list."""
        targets = self.find_targets(reading)
        list_below: list[Request | Capture | Note] = []
        if reading.list_below is not None:
            outputs = self.read_list_below(
                reading.list_below,
                reading,
                sends_on=bool(targets),
            )
            list_below = list(outputs)
        return PageLeads(list(reading.files), targets, list_below)

    def _store_page(
        self, reading: ListedPage, capture: Capture, leads: PageLeads
    ) -> Output:
        """Yield the capture of a page, after its images where its report may stand in those."""
        described = self._describe_page(reading, capture, leads)
        images = reading.images if _carries_report(described) else ()
        has_text = reading.has_chapters
        yield from self.store_with_images(described, images, has_text=has_text)

    def _describe_page(
        self, reading: ListedPage, capture: Capture, leads: PageLeads
    ) -> Capture:
        """Return the capture of a page as the list that it is, or with where it sends on to."""
        showed_report = self.context.showed_report(capture.url)
        if _is_list(reading, leads.list_below) and not showed_report:
            return replace(capture, role="list")
        addresses = [*leads.targets, *(url for url, _ in leads.files)]
        if not addresses or reading.has_chapters:
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

    def _is_to_be_drawn(self, reading: ListedPage) -> bool:
        """Tell whether the browser is to draw a page: it is empty, and the site file allows it."""
        if not self.site.browser or reading.meta.get(DRAWN):
            return False
        if reading.has_chapters or not reading.has_scripts:
            return False
        return reading.text_length <= MOST_TEXT_TO_DRAW

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
        self, reading: ListedPage, paged: PagedReport, *, is_stored: bool
    ) -> str | None:
        """Return the second page of a report; None where it has none, or the run has it."""
        is_list = reading.may_be_list and not reading.has_chapters
        if is_list or is_stored:
            return None
        further_page = find_further_page(reading.ways_on, paged)
        if further_page is None or reading.has_chapters:
            return further_page
        return None if self.is_list_of_reports(reading) else further_page


def _carries_report(capture: Capture) -> bool:
    """Tell whether a page may carry a report itself: it is no list, and sends on to nothing."""
    return capture.role == "report" and capture.hints.sends_to is None


def _is_list(reading: ListedPage, list_below: list[Request | Capture | Note]) -> bool:
    """Tell whether a page that leads on is a list and no more: its row says no more than a year.

    A page whose row is titled as a report is for the reader, whatever it leads to.
    """
    if not any(isinstance(output, Request) for output in list_below):
        return False
    return reading.may_be_list


def _is_cut(reading: ListedPage, list_below: list[Request | Capture | Note]) -> bool:
    """Tell whether a page lost attributes of which the reader of reports does not tell."""
    if list_below and reading.list_below is not None:
        return reading.list_below.has_cut_attributes
    return reading.has_cut_fragments


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
