"""`nianbao assign`: a report gets its place, two bodies become one, with everything that follows."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from nianbao.archive import Archive
from nianbao.archive.read_model.agencies import find_agencies
from nianbao.archive.read_model.overviews.agency_history import select_agency_history
from nianbao.crawler.commands import cli
from nianbao.crawler.progress import Bar
from tests.crawl.commands import nianbao
from tests.crawl.small_site import Page, Small, small
from tests.crawl.test_troubles import REPORT

REGION = "样例省西霞县"
WHY = ("--reason", "its seal")


@dataclass
class BodyPage(Page):
    """A report of a body; of none, it says nowhere whose it is."""

    agency: str = ""
    number: int = 1

    @property
    def path(self) -> str:
        return f"/nb/{self.year + 1}01/t{self.year + 1}0120_{self.number}.html"

    @property
    def title(self) -> str:
        return f"{self.agency}{self.year}年政府信息公开工作年度报告"

    def body(self) -> bytes:
        page = REPORT.format(title=self.title, text=self.text)
        page = page.replace("来源:西霞县青石镇", "").replace("2021年", f"{self.year}年")
        page = page.replace("本报告由西霞县青石镇人民政府编制。", "")
        return page.replace("西霞县青石镇人民政府", self.agency).encode()


@dataclass
class Place:
    """The site and its archive."""

    site: Small

    def url(self, page: Page) -> str:
        return f"http://small.localhost:{self.site.port}{page.path}"

    def assign(self, *arguments: object, code: int = 0) -> str:
        return nianbao("assign", *arguments, "--archive", self.site.archive, code=code)

    def decide(self, *arguments: object) -> dict[str, Any]:
        """Decide; return what the command says."""
        output = self.assign(*arguments, *WHY, "--json")
        result: dict[str, Any]
        result, _ = json.JSONDecoder().raw_decode(output)  # standard error follows
        return result

    def verify(self) -> None:
        nianbao("verify", "--archive", self.site.archive)

    def reports(self) -> list[tuple[str, str, str]]:
        return exported(self.site.archive)

    def last_change(self) -> int:
        with Archive(self.site.archive) as archive:
            return max(change.id for change in archive.changes())

    def kinds(self, since: int) -> set[str]:
        with Archive(self.site.archive) as archive:
            return {change.kind for change in archive.changes(since)}


def exported(archive: Path) -> list[tuple[str, str, str]]:
    """Return agency, region and year of the reports that an export has."""
    folder = archive.with_suffix(".csv")
    shutil.rmtree(folder, ignore_errors=True)
    nianbao("export", "csv", folder, "--archive", archive)
    with (folder / "reports.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (row["agency"], row["region"], row["report_year"])
            for row in csv.DictReader(file)
        ]
    return sorted(rows)


NAMELESS = BodyPage(2021, "2022-01-20")
FORMER = BodyPage(2018, "2019-01-20", agency="西霞县教育局", number=2)
PRESENT = BodyPage(2020, "2021-01-20", agency="西霞县教育和体育局", number=3)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with small(tmp_path, [NAMELESS, FORMER, PRESENT]) as site:
        file = tmp_path / "sites" / "small.yml"
        text = file.read_text("utf-8").replace(
            "region: null", f"region: {{name: {REGION}, code: '999901'}}"
        )
        file.write_text(text, "utf-8")
        site.crawl()
        yield Place(site)


def test_a_report_without_a_body_gets_its_place_and_loses_it(place: Place) -> None:
    before = place.reports()
    assert ("西霞县教育局", REGION, "2021") not in before
    cursor = place.last_change()
    result = place.decide(place.url(NAMELESS), "--agency", "西霞县教育局")
    assert result["ok"]
    assert result["versions"] == [
        {
            "url": place.url(NAMELESS),
            "version": 1,
            "agency": "西霞县教育局",
            "region": REGION,
            "report_year": 2021,
        }
    ]
    assert ("西霞县教育局", REGION, "2021") in place.reports()
    kinds = place.kinds(cursor)
    assert {"reread", "report_reread"} <= kinds
    assert not kinds & {"new", "changed", "report_new", "report_changed", "replaced"}
    assert "西霞县教育局" in nianbao(
        "show", "西霞县教育局", 2021, "--archive", place.site.archive
    )
    again = place.assign(place.url(NAMELESS), "--agency", "西霞县教育局", *WHY)
    assert "decided so already" in again
    # what was decided about the agency stays when the year is decided
    result = place.decide(place.url(NAMELESS), "--year", 2019)
    assert result["versions"][0]["agency"] == "西霞县教育局"
    assert ("西霞县教育局", REGION, "2019") in place.reports()
    cursor = place.last_change()
    result = place.decide(place.url(NAMELESS), "--undo")
    assert place.reports() == before
    place.verify()
    kinds = place.kinds(cursor)
    assert {"reread", "report_reread"} <= kinds
    assert not kinds & {"new", "changed", "report_new", "report_changed", "replaced"}
    assert "nothing is decided" in place.assign(
        place.url(NAMELESS), "--undo", *WHY, code=1
    )
    lines = json.loads(place.assign("--list", "--json"))
    assert [line["status"] for line in lines] == ["replaced", "replaced", "takes back"]
    assert {line["reason"] for line in lines} == {"its seal"}
    # the next crawl has nothing to tell
    cursor = place.last_change()
    place.site.crawl()
    assert place.kinds(cursor) == set() or place.last_change() == cursor


def test_a_version_and_what_stands_there_later(place: Place) -> None:
    url = place.url(NAMELESS)
    other = "".join(f"第{number}项工作已于{number + 2}日办结。" for number in range(90))
    place.site.pages[0] = BodyPage(2021, "2022-01-20", text=other)
    place.site.crawl()
    refusal = place.assign(url, "--agency", "西霞县卫生健康局", *WHY, code=1)
    assert "several reports" in refusal
    assert "version 2, 20" in refusal
    result = place.decide(url, "--version", 1, "--agency", "西霞县教育局")
    assert [line["version"] for line in result["versions"]] == [1]
    name = ("--agency", "西霞县卫生健康局")
    result = place.decide(url, "--version", 2, *name, "--later")
    assert [line["agency"] for line in result["versions"]][1] == name[1]
    place.site.pages[0] = BodyPage(2021, "2022-01-20", text=f"{other}另有补充。")
    place.site.crawl()
    result = place.decide(url, "--version", 2, "--only", "--year", 2019)
    assert [line["version"] for line in result["versions"]] == [2]
    with sqlite3.connect(place.site.archive) as db:
        query = """
            SELECT versions.number, agencies.name, report_year FROM readings
            JOIN versions ON versions.id = readings.version_id
            JOIN documents ON documents.id = versions.document_id
            JOIN agencies ON agencies.id = readings.agency_id
            WHERE documents.url = ? ORDER BY 1
        """
        rows = db.execute(query, [url]).fetchall()
    db.close()
    assert rows == [(1, "西霞县教育局", 2021), (2, name[1], 2019), (3, name[1], 2021)]


def test_a_decision_that_was_cut_off_is_gone_on_with(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One version of the page was read again, the other one not: of two years for a time."""
    other = "".join(f"第{number}项工作已于{number + 2}日办结。" for number in range(90))
    place.site.pages[1] = BodyPage(**{**vars(FORMER), "text": other})
    place.site.crawl()

    class CutBar(Bar):
        def update(self, finished: int, total: int) -> None:
            if finished and total > 1:
                raise KeyboardInterrupt

    words = ["assign", place.url(FORMER), "--year", "2003", *WHY]
    with monkeypatch.context() as patch:
        patch.setattr("nianbao.crawler.commands.assign.Bar", CutBar)
        with pytest.raises((KeyboardInterrupt, click.Abort)):
            cli.main(
                [*words, "--archive", str(place.site.archive)], standalone_mode=False
            )
    result = place.decide(place.url(FORMER), "--year", 2003)
    assert result["decisions"] == []
    with sqlite3.connect(place.site.archive) as db:
        query = """
            SELECT report_year FROM readings JOIN versions ON versions.id = version_id
            JOIN documents ON documents.id = document_id WHERE documents.url = ?
        """
        rows = db.execute(query, [place.url(FORMER)]).fetchall()
    db.close()
    assert rows == [(2003,), (2003,)]


def test_two_bodies_become_one(place: Place) -> None:
    assert place.reports()[-2:] == [
        ("西霞县教育和体育局", REGION, "2020"),
        ("西霞县教育局", REGION, "2018"),
    ]
    cursor = place.last_change()
    names = ("--body", "西霞县教育局", "--same-as", "西霞县教育和体育局")
    result = place.decide(*names)
    assert result["bodies"] == [
        {
            "agency": "西霞县教育和体育局",
            "region": REGION,
            "years": [2018, 2020],
            "printed_names": [
                {"name": "西霞县教育局", "first_year": 2018, "last_year": 2018},
                {"name": "西霞县教育和体育局", "first_year": 2020, "last_year": 2020},
            ],
        }
    ]
    place.verify()
    kinds = place.kinds(cursor)
    assert {"reread", "report_reread"} <= kinds
    assert not kinds & {"new", "changed", "report_new", "report_changed", "vanished"}
    assert "decided so already" in place.assign(*names, *WHY)
    shown = nianbao("show", "西霞县教育局", 2018, "--archive", place.site.archive)
    assert "西霞县教育和体育局" in shown
    circle = ("--body", "西霞县教育和体育局", "--same-as", "西霞县教育局")
    assert "in a circle" in place.assign(*circle, *WHY, code=1)
    place.decide("--body", "西霞县教育局", "--undo")
    assert place.reports()[-2:] == [
        ("西霞县教育和体育局", REGION, "2020"),
        ("西霞县教育局", REGION, "2018"),
    ]


def test_two_bodies_that_have_a_report_on_one_year(place: Place) -> None:
    place.decide(place.url(NAMELESS), "--agency", "西霞县教育局", "--year", "2020")
    names = ("--body", "西霞县教育局", "--same-as", "西霞县教育和体育局")
    assert "both have a report on 2020" in place.assign(*names, *WHY, code=1)
    result = place.decide(*names, "--shared-years")
    assert result["bodies"][0]["years"] == [2018, 2020]


def test_what_cannot_be_decided(place: Place) -> None:
    url = place.url(NAMELESS)
    body = ("--body", "西霞县教育局")
    for arguments, code, message in (
        ((url, "--year", 2021), 2, "--reason"),
        ((url, *WHY), 2, "Nothing is decided"),
        ((*body, *WHY), 2, "--same-as"),
        ((url, *body, *WHY), 2, "not both"),
        (WHY, 2, "ADDRESS"),
        ((url, "--year", 1021, *WHY), 2, "from 2000 to"),
        ((url, "--region", "西霞县", "--year", 2021, *WHY), 2, "--agency"),
        ((url, "--only", "--year", 2021, *WHY), 2, "--version"),
        ((url, "--undo", "--year", 2021, *WHY), 2, "--undo"),
        ((f"{url}x", "--year", 2021, *WHY), 1, "no report at this address"),
        ((url, "--version", 9, "--year", 2021, *WHY), 1, "has versions 1 to 1, not 9"),
        ((*body, "--same-as", "西霞县教育局", *WHY), 2, "already"),
        (("--body", "西霞县教局", "--same-as", "甲", *WHY), 1, "Names like it"),
        ((*body, "--same-as", "东霞县教育局", *WHY), 1, "--same-region"),
        ((*body, "--undo", *WHY), 1, "no decision"),
        (
            (*body, "--same-as", "西霞县教育和体育局", "--year", 2020, *WHY),
            2,
            "address",
        ),
        (("nowhere", "--year", 2021, *WHY), 2, "no address"),
        (
            (url, "--agency", "上高县教育局", "--region", REGION, *WHY),
            2,
            "a body of 江西省宜春市上高县",
        ),
    ):
        assert message in place.assign(*arguments, code=code), arguments
    assert json.loads(place.assign("--list", "--json")) == []
    assert "nothing is decided" in place.assign("--list")


def test_a_body_of_the_list_of_divisions(place: Place) -> None:
    result = place.decide(
        place.url(NAMELESS), "--agency", "沙县教育局", "--year", "2018"
    )
    (version,) = result["versions"]
    assert version["agency"] == "福建省三明市沙县区教育局"
    assert version["region"] == "福建省三明市沙县区"
    archive = ("--archive", place.site.archive)
    assert "沙县区教育局" in nianbao("show", "福建省三明市沙县教育局", 2018, *archive)
    printed = place.assign("--list", place.url(NAMELESS))
    assert "福建省三明市沙县区教育局 2018" in printed
    assert place.assign("--list", "--body", "西霞县教育局") == "nothing is decided\n"


def test_a_place_that_was_renamed_needs_no_decision(tmp_path: Path) -> None:
    pages: list[Page] = [
        BodyPage(2018, "2019-01-20", agency="沙县教育局", number=1),
        BodyPage(2022, "2023-01-20", agency="沙县区教育局", number=2),
    ]
    with small(tmp_path, pages) as site:
        file = tmp_path / "sites" / "small.yml"
        region = "{name: 福建省三明市沙县区, code: '350405'}"
        text = file.read_text("utf-8")
        file.write_text(text.replace("region: null", f"region: {region}"), "utf-8")
        site.crawl()
        body = ("福建省三明市沙县区教育局", "福建省三明市沙县区")
        assert exported(site.archive) == [(*body, "2018"), (*body, "2022")]
        with Archive(site.archive) as archive:
            (agency,) = find_agencies(archive.db, "沙县教育局")
            history = select_agency_history(archive.db, agency)
            assert [agency.region_code for agency in archive.agencies()] == ["350405"]
        assert [(name.name, name.first_year) for name in history.printed_names] == [
            ("沙县教育局", 2018),
            ("沙县区教育局", 2022),
        ]
        nianbao("verify", "--archive", site.archive)


def test_decisions_go_along_with_merges_backups_and_exports(
    place: Place, tmp_path: Path
) -> None:
    crawled = shutil.copy(place.site.archive, tmp_path / "crawled.db")
    place.decide(place.url(NAMELESS), "--agency", "西霞县教育局")
    place.decide("--body", "西霞县教育局", "--same-as", "西霞县教育和体育局")
    expected = place.reports()
    decisions = json.loads(place.assign("--list", "--json"))
    decided = place.site.archive
    for number, order in enumerate(((crawled, decided), (decided, crawled))):
        target = tmp_path / f"merged{number}.db"
        nianbao("merge", *order, "--archive", target)
        check_same(target, expected, decisions)
        nianbao("verify", "--archive", target)
    late = tmp_path / "late.db"
    shutil.copy(crawled, late)
    nianbao("merge", decided, "--archive", late)
    check_same(late, expected, decisions)
    backup = tmp_path / "backup.db"
    nianbao("backup", backup, "--archive", decided)
    check_same(backup, expected, decisions)
    nianbao("export", "warc", tmp_path / "warc", "--archive", decided)
    imported = tmp_path / "imported.db"
    nianbao("import", tmp_path / "warc", "--archive", imported)
    check_same(imported, expected, decisions)
    nianbao("verify", "--archive", imported)


def check_same(
    archive: Path, reports: list[tuple[str, str, str]], decisions: list[dict[str, Any]]
) -> None:
    """See that an archive has the same reports and decisions, and is whole."""
    assert exported(archive) == reports
    printed = nianbao("assign", "--list", "--json", "--archive", archive)
    assert json.loads(printed) == decisions
