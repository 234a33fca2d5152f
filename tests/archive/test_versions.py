"""Versions, moves, disappearance and return, as the archive sees them over several crawls."""

from __future__ import annotations

from nianbao.archive.read_model.documents import find_document
from tests.conftest import Crawl, page_lines

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/b.html"


def numbers(crawl: Crawl, url: str) -> list[tuple[int, str]]:
    document = find_document(crawl.archive.db, url)
    assert document is not None
    return [(version.number, version.text) for version in document.versions]


def test_same_content_again_is_no_version(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    crawl.run({A: "one"})
    crawl.run({A: "one|visited 12 times"})
    assert numbers(crawl, A) == [(1, "one")]
    assert crawl.kinds() == [("new", A)]


def test_edited_and_edited_back_is_three_versions_of_two_payloads(crawl: Crawl) -> None:
    for text in ("one", "two", "one"):
        crawl.run({A: text})
    assert numbers(crawl, A) == [(1, "one"), (2, "two"), (3, "one")]
    assert crawl.kinds() == [("new", A), ("changed", A), ("reverted", A)]
    assert crawl.archive.db.execute("SELECT count(*) FROM blobs").fetchone()[0] == 2


def test_a_late_capture_takes_its_place(crawl: Crawl) -> None:
    run_id = crawl.run({A: "one"})
    crawl.run({A: "one"})
    late = crawl.capture("xixia", A, "two", at="2026-01-01T00:01:30.000Z")
    visit_id, to_read = crawl.archive.store_capture(run_id, late)
    assert to_read
    crawl.archive.store_reading(visit_id, crawl.make("two"))
    assert numbers(crawl, A) == [(1, "one"), (2, "two"), (3, "one")]


def test_a_page_that_is_gone_vanishes_and_returns_without_a_version(
    crawl: Crawl,
) -> None:
    crawl.run({A: "one"})
    crawl.run({A: None})
    crawl.run({A: None})
    crawl.run({A: "one"})
    assert crawl.kinds() == [("new", A), ("vanished", A), ("returned", A)]
    assert numbers(crawl, A) == [(1, "one")]


def test_a_page_vanishes_only_after_misses_in_a_row(crawl: Crawl) -> None:
    crawl.run({A: "one"}, vanish_after=2)
    crawl.run({A: None}, vanish_after=2)
    crawl.run({A: "one"}, vanish_after=2)
    crawl.run({A: None}, vanish_after=2)
    assert crawl.kinds() == [("new", A)]
    crawl.run({A: None}, vanish_after=2)
    assert crawl.kinds()[1:] == [("vanished", A)]


def test_an_unhealthy_run_makes_nothing_vanish(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    crawl.run({A: None}, whole=False)
    crawl.run({A: None}, links=0)
    assert crawl.kinds() == [("new", A)]


def test_a_move_is_one_change_and_moving_back_another(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    crawl.run({A: None, B: "one"})
    crawl.run({A: "one", B: None})
    changes = [
        (change.kind, change.url, change.moved_to)
        for change in page_lines(crawl.archive)
    ]
    assert changes == [("new", A, None), ("moved", A, B), ("moved", B, A)]


def test_two_pages_that_could_be_the_target_are_no_move(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    crawl.run({A: None, B: "one", B + "?x=2": "one"})
    assert sorted(crawl.kinds()[1:]) == [
        ("new", B),
        ("new", B + "?x=2"),
        ("vanished", A),
    ]


def test_a_page_that_shows_something_else_is_missing(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    run_id = crawl.archive.begin_run("0.1.0", {"other": True})
    visit_id, _ = crawl.archive.store_capture(
        run_id, crawl.capture("xixia", A, "the home page")
    )
    crawl.archive.store_reading(visit_id, crawl.make("the home page", is_report=False))
    rules = [
        row[0]
        for row in crawl.archive.db.execute("SELECT rule FROM findings").fetchall()
    ]
    assert rules == ["document.replaced"]
    assert numbers(crawl, A) == [(1, "one")]


def test_copies_share_one_report(crawl: Crawl) -> None:
    crawl.run({A: "one", B: "one"})
    document = find_document(crawl.archive.db, A)
    assert document is not None
    assert document.copies == (B,)
    rows = crawl.archive.db.execute(
        "SELECT documents, versions, report_year FROM reports"
    ).fetchall()
    assert rows == [(2, 2, 2021)]


def test_a_new_publication_date_alone_is_a_finding_and_no_version(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    run_id = crawl.archive.begin_run("0.1.0", {"other": True})
    visit_id, _ = crawl.archive.store_capture(
        run_id, crawl.capture("xixia", A, "one|dated 2022-03-01")
    )
    crawl.archive.store_reading(visit_id, crawl.make("one", published_on="2022-03-01"))
    rows = crawl.archive.db.execute(
        "SELECT rule, expected, found FROM findings"
    ).fetchall()
    assert rows == [("published_on.restamped", "2022-01-20", "2022-03-01")]
    assert numbers(crawl, A) == [(1, "one")]


def test_a_newer_reader_is_not_a_change_of_the_page(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    (visit_id,) = crawl.archive.unread_visits("2")
    crawl.archive.store_reading(
        visit_id, crawl.make("one, read better", reader_version="2")
    )
    assert crawl.kinds() == [("new", A), ("reread", A)]
    assert numbers(crawl, A) == [(1, "one, read better")]
    assert crawl.archive.unread_visits("2") == []


def test_what_was_stored_and_not_read_is_known(crawl: Crawl) -> None:
    crawl.run({A: "one"}, unread=True)
    (visit_id,) = crawl.archive.unread_visits("1")
    visit = crawl.archive.visit(visit_id)
    assert visit.payload_sha256 is not None
    assert crawl.archive.payload(visit.payload_sha256) == b"one"
    crawl.archive.store_reading(visit_id, crawl.make("one"))
    assert crawl.archive.unread_visits("1") == []
