"""The walk through the lists of a site: which of their pages come next, and how each list ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Finding
from nianbao.spiders import list_findings
from nianbao.spiders.lists.empty_answers import is_empty_answer
from nianbao.spiders.lists.page import ListPage, NextPage, read_address
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.lists.pagination import PageProgress, Pagination
from nianbao.spiders.lists.printed_totals import PrintedTotals, read_printed_totals
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.page_readers import choose_reader
from nianbao.spiders.page_rows import PageRows
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from nianbao.spiders.rows.row_counts import find_any_rows

if TYPE_CHECKING:
    from nianbao.spiders.lists.reader import ListReader

WEB_ADDRESS = ("http://", "https://")


class ListWalk:
    """Finds what comes next of the lists of a site, each address once in a run.

    `reader` is that of the site's platform. `owns_host` tells whether an address is on a host
    of the site.
    """

    def __init__(self, reader: ListReader, owns_host: Callable[[str], bool]) -> None:
        self.reader = reader
        self.owns_host = owns_host
        self.list_addresses: set[str] = set()  # canonical, of the list pages requested

    def add_requested(self, page: NextPage) -> None:
        """Remember that a list page was requested."""
        self.list_addresses.add(_identify(page))

    def is_new(self, page: NextPage) -> bool:
        """Tell whether a page has a web address that was not requested yet."""
        return _leads_on(page) and _identify(page) not in self.list_addresses

    def find_reader(self, list_pages: Pagination) -> ListReader:
        """Return what reads the present page of a list."""
        return choose_reader(self.reader, list_pages.platform)

    def add_page(
        self, page: ListPage, list_pages: Pagination, page_rows: PageRows
    ) -> PageProgress:
        """Take the next page in, with what the platform or else the page says of totals."""
        rows = page_rows.named
        if not rows and not list_pages.has_named_rows:
            rows = page_rows.doubtful
        list_pages.add_named(page_rows.named)
        is_first_with_rows = bool(rows) and not list_pages.addresses
        reader = self.find_reader(list_pages)
        totals = reader.read_totals(page)
        any_rows = find_any_rows(page_rows.links, rows, list_pages.any_paths)
        if (
            not page_rows.links
        ):  # data without a link: the platform alone knows its rows
            known_rows = any_rows.addresses.union(page_rows.doubtful)
            any_rows = any_rows._replace(addresses=known_rows)
        progress = list_pages.add_page(frozenset(rows), totals, any_rows)
        if totals is None and not progress.repeats_page:
            row_urls = {row.url for row in rows.values()}
            list_pages.add_printed(read_printed_totals(page, row_urls))
        list_pages.add_printed(PrintedTotals(None, reader.read_page_count(page)))
        list_pages.add_place(f"{urldefrag(page.url).url} {page.request_body}")
        if list_pages.page_count == 1 or is_first_with_rows:
            page_count = list_pages.printed.pages
            plan = find_plan(
                page,
                page_count=page_count,
                has_rows=bool(rows),
                row_count=list_pages.printed_row_count,
            )
            list_pages.add_plan(plan)
        return progress

    def judge_end(
        self,
        page: ListPage,
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
            finding = self._judge_rows(page, list_pages, progress)
        if finding is not None:
            return finding
        if progress.is_blank and _is_unanswered(page, list_pages):
            return list_findings.describe_unanswered(page.url, list_pages)
        is_full = self.find_reader(list_pages).is_full(page)
        return list_findings.describe_unread(
            page.url, list_pages, pager_label, is_full=is_full
        )

    def _judge_rows(
        self, page: ListPage, list_pages: Pagination, progress: PageProgress
    ) -> Finding | None:
        """Return the finding on a list that names no report, or fewer rows than it says.

        That it names none is kept until what its doubtful rows lead to is known.
        """
        empty = list_findings.describe_empty(page.url, list_pages)
        if empty is not None and not list_pages.doubts.is_open:
            return empty
        if empty is not None:
            list_pages.doubts.withhold(page.url, empty)
        is_part = list_pages.part_count > 0
        ends_blank = self.find_reader(list_pages).ends_blank(page)
        probes = ends_blank or list_pages.probes or is_part
        return list_findings.describe_unfinished(
            page.url, list_pages, progress, probes=probes
        )

    def find_new_parts(self, page: ListPage, list_pages: Pagination) -> list[NextPage]:
        """Return the frames, posted forms and redirects of a page that were not requested yet."""
        parts = find_parts(page)
        redirect = find_redirect(page) if page.is_markup and not parts else None
        if redirect is not None and self.owns_host(redirect):
            parts.append(redirect)
        new_parts = list(filter(self.is_new, map(page.resolve_next, parts)))
        if new_parts and list_pages.part_count:
            list_pages.add_blank_part()  # the page is a part itself, and names no row
        list_pages.part_count += len(new_parts)
        return new_parts

    def find_new_pages(
        self, page: ListPage, list_pages: Pagination
    ) -> tuple[list[NextPage], str | None]:
        """Return the next pages of a list that were not requested yet.

        Where the platform knows of none, the general pager finds one, or else the plan of the
        list's first page has one. The second value is what is printed for a way on that cannot
        be followed. Beside ways that lead to pages which were requested it is none: on its last
        page a pager often has such a link.
        """
        platform_pages = list(self.find_reader(list_pages).read_next_pages(page))
        next_pages = list(map(page.resolve_next, platform_pages))
        new_pages = list(filter(self.is_new, next_pages))
        if new_pages:
            return new_pages, None
        labels = []
        has_addresses = any(map(_leads_on, next_pages))
        for link in find_pager_links(page):
            if link.address is None:
                is_end = link.is_dead and list_pages.page_count > 1
                if not is_end:
                    labels.append(link.label)
                continue
            has_addresses = True
            next_page = page.resolve_next(link.address)
            if self.is_new(next_page):
                return [next_page], None
        if has_addresses or (list_pages.has_all_answers and not page.is_markup):
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


def _is_unanswered(page: ListPage, list_pages: Pagination) -> bool:
    """Tell whether the first page that a script was to bring has no rows, and does not say why."""
    is_first_planned = list_pages.probes and list_pages.page_count == 2
    return is_first_planned and not is_empty_answer(page)


def _identify(page: NextPage) -> str:
    """Return what a list page is known by: its address, and what is sent for it."""
    address, _, sent = read_address(page).partition("#post-")
    return f"{canonicalize(address)} {sent}"


def _leads_on(page: NextPage) -> bool:
    """Tell whether a next page has an address at all: a script has none, a fragment no other."""
    return read_address(page).startswith(WEB_ADDRESS)
