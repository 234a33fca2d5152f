"""The parts of figures: numbers in cells, digits with nothing in between, tokens of lines, sums."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from nianbao.archive.records import Figure
from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.constraints import amounts, expressions
from nianbao.pipelines.reader.tables.constraints.statements import check_statement
from nianbao.pipelines.reader.tables.forms import Constraint, get_table, load_forms
from nianbao.pipelines.reader.tables.label_index import get_label_index
from nianbao.pipelines.reader.tables.tokens import split_tokens

LABELS = get_label_index("g2021")
REQUESTS = get_table("g2021.requests")
REVIEW = get_table("g2021.review_litigation")
RULES = get_table("g2021.art20_1")

NUMBERS: dict[str, int | float] = {
    "0": 0,
    "12": 12,
    "001": 1,
    "1,234": 1234,
    "1,234,567": 1234567,
    "１２": 12,
    "+19": 19,
    "减8": -8,
    "負8": -8,
    "-8": -8,
    "－8": -8,
    "−8": -8,
    "↓8": -8,
    "减少8": -8,
    "0.5": 0.5,
    "-0.25": -0.25,
    "0.5万元": 0.5,
    "251000元": 251000,
    "12 件": 12,
    "22(其中修订16件)": 22,
    "120①": 120,
    "*5": 5,
    "零": 0,
    "〇": 0,
    "1" * 15: int("1" * 15),
    "5" + " " * 199: 5,
}
NO_NUMBERS = (
    *("12,34", "1,23", "1 2", "1\u30002", "共12件", "十", "5%", "(5)", "[表格]"),
    *("1" * 16, "1." + "1" * 15, "5" + " " * 200, "5、"),
)
DASHES = ("-", "—", "——", "/", "无", "N/A", " - ")
BLANKS = ("", " ", "\u00a0", "&nbsp;", "\n", "\u3000" * 200)
NOT_READ = ("[图片]", "[图片:a.png]", "[脚本]", "[公式:x]")


def test_what_a_cell_holds() -> None:
    kinds = dict.fromkeys(NUMBERS, "number") | dict.fromkeys(NO_NUMBERS, "")
    kinds |= dict.fromkeys(DASHES, "dash") | dict.fromkeys(BLANKS, "blank")
    kinds |= dict.fromkeys(NOT_READ, "not read")
    for text, kind in kinds.items():
        value = numbers.parse_number(text)
        assert value == NUMBERS.get(text), repr(text)
        assert type(value) is type(NUMBERS.get(text)), repr(text)
        assert numbers.is_blank(text) is (kind == "blank"), repr(text)
        assert numbers.is_dash(text) is (kind == "dash"), repr(text)
        assert numbers.is_not_read(text) is (kind == "not read"), repr(text)
        assert numbers.can_hold_figure(text) is (kind != ""), repr(text)
    assert not numbers.is_blank(" " * 201)
    assert not numbers.is_dash("-" + " " * 200)
    assert not numbers.is_not_read("见[图片]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 2", True), ("1\t2 3", True), ("1", False), ("", False), ("1 a", False)],
)
def test_cells_of_several_numbers(text: str, expected: bool) -> None:
    assert numbers.has_numbers(text) is expected


# --- digits with nothing in between --------------------------------------------------------


def list_cuts(digits: str, size: int) -> Iterator[tuple[str, ...]]:
    """Yield the ways to cut digits into numbers without leading zeros, by trying all."""
    for places in product([False, True], repeat=len(digits) - 1):
        parts = [""]
        for digit, is_begun in zip(digits, (False, *places), strict=True):
            if is_begun:
                parts.append("")
            parts[-1] += digit
        is_plain = all(part == "0" or part[0] != "0" for part in parts)
        if len(parts) == size and is_plain:
            yield tuple(parts)


def adds_up(cut: tuple[str, ...], groups: int) -> bool:
    size = len(cut) // groups
    rows = [cut[start : start + size] for start in range(0, len(cut), size)]
    return all(sum(map(int, row[:-1])) == int(row[-1]) for row in rows)


def test_digits_are_cut_where_one_cut_alone_is_possible() -> None:
    drawn = random.Random(1)
    found = 0
    for _ in range(120):
        counts = [drawn.choice((0, 0, 0, 1, 2, 9, 10, 12)) for _ in range(6)]
        total = sum(counts) + drawn.choice((0, 0, 0, 1))
        digits = "".join(map(str, [*counts, total]))
        ways = [cut for cut in list_cuts(digits, 7) if adds_up(cut, 1)]
        expected = list(ways[0]) if len(ways) == 1 else None
        assert digit_runs.cut_digits(digits, REQUESTS, 7) == expected, digits
        found += expected is not None
    assert 40 < found < 120


def test_digits_of_a_review_row_are_cut_into_its_groups() -> None:
    drawn = random.Random(2)
    found = 0
    for _ in range(25):
        cells: list[int] = []
        for _ in range(3):
            counts = [drawn.choice((0, 0, 0, 0, 0, 0, 1, 10)) for _ in range(4)]
            cells += [*counts, sum(counts)]
        digits = "".join(map(str, cells))
        if len(digits) > 16:
            continue
        ways = [cut for cut in list_cuts(digits, 15) if adds_up(cut, 3)]
        expected = list(ways[0]) if len(ways) == 1 else None
        assert digit_runs.cut_digits(digits, REVIEW, 15) == expected, digits
        found += expected is not None
    assert found > 5


def test_digits_of_a_row_without_a_total() -> None:
    for digits in ("000", "055", "123", "1230", "0001", "1000", "100", "10"):
        ways = list(list_cuts(digits, 3))
        expected = list(ways[0]) if len(ways) == 1 else None
        assert digit_runs.cut_digits(digits, RULES, 3) == expected, digits
    assert digit_runs.cut_digits("0" * 12, RULES, 12) == ["0"] * 12
    assert digit_runs.cut_digits("0" * 13, RULES, 13) is None
    assert digit_runs.cut_digits("0" * 42, REQUESTS, 42) == ["0"] * 42
    assert digit_runs.cut_digits("0" * 43, REQUESTS, 43) is None


@pytest.mark.parametrize(
    ("digits", "size", "expected"),
    [
        ("１２3", 3, ["1", "2", "3"]),
        ("12a", 3, None),
        ("12", 3, None),
        ("12", 1, ["12"]),
        ("1.5", 1, ["1.5"]),
        ("一二三", 3, None),
    ],
)
def test_what_can_be_cut(digits: str, size: int, expected: list[str] | None) -> None:
    assert digit_runs.cut_digits(digits, RULES, size) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "规章000行政规范性文件055",
            [("规章", 0), ("000", 1), ("行政规范性文件", 0), ("055", 1)],
        ),
        ("规章1", [("规章", 0), ("1", 1)]),
        ("规章", None),
        ("没有标签12", None),
        ("这是3条规章1", None),
        (
            "规章1行政规范性文件2件",
            [("规章", 0), ("1", 1), ("行政规范性文件", 0), ("2件", 0)],
        ),
    ],
)
def test_labels_and_digits(text: str, expected: list[tuple[str, int]] | None) -> None:
    parts = digit_runs.split_labels_and_digits(text, LABELS)
    assert parts == expected


# --- tokens of lines -----------------------------------------------------------------------

TOKENS = {
    "规章\t0\t\t3": "text:规章 value:0 blank: value:3 row end:",
    "规章\t\t0\t3": "text:规章 value:0 value:3 row end:",
    "规章\t0\t\t\t": "text:规章 value:0",
    "规章\t0\t\t文\t3": "text:规章 value:0 text:文 value:3 row end:",
    "|规章|1|2|": "text:规章 value:1 value:2 row end:",
    "规章|1": "text:规章 value:1",
    "本年新收 1 2 3": "text:本年新收 value:1 value:2 value:3",
    "规章\t1,234 件": "text:规章 value:1,234 件",
    "规章000行政规范性文件055": "text:规章 value:000* text:行政规范性文件 value:055*",
    "规章1": "text:规章 value:1*",
    "规章\n0": "text:规章 value:0",
    "\t规章\n\t1\n\t\n\n\t2": "text:规章 value:1 end: value:2",
    "规章\n\n0": "text:规章 value:0",
    "- 3 -\n第 3 页\n规章": "text:规章",
    "规章\t1\t2\n末": "text:规章 value:1 value:2 row end: text:末",
}


@pytest.mark.parametrize("text", TOKENS)
def test_tokens(text: str) -> None:
    tokens = list(split_tokens(text.split("\n"), LABELS))
    said = [f"{one.kind}:{one.text}{'*' * one.is_glued}" for one in tokens]
    assert " ".join(said) == TOKENS[text]
    numbers_of_lines = [one.line for one in tokens]
    assert numbers_of_lines == sorted(numbers_of_lines)
    assert set(numbers_of_lines) <= set(range(text.count("\n") + 1))


def test_what_is_too_long_for_a_cell_is_prose() -> None:
    words = ["1"] * 40
    kinds = {one.kind for one in split_tokens([" ".join(words)], LABELS)}
    assert kinds == {"value"}
    (whole,) = split_tokens([" ".join([*words, "1"])], LABELS)
    assert whole.kind == "text"
    (padded,) = split_tokens(["规" * 261 + " 1"], LABELS)
    assert padded.kind == "text"
    assert len(list(split_tokens(["规" * 258 + " 1"], LABELS))) == 2


# --- sums, amounts, statements -------------------------------------------------------------


def figure(row: str, column: str, text: str, alignment: str = "exact") -> Figure:
    value = numbers.parse_number(text)
    given: Any = alignment
    return Figure(REQUESTS.id, row, column, value, text, given)


def check(
    expression: str, alignment: str = "exact", level: str = "form", **cells: str
) -> tuple[str, ...]:
    """Return how a sum comes out on a row: status, severity, expected, found."""
    line = {
        name: figure("granted", name, text, alignment) for name, text in cells.items()
    }
    constraint = Constraint("req.row_total", (REQUESTS.id,), level)
    result = expressions.check_expression(
        constraint, REQUESTS, "granted", expression, line
    )
    assert (result.rule, result.table) == ("req.row_total", REQUESTS.id)
    name = expression.split()[0]
    subject = name if "+" not in expression.split("=")[0] else None
    assert (result.row, result.column) == ("granted", subject)
    holds = expressions.holds(expression, REQUESTS, line)
    assert holds is (result.status in ("pass", "assumed"))
    if result.status == "fail":
        assert result.parameters["line"] == "granted"
        assert result.parameters["axis"] == "row"
        assert result.parameters["expression"] == expression
        assert str(result.parameters["left"]) == result.found
        assert str(result.parameters["right"]) == result.expected
    parts = (result.status, result.severity, result.expected, result.found)
    return tuple(str(part) for part in parts if part is not None)


def test_sums_of_a_row() -> None:
    total = "total == a + b"
    assert check(total, total="3", a="1", b="2") == ("pass", "error")
    assert check(total, total="4", a="1", b="2") == ("fail", "error", "3", "4")
    assert check(total, total="0.3", a="0.1", b="0.2") == ("pass", "error")
    assert check(total, total="1", a="1", b="-") == ("assumed", "error")
    assert check(total, total="1", a="1", b="") == ("assumed", "error")
    assert check(total, total="2", a="1", b="") == (
        *("not_assessable", "error", "1", "2"),
    )
    assert check(total, total="3", a="1") == ("not_assessable", "error")
    assert check(total, total="3", a="1", b="共2件") == ("not_assessable", "error")
    assert check(total, total="3", a="1", b="2", alignment="assumed") == (
        *("assumed", "error"),
    )
    assert check(total, total="4", a="1", b="2", alignment="assumed") == (
        *("fail", "warning", "3", "4"),
    )
    assert check(total, total="4", a="1", b="2", level="soft") == (
        *("fail", "info", "3", "4"),
    )
    assert check(total, total="", a="", b="", alignment="ragged") == (
        *("not_assessable", "error"),
    )
    assert check("a + b >= total", total="3", a="1", b="3") == ("pass", "error")
    assert check("a + b >= total", total="3", a="1", b="2") == ("pass", "error")
    assert check("a + b >= total", total="3", a="1", b="1") == (
        *("fail", "error", "3", "2"),
    )


def test_an_expression_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="cannot read the constraint 'a = b'"):
        check("a = b", a="1", b="1")


def fee(text: str, level: str | None, alignment: str = "exact") -> tuple[str, str]:
    constraint = Constraint(
        "fee.unit",
        ("g2021.art20_8",),
        "soft",
        limits={"decimals": 6, "most_township": 10000, "unit": "万元", "else": "元"},
    )
    one = dataclasses.replace(
        figure("fee", "fee_amount", text, alignment), table="g2021.art20_8"
    )
    (result,) = amounts.check_amounts(constraint, [one], level)
    place = (result.rule, result.table, result.row, result.column)
    assert place == ("fee.unit", "g2021.art20_8", "fee", "fee_amount")
    if result.status != "not_assessable":
        assert result.found == text
        words = {"amount": text, "unit": "万元", "other_unit": "元"}
        assert result.parameters == words
    return result.status, result.severity


@pytest.mark.parametrize(
    ("text", "level", "status"),
    [
        ("10000", "township", "pass"),
        ("10001", "township", "fail"),
        ("10001", "county", "pass"),
        ("10001", None, "pass"),
        ("0.123456", "county", "pass"),
        ("0.1234567", "county", "fail"),
        ("0.123456万元", "county", "pass"),
        ("-", "county", "not_assessable"),
        ("", "township", "not_assessable"),
    ],
)
def test_amounts(text: str, level: str | None, status: str) -> None:
    assert fee(text, level) == (status, "info")


def test_amounts_that_are_not_sure() -> None:
    assert fee("1", "township", "assumed") == ("assumed", "info")
    assert fee("10001", "township", "assumed") == ("fail", "info")
    assert fee("1", "township", "ragged") == ("not_assessable", "info")


def state(prose: str, year: int | None = 2022, **cells: str) -> tuple[Any, ...]:
    """Return how what the prose says of new requests comes out against the table."""
    (constraint,) = (one for one in load_forms().constraints if one.id == "text.new")
    figures = [figure(row, "total", text) for row, text in cells.items()]
    results = check_statement(constraint, REQUESTS.id, figures, prose, year)
    if not results:
        return ()
    (result,) = results
    place = (result.rule, result.table, result.row, result.column, result.severity)
    assert place == ("text.new", REQUESTS.id, "new_received", "total", "warning")
    if result.status == "fail":
        numbers_of_both = {"text_number": int(result.found or 0)}
        numbers_of_both["table_number"] = int(result.expected or 0)
        assert result.parameters == numbers_of_both
    parts = (result.status, result.expected, result.found)
    return tuple(part for part in parts if part is not None)


SAID = "依申请公开方面,2022年收到政府信息公开申请{}件。"


def test_what_the_prose_says_against_the_table() -> None:
    assert state(SAID.format(12), new_received="12") == ("pass",)
    assert state(SAID.format(12), new_received="11") == ("fail", "11", "12")
    assert state(SAID.format(12), new_received="10", carried_in="2") == ("pass",)
    assert state(SAID.format(12), new_received="10", carried_in="3") == (
        *("fail", "10", "12"),
    )
    assert state(SAID.format(12), new_received="-") == ("not_assessable",)
    assert state(SAID.format(12), granted="12") == ("not_assessable",)
    both = SAID.format(12) + SAID.format(13)
    assert state(both, new_received="13") == ("pass",)
    assert state(both, new_received="14") == ("not_assessable",)
    assert state("没有申请。", new_received="11") == ()
    assert state(SAID.format(12), 2021, new_received="11") == ()
    assert state(SAID.format(12), None, new_received="11") == ("fail", "11", "12")
    assert state("收到申请12件。", new_received="11") == ()
    others = "同比增长。依申请公开方面,收到申请12件;"
    assert state(others, new_received="11") == ("fail", "11", "12")
    assert state("依申请公开方面,同比收到申请12件", new_received="11") == ()
    far = "依申请公开" + "字" * 80 + ",收到申请12件"
    assert state(far, new_received="11") == ()
