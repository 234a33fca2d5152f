"""Health: what a site's own healthy runs teach, and what follows when a run finds too little or
too much.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.crawls import site_health
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.archive.records import Finding, Severity
from nianbao.archive.transfer import merge as merging
from tests.conftest import Crawl

URL, OTHER = "http://xixia.localhost/1.html", "http://xixia.localhost/2.html"
PAGES = {URL: "one", OTHER: "two"}


def noted(archive: Archive) -> list[tuple[str, str, int]]:
    rows = archive.db.execute(
        "SELECT rule, severity, run_id FROM findings WHERE rule LIKE 'site.%' ORDER BY id"
    )
    return [(row[0], row[1], row[2]) for row in rows.fetchall()]


def healthy(archive: Archive, run_id: int) -> bool:
    row = archive.db.execute(
        "SELECT healthy FROM site_runs WHERE run_id = ?", [run_id]
    ).fetchone()
    return bool(row[0])


def test_too_little_stops_the_marking_and_is_an_error(crawl: Crawl) -> None:
    for _ in range(3):
        crawl.run(PAGES, links=40)
    run_id = crawl.run({URL: "one", OTHER: None}, links=19)
    assert not healthy(crawl.archive, run_id)
    assert noted(crawl.archive) == [("site.few_links", "error", run_id)]
    assert ("vanished", OTHER) not in crawl.kinds()
    run_id = crawl.run({URL: "one", OTHER: None}, links=20)
    assert healthy(crawl.archive, run_id)
    assert crawl.kinds()[-1] == ("vanished", OTHER)


def test_too_much_is_a_warning(crawl: Crawl) -> None:
    for _ in range(3):
        crawl.run(PAGES, links=40)
    assert healthy(crawl.archive, crawl.run(PAGES, links=80))
    assert noted(crawl.archive) == []
    run_id = crawl.run({URL: "one", OTHER: None}, links=81)
    assert healthy(crawl.archive, run_id), "what is missing is missing all the same"
    assert noted(crawl.archive) == [("site.many_links", "warning", run_id)]
    assert crawl.kinds()[-1] == ("vanished", OTHER)


@pytest.mark.parametrize(
    ("rule", "severity", "is_healthy"),
    [
        ("list.truncated", "warning", False),
        ("list.pager_not_followed", "warning", False),
        ("list.endless", "error", False),
        ("list.rows_left", "warning", False),
        ("list.rows_left", "info", True),
        ("list.row_lost", "warning", True),
        ("page.gone", "warning", True),
    ],
)
def test_a_list_that_was_not_read_to_its_end(
    crawl: Crawl, rule: str, severity: Severity, is_healthy: bool
) -> None:
    """What the rest of the list names is not known: nothing is said to have vanished."""
    crawl.run(PAGES)
    notes = (Finding(rule, severity, "words"),)
    run_id = crawl.run({URL: "one", OTHER: None}, notes=notes)
    (status,) = select_site_statuses(crawl.archive.db)
    assert [reason.rule for reason in status.reasons] == ([] if is_healthy else [rule])
    assert all(reason.advice for reason in status.reasons)
    assert len(status.failures) == (severity == "error")
    assert healthy(crawl.archive, run_id) is is_healthy
    assert (("vanished", OTHER) in crawl.kinds()) is is_healthy
    assert healthy(crawl.archive, crawl.run({URL: "one"})), (
        "the next run is judged anew"
    )


def test_a_small_site_may_grow(crawl: Crawl) -> None:
    for _ in range(3):
        crawl.run(PAGES, links=2)
    crawl.run(PAGES, links=12)
    assert noted(crawl.archive) == []


def test_two_runs_of_few_links_teach_nothing_and_sick_ones_neither(
    crawl: Crawl,
) -> None:
    for _ in range(2):
        crawl.run(PAGES, links=9)
    crawl.run(PAGES, links=9, whole=False)
    assert site_health.measure_usual_links(crawl.archive.db, "xixia") is None
    assert healthy(crawl.archive, crawl.run(PAGES, links=3))


def test_one_run_of_many_links_teaches_what_is_too_few(crawl: Crawl) -> None:
    """Else the runs after it, which go blind, would teach that so few are usual."""
    crawl.run(PAGES, links=40)
    for _ in range(4):
        assert not healthy(crawl.archive, crawl.run({URL: "one", OTHER: None}, links=1))
    assert ("vanished", OTHER) not in crawl.kinds()
    assert healthy(crawl.archive, crawl.run(PAGES, links=400))


def test_what_is_usual_follows_the_latest_runs(crawl: Crawl) -> None:
    """One run that found much more does not decide; ten that did are what is usual now."""
    for links in (10, 10, 10, 60):
        crawl.run(PAGES, links=links)
    assert site_health.measure_usual_links(crawl.archive.db, "xixia") == 10
    for _ in range(9):
        crawl.run(PAGES, links=60)
    assert site_health.measure_usual_links(crawl.archive.db, "xixia") == 60


@pytest.mark.parametrize(
    ("stated", "links", "expected"),
    [
        ({"expected_links": 50}, 49, ("site.few_links", False)),
        ({"expected_links": 50}, 50, (None, True)),
        ({"most_links": 60}, 61, ("site.many_links", True)),
        ({"most_links": 60}, 60, (None, True)),
        ({}, 19, ("site.few_links", False)),
        ({"learn_since": "2999-01-01"}, 19, (None, True)),
    ],
)
def test_what_the_site_file_states(
    crawl: Crawl, stated: dict[str, Any], links: int, expected: tuple[str | None, bool]
) -> None:
    for _ in range(3):
        crawl.run(PAGES, links=40)
    known: dict[str, Any] = {
        "id": "xixia",
        "name": "西霞县",
        "platform": "trs",
        "region": None,
        "region_code": None,
    }
    site = ArchivedSite(**{**known, "vanish_after": 1, "expected_links": 1, **stated})
    run_id = crawl.archive.begin_run("0.1.0", {"stated": 1})
    crawl.archive.begin_sites(run_id, [site])
    crawl.archive.end_site(run_id, "xixia", "finished", links, lists_whole=True)
    found = noted(crawl.archive)
    assert (found[0][0] if found else None, healthy(crawl.archive, run_id)) == expected


def test_a_run_that_read_some_lists_only_is_not_judged(crawl: Crawl) -> None:
    for _ in range(3):
        crawl.run(PAGES, links=40)
    run_id = crawl.archive.begin_run("0.1.0", {"due": True})
    crawl.archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", None, None, 1, 1)]
    )
    crawl.archive.end_site(run_id, "xixia", "finished", None, lists_whole=True)
    assert noted(crawl.archive) == []
    (status,) = select_site_statuses(crawl.archive.db)
    assert (status.healthy, status.links, status.usual_links) == (
        True,
        (40, 40, 40),
        40.0,
    )
    assert status.last_healthy is not None
    assert status.last_run is not None
    assert status.last_run > status.last_healthy


def test_the_note_outlives_what_is_derived_and_is_merged_once(
    crawl: Crawl, tmp_path: Path
) -> None:
    for links in (40, 40, 40, 1):
        crawl.run(PAGES, links=links)
    crawl.archive.clear_derived()
    assert [rule for rule, _, _ in noted(crawl.archive)] == ["site.few_links"]
    with Archive.create(tmp_path / "other.db") as other:
        for _ in range(2):
            merging.merge_archive(other, crawl.archive, lambda _done, _total: None)
        assert [rule for rule, _, _ in noted(other)] == ["site.few_links"]
        assert site_health.measure_usual_links(other.db, "xixia") == 40


def test_the_trend_shows_the_latest_runs(crawl: Crawl) -> None:
    for links in range(1, 16):
        crawl.run(PAGES, links=links)
    (status,) = select_site_statuses(crawl.archive.db)
    assert status.links == tuple(range(4, 16))
    assert (status.documents, status.vanished, status.failures) == (2, 0, ())
    crawl.run(PAGES, links=2)
    (status,) = select_site_statuses(crawl.archive.db)
    assert (status.healthy, status.links[-1]) == (False, 2)
    assert "2 report links on the lists, its healthy runs found" in status.failures[0]
