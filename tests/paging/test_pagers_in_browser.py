"""Pagers of every shape in Chromium, clicked on to the end: it asks for what the spider asks for.

PAGERS=all opens all shapes, else one of each kind. What the spider asks for is held against the same
requests, see tests/paging/test_pagers.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import TimeoutError, sync_playwright

from tests.browse.browser_pages import launched
from tests.paging.server import Server, normalize, serve_lists
from tests.paging.shapes import FEW_SHAPES, SHAPES
from tests.paging.walks import click_through

NAMES = tuple(SHAPES) if os.environ.get("PAGERS") == "all" else FEW_SHAPES
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve_lists(SHAPES) as server:
        yield server


@pytest.fixture(scope="module")
def requests(server: Server) -> Mapping[str, list[str]]:
    """What Chromium asks for, by shape."""
    # in a thread of its own: other tests of this process leave an event loop running
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_click_through_all, server).result()


def _click_through_all(server: Server) -> dict[str, list[str]]:
    requests: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page()
        for name in NAMES:
            try:
                click_through(page, server.build_entry(name), SHAPES[name])
            except TimeoutError as error:
                server.log.append(f"no rows: {error.message}")
            requests[name] = server.take_log()
        browser.close()
    return requests


@pytest.mark.parametrize("name", NAMES)
def test_chromium_asks_for_what_the_spider_asks_for(
    name: str, requests: Mapping[str, list[str]]
) -> None:
    expected = SHAPES[name].list_requests("browser")
    assert requests[name] == list(map(normalize, expected))
