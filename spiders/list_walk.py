"""The walk through the lists of a site: which of their pages come next, and how each list ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Finding
from nianbao.spiders import list_findings
from nianbao.spiders.lists.page import NextPage, read_address
from nianbao.spiders.lists.pagination import PageProgress, Pagination
from nianbao.spiders.lists.printed_totals import PrintedTotals
from nianbao.spiders.rows.row_counts import find_any_rows

if TYPE_CHECKING:
    from nianbao.spiders.list_reading import ListReading

WEB_ADDRESS = ("http://", "https://")


class ListWalk:
    """Finds what comes next of the lists of a site, each address once in a run.

    `owns_host` tells whether an address is on a host of the site.
    """

    def __init__(self, owns_host: Callable[[str], bool]) -> None:
        self.owns_host = owns_host
        self.list_addresses: set[str] = set()  # canonical, of the list pages requested

    def add_requested(self, page: NextPage) -> None:
        """Remember that a list page was requested."""
        self.list_addresses.add(_identify(page))

    def is_new(self, page: NextPage) -> bool:
        """Tell whether a page has a web address that was not requested yet."""
        return _leads_on(page) and _identify(page) not in self.list_addresses

    def add_page(self, reading: ListReading, list_pages: Pagination) -> PageProgress:
        """Take the next page in, with what the platform or else the page says of totals."""
        page_rows = reading.rows
        rows = page_rows.named
        if not rows and not list_pages.has_named_rows:
            rows = page_rows.doubtful
        list_pages.add_named(page_rows.named)
        is_first_with_rows = bool(rows) and not list_pages.addresses
        totals = reading.totals
        any_rows = find_any_rows(reading.link_places, rows, list_pages.any_paths)
        # data without a link: the platform alone knows its rows
        if not reading.has_links:
            known_rows = any_rows.addresses.union(page_rows.doubtful)
            any_rows = any_rows._replace(addresses=known_rows)
        progress = list_pages.add_page(frozenset(rows), totals, any_rows)
        if totals is None and not progress.repeats_page:
            row_urls = {row.url for row in rows.values()}
            list_pages.add_printed(reading.read_printed(row_urls))
        list_pages.add_printed(PrintedTotals(None, reading.page_count))
        list_pages.add_place(f"{urldefrag(reading.url).url} {reading.request_body}")
        if list_pages.page_count == 1 or is_first_with_rows:
            page_count = list_pages.printed.pages
            plan = reading.find_plan(
                page_count=page_count,
                has_rows=bool(rows),
                row_count=list_pages.printed_row_count,
            )
            list_pages.add_plan(plan)
        return progress

    def judge_end(
        self,
        reading: ListReading,
        list_pages: Pagination,
        progress: PageProgress,
        pager_label: str | None,
        *,
        has_branches: bool,
    ) -> Finding | None:
        """Return the finding on a list that has no next page; None where it ends as it should.

        Of a list in several frames or forms one at least has rows.
        """
        is_part = list_pages.part_count > 0
        if is_part and progress.is_blank and list_pages.add_blank_part():
            return None
        finding = None
        if not has_branches:
            finding = self._judge_rows(reading, list_pages, progress)
        if finding is not None:
            return finding
        if progress.is_blank and _is_unanswered(reading, list_pages):
            return list_findings.describe_unanswered(reading.url, list_pages)
        return list_findings.describe_unread(
            reading.url, list_pages, pager_label, is_full=reading.is_full
        )

    def _judge_rows(
        self, reading: ListReading, list_pages: Pagination, progress: PageProgress
    ) -> Finding | None:
        """Return the finding on a list that names no report, or fewer rows than it says.

        That it names none is kept until what its doubtful rows lead to is known.
        """
        empty = list_findings.describe_empty(reading.url, list_pages)
        if empty is not None and not list_pages.doubts.is_open:
            return empty
        if empty is not None:
            list_pages.doubts.withhold(reading.url, empty)
        is_part = list_pages.part_count > 0
        probes = reading.ends_blank or list_pages.probes or is_part
        return list_findings.describe_unfinished(
            reading.url, list_pages, progress, probes=probes
        )

    def find_new_parts(
        self, reading: ListReading, list_pages: Pagination
    ) -> list[NextPage]:
        """Return the frames, posted forms and redirects of a page that were not requested yet."""
        parts = list(reading.parts)
        redirect = reading.redirect
        if redirect is not None and self.owns_host(redirect):
            parts.append(redirect)
        new_parts = list(filter(self.is_new, parts))
        if new_parts and list_pages.part_count:
            list_pages.add_blank_part()  # the page is a part itself, and names no row
        list_pages.part_count += len(new_parts)
        return new_parts

    def find_new_pages(
        self, reading: ListReading, list_pages: Pagination
    ) -> tuple[list[NextPage], str | None]:
        """Return the next pages of a list that were not requested yet.

        Where the platform knows of none, the general pager finds one, or else the plan of the
        list's first page has one. The second value is what is printed for a way on that cannot
        be followed. Beside ways that lead to pages which were requested it is none: on its last
        page a pager often has such a link.
        """
        new_pages = list(filter(self.is_new, reading.next_pages))
        if new_pages:
            return new_pages, None
        labels = []
        has_addresses = any(map(_leads_on, reading.next_pages))
        for link in reading.pager_links:
            if link.address is None:
                is_end = link.is_dead and list_pages.page_count > 1
                if not is_end:
                    labels.append(link.label)
                continue
            has_addresses = True
            if self.is_new(link.address):
                return [link.address], None
        if has_addresses or (list_pages.has_all_answers and not reading.is_markup):
            return [], None
        return self._find_planned_page(list_pages, labels)

    def _find_planned_page(
        self, list_pages: Pagination, labels: list[str]
    ) -> tuple[list[NextPage], str | None]:
        """Return the next page of a list's plan; else what is printed for a way on."""
        plan = list_pages.plan
        if plan is not None:
            planned_pages = filter(self.is_new, plan.requests)
            next_page = next(planned_pages, None)
            if next_page is not None:
                return [next_page], None
            if plan.requests:
                return [], None
            labels = [*labels, plan.label]
        return [], next(iter(labels), None)


def _is_unanswered(reading: ListReading, list_pages: Pagination) -> bool:
    """Tell whether the first page that a script was to bring has no rows, and does not say why."""
    is_first_planned = list_pages.probes and list_pages.page_count == 2
    return is_first_planned and not reading.is_empty_answer


def _identify(page: NextPage) -> str:
    """Return what a list page is known by: its address, and what is sent for it."""
    address, _, sent = read_address(page).partition("#post-")
    return f"{canonicalize(address)} {sent}"


def _leads_on(page: NextPage) -> bool:
    """Tell whether a next page has an address at all: a script has none, a fragment no other."""
    return read_address(page).startswith(WEB_ADDRESS)
