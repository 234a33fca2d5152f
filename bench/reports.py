"""Texts of report-like documents by the hundred thousand: what the sample's reports say, varied.

Each is one of the sample province's reports, as the reader gives its text, under the name of
another place, with other numbers here and there, and filled up with prose to about 3,000
characters. The filling draws on 30,000 invented words, a few of which are frequent and most
rare, as words are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from bench.pages import read_truths
from nianbao.archive.divisions.table import load_division_table
from nianbao.pipelines import reader
from nianbao.sample import prose
from nianbao.sample.province import DEFAULT_SEED, Province

LENGTH = 3000  # characters
WORDS = 30_000
YEARS = range(2012, 2026)
BODIES = (
    "人民政府",
    "财政局",
    "教育局",
    "自然资源局",
    "水利局",
    "民政局",
    "卫生健康委员会",
    "市场监督管理局",
    "公安局",
)
SENTENCE = "对{}的{}进行了{}，共{number}次；在{}方面，继续完善有关办法。"
NUMBER = re.compile(r"(?<=\t)\d+")


@dataclass(frozen=True, slots=True)
class InventedReport:
    """A document that was made up."""

    title: str
    agency: str
    region: str
    report_year: int
    published_on: str
    text: str


def make_reports(count: int, seed: int = DEFAULT_SEED) -> Iterator[InventedReport]:
    """Yield documents; equal seeds give equal ones."""
    dice = random.Random(f"{seed}/reports")
    originals = _read_originals(seed)
    regions = _list_regions()
    words = make_words(dice)
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for _ in range(count):
        original_name, original_text = dice.choice(originals)
        region = dice.choice(regions)
        year = dice.choice(YEARS)
        agency = region[-12:] + dice.choice(BODIES)
        text = original_text.replace(original_name, agency)
        parts = [_change_numbers(dice, text)]
        missing = LENGTH - len(original_text)
        while missing > 0:
            own_words = dice.choices(words, cum_weights=weights, k=16)
            paragraph = _write_paragraph(dice, agency, region, year, own_words)
            parts.append(paragraph)
            missing -= len(paragraph) + 1
        days = int(dice.triangular(0, 364, 25))
        published_on = date(year + 1, 1, 1) + timedelta(days=days)
        yield InventedReport(
            title=f"{agency}{year}年政府信息公开工作年度报告",
            agency=agency,
            region=region,
            report_year=year,
            published_on=published_on.isoformat(),
            text="\n".join(parts),
        )


def _read_originals(seed: int) -> list[tuple[str, str]]:
    """Return agency and text of the sample's reports."""
    province = Province(seed)
    pages = province.pages(1)
    originals: list[tuple[str, str]] = []
    for truth in read_truths(province):
        if truth.agency and truth.form in ("g2019", "g2021"):
            reading = reader.read(pages[truth.url].body, url=truth.url)
            originals.append((truth.agency, reading.text))
    return originals


def _list_regions() -> list[str]:
    """Return the full names of all divisions below the provinces, sorted."""
    table = load_division_table()
    regions: set[str] = set()
    for divisions in table.names.values():
        for division in divisions:
            if division.level != "province":
                regions.add(table.get_full_name(division, division.last))
    return sorted(regions)


def make_words(dice: random.Random) -> list[str]:
    """Return invented words of two or three characters."""
    characters: list[str] = []
    for high in range(0xB0, 0xD7):
        for low in range(0xA1, 0xFF):
            characters.append(bytes((high, low)).decode("gb2312"))
    words: list[str] = []
    for _ in range(WORDS):
        length = dice.choice((2, 2, 2, 3))
        words.append("".join(dice.choices(characters, k=length)))
    return words


def _change_numbers(dice: random.Random, text: str) -> str:
    """Return a text with another number in one cell of five."""

    def change_number(match: re.Match[str]) -> str:
        if dice.random() < 0.8:
            return match[0]
        return str(int(dice.paretovariate(0.6)) % 100_000)

    return NUMBER.sub(change_number, text)


def _write_paragraph(
    dice: random.Random, agency: str, region: str, year: int, words: list[str]
) -> str:
    """Return a paragraph of the sample's prose with sentences of invented words."""
    facts = prose.Facts(
        agency, region, year, dice.randint(1, 9999), dice.randint(0, 99), 0, 0
    )
    write_section = dice.choice(
        (prose.write_overview, prose.write_problems, prose.write_others)
    )
    paragraph = dice.choice(write_section(dice, facts))
    for start in range(0, len(words), 4):
        some_words = words[start : start + 4]
        paragraph += SENTENCE.format(*some_words, number=dice.randint(1, 99))
    return paragraph
