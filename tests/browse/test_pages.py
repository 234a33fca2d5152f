"""The pages over HTTP: titles, facets, labels, queries, JSON, and hostile content that stays
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from lxml import html

from nianbao.archive.browse import load_metadata
from nianbao.archive.browse.languages import choose_words
from tests.browse.conftest import COPY, FIRST, HOST, LONG

Get = Callable[..., httpx.Response]
QUERIES = load_metadata()["databases"]["archive"]["queries"]
TABLES = load_metadata()["databases"]["archive"]["tables"]
OPEN = [name for name, table in TABLES.items() if table.get("allow", True)]


def tree(page: httpx.Response) -> Any:
    """Return the page as lxml reads it."""
    return html.fromstring(page.text)


def links(page: httpx.Response) -> dict[str, str]:
    """Return the page's links, text → address."""
    return {
        element.text_content(): link
        for element, name, link, _ in tree(page).iterlinks()
        if name == "href"
    }


def rows(get: Get, query: str, **params: Any) -> list[dict[str, Any]]:
    """Return a query's rows as a program gets them."""
    found: list[dict[str, Any]] = get(
        f"/archive/{query}.json", _shape="array", **params
    ).json()
    return found


def test_all_tables_with_titles_in_order(get: Get) -> None:
    page = get("/archive", _lang="en")
    shown = [
        link
        for link in links(page).values()
        if link.removeprefix("/archive/") in TABLES
    ]
    assert shown == [
        f"/archive/{name}"
        for name in sorted(OPEN, key=lambda name: TABLES[name].get("hidden", False))
    ]
    assert "The cells of the statutory tables" in page.text


@pytest.mark.parametrize("table", OPEN)
def test_every_table_opens(get: Get, table: str) -> None:
    page = get(f"/archive/{table}")
    assert choose_words(TABLES[table]["title"], "zh") in page.text
    assert len(page.content) < 150_000
    assert "/nianbao/browse.css" in page.text


def test_the_stylesheet(get: Get) -> None:
    assert "Noto Sans CJK SC" in get("/nianbao/browse.css").text


def test_facets_of_the_reports(get: Get) -> None:
    page = tree(get("/archive/reports"))
    names = [element.get("data-column") for element in page.find_class("facet-info")]
    assert names == [
        "report_year",
        "region_id",
        "agency_id",
        "form",
        "finding_rules",
        "state",
    ]
    years = [
        link.text for link in page.get_element_by_id("facet-report_year").iter("a")
    ]
    assert years == ["2022", "2021", "2020", "2019"]
    assert "req.balance" in page.get_element_by_id("facet-finding_rules").text_content()


def test_labels_instead_of_numbers(get: Get) -> None:
    page = get("/archive/reports", report_year=2022)
    found = links(page)
    agency = next(text for text in found if text == "西霞县人民政府")
    assert found[agency].startswith("/archive/agencies/")
    assert found["样例省北原市西霞县"].startswith("/archive/regions/")
    assert found["第1版"].startswith("/archive/versions/")
    assert found["req.balance"].startswith("/archive/findings?version_id=")
    assert "req.balance" in get(found["req.balance"]).text


def test_labels_on_a_rows_own_page(get: Get) -> None:
    path = links(get("/archive/reports", report_year=2022))["第1版"]
    page = get(path)
    found = links(page)
    title = "西霞县人民政府2022年政府信息公开工作年度报告"
    targets = [
        link.get("href") for link in tree(page).xpath("//a") if link.text == title
    ]
    assert [target.split("/")[2] for target in targets] == ["documents", "reports"]
    assert found["2026-01-01T08:02:00.000Z"].startswith("/archive/visits/")
    assert found["统计数据"] == f"/archive/figures?version_id={path.rsplit('/', 1)[1]}"
    assert "识读" in found
    assert "西霞县人民政府" in get(found["统计数据"]).text


def test_text_is_cut_in_tables_and_whole_on_its_page(get: Get) -> None:
    page = get("/archive/readings", report_year=2022)
    assert LONG not in page.text
    row = get("/archive/readings.json", report_year=2022, _shape="array").json()[0][
        "id"
    ]
    assert LONG in get(f"/archive/readings/{row}").text


def test_from_a_report_to_its_pages_and_bytes(get: Get) -> None:
    report = rows(get, "reports", report_year=2019)[0]
    assert (report["documents"], report["versions"]) == (2, 2)
    assert (
        f"/archive/pages_of_report?report_id={report['id']}"
        in links(get("/archive/reports", report_year=2019)).values()
    )
    found = rows(get, "pages_of_report", report_id=report["id"])
    assert [row["url"] for row in found] == [COPY.url, FIRST[1].url]
    assert all(len(row["payload_sha256"]) == 64 for row in found)
    assert get(f"/archive/blobs/{found[0]['payload_sha256']}").status_code == 200


def test_addresses_lead_outside_without_a_trace(get: Get) -> None:
    page = tree(get("/archive/documents"))
    outside = page.find_class("outside")
    assert len(outside) == 6
    assert {link.get("rel") for link in outside} == {"noopener noreferrer nofollow"}


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_answers_in_time(get: Get, query: str) -> None:
    report = rows(get, "reports", report_year=2021)[0]["id"]
    params = {
        name: str(report) if name == "report_id" else ""
        for name in QUERIES[query].get("params", [])
    }
    page = get(f"/archive/{query}", **params)
    assert choose_words(QUERIES[query]["title"], "zh") in page.text
    has_rows = bool(tree(page).xpath("//table//tbody/tr"))
    # No page of this archive shows another report now, and none is of an unknown agency.
    assert has_rows == (query not in ("replaced_reports", "unassigned_reports"))


def test_panel(get: Get) -> None:
    wanted = (
        "agency",
        "region",
        "report_year",
        "requests_received",
        "carried_in",
        "answered",
        "lawsuits",
    )
    found = [
        tuple(row[name] for name in wanted)
        for row in rows(get, "agencies_by_year", region="西霞", year="")
    ]
    county = "样例省北原市西霞县"
    assert ("西霞县财政局", county, 2021, 9, 1, None, 3) in found
    assert ("西霞县人民政府", county, 2022, 31, 1, None, 3) in found
    assert len(found) == 5
    assert {
        row["report_year"]
        for row in rows(get, "agencies_by_year", region="", year="2021")
    } == {2021}
    assert rows(get, "agencies_by_year", region="无此地", year="") == []


def test_changed_after_publication(get: Get) -> None:
    (row,) = rows(get, "changed_after_publication")
    assert (row["title"], row["url"], row["version"]) == (
        "西霞县财政局2021年政府信息公开工作年度报告",
        f"{HOST}/czj/2021.html",
        2,
    )
    assert (row["old_last_seen"], row["new_first_seen"]) == (
        "2026-01-01T08:00:00.000Z",
        "2026-01-03T08:00:00.000Z",
    )
    assert row["figures_changed"].split("; ") == [
        "g2021.requests new_received natural_person: 7 → 9",
        "g2021.requests new_received total: 7件 → 9件",
    ]


def test_published_late(get: Get) -> None:
    (row,) = rows(get, "published_late")
    assert (row["agency"], row["report_year"], row["deadline"], row["days"]) == (
        "西霞县财政局",
        2019,
        "2020-01-31",
        10,
    )


def test_vanished_reports(get: Get) -> None:
    (row,) = rows(get, "vanished_reports")
    assert (row["agency"], row["report_year"], row["report_state"]) == (
        "西霞县石桥镇人民政府",
        2021,
        "vanished",
    )
    assert row["last_seen"] == "2026-01-01T08:03:00.000Z"
    assert row["found_missing"]


def test_findings_by_rule(get: Get) -> None:
    (row,) = rows(get, "findings_by_rule", rule="req.")
    assert (row["rule"], row["url"], row["expected"], row["found"]) == (
        "req.balance",
        f"{HOST}/xf/2022.html",
        "4",
        "5",
    )
    counted = {
        row["rule"]: (row["findings"], row["pages"])
        for row in rows(get, "finding_counts")
    }
    assert counted == {
        "req.balance": (1, 1),
        "list.odd": (1, 0),
        "report.changed": (2, 1),
        "report.late": (1, 1),
    }


def test_copies(get: Get) -> None:
    assert [(row["url"], row["pages"]) for row in rows(get, "copies")] == [
        (COPY.url, 2),
        (FIRST[1].url, 2),
    ]


def test_coverage_and_missing_reports(get: Get) -> None:
    found = {(row["region"], row["report_year"]): row for row in rows(get, "coverage")}
    year = found["样例省北原市西霞县", 2021]
    assert (
        year["reports"],
        year["agencies"],
        year["vanished"],
        year["with_findings"],
    ) == (2, 4, 1, 1)
    missing = [
        (row["agency"], row["report_year"], row["siblings"])
        for row in rows(get, "missing_reports")
    ]
    assert missing == [("西霞县财政局", 2020, None)]


def test_search_finds_words_in_either_spelling_newest_first(get: Get) -> None:
    wanted = [
        "西霞县人民政府2022年",
        "西霞县石桥镇人民政府2021年",
        "西霞县财政局2021年",
    ]
    for words in ("公开", "公開", "政府信息公开", "報告 年度"):
        found = rows(get, "search", words=words, year="")
        assert [
            title[: len(start)]
            for start, title in zip(
                wanted, (row["title"] for row in found), strict=False
            )
        ] == wanted
    (row,) = rows(get, "search", words="改過 财政局", year="2021")
    assert row["snippet"] == "«财政局»的正文，«改过»"
    assert [
        row["report_year"] for row in rows(get, "search", words="", year="2022")
    ] == [2022]
    assert (
        rows(get, "search", words="开公", year="")
        == rows(get, "search", words="，", year="")
        == []
    )


def test_search_marks_the_words(get: Get) -> None:
    page = tree(get("/archive/search", words="正文", year=""))
    assert {mark.text for mark in page.iter("mark")} == {"正文"}
    harmless(get("/archive/search", words="window hostile", year=""))


def test_the_index_itself_is_not_shown(get: Get) -> None:
    get("/archive/search_index", status=403)


def test_json_and_csv(get: Get) -> None:
    whole = get("/archive/reports.json", _labels="on", report_year=2022).json()
    assert whole["filtered_table_rows_count"] == 1
    assert "report_year" in whole["facet_results"]
    row = whole["rows"][0]
    assert row["agency_id"]["label"] == "西霞县人民政府"
    assert "西霞县人民政府2022年" in get("/archive/reports.csv").text


PLACES = [
    "reports",
    "documents",
    "readings",
    "visits",
    "findings",
    "agencies",
    "changes",
    "panel",
    "agencies_by_year",
    "findings_by_rule",
]


@pytest.mark.parametrize("place", PLACES)
def test_hostile_content_stays_text(get: Get, place: str) -> None:
    harmless(get(f"/archive/{place}"))


def test_hostile_content_stays_text_on_row_pages(get: Get) -> None:
    for table in (
        "reports",
        "documents",
        "readings",
        "visits",
        "findings",
        "agencies",
        "changes",
    ):
        for row in rows(get, table):
            harmless(get(f"/archive/{table}/{row['id']}"))


def harmless(page: httpx.Response) -> None:
    """Check that nothing of the archive became markup: no script of its own, no handler, no odd
    link.
    """
    root = tree(page)
    assert not [
        script for script in root.iter("script") if "hostile" in (script.text or "")
    ]
    assert not root.xpath("//*[@onerror]")
    for image in root.iter("img"):  # charts alone, of this server
        assert re.fullmatch(r"[^:]*\.svg(?:\?[^:]*)?", image.get("src", "")), page.url
    led = [
        link.strip().lower()
        for _, name, link, _ in root.iterlinks()
        if name in ("href", "src", "action")
    ]
    assert not [
        link for link in led if link.startswith(("javascript", "data", "vbscript"))
    ]


def test_hostile_content_is_there_to_be_seen(get: Get) -> None:
    assert "2020年报告&lt;script&gt;" in get("/archive/reports").text
    assert "javascript:window.hostile=3" in get("/archive/visits").text


ONE_LANGUAGE = ("/archive", "/archive/reports", "/archive/reports/1", "/archive/search")


@pytest.mark.parametrize("path", ONE_LANGUAGE)
def test_headings_and_buttons_are_in_one_language(get: Get, path: str) -> None:
    """Titles, headings, descriptions, lists and buttons."""
    parts = (
        "//h1 | //h2 | //summary | //li/p | //th | //button"
        " | //div[@class='metadata-description'] | //p[@class='facet-info-name']/strong"
    )
    in_english = [
        part.text_content() for part in tree(get(path, _lang="en")).xpath(parts)
    ]
    assert not [
        text for text in in_english if HAN.search(SAID_IN_CHINESE.sub("", text))
    ]
    in_chinese = [
        part.text_content() for part in tree(get(path, _lang="zh")).xpath(parts)
    ]
    assert not [
        text for text in in_chinese if ENGLISH_WORDS.search(COMMANDS.sub("", text))
    ]


HAN = re.compile(r"[\u4e00-\u9fff]")
SAID_IN_CHINESE = re.compile(r"（[^）]*）|\([^)]*\)|“[^”]*”")
COMMANDS = re.compile(r"`[^`]*`|nianbao \w+")
ENGLISH_WORDS = re.compile(r"[A-Za-z]{3,} [a-z]{3,}")


@pytest.mark.parametrize("path", ["/nix", "/archive/nix", "/archive/reports/99999"])
def test_what_is_not_there_is_said_in_the_readers_language(get: Get, path: str) -> None:
    assert f"没有地址为 {path} 的页面。" in get(path, status=404, lang="zh").text
    assert f"There is no page at {path}." in get(path, status=404, lang="en").text
    assert get(f"{path}.json", status=404).json()["status"] == 404
