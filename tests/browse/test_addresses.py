"""Pages of an archive whose addresses show several reports, whose reports are not all assigned,
and that has two bodies of one name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from lxml import html

from nianbao.archive.browse import load_metadata
from nianbao.archive.browse.languages import choose_words
from tests.browse.addresses_archive import (
    COPIED,
    FIXED,
    LONE_TOWN,
    MOVED,
    MOVED_TO,
    NAME,
    NO_AGENCY,
    NO_YEAR,
    REASON,
    REGION,
    TAKEN,
    TOWN,
)

Get = Callable[..., httpx.Response]
BUREAU_PATH = f"/report/{REGION}/{NAME}"


@pytest.fixture
def get(addresses_base: str) -> Iterator[Get]:
    with httpx.Client(base_url=addresses_base, trust_env=False, timeout=30) as client:

        def fetch(path: str, status: int = 200, **params: Any) -> httpx.Response:
            answer = client.get(path, params=params or None)
            assert answer.status_code == status, answer.text
            return answer

        yield fetch


def hrefs(page: httpx.Response) -> set[str]:
    """Return where the links of a page's main part lead, decoded."""
    links = html.fromstring(page.content).xpath("//main//a/@href")
    return {
        str(httpx.URL("http://x" + link)).removeprefix("http://x") for link in links
    }


def text(page: httpx.Response) -> str:
    return " ".join(html.fromstring(page.content).xpath("//main//text()"))


def lines(page: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))


# --- reports whose address shows another one now ------------------------------------------


def test_a_replaced_report_stands_with_what_took_its_place(get: Get) -> None:
    data = get(f"{BUREAU_PATH}/2020.json").json()
    assert data["state"] == data["shown"]["state"] == "replaced"
    assert data["shown"]["latest"]
    assert data["shown"]["replaced_by"]["report"]["report_year"] == 2021
    assert [step["number"] for step in data["steps"]] == [1]
    assert {event["kind"] for event in data["events"]} == {"new", "replaced"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["已被取代", "该网址现已刊载另一份报告"]),
        ("en", ["replaced", "The address shows another report now"]),
    ],
)
def test_a_replaced_report_says_so(get: Get, language: str, words: list[str]) -> None:
    page = get(f"{BUREAU_PATH}/2020", lang=language)
    for word in words:
        assert word in text(page)
    assert httpx.URL(f"{BUREAU_PATH}/2021").raw_path.decode() in page.text
    assert "财政局2020年报告" in text(page)
    assert "财政局2021年报告" not in text(page)


def test_its_version_is_reached_by_address_and_by_year(get: Get) -> None:
    step = get(f"{BUREAU_PATH}/2020.json").json()["steps"][0]
    by_year = get(f"{BUREAU_PATH}/2020@{step['at']}.json").json()
    by_address = get("/document.json", url=FIXED, at=step["at"]).json()
    later = get(f"{BUREAU_PATH}/2020@2030-01-01.json").json()
    for data in (by_year, by_address, later):
        assert data["shown"]["number"] == 1
        assert data["shown"]["report"]["report_year"] == 2020
    get(f"{BUREAU_PATH}/2021@{step['at']}", status=404)


def test_an_archived_page_leads_to_the_version_that_it_is(get: Get) -> None:
    data = get(f"{BUREAU_PATH}/2020.json").json()
    page = get(f"/archived/{data['shown']['payload_sha256']}")
    (link,) = (link for link in hrefs(page) if link.startswith("/document"))
    assert "财政局2020年报告" in text(get(link))


def test_the_page_of_an_address_tells_its_reports_apart(get: Get) -> None:
    data = get("/document.json", url=FIXED).json()
    assert [
        (step["number"], step["report"]["report_year"], step["previous"], step["cause"])
        for step in data["steps"]
    ] == [(1, 2020, None, None), (2, 2021, None, None), (3, 2021, 2, "page")]
    assert data["report_year"] == 2021
    for language, word in (("zh", "另一份报告"), ("en", "another report")):
        page = get("/document", url=FIXED, lang=language)
        assert word in text(page)
        marked = html.fromstring(page.content).xpath(
            "//p[@class='other-report']/a/@href"
        )
        assert len(marked) == 1
        assert marked[0].endswith("/2020")


def test_two_versions_of_one_report_are_compared(get: Get) -> None:
    data = get("/diff.json", url=FIXED).json()
    assert (data["old"]["number"], data["new"]["number"]) == (2, 3)
    assert [side["number"] for side in data["sides"]] == [2, 3]
    first, second, _ = get("/document.json", url=FIXED).json()["steps"]
    moments = {"from": first["at"], "to": second["at"]}
    refused = get("/diff", status=404, url=FIXED, lang="en", **moments)
    assert "versions of two reports" in text(refused)
    found = {link for link in hrefs(refused) if link.startswith("/document")}
    assert len(found) == 2
    alone = get("/diff", status=404, url=FIXED, lang="en", **{"from": first["at"]})
    assert "one version" in text(alone)


def test_a_moved_report_names_both_addresses(get: Get) -> None:
    data = get(f"{BUREAU_PATH}/2018.json").json()
    assert (data["shown"]["url"], data["state"]) == (MOVED_TO, "present")
    (other,) = data["others"]
    assert (other["url"], other["state"], other["at"]) == (MOVED, "moved", None)


def test_versions_at_two_addresses_are_compared(get: Get) -> None:
    first, second, third = get("/document.json", url=FIXED).json()["steps"]
    page = get("/diff.json", url=COPIED, to_url=FIXED).json()
    assert (page["old"]["url"], page["new"]["url"]) == (COPIED, FIXED)
    assert (page["old"]["number"], page["new"]["number"]) == (1, 3)
    assert page["cause"] == "page"
    (other,) = get(f"{BUREAU_PATH}/2021.json").json()["others"]
    assert (other["url"], bool(other["last"])) == (COPIED, True)
    arguments = {"from": other["last"], "to": third["at"]}
    cited = get("/diff.json", url=COPIED, to_url=FIXED, **arguments).json()["address"]
    assert "to_url=" in cited
    for language, word in (("zh", "查看差异"), ("en", "See what differs")):
        assert word in text(get(f"{BUREAU_PATH}/2021", lang=language))
        compared = get("/diff", url=COPIED, to_url=FIXED, lang=language)
        assert {COPIED, FIXED} <= set(text(compared).split())
    get("/diff", status=404, url=COPIED, to_url=FIXED, to=first["at"])
    get("/diff", status=404, url=NO_YEAR, to_url=NO_AGENCY)
    assert second["report"] == third["report"]


def test_the_years_of_an_agency_say_that_one_was_replaced(get: Get) -> None:
    data = get(f"/agency/{REGION}/{NAME}.json").json()
    states = {year["report_year"]: year["state"] for year in data["years"]}
    assert (states[2020], states[2021]) == ("replaced", "present")
    assert [one["url"] for one in data["unassigned"]] == [NO_YEAR]
    for language, words in (
        ("zh", "年度不明的报告"),
        ("en", "Reports of an unknown year"),
    ):
        assert words in text(get(f"/agency/{REGION}/{NAME}", lang=language))
    kinds = {(change["kind"], change["report_year"]) for change in data["changes"]}
    assert ("replaced", 2020) in kinds
    years = {line["report_year"] for line in lines(get(f"/agency/{REGION}/{NAME}.csv"))}
    assert years == {"", "2020", "2021"}


# --- unassigned reports --------------------------------------------------------------------


def test_unassigned_reports_have_a_list(get: Get) -> None:
    data = get("/unassigned.json").json()
    assert data["unassigned"] == 3
    found = {report["url"]: report for report in data["reports"]}
    assert {url: report["missing"] for url, report in found.items()} == {
        NO_YEAR: ["year"],
        NO_AGENCY: ["agency"],
        TAKEN: ["agency", "year"],
    }
    assert found[NO_YEAR]["agency"] == NAME
    assert found[NO_AGENCY]["report_year"] == 2021
    assert (found[NO_YEAR]["received"], found[TAKEN]["received"]) == (5, None)
    assert (found[TAKEN]["state"], found[NO_YEAR]["state"]) == ("replaced", "present")
    assert found[TAKEN]["at"]
    assert not found[NO_YEAR]["at"]
    rows = lines(get("/unassigned.csv"))
    assert [row["url"] for row in rows] == sorted(found)
    assert rows[0]["title"] == "没有机关的报告"
    assert lines(get("/unassigned.csv", site="east")) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["未归属的报告 3 份", "机关不明", "年度不明"]),
        ("en", ["3 unassigned reports", "agency not known", "year not known"]),
    ],
)
def test_the_list_says_what_is_missing(
    get: Get, language: str, words: list[str]
) -> None:
    page = get("/unassigned", lang=language)
    for word in words:
        assert word in text(page)
    for path in ("/", "/coverage", f"/region/{REGION}"):
        assert "/unassigned" in hrefs(get(path, lang=language)), path
    assert words[0] in text(get("/coverage", lang=language))


def test_an_unassigned_report_has_a_page_by_its_address(get: Get) -> None:
    data = get("/document.json", url=NO_YEAR).json()
    assert (data["agency"], data["report_year"], data["missing"]) == (
        NAME,
        None,
        ["year"],
    )
    assert data["shown"]["report"]["ordinal"] == 1
    assert "report.unassigned" in {
        finding["rule"] for finding in data["shown"]["findings"]
    }
    for language, word in (("zh", "年度不明"), ("en", "year not known")):
        assert word in text(get("/document", url=NO_YEAR, lang=language))


def test_one_that_was_replaced_is_reached_by_its_moment(get: Get) -> None:
    (report,) = (
        report
        for report in get("/unassigned.json").json()["reports"]
        if report["url"] == TAKEN
    )
    data = get("/document.json", url=TAKEN, at=report["at"]).json()
    assert data["shown"]["title"] == "什么都没有的报告"
    assert data["shown"]["replaced_by"]["report"]["report_year"] == 2019
    assert any("at=" in link for link in hrefs(get("/unassigned")))
    page = get("/document", url=TAKEN, lang="en")
    assert "unassigned report" in text(page)
    assert "is not taken for a version of another" not in text(page)


def test_search_finds_replaced_and_unassigned_reports(get: Get) -> None:
    data = get("/search.json", q="二〇二〇年").json()
    (hit,) = data["results"]["hits"]
    assert (hit["report_year"], hit["state"], hit["known"]) == (2020, "replaced", True)
    facets = get("/search.json").json()["results"]["facets"]
    assert {facet["value"]: facet["count"] for facet in facets["unassigned"]} == {
        "agency": 2,
        "year": 2,
    }
    rows = lines(get("/search.csv", unassigned="year"))
    assert {row["url"] for row in rows} == {NO_YEAR, TAKEN}
    assert {row["unassigned"] for row in rows} == {"year", "agency; year"}
    (row,) = lines(get("/search.csv", q="什么都没有写"))
    assert (row["state"], bool(row["at"])) == ("replaced", True)
    for language, word in (("zh", "未归属"), ("en", "Unassigned")):
        page = get("/search", lang=language)
        assert word in text(page)
    assert any("at=" in link for link in hrefs(get("/search", q="什么都没有写")))


def test_coverage_counts_them_apart(get: Get) -> None:
    board = get("/coverage.json").json()["board"]
    assert board["total"]["unassigned"] == 3
    counts = {cell["year"]: cell["count"] for cell in board["total"]["cells"]}
    assert (counts[2020]["reports"], counts[2020]["replaced"]) == (1, 1)
    assert (counts[2021]["reports"], counts[2021]["unassigned"]) == (1, 1)
    assert counts[2020]["vanished"] == 0
    rows = lines(get("/coverage.csv"))
    undated = [row for row in rows if not row["report_year"]]
    assert sum(int(row["unassigned"]) for row in undated) == 2
    assert {row["reports"] for row in undated} == {"0"}
    assert get("/index.json").json()["holdings"]["unassigned"] == 3


def test_the_table_of_a_region_has_all_reports(get: Get) -> None:
    rows = lines(get(f"/region/{REGION}.csv"))
    found = {(row["report_year"], row["agency"], row["state"]) for row in rows}
    assert ("2020", NAME, "replaced") in found
    assert ("", NAME, "present") in found
    nowhere = lines(get("/region/-.csv"))
    assert {(row["agency"], row["url"]) for row in nowhere} >= {
        ("", NO_AGENCY),
        ("", TAKEN),
    }
    for language, word in (("zh", "换"), ("en", "repl")):
        assert word in text(get(f"/region/{REGION}", lang=language))


def test_findings_of_replaced_versions_count(get: Get) -> None:
    data = get("/findings/report.unassigned.json").json()
    assert {finding["url"] for finding in data["findings"]} == {
        NO_YEAR,
        NO_AGENCY,
        TAKEN,
    }
    moments = {finding["url"]: finding["at"] for finding in data["findings"]}
    assert (bool(moments[TAKEN]), moments[NO_YEAR]) == (True, None)


def test_a_persons_decision_stands_with_its_reason(get: Get) -> None:
    data = get(f"{BUREAU_PATH}/2017.json").json()
    bases = data["shown"]["bases"]
    assert (bases["agency"], bases["year"]) == ("decision", "decision")
    (decision,) = bases["decisions"]
    assert (decision["reason"], decision["report_year"]) == (REASON, 2017)
    assert get(f"{BUREAU_PATH}/2020.json").json()["shown"]["bases"]["decisions"] == []
    for language, word in (("zh", "人工认定"), ("en", "decided by a person")):
        page = text(get(f"{BUREAU_PATH}/2017", lang=language))
        assert word in page
        assert REASON in page


# --- bodies of one name --------------------------------------------------------------------


def test_two_bodies_of_one_name_have_pages_of_their_own(get: Get) -> None:
    for site, title in (("east", "东县"), ("west", "西县")):
        data = get(f"/agency/-/{TOWN}.json", site=site).json()
        assert (data["name"], data["site"]) == (TOWN, site)
        page = get(f"/report/-/{TOWN}/2022", site=site)
        assert f"{title}人民政府2022年报告" in text(page)
        assert f"/agency/-/{TOWN}?site={site}" in map(httpx_path, hrefs(page))
        data = get(f"/report/-/{TOWN}/2022.json", site=site).json()
        assert f"site={site}" in data["address"]


def httpx_path(link: str) -> str:
    url = httpx.URL("http://x" + link)
    return url.path + ("?" + url.query.decode() if url.query else "")


def test_an_address_that_could_be_either_lists_both(get: Get) -> None:
    for path in (f"/agency/-/{TOWN}", f"/report/-/{TOWN}/2022"):
        for language, word in (("zh", "请选择"), ("en", "Choose one")):
            page = get(path, status=300, lang=language)
            assert word in text(page)
        choices = {httpx_path(link) for link in hrefs(page)}
        assert choices >= {f"{path}?site=east", f"{path}?site=west"}
        answer = get(f"{path}.json", status=300).json()
        assert len(answer["choices"]) == 2
    get(f"/agency/-/{TOWN}", status=404, site="nowhere")


def test_an_address_without_a_site_is_enough_where_there_is_one_body(get: Get) -> None:
    data = get(f"/agency/-/{LONE_TOWN}.json").json()
    assert data["site"] == "east"
    assert get(f"/report/-/{LONE_TOWN}/2023.json").json()["site"] == "east"
    get(f"/agency/-/{LONE_TOWN}", status=404, site="west")


def test_every_list_leads_to_the_right_body(get: Get) -> None:
    wanted = {f"/report/-/{TOWN}/2022?site=east", f"/report/-/{TOWN}/2022?site=west"}
    for path, params in (
        ("/region/-", {}),
        ("/search", {"q": "2022年报告"}),
        ("/changes", {}),
    ):
        found = {httpx_path(link) for link in hrefs(get(path, **params))}
        assert wanted <= found, path
    feed = get("/changes.atom").text
    assert "?site=east" in feed
    assert "?site=west" in feed


# --- changes -------------------------------------------------------------------------------


def test_changes_are_of_pages_or_of_reports(get: Get) -> None:
    pages = get("/changes.json").json()
    assert pages["about"] == "pages"
    kinds = {change["kind"] for change in pages["changes"]}
    assert "replaced" in kinds
    assert not any(kind.startswith("report_") for kind in kinds)
    reports = get("/changes.json", about="reports").json()
    kinds = {change["kind"] for change in reports["changes"]}
    assert kinds >= {"report_new", "report_replaced", "report_moved", "report_changed"}
    assert all(kind.startswith("report_") for kind in kinds)
    moved = get("/changes.json", kind="report_moved").json()["changes"]
    assert [(change["url"], change["previous_url"]) for change in moved] == [
        (MOVED_TO, MOVED)
    ]
    for language, word in (("zh", "报告被取代"), ("en", "report replaced")):
        assert word in text(get("/changes", about="reports", lang=language))
    assert "report_" not in get("/index.atom").text
    assert "报告被取代" in get("/changes.atom", about="reports", lang="zh").text


# --- the tables ----------------------------------------------------------------------------


def test_the_queries_of_replaced_and_unassigned_reports(get: Get) -> None:
    queries = load_metadata()["databases"]["archive"]["queries"]
    for name, urls in (
        ("replaced_reports", {FIXED, TAKEN}),
        ("unassigned_reports", {NO_YEAR, NO_AGENCY, TAKEN}),
    ):
        rows = get(f"/archive/{name}.json", _shape="array").json()
        assert {row["url"] for row in rows} == urls
        title = choose_words(queries[name]["title"], "zh")
        assert title in get(f"/archive/{name}").text
    rows = get(
        "/archive/search.json", _shape="array", words="二〇二〇年", year=""
    ).json()
    assert [(row["url"], row["state"]) for row in rows] == [(FIXED, "replaced")]
    rows = get(
        "/archive/agencies_by_year.json", _shape="array", year="", region=""
    ).json()
    assert len(rows) == 11
    assert len([row for row in rows if row["agency"] is None]) == 2
    rows = get("/archive/changed_after_publication.json", _shape="array").json()
    assert [(row["url"], row["version"]) for row in rows] == [(FIXED, 3)]
