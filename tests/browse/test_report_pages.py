"""The pages of reports, documents, versions and agencies, as a program sees them: on the sample
province.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from nianbao.archive.browse.addresses import Addresses

TO = Addresses("/")
Get = Callable[..., httpx.Response]
WHOSE = (
    "FROM reports JOIN agencies ON agencies.id = reports.agency_id"
    " JOIN regions ON regions.id = agencies.region_id JOIN versions ON versions.id = reports.version_id"
    " JOIN documents ON documents.id = versions.document_id"
)


@pytest.fixture(scope="module")
def rows(sample_path: Path) -> Iterator[Callable[..., list[Any]]]:
    """Ask the archive itself."""
    with sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True) as db:
        yield lambda query, *arguments: db.execute(query, arguments).fetchall()
    db.close()


@pytest.fixture(scope="module")
def get(sample_base: str) -> Iterator[Get]:
    """Fetch a page of the sample province."""
    with httpx.Client(base_url=sample_base, trust_env=False, timeout=60) as client:

        def fetch(path: str, status: int = 200) -> httpx.Response:
            client.cookies.clear()  # the language chosen before
            answer = client.get(path)
            assert answer.status_code == status, f"{path}: {answer.text}"
            return answer

        yield fetch


def test_every_page_of_every_report_answers_in_both_languages(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    reports = rows(
        f"SELECT form, regions.name, agencies.name, report_year {WHOSE} GROUP BY form"
    )
    assert len(reports) >= 4
    for _, region, agency, year in reports:
        for page in (TO.report(region, agency, year), TO.agency(region, agency)):
            for language in ("zh", "en"):
                assert agency in get(f"{page}?lang={language}").text


def test_every_figure_of_a_report_stands_in_its_cell(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    for form in ("g2008_local", "g2019", "g2021"):
        region, agency, year, version = rows(
            f"SELECT regions.name, agencies.name, report_year, version_id {WHOSE} WHERE form = ? LIMIT 1",
            form,
        )[0]
        page = get(TO.report(region, agency, year)).text
        figures = rows(
            'SELECT "table", "row", "column", value FROM figures WHERE version_id = ?',
            version,
        )
        assert figures
        for table, row, column, _ in figures:
            assert f'id="{table}-{row}-{column}"'.replace(" ", "_") in page
        lines = list(
            csv.DictReader(
                io.StringIO(
                    get(TO.report(region, agency, year) + ".csv").text.lstrip("\ufeff")
                )
            )
        )
        told = {
            (line["table"], line["row"], line["column"]): line["value"]
            for line in lines
        }
        assert told == {
            row[:3]: "" if row[3] is None else str(row[3]) for row in figures
        }
        assert all(line["row_label"] for line in lines)


def test_a_report_leads_back_to_its_bytes(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    region, agency, year, sha256, url = rows(
        f"SELECT regions.name, agencies.name, report_year, payload_sha256, documents.url {WHOSE} LIMIT 1"
    )[0]
    page = get(TO.report(region, agency, year)).text
    for evidence in (sha256, url, TO.archived(sha256), TO.archived(sha256, "bytes")):
        assert evidence in page
    answer = get(TO.archived(sha256, "bytes"))
    assert hashlib.sha256(answer.content).hexdigest() == sha256
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/octet-stream"


def test_what_json_tells_is_what_the_archive_has(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    region, agency, year, version, published = rows(
        f"SELECT regions.name, agencies.name, report_year, version_id, published_on {WHOSE}"
        " WHERE finding_rules LIKE '%req.%' LIMIT 1"
    )[0]
    told = json.loads(get(TO.report(region, agency, year) + ".json").text)
    shown = told["shown"]
    assert shown["published_on"] == published
    assert (
        len(shown["figures"])
        == rows("SELECT count(*) FROM figures WHERE version_id = ?", version)[0][0]
    )
    assert any(finding["rule"].startswith("req.") for finding in shown["findings"])
    assert shown["details"]["date_candidates"]


def test_a_report_as_it_stood(get: Get, rows: Callable[..., list[Any]]) -> None:
    region, agency, year, url = changed(rows)
    seen = rows(
        "SELECT visited_at FROM versions JOIN visits ON visits.id = first_visit_id JOIN documents"
        " ON documents.id = document_id WHERE documents.url = ? ORDER BY number",
        url,
    )
    then, now = (get(TO.report(region, agency, year, at=at)).text for (at,) in seen)
    assert "这是第 1 版" in then
    assert "这是第 1 版" not in now
    assert get(TO.report(region, agency, year)).text.count("2 个版本") >= 1
    get(TO.report(region, agency, year, at="1999-01-01"), status=404)
    get(TO.report(region, agency, year, at="yesterday"), status=400)


def changed(rows: Callable[..., list[Any]]) -> Any:
    """Return a report of which a figure was changed."""
    return rows(
        f"SELECT regions.name, agencies.name, reports.report_year, documents.url {WHOSE} WHERE reports.id IN"
        " (SELECT reports.id FROM reports JOIN findings ON findings.agency_id = reports.agency_id"
        "  AND findings.report_year = reports.report_year"
        "  WHERE rule = 'report.changed' AND \"column\" = 'natural_person') LIMIT 1"
    )[0]


def test_a_difference_names_both_versions(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    *_, url = changed(rows)
    page = get(TO.diff(url))
    assert "网页有改动" in page.text
    assert page.text.count('class="num changed"') == 1
    cited = json.loads(get(TO.diff(url).replace("/diff?", "/diff.json?")).text)
    assert len(cited["cells"]) == 1
    table = get(TO.diff(url).replace("/diff?", "/diff.csv?")).text.splitlines()
    assert table[0].startswith("\ufefftable,row,column,before,after,from_url")
    assert len(table) == 2
    address = cited["address"]
    assert "from=" in address
    assert "to=" in address
    assert get(address).text.count('class="num changed"') == 1
    alone = rows(
        "SELECT url FROM documents JOIN versions ON versions.document_id = documents.id GROUP BY 1 HAVING count(*) = 1"
    )
    get(TO.diff(alone[0][0]), status=404)


def test_a_document_that_is_nobodys_report_has_its_page(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    urls = rows(
        "SELECT url FROM documents JOIN readings ON readings.version_id = current_version_id"
        " WHERE agency_id IS NULL OR report_year IS NULL OR form = 'unknown'"
    )
    urls += rows("SELECT url FROM documents WHERE state IN ('vanished', 'moved')")
    assert len(urls) >= 3
    for (url,) in urls:
        assert url.replace("&", "&amp;") in get(TO.document(url)).text
    get(TO.document("http://nowhere.example.gov.cn/"), status=404)
    get("/document", status=404)


def test_an_agency_tells_all_its_years(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    region, agency, count = rows(
        f"SELECT regions.name, agencies.name, count(*) {WHOSE} GROUP BY agencies.id ORDER BY 3 DESC LIMIT 1"
    )[0]
    page = get(TO.agency(region, agency)).text
    assert page.count('<a class="year"') == count
    assert page.count("<svg viewBox") >= 6
    panel = list(
        csv.DictReader(
            io.StringIO(get(TO.agency(region, agency) + ".csv").text.lstrip("\ufeff"))
        )
    )
    assert len({line["report_year"] for line in panel}) == count
    assert "<entry>" in get(TO.agency(region, agency) + ".atom").text


def test_what_is_not_there_leads_to_what_may_be_meant(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    region, agency = rows(
        f"SELECT regions.name, agencies.name {WHOSE} WHERE regions.id IS NOT NULL LIMIT 1"
    )[0]
    for path in (
        TO.agency(None, agency[:-2]),
        TO.report(region, agency, 1999),
        TO.agency("样例省", agency),
    ):
        assert TO.agency(region, agency) in get(path, status=404).text
    get(f"/report/{quote(region)}/{quote(agency)}/99", status=404)
    get("/archived/" + "0" * 64, status=404)
    get("/archived/" + "0" * 64 + "/page", status=404)
    get("/archived/" + "0" * 64 + "/bytes", status=404)
    get("/archived/../../etc/passwd", status=404)


def test_the_framed_page_is_held_by_its_headers(
    get: Get, rows: Callable[..., list[Any]]
) -> None:
    for sha256, charset in rows(
        "SELECT payload_sha256, max(charset) FROM versions JOIN readings ON readings.version_id = versions.id"
        " JOIN documents ON documents.id = document_id WHERE site_id IN ('gucheng', 'xixia') GROUP BY 1 LIMIT 6"
    ):
        assert 'sandbox=""' in get(TO.archived(sha256)).text
        answer = get(TO.archived(sha256, "page"))
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "�" not in answer.text, charset
        assert "<script" not in answer.text
