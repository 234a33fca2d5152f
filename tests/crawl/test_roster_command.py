"""`nianbao roster`, and what `show` says of a report that is missing."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from nianbao.archive import Archive
from tests.archive.test_missing_reports import BODIES, publish_years
from tests.archive.test_roster import GAP, CountyCrawl
from tests.conftest import Crawl
from tests.crawl.commands import nianbao


@pytest.fixture
def archive(crawl: Crawl, tmp_path: Path) -> Path:
    CountyCrawl(crawl).run(GAP)
    return tmp_path / "archive.db"


def test_towns_without_a_report_and_those_that_never_had_one(archive: Path) -> None:
    question = ("roster", "--region", "上高县", "--year", "2021", "--archive", archive)
    printed = nianbao(*question, "--level", "township")
    assert "Reports on 2021, as of 2024-07-01" in printed
    assert ["township", "7", "1", "8"] in [
        line.split() for line in printed.splitlines()
    ]
    before, _, never = printed.partition("No report on any year (8)")
    assert "锦江镇人民政府  missing: it has 2022" in before
    assert "墨山乡人民政府" in never
    assert "墨山乡人民政府" not in before
    rows = json.loads(nianbao(*question, "--json"))
    assert Counter(row["state"] for row in rows) == {
        "published": 7,
        "missing": 1,
        "never_seen": 9,
    }
    seldom = nianbao(*question, "--state", "missing")
    assert "锦江镇人民政府" in seldom
    assert "墨山乡" not in seldom


def test_the_last_year_that_was_due_goes_without_saying(archive: Path) -> None:
    assert "Reports on 2023, as of" in nianbao("roster", "--archive", archive)


def test_a_region_that_there_is_not(archive: Path) -> None:
    printed = nianbao("roster", "--region", "没有县", "--archive", archive, code=2)
    assert "没有县" in printed


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "锦江镇人民政府",
            "missing: it has 2022; 7 of 15 siblings have it; shanggao was",
        ),
        ("上高县墨山乡人民政府", "never seen: it has no report on any year; 7 of 15"),
    ],
)
def test_show_says_that_a_report_is_missing(
    archive: Path, name: str, sentence: str
) -> None:
    printed = nianbao("show", name, "2021", "--archive", archive, code=1)
    assert sentence in " ".join(printed.split())


def test_show_names_the_siblings(crawl: Crawl, tmp_path: Path) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2019, 2020, 2021)
    publish_years(crawl, "水利局", 2019, 2021)
    path = tmp_path / "archive.db"
    printed = nianbao("show", "西霞县水利局", "2020", "--archive", path, code=1)
    assert "3 of 3 siblings have: 西霞县教育局, 西霞县民政局, 西霞县财政局" in printed


def test_status_counts_the_bodies_of_a_region(archive: Path) -> None:
    path = ("--archive", archive)
    printed = nianbao("status", "--region", "上高县", *path)
    assert "must publish on 2023, as of 2024-07-01: 8 missing, 9 never seen" in printed
    found = json.loads(nianbao("status", "--region", "上高县", *path, "--json"))
    assert found["roster"]["report_year"] == 2023
    assert found["roster"]["states"]["never_seen"] == 9
    assert json.loads(nianbao("status", *path, "--json"))["roster"] is None


def test_the_roster_is_exported(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "panel"
    chosen = ("--year", "2021", "--region", "上高县", "--archive", archive)
    nianbao("export", "csv", out, *chosen)
    with (out / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    with Archive(archive) as opened:
        rows = list(opened.roster(year=2021, region="上高县"))
        frame = opened.frame("roster", year=2021, region="上高县")
    assert [line["agency"] for line in lines] == [row.agency for row in rows]
    assert [line["state"] for line in lines] == frame["state"].tolist()
    assert {line["state"] for line in lines} == {"published", "missing", "never_seen"}
