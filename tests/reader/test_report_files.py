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
def test_a_file_cut_off_states_no_other_figure(kind: str) -> None:
    """Wherever it ends: it is refused, or says that it was cut, and no number lacks digits."""
    whole = report_files.WRITERS[kind](list_blocks(REPORTS[-1]))
    figures = {(f.table, f.row, f.column): f.value for f in PAGES[-1].figures}
    for share in (0.3, 0.55, 0.7, 0.701, 0.702, 0.95):
        file = read(whole[: int(len(whole) * share)])
        assert file.findings or not file.is_report
        for figure in file.figures:
            value = figures[figure.table, figure.row, figure.column]
            assert figure.value in (None, value), (share, figure)


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
