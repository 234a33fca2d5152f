"""Archives of earlier versions: recognised by their tables, and brought to the newest schema with
all they held, also by a process that is killed at any moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlite_utils import Database

from nianbao.archive import Archive, verify
from nianbao.archive.errors import (
    ArchiveFull,
    ArchiveTooNew,
    MigrationNeeded,
    UnexpectedTables,
)
from nianbao.archive.events import feed
from nianbao.archive.raw import visits
from nianbao.archive.storage.schema import SCHEMA_VERSION, migrations
from nianbao.archive.storage.shape import EARLIER_SHAPES
from tests.archives import NAMES, unpack_archive

OF_SCHEMA_2 = "96e16c6"
OF_SCHEMA_3 = "353e21a"
BEFORE_SCHEMA_2 = tuple(
    name for name in NAMES if name not in (OF_SCHEMA_2, OF_SCHEMA_3)
)
CARRIED_OVER_DERIVED = ("cc70c47", "v0.1.0")
DERIVED_ROWS = {
    "documents": "SELECT url, state, misses, content_sha256 FROM documents",
    "versions": "SELECT document_id, number, content_sha256, payload_sha256 FROM versions",
    "sightings": "SELECT visit_id, effect, document_id, version_id FROM sightings",
    "reports": "SELECT title, report_year, state, documents, versions FROM reports",
    "figures": 'SELECT version_id, "table", "row", "column", value, text FROM figures',
    "findings": "SELECT rule, severity, message, site_id, version_id, url FROM findings",
    "near_copies": "SELECT * FROM near_copies",
}
# Migrates the archive; a line says that it has begun.
WATCHED = """
import sys
from nianbao.archive import Archive

begun = False
def progress(step, done, total):
    global begun
    if not begun:
        begun = True
        print("begun", flush=True)

Archive.create(sys.argv[1], progress).close()
"""
# Migrates the archive, and kills itself when the progress was told so many times.
KILLED = """
import os, signal, sys
from nianbao.archive import Archive

calls = 0
def progress(step, done, total):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Archive.create(sys.argv[1], progress).close()
"""


@pytest.fixture(params=NAMES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive that an earlier version wrote."""
    return unpack_archive(request.param, tmp_path / f"{request.param}.db")


@pytest.fixture(params=BEFORE_SCHEMA_2)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive that was written before schema 2."""
    return unpack_archive(request.param, tmp_path / f"{request.param}.db")


def select(path: Path, query: str) -> list[Any]:
    """Return the rows of a query on the file as it is, sorted."""
    with closing(sqlite3.connect(path)) as db:
        return sorted(db.execute(query).fetchall(), key=repr)


def definitions(db: sqlite3.Connection) -> dict[str, str]:
    """Return the SQL of what a file has, white space aside."""
    rows = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: " ".join(sql.replace("(", " ( ").replace(")", " ) ").split())
        for name, sql in rows
    }


def inline_headers(path: Path) -> list[Any]:
    """Return the headers, redirects and hints that each visit of the first day carries."""
    rows = select(path, "SELECT id, headers, redirects, hints FROM visits")
    return [
        (visit_id, *(json.loads(text) for text in texts)) for visit_id, *texts in rows
    ]


def stored_headers(archive: Archive) -> list[Any]:
    """Return the same of an archive of the newest schema."""
    ids = select(archive.path, "SELECT id FROM visits")
    captures = [(id_, visits.load_capture(archive.db, id_)) for (id_,) in ids]
    return [
        (
            id_,
            [list(pair) for pair in capture.headers],
            list(capture.redirects),
            {
                name: getattr(capture.hints, name)
                for name in capture.hints.__dataclass_fields__
                if getattr(capture.hints, name) is not None
            },
        )
        for id_, capture in captures
    ]


# --- schema 1 -------------------------------------------------------------------------------


def test_schema_1_is_that_of_v0_1_0(tmp_path: Path) -> None:
    written = unpack_archive("v0.1.0", tmp_path / "written.db")
    new = Database(tmp_path / "new.db")
    migrations.apply(new, stop_before="m002_reports")
    with closing(sqlite3.connect(written)) as old, closing(new.conn):
        assert definitions(new.conn) == definitions(old)


def test_a_migrated_archive_has_the_tables_of_a_new_one(kept: Path) -> None:
    Archive.create(kept).close()
    new_path = kept.with_name("new.db")
    Archive.create(new_path).close()
    with (
        closing(sqlite3.connect(kept)) as old,
        closing(sqlite3.connect(new_path)) as new,
    ):
        assert definitions(new) == definitions(old)


def test_an_archive_of_the_newest_schema_is_not_touched(kept: Path) -> None:
    Archive.create(kept).close()
    with Archive.create(kept) as archive:
        assert archive.migration is None


# --- what is kept ---------------------------------------------------------------------------


def test_what_was_seen_and_announced_is_kept(earlier: Path, tmp_path: Path) -> None:
    before = shutil.copy(earlier, tmp_path / "before.db")
    raw = (
        "SELECT id, run_id, site_id, url, role, visited_at, outcome, status, message,"
        " payload_sha256, etag, last_modified FROM visits",
        "SELECT id, kind, started_at, ended_at, end_reason, settings, counts FROM runs",
        "SELECT run_id, site_id, started_at, ended_at, end_reason, links, healthy"
        " FROM site_runs",
        "SELECT id, name, platform FROM sites",
        "SELECT id, rule, severity, message, site_id, run_id, url FROM findings"
        " WHERE visit_id IS NULL AND run_id IS NOT NULL",
        "SELECT id, kind, occurred_at, site_id, run_id FROM changes",
    )
    with Archive.create(earlier) as archive:
        assert archive.migration is not None
        assert "brought to schema 7" in archive.migration.sentence
        for sha256, size_bytes in select(
            before, "SELECT sha256, size_bytes FROM blobs"
        ):
            assert len(archive.payload(sha256)) == size_bytes
    for query in raw:
        assert select(earlier, query) == select(before, query)


def test_findings_of_schema_3_are_not_told_anew_when_they_get_parameters(
    tmp_path: Path,
) -> None:
    path = unpack_archive(OF_SCHEMA_3, tmp_path / "a.db")
    queries = [
        *DERIVED_ROWS.values(),
        "SELECT id, kind, url, finding_id FROM changes",
        "SELECT id, rule, message FROM announced_findings",
    ]
    before = [select(path, query) for query in queries]
    with Archive.create(path) as archive:
        assert archive.migration is not None
        assert archive.migration.schema_version == SCHEMA_VERSION
        findings = [change.finding for change in archive.changes() if change.finding]
        assert findings
        assert {finding.parameters for finding in findings} == {None}
        last = feed.load_last_number(archive.db)
        for parameters in (None, '{"read":"anew"}'):
            with archive.transaction() as db:
                db.execute("UPDATE findings SET parameters = ?", [parameters])
                db.execute("UPDATE sites SET unannounced = 1")
            archive.emit_finding_events()
            assert list(archive.changes(last)) == []
    assert [select(path, query) for query in queries] == before


def test_an_archive_of_schema_2_keeps_its_reports(tmp_path: Path) -> None:
    path = unpack_archive(OF_SCHEMA_2, tmp_path / "a.db")
    queries = [*DERIVED_ROWS.values(), "SELECT id, kind, url FROM changes"]
    before = [select(path, query) for query in queries]
    with Archive.create(path) as archive:
        assert archive.migration is not None
        assert archive.migration.schema_version == SCHEMA_VERSION
        assert archive.migration.returned.sentence == ""
    assert [select(path, query) for query in queries] == before
    assert select(path, "SELECT compiled_by, township_code FROM readings")[0] == (
        None,
        None,
    )


def test_headers_and_hints_of_the_first_day_are_kept(tmp_path: Path) -> None:
    path = unpack_archive("cfe0cb6", tmp_path / "a.db")
    before = inline_headers(path)
    assert len(before) > 50
    with Archive.create(path) as archive:
        assert stored_headers(archive) == before


def test_sites_get_the_hosts_of_their_lists(earlier: Path) -> None:
    """An archive of schema 1 does not say what the site files named."""
    Archive.create(earlier).close()
    visited = (
        "SELECT site_id, substr(url, 1, instr(substr(url, 9), '/') + 8) FROM visits"
    )
    rows = select(earlier, f"{visited} WHERE role = 'list'")
    hosts = {(site_id, urlsplit(url).hostname) for site_id, url in rows}
    assert hosts
    assert set(select(earlier, "SELECT site_id, host FROM site_hosts")) == hosts


def test_lines_of_the_feed_lead_to_their_pages(earlier: Path) -> None:
    query = "SELECT id, url, version, moved_to FROM changes"
    if "cfe0cb6" in earlier.name:
        query = (
            "SELECT changes.id, documents.url, versions.number, target.url FROM changes"
            " JOIN documents ON documents.id = changes.document_id"
            " LEFT JOIN versions ON versions.id = changes.version_id"
            " LEFT JOIN documents AS target ON target.id = changes.moved_to_id"
        )
    before = select(earlier, query)
    Archive.create(earlier).close()
    assert select(earlier, "SELECT id, url, version, moved_to FROM changes") == before
    assert len(before) > 20


@pytest.mark.parametrize("name", CARRIED_OVER_DERIVED)
def test_what_was_read_is_kept(name: str, tmp_path: Path) -> None:
    path = unpack_archive(name, tmp_path / "a.db")
    before = {table: select(path, query) for table, query in DERIVED_ROWS.items()}
    table = "version_texts" if name.startswith("v") else "readings"
    texts = select(path, f"SELECT version_id, text FROM {table}")
    Archive.create(path).close()
    for table, query in DERIVED_ROWS.items():
        assert select(path, query) == before[table], table
    assert select(path, "SELECT version_id, text FROM version_texts") == texts


def test_a_migrated_archive_is_whole(earlier: Path) -> None:
    Archive.create(earlier).close()
    with Archive(earlier) as archive:
        report = verify.check_archive(archive)
    damages = [d for d in report.damages if not d.rule.startswith("feed.")]
    assert damages == []


def test_the_feed_goes_on_after_the_last_number(tmp_path: Path) -> None:
    path = unpack_archive("cc70c47", tmp_path / "a.db")
    ((last,),) = select(path, "SELECT max(id) FROM changes")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE sqlite_sequence SET seq = seq + 5 WHERE name = 'changes'")
    with Archive.create(path) as archive:
        archive.emit_finding_events()
        new = [change.id for change in archive.changes(last)]
    assert new[0] == last + 6
    assert len(new) > 10


# --- how it goes ----------------------------------------------------------------------------


def test_a_reader_says_which_command_migrates(earlier: Path) -> None:
    before = hashlib.sha256(earlier.read_bytes()).digest()
    with pytest.raises(MigrationNeeded, match="`nianbao reread --archive") as error:
        Archive(earlier)
    assert "\n" not in str(error.value)
    assert hashlib.sha256(earlier.read_bytes()).digest() == before


def test_a_migration_shows_how_it_gets_on(earlier: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    Archive.create(earlier, lambda *step: steps.append(step)).close()
    expected = {"table visits", "table changes"}
    if earlier.name.startswith("v"):
        expected = {"reports of pages"}
    assert {name for name, _, _ in steps} >= expected
    assert all(done <= total for _, done, total in steps)


def test_a_migration_asks_for_room_first(
    earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashlib.sha256(earlier.read_bytes()).digest()
    usage = shutil.disk_usage(earlier.parent)
    little = usage._replace(free=earlier.stat().st_size - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: little)
    with pytest.raises(ArchiveFull, match=r"needs [\d.]+ MB of room") as error:
        Archive.create(earlier)
    assert "\n" not in str(error.value)
    assert hashlib.sha256(earlier.read_bytes()).digest() == before
    monkeypatch.undo()
    with Archive.create(earlier) as archive:
        assert archive.migration is not None


def kills(path: Path) -> Iterator[int]:
    """Yield at which call of the progress a process is killed, evenly over a migration."""
    calls = 0

    def count(_step: str, _done: int, _total: int) -> None:
        nonlocal calls
        calls += 1

    copy = path.with_name("counted.db")
    shutil.copy(path, copy)
    Archive.create(copy, count).close()
    yield from sorted({1, 2, calls // 2, calls - 1, calls})


@pytest.mark.slow
def test_a_migration_that_is_killed_is_gone_on_with(
    earlier: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.db"
    shutil.copy(earlier, whole)
    Archive.create(whole).close()
    for call in kills(earlier):
        path = tmp_path / f"killed{call}.db"
        shutil.copy(earlier, path)
        command = [sys.executable, "-c", KILLED, str(path), str(call)]
        ended = subprocess.run(command, env=os.environ, timeout=120, check=False)
        assert ended.returncode == -signal.SIGKILL
        with pytest.raises(MigrationNeeded):
            Archive(path)
        with Archive.create(path) as archive:
            assert archive.migration is not None
        with (
            closing(sqlite3.connect(path)) as one,
            closing(sqlite3.connect(whole)) as other,
        ):
            assert dump(one) == dump(other), call


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_migration_that_is_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    path = unpack_archive("cc70c47", tmp_path / "a.db")
    whole = unpack_archive("cc70c47", tmp_path / "whole.db")
    started = time.monotonic()
    Archive.create(whole).close()
    seconds = time.monotonic() - started
    dice = random.Random(seed)
    for _ in range(3):
        command = [sys.executable, "-c", WATCHED, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.random() * seconds)
            process.kill()
    Archive.create(path).close()
    with (
        closing(sqlite3.connect(path)) as one,
        closing(sqlite3.connect(whole)) as other,
    ):
        assert dump(one) == dump(other)


def dump(db: sqlite3.Connection) -> dict[str, list[Any]]:
    """Return all rows of a file but for when its migrations were applied."""
    tables = [
        name
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not name.startswith(("search_index", "_sqlite", "sqlite_stat"))
    ]
    return {
        table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in tables
    }


# --- files that are none --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DROP TABLE near_copies", r"missing: table near_copies\)"),
        ("ALTER TABLE visits DROP COLUMN message", r"missing: column visits.message\)"),
        (
            "ALTER TABLE runs ADD COLUMN host TEXT",
            r"not expected: column runs.host\)",
        ),
        (
            "ALTER TABLE runs RENAME COLUMN counts TO sums",
            r"missing: column runs.counts; not expected: column runs.sums\)",
        ),
    ],
)
def test_tables_that_are_not_what_the_number_says(
    kept: Path, change: str, sentence: str
) -> None:
    if "cfe0cb6" in kept.name and "near_copies" in change:
        pytest.skip("has no such table")
    with closing(sqlite3.connect(kept, isolation_level=None)) as db:
        db.execute("PRAGMA legacy_alter_table = ON")
        db.execute(change)
    if "v0.1.0" not in kept.name:
        sentence = "its tables are not those of schema [123]"
    for open_archive in (Archive, Archive.create):
        with pytest.raises(UnexpectedTables, match=sentence) as error:
            open_archive(kept)
        assert "\n" not in str(error.value)


def test_a_table_of_the_users_own_is_no_fault(kept: Path) -> None:
    with closing(sqlite3.connect(kept, isolation_level=None)) as db:
        db.execute("CREATE TABLE my_notes (url TEXT, note TEXT)")
        db.execute("INSERT INTO my_notes VALUES ('http://a/', 'read it')")
    Archive.create(kept).close()
    assert select(kept, "SELECT url, note FROM my_notes") == [("http://a/", "read it")]


def test_a_later_schema_is_refused(earlier: Path) -> None:
    with closing(sqlite3.connect(earlier, isolation_level=None)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for open_archive in (Archive, Archive.create):
        with pytest.raises(ArchiveTooNew):
            open_archive(earlier)


@pytest.mark.parametrize("commit", EARLIER_SHAPES.values())
def test_each_shape_before_v0_1_0_is_brought_to_the_newest_schema(
    commit: str, tmp_path: Path
) -> None:
    path = unpack_archive(f"shapes/{commit}", tmp_path / "a.db")
    with pytest.raises(MigrationNeeded):
        Archive(path)
    with Archive.create(path) as archive:
        assert archive.migration is not None
        assert archive.db.execute("PRAGMA foreign_key_check").fetchall() == []
    with Archive(path) as archive:
        (change,) = archive.changes()
        assert (change.id, change.url) == (3, "http://a/")
        assert archive.visit(1).outcome == "not_found"
        assert archive.site_ids() == ["a"]
