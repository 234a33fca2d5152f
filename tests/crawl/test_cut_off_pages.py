"""A page that comes cut off does not replace the whole one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawl.small_site import Page, Small, small
from tests.reader.report_parts import TITLE, load_text, show_inline


@dataclass
class CutPage(Page):
    """A report's page of which the server sends so many bytes, all where it is None."""

    length: int | None = None
    part_times: int = 99  # how often it sends no more, then all

    @property
    def title(self) -> str:
        return TITLE

    def body(self) -> bytes:
        body = show_inline(load_text()).encode()
        if self.length is None or self.part_times == 0:
            return body
        self.part_times -= 1
        return body[: self.length]


WHOLE = show_inline(load_text()).encode()
PLACES = {
    "within a tag": WHOLE.rindex(b"<tr") + 2,
    "within a table": WHOLE.rindex(b"</tr>") + 5,
    "between paragraphs": WHOLE.rindex("六、其他".encode()) - len(b"<p>"),
    "within a sign": WHOLE.rindex("其他".encode()) + 1,
    "before the footer": WHOLE.rindex(b'<div class="footer"'),
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    with small(tmp_path, [CutPage(2024, "2025-01-20")]) as site:
        yield site


def test_a_part_of_a_page_is_said_and_makes_no_version(tmp_path: Path) -> None:
    pages = [CutPage(2020 + number, "2025-01-20") for number in range(len(PLACES))]
    with small(tmp_path, list(pages)) as site:
        site.crawl()
        for page, length in zip(pages, PLACES.values(), strict=True):
            page.length = length
        crawl = site.crawl(code=1)
        assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, len(PLACES))
        assert list_warnings(site.archive) == ["page.replaced"] * len(PLACES)
        for page in pages:
            page.length = None
        crawl = site.crawl()
        assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, len(PLACES))


def test_what_is_whole_at_the_next_try_is_not_told(site: Small) -> None:
    site.crawl()
    (page,) = site.pages
    assert isinstance(page, CutPage)
    page.length = PLACES["within a table"]
    page.part_times = 1
    crawl = site.crawl()
    assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, 1)
    assert list_warnings(site.archive) == []


def test_a_page_that_never_had_an_end_may_change(site: Small) -> None:
    (page,) = site.pages
    assert isinstance(page, CutPage)
    page.length = PLACES["before the footer"]
    site.crawl()
    page.length = PLACES["between paragraphs"]
    assert site.crawl()["changes"] == {"changed": 1}


def list_warnings(archive: Path) -> list[str]:
    query = (
        "SELECT rule FROM findings WHERE severity = 'warning' AND rule LIKE 'page.%'"
    )
    with closing(sqlite3.connect(archive)) as db:
        return [rule for (rule,) in db.execute(query)]
