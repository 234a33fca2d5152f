"""What each line of the feed says, value by value, and how the feed is taken in parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.clock import utc_text
from nianbao.archive.events import feed
from nianbao.archive.records import Finding, Reading
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


# Of each line the run, the kind, page and version, and which report's year it is: the first
# report has number 1.
LINES: list[tuple[Any, ...]] = [
    (1, "new", A, 1, 2020),
    (1, "new", B, 1, 2021),
    (1, "finding_opened", A, 1, 2020),
    (1, "report_new", A, 1, 2020),
    (1, "report_new", B, 1, 2021),
    (2, "moved", B, 1, 2021),
    (2, "changed", A, 2, 2020),
    (2, "finding_closed", A, 2, 2020),
    (2, "finding_opened", A, 2, 2020),
    (2, "report_changed", A, 2, 2020),
    (2, "report_moved", C, 1, 2021),
    (3, "reverted", A, 3, 2020),
    (3, "finding_opened", A, 3, 2020),
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
# What stood there before, by the number of the line.
PREVIOUS = {
    7: (A, 1),
    10: (A, 1),
    11: (B, 1),
    12: (A, 2),
    15: (A, 2),
    17: (A, 3),
    21: (A, 3),
    22: (C, 1),
    25: (C, 1),
    26: (B, 1),
    27: (C, 2),
}
MOVED_TO = {6: C}
NEXT_VERSION = {6: 1, 19: 2, 24: 3}
FINDING_RULES = {
    3: "req.row_total",
    8: "req.row_total",
    9: "report.changed",
    13: "req.row_total",
    14: "report.changed",
}
TEXTS = {
    (A, 1): "2020 one sum",
    (A, 2): "2020 changed",
    (A, 3): "2020 one sum",
    (B, 1): "2021 two",
    (C, 1): "2021 two",
    (C, 2): "2022 three",
    (C, 3): "2021 two",
}


def test_what_the_lines_say(archive: Archive) -> None:
    lines = list(archive.changes())
    said = [
        (line.run_id, line.kind, line.url, line.version, line.report_year)
        for line in lines
    ]
    assert said == LINES
    assert [line.id for line in lines] == list(range(1, len(LINES) + 1))
    for line in lines:
        previous = PREVIOUS.get(line.id, (None, None))
        assert (line.previous_url, line.previous_version) == previous, line
        assert line.moved_to == MOVED_TO.get(line.id), line
        assert line.next_version == NEXT_VERSION.get(line.id), line
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


def test_the_findings_of_lines(archive: Archive) -> None:
    findings = {line.id: line.finding for line in archive.changes() if line.finding}
    assert {number: one.rule for number, one in findings.items()} == FINDING_RULES
    assert findings[3] == findings[8] == findings[13] == SUM
    # each change of a report is another finding
    assert findings[9] != findings[14]


def test_lines_are_linked_to_their_rows(archive: Archive) -> None:
    """By ids, which a merge or another reading sets anew."""
    db = archive.db
    documents = dict(db.execute("SELECT url, id FROM documents").fetchall())
    query = "SELECT document_id, number, id FROM versions"
    versions = {(page, number): row for page, number, row in db.execute(query)}
    query = """
        SELECT id, url, version, moved_to, document_id, version_id, moved_to_id, finding_id
        FROM changes
    """
    for number, url, version, moved_to, *ids, finding_id in db.execute(
        query
    ).fetchall():
        document_id = documents[url]
        expected = [
            document_id,
            versions[document_id, version],
            documents.get(moved_to),
        ]
        assert ids == expected, number
        assert (finding_id is None) is (number not in FINDING_RULES), number
    told = db.execute(
        "SELECT site_id, url, rule, expected, found FROM announced_findings"
    )
    assert told.fetchone() == ("xixia", A, "req.row_total", "4", "5")


# --- taking the feed -----------------------------------------------------------------------


def take(archive: Archive, cursor: int, limit: int = -1, *kinds: str) -> list[int]:
    changes = feed.iterate_changes(archive.db, cursor, limit, kinds)
    return [change.id for change in changes]


@pytest.mark.parametrize("size", [1, 2, 5, 27, 500])
def test_the_feed_in_parts(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(feed, "BATCH_SIZE", size)
    count = len(LINES)
    for cursor in (0, 1, 13, count - 1, count, count + 5):
        following = list(range(cursor + 1, count + 1))
        assert take(archive, cursor) == following
        for limit in (0, 1, 2, 4, 5, 6, count, count + 1):
            assert take(archive, cursor, limit) == following[:limit]
    replaced = [19, 24]
    assert take(archive, 0, -1, "replaced") == replaced
    assert take(archive, 19, -1, "replaced") == [24]
    assert take(archive, 0, 1, "replaced", "returned") == [18]
    assert take(archive, 0, 3, "replaced", "returned") == [18, 19, 24]


def test_an_unknown_kind_is_named(archive: Archive) -> None:
    with pytest.raises(
        ValueError, match="no kind of change gone, lost; there are new,"
    ):
        take(archive, 0, -1, "lost", "new", "gone")
    assert set(feed.KINDS) >= {kind for _, kind, *_ in LINES}
    assert len(feed.KINDS) == 18


def test_the_last_number(archive: Archive, crawl: Crawl) -> None:
    assert feed.load_last_number(archive.db) == len(LINES)
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
