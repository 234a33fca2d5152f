"""The worked examples of programs downstream.

A parser of its own: right over edits, another reader, kills, and its own new version. Reports by
their states: as the archive has them, whatever their addresses show.
"""

from __future__ import annotations

import dataclasses
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from examples import processing_fee, report_states
from examples.report_states import ReportState
from nianbao.archive import Archive
from nianbao.archive.events.feed import REPORT_KINDS
from nianbao.archive.records import Agency, Section
from tests.archive.pages import MIRROR, publish
from tests.conftest import Crawl, make_reading

ROOT = Path(__file__).parents[1]
A, B = "http://xixia.localhost/a.html", "http://xixia.localhost/b.html"
FEE = "2021年对3件政府信息公开申请收取信息处理费2230元。"
SENTENCES = [  # as reports print it; the first two from forms.yaml
    ("2024年有3件政府信息公开申请案件收取信息处理费2230元", (3, 2230.0)),
    ("2023年对25件政府信息公开申请案件收取了信息处理费2950元", (25, 2950.0)),
    ("本年度向1件申请发出信息处理费收费通知，收取信息处理费1.5万元", (1, 15000.0)),
    ("本年度收取信息处理费1,200元", (None, 1200.0)),
    ("2021年未收取信息处理费", (0, 0.0)),
    ("没有收取信息处理费的情况", (0, 0.0)),
    ("信息处理费按国家规定执行", (None, None)),
    ("其他事项无", (None, None)),
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES)
def test_the_sentence(text: str, wanted: tuple[int | None, float | None]) -> None:
    found = processing_fee.read(
        f"其他事项如下：全部申请均已办结。{text}。此外无其他事项。"
    )
    assert (found.cases, found.amount_yuan) == wanted
    assert (found.sentence is None) == ("信息处理费" not in text)


def page(text: str, **values: Any) -> Any:
    """Return a reading whose section six is the text."""
    sections = (
        Section("overview", "总体情况", "信息处理费9元"),
        Section("other_matters", "其他", text),
    )
    return make_reading(f"信息处理费9元\n{text}", sections=sections, **values)


@pytest.fixture
def fees(crawl: Crawl, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The parser's own database, empty."""
    crawl.make = page
    with closing(processing_fee.opened(str(tmp_path / "fees.db"))) as own:
        yield own


def follow(crawl: Crawl, own: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Deal with what the feed has; return address, version, current, cases, yuan."""
    (cursor,) = own.execute("SELECT change_id FROM cursor").fetchone()
    with Archive(crawl.archive.path) as archive:
        processing_fee.consume(archive, own, archive.changes(cursor))
    return own.execute(
        "SELECT substr(url, -6), version, current, cases, amount_yuan FROM processing_fees ORDER BY url, version"
    ).fetchall()


def test_edited_and_edited_back(crawl: Crawl, fees: sqlite3.Connection) -> None:
    crawl.run({A: FEE})
    assert follow(crawl, fees) == [("a.html", 1, 1, 3, 2230.0)]
    crawl.run({A: "未收取信息处理费"})
    crawl.run({A: FEE})
    assert follow(crawl, fees) == [
        ("a.html", 1, 0, 3, 2230.0),
        ("a.html", 2, 0, 0, 0.0),
        ("a.html", 3, 1, 3, 2230.0),
    ]
    assert follow(crawl, fees) == follow(crawl, fees), "nothing new is nothing done"


def test_a_page_that_moved(crawl: Crawl, fees: sqlite3.Connection) -> None:
    crawl.run({A: FEE})
    crawl.run({A: None, B: FEE})
    assert [row[0] for row in follow(crawl, fees)] == ["a.html", "b.html"]


def test_another_reader(crawl: Crawl, fees: sqlite3.Connection) -> None:
    """It leaves section six out, then finds it again, then takes the page for no report."""
    crawl.run({A: FEE})
    follow(crawl, fees)
    again(crawl, "2", sections=())
    assert follow(crawl, fees) == [("a.html", 1, 1, None, None)]
    again(crawl, "3")
    assert follow(crawl, fees) == [("a.html", 1, 1, 3, 2230.0)]
    again(crawl, "4", is_report=False)
    assert follow(crawl, fees) == []


def again(crawl: Crawl, version: str, **values: Any) -> None:
    for visit_id in crawl.archive.unread_visits(version):
        text = crawl.archive.payload(
            crawl.archive.visit(visit_id).payload_sha256 or ""
        ).decode()
        reading = page(text, reader_version=version)
        crawl.archive.store_reading(
            visit_id,
            make_reading(
                reading.text, **{**sections(reading), **values}, reader_version=version
            ),
        )
    crawl.archive.finalize()


def sections(reading: Any) -> dict[str, Any]:
    return {"sections": reading.sections}


def test_another_parser_begins_anew(
    crawl: Crawl, fees: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl.run({A: FEE})
    rows = follow(crawl, fees)
    fees.execute("UPDATE processing_fees SET cases = 99")
    fees.commit()
    path = fees.execute("PRAGMA database_list").fetchone()[2]
    monkeypatch.setattr(processing_fee, "PARSER", 2)
    with closing(processing_fee.opened(path)) as own:
        assert follow(crawl, own) == rows


def test_killed_and_started_again(crawl: Crawl, tmp_path: Path) -> None:
    """Four kills while the archive is written to; then what a parser has that nobody disturbed."""
    crawl.make = page
    path, whole = tmp_path / "killed.db", tmp_path / "whole.db"
    command = [sys.executable, "-m", "examples.processing_fee", str(crawl.archive.path)]
    for turn in range(4):
        with subprocess.Popen([*command, str(path), "--follow"], cwd=ROOT) as process:
            for minute in range(3):
                texts = {
                    f"http://xixia.localhost/{n}.html": f"收取信息处理费{turn}{minute}{n}元"
                    for n in range(6)
                }
                crawl.run(dict(texts))
            reached(path, 18 * turn + 7, process)
            process.send_signal(signal.SIGKILL)
    for own in (path, whole):
        subprocess.run([*command, str(own)], cwd=ROOT, check=True, capture_output=True)
    assert rows(path) == rows(whole)
    assert len(rows(path)) == 4 * 3 * 6


def reached(path: Path, change: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the parser has dealt with a line of the feed."""
    while process.poll() is None:
        if path.exists() and any(
            row[0] >= change for row in query(path, "SELECT change_id FROM cursor")
        ):
            return
        time.sleep(0.01)
    raise AssertionError("the parser ended by itself")


def rows(path: Path) -> list[tuple[Any, ...]]:
    return query(path, "SELECT * FROM processing_fees ORDER BY url, version")


def query(path: Path, text: str) -> list[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as own:
            return own.execute(text).fetchall()
    except sqlite3.OperationalError:  # the tables are being made
        return []


C, D = "http://xixia.localhost/c.html", "http://xixia.localhost/d.html"
NAMELESS = "本单位2022年度公开工作情况如下,受理申请三件"
OTHER_NAMELESS = "本办公室去年修订了目录,撤下过期文件,另行说明"
BUREAU, SCHOOLS, WATER = "西霞县财政局", "西霞县教育局", "西霞县水务局"


def read_report(text: str, **values: Any) -> Any:
    """Return the reading of a text that begins with body and year; `-` is one not known."""
    name, year, _ = text.split(" ")
    return make_reading(
        text,
        agency=Agency(printed=None if name == "-" else name),
        report_year=None if year == "-" else int(year),
        **values,
    )


def told_reports(crawl: Crawl) -> set[ReportState]:
    """Return the reports as a program has them that follows the feed alone."""
    reports: dict[int, ReportState] = {}
    with Archive(crawl.archive.path) as archive:
        for line in archive.changes(0, kinds=REPORT_KINDS):
            report_states.apply_line(reports, line)
    assert len(set(reports.values())) == len(reports)
    return set(reports.values())


def stored_reports(crawl: Crawl) -> set[ReportState]:
    """Return the reports as the archive has them."""
    with Archive(crawl.archive.path) as archive:
        return {
            ReportState(
                row.agency,
                row.region,
                row.report_year,
                row.state,
                row.url,
                row.version,
            )
            for row in archive.reports()
        }


STEPS: list[tuple[dict[str, str | None], dict[tuple[str, int], str]]] = [
    (
        {A: f"{BUREAU} 2021 甲", B: f"{SCHOOLS} 2021 乙"},
        {(BUREAU, 2021): "present", (SCHOOLS, 2021): "present"},
    ),
    (  # the address shows the next year; the other report is corrected
        {A: f"{BUREAU} 2022 丙", B: f"{SCHOOLS} 2021 更正"},
        {(BUREAU, 2021): "replaced", (BUREAU, 2022): "present"},
    ),
    (  # the first is back; the other one is corrected back
        {A: f"{BUREAU} 2021 甲", B: f"{SCHOOLS} 2021 乙"},
        {(BUREAU, 2021): "present", (BUREAU, 2022): "replaced"},
    ),
    ({A: None, D: f"{BUREAU} 2021 甲"}, {(BUREAU, 2021): "present"}),
    ({D: None}, {(BUREAU, 2021): "vanished", (SCHOOLS, 2021): "present"}),
]


def test_reports_over_addresses(crawl: Crawl) -> None:
    crawl.make = read_report
    for pages, expected in STEPS:
        crawl.run(pages)
        reports = told_reports(crawl)
        assert reports == stored_reports(crawl)
        states = {
            (report.agency, report.report_year): report.state for report in reports
        }
        assert {name: states[name] for name in expected} == expected


def test_unassigned_reports_of_one_page(crawl: Crawl) -> None:
    """One takes the place of the other and leaves it again; then a reader knows the body."""
    crawl.make = read_report
    for text in (NAMELESS, OTHER_NAMELESS, NAMELESS):
        crawl.run({C: f"- 2022 {text}"})
        assert told_reports(crawl) == stored_reports(crawl)
    stays = {(report.version, report.state) for report in told_reports(crawl)}
    assert stays == {(2, "replaced"), (3, "present")}
    for visit_id in crawl.archive.unread_visits("2"):
        digest = crawl.archive.visit(visit_id).payload_sha256 or ""
        text = crawl.archive.payload(digest).decode()
        crawl.archive.store_reading(
            visit_id,
            read_report(text.replace("- ", f"{WATER} "), reader_version="2"),
        )
    crawl.archive.finalize()
    (report,) = told_reports(crawl)
    assert (report.agency, report.state) == (WATER, "present")
    assert told_reports(crawl) == stored_reports(crawl)


def test_bodies_of_one_name_without_a_region(crawl: Crawl) -> None:
    town = Agency(printed="城关镇人民政府")
    for site in ("east", "west"):
        publish(
            crawl,
            f"http://{site}.localhost/a.html",
            site,
            site=dataclasses.replace(MIRROR, id=site),
            agency=town,
        )
    reports = told_reports(crawl)
    assert reports == stored_reports(crawl)
    assert {(report.agency, report.url) for report in reports} == {
        (town.printed, "http://east.localhost/a.html"),
        (town.printed, "http://west.localhost/a.html"),
    }


def test_the_program_prints_them(crawl: Crawl) -> None:
    crawl.make = read_report
    crawl.run({A: f"{BUREAU} 2021 甲", C: f"- 2022 {NAMELESS}"})
    command = [sys.executable, "-m", "examples.report_states", str(crawl.archive.path)]
    program = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert sorted(program.stdout.splitlines()) == [
        "2 present",
        f"present\t(body not known)\t2022\t{C}",
        f"present\t{BUREAU}\t2021\t{A}",
    ]
