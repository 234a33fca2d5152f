"""Every column of every table, damaged by plain SQL: verify sees each.

Tables and columns are read from the schema, so a new one is covered the day it is added. What no
check can see is listed in :data:`UNSEEN` with the reason.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nianbao.archive import Archive, verify
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.recognitions import StoredRecognition
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Finding, Hints, Note
from nianbao.pipelines.reader.ocr.recognition import Recognition
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from tests.archive.discovery import DISCOVERY
from tests.archive.recognition import store_form
from tests.archive.sound_archive import pages, use_dictionary

SITE = "xixia"
HOST = "http://xixia.localhost"
PAGES = 5  # of each state: enough for a row in every table

# What a value of each type becomes, as SQL with the column as {0}.
CHANGES = {
    "null": "'x'",
    "text": "\"{0}\" || 'x'",
    "integer": '"{0}" + 1000000',
    "real": '"{0}" + 0.1',
    "blob": "\"{0}\" || x'00'",
}
# Why a change of these says nothing that was seen or told.
UNSEEN = {
    "findings.id": "a number that nothing names",
    "decisions.id": "a number that nothing names",
    "sightings.reader_version": "a mark of work to do: the page is read again",
    "sites.unsettled": "a mark of work to do; set, it costs work, and cleared it is seen by what was not done",
    "sites.unannounced": "a mark of work to do",
    "dictionaries.payloads": "decides when the next one is trained",
    "dictionaries.trained_at": "decides nothing",
    "dictionaries.packed_at": "a mark of work done",
}


@pytest.fixture(scope="module")
def sound(
    tmp_path_factory: pytest.TempPathFactory, rebuild: verify.RebuildSettings
) -> Path:
    """An archive with a row in every table, and a value in nearly every column."""
    path = tmp_path_factory.mktemp("columns") / "archive.db"
    with Archive.create(path) as archive:
        labels = load_cell_labels()
        archive.store_cell_labels(
            (one.table, one.row, one.column, one.row_label, one.column_label, one.kind)
            for one in labels
        )
        for state in (1, 2):
            _crawl_state(archive, state)
            assert rebuild.catch_up(archive, lambda _done, _total: None) == []
        _decide(archive)
        archive.store_discovery(DISCOVERY)
        archive.store_recognitions([_recognize_nothing(archive)])
        assert rebuild.catch_up(archive, lambda _done, _total: None) == []
        archive.finalize()
        with archive.transaction() as db:
            use_dictionary(db)
    return path


def _crawl_state(archive: Archive, state: int) -> None:
    run_id = archive.begin_run("0.1.0", {"state": state})
    site = ArchivedSite(
        SITE,
        "西霞县",
        "trs",
        "样例省北原市西霞县",
        "990101",
        vanish_after=1,
        expected_links=1,
        most_links=400,
        learn_since="2020-01-01",
        hosts=("xixia.localhost:80",),
    )
    archive.begin_sites(run_id, [site])
    shown = dict(sorted(pages(state).items())[-PAGES:])
    copied = shown[max(shown)]
    shown[f"{HOST}/copy.html"] = "，特此说明。".encode().join(
        copied.rsplit("。".encode(), 8)
    )
    for minute, (url, body) in enumerate(sorted(shown.items())):
        headers = (("Content-Type", "text/html"), ("ETag", f'"{minute}"'))
        headers += (("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),)
        capture = Capture(
            site=SITE,
            url=url,
            role="report",
            outcome="fetched",
            visited_at=f"2026-0{state}-01T00:{minute:02}:00.000Z",
            status=200,
            headers=headers,
            payload=body,
            redirects=(f"{url}?",),
            hints=Hints(list_date="2024-01-20", column="年报"),
        )
        archive.store_capture(run_id, capture)
    archive.store_capture(
        run_id,
        Capture(
            site=SITE,
            url=f"{HOST}/away.html",
            role="report",
            outcome="network_error",
            visited_at=f"2026-0{state}-01T01:00:00.000Z",
            status=None,
            message="no answer",
        ),
    )
    finding = Finding("list.truncated", "warning", "half of the list")
    archive.store_note(run_id, Note(SITE, f"{HOST}/list.html", finding))
    archive.end_site(run_id, SITE, "finished", 10, lists_whole=True)
    archive.end_run(run_id, "finished", {"pages": 12})


def _decide(archive: Archive) -> None:
    """Store a decision of each kind, about a page that is there and one that is not."""
    query = "SELECT url, content_sha256 FROM documents ORDER BY url LIMIT 1 OFFSET 1"
    url, content_sha256 = archive.db.execute(query).fetchone()
    archive.store_decision(
        Decision(
            "report",
            "read by a person",
            url=url,
            content_sha256=content_sha256,
            agency="西霞县财政局",
            region="样例省北原市西霞县",
            report_year=2020,
        )
    )
    archive.store_decision(
        Decision(
            "body",
            "renamed",
            agency="西霞县数据局",
            region="样例省北原市西霞县",
            former_agency="西霞县信息局",
            former_region="样例省北原市西霞县",
        )
    )


def _recognize_nothing(archive: Archive) -> StoredRecognition:
    """A recognition of one of the payloads, by which no page is read otherwise."""
    query = "SELECT payload_sha256 FROM versions ORDER BY id LIMIT 1"
    (sha256,) = archive.db.execute(query).fetchone()
    return store_form(sha256, Recognition("an engine", ()))


def list_columns(path: Path) -> list[tuple[str, str]]:
    """Return every column of our tables, those of keys too."""
    query = """
    SELECT tables.name, columns.name
    FROM sqlite_schema AS tables
    JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table'
      AND tables.name NOT LIKE 'sqlite_%' AND tables.name NOT LIKE 'search_index%'
      AND tables.name NOT LIKE '\\_sqlite%' ESCAPE '\\'
    """
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def damage_column(path: Path, table: str, column: str) -> None:
    """Change a value of a column: one that is there, else an empty one. No trigger runs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA ignore_check_constraints = ON")
        query = f"""
        SELECT "{column}", typeof("{column}") FROM {table}
        ORDER BY "{column}" IS NULL LIMIT 1
        """
        value, kind = db.execute(query).fetchone()
        update = f"""
        UPDATE OR IGNORE {table} SET "{column}" = {CHANGES[kind].format(column)} WHERE "{column}" IS ?
        """
        assert db.execute(update, [value]).rowcount > 0
        for _, sql in triggers:
            db.execute(sql)


def test_every_table_has_a_row(sound: Path) -> None:
    empty = []
    with closing(sqlite3.connect(sound)) as db:
        for table in sorted({table for table, _ in list_columns(sound)}):
            if not db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                empty.append(table)
    assert empty == []


def test_a_changed_value_in_any_column_is_seen(
    sound: Path, tmp_path: Path, rebuild: verify.RebuildSettings
) -> None:
    with Archive(sound) as archive:
        assert verify.check_archive(archive, rebuild=rebuild).damages == []
    missed: list[str] = []
    for table, column in list_columns(sound):
        path = Path(shutil.copy(sound, tmp_path / "copy.db"))
        damage_column(path, table, column)
        with Archive(path) as archive:
            report = verify.check_archive(archive)
            if report.ok:
                report = verify.check_archive(archive, rebuild=rebuild)
        if report.ok:
            missed.append(f"{table}.{column}")
    assert sorted(missed) == sorted(UNSEEN)


FOREIGN = """
CREATE TRIGGER nightly AFTER INSERT ON visits BEGIN DELETE FROM versions; END
"""
SCHEMA_DAMAGES = [
    ("schema.missing", "DROP TRIGGER {trigger}", "CREATE TRIGGER"),
    ("schema.missing", "DROP INDEX visits_by_url", "CREATE INDEX visits_by_url"),
    ("schema.missing", "DROP VIEW visit_headers", "CREATE VIEW visit_headers"),
    ("schema.foreign", FOREIGN, 'DROP TRIGGER "nightly"'),
    ("schema.foreign", "CREATE UNIQUE INDEX own ON runs(uid)", 'DROP INDEX "own"'),
]


@pytest.mark.parametrize(("rule", "statement", "repair"), SCHEMA_DAMAGES)
def test_another_schema_is_seen_and_can_be_mended(
    sound: Path, tmp_path: Path, rule: str, statement: str, repair: str
) -> None:
    path = Path(shutil.copy(sound, tmp_path / "copy.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        query = "SELECT name FROM sqlite_schema WHERE type = 'trigger' LIMIT 1"
        (trigger,) = db.execute(query).fetchone()
        db.execute(statement.format(trigger=trigger))
    (damage,) = _check(path)
    assert damage.rule == rule
    assert repair in damage.repair
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(damage.repair.partition(": ")[2])
    assert _check(path) == []


def test_tables_of_a_persons_own_are_no_damage(sound: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "copy.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE my_notes (report_id INTEGER, note TEXT)")
        db.execute("CREATE INDEX my_notes_by_report ON my_notes(report_id)")
        db.execute("CREATE VIEW my_reports AS SELECT title FROM reports")
    assert _check(path) == []


ROWS = [
    ("raw.changed", "DELETE FROM visits WHERE id = 1"),
    ("raw.unsealed", "INSERT INTO visits SELECT 999, {columns} FROM visits LIMIT 1"),
    ("raw.unsealed", "DELETE FROM seals WHERE subject LIKE 'run %'"),
    ("seal.chain", "DELETE FROM seals WHERE id = 1"),
    ("feed.changed", "UPDATE changes SET occurred_at = '2001' WHERE id = 2"),
]


@pytest.mark.parametrize(("rule", "statement"), ROWS)
def test_rows_taken_away_and_added_are_seen(
    sound: Path, tmp_path: Path, rule: str, statement: str
) -> None:
    path = Path(shutil.copy(sound, tmp_path / "copy.db"))
    names = [column for table, column in list_columns(path) if table == "visits"]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement.format(columns=", ".join(names[1:])))
    assert rule in {damage.rule for damage in _check(path)}


def _check(path: Path) -> list[verify.Damage]:
    with Archive(path) as archive:
        return verify.check_archive(archive).damages
