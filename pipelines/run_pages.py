"""Pages of a run: each is asked for once, whatever lists of whatever sites name it.

A page that one request is after is waited for by the others; what a run has stored, the others
are answered with. A page that stood behind a redirect is known by its own address too.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nianbao.archive.records import Capture

# seconds after which a request that waits looks whether the crawl is being stopped
LOOK_UP = 0.5
# seconds for which a page is waited for: two that wait for one another go on then
LONGEST_WAIT = 300.0


class PageInFlight(NamedTuple):
    """A page that a site's crawl is asking for; `ended` is done when it is stored, or failed."""

    site: str
    ended: asyncio.Future[None]


class RunPages:
    """The pages that the crawls of a run are asking for, by address, and those behind redirects."""

    def __init__(self) -> None:
        self._in_flight: dict[str, PageInFlight] = {}
        self._behind_redirects: dict[str, int] = {}

    def add_redirects(self, visits: Iterable[tuple[str, int]]) -> None:
        """Add visits, each with the address to which redirects led it."""
        self._behind_redirects.update(visits)

    def find_redirected_visit(self, url: str) -> int | None:
        """Return the visit of the run that was led to an address; None where there is none."""
        return self._behind_redirects.get(url)

    def begin(self, url: str, site: str) -> None:
        """Take in that a site's crawl asks for a page."""
        if url not in self._in_flight:
            ended = asyncio.get_running_loop().create_future()
            self._in_flight[url] = PageInFlight(site, ended)

    def end(self, urls: Iterable[str], site: str) -> None:
        """Take in that the pages that a site's crawl asked for are stored, or were not had."""
        for url in urls:
            page = self._in_flight.get(url)
            if page is None or page.site != site:
                continue
            del self._in_flight[url]
            if not page.ended.done():
                page.ended.set_result(None)

    def end_site(self, site: str) -> None:
        """Take in that the crawl of a site has ended, whatever it was asking for."""
        urls = [url for url, page in self._in_flight.items() if page.site == site]
        self.end(urls, site)

    def store(self, capture: Capture, visit_id: int) -> None:
        """Take in that a page is stored as a visit."""
        if capture.redirects and capture.outcome in ("fetched", "not_modified"):
            self._behind_redirects.setdefault(capture.final_url, visit_id)
        self.end((capture.url, *capture.redirects), capture.site)

    async def wait_until_had(
        self,
        url: str,
        site: str,
        *,
        waits_for_own: bool,
        is_wanted: Callable[[], bool],
    ) -> None:
        """Wait while another request is after a page, of another site or of any.

        Returns early when the page is not wanted any more.
        """
        until = monotonic() + LONGEST_WAIT
        while is_wanted() and monotonic() < until:
            page = self._in_flight.get(url)
            if page is None or (page.site == site and not waits_for_own):
                return
            await asyncio.wait([page.ended], timeout=LOOK_UP)
