"""No line of a reading's text that Chromium does not show: on the real pages beside the checkout."""

from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.payload.decode import decode_payload
from nianbao.pipelines.reader.payload.normal_form import remove_invisible
from tests.browse.browser_pages import launched
from tests.reader import mutations
from tests.reader.test_mutations import make

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
OWN_PAGES = 5
FOLDERS = ("html", "pages", "lists")
_SHOWN = """() => [document.body ? document.body.innerText : "", document.title,
  ...[...document.querySelectorAll("input,textarea")].map(field => field.value)].join("\\n")"""
# What the reader writes in the place of something that is no text.
_STANDS_FOR = re.compile(r"\[(?:图片|脚本|公式)[^\]]*\]|[\[\]]")


class SeenPage(NamedTuple):
    """The source of a page, and the lines that the reader has of it."""

    name: str
    source: str
    lines: list[str]


def prepare(name: str, payload: bytes) -> SeenPage:
    source = decode_payload(payload).text
    return SeenPage(name, source, read(payload).text.split("\n"))


def list_real_pages() -> list[SeenPage]:
    paths = [
        path for folder in FOLDERS for path in sorted((SHARED / folder).glob("*.html"))
    ]
    return [prepare(path.name, path.read_bytes()) for path in paths]


def list_own_pages() -> list[SeenPage]:
    pages = []
    for number in range(OWN_PAGES):
        page = make(number)
        for seed in (1, 2):
            dice = mutations.Random(f"{number} {seed}")
            mutations.hide_text_in_cell(page, dice)
            mutations.put_hidden_table(page, dice)
            mutations.put_hidden_row(page, dice)
        pages.append(prepare(f"page {number}", page.write()))
    return pages


def squeeze(text: str) -> str:
    folded = unicodedata.normalize("NFKC", remove_invisible(text))
    return "".join(_STANDS_FOR.sub("", folded).split())


def show_in_chromium(pages: list[SeenPage]) -> list[str]:
    """Return what each page shows: no script runs, and nothing is fetched."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        texts = [_show(page, seen_page.source) for seen_page in pages]
        browser.close()
        return texts


def _show(page: Page, source: str) -> str:
    address = "http://page.localhost/"

    def answer(route: Route) -> None:
        if route.request.url == address and route.request.is_navigation_request():
            body = source.encode("utf-8", "replace")
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(address, wait_until="domcontentloaded")
    shown: str = page.evaluate(_SHOWN)
    return shown


def list_unseen_lines(pages: list[SeenPage]) -> list[str]:
    # in a thread of its own: other tests of this process leave an event loop running
    with ThreadPoolExecutor(1) as thread:
        texts = thread.submit(show_in_chromium, pages).result()
    unseen: list[str] = []
    for page, text in zip(pages, texts, strict=True):
        shown = squeeze(text)
        for line in page.lines:
            for part in line.split("\t"):
                if squeeze(part) not in shown:
                    unseen.append(f"{page.name}: {part}")
    return unseen


@pytest.mark.browser
def test_real_pages() -> None:
    if not SHARED.is_dir():
        pytest.skip("the pages of ../shared/data are not beside this checkout")
    assert list_unseen_lines(list_real_pages()) == []


@pytest.mark.browser
def test_own_pages() -> None:
    assert list_unseen_lines(list_own_pages()) == []
