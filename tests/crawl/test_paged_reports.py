"""A report in several pages is one report: in a crawl, read again, merged, exported and taken in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from tests.crawl.commands import content, nianbao
from tests.crawl.small_site import Page, Small, small
from tests.reader.report_parts import load_text, put_into_shell, split_text

TITLE = "西霞县自然资源局2024年政府信息公开工作年度报告"
PAGES = 3


class FirstPage(Page):
    """The first page of a report in several."""

    @property
    def title(self) -> str:
        return TITLE

    def body(self) -> bytes:
        return draw_page(load_text(), 1)


def draw_page(text: str, number: int) -> bytes:
    """Return a page of the report with the pager below its part of the text."""
    part = split_text(text, PAGES)[number - 1]
    pager = f"<p>{number}/{PAGES}</p>"
    if number < PAGES:
        pager = f'<p><a href="t20250120_1_{number + 1}.html">下一页</a></p>'
    return put_into_shell(f'<div class="TRS_Editor">{part}</div>{pager}').encode()


def further_path(number: int) -> str:
    return f"/nb/202501/t20250120_1_{number}.html"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    """A site whose only report stands on three pages."""
    with small(tmp_path, [FirstPage(2024, "2025-01-20")]) as site:
        for number in (2, 3):
            site.files[further_path(number)] = draw_page(load_text(), number)
        site.content_type = "text/html; charset=utf-8"
        yield site


def read_report(archive: Path) -> tuple[str, int]:
    """Return the text of the only report, and how many figures it has."""
    query = """
    SELECT readings.text,
           (SELECT count(*) FROM figures WHERE figures.version_id = readings.version_id)
    FROM documents JOIN readings ON readings.version_id = documents.current_version_id
    """
    with closing(sqlite3.connect(archive)) as db:
        ((text, figure_count),) = db.execute(query).fetchall()
    return text, figure_count


def select_derived(archive: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was read of the pages of an archive."""
    tables = content(archive)
    return {name: tables[name] for name in ("versions", "readings", "figures")}


def test_the_pages_are_one_report_wherever_the_archive_goes(site: Small) -> None:
    crawl = site.crawl()
    assert (crawl["ok"], crawl["holdings"]["reports"]) == (True, 1)
    assert crawl["holdings"]["versions"] == 1
    text, figure_count = read_report(site.archive)
    assert ("六、其他需要报告的事项" in text, figure_count) == (True, 200)
    assert "下一页" not in text

    again = site.crawl()
    assert (again["changes"], again["holdings"]["versions"]) == ({}, 1)

    nianbao("verify", "--archive", site.archive)
    crawled = select_derived(site.archive)
    nianbao("reread", "--all", "--archive", site.archive)
    assert select_derived(site.archive) == crawled

    merged = site.folder / "merged.db"
    nianbao("merge", site.archive, "--archive", merged)
    assert select_derived(merged) == crawled
    nianbao("reread", "--all", "--archive", merged)
    assert select_derived(merged) == crawled
    nianbao("verify", "--archive", merged)

    warc = site.folder / "captures"
    nianbao("export", "warc", warc, "--archive", site.archive)
    taken_in = site.folder / "taken_in.db"
    nianbao("import", warc, "--archive", taken_in)
    assert select_derived(taken_in) == crawled
    nianbao("verify", "--archive", taken_in)


def test_a_change_on_a_further_page_is_one_of_the_report(site: Small) -> None:
    site.crawl()
    changed_text = load_text().replace("信息员更换频繁", "信息员不足")
    site.files[further_path(2)] = draw_page(changed_text, 2)
    assert site.crawl()["changes"] == {"changed": 1}
    assert "信息员不足" in read_report(site.archive)[0]


def test_a_further_page_that_is_down_makes_no_version(site: Small) -> None:
    site.crawl()
    site.broken.add(further_path(2))
    crawl = site.crawl()
    assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, 1)
    assert has_finding(site.archive, "page.part_lost")
    site.broken.clear()
    crawl = site.crawl()
    assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, 1)


def test_a_further_page_that_is_gone_is_said(site: Small) -> None:
    del site.files[further_path(3)]
    site.crawl()
    assert has_finding(site.archive, "page.part_lost")
    assert "六、其他需要报告的事项" not in read_report(site.archive)[0]


def has_finding(path: Path, rule: str) -> bool:
    with Archive(path) as archive:
        query = "SELECT count(*) FROM findings WHERE rule = ?"
        ((count,),) = archive.db.execute(query, [rule]).fetchall()
    return bool(count)
