"""Whether a page is a list of reports, and which lists it leads to, as a search sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from nianbao.spiders.discovery.platform_signs import (
    NO_PLATFORM,
    PlatformSign,
    judge_signs,
)
from nianbao.spiders.lists.branches import find_branches
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_names import is_report_title

MOST_PARTS = 3  # of a page, that are visited
HOME_PATH = re.compile(r"/?(?:(?:index|default|home|main)\.\w+)?", re.IGNORECASE)


def select_reports(rows: Iterable[ListRow], reader: ListReader) -> list[ListRow]:
    """Return the rows that name reports: all of a list that is one body's."""
    if reader.lists_one_body:
        return list(rows)
    return [row for row in rows if is_report_title(row.title or "")]


def _count_reports(page: ListPage, signs: list[PlatformSign]) -> int:
    """Return how many reports a page names, read as its platform's list or as any list."""
    platform, _ = judge_signs(signs)
    counts = []
    for name in (platform, NO_PLATFORM):
        reader = reader_for(name)
        rows = read_page_rows(reader, page).titled.values()
        counts.append(len(select_reports(rows, reader)))
    return max(counts)


def is_list(page: ListPage, signs: list[PlatformSign], *, has_columns: bool) -> bool:
    """Tell whether a page is a list of reports, or of years.

    On a page that leads to columns, one report or a menu of years may be of something else.
    """
    report_count = _count_reports(page, signs)
    if has_columns:
        return report_count > 1
    year_count = len(list(find_branches(page, years_only=True)))
    return report_count > 0 or year_count > 1


def is_home_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and HOME_PATH.fullmatch(parts.path) is not None


def find_lists_behind(page: ListPage, reader: ListReader) -> list[NextPage]:
    """Return the pages that may have the rows which a page of a column lacks.

    They are the next page of its list or else the first list below it; without either its
    frames and posted forms, or where it sends its reader.
    """
    lists = find_lists(page, reader)[:1]
    if lists:
        return lists
    parts = [page.resolve_next(part) for part in find_parts(page)]
    redirect = find_redirect(page)
    if not parts and redirect is not None:
        return [redirect]
    return parts[:MOST_PARTS]


def find_lists(page: ListPage, reader: ListReader) -> list[NextPage]:
    """Return the next page of a list, or else the lists below it."""
    for next_page in reader.read_next_pages(page):
        return [page.resolve_next(next_page)]
    return [page.urljoin(branch.url) for branch in reader.read_branches(page)]
