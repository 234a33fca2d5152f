"""How far a list has been read, and the decisions about its end."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Severity
from nianbao.spiders.lists.page import ListTotals
from nianbao.spiders.lists.pagination import (
    MOST_LIST_PAGES,
    PageProgress,
    Pagination,
    describe_endless,
    describe_unfinished,
    describe_unread,
    has_ended,
    is_endless,
    is_truncated,
)
from nianbao.spiders.lists.printed_totals import PrintedTotals

URL = "http://www.example.gov.cn/nb/"
ROWS = frozenset({"http://www.example.gov.cn/a/1.html"})
MORE_ROWS = frozenset({"http://www.example.gov.cn/a/2.html"})
NO_ROWS: frozenset[str] = frozenset()


def test_pages_add_up() -> None:
    pagination = Pagination("年报")
    first = pagination.add_page(ROWS, None)
    second = pagination.add_page(MORE_ROWS, None)
    assert first == second == PageProgress(False, False, None)
    assert (pagination.page_count, pagination.row_count) == (2, 2)
    assert pagination.addresses == ROWS | MORE_ROWS


def test_a_page_with_the_rows_of_a_page_before_adds_none() -> None:
    pagination = Pagination("年报")
    pagination.add_page(ROWS, None)
    pagination.add_page(MORE_ROWS, None)
    assert pagination.add_page(ROWS, None).repeats_page
    assert pagination.row_count == 2


def test_pages_without_rows_repeat_nothing() -> None:
    pagination = Pagination("年报")
    assert pagination.add_page(NO_ROWS, None) == PageProgress(False, False, None)
    assert pagination.add_page(NO_ROWS, None) == PageProgress(False, True, None)


def test_rows_are_those_that_the_platform_counts() -> None:
    """A record without a link is a row of the list, though it has no address."""
    pagination = Pagination("年报")
    first = pagination.add_page(ROWS, ListTotals(on_page=2, in_list=3))
    assert (pagination.row_count, first.is_complete) == (2, False)
    second = pagination.add_page(MORE_ROWS, ListTotals(on_page=1, in_list=3))
    assert (pagination.row_count, second.is_complete) == (3, True)


@pytest.mark.parametrize(
    ("progress", "probes", "ended", "truncated"),
    [
        (PageProgress(False, False, None), True, False, False),
        (PageProgress(True, False, None), False, True, False),
        (PageProgress(False, True, None), True, True, False),
        (PageProgress(False, True, None), False, False, True),
        (PageProgress(False, False, True), False, True, False),
        (PageProgress(False, False, False), False, False, True),
        (PageProgress(False, True, False), True, True, True),
    ],
)
def test_the_end_of_a_list(
    progress: PageProgress, probes: bool, ended: bool, truncated: bool
) -> None:
    assert has_ended(progress, probes=probes) is ended
    assert is_truncated(progress, probes=probes) is truncated


def test_a_list_that_never_ends() -> None:
    pagination = Pagination("年报", page_count=MOST_LIST_PAGES - 1)
    assert not is_endless(pagination)
    pagination.add_page(ROWS, None)
    assert is_endless(pagination)
    finding = describe_endless(URL, pagination)
    assert (finding.rule, finding.severity) == ("list.endless", "error")
    assert finding.message == (
        f"{URL}: the list 年报 goes on after {MOST_LIST_PAGES} pages; cut here"
    )


@pytest.mark.parametrize(("level", "severity"), [(0, "error"), (1, "warning")])
def test_an_empty_list(level: int, severity: Severity) -> None:
    pagination = Pagination("年报", level)
    progress = pagination.add_page(NO_ROWS, None)
    finding = describe_unfinished(URL, pagination, progress, probes=False)
    assert finding is not None
    assert (finding.rule, finding.severity) == ("list.empty", severity)
    assert finding.message == f"{URL}: no report link found in the list 年报"


def test_a_truncated_list() -> None:
    pagination = Pagination("年报")
    progress = pagination.add_page(ROWS, ListTotals(on_page=1, in_list=48))
    finding = describe_unfinished(URL, pagination, progress, probes=True)
    assert finding is not None
    assert (finding.rule, finding.severity) == ("list.truncated", "warning")
    assert finding.message == (
        f"{URL}: the server ends the list 年报 after 1 rows of 48, on page 1"
    )


def test_a_list_that_ends_as_it_should() -> None:
    pagination = Pagination("年报")
    progress = pagination.add_page(ROWS, None)
    assert describe_unfinished(URL, pagination, progress, probes=False) is None


@pytest.mark.parametrize(
    ("printed", "label", "rule", "amount"),
    [
        ((None, None), None, None, ""),
        ((None, None), "下一页", "list.pager_not_followed", "leads on (下一页)"),
        ((3, None), "下一页", None, ""),
        ((None, 1), "下一页", None, ""),
        ((25, None), None, "list.truncated", "after 3 of 25 rows that"),
        ((25, 9), "下一页", "list.truncated", "after 3 of 25 rows and 1 of 9 pages that"),
        ((None, 9), None, "list.truncated", "after 3 rows and 1 of 9 pages that"),
    ],
)  # fmt: skip
def test_a_list_is_as_long_as_it_prints(
    printed: tuple[int | None, int | None],
    label: str | None,
    rule: str | None,
    amount: str,
) -> None:
    pagination = Pagination("年报")
    pagination.add_page(ROWS, None)
    pagination.add_printed(PrintedTotals(*printed), row_count=3)
    finding = describe_unread(URL, pagination, label)
    if rule is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.rule, finding.severity) == (rule, "warning")
    assert amount in finding.message


def test_what_one_page_prints_holds_for_the_list() -> None:
    pagination = Pagination("年报")
    for printed in (PrintedTotals(4, None), PrintedTotals(None, None)):
        pagination.add_page(ROWS, None)
        pagination.add_printed(printed, row_count=2)
    assert not pagination.lacks_printed_rows
    assert pagination.has_printed_rows
