"""What persons judge of readings: kept in a file of its own, and never mixed with them."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.export.judgements import describe_judgements
from nianbao.archive.notes.judged_versions import (
    HeldJudgement,
    select_held_judgements,
)
from nianbao.archive.notes.judgement import JudgementSubject, PersonJudgement
from nianbao.archive.notes.judgement_rows import JudgementRow
from nianbao.archive.notes.notebook import (
    Notebook,
    NotebookUnusable,
    find_standing,
    name_notebook,
)
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.records import Agency, Figure, Finding
from nianbao.archive.transfer.merge import merge_archive
from nianbao.crawler.commands.cli import main
from tests.conftest import Crawl, make_reading

URL = "http://xixia.localhost/1.html"
CELL = "g2021.requests-new_received-total"
PLACE = {"table": "g2021.requests", "row": "new_received", "column": "total"}
SUBJECT = JudgementSubject("cell", URL, "ab" * 32, **PLACE)
COUNTY = "样例省西霞县"
SAID = ("--reason", "the scan says so", "--name", "张三")


def judge(outcome: Any = "confirmed", **values: Any) -> PersonJudgement:
    return PersonJudgement(SUBJECT, outcome, "张三", "seen", "120", **values)


def make_page(text: str) -> Any:
    """Make a reading of 西霞县财政局 on 2021 whose total is the last number of its text."""
    number = int(text.split()[1])
    figures = (
        Figure("g2021.requests", "new_received", "natural", 100, "100"),
        Figure("g2021.requests", "new_received", "total", number, f"{number}"),
        Figure("g2021.requests", "本地 事项", "total", None, "无"),
    )
    findings = (
        Finding("req.balance", "error", f"{number} against 1", **PLACE),
        Finding("req.balance", "error", "no place"),
        Finding("req.row_total", "error", "3 + 1 against 5"),
    )
    return make_reading(
        text,
        title="西霞县财政局2021年年报",
        agency=Agency("西霞县财政局", f"{COUNTY}财政局", COUNTY),
        report_year=2021,
        figures=figures,
        findings=findings,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({URL: "total 120"})
    return path


def decide(path: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["decide", *words, "--archive", str(path)])
    assert result.exit_code == code, result.output
    return result


def read_all(archive: Archive, *texts: str) -> None:
    """Read what was merged."""
    for visit_id in list(archive.unread_visits("1")):
        payload = archive.capture(visit_id).payload or b""
        assert payload.decode() in texts
        archive.store_reading(visit_id, make_page(payload.decode()))
    archive.finalize()


def list_held(path: Path, number: int = -1) -> tuple[HeldJudgement, ...]:
    """Return what holds of a version of the page."""
    with Archive(path) as archive, Notebook.open(name_notebook(path)) as notebook:
        document = find_document(archive.db, URL)
        assert document is not None
        version = document.versions[number]
        return select_held_judgements(archive.db, version, notebook.list_all(URL))


# ---- what a judgement is


@pytest.mark.parametrize(
    ("judgement", "message"),
    [
        (judge(value="1"), "a correction, and nothing else"),
        (judge("corrected"), "a correction, and nothing else"),
        (judge("maybe"), "no outcome"),
        (PersonJudgement(SUBJECT, "confirmed", " ", "x"), "name"),
        (PersonJudgement(SUBJECT, "confirmed", "x", " "), "reason"),
        (PersonJudgement(SUBJECT, "confirmed", "x", "y" * 5000), "at most"),
        (judge().__class__(JudgementSubject("cell", URL, "x"), "confirmed", "a", "b"), "table"),
        (PersonJudgement(JudgementSubject("field", URL, "x", field="url"), "confirmed", "a", "b"), "no field"),
        (PersonJudgement(JudgementSubject("field", URL, "x", field="form", rule="r"), "confirmed", "a", "b"), "no rule"),
        (PersonJudgement(JudgementSubject("field", URL, "x", field="agency"), "corrected", "a", "b", value="c"), "assign"),
        (PersonJudgement(JudgementSubject("finding", URL, "x", rule="r"), "corrected", "a", "b", value="c"), "cell"),
    ],
)  # fmt: skip
def test_parts_that_do_not_go_together(
    judgement: PersonJudgement, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        judgement.require_valid()


def test_a_later_one_takes_the_place_and_nothing_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "x.notes.db"
    with Notebook.create(path) as notebook:
        for outcome in ("confirmed", "dismissed", "withdrawn"):
            stored = notebook.store(judge(outcome))
            assert notebook.store(stored) == stored
        assert [one.outcome for one in notebook.list_all()] == ["confirmed", "dismissed", "withdrawn"]  # fmt: skip
        assert find_standing(notebook.list_all()) == []
        last = notebook.store(judge("corrected", value="121"))
    with Notebook.open(path) as notebook:
        assert find_standing(notebook.list_all(URL)) == [last]
        times = [one.judged_at or "" for one in notebook.list_all()]
    assert times == sorted(set(times))


def test_a_file_that_is_none_of_ours_is_left_alone(path: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database" * 100)
    for file in (path, text):
        before = file.read_bytes()
        for opening in (Notebook.open, Notebook.create):
            with pytest.raises(NotebookUnusable, match="--notes"):
                opening(file)
        assert file.read_bytes() == before
    with pytest.raises(NotebookUnusable, match="no such file"):
        Notebook.open(tmp_path / "none.db")


# ---- nianbao decide


def test_a_cell_is_corrected_and_the_reading_stays(path: Path) -> None:
    before = path.read_bytes()
    printed = decide(
        path, URL, "--cell", f"#{CELL}", "--corrected", "121", *SAID
    ).output
    assert f"{CELL}\t120 → 121\t张三\tthe scan says so" in printed
    assert path.read_bytes() == before
    (held,) = list_held(path)
    assert (held.reading, held.judgement.value, held.is_read_otherwise) == ("120", "121", False)  # fmt: skip
    (listed,) = json.loads(decide(path, "--list", "--json").stdout)
    assert listed["payload_sha256"] == held.judgement.subject.payload_sha256
    assert (listed["row"], listed["observed"], listed["value"]) == ("new_received", "120", "121")  # fmt: skip
    decide(path, "西霞县财政局", "2021", "--cell", CELL, "--undo", *SAID)
    assert list_held(path) == ()
    states = decide(path, "--list", URL).output
    assert "replaced" in states
    assert "takes back" in states


def test_fields_and_findings(path: Path) -> None:
    decide(path, URL, "--field", "title", "--corrected", "另一个", *SAID)
    decide(path, URL, "--finding", "req.row_total", "--dismissed", *SAID)
    decide(path, URL, "--finding", "req.balance", "--cell", CELL, "--confirmed", *SAID)
    held = {one.place: one for one in list_held(path)}
    assert set(held) == {"title", "req.row_total", f"req.balance {CELL}"}
    assert held["req.row_total"].reading == "3 + 1 against 5"


MISTAKES = {
    ("--cell", CELL, "--confirmed", "--dismissed", *SAID): ("one of --confirmed", 2),
    ("--cell", CELL, *SAID): ("one of --confirmed", 2),
    ("--confirmed", *SAID): ("--cell, --field", 2),
    ("--cell", CELL, "--field", "title", "--confirmed", *SAID): ("--cell, --field", 2),
    ("--cell", CELL, "--confirmed", "--name", "x"): ("--reason", 2),
    ("--cell", CELL, "--confirmed", "--reason", "x"): ("--name", 2),
    ("--cell", CELL + "x", "--confirmed", *SAID): (CELL, 1),
    ("--field", "titel", "--confirmed", *SAID): ("published_on", 1),
    ("--field", "agency", "--corrected", "x", *SAID): ("nianbao assign", 2),
    ("--finding", "req.balance", "--confirmed", *SAID): (CELL, 1),
    ("--finding", "req.nix", "--confirmed", *SAID): ("req.row_total", 1),
    ("--list", "--confirmed"): ("--list takes", 2),
    ("--version", "0", "--field", "form", "--confirmed", *SAID): ("versions 1 to 1", 1),
    ("--version", "-2", "--field", "form", "--confirmed", *SAID): (
        "versions 1 to 1",
        1,
    ),
    ("--finding", URL, "--confirmed", *SAID): ("req.row_total", 1),
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_met_with_what_there_is(
    words: tuple[str, ...], path: Path
) -> None:
    message, code = MISTAKES[words]
    assert message in decide(path, URL, *words, code=code).output
    assert not name_notebook(path).exists()


@pytest.mark.parametrize("number", ["0", "-3", "9"])
def test_a_version_that_there_is_not_is_refused_by_name_too(
    number: str, path: Path
) -> None:
    words = ("西霞县财政局", "2021", "--version", number, "--field", "form")
    decide(path, *words, "--confirmed", *SAID, code=1)
    assert not name_notebook(path).exists()


def test_a_finding_is_of_the_version_that_is_judged(tmp_path: Path) -> None:
    """The page shows the report on 2021, which is late, then another, which is not."""
    path = tmp_path / "archive.db"
    days = {2021: "2022-06-01", 2020: "2021-01-20"}

    def make_late_page(text: str) -> Any:
        year = int(text.split()[1])
        reading = make_page(text)
        return dataclasses.replace(
            reading,
            agency=dataclasses.replace(reading.agency, level="department"),
            report_year=year,
            published_on=days[year],
            title=f"西霞县财政局{year}年年报",
        )

    with Archive.create(path) as archive:
        crawl = Crawl(archive, make_late_page)
        crawl.run({URL: "total 2021"})
        crawl.run({URL: "total 2020"})
    asked = ("--finding", "report.late", "--confirmed", *SAID)
    decide(path, "西霞县财政局", "2021", *asked)
    decide(path, "西霞县财政局", "2021", "--version", "2", *asked, code=1)
    decide(path, URL, *asked, code=1)
    decide(path, URL, "--version", "1", *asked)


# ---- the file

CUT_OFF_WRITE = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("CREATE TABLE spill (text)")
for number in range(300):
    db.execute("INSERT INTO spill VALUES (?)", ["x" * 500])
os._exit(9)
"""


def cut_off_write(path: Path) -> Path:
    """Have a process write to a file that is killed in the middle; return the journal."""
    subprocess.run([sys.executable, "-c", CUT_OFF_WRITE, path], check=False)
    journal = path.with_name(f"{path.name}-journal")
    assert journal.stat().st_size
    return journal


def test_a_write_that_was_cut_off_is_taken_back(path: Path) -> None:
    decide(path, URL, "--cell", CELL, "--confirmed", *SAID)
    notebook_path = name_notebook(path)
    before = notebook_path.read_bytes()
    journal = cut_off_write(notebook_path)
    assert notebook_path.read_bytes() != before
    assert "120" in decide(path, "--list").output
    assert not journal.exists()
    assert notebook_path.read_bytes() == before


def test_a_write_to_a_file_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE own (text)")
    db.close()
    journal = cut_off_write(other)
    before = other.read_bytes(), journal.read_bytes()
    with pytest.raises(NotebookUnusable):
        Notebook.open(other)
    assert (other.read_bytes(), journal.read_bytes()) == before


READING = {
    "list": ("decide", "--list"),
    "export": ("export", "judgements", "out.csv"),
    "browse": ("browse", "--port", "0"),
}


@pytest.mark.parametrize("words", READING.values(), ids=READING)
@pytest.mark.parametrize("content", [None, b"", b"no database" * 100])
def test_a_named_file_that_is_no_notebook_is_refused(
    words: tuple[str, ...],
    content: bytes | None,
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    notes = tmp_path / "mine.db"
    if content is not None:
        notes.write_bytes(content)
    result = CliRunner().invoke(
        main, [*words, "--archive", str(path), "--notes", str(notes)]
    )
    assert result.exit_code == 1, result.output
    assert "mine.db" in result.output
    assert notes.exists() == (content is not None)


def test_a_file_whose_making_was_cut_off_has_no_judgements(path: Path) -> None:
    name_notebook(path).touch()
    assert decide(path, "--list").output == ""
    decide(path, URL, "--cell", CELL, "--confirmed", *SAID)
    assert "120" in decide(path, "--list").output


# ---- it is about bytes


def test_it_holds_of_the_bytes_it_was_said_of(path: Path, tmp_path: Path) -> None:
    """Not of what the page shows later, and also in an archive that was merged."""
    decide(path, URL, "--cell", CELL, "--dismissed", *SAID)
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({URL: "total 130"})
    assert list_held(path) == ()
    assert [one.reading for one in list_held(path, 0)] == ["120"]
    other = tmp_path / "other.db"
    with Archive.create(other) as archive, Archive(path) as theirs:
        Crawl(archive, make_page).run({"http://xixia.localhost/0.html": "total 1"})
        merge_archive(archive, theirs)
        read_all(archive, "total 120", "total 130")
    name_notebook(path).rename(name_notebook(other))
    assert [one.reading for one in list_held(other, 0)] == ["120"]


def test_another_reading_is_told_apart(path: Path) -> None:
    decide(path, URL, "--cell", CELL, "--confirmed", *SAID)
    with Archive.create(path) as archive:
        archive.mark_unread()
        (visit_id,) = archive.unread_visits("1")
        reading = make_page("total 120")
        figures = [Figure("g2021.requests", "new_received", "total", 12, "12")]
        archive.store_reading(visit_id, dataclasses.replace(reading, figures=figures))
    (held,) = list_held(path)
    assert held.is_read_otherwise
    assert (held.judgement.observed, held.reading) == ("120", "12")


def test_bytes_with_the_same_content_are_one_version(path: Path) -> None:
    """A counter on the page makes other bytes, and the same report; the later one holds."""
    with Archive(path) as archive:
        document = find_document(archive.db, URL)
        assert document is not None
        version = document.versions[0]
        mine = PersonJudgement(
            dataclasses.replace(SUBJECT, payload_sha256=version.payload_sha256),
            *("confirmed", "a", "b", "120", None, "2026-01-01", "u1"),
        )
        later = dataclasses.replace(mine, outcome="dismissed", judged_at="2026-01-02")
        other = dataclasses.replace(mine, subject=SUBJECT)
        held = select_held_judgements(archive.db, version, [mine, other, later])
    assert [one.judgement.outcome for one in held] == ["dismissed"]


# ---- nianbao export judgements


def export(path: Path, out: Path, code: int = 0) -> Result:
    words = ["export", "judgements", str(out), "--archive", str(path)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code, result.output
    return result


def test_judgements_are_a_table_of_their_own(path: Path, tmp_path: Path) -> None:
    decide(path, URL, "--cell", CELL, "--corrected", "121", *SAID)
    decide(path, URL, "--finding", "req.row_total", "--dismissed", *SAID)
    decide(path, URL, "--field", "form", "--confirmed", *SAID)
    decide(path, URL, "--field", "form", "--undo", *SAID)
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({URL: "total 130"})
    decide(path, URL, "--cell", CELL, "--confirmed", *SAID)
    with Notebook.create(name_notebook(path)) as notebook:
        notebook.store(judge("dismissed"))  # of bytes that are not here
        elsewhere = dataclasses.replace(SUBJECT, url="http://nowhere.localhost/")
        notebook.store(dataclasses.replace(judge(), subject=elsewhere))
    assert "5 judgements" in export(path, tmp_path / "j.jsonl").output
    text = (tmp_path / "j.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [(one["version"], one["current"], one["outcome"]) for one in rows] == [
        (None, None, "confirmed"),
        (1, False, "corrected"),
        (1, False, "dismissed"),
        (2, True, "confirmed"),
        (None, None, "dismissed"),
    ]
    assert (rows[1]["reading"], rows[1]["value"], rows[1]["read_otherwise"]) == ("120", "121", False)  # fmt: skip
    assert rows[1]["agency"] == f"{COUNTY}财政局"
    assert rows[4]["read_otherwise"] is None
    export(path, tmp_path / "j.csv")
    lines = (tmp_path / "j.csv").read_text("utf-8").splitlines()
    assert lines[0].split(",") == [*rows[0]]
    assert len(lines) == 6


def test_what_is_there_is_not_replaced(path: Path, tmp_path: Path) -> None:
    decide(path, URL, "--field", "form", "--confirmed", *SAID)
    out = tmp_path / "j.csv"
    export(path, out)
    assert "already" in export(path, out, code=1).output
    assert ".csv" in export(path, tmp_path / "j.txt", code=1).output
    name_notebook(path).unlink()
    assert "nianbao decide" in export(path, tmp_path / "k.csv", code=1).output


def test_every_column_is_described() -> None:
    names = [column.name for column in describe_judgements().columns]
    assert names == list(JudgementRow.__dataclass_fields__)
