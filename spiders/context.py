"""What a run asks of the crawl of one site, given to the spider when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Role
from nianbao.spiders.lists.page import ListRow


def always_due(_url: str, _role: Role) -> bool:
    """Visit every address."""
    return True


def names_no_other_report(_url: str, _row: ListRow) -> bool:
    """Take every row as the one of the last visit."""
    return False


def is_no_page(_url: str) -> bool:
    """Take an address as one that nothing is known of."""
    return False


def wants_every_row(_row: ListRow) -> bool:
    """Visit every row of a list."""
    return True


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """Which addresses of a site a run visits; without arguments: all of them.

    Whether the validators of the site are sent is no part of it: the middleware that sends
    them asks the archive.
    """

    # what a page is known by, whatever its address is at this visit
    identify: Callable[[str], str] = canonicalize
    # whether an address is to be visited now, as the calendar says
    is_due: Callable[[str, Role], bool] = always_due
    # whether a row names the report of another year than at the last visit to the address;
    # then it is visited even where it is not due
    names_other_report: Callable[[str, ListRow], bool] = names_no_other_report
    # whether an address is known to lead to something else than a report, and was looked at
    # not long ago; it is not visited where only its place in a list speaks for it
    is_other_page: Callable[[str], bool] = is_no_page
    # whether an address ever showed a report
    showed_report: Callable[[str], bool] = is_no_page
    # whether a row of a list names a report that the run is to visit
    wants: Callable[[ListRow], bool] = wants_every_row
    # only some reports are wanted: then nobody can tell which pages a list no longer names
    selective: bool = False


EVERYTHING_DUE = CrawlContext()
