"""Reports that stand where a listed page sends on to: what it names is requested in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrapy.http import Request

from nianbao.archive.addresses import canonicalize
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Capture, Hints, Note
from nianbao.spiders.reports.answers import SENDER
from nianbao.spiders.reports.image_spider import ImageSpider
from nianbao.spiders.reports.listed_page import DEPTH, ROW, ListedPage, ReportFile
from nianbao.spiders.reports.sent_reports import SentReport

if TYPE_CHECKING:
    from nianbao.spiders.reports.targets import Target

MOST_TARGETS = 3  # of one page


@dataclass(frozen=True, slots=True)
class PageLeads:
    """What a page leads to: its files, where it sends on to, what it asks for as a list."""

    files: list[ReportFile]
    targets: list[str]
    list_below: list[Request | Capture | Note]

    @property
    def are_sure(self) -> bool:
        """Whether it leads to more than a page that may be the report, or none."""
        return bool(self.files or self.list_below)

    @property
    def exist(self) -> bool:
        """Whether it leads to anything."""
        return bool(self.files or self.targets or self.list_below)


class TargetSpider(ImageSpider):
    """Finds and requests where pages without a report send on to."""

    def find_targets(self, reading: ListedPage) -> list[str]:
        """Return where a page without a report sends on to, within a depth.

        A list is none, nor what another page sent on to: templates have frames too. Of frames
        some are taken, as their names seldom tell which is the template's.
        """
        urls: list[str] = []
        for target in self._iterate_targets(reading):
            if self.is_requested_list(target.url) or target.url in urls:
                continue
            if self._is_shared(target.url) and not target.is_sure:
                continue
            urls.append(target.url)
            if target.is_sure or len(urls) == MOST_TARGETS:
                break
        return urls

    def _iterate_targets(self, reading: ListedPage) -> Iterator[Target]:
        """Yield where a page may send on to, the surest first."""
        yield from reading.plain_targets
        if reading.leads_by_links and not self.is_list_of_reports(reading):
            yield from reading.titled_targets

    def is_list_of_reports(self, reading: ListedPage) -> bool:
        """Tell whether a page names several reports that no list named yet."""
        return len(reading.titled_addresses - self.listed_addresses) > 1

    def _is_shared(self, url: str) -> bool:
        """Tell whether a page sent on to an address which is no row of a list."""
        address = canonicalize(url)
        if address in self.listed_addresses:
            return False
        return address in self.report_addresses

    def is_requested_list(self, url: str) -> bool:
        """Tell whether an address was requested as a list."""
        raise NotImplementedError(url)

    def send_on(
        self, reading: ListedPage, capture: Capture, leads: PageLeads
    ) -> Iterator[Request | Note]:
        """Request where a page sends on to, each address once in a run.

        That none has a report is told of the page, unless it leads to something else besides.
        """
        new_targets = list(filter(self._is_new_target, leads.targets))
        is_only_lead = _is_only_lead(reading, leads)
        if is_only_lead:
            yield from self._note_shared_targets(capture.url, leads.targets)
        hints = replace(capture.hints, content_type=None)
        page_url = hints.sent_by or capture.url
        sender: SentReport | None = reading.meta.get(SENDER)
        if sender is None and is_only_lead:
            if len(leads.targets) > 1:
                has_other = len(new_targets) < len(leads.targets)
                sender = SentReport(page_url, has_report=has_other)
            elif "doubts" not in reading.meta:
                hints = replace(hints, sent_by=page_url)
        for target in new_targets:
            yield self._request_target(target, hints, reading, sender)

    def _is_new_target(self, target: str) -> bool:
        """Tell whether an address is to be visited and no list names it or page led to it."""
        address = canonicalize(target)
        if address in self.listed_addresses or address in self.report_addresses:
            return False
        return self.context.is_due(target, "report")

    def _request_target(
        self, target: str, hints: Hints, reading: ListedPage, sender: SentReport | None
    ) -> Request:
        """Return the request for where a page sends on to, with what is known of the page."""
        meta = reading.meta
        request = self.request_report(
            target, hints, meta.get("list_level"), meta.get("doubts")
        )
        request.meta[DEPTH] = meta.get(DEPTH, 0) + 1
        if ROW in meta:
            request.meta[ROW] = meta[ROW]
        if sender is not None:
            sender.add(canonicalize(target))
            request.meta[SENDER] = sender
        return request

    def _note_shared_targets(self, url: str, targets: Iterable[str]) -> Iterator[Note]:
        """Note that a page sends on to where another page did."""
        for target in filter(self._is_shared, targets):
            parameters = {"case": "shared_target", "url": url, "target": target}
            finding = make_finding("page.report_unread", "warning", parameters)
            yield self.notes.note_finding(url, finding)


def _is_only_lead(reading: ListedPage, leads: PageLeads) -> bool:
    """Tell whether nothing but what a page sends on to can have its report."""
    if leads.files:
        return False
    return not (leads.list_below and reading.may_be_list)
