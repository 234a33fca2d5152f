"""A listed page whose report a script draws: the browser draws it where it may, else it is said."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawl.small_site import Page, Small, small
from tests.reader.report_parts import TITLE, load_text

SHELL = f"""<html><head><meta charset="utf-8"><title>{TITLE}</title><script src="/app.js"></script></head>
<body><h1>{TITLE}</h1><div id="app"></div><div class="footer">主办单位：西霞县人民政府办公室</div></body></html>"""
# The address of the data is put together, so that nothing but running it tells.
SCRIPT = """
addEventListener("load", async () => {
  const name = document.title.length + ".json";
  const answer = await fetch("/data/" + name);
  document.querySelector("#app").innerHTML = (await answer.json()).content;
});
"""
DATA_PATH = f"/data/{len(TITLE)}.json"


class Shell(Page):
    """A listed page that is empty until its script has run."""

    @property
    def title(self) -> str:
        return TITLE

    def body(self) -> bytes:
        return SHELL.encode()


@pytest.fixture(autouse=True)
def _browser() -> None:
    if shutil.which("chromium") is None and not os.environ.get("CI"):
        pytest.skip("needs chromium")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    page = Shell(2024, "2025-01-20")
    with small(tmp_path, [page]) as site:
        site.content_type = "text/javascript"
        site.etags[page.path] = '"shell"'
        site.files["/app.js"] = SCRIPT.encode()
        show(site, load_text())
        yield site


def show(site: Small, text: str) -> None:
    site.files[DATA_PATH] = json.dumps({"content": text}).encode()


def select(archive: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(archive)) as db:
        return db.execute(query).fetchall()


def test_a_report_that_a_script_draws(site: Small) -> None:
    crawl = site.crawl("--browser")
    assert (crawl["ok"], crawl["holdings"]["reports"]) == (True, 1)
    query = "SELECT message FROM visits WHERE role = 'report'"
    assert select(site.archive, query) == [("drawn by a browser",)]
    query = "SELECT rule FROM findings WHERE severity <> 'info'"
    assert select(site.archive, query) == []
    figures = select(site.archive, "SELECT count(*) FROM figures")
    assert figures == [(200,)]

    again = site.crawl("--browser")
    assert (again["changes"], again["holdings"]["versions"]) == ({}, 1)

    show(site, load_text().replace("信息员更换频繁", "信息员不足"))
    later = site.crawl("--browser")
    assert later["changes"] == {"changed": 1}, "its shell is the same, and has an ETag"


def test_where_no_browser_is_allowed_it_is_said(site: Small) -> None:
    crawl = site.crawl()
    assert crawl["holdings"]["reports"] == 0
    assert "/app.js" not in site.paths()
    query = "SELECT url, rule, message FROM findings WHERE severity = 'warning'"
    ((url, rule, message),) = select(site.archive, query)
    assert (url.rpartition("/")[2], rule) == ("t20250120_1.html", "page.report_unread")
    assert "what a script draws" in message


def test_a_page_that_shows_nothing_when_drawn_is_said(site: Small) -> None:
    show(site, "")
    crawl = site.crawl("--browser")
    assert crawl["holdings"]["reports"] == 0
    query = "SELECT rule FROM findings WHERE severity = 'warning'"
    assert select(site.archive, query) == [("page.report_unread",)]
