"""The parts of verify: chains of versions, what is said of payloads, reports of many damages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from nianbao.archive import verify
from nianbao.archive.errors import NotAnArchive
from nianbao.archive.verify import derived, raw
from nianbao.archive.verify.damage import Damage, VerifyReport

URL = "http://127.0.0.1/a.html"


def chain_of(versions: str, seen: str, current: str = "") -> set[str]:
    """Return the rules that a document breaks whose visits showed `seen`, a letter a content.

    `versions` are the contents of its versions with the first and last visits of each, a-1-2.
    """
    db = Database(memory=True)
    db.executescript(
        """
        CREATE TABLE runs (id, uid);
        CREATE TABLE visits (id, run_id, visited_at, payload_sha256);
        CREATE TABLE sightings (document_id, visit_id, content_sha256, version_id, effect);
        CREATE TABLE versions (document_id, id, number, content_sha256, payload_sha256,
                               first_visit_id, last_visit_id);
        CREATE TABLE documents (id, url, current_version_id, content_sha256);
        INSERT INTO runs VALUES (1, 'a');
        """
    )
    of_visits: dict[int, int] = {}
    last: tuple[int | None, str | None] = (None, None)
    for number, version in enumerate(versions.split(), 1):
        content, first, end = version.split("-")
        ids = range(int(first), int(end) + 1)
        of_visits |= dict.fromkeys(ids, 20 + number)
        payload = f"{content}{first}"
        row = [5, 20 + number, number, content, payload, int(first), int(end)]
        db.execute(f"INSERT INTO versions VALUES ({', '.join('?' * 7)})", row)
        last = (20 + number, content)
    for visit_id, content in enumerate(seen, 1):
        visit = [visit_id, f"day {visit_id:02d}", f"{content}{visit_id}"]
        db.execute("INSERT INTO visits VALUES (?, 1, ?, ?)", visit)
        sighting = [visit_id, content, of_visits.get(visit_id)]
        db.execute("INSERT INTO sightings VALUES (5, ?, ?, ?, 'shown')", sighting)
        # what a visit did not show, and another document, count for nothing
        db.execute(
            "INSERT INTO sightings VALUES (5, ?, 'z', NULL, 'failed')", [visit_id]
        )
    db.execute("INSERT INTO versions VALUES (4, 11, 1, 'x', 'x', 90, 90)")
    db.execute("INSERT INTO visits VALUES (90, 1, 'day 90', 'x')")
    db.execute("INSERT INTO sightings VALUES (4, 90, 'x', 11, 'shown')")
    if current:
        last = (21, current)
    db.execute("INSERT INTO documents VALUES (4, 'http://127.0.0.1/b.html', 11, 'x')")
    db.execute("INSERT INTO documents VALUES (5, ?, ?, ?)", [URL, *last])
    steps: list[tuple[str, int, int]] = []
    found = list(derived.check_version_chains(db, lambda *step: steps.append(step)))
    assert steps == [("documents", 0, 2), ("documents", 1, 2)]
    assert {damage.where for damage in found} <= {URL}
    db.close()
    return {damage.rule for damage in found}


@pytest.mark.parametrize(
    ("versions", "seen", "rules"),
    [
        ("a-1-1", "a", set()),
        ("a-1-3", "aaa", set()),
        ("a-1-2 b-3-3", "aab", set()),
        ("a-1-1 b-2-3 a-4-4", "abba", set()),
        ("", "", {"version.gap"}),
        ("", "a", {"version.gap", "version.chain"}),
        ("a-1-2", "aab", {"version.chain"}),
        ("a-1-1", "aa", {"version.chain"}),
        ("a-1-1 b-2-2", "aa", {"version.chain"}),
        ("a-1-1 a-2-2", "aa", {"version.chain", "version.repeated"}),
        ("b-1-1", "a", {"version.chain"}),
        ("a-1-2 b-3-3", "abb", {"version.chain"}),
    ],
)
def test_a_chain_of_versions(versions: str, seen: str, rules: set[str]) -> None:
    assert chain_of(versions, seen) == rules


def test_the_current_version_is_the_last_one() -> None:
    assert chain_of("a-1-1 b-2-2", "ab", "a") == {"document.current"}
    assert chain_of("a-1-1", "a", "b") == {"document.current"}
    assert chain_of("a-1-1", "a", "a") == set()


@pytest.mark.parametrize("count", [0, 1, 2, 10, 11])
def test_where_a_payload_can_come_from(count: int) -> None:
    db = Database(memory=True)
    db.executescript(
        """
        CREATE TABLE visits (id, url, payload_sha256);
        CREATE TABLE versions (payload_sha256);
        CREATE TABLE blobs (sha256, base_sha256, size_bytes);
        CREATE TABLE recognitions (payload_sha256);
        INSERT INTO versions VALUES ('lost');
        INSERT INTO versions VALUES (NULL);
        INSERT INTO blobs VALUES ('there', NULL, 3);
        INSERT INTO visits VALUES (99, 'http://127.0.0.1/other', 'there');
        """
    )
    for number in range(1, count + 1):
        row = [number, f"http://127.0.0.1/{number}"]
        db.execute("INSERT INTO visits VALUES (?, ?, 'lost')", row)
    (found,) = raw.find_missing_payloads(db)
    assert (found.rule, found.where) == ("payload.missing", "payload lost")
    merge = "`nianbao merge` brings it from a backup or another archive"
    if count:
        ids = ", ".join(map(str, range(1, min(count, 10) + 1)))
        more = ", …" if count > 10 else ""
        assert found.repair == (
            f"visits {ids}{more} name it; {merge};"
            f" what stands there now: http://127.0.0.1/{count}"
        )
    else:
        assert found.repair == merge
    assert list(raw.find_orphan_payloads(db)) == []
    db.execute("INSERT INTO blobs VALUES ('alone', 'base', 7)")
    db.execute("INSERT INTO blobs VALUES ('base', NULL, 7)")
    orphans = {one.where: one.what for one in raw.find_orphan_payloads(db)}
    assert set(orphans) == {"payload alone", "payload base"}
    assert all("(7 bytes)" in what for what in orphans.values())
    db.execute("INSERT INTO visits VALUES (100, 'http://127.0.0.1/x', 'alone')")
    assert list(raw.find_orphan_payloads(db)) == []  # what it differs from is named too
    db.close()


def test_many_damages_of_a_rule_are_counted_and_some_listed() -> None:
    report = VerifyReport("a.db")
    assert report.ok
    assert report.raw_ok
    many = [Damage("feed.gap", str(number), "", "") for number in range(150)]
    report.add_damages(many[:70])
    report.add_damages(many[70:])
    report.add_damages([Damage("version.gap", "", "", "")])
    assert report.counts == {"feed.gap": 150, "version.gap": 1}
    assert report.damages == [*many[:100], Damage("version.gap", "", "", "")]
    assert (report.ok, report.raw_ok) == (False, True)


@pytest.mark.parametrize(
    ("rule", "is_raw"),
    [
        *(("file.truncated", True), ("raw.changed", True), ("seal.chain", True)),
        *(("reference.raw", True), ("reference.derived", False)),
        *(("dictionary.missing", True), ("payload.damaged", True)),
        *(("payload.missing", True), ("payload.orphan", False)),
        *(
            ("payload.size", False),
            ("feed.changed", False),
            ("check.broken_off", False),
        ),
    ],
)
def test_damages_of_what_was_seen(rule: str, is_raw: bool) -> None:
    report = VerifyReport("a.db")
    report.add_damages([Damage(rule, "", "", "")])
    assert report.raw_ok is not is_raw


MAGIC = b"SQLite format 3\0"


def header(page_bytes: int, pages: int, magic: bytes = MAGIC) -> bytes:
    return (
        magic + page_bytes.to_bytes(2) + bytes(10) + pages.to_bytes(4) + bytes(100 - 32)
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (header(4096, 3), 3 * 4096),
        (header(1, 2), 2 * 65536),
        (header(512, 1)[:99], None),
        (header(512, 1), 512),
        (header(4096, 3, b"SQLite format 2\0"), None),
        (header(4096, 0), None),
        (b"", None),
    ],
)
def test_a_file_that_cannot_be_opened(
    tmp_path: Path, content: bytes, expected: int | None
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    report = verify.report_unreadable(path, NotAnArchive("it is no archive"))
    (found,) = report.damages
    assert report.notes == ["nothing in the file could be checked"]
    assert (report.path, found.where) == (str(path), str(path))
    if expected is None:
        assert (found.rule, found.what) == ("file.unreadable", "it is no archive")
    else:
        assert found.rule == "file.truncated"
        assert f"{len(content)} bytes of {expected}:" in found.what
    if expected:
        path.write_bytes(content.ljust(expected, b"\0"))
        report = verify.report_unreadable(path, NotAnArchive("it is no archive"))
        assert [one.rule for one in report.damages] == ["file.unreadable"]


def test_rows_of_references() -> None:
    db = Database(memory=True)
    db.executescript(
        """
        PRAGMA foreign_keys = OFF;
        CREATE TABLE blobs (id INTEGER PRIMARY KEY);
        CREATE TABLE runs (id INTEGER PRIMARY KEY);
        CREATE TABLE visits (id INTEGER PRIMARY KEY, blob REFERENCES blobs,
                             run REFERENCES runs);
        CREATE TABLE findings (id PRIMARY KEY, run REFERENCES runs) WITHOUT ROWID;
        INSERT INTO visits VALUES (1, 7, NULL), (2, NULL, 8);
        INSERT INTO findings VALUES (1, 8);
        """
    )
    found: list[tuple[Any, ...]] = [
        (one.rule, one.where, one.what) for one in raw.check_references(db)
    ]
    what = "the row names a row of runs that does not exist"
    assert sorted(found) == [
        *(("reference.derived", "findings", what),),
        *(("reference.raw", "visits, row 2", what),),
    ]
    db.close()
