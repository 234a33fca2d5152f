"""A report over several pages: copies, near-copies with their likeness, mirrors, and which page
it was at a moment.
"""

from __future__ import annotations

from nianbao.archive import Archive
from nianbao.archive.browse.pages.document import DocumentPage, find_document_page
from nianbao.archive.browse.pages.report import ReportPage, build_report_page
from nianbao.archive.read_model.agencies import find_agency
from nianbao.archive.read_model.reports import find_report
from nianbao.archive.records import Agency
from tests.conftest import Crawl

OWN, COPY, NEAR = (
    f"http://xixia.example.gov.cn/{name}.html" for name in ("own", "copy", "near")
)
TEXT = "全年收到政府信息公开申请十二件，均在期限内答复。" * 20
FINANCE = Agency(printed="西霞县财政局", name="西霞县财政局", level="department")


def crawled(crawl: Crawl) -> Archive:
    """Play a crawl of a report on three pages, the own one changed in a second crawl."""
    make = crawl.make
    crawl.make = lambda text, **values: make(
        text, agency=FINANCE, form="g2021", **values
    )
    crawl.run({COPY: TEXT, NEAR: TEXT + "另有一件结转。"})
    crawl.run({COPY: TEXT, NEAR: TEXT + "另有一件结转。", OWN: TEXT})
    return crawl.archive


def shown(archive: Archive, moment: str | None = None) -> ReportPage | None:
    agency = find_agency(archive.db, "样例省西霞县", "西霞县财政局")
    assert agency is not None
    report = find_report(archive.db, agency, 2021)
    assert report is not None
    return build_report_page(archive.db, agency, report, moment)


def document(
    archive: Archive, url: str, moment: str | None = None
) -> DocumentPage | None:
    return find_document_page(archive.db, url, moment)


def test_other_pages_are_told_with_their_likeness(crawl: Crawl) -> None:
    found = shown(crawled(crawl))
    assert found is not None
    assert found.why.step == "address"
    told = {other.url: (other.relation, other.similarity) for other in found.others}
    assert found.shown.url == COPY
    assert told[OWN] == ("copy", None)
    relation, similarity = told[NEAR]
    assert relation == "near-copy"
    assert similarity is not None
    assert 0.7 < similarity < 1


def test_a_document_tells_its_copies_and_near_copies(crawl: Crawl) -> None:
    found = document(crawled(crawl), NEAR)
    assert found is not None
    assert {other.url: other.relation for other in found.others} == {
        OWN: "near-copy",
        COPY: "near-copy",
    }
    assert (found.agency, found.region, found.report_year) == (
        "西霞县财政局",
        "样例省西霞县",
        2021,
    )


def test_before_its_page_was_seen_a_report_is_another_page_or_none(
    crawl: Crawl,
) -> None:
    archive = crawled(crawl)
    own = document(archive, OWN)
    assert own is not None
    assert document(archive, OWN, "2026-01-01T00:01Z") is None
    then = shown(archive, "2026-01-01T00:01Z")
    assert then is not None
    assert then.shown.url == COPY
    assert shown(archive, "2025-12-31") is None


def test_what_is_found_among_others_is_found_of_what_stands_now(crawl: Crawl) -> None:
    archive = crawled(crawl)
    crawl.run({COPY: TEXT + "改过。", NEAR: TEXT + "另有一件结转。", OWN: TEXT})
    now, then = shown(archive), shown(archive, "2026-01-01T00:01Z")
    assert now is not None
    assert then is not None
    assert now.shown.url == COPY
    assert "report.changed" in {finding.rule for finding in now.shown.findings}
    assert then.shown.number == 1
    assert "report.changed" not in {finding.rule for finding in then.shown.findings}


def test_an_agency_is_found_in_its_region_only(crawl: Crawl) -> None:
    archive = crawled(crawl)
    assert find_agency(archive.db, None, "西霞县财政局") is None
    assert find_agency(archive.db, "样例省", "西霞县财政局") is None
    assert find_agency(archive.db, "样例省西霞县", "财政局") is None
