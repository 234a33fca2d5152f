"""What is said of a list that was not read to its end, or that names no report."""

from __future__ import annotations

from typing import Any

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding, Severity
from nianbao.spiders.lists.pagination import (
    PageProgress,
    Pagination,
    is_empty,
    is_truncated,
)


def describe_endless(url: str, pagination: Pagination) -> Finding:
    """Return the finding on a list that was cut."""
    parameters = _name_list(url, pagination) | {"pages": pagination.page_count}
    return make_finding("list.endless", "error", parameters)


def describe_unfinished(
    url: str, pagination: Pagination, progress: PageProgress, *, probes: bool
) -> Finding | None:
    """Return the finding on a list that has no next page; None where it ends as it should."""
    if is_empty(pagination) or pagination.has_all_rows:
        return None
    if is_truncated(progress, probes=probes):
        return _describe_truncated(url, pagination)
    return None


def describe_empty(url: str, pagination: Pagination) -> Finding | None:
    """Return the finding on a list whose pages name no report; None where one does."""
    if not is_empty(pagination):
        return None
    severity: Severity = "warning" if pagination.level else "error"
    return make_finding("list.empty", severity, _name_list(url, pagination))


def describe_unread(
    url: str, pagination: Pagination, pager_label: str | None, *, is_full: bool = True
) -> Finding | None:
    """Return the finding on a list that its own pages call longer; None where they do not.

    `pager_label`: what is printed for a way to further pages that could not be followed.
    `is_full`: its last page has as many rows as fit on one, as far as that is known.
    """
    if pagination.lacks_printed_rows:
        return _describe_unread_rows(url, pagination)
    if pagination.repeats_itself and is_full and not pagination.has_printed_rows:
        return _describe_pager(url, pagination, {"case": "repeats"})
    if pager_label is None or pagination.has_printed_rows:
        return None
    pages = pagination.page_count
    case = {"case": "unknown_way", "label": pager_label, "pages": pages}
    return _describe_pager(url, pagination, case)


def describe_unanswered(url: str, pagination: Pagination) -> Finding:
    """Return the finding on a list whose script asks for more, and no more came."""
    return _describe_pager(url, pagination, {"case": "unanswered"})


def _describe_pager(url: str, pagination: Pagination, case: dict[str, Any]) -> Finding:
    """Return the finding on a way to further pages that was not gone."""
    rows = {"rows": pagination.printed_row_count}
    parameters = _name_list(url, pagination) | rows | case
    return make_finding("list.pager_not_followed", "warning", parameters)


def _describe_unread_rows(url: str, pagination: Pagination) -> Finding:
    rows, pages = pagination.printed
    amount: dict[str, Any] = {"read": pagination.printed_row_count, "unit": "rows"}
    if rows is not None:
        amount["printed"] = rows
    amounts = [amount]
    if pages is not None:
        amounts.append(
            {"read": pagination.row_page_count, "printed": pages, "unit": "pages"}
        )
    case = {"case": "printed", "amounts": amounts}
    parameters = _name_list(url, pagination) | case
    return make_finding("list.truncated", "warning", parameters)


def _describe_truncated(url: str, pagination: Pagination) -> Finding:
    amount = {"read": pagination.row_count}
    if pagination.in_list is not None:
        amount["printed"] = pagination.in_list
    case = {"case": "ended", "amount": amount, "page": pagination.page_count}
    parameters = _name_list(url, pagination) | case
    return make_finding("list.truncated", "warning", parameters)


def _name_list(url: str, pagination: Pagination) -> dict[str, Any]:
    """Return the parameters that every finding about a list has: its page and its column."""
    return {"url": url, "column": pagination.column}
