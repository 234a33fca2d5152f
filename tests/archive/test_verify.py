"""Verify finds every kind of damage by its name, repairs what is derived, and finds nothing in
a sound archive.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nianbao.archive import Archive, verify
from nianbao.archive.errors import ArchiveBusy, NotAnArchive
from nianbao.archive.maintenance import manifest
from nianbao.archive.maintenance.manifest import ManifestRefused
from nianbao.archive.raw import blobs
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture
from nianbao.archive.storage.raw_tables import RAW_TABLES
from nianbao.archive.verify import rebuilt
from nianbao.archive.verify.damage import REBUILD
from tests.archive.sound_archive import pages, use_dictionary
from tests.conftest import Crawl, page_lines
from tests.crawl.commands import content, nianbao

SITE = "xixia"
URL = "http://xixia.localhost/a.html"


def play(archive: Archive, state: int, known: set[str]) -> None:
    """Visit the pages of a state, and those known that are gone."""
    run_id = archive.begin_run("0.1.0", {"state": state})
    archive.begin_sites(
        run_id, [ArchivedSite(SITE, "西霞县", "trs", "样例省北原市西霞县", None, 1, 1)]
    )
    shown = pages(state)
    for minute, url in enumerate(sorted(known | shown.keys())):
        payload = shown.get(url)
        capture = Capture(
            site=SITE,
            url=url,
            role="report",
            outcome="not_found" if payload is None else "fetched",
            visited_at=f"2026-0{state}-01T00:{minute:02}:00.000Z",
            status=404 if payload is None else 200,
            payload=payload,
        )
        archive.store_capture(run_id, capture)
    archive.end_site(run_id, SITE, "finished", 10, lists_whole=True)
    archive.end_run(run_id, "finished", {})


@pytest.fixture(scope="module")
def sound(
    tmp_path_factory: pytest.TempPathFactory, rebuild: verify.RebuildSettings
) -> Path:
    """Two crawls, with changed pages, a moved and a vanished one, and one compressed with a
    dictionary.
    """
    path = tmp_path_factory.mktemp("sound") / "archive.db"
    with Archive.create(path) as archive:
        for state in (1, 2):
            play(archive, state, set(pages(1)))
            assert rebuild.catch_up(archive, lambda _done, _total: None) == []
        with archive.transaction() as db:
            use_dictionary(db)
        kinds = {change.kind for change in page_lines(archive)}
    assert kinds == {"new", "changed", "moved", "vanished", "finding_opened"}
    return path


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "copy.db"))


def damage(
    path: Path, *statements: str | Callable[[sqlite3.Connection], object]
) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            if callable(statement):
                statement(db)
            else:
                assert db.execute(statement).rowcount > 0, statement


def quick(path: Path) -> verify.VerifyReport:
    with Archive(path) as archive:
        return verify.check_archive(archive, each_posting=False)


def whole(path: Path, rebuild: verify.RebuildSettings) -> verify.VerifyReport:
    with Archive(path) as archive:
        return verify.check_archive(archive, rebuild=rebuild)


def test_a_sound_archive_has_no_damage(
    sound: Path, rebuild: verify.RebuildSettings
) -> None:
    before = content(sound)
    report = whole(sound, rebuild)
    assert (report.damages, report.notes) == ([], [])
    assert report.checked["documents"] > 8
    assert content(sound) == before


def test_the_steps_of_a_check_are_told(
    sound: Path, rebuild: verify.RebuildSettings
) -> None:
    steps: list[tuple[str, int, int]] = []
    with Archive(sound) as archive:
        verify.check_archive(
            archive, rebuild=rebuild, progress=lambda *step: steps.append(step)
        )
    names = list(dict.fromkeys(name for name, _, _ in steps))
    assert names == [
        *("file", "schema", "references", "dictionaries", "payloads", "documents"),
        *("readings", "cells", "near-copies", "search index", "feed", "seals"),
        *names[12:],
    ]
    assert "pages read again" in names[12:]
    for name in ("payloads", "documents", "seals"):
        told = [step for step in steps if step[0] == name and step[2]]
        assert [done for _, done, _ in told] == list(range(len(told)))
        assert {total for _, _, total in told} == {len(told)}


def _flip(db: sqlite3.Connection) -> None:
    sha256, data = db.execute(
        "SELECT sha256, data FROM blobs WHERE dictionary_id IS NULL"
    ).fetchone()
    bad = bytearray(data)
    bad[len(bad) // 2] ^= 1
    db.execute("UPDATE blobs SET data = ? WHERE sha256 = ?", [bytes(bad), sha256])


def _orphan(db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO blobs VALUES (?, 3, 3, 'identity', NULL, NULL, ?)",
        [blobs.payload_digest(b"new"), b"new"],
    )


OTHER = "'" + "0" * 64 + "'"
FIRST = "(SELECT payload_sha256 FROM versions WHERE id = 2)"
DAMAGES: list[
    tuple[str, str, tuple[str | Callable[[sqlite3.Connection], object], ...]]
] = [
    ("payload.damaged", "a flipped bit", (_flip,)),
    (
        "payload.damaged",
        "a wrong digest",
        tuple(
            f"UPDATE {table} SET {column} = {OTHER} WHERE {column} = (SELECT max(payload_sha256) FROM visits)"
            for table, column in (
                ("blobs", "sha256"),
                ("versions", "payload_sha256"),
                ("visits", "payload_sha256"),
            )
        ),
    ),
    (
        "payload.size",
        "a wrong size",
        (f"UPDATE blobs SET stored_bytes = 1 WHERE sha256 = {FIRST}",),
    ),
    (
        "payload.missing",
        "a missing blob",
        (f"DELETE FROM blobs WHERE sha256 = {FIRST}",),
    ),
    ("payload.orphan", "an orphan blob", (_orphan,)),
    ("dictionary.missing", "a missing dictionary", ("DELETE FROM dictionaries",)),
    (
        "dictionary.damaged",
        "a changed dictionary",
        ("UPDATE dictionaries SET data = zeroblob(9000)",),
    ),
    (
        "reference.raw",
        "a visit of no run",
        ("UPDATE visits SET run_id = 99 WHERE id = 1",),
    ),
    (
        "reference.derived",
        "a reading of no agency",
        ("UPDATE readings SET agency_id = 999 WHERE id = 1",),
    ),
    (
        "version.gap",
        "a broken chain",
        ("UPDATE versions SET number = 5 WHERE number = 2",),
    ),
    (
        "version.chain",
        "a chain of other visits",
        ("UPDATE versions SET last_visit_id = 1 WHERE number = 2",),
    ),
    (
        "version.repeated",
        "versions of equal content",
        (
            "UPDATE versions SET content_sha256 = 'x' WHERE document_id IN (SELECT document_id FROM versions"
            " WHERE number = 2)",
        ),
    ),
    (
        "version.sighting",
        "a visit of another version",
        ("UPDATE sightings SET version_id = version_id + 1 WHERE visit_id = 1",),
    ),
    (
        "document.current",
        "an earlier version as the current one",
        (
            "UPDATE documents SET current_version_id = (SELECT id FROM versions WHERE document_id = documents.id"
            " AND number = 1) WHERE id IN (SELECT document_id FROM versions WHERE number = 2)",
        ),
    ),
    (
        "reading.missing",
        "a missing reading",
        ("DELETE FROM figure_sets", "DELETE FROM readings WHERE id = 1"),
    ),
    ("report.missing", "a missing report", ("DELETE FROM reports WHERE id = 1",)),
    (
        "report.wrong",
        "a changed report",
        ("UPDATE reports SET title = 'x' WHERE id = 1",),
    ),
    (
        "near_copy.misplaced",
        "a pair the wrong way round",
        (
            "INSERT INTO near_copies SELECT (SELECT id FROM documents ORDER BY url DESC LIMIT 1), id, 0.9"
            " FROM documents ORDER BY url LIMIT 1",
        ),
    ),
    (
        "search.missing",
        "a page not in the index",
        ("DELETE FROM search_entries WHERE version_id IS NOT NULL AND id < 1e18",),
    ),
    (
        "version.report",
        "a version counted to another report",
        ("UPDATE versions SET report_id = (SELECT max(id) FROM reports) WHERE id = 1",),
    ),
    (
        "report.pages",
        "a report without its page",
        ("DELETE FROM report_pages WHERE document_id = 1",),
    ),
    (
        "feed.silent",
        "a report not announced",
        ("DELETE FROM announced_reports WHERE id = 1",),
    ),
    ("feed.gap", "a missing feed number", ("DELETE FROM changes WHERE id = 2",)),
    (
        "feed.gap",
        "a missing end of the feed",
        ("DELETE FROM changes WHERE id = (SELECT max(id) FROM changes)",),
    ),
    (
        "feed.astray",
        "a line that leads elsewhere",
        ("UPDATE changes SET document_id = 1 WHERE document_id = 2",),
    ),
    (
        "feed.astray",
        "an announced report under another name",
        (
            "UPDATE announced_reports SET report_year = 1999 WHERE id ="
            " (SELECT min(id) FROM announced_reports WHERE url IS NULL)",
        ),
    ),
    (
        "feed.silent",
        "a version not announced",
        ("DELETE FROM changes WHERE kind = 'changed'",),
    ),
    (
        "feed.silent",
        "a finding not announced",
        ("DELETE FROM changes WHERE kind = 'finding_opened'",),
    ),
    (
        "feed.silent",
        "a finding announced that is gone",
        ("DELETE FROM findings", "UPDATE sites SET unannounced = 0"),
    ),
    (
        "feed.silent",
        "a page gone unannounced",
        ("UPDATE documents SET state = 'vanished' WHERE id = 1",),
    ),
]


# What a person is told of each of DAMAGES, by its name; what names a row is left open.
TOLD: dict[str, list[str]] = YAML(typ="safe").load(
    Path(__file__).with_name("damages.yaml")
)
NAMES_OF_ROWS = (
    (r"http://[^ ;,)]+", "<url>"),
    (r"\[\[?\"[^|]*\]", "<report>"),
    (r"\b[0-9a-f]{64}\b", "<digest>"),
    (r"\b[0-9a-f]{32}\b", "<uid>"),
    (r"[\u4e00-\u9fff]+", "<name>"),
    (r"finding [a-z_]+\.[a-z0-9_]+", "finding <rule>"),
    (r"\d+(?:, \d+)*", "<n>"),
)


@pytest.mark.parametrize(
    ("rule", "name", "statements"), DAMAGES, ids=[row[1] for row in DAMAGES]
)
def test_each_damage_is_found_by_name(
    copy: Path,
    rule: str,
    name: str,
    statements: tuple[str | Callable[[sqlite3.Connection], object], ...],
) -> None:
    damage(copy, *statements)
    report = quick(copy)
    assert rule in report.counts, report.damages
    assert list_sentences(report) == TOLD[name]
    listed = Counter(found.rule for found in report.damages)
    assert listed == report.counts


def list_sentences(report: verify.VerifyReport) -> list[str]:
    """Return what a report says, each sentence once, without what names a row."""
    sentences = set()
    for found in report.damages:
        text = f"{found.rule}: {found.what} | {found.where} | {found.repair}"
        for pattern, word in NAMES_OF_ROWS:
            text = re.sub(pattern, word, text)
        sentences.add(text)
    return sorted(sentences)


def test_every_rule_is_documented() -> None:
    root = Path(verify.__file__).parent
    code = "".join(path.read_text("utf-8") for path in root.glob("*.py"))
    rules = set(
        re.findall(r"(?:Damage\(|rule, repair = |else )\(?\"([a-z_]+\.[a-z_]+)\"", code)
    )
    rules |= {row[0] for row in DAMAGES}
    documented = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")
    assert [rule for rule in sorted(rules) if f"`{rule}`" not in documented] == []


def test_a_damaged_payload_says_who_names_it_and_where_it_stood(copy: Path) -> None:
    damage(copy, f"UPDATE blobs SET data = x'00' WHERE sha256 = {FIRST}")
    (found,) = [
        found for found in quick(copy).damages if found.rule == "payload.damaged"
    ]
    with Archive(copy) as archive:
        sha256, visit_id = archive.db.execute(
            "SELECT payload_sha256, first_visit_id FROM versions WHERE id = 2"
        ).fetchone()
        url = archive.visit(visit_id).url
    assert sha256 in found.where
    assert f"visits {visit_id}" in found.repair
    assert url in found.repair


def derived_damages() -> dict[str, tuple[str, str]]:
    """Return statements that make or change derived rows, each with the rule and what names the
    row.
    """
    agency = "(SELECT min(id) FROM agencies)"
    return {
        "INSERT INTO documents (id, title, site_id, url, state, current_version_id, content_sha256)"
        " VALUES (900, 'x', 'xixia', 'http://made.up/', 'present', 901, 'x')": (
            "unsupported",
            "http://made.up/",
        ),
        "INSERT INTO versions VALUES (901, 900, 1, 'x', (SELECT payload_sha256 FROM visits LIMIT 1), 1, 1, NULL)": (
            "unsupported",
            "versions: document url http://made.up/",
        ),
        f"INSERT INTO readings (version_id, visit_id, reader_version, agency_id, report_year, text, details)"
        f" VALUES (901, 1, '1', {agency}, 1999, 'x', '{{}}')": (
            "unsupported",
            "readings: version document url",
        ),
        f"INSERT INTO reports VALUES (900, 'x', 1999, {agency}, NULL, NULL, NULL, NULL, NULL, 'present', 901, 1, 1, '[]')": (
            "unsupported",
            "report_year 1999",
        ),
        "INSERT INTO findings (rule, severity, message) VALUES ('made.up', 'error', 'made up')": (
            "unsupported",
            "made.up",
        ),
        "INSERT INTO agencies (name) VALUES ('无中生有局')": (
            "unsupported",
            "无中生有局",
        ),
        "DELETE FROM findings WHERE id = (SELECT min(id) FROM findings WHERE version_id IS NOT NULL)": (
            "missing",
            "findings",
        ),
        "UPDATE figure_sets SET cells = json_set(cells, (SELECT '$.\"' || key || '\"[0]'"
        " FROM json_each(cells) LIMIT 1), 987654) WHERE reading_id = 3": (
            "different",
            "figure_sets",
        ),
        "UPDATE readings SET text = text || '。' WHERE id = 4": (
            "different",
            "readings",
        ),
        "UPDATE sightings SET published_on = '1999-01-01' WHERE visit_id = 5": (
            "different",
            "sightings: visit_id 5",
        ),
        "UPDATE documents SET misses = 7 WHERE id = 5": ("different", "documents"),
    }


def test_derived_rows_that_nothing_seen_gives_are_found_and_repaired(
    sound: Path, copy: Path, rebuild: verify.RebuildSettings
) -> None:
    damages = derived_damages()
    damage(copy, *damages)
    report = whole(copy, rebuild)
    for statement, (kind, where) in damages.items():
        found = [
            one
            for one in report.damages
            if one.rule == f"derived.{kind}" and where in one.where
        ]
        assert found, (statement, report.damages)
    told = {f"{one.rule}: {one.what.split(';')[0]}" for one in report.damages}
    assert {
        "derived.unsupported: nothing that was seen gives this row",
        "derived.missing: what was seen gives this row, and it is not there",
        "derived.different: misses is 7",
        "derived.different: published_on is 1999-01-01",
    } <= {line.replace('"', "") for line in told}
    derived = [one for one in report.damages if one.rule.startswith("derived.")]
    assert {one.repair for one in derived} == {REBUILD}
    (figure,) = [one for one in report.damages if one.where.startswith("figure_sets")]
    assert "is 987654; what was seen gives" in figure.what
    before = raw_rows(copy)
    printed = nianbao("verify", "--repair", "--archive", copy, "--json")
    assert json.loads(printed)["ok"]
    assert raw_rows(copy) == before
    assert content(copy) == content(sound)


def raw_rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {
            table: [
                row[:4] if table == "sites" else row
                for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            ]
            for table in RAW_TABLES
        }


def test_every_table_is_looked_at(sound: Path) -> None:
    """A table that is new in the schema is raw, or built anew and compared, or checked by
    itself.
    """
    with Archive(sound) as archive:
        tables = {
            name
            for name in archive.db.table_names()
            if not name.startswith(("sqlite_", "_sqlite", "search_"))
        }
    assert tables - {*RAW_TABLES, *rebuilt.TABLES} == {
        "form_cells",
        "seals",
        "announced_findings",
        "announced_reports",
        "announcements",
    }


def test_pages_that_were_not_read_yet_are_no_damage(
    copy: Path, rebuild: verify.RebuildSettings
) -> None:
    with Archive.create(copy) as archive:
        run_id = archive.begin_run("0.1.0", {"cut": "off"})
        archive.begin_sites(
            run_id,
            [ArchivedSite(SITE, "西霞县", "trs", "样例省北原市西霞县", None, 1, 1)],
        )
        body = next(iter(pages(1).values())).replace(
            b"</body>", "<p>更正</p></body>".encode()
        )
        url, at = "http://xixia.localhost/new", "2026-03-01T00:00:00.000Z"
        archive.store_capture(
            run_id, Capture(SITE, url, "report", "fetched", at, 200, payload=body)
        )
        assert archive.unread_visits("") != []
    assert whole(copy, rebuild).ok


def test_damaged_raw_rows_are_not_built_upon(
    copy: Path, rebuild: verify.RebuildSettings
) -> None:
    damage(copy, _flip, "UPDATE readings SET title = 'x' WHERE id = 1")
    report = whole(copy, rebuild)
    assert "what was seen is damaged" in report.notes[0]
    before = content(copy)
    with (
        Archive.create(copy) as archive,
        pytest.raises(verify.NotRepairable, match="all that is left"),
    ):
        verify.repair_archive(archive, report, rebuild)
    assert "not repaired" in nianbao(
        "verify", "--quick", "--repair", "--archive", copy, code=1
    )
    assert content(copy) == before


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.999])
def test_a_truncated_file_is_named(copy: Path, kept: float) -> None:
    size_bytes = copy.stat().st_size
    with copy.open("r+b") as file:
        file.truncate(int(size_bytes * kept))
    printed = nianbao("verify", "--archive", copy, code=1)
    assert "file.truncated" in printed
    assert f"of {size_bytes}: the end is missing" in printed
    assert "Traceback" not in printed


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to look like one. " * 30)
    found = json.loads(nianbao("verify", "--archive", path, "--json", code=1))
    assert found["counts"] == {"file.unreadable": 1}


@pytest.mark.parametrize("seed", range(8))
def test_overwritten_pages_are_damage_and_no_traceback(copy: Path, seed: int) -> None:
    """Pages of the file are overwritten one eighth after the other: SQLite raises here or
    there, never we.
    """
    pages_in_file = copy.stat().st_size // 4096
    with copy.open("r+b") as file:
        for page in range(2 + seed, pages_in_file, 8):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    try:
        report = quick(copy)
    except NotAnArchive as error:
        report = verify.report_unreadable(copy, error)
    assert any(rule.startswith("file.") for rule in report.counts), report.damages
    assert not report.raw_ok


def test_an_archive_is_checked_while_it_is_written_to(copy: Path) -> None:
    written = 0

    def write(step: str, done: int, _total: int) -> None:
        nonlocal written
        if step == "payloads" and done == 3 and not written:
            with Archive.create(copy) as archive:
                play(archive, 1, set())
            written += 1

    with Archive(copy) as archive:
        assert verify.check_archive(archive, progress=write).ok
        assert archive.db.execute("SELECT count(*) FROM runs").fetchone() == (3,)
    assert written == 1


def test_verify_as_a_command(copy: Path) -> None:
    assert "copy.db: whole" in nianbao("verify", "--archive", copy)
    damage(copy, "DELETE FROM changes WHERE id = 2")
    printed = nianbao("verify", "--quick", "--archive", copy, code=1)
    assert "feed.gap: changes: number 2 is missing from the feed" in printed
    assert "no such file" in nianbao(
        "verify", "--archive", copy.with_name("no.db"), code=1
    )


def test_a_manifest_is_checked_with_sha256sum_alone(copy: Path, tmp_path: Path) -> None:
    written, payloads = tmp_path / "archive.sha256", tmp_path / "payloads"
    nianbao(
        "verify",
        "--quick",
        "--archive",
        copy,
        "--write-manifest",
        written,
        "--payloads",
        payloads,
    )
    sums("-c", "--strict", written.name, folder=tmp_path)
    checked = sums("-c", "--strict", manifest.LIST, folder=payloads)
    assert len(checked.splitlines()) == len(list(payloads.iterdir())) - 1
    said = written.read_text("utf-8")
    assert sums(manifest.LIST, folder=payloads).split()[0] in said
    assert "no damage was found" in said
    with copy.open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    assert "FAILED" in sums("-c", written.name, folder=tmp_path, code=1)


def sums(*arguments: str, folder: Path, code: int = 0) -> str:
    done = subprocess.run(
        ["sha256sum", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def test_a_manifest_is_about_the_one_file(crawl: Crawl, tmp_path: Path) -> None:
    crawl.run({URL: "one"})
    path, written = crawl.archive.path, tmp_path / "archive.sha256"
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 0
    with (
        pytest.raises(ArchiveBusy, match="is writing"),
        manifest.lock_out_writers(path),
    ):
        pass
    saved = tmp_path / "killed" / path.name  # as a kill leaves it: with its log
    saved.parent.mkdir()
    for file in (path, log):
        shutil.copy(file, saved.with_name(file.name))
    assert saved.with_name(log.name).stat().st_size > 0
    with manifest.lock_out_writers(saved):
        report = quick(saved)
        assert report.checked["visits"] == 1
        manifest.write_manifest(
            saved, written, report, "0.1.0", lambda _what, _done, _total: None
        )
        with pytest.raises(ManifestRefused, match="a file already"):
            manifest.write_manifest(
                saved, written, report, "0.1.0", lambda _what, _done, _total: None
            )
    shutil.copy(saved, tmp_path / saved.name)
    assert "visits: 1" in written.read_text("utf-8")
    expected = sums(saved.name, folder=saved.parent).split()[0]
    assert expected in written.read_text("utf-8")


def test_no_manifest_of_a_damaged_archive(copy: Path, tmp_path: Path) -> None:
    damage(copy, "DELETE FROM changes WHERE id = 2")
    nianbao(
        "verify",
        "--quick",
        "--archive",
        copy,
        "--write-manifest",
        tmp_path / "m",
        code=1,
    )
    assert not (tmp_path / "m").exists()
