"""The tables satisfy the constraints of the forms, but for the declared violations."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html import unescape

import pytest

from nianbao.sample.pages import Page
from nianbao.sample.province import Province, Truth
from nianbao.sample.server import Server
from tests.sample.walker import body_of, text_of

Number = int | float | None
Figures = dict[tuple[str, str, str], Number]
Rule = Callable[[Figures], bool]

COLUMNS = (
    "natural_person",
    "org_enterprise",
    "org_research",
    "org_public_welfare",
    "org_legal_service",
    "org_other",
)
ENDS = ("new_received", "carried_in", "result_total", "carried_out")


@pytest.fixture(scope="module", params=[1, 2])
def truths(request: pytest.FixtureRequest, province: Province) -> list[Truth]:
    """What each state should be read as."""
    return province.truths(request.param)


def _figures(truth: Truth) -> Figures:
    return {(table, row, column): value for table, row, column, value in truth.figures}


def _rows(figures: Figures, table: str) -> dict[str, dict[str, float]]:
    """Return a table as row → column → number; a cell without a number counts as 0."""
    rows: dict[str, dict[str, float]] = {}
    for (name, row, column), value in figures.items():
        if name == table:
            rows.setdefault(row, {})[column] = value or 0
    return rows


def _failing(truth: Truth) -> set[str]:
    return set(_broken(_figures(truth), truth.form))


def _broken(figures: Figures, form: str) -> Iterator[str]:
    if form == "g2008_local":
        rows = _rows(figures, "g2008.fujian")
        for column in ("year_value", "cumulative"):
            value = {row: cells[column] for row, cells in rows.items()}
            asked = (
                "applications_in_person",
                "applications_online",
                "applications_letter_fax",
            )
            replied = ("reply_granted", "reply_partial", "reply_refused", "reply_other")
            if value["applications"] != sum(value[row] for row in asked):
                yield "fj.parts"
            if value["replies"] != sum(value[row] for row in replied):
                yield "fj.parts"
        if any(cells["cumulative"] < cells["year_value"] for cells in rows.values()):
            yield "fj.cumulative"
        return
    requests = _rows(figures, f"{form}.requests")
    for column in (*COLUMNS, "total") if requests else ():
        value = {row: cells[column] for row, cells in requests.items()}
        if (
            value["new_received"] + value["carried_in"]
            != value["result_total"] + value["carried_out"]
        ):
            yield "req.balance"
        if value["result_total"] != sum(value[row] for row in value.keys() - set(ENDS)):
            yield f"req.result_sum_{form[1:]}"
    if any(
        cells["total"] != sum(cells[column] for column in COLUMNS)
        for cells in requests.values()
    ):
        yield "req.row_total"
    for cells in _rows(figures, f"{form}.review_litigation").values():
        if cells["total"] != sum(
            cells[column] for column in ("upheld", "corrected", "other", "pending")
        ):
            yield "rl.group_total"
    for cells in _rows(figures, "g2019.art20_1").values():
        if cells["total_disclosed"] < cells["disclosed_this_year"]:
            yield "a1_2019.disclosed"


def test_only_the_declared_violations(truths: list[Truth]) -> None:
    assert {t.url: _failing(t) for t in truths if _failing(t)} == {
        t.url: set(t.violations) for t in truths if t.violations
    }


def test_three_reports_break_a_rule_and_an_edit_adds_one(province: Province) -> None:
    first, second = (
        {t.url for t in province.truths(state) if t.violations} for state in (1, 2)
    )
    assert len(first) == 3
    assert len(second - first) == 1


def test_the_shape_of_the_tables(truths: list[Truth]) -> None:
    for truth in truths:
        rows = _rows(_figures(truth), f"{truth.form}.requests")
        leaves = rows.keys() - set(ENDS)
        assert len(leaves) == {"g2019": 19, "g2021": 21}.get(truth.form, 0) * (
            not truth.ragged
        ), truth.url


def _by_agency(truths: list[Truth]) -> dict[tuple[str, int], Figures]:
    return {
        (truth.body, truth.report_year): _figures(truth)
        for truth in truths
        if truth.site != "huibian" and truth.body and truth.report_year
    }


def test_what_is_carried_out_is_carried_in_the_year_after(truths: list[Truth]) -> None:
    reports = _by_agency(truths)
    pairs = 0
    for (agency, year), figures in reports.items():
        for (table, row, column), value in figures.items():
            if row != "carried_in" or (agency, year - 1) not in reports:
                continue
            before = reports[agency, year - 1]
            for earlier in ("g2019.requests", "g2021.requests"):
                if (earlier, "carried_out", column) in before:
                    pairs += 1
                    assert (value or 0) == (
                        before[earlier, "carried_out", column] or 0
                    ), (agency, year, table)
    assert pairs > 300


def test_stocks_follow_from_year_to_year(truths: list[Truth]) -> None:
    reports = _by_agency(truths)
    pairs = 0
    for (agency, year), figures in reports.items():
        before = reports.get((agency, year - 1), {})
        for (table, row, column), value in figures.items():
            if (table, row, column) not in before:
                continue
            if column == "currently_valid":
                issued, repealed = (
                    figures[table, row, c]
                    for c in ("issued_this_year", "repealed_this_year")
                )
                expected = (
                    (before[table, row, column] or 0) + (issued or 0) - (repealed or 0)
                )
            elif column == "items_previous_year":
                expected = (before[table, row, column] or 0) + (
                    before[table, row, "items_change"] or 0
                )
            elif column == "cumulative":
                expected = (before[table, row, column] or 0) + (
                    figures[table, row, "year_value"] or 0
                )
            else:
                continue
            pairs += 1
            misprinted = (agency, row) == (
                "谷澄县柳湾镇人民政府",
                "applications_online",
            )
            assert (value or 0) == expected or misprinted, (agency, year, table, row)
    assert pairs > 150


def test_a_government_reports_no_less_than_its_members(truths: list[Truth]) -> None:
    reports = _by_agency(
        [
            truth
            for truth in truths
            if truth.form != "g2008_local" and not truth.violations
        ]
    )
    for (agency, year), figures in reports.items():
        above = reports.get((f"{agency[:3]}人民政府", year), {})
        for key, value in figures.items():
            if key in above and key[2] != "items_change":
                assert (above[key] or 0) >= (value or 0), (agency, year, key)


@pytest.mark.parametrize("state", [1, 2])
def test_the_pages_print_these_numbers(served: Server, state: int) -> None:
    pages = served.province.pages(state)
    for truth in served.province.truths(state):
        if truth.ragged:
            continue
        body = _read_body(truth.url, pages)
        cells = (
            re.sub(r"<[^>]*>", "", cell)
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", body)
        )
        printed = Counter(
            _number(cell)
            for cell in cells
            if _is_number(cell) and cell != str(truth.report_year)
        )
        assert printed == Counter(value for *_, value in truth.figures), truth.url


def _read_body(url: str, pages: Mapping[str, Page]) -> str:
    """Return the whole body of a report: also what a text area holds, and its second page."""
    body = body_of(url, text_of(url, pages[url].body))
    second = url.replace(".html", "_2.html")
    if second != url and second in pages:
        body += body_of(second, text_of(second, pages[second].body))
    return unescape(body) if "<textarea" in body else body


def _is_number(cell: str) -> bool:
    return (
        re.fullmatch(r"[+-]?[\d,]+(\.\d+)?|—", unicodedata.normalize("NFKC", cell))
        is not None
    )


def _number(cell: str) -> float | None:
    return None if cell == "—" else float(cell.replace(",", ""))


def test_the_ragged_rows_of_the_originals(province: Province) -> None:
    rows: dict[str | None, Counter[int]] = {}
    for truth in province.truths(1):
        if truth.ragged:
            body = body_of(
                truth.url, text_of(truth.url, province.pages(1)[truth.url].body)
            )
            lines = re.findall(r"<tr>(.*?)</tr>", body, re.S)
            numbers = [re.findall(r"<td[^>]*>(\d|&nbsp;)</td>", line) for line in lines]
            rows[truth.agency] = Counter(len(line) for line in numbers if len(line) > 3)
    assert rows == {
        "上高县锦江镇人民政府": {7: 2, 5: 21, 15: 1},
        "平顶山高新技术产业开发区遵化店镇": {7: 4, 6: 21, 15: 1},
    }
