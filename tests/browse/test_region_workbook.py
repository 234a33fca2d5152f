"""The Excel file of a region: what the archive has of it, or what to do where that is too much."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from python_calamine import CalamineWorkbook

from nianbao.archive import Archive
from nianbao.archive.browse.downloads import region_workbook
from nianbao.archive.browse.page import PageNotFound, RawAnswer
from nianbao.archive.export.workbook import write_workbook
from nianbao.archive.read_model.regions import NOWHERE
from tests.browse.asked_pages import ask_page, make_request

COUNTY = "样例省北原市西霞县"


@pytest.fixture
def archive(archive_path: Path) -> Iterator[Archive]:
    with Archive(archive_path) as archive:
        yield archive


def ask(archive: Archive, region: str, query: str = "") -> RawAnswer:
    route, request = make_request(f"/region/{quote(region)}{query}", "xlsx")
    answer = route.view(archive.db, request)
    assert isinstance(answer, RawAnswer)
    return answer


def sheets(answer: RawAnswer) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("query", ["", "?year=2021"])
def test_the_file_has_what_the_archive_has(archive: Archive, query: str) -> None:
    answer = ask(archive, COUNTY, query)
    year = 2021 if query else None
    found = sheets(answer)
    assert list(found) == [
        *("panel", "figures", "findings", "agencies", "dictionary", "about")
    ]
    for name in ("panel", "figures", "findings"):
        records = list(getattr(archive, name)(region=COUNTY, year=year))
        urls = [row[found[name][1].index("url")] for row in found[name][2:]]
        assert urls == [record.url or "" for record in records]
    assert found["panel"][2:]
    _, _, name = answer.headers["Content-Disposition"].partition("''")
    assert unquote(name) == f"{COUNTY}{year or ''}.xlsx"


def test_figures_that_are_too_many_are_said_to_be_left_out(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region_workbook, "MOST_WITH_FIGURES", 1)
    found = sheets(ask(archive, COUNTY))
    assert list(found) == ["panel", "findings", "agencies", "dictionary", "about"]
    assert any("figures is left out" in row[2] for row in found["about"])
    assert "figures" not in {row[0] for row in found["dictionary"]}


def test_too_many_reports_lead_to_the_years(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region_workbook, "MOST_REPORTS", 2)
    with pytest.raises(PageNotFound) as caught:
        ask(archive, COUNTY)
    assert "nianbao export xlsx" in caught.value.message
    addresses = [link.address for link in caught.value.links]
    assert f"/region/{quote(COUNTY)}.xlsx?year=2021" in addresses
    monkeypatch.setattr(region_workbook, "MOST_REPORTS", 0)
    with pytest.raises(PageNotFound) as caught:
        ask(archive, COUNTY, "?year=2021")
    assert caught.value.links == []


def test_the_place_of_no_region_has_no_file(archive: Archive) -> None:
    with pytest.raises(PageNotFound):
        ask(archive, NOWHERE)


def test_the_time_limit_of_queries_is_for_reading_alone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, rows: Any) -> None:
        archive.db.conn.set_progress_handler(lambda: 1, 1)  # the time is over
        write_workbook(path, rows)
        archive.db.conn.set_progress_handler(None, 1)

    monkeypatch.setattr(region_workbook, "write_workbook", write)
    assert "figures" in sheets(ask(archive, COUNTY))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_has_a_button(archive: Archive, language: str) -> None:
    page = ask_page(archive, f"/region/{quote(COUNTY)}?year=2021", language=language)
    assert f'class="download" href="/region/{quote(COUNTY)}.xlsx?year=2021"' in page
