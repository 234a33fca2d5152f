"""Titles of rows: how lists name a report, and other documents beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from nianbao.sample.country.answers import Row

COUNTIES = [
    "青石",
    "柳河",
    "长岭",
    "白沙",
    "安澜",
    "石桥",
    "云梦泽",
    "双溪",
    "龙潭",
    "大安",
    "南浦",
    "平岗",
]
BODIES = [
    "人民政府",
    "审计局",
    "市场监督管理局",
    "工商行政管理局",
    "财政局",
    "统计局",
    "司法局",
    "教育局",
    "卫生健康局",
    "法治办公室",
    "应急管理局",
    "水务局",
    "柳河镇人民政府",
    "城关街道办事处",
    "白塔乡人民政府",
    "国有资产监督管理局",
    "公共资源交易监督管理局",
    "人民政府办公室",
    "档案局",
    "通信管理局",
]
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
OTHER_NUMERALS = str.maketrans("0123456789", "○一二三四五六七八九")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SIMPLE_TO_TRADITIONAL = str.maketrans("开报县镇务审计财应办", "開報縣鎮務審計財應辦")
LONGEST_CUT = 16


@dataclass(frozen=True)
class Report:
    """A report: its body and year."""

    body: str
    year: int

    @property
    def title(self) -> str:
        return f"{self.body}{self.year}年政府信息公开工作年度报告"


Titling = Callable[[Report], tuple[str, str | None]]


def _print_whole(report: Report) -> tuple[str, str | None]:
    return report.title, report.title


def _print_text_only(report: Report) -> tuple[str, str | None]:
    return report.title, None


def _print_short(report: Report) -> tuple[str, str | None]:
    return f"{report.body}{report.year}年政府信息公开年报", None


def _print_year_last(report: Report) -> tuple[str, str | None]:
    return f"{report.body}政府信息公开工作年度报告（{report.year}年度）", None


def _print_with_mark(report: Report) -> tuple[str, str | None]:
    return f"【年报】{report.body}{report.year}年度政府信息公开工作报告", None


def _print_numerals(report: Report) -> tuple[str, str | None]:
    year = str(report.year).translate(NUMERALS)
    return f"{report.body}{year}年政府信息公开工作年度报告", None


def _print_round_numerals(report: Report) -> tuple[str, str | None]:
    year = str(report.year).translate(OTHER_NUMERALS)
    return f"{report.body}{year}年度政府信息公开工作年度报告", None


def _print_wide_numerals(report: Report) -> tuple[str, str | None]:
    year = str(report.year).translate(WIDE)
    return f"{report.body}{year}年政府信息公开年度报告", None


def _print_traditional(report: Report) -> tuple[str, str | None]:
    return report.title.translate(SIMPLE_TO_TRADITIONAL), None


def _print_cut(report: Report) -> tuple[str, str | None]:
    return f"{report.title[:LONGEST_CUT]}…", report.title


def _print_cut_dots(report: Report) -> tuple[str, str | None]:
    return f"{report.title[:LONGEST_CUT]}...", report.title


def _print_cut_only(report: Report) -> tuple[str, str | None]:
    return f"{report.title[:LONGEST_CUT]}…", None


def _print_click_prompt(report: Report) -> tuple[str, str | None]:
    return report.title, "点击查看"


def _print_spaced(report: Report) -> tuple[str, str | None]:
    return f"{report.body}&nbsp;{report.year} 年&nbsp;政府信息公开 工作年度报告", None


def _print_year(report: Report) -> tuple[str, str | None]:
    return f"{report.year}年", None


def _print_year_of(report: Report) -> tuple[str, str | None]:
    return f"{report.year}年度", f"{report.year}年度"


def _print_body(report: Report) -> tuple[str, str | None]:
    return report.body, None


def _print_without_year(report: Report) -> tuple[str, str | None]:
    return f"{report.body}政府信息公开工作年度报告", None


def _print_year_and_word(report: Report) -> tuple[str, str | None]:
    return f"{report.year}年年报", None


TITLINGS: dict[str, Titling] = {
    "whole": _print_whole,
    "text-only": _print_text_only,
    "short": _print_short,
    "year-last": _print_year_last,
    "with-mark": _print_with_mark,
    "numerals": _print_numerals,
    "round-numerals": _print_round_numerals,
    "wide-numerals": _print_wide_numerals,
    "traditional": _print_traditional,
    "cut": _print_cut,
    "cut-dots": _print_cut_dots,
    "cut-only": _print_cut_only,
    "click-prompt": _print_click_prompt,
    "spaced": _print_spaced,
    "year": _print_year,
    "year-of": _print_year_of,
    "body": _print_body,
    "without-year": _print_without_year,
    "year-and-word": _print_year_and_word,
}
OTHER_DOCUMENTS = (
    "政府信息公开指南",
    "政府信息公开目录",
    "依申请公开办理流程",
    "关于做好{year}年政府信息公开年报编制工作的通知",
    "{year}年政府信息公开年报图解",
    "{year}年法治政府建设年度报告",
    "{year}年部门决算公开说明",
)


def make_reports(random: Random, titling: str, count: int) -> list[Report]:
    """Return distinct reports: of one body where its rows are years, of one year for bodies."""
    county = f"{random.choice(COUNTIES)}县"
    first_year = random.randint(2012, 2024 - count)
    bodies = random.sample(BODIES, count)
    reports = []
    for number, body in enumerate(bodies):
        year = first_year + number
        if titling.startswith("year"):
            body = bodies[0]
        elif titling in ("body", "without-year"):
            year = first_year
        reports.append(Report(county + body, year))
    random.shuffle(reports)
    return reports


def make_row(report: Report, titling: str, link: str, date: str) -> Row:
    """Return the row of a report."""
    text, title = TITLINGS[titling](report)
    return Row(link, text, report.title, date, title)


def make_other_row(random: Random, number: int, link: str) -> Row:
    """Return the row of another document."""
    words = random.choice(OTHER_DOCUMENTS).format(year=2015 + number)
    return Row(link, words, words, f"{2016 + number}-03-04")
