"""Merging archives: whatever the order, and however often, the same archive comes out."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nianbao.archive import Archive
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.events import finding_events
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import (
    Agency,
    Attachment,
    Capture,
    DateCandidate,
    Figure,
    Finding,
    Hints,
    Note,
    Period,
    Reading,
    Section,
)
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from tests.conftest import Crawl as PlayedCrawl
from tests.conftest import make_reading, page_lines
from tests.crawl.commands import CONTENT

SITES = ("xixia", "lanting")
PAGES = ("a", "b", "c")
TEXTS = (None, "one", "one|seen twice", "two", "!not a report")

Visits = list[
    tuple[str, str | None, int, str | None]
]  # page, what it shows, minute, date on the list
Crawl = tuple[str, int, bool, Visits]  # site, hour, healthy, visits
visit = st.tuples(
    st.sampled_from(PAGES),
    st.sampled_from(TEXTS),
    st.integers(0, 3),
    st.sampled_from((None, "2022-01-20")),
)
crawl = st.tuples(
    st.sampled_from(SITES),
    st.integers(0, 3),
    st.booleans(),
    st.lists(visit, max_size=4, unique_by=lambda v: v[:1]),
)
history = st.lists(crawl, max_size=3)


def play(archive: Archive, crawls: Sequence[Crawl]) -> None:
    """Crawl a history into an archive, as a machine of its own would."""
    for site, hour, healthy, visits in crawls:
        run_id = archive.begin_run("0.1.0", {"hour": hour})
        archive.begin_sites(
            run_id, [ArchivedSite(site, site, "trs", f"样例省{site}县", None, 1, 1)]
        )
        archive.store_note(
            run_id,
            Note(site, "http://list/", Finding("list.empty", "warning", "nothing")),
        )
        for page, text, minute, listed in visits:
            capture = Capture(
                site=site,
                url=f"http://{site}.localhost/{page}",
                role="report",
                outcome="not_found" if text is None else "fetched",
                visited_at=f"2026-01-01T{hour:02}:{minute:02}:00.000Z",
                status=404 if text is None else 200,
                payload=None if text is None else text.encode(),
                hints=Hints(list_date=listed),
            )
            visit_id, to_read = archive.store_capture(run_id, capture)
            if to_read:
                archive.store_reading(visit_id, read(archive, visit_id))
        with (
            archive.transaction() as db
        ):  # the clock of the test: runs end in the hour they begin
            archive.end_site(run_id, site, "finished", 1, lists_whole=healthy)
            archive.end_run(run_id, "finished", {})
            ended = f"2026-01-01T{hour:02}:59:00.000Z"
            db.execute(
                "UPDATE site_runs SET ended_at = ? WHERE run_id = ?", [ended, run_id]
            )
            db.execute("UPDATE runs SET started_at = ? WHERE id = ?", [ended, run_id])


def read(archive: Archive, visit_id: int) -> Reading:
    """Read a page of these tests: what follows `|` is chrome, what begins with `!` no report."""
    visit = archive.visit(visit_id)
    assert visit.payload_sha256
    text = archive.payload(visit.payload_sha256).decode().split("|")[0]
    return make_reading(
        text, is_report=not text.startswith("!"), published_on=visit.hints.list_date
    )


def derive(archive: Archive) -> None:
    """Read what is pending and settle what follows."""
    while waiting := archive.unread_visits("1"):
        for visit_id in waiting:
            archive.store_reading(visit_id, read(archive, visit_id))
    archive.finalize()


def held(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that an archive holds, runs by their identity; the feed tells what was
    announced here, and when.
    """
    with sqlite3.connect(f"file:{archive.path}?mode=ro", uri=True) as db:
        rows = {
            name: sorted(db.execute(_by_uid(query)).fetchall(), key=repr)
            for name, query in CONTENT.items()
            if name != "changes"
        }
    db.close()
    return rows


def _by_uid(query: str) -> str:
    query = re.sub(
        r"\b(\w+\.)?run_id\b(?!\s*=)(?<!ON runs.id = visits.run_id)", _uid, query
    )
    return query.replace("SELECT runs.id", "SELECT runs.uid").replace(
        "SELECT id, kind", "SELECT uid, kind"
    )


def _uid(match: re.Match[str]) -> str:
    if match.string[: match.start()].endswith("runs.id = "):
        return match[0]
    return f"(SELECT uid FROM runs WHERE runs.id = {match[0]})"


def merged(
    folder: Path, name: str, parts: Sequence[Archive], *, carries: bool = False
) -> dict[str, list[tuple[Any, ...]]]:
    """Merge archives; `carries`: with the readings of those who have read all of their own."""
    with Archive.create(folder / name) as target:
        for part in parts:
            read_before = {row[0] for row in target.db.execute("SELECT id FROM visits")}
            merge_archive(target, part)
            if carries:
                carry_readings(target, part, "1")
                # A page whose content came back after what the other saw between: its reading
                # was dropped here while the content was one version.
                assert read_before.issuperset(target.unread_visits("1"))
            derive(target)
            assert list(finding_events.iterate_missing_events(target.db)) == []
        return held(target)


ONCE, AGAIN, BETWEEN = "one", "one|seen twice", "two"
CAME_BACK: list[list[Crawl]] = [
    [("lanting", 1, True, [("c", AGAIN, 2, None)])],
    [
        ("lanting", 0, True, [("c", ONCE, 0, None)]),
        ("lanting", 0, False, [("c", BETWEEN, 2, None)]),
    ],
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(history, min_size=2, max_size=3))
@example(CAME_BACK)
def test_the_order_of_merging_does_not_matter(histories: list[list[Crawl]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = []
        for number, crawls in enumerate(histories):
            parts.append(Archive.create(folder / f"part{number}.db"))
            play(parts[-1], crawls)
        outcomes = [
            merged(folder, f"target{number}.db", order, carries=number % 2 == 1)
            for number, order in enumerate(permutations(parts))
        ]
        assert all(outcome == outcomes[0] for outcome in outcomes)
        assert merged(folder, "twice.db", [*parts, *parts], carries=True) == outcomes[0]
        with Archive.create(folder / "target0.db") as rebuilt:
            rebuilt.clear_derived()
            derive(rebuilt)
            assert held(rebuilt) == outcomes[0]
        for part in parts:
            part.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Archive, Archive]]:
    with (
        Archive.create(tmp_path / "one.db") as one,
        Archive.create(tmp_path / "other.db") as other,
    ):
        play(one, [("xixia", 1, True, [("a", "one", 0, None)])])
        play(
            other, [("xixia", 2, True, [("a", "two", 0, None), ("b", "one", 1, None)])]
        )
        yield one, other


def test_what_a_merge_brings_is_counted_and_announced(
    two: tuple[Archive, Archive],
) -> None:
    one, other = two
    brought = merge_archive(one, other)
    assert (brought.runs, brought.visits, brought.healed) == (1, 2, 0)
    derive(one)
    kinds = [
        (line.kind, (line.url or "")[-1], line.version)
        for line in page_lines(one)
        if not line.finding
    ]
    assert kinds == [("new", "a", 1), ("new", "b", 1), ("changed", "a", 2)]
    again = merge_archive(one, other)
    assert (again.runs, again.visits) == (0, 0)
    assert one.unread_visits("1") == []


def test_a_damaged_payload_is_healed_by_a_copy(
    two: tuple[Archive, Archive], tmp_path: Path
) -> None:
    one, _ = two
    with Archive.create(tmp_path / "copy.db") as copy:
        merge_archive(copy, one)
    with one.transaction() as db:
        db.execute("UPDATE blobs SET data = x'00'")
    with Archive(tmp_path / "copy.db") as copy:
        assert merge_archive(one, copy).healed == 1
    assert one.payload(one.visit(1).payload_sha256 or "") == b"one"


def test_a_damaged_payload_is_not_taken_over(two: tuple[Archive, Archive]) -> None:
    one, other = two
    with other.transaction() as db:
        db.execute("UPDATE blobs SET data = x'00'")
    with pytest.raises(PayloadDamaged):
        merge_archive(one, other)
    assert one.db.execute("SELECT count(*) FROM visits").fetchone() == (1,)


def test_a_crawl_that_was_under_way_when_it_was_copied_ends_later(
    tmp_path: Path,
) -> None:
    with (
        Archive.create(tmp_path / "one.db") as one,
        Archive.create(tmp_path / "other.db") as other,
    ):
        run_id = other.begin_run("0.1.0", {})
        other.begin_sites(
            run_id, [ArchivedSite("xixia", "xixia", "trs", None, None, 1, 1)]
        )
        merge_archive(one, other)
        other.end_site(run_id, "xixia", "finished", 1, lists_whole=True)
        other.end_run(run_id, "finished", {"visits": 0})
        merge_archive(one, other)
        derive(one)
        assert held(one) == held(other)


def test_progress_is_told(two: tuple[Archive, Archive]) -> None:
    told: list[tuple[int, int]] = []
    merge_archive(*two, lambda done, total: told.append((done, total)))
    assert told == [(0, 1)]


# --- readings that come along -------------------------------------------------------------------


def list_read(archive: Archive) -> set[tuple[str, str]]:
    """Return the pages that readings were stored of, by address and time of the visit."""
    query = """
        SELECT url, visited_at FROM sightings JOIN visits ON visits.id = visit_id
        WHERE read_visit_id = visit_id
    """
    return set(archive.db.execute(query).fetchall())


def test_readings_of_another_reader_are_left(two: tuple[Archive, Archive]) -> None:
    one, other = two
    merge_archive(one, other)
    waiting = one.unread_visits("2")
    assert carry_readings(one, other, "2") == 0
    assert one.unread_visits("2") == waiting
    assert carry_readings(one, other, "1") == 2
    assert one.unread_visits("1") == []


def test_a_reading_comes_along_whole(tmp_path: Path) -> None:
    """Whatever a reader says of a page: figures of all kinds, findings, sections, a delta of a text."""
    texts = ("first\n" * 30 + "一", "first\n" * 30 + "二\0", "first\n" * 30 + "三")
    with (
        Archive.create(tmp_path / "one.db") as one,
        Archive.create(tmp_path / "other.db") as other,
    ):
        PlayedCrawl(one, full_reading).run({"http://x.cn/": texts[0]})
        PlayedCrawl(one, full_reading).run({"http://x.cn/": texts[1]})
        PlayedCrawl(one, full_reading).run({"http://x.cn/": texts[2]})
        merge_archive(other, one)
        assert carry_readings(other, one, "1") == 3
        assert other.unread_visits("1") == []
        other.finalize()
        assert held(other) == held(one)
        for version_id in (1, 2, 3):
            assert load_details(other.db, version_id) == load_details(
                one.db, version_id
            )


def full_reading(text: str) -> Reading:
    return make_reading(
        text,
        title=f"{text[-1]}报告",
        agency=Agency(
            printed="甲局",
            candidates=({"basis": "title", "text": "甲局"},),
            basis="page",
            township_code="110101001",
        ),
        published_on="2022-01-20",
        published_at="2022-01-20T09:14+08:00",
        published_basis="meta:PubDate",
        date_candidates=(DateCandidate("list", "2022-01-20", "01-20"),),
        signed_on="2022-01-19",
        period=Period("2021-01-01", None),
        sections=(
            Section("overview", "一", "first"),
            Section(None, "二", "of another text"),
        ),
        figures=(
            Figure("g2021.requests", "granted", "total", 3, "3"),
            Figure("g2021.requests", "granted", "org_other", None, ""),
            Figure("g2021.requests", "refused", "total", None, "1l", "ragged"),
            Figure(
                "g2021.art20_8", "admin_fees", "fee_amount", 5949.088667, "5949.088667"
            ),
            Figure("g2021.requests", "自定行", "total", 1.5, "1.50", "assumed"),
        ),
        attachments=(Attachment("http://x.cn/a.pdf", "附件"),),
        official=False,
        findings=(
            Finding(
                "req.row_total", "error", "sum", "g2021.requests", "granted", "total"
            ),
        ),
        charset="gbk",
        year_basis="page",
        compiled_by="甲局办公室",
        compiled_by_evidence="由甲局办公室编制",
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE readings SET details = '{'",
        "UPDATE readings SET details = '[]'",
        "UPDATE figure_sets SET cells = '{\"99999\": [1]}'",
        "UPDATE figure_sets SET cells = '7'",
        "UPDATE sightings SET published_on = '2022-13-45'",
        "UPDATE sightings SET published_on = x'00'",
        "UPDATE readings SET text = x'ff'",
        "UPDATE readings SET title = x'07'",
        "DELETE FROM readings",
    ],
)
def test_a_damaged_reading_is_read_again(
    two: tuple[Archive, Archive], damage: str
) -> None:
    one, other = two
    other.db.execute("PRAGMA foreign_keys = OFF")
    other.db.execute(damage)
    merge_archive(one, other)
    waiting = one.unread_visits("1")
    carry_readings(one, other, "1")
    assert set(one.unread_visits("1")) == set(waiting)
    derive(one)
    assert one.unread_visits("1") == []


def test_a_reading_of_other_bytes_is_not_taken_over(
    two: tuple[Archive, Archive],
) -> None:
    one, other = two
    merge_archive(one, other)
    waiting = one.unread_visits("1")
    other.db.execute("PRAGMA foreign_keys = OFF")
    with other.transaction() as db:
        db.execute("UPDATE visits SET payload_sha256 = ?", ["0" * 64])
    assert carry_readings(one, other, "1") == 0
    assert one.unread_visits("1") == waiting != []


def test_taking_over_readings_is_gone_on_with(tmp_path: Path) -> None:
    pages = [
        (page, text, minute, None) for minute, (page, text) in enumerate(PAGES_OF_MANY)
    ]
    with (
        Archive.create(tmp_path / "one.db") as one,
        Archive.create(tmp_path / "other.db") as other,
    ):
        play(other, [("xixia", 1, True, pages)])
        merge_archive(one, other)

        def stop(number: int, _total: int) -> None:
            if number == 70:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            carry_readings(one, other, "1", stop)
        with Archive(one.path) as reader:
            assert len(reader.unread_visits("1")) == len(pages) - 70
        assert carry_readings(one, other, "1") == len(pages) - 70
        derive(one)
        assert held(one) == held(other)
        assert list_read(one) == list_read(other)


PAGES_OF_MANY = [(f"p{number}", f"text {number}") for number in range(90)]
