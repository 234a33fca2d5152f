"""Lists that a script draws: sites with `browser: true` have their list pages drawn by
Chromium, headless.

Only lists are; reports are fetched as ever, bytes as the server sent them. The browser keeps to
the rules of the crawl: it knows the site's hosts and no other name or address, asks for one
thing at a time, for scripts and data and not for pictures, keeps to robots.txt, holds no
cookies, and stays on the page it was sent to. So a challenge that sets a cookie and loads the
page anew gets nothing, and is recorded as what it is.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from scrapy.exceptions import CannotResolveHostError
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from nianbao.crawler.middlewares import boundary
from nianbao.crawler.middlewares.politeness import PoliteHandler
from nianbao.crawler.middlewares.robots import AGENT
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import DRAWN, IRREGULAR, HostLeftOut

if TYPE_CHECKING:
    from playwright.async_api import Page
    from playwright.async_api import Request as PageRequest
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

KINDS = (
    "document",
    "script",
    "xhr",
    "fetch",
)  # what a list may need; style, pictures and fonts say nothing
QUIET_SECONDS = (
    15.0  # how long a page may take, once it is loaded, until it asks for nothing more
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
NO_COOKIES = """
Object.defineProperty(Document.prototype, "cookie", {get: () => "", set: () => undefined});
delete window.cookieStore;
"""


class BrowserHandler(PoliteHandler, ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Downloads as ever, and draws the pages that are asked for with `playwright` in their meta."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.site_hosts = crawler.spider.site.all_hosts
        self.abort_request = self._refuses
        self.turn = asyncio.Lock()  # of what the page asks for
        self.asked: PageRequest | None = None  # whose turn it is
        self.pinned = False

    async def fetch(self, request: Request) -> Response:
        """Fetch, or draw in the browser."""
        if not request.meta.get(DRAWN):
            return await super().fetch(request)
        await self._pin()
        request.meta["playwright_context_kwargs"] = {
            "service_workers": "block",
            "accept_downloads": False,
        }
        request.meta["playwright_page_init_callback"] = self._prepare
        request.meta["playwright_page_methods"] = [PageMethod(quiet)]
        request.meta[IRREGULAR] = "drawn by a browser"
        try:
            async with asyncio.timeout(self.timeout):
                return await super().fetch(request)
        finally:
            self._answered(self.asked)

    async def _pin(self) -> None:
        """Give the browser the addresses of the site's hosts, which the boundary has looked at,
        and no others.
        """
        if self.pinned:
            return
        rules = []
        for host in sorted(self.site_hosts):
            name = urlsplit(f"//{host}").hostname or ""
            address = await boundary.address_of(name)
            if address is None:
                raise CannotResolveHostError(name)
            rules.append(f"MAP {host} {f'[{address}]' if ':' in address else address}")
        pinned = f"--host-resolver-rules={', '.join([*rules, 'MAP * ~NOTFOUND'])}"
        self.config.launch_options |= {
            "executable_path": shutil.which("chromium"),
            "args": [*FLAGS, pinned],
        }
        self.pinned = True

    async def _prepare(self, page: Page, _: Request) -> None:
        await page.context.clear_cookies()
        await page.add_init_script(NO_COOKIES)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)

    async def _refuses(self, request: PageRequest) -> bool:
        """Tell whether a request of the page must not be sent; wait for its turn where it may."""
        parts = urlsplit(request.url)
        rules = self.hosts.rules.get(parts.netloc)
        if (
            parts.scheme not in ("http", "https")
            or parts.netloc not in self.site_hosts
            or rules is None
        ):
            return True
        if request.resource_type not in KINDS or not rules.can_fetch(
            request.url, AGENT
        ):
            return True
        if (
            request.is_navigation_request()
        ):  # the page itself was counted when its turn came
            return (
                request.frame.page.url != "about:blank"
                or request.frame.parent_frame is not None
            )
        try:
            async with asyncio.timeout(self.timeout):
                await self.turn.acquire()
        except TimeoutError:
            return True
        self.asked = request
        await asyncio.sleep(max(self.delay, self.hosts.delays.get(parts.netloc, 0.0)))
        try:
            self.hosts.send(parts.netloc)
        except HostLeftOut:
            self._answered(request)
            return True
        return False

    def _answered(self, request: PageRequest | None) -> None:
        """Let the next one ask when this one had its turn."""
        if request is not None and request is self.asked:
            self.asked = None
            self.turn.release()


async def quiet(page: Page) -> None:
    """Wait until the page asks for nothing more; one that never ends is taken as it is."""
    with suppress(PlaywrightError):
        await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
