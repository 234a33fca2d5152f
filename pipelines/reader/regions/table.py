"""The table of divisions: every division from 2003 on by year, and the townships of 2015 to 2026.

`regions.tsv.zst` is made by tools/build_regions.py; NOTICE.txt says of what. A *unit* is a
division through its renamings and new codes (沙县 350427 → 沙县区 350405 is one unit); a
:class:`Division` is a unit in a span of years in which nothing about it changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import zstandard

FIRST_YEAR, LAST_YEAR = 2003, 2026
# Years of the nine lists of the statistics bureau and of the civil affairs ministry's snapshot,
# by bit.
TOWNSHIP_YEARS = (2015, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2026)

_TABLE = Path(__file__).with_name("regions.tsv.zst")
_LEVELS: dict[str, Literal["province", "prefecture", "county"]] = {
    "P": "province",
    "C": "prefecture",
    "D": "county",
}
_LONGEST = 1 << 24  # bytes; the table has 1.8 million


@dataclass(frozen=True, slots=True)
class Division:
    """A division of county level or above in the years `first` to `last`; `prefecture` is a
    code or empty.
    """

    unit: int
    level: Literal["province", "prefecture", "county"]
    code: str
    name: str
    prefecture: str
    first: int
    last: int

    def covers(self, year: int) -> bool:
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Township:
    """A township with the nine-digit code it had in the lists named by the bits of `seen`."""

    name: str
    unit: int  # of the county, or of a prefecture without counties
    code: str
    seen: int

    def listed(self, year: int) -> bool | None:
        """Tell whether it existed in a year by the lists before and after it; None when they
        disagree.
        """
        before = max(
            (bit for bit, of in enumerate(TOWNSHIP_YEARS) if of <= year), default=0
        )
        after = min(
            (bit for bit, of in enumerate(TOWNSHIP_YEARS) if of >= year),
            default=len(TOWNSHIP_YEARS) - 1,
        )
        here, there = bool(self.seen >> before & 1), bool(self.seen >> after & 1)
        return here if here == there else None


class Table:
    """Divisions by name, by code and by unit; townships by name."""

    def __init__(self, text: str) -> None:
        start = text.index("\nT\t") + 1
        self.names: dict[str, list[Division]] = defaultdict(list)
        self.shorts: dict[str, list[Division]] = defaultdict(
            list
        )  # 平顶山 for 平顶山市: only before another name
        self.codes: dict[str, list[Division]] = defaultdict(list)
        self.units: dict[int, list[Division]] = defaultdict(list)
        self._lines = text[start:].splitlines()
        for line in text[: start - 1].splitlines():
            self._add(line)

    def _add(self, line: str) -> None:
        kind, unit, code, name, alias, short, *rest = line.split("\t")
        prefecture, first, last = rest if rest else ("", FIRST_YEAR, LAST_YEAR)
        division = Division(
            int(unit), _LEVELS[kind], code, name, prefecture, int(first), int(last)
        )
        self.names[name].append(division)
        if alias:
            self.names[alias].append(division)
        if short:
            self.shorts[short].append(division)
        self.codes[code].append(division)
        self.units[division.unit].append(division)

    def at(self, unit: int, year: int) -> Division | None:
        """Return a unit as it was at the end of a year, None when it did not exist."""
        return next(
            (division for division in self.units[unit] if division.covers(year)), None
        )

    def nearest(self, unit: int, year: int) -> Division:
        """Return a unit as it was in a year, or in the nearest year in which it existed."""
        return min(
            self.units[unit],
            key=lambda d: (max(d.first - year, year - d.last, 0), d.first),
        )

    def above(self, division: Division, year: int) -> tuple[Division | None, Division]:
        """Return (prefecture, province) of a division; the prefecture as it was in a year."""
        province = (
            division
            if division.level == "province"
            else self.codes[f"{division.code[:2]}0000"][0]
        )
        if division.level == "prefecture":
            return division, province
        over = self.codes.get(division.prefecture, ()) if division.prefecture else ()
        year = min(max(year, division.first), division.last)
        return next(
            (prefecture for prefecture in over if prefecture.covers(year)), None
        ), province

    def full_name(self, division: Division, year: int) -> str:
        """Return a division's name with those of its prefecture and province in front."""
        prefecture, province = self.above(division, year)
        parts = [province, prefecture, division]
        return "".join(
            part.name for n, part in enumerate(parts) if part and part not in parts[:n]
        )

    def townships(self, name: str) -> Iterator[Township]:
        """Yield the townships of a name; 三合乡 gives 三合满族乡 too."""
        wanted = f"T\t{name}\t"
        place = bisect_left(self._lines, wanted)
        if place == len(self._lines) or not self._lines[place].startswith(wanted):
            return
        for record in self._lines[place][len(wanted) :].split(" "):
            if record.startswith("="):
                yield from self.townships(record[1:])
            else:
                unit, code, seen = record.split(".")
                yield Township(name, int(unit), code, int(seen, 16))


@cache
def table() -> Table:
    """Return the table, read at the first call."""
    packed = _TABLE.read_bytes()
    return Table(
        zstandard.ZstdDecompressor()
        .decompress(packed, max_output_size=_LONGEST)
        .decode("utf-8")
    )
