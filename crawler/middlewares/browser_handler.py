"""Pages that a script draws: those of sites with `browser: true` are drawn by Chromium.

Lists are; a report is fetched as ever, bytes as the server sent them, and drawn only where its
page has no report and next to no text. The browser runs headless and keeps to the rules of the
crawl: it knows the site's hosts and no other name or address, asks for one thing at a time, for
scripts and data and not for pictures, obeys robots.txt, has no cookies, and stays on the page it
was sent to. So a challenge that sets a cookie and loads the page anew gets nothing, and is
recorded as what it is.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from nianbao.crawler.middlewares.polite_handler import PoliteHandler
from nianbao.crawler.middlewares.resolver import resolve_addresses
from nianbao.crawler.middlewares.robots import AGENT
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import DRAWN, DRAWN_MESSAGE, IRREGULAR, HostLeftOut
from nianbao.spiders.own_hosts import find_twin, has_host

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from playwright.async_api import Page
    from playwright.async_api import Request as PageRequest
    from protego import Protego
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

# what a page may need; style, pictures and fonts say nothing
RESOURCE_TYPES = ("document", "script", "xhr", "fetch")
# how long a page may take, once it is loaded, until it asks for nothing more
QUIET_SECONDS = 15.0
# for a page that was given up, or the browser, to be closed: what stands still cannot be
CLOSE_SECONDS = 5.0
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
        self.abort_request = self._refuse_request
        # one request of a page at a time: the lock, and the request that holds it
        self.turn = asyncio.Lock()
        self.turn_holder: PageRequest | None = None
        self.has_host_rules = False

    async def fetch(self, request: Request) -> Response:
        """Fetch, or draw in the browser."""
        if not request.meta.get(DRAWN):
            return await super().fetch(request)
        if request.meta.get("proxy"):
            raise DownloadFailedError("the browser does not go through a proxy")
        request.meta["playwright_context_kwargs"] = {
            "service_workers": "block",
            "accept_downloads": False,
        }
        pages: list[Page] = []
        prepare = partial(self._prepare_page, pages)
        request.meta["playwright_page_init_callback"] = prepare
        request.meta["playwright_page_methods"] = [PageMethod(wait_until_quiet)]
        request.meta[IRREGULAR] = DRAWN_MESSAGE
        try:
            async with asyncio.timeout(self.timeout):
                await self._restrict_hosts()
                return await super().fetch(request)
        except TimeoutError as error:
            for page in pages:  # else it would be one of the few that may be open
                await _close_in_time(page.close())
            raise DownloadTimeoutError(
                f"drawing {request.url} took longer than {self.timeout:g} seconds"
            ) from error
        finally:
            self._end_turn(self.turn_holder)

    async def _restrict_hosts(self) -> None:
        """Give the browser the addresses of the site's hosts, and no others.

        The boundary has looked at these addresses. A host need not have a twin with `www.`.
        """
        if self.has_host_rules:
            return
        rules = []
        for host in sorted(self.site_hosts):
            rule = await _write_host_rule(host)
            if rule is None:
                raise CannotResolveHostError(host)
            rules.append(rule)
            twin = find_twin(host)
            if twin is not None:
                rules.append(await _write_host_rule(twin) or "")
        rules = [rule for rule in rules if rule]
        rules.append("MAP * ~NOTFOUND")
        self.config.launch_options |= {
            "executable_path": shutil.which("chromium"),
            "args": [*FLAGS, f"--host-resolver-rules={', '.join(rules)}"],
        }
        self.has_host_rules = True

    async def _close(self) -> None:
        """Close the browser; where it stands still, it is left to end with the program."""
        await _close_in_time(super()._close())

    async def _prepare_page(self, pages: list[Page], page: Page, _: Request) -> None:
        """Prepare a page that is opened; `pages` is told of it."""
        pages.append(page)
        await page.context.clear_cookies()
        await page.add_init_script(NO_COOKIES)
        page.on("requestfinished", self._end_turn)
        page.on("requestfailed", self._end_turn)

    async def _refuse_request(self, request: PageRequest) -> bool:
        """Tell whether a request of the page must not be sent; wait for its turn where it may."""
        if not self._may_request(request):
            return True
        if request.is_navigation_request():
            return not _is_first_navigation(request)
        try:
            async with asyncio.timeout(self.timeout):
                await self.turn.acquire()
        except TimeoutError:
            return True
        self.turn_holder = request
        host = urlsplit(request.url).netloc
        await asyncio.sleep(max(self.delay, self.hosts.delays.get(host, 0.0)))
        try:
            self.hosts.count_request(host)
        except HostLeftOut:
            self._end_turn(request)
            return True
        return False

    def _may_request(self, request: PageRequest) -> bool:
        """Tell whether the boundary and robots.txt allow a request of the page."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            return False
        if not has_host(self.site_hosts, request.url):
            return False
        if request.resource_type not in RESOURCE_TYPES:
            return False
        rules = self._find_rules(parts.netloc)
        return rules is not None and rules.can_fetch(request.url, AGENT)

    def _find_rules(self, netloc: str) -> Protego | None:
        """Return the rules of a host, else those of its twin with or without `www.`."""
        rules = self.hosts.rules.get(netloc)
        if rules is None:
            rules = self.hosts.rules.get(find_twin(netloc) or "")
        return rules

    def _end_turn(self, request: PageRequest | None) -> None:
        """Let the next request have its turn when this one had it."""
        if request is not None and request is self.turn_holder:
            self.turn_holder = None
            self.turn.release()


async def _write_host_rule(host: str) -> str | None:
    """Return the rule by which the browser knows a host's address; None where it has none."""
    name = urlsplit(f"//{host}").hostname or ""
    addresses = await resolve_addresses(name)
    if not addresses:
        return None
    address = min(addresses)
    if ":" in address:
        address = f"[{address}]"
    return f"MAP {host} {address}"


def _is_first_navigation(request: PageRequest) -> bool:
    """Tell whether a page is opened, and not left for another or opened in a frame.

    The page itself was counted when its turn came.
    """
    frame = request.frame
    return frame.page.url == "about:blank" and frame.parent_frame is None


async def _close_in_time(closing: Coroutine[Any, Any, None]) -> None:
    """Wait until something is closed, for a few seconds at most."""
    with suppress(TimeoutError, PlaywrightError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing


async def wait_until_quiet(page: Page) -> None:
    """Wait until the page asks for nothing more; one that never ends is taken as it is."""
    with suppress(PlaywrightError):
        await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
