"""Each format of files, of our own making: a report of each form says in it what its page says."""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader import read
from nianbao.sample.reports import Report
from tests.reader import report_files

REPORTS = report_files.pick_reports()
FIELDS = (
    "title",
    "report_year",
    "agency",
    "published_on",
    "published_basis",
    "signed_on",
    "form",
    "is_report",
    "figures",
)


def list_blocks(report: Report) -> list[report_files.Block]:
    header = f"来源：{report.agency}    时间：{(report.year or 0) + 1}-05-18"
    return report_files.list_blocks(report, header)


PAGES = [read(report_files.write_page(list_blocks(report))) for report in REPORTS]


@pytest.mark.parametrize("kind", report_files.WRITERS)
@pytest.mark.parametrize("number", range(len(REPORTS)), ids=lambda n: REPORTS[n].form)
def test_a_file_says_what_its_page_says(number: int, kind: str) -> None:
    report, page = REPORTS[number], PAGES[number]
    assert len(page.figures) > 6
    assert page.published_on == f"{(report.year or 0) + 1}-05-18"
    file = read(report_files.WRITERS[kind](list_blocks(report)))
    for name in FIELDS:
        assert getattr(file, name) == getattr(page, name), name
    assert [section.key for section in file.sections] == [
        section.key for section in page.sections
    ]
    assert [finding.rule for finding in file.findings] == [
        finding.rule for finding in page.findings
    ]
