"""Versions over time: which stood when, and who made the difference."""

from __future__ import annotations

import dataclasses

import pytest

from nianbao.archive.read_model import timeline
from nianbao.archive.read_model.documents import DocumentVersion, find_document
from nianbao.archive.read_model.report_names import ReportName, load_page_reports
from tests.archive.pages import BUREAU, publish
from tests.conftest import Crawl

URL = "http://xixia.example.gov.cn/2021.html"


def chain(crawl: Crawl, *texts: str) -> tuple[DocumentVersion, ...]:
    for text in texts:
        crawl.run({URL: text})
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    return document.versions


def build(crawl: Crawl) -> tuple[timeline.TimelineStep, ...]:
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    reports = load_page_reports(crawl.archive.db, document)
    return timeline.build_timeline(crawl.archive.db, reports)


def test_which_version_stood_when(crawl: Crawl) -> None:
    first, second = chain(crawl, "初版", "改版")
    seen = (first.first_seen, second.first_seen)
    assert seen == ("2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z")
    for moment, number in {
        "2025-12-31": None,
        "2026-01-01T00:00Z": None,
        "2026-01-01T00:01": 1,
        "2026-01-01T00:01:59Z": 1,
        "2026-01-01T00:01:59.999Z": 1,
        "2026-01-01T00:02:00Z": 2,
        "2026-01-01": 2,
        "2030-06-30": 2,
    }.items():
        found = timeline.find_version_at((first, second), moment)
        assert (found and found.number) == number, moment


def test_a_version_is_named_by_the_shortest_moment_that_means_it(crawl: Crawl) -> None:
    both = chain(crawl, "初版", "改版")
    assert [timeline.find_shortest_moment(both, version) for version in both] == [
        "2026-01-01T00:01",
        "2026-01-01",
    ]
    assert timeline.find_shortest_moment(both[:1], both[0]) == "2026-01-01"
    close = [
        dataclasses.replace(both[0], first_seen=f"2026-01-01T00:01:00.{ms}Z")
        for ms in ("000", "500")
    ]
    assert timeline.find_shortest_moment(close, close[0]) == "2026-01-01T00:01:00.000Z"
    for version in both:
        assert (
            timeline.find_version_at(both, timeline.find_shortest_moment(both, version))
            is version
        )


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-01",
        "2022-03-01T08:00",
        "2022-03-01T08:00:01Z",
        "2022-03-01T08:00:01.000Z",
    ],
)
def test_moments(text: str) -> None:
    assert timeline.is_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "2022",
        "2022-03",
        "2022-03-01 08:00",
        "2022-03-01T8",
        "1",
        "'; --",
        "2022-03-01\n",
    ],
)
def test_no_moments(text: str) -> None:
    assert not timeline.is_moment(text)


def test_a_change_of_the_page_is_told_from_one_of_the_reader(crawl: Crawl) -> None:
    old, new = chain(crawl, "初版", "改版")
    db = crawl.archive.db
    assert timeline.find_cause(db, old, new) == "page"
    assert (
        timeline.find_cause(
            db, old, dataclasses.replace(new, payload_sha256=old.payload_sha256)
        )
        == "reader"
    )
    assert (
        timeline.find_cause(db, old, dataclasses.replace(new, reader_version="2"))
        == "unsure"
    )
    db.execute(
        "UPDATE changes SET kind = 'reread' WHERE version_id = ? AND kind = 'changed'",
        [new.id],
    )
    assert (
        timeline.find_cause(db, old, dataclasses.replace(new, reader_version="2"))
        == "reader"
    )


def test_steps_tell_what_each_version_changed(crawl: Crawl) -> None:
    chain(crawl, "甲", "乙", "甲")
    first, second, third = build(crawl)
    assert (first.cause, first.cells, first.text) == (None, None, None)
    assert [
        (step.number, step.cause, step.cells, step.text) for step in (second, third)
    ] == [
        (2, "page", 0, True),
        (3, "page", 0, True),
    ]
    assert first.payload_sha256 == third.payload_sha256 != second.payload_sha256


def test_a_version_is_compared_with_the_one_before_of_its_report(crawl: Crawl) -> None:
    """A fixed address shows 2020, then 2021, then 2020 again with another text."""
    for year, text in ((2020, "甲"), (2021, "乙"), (2020, "丙")):
        publish(crawl, URL, text, report_year=year)
    steps = build(crawl)
    assert [(step.number, step.previous, step.cause) for step in steps] == [
        (1, None, None),
        (2, None, None),
        (3, 1, "page"),
    ]
    assert [step.report.report_year for step in steps] == [2020, 2021, 2020]
    assert steps[2].previous_at == steps[0].at
    assert steps[0].report.agency == BUREAU.name


def test_which_report_took_the_place_of_another(crawl: Crawl) -> None:
    for year, text in ((2020, "甲"), (2020, "乙"), (2021, "丙")):
        publish(crawl, URL, text, report_year=year)
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    reports = load_page_reports(crawl.archive.db, document)
    old, new = (
        ReportName(BUREAU.name, BUREAU.region, None, year, None)
        for year in (2020, 2021)
    )
    assert [version.number for version in reports.list_versions(old)] == [1, 2]
    assert (reports.get_state(old), reports.get_state(new)) == ("replaced", "present")
    successor = reports.find_successor(old)
    assert successor is not None
    assert (successor.number, reports.get_name(successor)) == (3, new)
    assert reports.find_successor(new) is None


def test_events_are_the_documents_lines_of_the_feed(crawl: Crawl) -> None:
    chain(crawl, "甲", "乙")
    crawl.run({URL: None})
    crawl.run({URL: "乙"})
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    kinds = [
        event.kind
        for event in timeline.select_document_events(crawl.archive.db, document.id)
    ]
    assert kinds == ["new", "changed", "vanished", "returned"]
