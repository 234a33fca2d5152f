"""What a run decides of the documents of a site: present, moved, vanished, missed."""

from __future__ import annotations

import pytest

from nianbao.archive.derived.presence import (
    Arrivals,
    PagePresence,
    PresenceChange,
    PresenceKind,
    Presences,
    decide_changes,
    sort_pages,
)
from nianbao.archive.derived.stays import Stay, pair_moves


def page(
    state: str,
    content: str = "a",
    *,
    is_present: bool = False,
    effect: str = "missed",
    misses: int = 0,
    report: int | None = None,
) -> PagePresence:
    """Return what a run saw of a document; version and report have the number of its content."""
    number = ord(content)
    if is_present:
        effect = "shown"
    return PagePresence(state, misses, effect, content, number, report or number)


def decide(
    presences: Presences, *, is_healthy: bool = True, vanish_after: int = 1
) -> list[PresenceChange]:
    pages = sort_pages(presences, is_healthy=is_healthy)
    moves = pair_moves(pages.list_missing_stays(), pages.list_appearing_stays({}))
    arrivals = Arrivals({}, moves.values())
    changes = decide_changes(pages, moves, arrivals, vanish_after)
    return [change for change in changes if change.kind != "reused"]


@pytest.mark.parametrize(
    ("state", "kind"),
    [("new", "new"), ("vanished", "returned"), ("moved", "returned")],
)
def test_a_document_that_appears(state: str, kind: PresenceKind) -> None:
    assert decide({1: page(state, is_present=True)}) == [
        PresenceChange(kind, 1, ord("a"))
    ]


def test_a_document_that_stays_present_changes_nothing() -> None:
    assert decide({1: page("present", is_present=True)}) == []


def test_something_else_in_the_place_of_a_report_is_no_miss() -> None:
    assert decide({1: page("present", misses=5, effect="not_a_report")}) == []


def test_a_report_has_moved_also_where_something_else_took_its_place() -> None:
    presences = {
        1: page("present", effect="not_a_report"),
        2: page("new", is_present=True),
    }
    kinds = [change.kind for change in decide(presences)]
    assert kinds == ["moved"]


def test_a_document_vanishes_after_so_many_misses() -> None:
    (change,) = decide({1: page("present", misses=1)}, vanish_after=3)
    assert (change.kind, change.changed_documents) == ("missed", ())
    (change,) = decide({1: page("present", misses=2)}, vanish_after=3)
    assert (change.kind, change.changed_documents) == ("vanished", (1,))


@pytest.mark.parametrize("state", ["vanished", "moved"])
def test_a_document_that_is_gone_already_is_only_missed(state: str) -> None:
    (change,) = decide({1: page(state, misses=9)})
    assert change.kind == "missed"


def test_a_run_that_is_not_healthy_misses_nothing() -> None:
    assert decide({1: page("present", misses=9)}, is_healthy=False) == []


def test_a_document_moves_to_the_one_of_equal_content_that_appears() -> None:
    presences = {1: page("present"), 2: page("new", is_present=True)}
    (change,) = decide(presences)
    assert (change.kind, change.document_id) == ("moved", 1)
    assert change.target == Stay(2, ord("a"), ord("a"), "a")
    assert change.changed_documents == (2, 1), "the target's report comes first"


def test_a_page_that_is_gone_moves_by_equal_content_only() -> None:
    presences = {
        1: page("present", "a", report=7),
        2: page("new", "b", is_present=True, report=7),
    }
    assert [change.kind for change in decide(presences)] == ["new", "vanished"]


def test_two_that_fit_are_no_move() -> None:
    target = page("new", is_present=True)
    kinds = [
        change.kind for change in decide({1: page("present"), 2: target, 3: target})
    ]
    assert kinds == ["new", "new", "vanished"]
    presences = {1: page("present"), 2: page("present"), 3: target}
    kinds = [change.kind for change in decide(presences)]
    assert kinds == ["new", "vanished", "vanished"]


def test_moves_come_before_what_appears_and_what_is_missed() -> None:
    presences = {
        1: page("present", "b"),
        2: page("new", "c", is_present=True),
        3: page("present", "a"),
        4: page("new", "a", is_present=True),
    }
    changes = decide(presences)
    assert [(change.kind, change.document_id) for change in changes] == [
        ("moved", 3),
        ("new", 2),
        ("vanished", 1),
    ]
