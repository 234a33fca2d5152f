"""Looking at pages as a person does: headless Chromium, off the network, and what a page must
never do noted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = {"desktop": (1280, 900), "phone": (390, 844)}


def launched(playwright: Playwright) -> Browser:
    """Start the system's Chromium; a missing one fails in CI and skips elsewhere."""
    found = [
        shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")
    ]
    executable = next((path for path in found if path), None)
    if executable is None:
        missing = "no browser: needs chromium (Debian: apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return playwright.chromium.launch(
        executable_path=executable, headless=True, args=FLAGS
    )


@dataclass
class Seen:
    """What a page did: every request it sent, and what it must never do."""

    sent: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def watching(
    browser: Browser,
    base: str,
    screen: str = "desktop",
    language: str = "zh-CN",
    colours: Literal["light", "dark"] = "light",
) -> Iterator[tuple[Page, Seen]]:
    """Open a page on a screen; a request elsewhere, an error or a dialog is wrong, and nothing
    may have been run.
    """
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=base,
        locale=language,
        color_scheme=colours,
    )
    context.set_default_timeout(20_000)
    seen = Seen()

    def sent(url: str) -> None:
        seen.sent.append(url)
        if urlsplit(url).netloc != urlsplit(base).netloc and not url.startswith(
            "data:"
        ):
            seen.wrong.append(f"request to {url}")

    context.on("request", lambda request: sent(request.url))
    context.on(
        "page",
        lambda opened: (
            seen.wrong.append(f"opened {opened.url}")
            if context.pages[0] != opened
            else None
        ),
    )
    context.on("dialog", lambda dialog: seen.wrong.append(dialog.message))
    context.on("weberror", lambda error: seen.wrong.append(str(error.error)))
    page = context.new_page()
    try:
        yield page, seen
        assert page.evaluate("window.hostile") is None
    finally:
        context.close()
    assert seen.wrong == []
