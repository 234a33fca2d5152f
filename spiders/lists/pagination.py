"""Pagination: how far a list has been read, and whether it ends where it should.

A list ends where its pager ends, where it has shown as many rows as it says it has, or where a
page names the same rows as a page before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from nianbao.spiders.lists.page import ListTotals, NextPage
from nianbao.spiders.lists.printed_totals import NO_TOTALS, PrintedTotals
from nianbao.spiders.lists.query_strings import names_first_page
from nianbao.spiders.lists.row_doubts import RowDoubts

# Of one list: no column of reports is longer, a pager that goes on is broken.
MOST_LIST_PAGES = 300


Path = tuple[str, ...]  # the tags around a link
NO_PATHS: frozenset[Path] = frozenset()


class AnyRows(NamedTuple):
    """The rows of any kind of a page: canonical addresses, and the places where they stand."""

    addresses: frozenset[str]
    paths: frozenset[Path]


NO_ROWS = AnyRows(frozenset(), NO_PATHS)


class PagingPlan(NamedTuple):
    """Further pages of a list, their addresses absolute.

    `label` is what the pager is called in the script. `is_counted`: the script says how many
    pages there are; else a page without new rows is the end. `total` may be of rows or of pages.
    """

    label: str
    requests: tuple[NextPage, ...]
    is_counted: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class PageProgress:
    """What one page brought to its list."""

    repeats_page: bool  # it names the rows of a page before
    is_blank: bool  # it is not the first page, and names no rows of any kind
    # Whether the list has shown all rows that it says it has; None where it does not say.
    is_complete: bool | None


@dataclass(slots=True)
class Pagination:
    """How far one list has been read."""

    column: str
    level: int = 0  # 0: an entry of the site; more: a list below it
    platform: str = "generic"  # that its pages speak for
    covers: str | None = None  # whose reports it holds, as the site file has it
    page_count: int = 0
    blank_page_count: int = 0  # of them, that name no rows of any kind
    begins_blank: bool = (
        False  # the first one of them does no more than lead to the others
    )
    repeated_page_count: int = 0  # of them, that name the rows of one before
    row_count: int = 0  # on all its pages, as far as the platform can tell
    other_row_count: int = (
        0  # rows of other kinds on pages of which the platform cannot tell
    )
    in_list: int | None = None  # rows of the whole list, as the last page says
    addresses: set[str] = field(default_factory=set)  # canonical, of its rows
    # The addresses that each page named.
    page_contents: set[frozenset[str]] = field(default_factory=set)
    # What its pages print of its length, and the rows of any kind that they have.
    printed: PrintedTotals = NO_TOTALS
    any_addresses: set[str] = field(default_factory=set)
    any_paths: frozenset[Path] = NO_PATHS  # where rows stand on its pages
    first_place: str = ""  # the address of its first page and what was sent for it
    is_first_again: bool = (
        False  # whether its last page is the first under another address
    )
    plan: PagingPlan | None = None  # of its further pages, by a script of the first one
    # Its frames and posted forms, and those of them, or pages of theirs, that name no row.
    part_count: int = 0
    blank_part_count: int = 0
    has_other_rows: bool = False  # than the platform of the site file knows
    doubts: RowDoubts = field(default_factory=RowDoubts)
    # Whether a row of it has the words of a report; None before its first page with rows.
    has_named_rows: bool | None = None

    def add_page(
        self,
        addresses: frozenset[str],
        totals: ListTotals | None,
        any_rows: AnyRows = NO_ROWS,
    ) -> PageProgress:
        """Take in the rows of the next page, and what it says of the number of rows.

        A page with rows of other kinds only is not blank. Rows of an earlier page count once. What
        an earlier page says of the list's length stands where a blank one says nothing.
        """
        repeats_page = bool(addresses) and addresses in self.page_contents
        self.page_count += 1
        self.page_contents.add(addresses)
        self.addresses |= addresses
        if totals is None:
            totals = ListTotals(on_page=len(addresses), in_list=None)
            other_rows = any_rows.addresses - addresses - self.any_addresses
            self.other_row_count += len(other_rows)
        if not repeats_page:
            repeated_count = len(any_rows.addresses & self.any_addresses)
            self.row_count += max(totals.on_page - repeated_count, 0)
        has_rows = bool(addresses or any_rows.addresses - self.any_addresses)
        is_blank = self.page_count > 1 and not has_rows
        self.blank_page_count += not has_rows
        self.begins_blank = self.begins_blank or (self.page_count == 1 and not has_rows)
        self.repeated_page_count += repeats_page
        if totals.in_list is not None or not is_blank:
            self.in_list = totals.in_list
        is_complete = None
        if self.in_list is not None:
            is_complete = self.row_count >= self.in_list
        self.any_addresses |= any_rows.addresses
        self.any_paths = any_rows.paths or self.any_paths
        return PageProgress(repeats_page, is_blank, is_complete)

    def begin_anew(self) -> Pagination:
        """Return the same list with no page read: the first one did no more than lead to it."""
        return Pagination(
            self.column, self.level, self.platform, self.covers, doubts=self.doubts
        )

    def add_named(self, addresses: Collection[str]) -> None:
        """Take in the rows of the next page that have the words of reports."""
        self.has_named_rows = bool(self.has_named_rows or addresses)

    def add_blank_part(self) -> bool:
        """Take in a part that names no row; return whether other parts may still name some."""
        self.blank_part_count += 1
        return self.blank_part_count < self.part_count

    def add_place(self, place: str) -> None:
        """Take in the address of the next page, and what was sent for it."""
        if not self.first_place:
            self.first_place = place
            return
        self.is_first_again = names_first_page(self.first_place, place)

    def add_printed(self, printed: PrintedTotals) -> None:
        """Take in what the next page prints of the list's length."""
        rows, pages = printed
        if rows is None:
            rows = self.printed.rows
        if pages is None:
            pages = self.printed.pages
        self.printed = PrintedTotals(rows, pages)

    @property
    def printed_row_count(self) -> int:
        """How many rows of any kind its pages have, each counted once."""
        return len(self.any_addresses)

    @property
    def has_all_rows(self) -> bool:
        """Whether its rows of any kind are as many as it says that it has."""
        if self.in_list is None:
            return False
        return self.row_count + self.other_row_count >= self.in_list

    @property
    def row_page_count(self) -> int:
        """How many pages it has had that are neither blank nor those of before."""
        return self.page_count - self.blank_page_count - self.repeated_page_count

    @property
    def repeats_itself(self) -> bool:
        """Whether it has had further pages, and all of them named the rows of the first one."""
        is_first_again = self.is_first_again and not self.begins_blank
        if self.page_count == 1 or is_first_again:
            return False
        contents = [content for content in self.page_contents if content]
        if contents:
            return len(contents) == 1 and self.repeated_page_count > 0
        return True

    @property
    def probes(self) -> bool:
        """Whether pages are asked for without knowing that there are any."""
        return self.plan is not None and not self.plan.is_counted

    @property
    def has_ended_probing(self) -> bool:
        """Whether a page that is asked for and is not there is the end.

        Nobody knows that there is one, and others came, or as many rows as there can be.
        """
        if self.plan is None or not self.probes:
            return False
        total = self.plan.total
        has_all = total is not None and self.printed_row_count >= total
        return has_all or self.page_count > 1

    def add_plan(self, plan: PagingPlan | None) -> None:
        """Take in what a script of the first page says of further pages.

        The first page with rows may say nothing of them where the one before it did.
        """
        if plan is None:
            return
        self.plan = plan
        is_counted = plan.is_counted and plan.requests
        if is_counted and self.printed.pages is None:
            page_count = self.row_page_count + len(plan.requests)
            self.printed = self.printed._replace(pages=page_count)

    @property
    def lacks_printed_rows(self) -> bool:
        """Whether fewer rows or pages were read than the pages print."""
        rows, pages = self.printed
        if rows is not None and self.printed_row_count < rows:
            return True
        return pages is not None and self.row_page_count < pages

    @property
    def has_all_answers(self) -> bool:
        """Whether the answers of a service, which have nothing but rows, were all had."""
        return self.probes and self.has_printed_rows

    @property
    def has_printed_rows(self) -> bool:
        """Whether the pages print how long the list is, and it was read so far."""
        return self.printed != NO_TOTALS and not self.lacks_printed_rows


def has_ended(pagination: Pagination, progress: PageProgress, *, probes: bool) -> bool:
    """Tell whether the list is at its end, whatever its pager says.

    `probes`: the platform asks for a next page without knowing that there is one, so that an
    empty page is the end. The first page of a plan may be the one that had the plan.
    """
    if progress.repeats_page:
        is_first_planned = pagination.plan is not None and pagination.page_count == 2
        return not is_first_planned
    if progress.is_complete:
        return True
    return progress.is_blank and probes


def is_endless(pagination: Pagination) -> bool:
    """Tell whether a list that goes on must be cut."""
    return pagination.page_count >= MOST_LIST_PAGES


def is_empty(pagination: Pagination) -> bool:
    """Tell whether no page of the list named a row."""
    if pagination.has_named_rows is False and not pagination.doubts.has_report:
        return True
    return not pagination.addresses


def is_truncated(progress: PageProgress, *, probes: bool) -> bool:
    """Tell whether a list without a next page stops before its end.

    It has shown fewer rows than it says it has, or its pager announced a page without rows.
    """
    if progress.is_complete is False:
        return True
    return progress.is_blank and not probes
