"""The arithmetic of the forms: what adds up is silent, what does not is a finding that says
where.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from nianbao.archive.records import Finding
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.tables.constraints import checks
from tests.reader import pages


def findings(
    generation: str, changed: pages.Rows, outcomes: list[object] | None = None
) -> list[Finding]:
    given = pages.REQUESTS_2021 if generation == "g2021" else pages.REQUESTS_2019
    tables = (
        pages.disclosed(generation),
        pages.requests(generation, {**given, **changed}),
        pages.outcomes(outcomes or pages.OUTCOMES),
    )
    reading = read(pages.trs(pages.body(generation, tables=tables)).encode())
    return [finding for finding in reading.findings if finding.table]


def test_balance_and_sum() -> None:
    broken = findings("g2021", {"result_total": [8, 2, 0, 0, 1, 0, 11]})
    assert {(f.rule, f.column, f.severity) for f in broken} == {
        ("req.balance", "natural_person", "error"),
        ("req.balance", "total", "error"),
        ("req.result_sum_2021", "natural_person", "error"),
        ("req.result_sum_2021", "total", "error"),
    }
    (total,) = [
        f for f in broken if f.rule == "req.result_sum_2021" and f.column == "total"
    ]
    assert (total.row, total.expected, total.found) == ("result_total", "12", "11")


def test_the_sum_of_the_2019_form() -> None:
    broken = findings("g2019", {"granted": [5, 1, 0, 0, 0, 0, 6]})
    assert {(f.rule, f.column) for f in broken} == {
        ("req.result_sum_2019", "natural_person"),
        ("req.result_sum_2019", "total"),
    }


def test_row_total() -> None:
    (broken,) = findings("g2021", {"refused_state_secret": [0, 0, 0, 0, 0, 0, 1]})[:1]
    assert (broken.rule, broken.row, broken.column) == (
        "req.row_total",
        "refused_state_secret",
        "total",
    )
    assert (broken.expected, broken.found) == ("0", "1")


def test_group_total() -> None:
    (broken,) = findings("g2021", {}, [1, 0, 0, 1, 3, *pages.OUTCOMES[5:]])
    assert (broken.rule, broken.row, broken.expected, broken.found) == (
        "rl.group_total",
        "review",
        "2",
        "3",
    )


def test_blank_and_dash_are_no_failure() -> None:
    assert (
        findings(
            "g2021",
            {
                "refused_state_secret": [0, 0, 0, 0, 0, 0, ""],
                "carried_in": ["-", 0, 0, 0, 0, 0, 1],
            },
        )
        == []
    )


def checks_of(
    generation: str, changed: pages.Rows, prose: str = ""
) -> list[checks.CheckResult]:
    given = pages.REQUESTS_2021 if generation == "g2021" else pages.REQUESTS_2019
    tables = (
        pages.disclosed(generation),
        pages.requests(generation, {**given, **changed}),
        pages.outcomes(),
    )
    figures = read(pages.trs(pages.body(generation, tables=tables)).encode()).figures
    return checks.run_checks(figures, prose, 2022)


def test_statuses() -> None:
    found = checks_of(
        "g2021",
        {
            "refused_state_secret": [0, 0, 0, 0, 0, 0, ""],
            "carried_in": [1, 0, 0, 0, 0, 0, ""],
        },
    )
    status = {(check.rule, check.row, check.column): check.status for check in found}
    assert status["req.row_total", "granted", "total"] == "pass"
    assert status["req.row_total", "refused_state_secret", "total"] == "assumed"
    assert status["req.row_total", "carried_in", "total"] == "not_assessable"
    assert status["req.balance", None, "org_other"] == "pass"
    assert status["req.balance", None, "total"] == "not_assessable"
    assert {check.status for check in checks_of("g2019", {})} == {"pass"}


def test_a_heading_with_figures_stands_for_its_leaves() -> None:
    """A 2023 report on the 2021 tables printed 其他处理 as one row (淮安市洪泽区)."""
    page = pages.trs(pages.body("g2021"))
    whole = read(page.encode()).figures
    kept = [
        f
        for f in whole
        if not f.row.startswith("other_") or f.table != "g2021.requests"
    ]
    kept += [
        replace(f, row="other_processing") for f in whole if f.row == "other_other"
    ]
    sums = [
        check
        for check in checks.run_checks(kept)
        if check.rule == "req.result_sum_2021"
    ]
    assert {check.status for check in sums} == {"pass"}


def test_a_failure_on_assumed_figures_is_a_warning() -> None:
    figures = read(pages.trs(pages.body("g2021")).encode()).figures
    changed = [
        replace(f, alignment="assumed", value=5) if f.row == "carried_in" else f
        for f in figures
    ]
    assert {
        f.severity for f in checks.find_violations(changed) if f.rule == "req.balance"
    } == {"warning"}


@pytest.mark.parametrize(
    ("prose", "status"),
    [
        ("2022年，本机关共收到政府信息公开申请12件。", "pass"),
        ("全年新收政府信息公开申请14件，均已办结。", "fail"),
        ("全年受理政府信息公开申请共14件。", "fail"),
        ("全年受理政府信息公开申请13件。", "pass"),  # with the one carried in
        ("2021年收到政府信息公开申请9件。", None),
        ("其中收到网上政府信息公开申请5件。", None),
        ("上年结转后收到政府信息公开申请5件。", None),
        ("县住建局等各部门收到政府信息公开申请99件。", None),
        ("受理行政许可申请45件。", None),
        ("收到政府信息公开申请3件;收到政府信息公开申请4件。", "not_assessable"),
        ("收到政府信息公开申请3件;共收到政府信息公开申请12件。", "pass"),
    ],
)
def test_requests_that_the_prose_states(prose: str, status: str | None) -> None:
    found = [
        check.status
        for check in checks_of("g2021", {}, prose.replace("，", ","))
        if check.rule == "text.new"
    ]
    assert found == ([status] if status else [])


@pytest.mark.parametrize(
    ("prose", "status"),
    [
        ("因政府信息公开被申请行政复议2件。", "pass"),
        ("政府信息公开行政复议案件7件。", "fail"),
        ("全年办理行政复议案件134件。", None),
        ("2021年因政府信息公开被申请行政复议3件。", None),
    ],
)
def test_reviews_that_the_prose_states(prose: str, status: str | None) -> None:
    found = [
        check.status
        for check in checks_of("g2021", {}, prose)
        if check.rule == "text.review"
    ]
    assert found == ([status] if status else [])


def test_the_text_against_the_table_in_a_reading() -> None:
    page = pages.trs(
        pages.body("g2021").replace(
            "全年公布各类信息四百余条", "全年共收到政府信息公开申请21件"
        )
    )
    (finding,) = [
        finding
        for finding in read(page.encode()).findings
        if finding.rule == "text.new"
    ]
    assert (finding.severity, finding.expected, finding.found) == (
        "warning",
        "12",
        "21",
    )


@pytest.mark.parametrize(
    ("amount", "level", "broken"),
    [
        ("35.2160", "township", False),
        ("24252.311082", "county", False),
        ("352160", "township", True),
        ("352160", "county", False),
        ("3.52160001", "county", True),
    ],
)
def test_the_unit_of_fees(amount: str, level: str, broken: bool) -> None:
    fees = {**pages.DISCLOSED_2021, "art20_8": {"admin_fees": [amount]}}
    tables = (pages.disclosed("g2021", fees), pages.requests("g2021"), pages.outcomes())
    figures = read(pages.trs(pages.body("g2021", tables=tables)).encode()).figures
    found = [
        finding
        for finding in checks.find_violations(figures, level=level)
        if finding.rule == "fee.unit"
    ]
    assert [finding.severity for finding in found] == ["info"] * broken


def test_totals_that_are_less_than_their_part() -> None:
    art20 = {
        **pages.DISCLOSED_2019,
        "art20_1": {"rules": [0, 0, 0], "normative_documents": [4, 40, 31]},
    }
    tables = (
        pages.disclosed("g2019", art20),
        pages.requests("g2019"),
        pages.outcomes(),
    )
    reading = read(pages.trs(pages.body("g2019", tables=tables)).encode())
    (finding,) = [finding for finding in reading.findings if finding.table]
    assert (finding.rule, finding.severity) == ("a1_2019.disclosed", "info")
