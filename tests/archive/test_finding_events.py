"""Findings in the feed: opened once, closed once, whatever is killed, read again or merged."""

from __future__ import annotations

import dataclasses

from nianbao.archive.events import finding_events
from nianbao.archive.events.feed import Change
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Finding, Note
from tests.conftest import Crawl, make_reading, page_lines

A, B = "http://xixia.localhost/a.html", "http://xixia.localhost/b.html"
SUM = Finding(
    "req.row_total",
    "error",
    "3 + 1 against 5",
    "g2021.requests",
    "new_received",
    "total",
    "4",
    "5",
)
OTHER = Finding("row.ragged", "warning", "5 cells where the form has 7")


def told(crawl: Crawl, since: int = 0) -> list[tuple[str, str | None, int | None, str]]:
    return [
        (line.kind, line.url, line.version, line.finding.rule)
        for line in page_lines(crawl.archive, since)
        if line.finding is not None
    ]


def with_findings(crawl: Crawl, **findings: tuple[Finding, ...]) -> None:
    """Have the reader find something on pages of certain texts."""
    crawl.make = lambda text: make_reading(text, findings=findings.get(text, ()))


def is_told(crawl: Crawl) -> bool:
    db = crawl.archive.db
    return (
        finding_events.list_unannounced_sites(db) == []
        and list(finding_events.iterate_missing_events(db)) == []
    )


def test_a_finding_is_told_with_what_and_where(crawl: Crawl) -> None:
    with_findings(crawl, one=(SUM,))
    crawl.run({A: "one"})
    new, opened = page_lines(crawl.archive)
    assert (new.kind, new.finding) == ("new", None)
    assert (opened.kind, opened.url, opened.version, opened.finding) == (
        "finding_opened",
        A,
        1,
        SUM,
    )
    assert (opened.agency, opened.report_year, opened.site) == (
        "西霞县青石镇人民政府",
        2021,
        "xixia",
    )
    assert opened.payload_sha256 is not None


def test_an_edit_closes_what_it_mends_and_leaves_what_it_does_not(crawl: Crawl) -> None:
    with_findings(crawl, one=(SUM, OTHER), two=(OTHER,))
    crawl.run({A: "one"})
    crawl.run({A: "one|chrome"})
    assert len(told(crawl)) == 2
    crawl.run({A: "two"})
    closed = [line for line in told(crawl) if line[0] == "finding_closed"]
    assert closed == [("finding_closed", A, 2, "req.row_total")]
    crawl.run({A: "one"})
    assert ("finding_opened", A, 3, "req.row_total") in told(crawl)
    assert crawl.archive.db.execute(
        "SELECT count(*) FROM announced_findings WHERE rule = 'row.ragged'"
    ).fetchone() == (1,)
    assert is_told(crawl)


def test_a_finding_among_reports_is_told_when_the_whole_run_has_ended(
    crawl: Crawl,
) -> None:
    agency = Agency(
        printed="西霞县财政局",
        name="西霞县财政局",
        region="样例省西霞县",
        level="department",
    )
    crawl.make = lambda text: make_reading(
        text, agency=agency, published_on="2022-06-01"
    )
    run_id = crawl.archive.begin_run("0.1.0", {})
    crawl.archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)]
    )
    visit_id, _ = crawl.archive.store_capture(run_id, crawl.capture("xixia", A, "one"))
    crawl.archive.store_reading(visit_id, crawl.make("one"))
    crawl.archive.end_site(run_id, "xixia", "finished", 1, lists_whole=True)
    assert told(crawl) == []
    assert finding_events.list_unannounced_sites(crawl.archive.db) == ["xixia"]
    assert list(finding_events.iterate_missing_events(crawl.archive.db)) == [], (
        "what waits is no damage"
    )
    crawl.archive.end_run(run_id, "finished", {})
    assert told(crawl) == [("finding_opened", A, 1, "report.late")]
    line = page_lines(crawl.archive)[-1]
    assert (line.agency, line.region, line.report_year) == (
        "西霞县财政局",
        "样例省西霞县",
        2021,
    )


def test_a_note_on_a_list_stands_until_it_was_looked_at_again(crawl: Crawl) -> None:
    lists = "http://xixia.localhost/list/"
    run_id = crawl.archive.begin_run("0.1.0", {"first": True})
    crawl.archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)]
    )
    note = Note("xixia", lists, Finding("list.empty", "error", "no links"))
    crawl.archive.store_note(run_id, note)
    crawl.archive.store_capture(run_id, listing(crawl, lists))
    assert told(crawl) == []
    crawl.archive.end_site(run_id, "xixia", "finished", 0, lists_whole=False)
    crawl.archive.end_run(run_id, "finished", {})
    assert told(crawl) == [("finding_opened", lists, None, "list.empty")]
    crawl.run({A: "one"})  # a run that does not ask for the list
    assert len(told(crawl)) == 1
    run_id = crawl.archive.begin_run("0.1.0", {"last": True})
    crawl.archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)]
    )
    crawl.archive.store_capture(run_id, listing(crawl, lists))
    crawl.archive.end_site(run_id, "xixia", "finished", 1, lists_whole=True)
    crawl.archive.end_run(run_id, "finished", {})
    assert told(crawl)[1:] == [("finding_closed", lists, None, "list.empty")]


def listing(crawl: Crawl, url: str) -> Capture:
    return dataclasses.replace(crawl.capture("xixia", url, "a list"), role="list")


def test_another_reader_is_told_of_as_reread_and_opens_and_closes_findings(
    crawl: Crawl,
) -> None:
    with_findings(crawl, one=(SUM,), two=(OTHER,))
    crawl.run({A: "one", B: "two"})
    before = max(line.id for line in crawl.archive.changes())
    newer(crawl, "2", one=(OTHER,), two=(OTHER,))
    lines = [(line.kind, line.url) for line in page_lines(crawl.archive, before)]
    assert lines == [("finding_closed", A), ("finding_opened", A)], (
        "the findings differ, what the page says does not"
    )
    newer(crawl, "3", title="另一个标题", one=(OTHER,), two=(OTHER,))
    lines = [(line.kind, line.url) for line in page_lines(crawl.archive, before)][2:]
    assert lines == [("reread", A), ("reread", B)]
    newer(crawl, "4", title="另一个标题", one=(OTHER,), two=(OTHER,))
    assert len(page_lines(crawl.archive, before)) == 4, (
        "a reader that says the same is nothing to tell"
    )


def test_a_page_that_is_no_report_for_a_newer_reader_is_told_of(crawl: Crawl) -> None:
    crawl.run({A: "one"})
    before = max(line.id for line in crawl.archive.changes())
    newer(crawl, "2", is_report=False)
    line: Change = page_lines(crawl.archive, before)[0]
    assert (line.kind, line.url, line.version) == ("reread", A, None)


def newer(crawl: Crawl, version: str, **values: object) -> None:
    """Read everything again with another reader; a tuple is what it finds on pages of that text."""
    findings = {key: value for key, value in values.items() if isinstance(value, tuple)}
    values = {key: value for key, value in values.items() if key not in findings}
    for visit_id in crawl.archive.unread_visits(version):
        payload = crawl.archive.payload(
            crawl.archive.visit(visit_id).payload_sha256 or ""
        ).decode()
        reading = make_reading(
            payload,
            findings=findings.get(payload, ()),
            reader_version=version,
            **values,
        )
        crawl.archive.store_reading(visit_id, reading)
    crawl.archive.finalize()
    assert is_told(crawl)


def test_emptied_and_built_anew_nothing_is_told_twice(crawl: Crawl) -> None:
    with_findings(crawl, one=(SUM,), two=(OTHER,))
    crawl.run({A: "one", B: "two"})
    crawl.run({A: "two", B: "two"})
    before = page_lines(crawl.archive)
    crawl.archive.clear_derived()
    for visit_id in crawl.archive.unread_visits("1"):
        payload = crawl.archive.payload(
            crawl.archive.visit(visit_id).payload_sha256 or ""
        ).decode()
        crawl.archive.store_reading(visit_id, crawl.make(payload))
    crawl.archive.finalize()
    assert [line.id for line in page_lines(crawl.archive)] == [
        line.id for line in before
    ]
    assert is_told(crawl)


def test_a_run_that_was_left_tells_what_it_found(crawl: Crawl) -> None:
    with_findings(crawl, one=(SUM,))
    run_id = crawl.archive.begin_run("0.1.0", {"cut": "off"})
    crawl.archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)]
    )
    visit_id, _ = crawl.archive.store_capture(run_id, crawl.capture("xixia", A, "one"))
    crawl.archive.store_reading(visit_id, crawl.make("one"))
    assert told(crawl) == []
    crawl.archive.begin_run("0.1.0", {"another": "crawl"})
    assert told(crawl) == [("finding_opened", A, 1, "req.row_total")]
