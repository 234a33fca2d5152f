"""What was read of a page is kept whole, and so is what could not be read."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import Any

import pytest

from nianbao.archive.derived.pending import name_payloads
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import (
    Agency,
    Attachment,
    DateCandidate,
    Figure,
    Period,
    Section,
)
from nianbao.archive.verify import check_archive
from tests.conftest import Crawl

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/b.html"
WHOLE: dict[str, Any] = {
    "agency": Agency(
        "西霞县", "样例省西霞县", candidates=({"basis": "title", "text": "西霞县"},)
    ),
    "date_candidates": (DateCandidate("meta:PubDate", "2022-01-20", "2022年"),),
    "period": Period("2021-01-01", "2021-12-31"),
    "sections": (
        Section("overview", "一、总体情况", "text of a"),
        Section(None, "二、其他", "said elsewhere"),
    ),
    "attachments": (Attachment("http://xixia.localhost/1.pdf", "附件"),),
    "charset": "gb18030",
    "compiled_by": "县政府办公室",
    "compiled_by_evidence": "由县政府办公室编制",
}
BARE: dict[str, Any] = {
    "agency": Agency(),
    "date_candidates": (),
    "period": Period(None, None),
    "sections": (),
    "attachments": (),
    "charset": None,
    "compiled_by": None,
    "compiled_by_evidence": None,
}


@pytest.mark.parametrize("values", [WHOLE, BARE], ids=["whole", "bare"])
def test_the_details_of_a_reading_are_what_was_read(
    crawl: Crawl, values: dict[str, Any]
) -> None:
    crawl.make = lambda text, make=crawl.make: make(text, **values)  # type: ignore[misc]
    crawl.run({A: "the text of a page"})
    ((version_id,),) = crawl.archive.db.execute("SELECT id FROM versions").fetchall()
    details = load_details(crawl.archive.db, version_id)
    assert details is not None
    assert {
        field.name: getattr(details, field.name)
        for field in dataclasses.fields(details)
    } == values
    assert load_details(crawl.archive.db, version_id + 1) is None


def test_a_local_row_has_the_label_of_the_forms_column(crawl: Crawl) -> None:
    prescribed = ("g2021.requests", "carried", "total", "结转", "总计", "cell")
    crawl.archive.store_cell_labels([prescribed])
    figures = (
        Figure("g2021.requests", "本地事项", "total", 3, "3"),
        Figure("local", "甲", "乙", 4, "4"),
    )
    crawl.make = lambda text, make=crawl.make: make(text, figures=figures)  # type: ignore[misc]
    for text in ("one", "two"):
        crawl.run({A: text})
    rows = crawl.archive.db.execute(
        'SELECT "row", row_label, column_label FROM form_cells ORDER BY id'
    ).fetchall()
    assert rows == [
        ("carried", "结转", "总计"),
        ("本地事项", "本地事项", "总计"),
        ("甲", "甲", "乙"),
    ]


# Texts of pages of unknown body: those that are alike are one report.
LONG = "".join(f"第{number}项工作已经完成，" for number in range(60))
LIKE, OTHER = LONG.replace("第7项", "第七项"), LONG[::-1]


@pytest.mark.parametrize(
    ("texts", "reports"),
    [
        ([LONG, LIKE], [1, 1]),
        ([LONG, OTHER], [1, 2]),
        ([LONG, OTHER, LIKE], [1, 2, 1]),
    ],
    ids=["alike", "unlike", "back"],
)
def test_versions_of_an_unknown_body_are_one_report_where_they_are_alike(
    crawl: Crawl, texts: list[str], reports: list[int]
) -> None:
    crawl.make = lambda text, make=crawl.make: make(text, agency=Agency())  # type: ignore[misc]
    for text in texts:
        crawl.run({A: text})
    rows = crawl.archive.db.execute(
        "SELECT ordinal FROM versions JOIN reports ON reports.id = report_id ORDER BY number"
    ).fetchall()
    assert [ordinal for (ordinal,) in rows] == reports


def test_what_is_no_report_before_one_stood_there_replaced_none(crawl: Crawl) -> None:
    not_yet, report, other = "a notice", "one", "the home page"

    def make(text: str, make: Any = crawl.make) -> Any:
        return make(text, is_report=text == report)

    crawl.make = make
    for text in (not_yet, report, other):
        crawl.run({A: text})
    crawl.archive.finalize()
    rules = crawl.archive.db.execute(
        "SELECT rule FROM findings WHERE url = ? ORDER BY visit_id", [A]
    ).fetchall()
    assert rules == [("page.not_a_report",), ("document.replaced",)]


@pytest.mark.parametrize("further", [(), ("cd" * 32, "ef" * 32)])
def test_a_page_that_could_not_be_read_is_noted_once_and_waits_for_nobody(
    crawl: Crawl, further: tuple[str, ...]
) -> None:
    run_id = crawl.archive.begin_run("0.1.0", {})
    crawl.run({B: "two"}, unread=True)
    capture = crawl.capture("xixia", A, "one")
    hints = dataclasses.replace(capture.hints, further_pages=further)
    capture = dataclasses.replace(capture, hints=hints)
    visit_id, _ = crawl.archive.store_capture(run_id, capture)
    payloads = name_payloads(sha256(b"one").hexdigest(), further)
    assert check_archive(crawl.archive).unread_pages == 2
    for case in ("page_once", "page", "page"):
        parameters = {
            "case": case,
            "url": A,
            "payloads": payloads,
            "reader_version": "1",
            "reason": "it ends in the middle",
        }
        finding = make_finding("reader.failed", "error", parameters)
        crawl.archive.store_failure(run_id, "xixia", finding)
        assert crawl.archive.find_failure(A, payloads) == case
    rows = crawl.archive.db.execute(
        "SELECT url FROM findings WHERE rule = 'reader.failed'"
    ).fetchall()
    assert rows == [(A,)]
    assert check_archive(crawl.archive).unread_pages == 1
    (other_id,) = crawl.archive.unread_visits("1")
    assert crawl.archive.unread_visits("1", with_failed=True) == [other_id, visit_id]
    assert crawl.archive.unread_visits("2") == [other_id, visit_id]
