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

from nianbao.pipelines import reader
from nianbao.pipelines.reader.regions.table import load_division_table
from nianbao.sample import prose
from nianbao.sample.province import DEFAULT_SEED, Province

LONG, WORDS, YEARS = 3000, 30_000, range(2012, 2026)
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
SAYING = "对{}的{}进行了{}，共{number}次；在{}方面，继续完善有关办法。"
NUMBER = re.compile(r"(?<=\t)\d+")


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was made up."""

    title: str
    agency: str
    region: str
    report_year: int
    published_on: str
    text: str


def make(count: int, seed: int = DEFAULT_SEED) -> Iterator[Made]:
    """Yield documents; equal seeds give equal ones."""
    dice = random.Random(f"{seed}/reports")
    originals, places, words = _originals(seed), _places(), make_words(dice)
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for _ in range(count):
        agency, text = dice.choice(originals)
        region = dice.choice(places)
        year = dice.choice(YEARS)
        name = region[-12:] + dice.choice(BODIES)
        parts = [
            NUMBER.sub(
                lambda found: _number(dice, found[0]), text.replace(agency, name)
            )
        ]
        missing = LONG - len(text)
        while missing > 0:
            parts.append(
                _paragraph(
                    dice,
                    name,
                    region,
                    year,
                    dice.choices(words, cum_weights=weights, k=16),
                )
            )
            missing -= len(parts[-1]) + 1
        published_on = date(year + 1, 1, 1) + timedelta(
            days=int(dice.triangular(0, 364, 25))
        )
        title = f"{name}{year}年政府信息公开工作年度报告"
        yield Made(
            title, name, region, year, published_on.isoformat(), "\n".join(parts)
        )


def _originals(seed: int) -> list[tuple[str, str]]:
    province = Province(seed)
    pages = province.pages(1)
    truths = [truth for truth in province.truths(1) if truth.form in ("g2019", "g2021")]
    return [
        (truth.agency, reader.read(pages[truth.url].body, url=truth.url).text)
        for truth in truths
    ]


def _places() -> list[str]:
    divisions = [
        division
        for named in load_division_table().names.values()
        for division in named
        if division.level != "province"
    ]
    return sorted(
        {
            load_division_table().get_full_name(division, division.last)
            for division in divisions
        }
    )


def make_words(dice: random.Random) -> list[str]:
    characters = [
        bytes((high, low)).decode("gb2312")
        for high in range(0xB0, 0xD7)
        for low in range(0xA1, 0xFF)
    ]
    return [
        "".join(dice.choices(characters, k=dice.choice((2, 2, 2, 3))))
        for _ in range(WORDS)
    ]


def _number(dice: random.Random, printed: str) -> str:
    return (
        printed if dice.random() < 0.8 else str(int(dice.paretovariate(0.6)) % 100_000)
    )


def _paragraph(
    dice: random.Random, agency: str, region: str, year: int, words: list[str]
) -> str:
    facts = prose.Facts(
        agency, region, year, dice.randint(1, 9999), dice.randint(0, 99), 0, 0
    )
    own = dice.choice((prose.write_overview, prose.write_problems, prose.write_others))(
        dice, facts
    )
    said = (
        SAYING.format(*words[at : at + 4], number=dice.randint(1, 99))
        for at in range(0, len(words), 4)
    )
    return dice.choice(own) + "".join(said)


def main() -> None:
    """Print one."""
    print(next(make(1)).text)


if __name__ == "__main__":
    main()
