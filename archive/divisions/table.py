"""The table of divisions: every division from 2003 on by year, the townships of 2015 to 2026.

`regions.tsv.zst` is made by tools/build_regions.py; NOTICE.txt says of what.
`customary_names.tsv` has the short names that no list has, 阿右旗 for 阿拉善右旗. A *unit* is a
division through its renamings and new codes: 沙县 350427 and 沙县区 350405 are one unit. A
:class:`Division` is a unit in a span of years in which nothing about it changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, TypeAlias

import zstandard

FIRST_YEAR = 2003
LAST_YEAR = 2026
# The years of the nine lists of the statistics bureau, and of the civil affairs ministry's
# snapshot. A bit of `Township.list_bits` stands for one of these lists.
TOWNSHIP_YEARS = (2015, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2026)

DivisionLevel: TypeAlias = Literal["province", "prefecture", "county"]

_TABLE_FILE = Path(__file__).with_name("regions.tsv.zst")
_CUSTOMARY_FILE = Path(__file__).with_name("customary_names.tsv")
_MOST_BYTES = 1 << 24  # the table has 1.8 million
_LEVELS: dict[str, DivisionLevel] = {"P": "province", "C": "prefecture", "D": "county"}
_COUNTY_SUFFIXES = (
    re.compile(r"(?<=..)[县市区旗]$"),
    re.compile(r"(?<=..)(?:自治[县旗]|林区|特区|新区|矿区)$"),
)
_LAST_LIST = len(TOWNSHIP_YEARS) - 1


@dataclass(frozen=True, slots=True)
class Division:
    """A division of county level or above in the years `first` to `last`."""

    unit: int
    level: DivisionLevel
    code: str
    name: str
    prefecture: str  # a code; empty when it stands directly under the province
    first: int
    last: int

    def covers(self, year: int) -> bool:
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Township:
    """A township with the nine-digit code that it has in some of the lists."""

    name: str
    unit: int  # of the county, or of a prefecture without counties
    code: str
    list_bits: int  # which of the lists have it

    def is_listed(self, year: int) -> bool | None:
        """Tell whether it existed in a year, by the lists before and after that year.

        Returns None when these two lists disagree.
        """
        list_before = 0
        list_after = _LAST_LIST
        for number, list_year in enumerate(TOWNSHIP_YEARS):
            if list_year <= year:
                list_before = number
            if list_year >= year:
                list_after = number
                break
        is_before = self._is_in_list(list_before)
        if is_before != self._is_in_list(list_after):
            return None
        return is_before

    def _is_in_list(self, number: int) -> bool:
        return bool(self.list_bits >> number & 1)


class DivisionTable:
    """Divisions by name, by code and by unit; townships by name."""

    def __init__(self, text: str) -> None:
        self.names: dict[str, list[Division]] = defaultdict(list)
        # 平顶山 for 平顶山市: read only before another name.
        self.short_names: dict[str, list[Division]] = defaultdict(list)
        # 滕州 for 滕州市, 上高 for 上高县: read only where more speaks for them.
        self.county_stems: dict[str, list[Division]] = defaultdict(list)
        self.codes: dict[str, list[Division]] = defaultdict(list)
        self.units: dict[int, list[Division]] = defaultdict(list)
        townships_start = text.index("\nT\t") + 1
        for line in text[: townships_start - 1].splitlines():
            self._add_division(line)
        # Sorted by name. They are parsed when they are asked for: there are 36,444 names.
        self._township_lines = text[townships_start:].splitlines()

    def _add_division(self, line: str) -> None:
        kind, unit, code, name, alias, short_name, *span = line.split("\t")
        prefecture = ""
        first = FIRST_YEAR
        last = LAST_YEAR
        if span:
            prefecture = span[0]
            first = int(span[1])
            last = int(span[2])
        division = Division(
            unit=int(unit),
            level=_LEVELS[kind],
            code=code,
            name=name,
            prefecture=prefecture,
            first=first,
            last=last,
        )
        self.names[name].append(division)
        for other_name in _list_aliases(name, alias):
            self.names[other_name].append(division)
        if short_name:
            self.short_names[short_name].append(division)
        if division.level == "county":
            for stem in _list_stems(alias or name):
                self.county_stems[stem].append(division)
        self.codes[code].append(division)
        self.units[division.unit].append(division)

    def add_customary_names(self, text: str) -> None:
        """Add the lines of short and full names; a short one can stand for two divisions."""
        for line in text.splitlines():
            short_name, full_name = line.split("\t")
            self.names[short_name].extend(self.names[full_name])

    def find_unit(self, unit: int, year: int) -> Division | None:
        """Return a unit as it was at the end of a year, None when it did not exist."""
        return _find_in_year(self.units[unit], year)

    def find_nearest_unit(self, unit: int, year: int) -> Division:
        """Return a unit as it was in a year, or in the nearest year in which it existed."""

        def measure_distance(division: Division) -> tuple[int, int]:
            years = max(division.first - year, year - division.last, 0)
            return years, division.first

        return min(self.units[unit], key=measure_distance)

    def find_parents(
        self, division: Division, year: int
    ) -> tuple[Division | None, Division]:
        """Return (prefecture, province) of a division; the prefecture as it was in a year."""
        if division.level == "province":
            province = division
        else:
            province = self.codes[f"{division.code[:2]}0000"][0]
        if division.level == "prefecture":
            return division, province
        if not division.prefecture:
            return None, province
        prefectures = self.codes.get(division.prefecture, [])
        nearest_year = min(max(year, division.first), division.last)
        return _find_in_year(prefectures, nearest_year), province

    def get_full_name(self, division: Division, year: int) -> str:
        """Return a division's name with those of its province and prefecture in front."""
        prefecture, province = self.find_parents(division, year)
        full_name = province.name
        if prefecture is not None:
            full_name += prefecture.name
        if division not in (province, prefecture):
            full_name += division.name
        return full_name

    def iterate_townships(self, name: str) -> Iterator[Township]:
        """Yield the townships of a name; 三合乡 gives 三合满族乡 too."""
        start = f"T\t{name}\t"
        position = bisect_left(self._township_lines, start)
        if position == len(self._township_lines):
            return
        line = self._township_lines[position]
        if not line.startswith(start):
            return
        for record in line.removeprefix(start).split(" "):
            if record.startswith("="):
                yield from self.iterate_townships(record[1:])
            else:
                yield _parse_township(name, record)

    def list_townships(self, units: Collection[int]) -> dict[int, list[Township]]:
        """Return the townships of some units by unit, in the order of their codes.

        One that got another code is there once, with its latest code and all its lists.
        """
        return {unit: self._list_unit_townships(str(unit)) for unit in units}

    def _list_unit_townships(self, unit: str) -> list[Township]:
        by_name: dict[str, Township] = {}
        for position in self._positions_by_unit.get(unit, ()):
            _, name, records = self._township_lines[position].split("\t")
            for record in records.split(" "):
                if record.startswith(f"{unit}."):
                    township = _parse_township(name, record)
                    by_name[name] = join_townships(by_name.get(name), township)
        return sorted(by_name.values(), key=lambda one: (one.code, one.name))

    @cached_property
    def _positions_by_unit(self) -> dict[str, list[int]]:
        """Where the lines with townships of each unit stand."""
        positions: dict[str, list[int]] = defaultdict(list)
        for position, line in enumerate(self._township_lines):
            units = {
                record.partition(".")[0] for record in line.split("\t")[2].split(" ")
            }
            for unit in units:
                positions[unit].append(position)
        return positions


def join_townships(one: Township | None, other: Township) -> Township:
    """Return a township with the lists of two records of it, and the later code."""
    if one is None:
        return other
    latest = max(one, other, key=lambda township: township.list_bits)
    return replace(latest, list_bits=one.list_bits | other.list_bits)


def _parse_township(name: str, record: str) -> Township:
    unit, code, list_bits = record.split(".")
    return Township(name, int(unit), code, int(list_bits, 16))


def _list_stems(name: str) -> set[str]:
    """Return a county's name without its kind: 上高, 西林 of 西林区, 神农架 of 神农架林区."""
    stems = {suffix.sub("", name) for suffix in _COUNTY_SUFFIXES}
    return stems - {name}


def _list_aliases(name: str, alias: str) -> list[str]:
    """Return the shorter forms of a name: 湘西州 and 湘西自治州."""
    if not alias:
        return []
    if "自治" in name and "自治" not in alias:
        return [alias, f"{alias[:-1]}自治{alias[-1]}"]
    return [alias]


def _find_in_year(divisions: list[Division], year: int) -> Division | None:
    for division in divisions:
        if division.covers(year):
            return division
    return None


@cache
def load_division_table() -> DivisionTable:
    """Return the table; it is read at the first call."""
    decompressor = zstandard.ZstdDecompressor()
    content = decompressor.decompress(
        _TABLE_FILE.read_bytes(), max_output_size=_MOST_BYTES
    )
    table = DivisionTable(content.decode("utf-8"))
    table.add_customary_names(_CUSTOMARY_FILE.read_text(encoding="utf-8"))
    return table
