"""Pages made to exhaust a reader: nested, never closed, endless, or one element 100,000 times."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from bench import pages

MARKS = "柳河镇2022年政府信息公开工作年度报告\n第二十条第（一）项\n本年制发件数\n本年废止件数\n现行有效件数\n"
LABELS = [
    "行政许可",
    "规章",
    "自然人",
    "结果维持",
    "总计",
    "一、本年新收政府信息公开申请数量",
    "2.重复申请",
    "（七）总计",
]
LARGE = 5_000_000  # bytes


@cache
def _split_report() -> tuple[str, str, str]:
    """Return a report page in three parts: up to its first table, its tables, and the rest."""
    _, body = next(pages.make_pages(1))
    before, table, rest = body.decode().partition("<table")
    inner, last, after = rest.rpartition("</table>")
    return before, table + inner + last, after


def make_report(filling: str, *, is_before_tables: bool = False) -> str:
    """Return a report page with a filling in its main text, behind its tables or before them."""
    before, tables, after = _split_report()
    if is_before_tables:
        return before + filling + tables + after
    return before + tables + filling + after


_TEXTS: dict[str, Callable[[], str]] = {
    "tags nested 10,000 deep": lambda: make_report(
        "<div>" * 10_000, is_before_tables=True
    ),
    "tables nested 10,000 deep": lambda: make_report(
        "<table><tr><td>" * 10_000, is_before_tables=True
    ),
    "spans never closed": lambda: make_report("<span>" * 10_000, is_before_tables=True),
    "a table of 1,000 by 200": lambda: make_report(
        "<table>" + ("<tr>" + "<td>1" * 200) * 1000
    ),
    "spans of a hundred million": lambda: make_report(
        "<table>" + "<tr><td rowspan=100000000 colspan=100000000>规章<td>1" * 2000
    ),
    "spans as wide as allowed": lambda: make_report(
        "<table>" + "<tr><td rowspan=999 colspan=200>规章<td rowspan=999>1" * 3000
    ),
    "a hidden cell": lambda: (
        '<table><tr><td style="display:none">x</td><td>政府</td></tr></table>'
    ),
    "one line without spaces": lambda: MARKS + "政府信息公开工作年度报告" * 100_000,
    "one line of digits": lambda: MARKS + "1" * 3_000_000,
    "100,000 short lines": lambda: MARKS + "\n".join(LABELS * 12_500),
    "labels and figures in turn": lambda: MARKS + "\n".join(["规", "章", "0"] * 50_000),
    "labels and digits glued": lambda: (
        MARKS + "".join(label + "12" * 20 for label in LABELS * 4000)
    ),
    "rows of digits": lambda: (
        MARKS + "\n".join(f"属于国家秘密{n * 7919:020}1" for n in range(20_000))
    ),
    "brackets": lambda: MARKS + "（区" * 300_000,
    "glosses": lambda: MARKS + "区(qū)" * 300_000,
    "bars": lambda: MARKS + "|\n" * 300_000 + "| " * 500_000,
    "tabs": lambda: MARKS + "\t" * 2_000_000 + "规章\t" + "0\t" * 100_000,
    "spaces": lambda: MARKS + " " * 3_000_000 + ("规章 " + " " * 100) * 10_000,
    "empty lines": lambda: MARKS + "\n" * 3_000_000,
    "dates": lambda: MARKS + "发布时间：2021年1月1日" * 100_000,
    "section titles": lambda: MARKS + " 一、总体情况 x" * 100_000,
    "half a tag": lambda: make_report("<p " * 250_000),
    "line breaks": lambda: make_report("<br>" * 250_000),
    "null bytes": lambda: MARKS.replace("年", "\0年\0") + "\0" * 1_000_000,
    "chrome": lambda: make_report(
        "".join("<p>" + "【打印】" * 12 + "x</p>" for _ in range(20_000))
    ),
    "cells in five megabytes": lambda: make_report(
        "<table>" + ("<tr>" + "<td>1" * 200) * 1400 + "<!--" + "-" * 3_000_000
    ),
    "word in five megabytes": lambda: make_report(
        "<p class=MsoNormal><span lang=EN-US style='mso'>政府信息公开第1条</span></p>"
        * 60_000
    ),
}


CASES = tuple(_TEXTS)


def make_page(name: str) -> bytes:
    """Return the page of that name."""
    text = _TEXTS[name]()
    return text.encode()[:LARGE]
