"""What each line of the feed says, value by value, and how the feed is taken in parts."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.clock import utc_text
from nianbao.archive.events import (
    feed,
    finding_events,
    page_events,
    report_events,
)
from nianbao.archive.records import Agency, Finding, Reading
from tests.conftest import Crawl, make_reading

A, B, C = "http://x.cn/a", "http://x.cn/b", "http://x.cn/c"
SUM = Finding(
    *("req.row_total", "error", "3 + 1 against 5"),
    *("g2021.requests", "new_received", "total", "4", "5"),
)
STARTED = utc_text(datetime.now(UTC))


def make(text: str) -> Reading:
    """Make a reading of the year with which a text begins."""
    findings = (SUM,) if "sum" in text else ()
    return make_reading(
        text, report_year=int(text[:4]), title=f"标题 {text}", findings=findings
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Pages that are new, changed, moved, gone, back, and that show another report."""
    with Archive.create(tmp_path_factory.mktemp("feed") / "archive.db") as archive:
        crawl = Crawl(archive, make)
        crawl.run({A: "2020 one sum", B: "2021 two"})
        crawl.run({A: "2020 changed", B: None, C: "2021 two"})
        crawl.run({A: "2020 one sum", C: "2021 two"})
        crawl.run({A: None, C: "2021 two"})
        crawl.run({A: "2020 one sum", C: "2022 three"})
        crawl.run({A: "2020 one sum", C: "2021 two"})
        yield archive


# Of each line, but for those of findings about reports among others: the run, the kind, page and
# version, and which report's year it is.
LINES: list[tuple[Any, ...]] = [
    (1, "new", A, 1, 2020),
    (1, "new", B, 1, 2021),
    (1, "finding_opened", A, 1, 2020),
    (1, "report_new", A, 1, 2020),
    (1, "report_new", B, 1, 2021),
    (2, "moved", B, 1, 2021),
    (2, "changed", A, 2, 2020),
    (2, "finding_closed", A, 2, 2020),
    (2, "report_changed", A, 2, 2020),
    (2, "report_moved", C, 1, 2021),
    (3, "reverted", A, 3, 2020),
    (3, "finding_opened", A, 3, 2020),
    (3, "report_reverted", A, 3, 2020),
    (4, "vanished", A, 3, 2020),
    (4, "report_vanished", A, 3, 2020),
    (5, "returned", A, 3, 2020),
    (5, "replaced", C, 1, 2021),
    (5, "new", C, 2, 2022),
    (5, "report_returned", A, 3, 2020),
    (5, "report_vanished", B, 1, 2021),
    (5, "report_new", C, 2, 2022),
    (6, "replaced", C, 2, 2022),
    (6, "returned", C, 3, 2021),
    (6, "report_returned", C, 3, 2021),
    (6, "report_replaced", C, 2, 2022),
]
# What stood there before, by the place of the line, from 1 on.
PREVIOUS = {
    7: (A, 1),
    9: (A, 1),
    10: (B, 1),
    11: (A, 2),
    13: (A, 2),
    15: (A, 3),
    19: (A, 3),
    20: (C, 1),
    23: (C, 1),
    24: (B, 1),
    25: (C, 2),
}
MOVED_TO = {6: C}
NEXT_VERSION = {6: 1, 17: 2, 22: 3}
WITH_FINDING = {3, 8, 12}
TEXTS = {
    (A, 1): "2020 one sum",
    (A, 2): "2020 changed",
    (A, 3): "2020 one sum",
    (B, 1): "2021 two",
    (C, 1): "2021 two",
    (C, 2): "2022 three",
    (C, 3): "2021 two",
}


def number_lines(archive: Archive) -> dict[int, feed.Change]:
    """Return the lines by their places, but for those of findings about reports among others."""
    lines = [
        line
        for line in archive.changes()
        if line.finding is None or line.finding.rule == SUM.rule
    ]
    return dict(enumerate(lines, 1))


def test_what_the_lines_say(archive: Archive) -> None:
    lines = number_lines(archive)
    said = [
        (line.run_id, line.kind, line.url, line.version, line.report_year)
        for line in lines.values()
    ]
    assert said == LINES
    for number, line in lines.items():
        previous = PREVIOUS.get(number, (None, None))
        assert (line.previous_url, line.previous_version) == previous, line
        assert line.moved_to == MOVED_TO.get(number), line
        assert line.next_version == NEXT_VERSION.get(number), line
        assert line.finding == (SUM if number in WITH_FINDING else None)
    for line in archive.changes():
        assert line.site == "xixia"
        assert line.agency == "西霞县青石镇人民政府"
        assert line.url is not None
        assert line.version is not None
        text = TEXTS[line.url, line.version]
        assert line.title == f"标题 {text}"
        assert line.content_sha256 == make(text).content_sha256
        assert STARTED <= line.occurred_at <= utc_text(datetime.now(UTC))


def test_a_report_has_one_number_in_all_its_lines(archive: Archive) -> None:
    numbers = {2020: 1, 2021: 2, 2022: 3}
    for line in archive.changes():
        is_report = line.kind.startswith("report_")
        expected = numbers[line.report_year or 0] if is_report else None
        assert line.report_id == expected, line


def test_lines_are_linked_to_their_rows(archive: Archive) -> None:
    """By ids, which a merge or another reading sets anew."""
    db = archive.db
    documents = dict(db.execute("SELECT url, id FROM documents").fetchall())
    query = "SELECT document_id, number, id FROM versions"
    versions = {(page, number): row for page, number, row in db.execute(query)}
    query = """
        SELECT kind, url, version, moved_to, document_id, version_id, moved_to_id, finding_id
        FROM changes
    """
    for kind, url, version, moved_to, *ids, finding_id in db.execute(query).fetchall():
        document_id = documents[url]
        expected = [
            document_id,
            versions[document_id, version],
            documents.get(moved_to),
        ]
        assert ids == expected, (kind, url)
        assert (finding_id is not None) is kind.startswith("finding_"), (kind, url)
    told = db.execute(
        "SELECT site_id, url, rule, expected, found FROM announced_findings"
    )
    assert told.fetchone() == ("xixia", A, "req.row_total", "4", "5")


# --- taking the feed -----------------------------------------------------------------------


SOME_KINDS = ("replaced", "returned")


def take(archive: Archive, cursor: int, limit: int = -1, *kinds: str) -> list[int]:
    changes = feed.iterate_changes(archive.db, cursor, limit, kinds)
    return [change.id for change in changes]


@pytest.mark.parametrize("size", [1, 2, 5, 27, 500])
def test_the_feed_in_parts(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(feed, "BATCH_SIZE", size)
    kinds = {line.id: line.kind for line in archive.changes()}
    count = len(kinds)
    assert list(kinds) == list(range(1, count + 1))
    for cursor in (0, 1, 13, count - 1, count, count + 5):
        following = list(range(cursor + 1, count + 1))
        assert take(archive, cursor) == following
        for limit in (0, 1, 2, 4, 5, 6, count, count + 1):
            assert take(archive, cursor, limit) == following[:limit]
    some = [number for number, kind in kinds.items() if kind in SOME_KINDS]
    assert len(some) == 4
    assert take(archive, 0, -1, *SOME_KINDS) == some
    assert take(archive, some[0], -1, *SOME_KINDS) == some[1:]
    assert take(archive, 0, 3, *SOME_KINDS) == some[:3]
    assert take(archive, 0, -1, "moved") == [6]


def test_an_unknown_kind_is_named(archive: Archive) -> None:
    with pytest.raises(
        ValueError, match="no kind of change gone, lost; there are new,"
    ):
        take(archive, 0, -1, "lost", "new", "gone")
    assert set(feed.KINDS) >= {kind for _, kind, *_ in LINES}


def test_the_last_number(archive: Archive, crawl: Crawl) -> None:
    last = max(line.id for line in archive.changes())
    assert feed.load_last_number(archive.db) == last
    assert feed.load_last_number(crawl.archive.db) == 0


def test_who_follows_the_feed_waits_and_has_each_line_once(crawl: Crawl) -> None:
    crawl.make = make
    crawl.run({A: "2020 one"})
    waits: list[float] = []

    def wait(seconds: float) -> None:
        """Write something at the second and the fourth look, by another connection."""
        waits.append(seconds)
        if len(waits) in (2, 4):
            crawl.run({A: f"2020 text {len(waits)}"})

    with Archive(crawl.archive.path) as reader:
        lines = feed.follow_changes(reader.db, 1, wait=wait)
        first = next(lines)
        assert (first.id, first.kind, waits) == (2, "report_new", [])
        second = next(lines)
        assert (second.id, second.kind, waits) == (3, "changed", [0.5, 0.5])
        rest = list(itertools.islice(lines, 3))
        assert [line.id for line in rest] == [4, 5, 6]
        assert len(waits) == 4
        only = feed.follow_changes(reader.db, 0, ("changed",), wait)
        assert [line.id for line in itertools.islice(only, 2)] == [3, 6]


# --- what the feed does not tell -----------------------------------------------------------


def test_lines_that_are_missing_are_named(crawl: Crawl) -> None:
    """As a check of the archive finds them."""
    crawl.make = make
    crawl.run({A: "2020 one sum", B: "2021 two"})
    db = crawl.archive.db
    finding = (A, *dataclasses.astuple(SUM)[:8], None, None, None)
    agency = "西霞县青石镇人民政府"
    reports = [f'["{agency}","样例省西霞县",null,{year}]' for year in (2020, 2021)]
    assert list(finding_events.iterate_missing_events(db)) == []
    assert list(report_events.iterate_missing_events(db)) == []
    db.execute("BEGIN")
    db.execute("DELETE FROM changes WHERE kind = 'finding_opened'")
    opened = list(finding_events.iterate_missing_events(db))
    assert opened == [("xixia", "finding_opened", finding)]
    db.execute("UPDATE announced_reports SET last_version = 7 WHERE report_year = 2021")
    assert list(report_events.iterate_missing_events(db)) == [(reports[1], "present")]
    db.execute("ROLLBACK")
    db.execute("DELETE FROM findings")
    assert finding_events.list_unannounced_sites(db) == ["xixia"]
    db.execute("UPDATE sites SET unannounced = 0")
    closed = list(finding_events.iterate_missing_events(db))
    assert closed == [("xixia", "finding_closed", finding)]
    db.execute("DELETE FROM report_pages")
    db.execute("UPDATE versions SET report_id = NULL")
    db.execute("DELETE FROM reports")
    gone = list(report_events.iterate_missing_events(db))
    assert gone == [(identity, "none") for identity in reports]


def test_a_page_that_is_known_by_another_address(crawl: Crawl) -> None:
    """What was told of it, and of the report that no body has, stands there from now on."""
    crawl.make = lambda text: dataclasses.replace(
        make(text), report_year=None, agency=Agency(printed=None)
    )
    crawl.run({A: "2020 one", B: "2021 two"})
    db = crawl.archive.db
    page_id, other_id = (
        db.execute("SELECT id FROM documents WHERE url = ?", [url]).fetchone()[0]
        for url in (A, B)
    )
    query = "SELECT identity, url, last_url FROM announced_reports ORDER BY identity"
    before = [(f'["{url}",1]', url, url) for url in (A, B)]
    assert db.execute(query).fetchall() == before
    page_events.rename_page(db, page_id, C)
    after = [before[1], (f'["{C}",1]', C, C)]
    assert db.execute(query).fetchall() == after
    lines = "SELECT count(*) FROM changes WHERE document_id = ?"
    count = db.execute(lines, [page_id]).fetchone()[0]
    db.execute("UPDATE changes SET moved_to_id = ? WHERE id = 1", [other_id])
    page_events.move_events(db, other_id, page_id)
    assert db.execute(lines, [other_id]).fetchone()[0] == 0
    assert db.execute(lines, [page_id]).fetchone()[0] == 2 * count
    moved = db.execute("SELECT moved_to_id FROM changes WHERE id = 1").fetchone()
    assert moved == (page_id,)
    assert {row[2] for row in db.execute(query)} == {A, C}
