"""How far a list has been read, and the decisions about its end."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Severity
from nianbao.spiders.list_findings import (
    describe_empty,
    describe_endless,
    describe_unfinished,
    describe_unread,
)
from nianbao.spiders.lists.page import ListTotals
from nianbao.spiders.lists.pagination import (
    MOST_LIST_PAGES,
    AnyRows,
    PageProgress,
    Pagination,
    PagingPlan,
    has_ended,
    is_endless,
    is_truncated,
)
from nianbao.spiders.lists.printed_totals import PrintedTotals

URL = "http://www.example.gov.cn/nb/"
ROWS = frozenset({"http://www.example.gov.cn/a/1.html"})
MORE_ROWS = frozenset({"http://www.example.gov.cn/a/2.html"})
NO_ROWS: frozenset[str] = frozenset()


def make_rows(count: int) -> AnyRows:
    addresses = frozenset(f"{URL}{number}.html" for number in range(count))
    return AnyRows(addresses, frozenset())


def make_list(*pages: frozenset[str], said: PrintedTotals | None = None) -> Pagination:
    """Return a list of which some pages were read."""
    pagination = Pagination("年报")
    for number, rows in enumerate(pages):
        pagination.add_page(rows, None, AnyRows(rows, frozenset()))
        pagination.add_place(f"{URL}?page={number + 1}")
    if said:
        pagination.add_printed(said)
    return pagination


@pytest.mark.parametrize(
    ("pages", "said", "rule"),
    [
        ((ROWS, ROWS), PrintedTotals(None, 2), "list.truncated"),
        ((ROWS, MORE_ROWS, NO_ROWS), PrintedTotals(None, 3), "list.truncated"),
        ((ROWS, MORE_ROWS, MORE_ROWS), PrintedTotals(None, 2), None),
        ((ROWS, MORE_ROWS, NO_ROWS), PrintedTotals(None, 2), None),
        ((ROWS, ROWS), None, "list.pager_not_followed"),
        ((NO_ROWS, ROWS, ROWS), None, "list.pager_not_followed"),
        ((NO_ROWS, ROWS), None, None),
        ((ROWS, MORE_ROWS, MORE_ROWS), None, None),
    ],
)
def test_pages_that_bring_nothing_are_no_pages_of_the_list(
    pages: tuple[frozenset[str], ...], said: PrintedTotals | None, rule: str | None
) -> None:
    finding = describe_unread(URL, make_list(*pages, said=said), None)
    assert (finding and finding.rule) == rule


def test_a_short_page_that_comes_again_is_the_end() -> None:
    pagination = make_list(NO_ROWS, ROWS, ROWS)
    assert describe_unread(URL, pagination, None, is_full=False) is None


def test_what_an_earlier_page_says_of_the_length_stands() -> None:
    pagination = Pagination("年报")
    pagination.add_page(ROWS, ListTotals(1, 9))
    progress = pagination.add_page(NO_ROWS, None)
    assert (progress.is_complete, pagination.in_list) == (False, 9)


def test_rows_of_an_earlier_page_count_once() -> None:
    """Answers that overlap must not make a list look read: 76 rows each, 25 of them new."""
    pagination = Pagination("年报")
    for number in range(4):
        addresses = {f"{URL}{row}.html" for row in range(number * 25, number * 25 + 76)}
        any_rows = AnyRows(frozenset(addresses), frozenset())
        named = frozenset({f"{URL}{number * 25}.html"})
        progress = pagination.add_page(named, ListTotals(76, 756), any_rows)
        assert progress.is_complete is False
    assert pagination.row_count == 3 * 25 + 76


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


def test_a_page_of_other_rows_is_not_blank() -> None:
    pagination = Pagination("年报")
    pagination.add_page(ROWS, None, make_rows(2))
    assert not pagination.add_page(NO_ROWS, None, make_rows(3)).is_blank
    assert pagination.add_page(NO_ROWS, None, make_rows(3)).is_blank


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
    assert has_ended(Pagination("年报"), progress, probes=probes) is ended
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
    pagination.add_page(NO_ROWS, None)
    finding = describe_empty(URL, pagination)
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
    pagination.add_page(ROWS, None, make_rows(3))
    pagination.add_printed(PrintedTotals(*printed))
    finding = describe_unread(URL, pagination, label)
    if rule is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.rule, finding.severity) == (rule, "warning")
    assert amount in finding.message


def test_what_one_page_prints_holds_for_the_list() -> None:
    pagination = Pagination("年报")
    for printed, row_count in (
        (PrintedTotals(4, None), 2),
        (PrintedTotals(None, None), 4),
    ):
        pagination.add_page(ROWS, None, make_rows(row_count))
        pagination.add_printed(printed)
    assert not pagination.lacks_printed_rows
    assert pagination.has_printed_rows


def test_a_row_that_stands_on_every_page_is_one() -> None:
    pagination = Pagination("年报")
    for row_count in (2, 2, 3):
        pagination.add_page(ROWS, None, make_rows(row_count))
        pagination.add_printed(PrintedTotals(7, None))
    assert pagination.printed_row_count == 3
    assert pagination.lacks_printed_rows


@pytest.mark.parametrize(
    ("first", "second", "is_said"),
    [
        (URL, f"{URL}?page=2", True),
        (URL, f"{URL}list_2.html", True),
        (URL, f"{URL}list.jsp page=2&cid=7", True),
        (f"{URL}?cid=12", f"{URL}?cid=12&page=2", True),
        # other addresses of the first page
        (URL, f"{URL}index.html", False),
        (URL, f"{URL}?page=1&pageSize=15", False),
        (f"{URL}?cid=12", f"{URL}?page=0&cid=12", False),
    ],
)
def test_a_way_on_to_the_first_page_again(
    first: str, second: str, is_said: bool
) -> None:
    pagination = Pagination("年报")
    for place in (first, second):
        pagination.add_page(ROWS, None)
        pagination.add_place(place)
    finding = describe_unread(second, pagination, None)
    assert (finding is not None) is is_said
    if finding is not None:
        assert (finding.rule, finding.severity) == (
            "list.pager_not_followed",
            "warning",
        )


def test_a_plan_says_how_many_pages_there_are() -> None:
    pagination = Pagination("年报")
    pagination.add_page(ROWS, None)
    pagination.add_plan(PagingPlan("laypage", (f"{URL}?p=2", f"{URL}?p=3"), True))
    assert pagination.lacks_printed_rows
    assert not pagination.probes
