"""A report against others: carried over, late, changed, contradicted; what is found goes when
it is no longer true.
"""

from __future__ import annotations

import pytest

from nianbao.archive.checks import deadlines
from nianbao.archive.checks import report as report_checks
from nianbao.archive.records import Agency, Figure
from tests.archive.pages import MIRROR, found, publish, requests, withdraw
from tests.conftest import Crawl

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/b.html"
BEFORE = {"report_year": 2020, "published_on": "2021-01-20", "form": "g2019"}


def test_carried_in_is_what_was_carried_out(crawl: Crawl) -> None:
    publish(crawl, A, "2020", figures=requests("g2019", carried_out=3), **BEFORE)
    publish(crawl, B, "2021", figures=requests(carried_in=3))
    assert found(crawl) == []


@pytest.mark.parametrize("first", [2020, 2021])
def test_a_broken_chain(crawl: Crawl, first: int) -> None:
    """Whichever of the two reports comes first, across the change of the form."""
    pages = {
        2020: (A, "2020", {"figures": requests("g2019", carried_out=3), **BEFORE}),
        2021: (B, "2021", {"figures": requests(carried_in=5)}),
    }
    for year in sorted(pages, key=lambda year: year != first):
        url, text, values = pages[year]
        publish(crawl, url, text, **values)
    (finding,) = found(crawl)
    assert (finding.rule, finding.severity) == ("req.chain", "warning")
    assert (finding.table, finding.row, finding.column) == (
        "g2021.requests",
        "carried_in",
        "total",
    )
    assert (finding.expected, finding.found) == ("3", "5")
    rules = crawl.archive.db.execute(
        "SELECT report_year, finding_rules FROM reports ORDER BY 1"
    ).fetchall()
    assert rules == [(2020, "[]"), (2021, '["req.chain"]')]


def test_a_chain_that_is_mended_is_no_finding_any_longer(crawl: Crawl) -> None:
    publish(crawl, A, "2020", figures=requests("g2019", carried_out=3), **BEFORE)
    publish(crawl, B, "2021", figures=requests(carried_in=5))
    publish(
        crawl, A, "2020, corrected", figures=requests("g2019", carried_out=5), **BEFORE
    )
    assert [finding.rule for finding in found(crawl)] == ["report.changed"]
    rules = crawl.archive.db.execute(
        "SELECT finding_rules FROM reports WHERE report_year = 2021"
    ).fetchone()
    assert rules == ("[]",)


def test_cells_that_are_not_known_tell_nothing(crawl: Crawl) -> None:
    publish(crawl, A, "2020", figures=requests("g2019", carried_out=None), **BEFORE)
    ragged = Figure("g2021.requests", "carried_in", "total", None, "5 | 0", "ragged")
    publish(crawl, B, "2021", figures=(ragged,))
    assert found(crawl) == []


def test_a_stock_of_documents(crawl: Crawl) -> None:
    def stock(**cells: int) -> tuple[Figure, ...]:
        return tuple(
            Figure("g2021.art20_1", "rules", name, value, str(value))
            for name, value in cells.items()
        )

    publish(crawl, A, "2021", figures=stock(currently_valid=11))
    after = {"report_year": 2022, "published_on": "2023-01-20"}
    publish(
        crawl,
        B,
        "2022",
        figures=stock(issued_this_year=2, repealed_this_year=1, currently_valid=12),
        **after,
    )
    assert found(crawl) == []
    publish(
        crawl,
        B,
        "2022!",
        figures=stock(issued_this_year=2, repealed_this_year=2, currently_valid=12),
        **after,
    )
    (finding,) = found(crawl, "a1_2021.stock")
    assert (finding.row, finding.column, finding.expected, finding.found) == (
        "rules",
        "currently_valid",
        "11",
        "12",
    )


@pytest.mark.parametrize(
    ("name", "level", "year", "day"),
    [
        ("西霞县财政局", "department", 2021, "2022-01-31"),
        ("西霞县人民政府", "county", 2021, "2022-03-31"),
        ("西霞县人民政府办公室", "department", 2021, "2022-03-31"),
        ("西霞县财政局", "department", 2018, "2019-03-31"),
        ("西霞县青石镇人民政府", "township", 2018, "2019-03-31"),
        ("西霞县青石镇人民政府", "township", 2021, None),
        ("西霞县青石镇人民政府办公室", "department", 2021, None),
        ("西霞县财政局", None, 2021, None),
        ("西霞县自来水公司", "other", 2021, None),
    ],
)
def test_deadlines(name: str, level: str | None, year: int, day: str | None) -> None:
    due = deadlines.find_deadline(name, level, year)
    assert (due and due[0]) == day


def test_a_report_that_is_late(crawl: Crawl) -> None:
    publish(crawl, A, "one", published_on="2022-02-03")
    (finding,) = found(crawl)
    assert (finding.rule, finding.severity) == ("report.late", "warning")
    assert (finding.expected, finding.found) == ("2022-01-31", "2022-02-03")
    assert "3 days after" in finding.message


def test_an_earlier_page_of_the_report_was_in_time(crawl: Crawl) -> None:
    publish(crawl, A, "one", published_on="2022-02-03")
    publish(crawl, B, "one", published_on="2022-01-10", site=MIRROR)
    assert found(crawl, "report.late") == []


def test_a_date_after_the_page_was_seen_is_no_publication_date(crawl: Crawl) -> None:
    publish(crawl, A, "one", published_on="2026-03-01")  # visited on 2026-01-01
    assert found(crawl) == []


def test_what_a_version_changed(crawl: Crawl) -> None:
    publish(crawl, A, "one", figures=requests(new_received=3, carried_in=1))
    publish(crawl, A, "two", figures=requests(new_received=4, carried_in=1))
    publish(crawl, A, "three", figures=requests(new_received=4, carried_in=1))
    publish(crawl, A, "four", figures=())
    assert {(finding.rule, finding.severity) for finding in found(crawl)} == {
        ("report.changed", "warning")
    }
    by_table = {
        finding.table: finding for finding in found(crawl) if finding.row is None
    }
    assert (
        by_table[None].message
        == "version 3 has another text than version 2, no other figure"
    )
    assert (
        by_table["g2021.requests"].message == "only version 3 of 3 and 4 has the table"
    )
    (cell,) = [finding for finding in found(crawl) if finding.row]
    assert (cell.row, cell.column, cell.expected, cell.found) == (
        "new_received",
        "total",
        "3",
        "4",
    )


def test_another_years_report_at_the_address_changed_nothing(crawl: Crawl) -> None:
    publish(crawl, A, "2020", **BEFORE)
    publish(crawl, A, "2021")
    assert found(crawl) == []


def test_what_another_reader_read_is_not_compared(crawl: Crawl) -> None:
    publish(crawl, A, "one", figures=requests(new_received=3))
    publish(crawl, A, "two", figures=requests(new_received=4), reader_version="2")
    (finding,) = found(crawl)
    assert finding.row is None
    assert "different readers" in finding.message


def test_two_pages_that_contradict_one_another(crawl: Crawl) -> None:
    publish(crawl, A, "one", figures=requests(new_received=3, carried_in=None))
    publish(
        crawl,
        B,
        "other",
        figures=requests(new_received=4, carried_in=1),
        official=False,
        site=MIRROR,
    )
    publish(
        crawl,
        B + "?copy",
        "other",
        figures=requests(new_received=4, carried_in=1),
        official=False,
        site=MIRROR,
    )
    (finding,) = found(crawl)
    assert (finding.rule, finding.row, finding.expected, finding.found) == (
        "report.contradicted",
        "new_received",
        "3",
        "4",
    )
    document = crawl.archive.db.execute(
        "SELECT documents.url FROM findings JOIN documents ON documents.id = document_id"
    ).fetchone()
    assert document == (B,)


def test_working_it_out_anew_changes_nothing(crawl: Crawl) -> None:
    publish(crawl, A, "2020", figures=requests("g2019", carried_out=3), **BEFORE)
    publish(crawl, B, "2021", figures=requests(carried_in=5), published_on="2022-05-01")
    publish(
        crawl, B, "2021!", figures=requests(carried_in=6), published_on="2022-05-01"
    )
    before = crawl.archive.db.execute("SELECT * FROM findings").fetchall()
    assert {row[1] for row in before} == {"req.chain", "report.late", "report.changed"}
    with crawl.archive.transaction() as db:
        report_checks.check_all_reports(db)
    assert crawl.archive.db.execute("SELECT * FROM findings").fetchall() == before


def test_a_report_whose_place_another_takes_keeps_its_findings(crawl: Crawl) -> None:
    publish(crawl, A, "one", published_on="2022-02-03")
    publish(crawl, A, "two", agency=Agency(printed="别的局"), published_on="2022-02-03")
    assert [finding.rule for finding in found(crawl)] == ["report.late"]


def test_a_report_that_is_read_otherwise_leaves_no_findings(crawl: Crawl) -> None:
    publish(crawl, A, "one", published_on="2022-02-03")
    assert [finding.rule for finding in found(crawl)] == ["report.late"]
    archive = crawl.archive
    archive.mark_unread()
    (visit_id,) = archive.unread_visits("1")
    reading = crawl.make(
        "one", agency=Agency(printed="别的局"), published_on="2022-02-03"
    )
    archive.store_reading(visit_id, reading)
    archive.finalize()
    assert found(crawl) == []


def test_what_a_correction_at_another_address_changed(crawl: Crawl) -> None:
    publish(crawl, A, "one", figures=requests(new_received=3, carried_in=1))
    withdraw(crawl, A)
    publish(crawl, B, "two", figures=requests(new_received=4, carried_in=1))
    (change,) = found(crawl, "report.changed")
    expected = f"new_received, total: version 1 of {B} states 4, version 1 of {A} 3"
    assert change.message == expected


def test_a_copy_beside_a_page_changes_nothing(crawl: Crawl) -> None:
    publish(crawl, A, "one", figures=requests(new_received=3))
    publish(crawl, B, "two", figures=requests(new_received=4))
    assert found(crawl, "report.changed") == []


def test_another_year_at_the_address_changes_nothing(crawl: Crawl) -> None:
    publish(crawl, A, "2020", report_year=2020, figures=requests(new_received=3))
    publish(crawl, A, "2021", report_year=2021, figures=requests(new_received=4))
    publish(crawl, A, "2020!", report_year=2020, figures=requests(new_received=5))
    (change,) = found(crawl, "report.changed")
    assert change.message == "new_received, total: version 3 states 5, version 1 3"
