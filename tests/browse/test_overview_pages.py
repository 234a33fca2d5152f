"""What people ask: coverage, search with facets, regions, findings, changes, on a small archive."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from nianbao.archive import Archive
from nianbao.archive.read_model import faceted_search
from nianbao.archive.read_model.faceted_search import SearchFilter, search_with_facets
from tests.browse.conftest import FIRST, HOST
from tests.browse.test_pages import harmless, tree

Get = Callable[..., httpx.Response]
COUNTY = "样例省北原市西霞县"


def facets(get: Get, **asked: Any) -> dict[str, dict[str, int]]:
    found = get("/search.json", **asked).json()["results"]["facets"]
    return {
        name: {one["value"]: one["count"] for one in values}
        for name, values in found.items()
    }


def titles(get: Get, **asked: Any) -> list[str]:
    return [
        hit["title"] for hit in get("/search.json", **asked).json()["results"]["hits"]
    ]


def test_the_front_page_says_what_there_is(get: Get) -> None:
    found = get("/index.json").json()
    held = found["holdings"]
    assert (held["reports"], held["agencies"], held["documents"], held["versions"]) == (
        5,
        4,
        6,
        7,
    )
    assert (held["first_year"], held["last_year"], held["sites"]) == (2019, 2022, 2)
    assert [change["kind"] for change in found["changes"]][:2] == [
        "changed",
        "vanished",
    ]
    assert found["changes"][0]["agency"] == "西霞县财政局"
    assert {rule["rule"] for rule in found["rules"]} == {
        "req.balance",
        "list.odd",
        "report.changed",
        "report.late",
    }
    page = tree(get("/"))
    assert page.xpath("//form[@role='search']//input[@name='q']")
    assert len(page.xpath("//form")) == 1


def test_the_board(get: Get) -> None:
    board = get("/coverage.json").json()["board"]
    assert board["years"] == [2022, 2021, 2020, 2019]
    (row,) = board["rows"]
    assert (row["name"], row["agencies"]) == ("样例省", 4)
    counts = {cell["year"]: cell["count"] for cell in row["cells"]}
    assert (
        counts[2021]["reports"],
        counts[2021]["vanished"],
        counts[2021]["changed"],
    ) == (2, 1, 1)
    assert (counts[2019]["late"], counts[2022]["flawed"]) == (1, 1)
    assert {cell["year"]: cell["step"] for cell in row["cells"]} == {
        2022: 2,
        2021: 3,
        2020: 2,
        2019: 2,
    }
    lines = list(
        csv.DictReader(io.StringIO(get("/coverage.csv").text.removeprefix("\ufeff")))
    )
    assert [(line["region"], line["report_year"], line["reports"]) for line in lines][
        1
    ] == ("样例省", "2021", "2")


def test_the_board_is_a_table_for_the_ear(get: Get) -> None:
    page = tree(get("/coverage"))
    (table,) = page.xpath("//table")
    assert table.xpath("caption")
    assert len(table.xpath("thead//th[@scope='col']")) == 6
    assert len(table.xpath("tbody//th[@scope='row']")) == 1
    for cell in table.xpath("tbody//td[contains(@class, 'h')]"):
        assert cell.text_content().strip()  # never shade alone


def test_search_with_facets(get: Get) -> None:
    found = facets(get, q="正文")
    assert found["year"] == {"2022": 1, "2021": 1, "2020": 1}
    assert found["region"] == {COUNTY: 3}
    assert found["finding"] == {"req.balance": 1, "report.changed": 1}
    assert found["form"] == {"g2021": 2, "g2019": 1}
    assert found["level"] == {"department": 3}


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({}, 6),
        ({"year": 2021}, 2),
        ({"region": COUNTY}, 6),
        ({"region": "样例省"}, 6),
        ({"region": "样例市"}, 0),
        ({"agency": "西霞县财政局"}, 3),
        ({"agency": "西霞县财"}, 0),
        ({"level": "department"}, 6),
        ({"level": "county"}, 0),
        ({"form": "g2021"}, 3),
        ({"finding": "report.changed"}, 1),
        ({"finding": "report.late", "year": 2019}, 2),
        ({"site": "huibian"}, 1),
    ],
)
def test_narrowing_down(get: Get, narrowed: dict[str, Any], count: int) -> None:
    results = get("/search.json", **narrowed).json()["results"]
    assert (results["counted"], results["whole"]) == (count, True)


def test_what_a_facet_counts_is_what_it_leads_to(get: Get) -> None:
    for name, values in facets(get).items():
        for value, count in values.items():
            assert (
                get("/search.json", **{name: value}).json()["results"]["counted"]
                == count
            ), (name, value)


def test_either_spelling(get: Get) -> None:
    assert (
        titles(get, q="改過 財政局")
        == titles(get, q="改过 财政局")
        == ["西霞县财政局2021年政府信息公开工作年度报告"]
    )
    assert titles(get, q="，") == titles(get, q="开公") == []
    marked = tree(get("/search", q="改過")).xpath("//mark/text()")
    assert marked == ["改过"]


def test_names_and_years_are_filters_with_a_way_back(get: Get) -> None:
    q = "西霞縣 2021"
    found = get("/search.json", q=q).json()["results"]
    assert found["names"] == {"region": "西霞县", "agency": None, "year": 2021}
    assert titles(get, q=q) == titles(get, region=COUNTY, year=2021)
    page = tree(get("/search", q=q))
    (back,) = page.xpath("//a[contains(@href, 'literal=1')]/@href")
    literal = get(back.replace("/search?", "/search.json?")).json()["results"]
    assert literal["names"] == {"region": None, "agency": None, "year": None}
    assert all("2021" in hit["title"] for hit in literal["hits"])
    (again,) = tree(get(back)).xpath("//main//p/a[not(contains(@href, 'literal'))]/@href")[:1]  # fmt: skip
    assert get(again).status_code == 200


def test_the_order_and_the_prose_are_choices(get: Get) -> None:
    everything = titles(get, q="财政局")
    assert sorted(titles(get, q="财政局", order="date")) == sorted(everything)
    assert len(titles(get, q="政府信息公开", prose=1)) < len(
        titles(get, q="政府信息公开")
    )
    assert "relevance" in get("/search.json", 400, q="财政局", order="best").text
    page = tree(get("/search", q="财政局"))
    assert page.xpath("//a[contains(@href, 'order=date')]")
    assert page.xpath("//a[contains(@href, 'prose=1')]")


def test_what_is_not_counted_is_said(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive(archive_path) as archive:
        for bound in ("MOST_COUNTED", "MOST_CANDIDATES"):
            monkeypatch.setattr(faceted_search, bound, 3)
            found = search_with_facets(archive.db, "", SearchFilter(), 2, 2)
            assert (found.counted, found.whole, len(found.hits)) == (3, False, 1)
            assert sum(one.count for one in found.facets["year"]) == 3
            monkeypatch.setattr(faceted_search, bound, 6)
            assert search_with_facets(archive.db, "", SearchFilter(), 2, 2).whole
            monkeypatch.undo()


def test_a_region_shows_its_agencies_and_compares_them(get: Get) -> None:
    found = get(f"/region/{COUNTY}.json").json()
    assert found["code"] == "999901"
    assert found["years"] == [2022, 2021, 2020, 2019]
    strips = {
        strip["agency"]: {one["year"]: one for one in strip["years"]}
        for strip in found["strips"]
    }
    bureau = strips["西霞县财政局"]
    assert (bureau[2019]["late"], bureau[2021]["changed"], bureau[2020]["state"]) == (
        True,
        True,
        "none",
    )
    assert strips["西霞县石桥镇人民政府"][2021]["state"] == "vanished"
    (first, *_) = found["bodies"]
    assert (first["agency"], first["main"]["received"], first["main"]["lawsuits"]) == (
        "西霞县人民政府",
        31,
        3,
    )
    older = get(f"/region/{COUNTY}.json", year=2021, by="late").json()
    assert {one["agency"] for one in older["bodies"]} == {
        "西霞县财政局",
        "西霞县石桥镇人民政府",
    }


def test_a_province_compares_what_is_in_it(get: Get) -> None:
    found = get("/region/样例省.json", year=2021).json()
    (place,) = found["places"]
    assert (place["region"], place["reports"]) == ("样例省北原市", 2)
    assert place["main"]["received"] is None  # no government of its own has reported
    groups = {one["group"]: one["main"]["received"] for one in place["groups"]}
    assert groups == {"departments": 9}
    assert [one["group"] for one in found["sums"]] == ["departments"]
    assert found["strips"] == []


def test_the_table_of_a_region(get: Get) -> None:
    lines = list(
        csv.DictReader(
            io.StringIO(get("/region/样例省.csv").text.removeprefix("\ufeff"))
        )
    )
    assert len(lines) == 5
    (line,) = [
        line
        for line in lines
        if line["agency"] == "西霞县财政局" and line["report_year"] == "2021"
    ]
    assert (
        line["received"],
        line["carried_in"],
        line["answered"],
        line["lawsuits"],
    ) == ("9", "1", "", "3")
    assert line["findings"] == "report.changed"
    only = list(
        csv.DictReader(
            io.StringIO(
                get(f"/region/{COUNTY}.csv", year=2022).text.removeprefix("\ufeff")
            )
        )
    )
    assert [line["report_year"] for line in only] == ["2022"]


def test_findings_lead_to_the_evidence(get: Get) -> None:
    page = tree(get("/findings/req.balance"))
    links = [
        httpx.URL(link.get("href")) for link in page.xpath("//td[@class='evidence']/a")
    ]
    assert links[0].path == f"/report/{COUNTY}/西霞县人民政府/2022"
    assert links[0].fragment == "g2021.requests-new_received-total"
    assert dict(links[1].params) == {"url": f"{HOST}/xf/2022.html"}
    late = get("/findings/report.late.json").json()["findings"]
    assert [(one["agency"], one["expected"], one["found"]) for one in late] == [
        ("西霞县财政局", "2020-01-31", "2020-02-10")
    ]


def test_a_finding_is_said_in_the_language_of_the_page(get: Get) -> None:
    chinese = get("/findings/report.late", lang="zh").text
    english = get("/findings/report.late", lang="en").text
    assert "2020-02-10 发布，晚于期限 2020-01-31" in chinese
    assert "published on 2020-02-10, 10 days after 2020-01-31" in english
    assert "所知最早的发布日期也在法定期限之后" in chinese
    assert "The earliest day that is known" in english
    # one without parameters, as an earlier version stored it
    assert "odd" in get("/findings/list.odd", lang="zh").text
    (late,) = get("/findings/report.late.json").json()["findings"]
    assert late["parameters"]["days"] == 10


def test_findings_of_a_crawl_lead_to_its_visits(get: Get) -> None:
    page = tree(get("/findings/list.odd"))
    (link,) = page.xpath("//td[@class='evidence']/a")
    assert "xixia" in get(link.get("href")).text


def test_findings_by_group(get: Get) -> None:
    groups = get("/findings.json").json()["groups"]
    assert {
        group: [rule["rule"] for rule in rules] for group, rules in groups.items()
    } == {
        "sums": ["req.balance"],
        "late": ["report.late"],
        "changed": ["report.changed"],
        "lists": ["list.odd"],
    }


def test_changes_by_kind(get: Get) -> None:
    kinds = [change["kind"] for change in get("/changes.json").json()["changes"]]
    assert kinds[:2] == ["changed", "vanished"]
    assert len(kinds) == 8
    (gone,) = get("/changes.json", kind="vanished").json()["changes"]
    assert gone["url"] == FIRST[3].url
    assert get("/changes.json", kind="other").json()["changes"] == []


def test_sites_and_how_they_went(get: Get) -> None:
    sites = {site["id"]: site for site in get("/sites.json").json()["sites"]}
    assert (
        sites["xixia"]["documents"],
        sites["xixia"]["vanished"],
        sites["xixia"]["healthy"],
    ) == (4, 1, True)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search",
        "/search?year=2020",
        f"/region/{COUNTY}",
        "/findings",
        "/findings/list.odd",
        "/findings/req.balance",
        "/changes",
        "/sites",
        "/search?q=<script>window.hostile=1</script>",
        "/search?agency=<img src=x onerror=hostile>",
    ],
)
def test_hostile_content_stays_text(get: Get, path: str) -> None:
    harmless(get(path))


def test_the_coverage_of_a_region(get: Callable[..., httpx.Response]) -> None:
    page = tree(get("/coverage", region="样例省北原市"))
    assert page.findtext(".//h1") == "收录情况：样例省北原市"
    names = [cell.text_content() for cell in page.xpath("//tbody//th")]
    assert names == ["西霞县"]
    absent = get("/coverage.json", status=404, region="西霞").json()
    assert "西霞" in absent["error"]
