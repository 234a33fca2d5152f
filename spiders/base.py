"""What every spider of a site has: its site file, and requests for list pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy.http import Request

from nianbao.archive.records import Hints
from nianbao.spiders.capture import DRAWN
from nianbao.spiders.catalogue import Site, read_site
from nianbao.spiders.lists.page import FormPost, NextPage, read_address
from nianbao.spiders.own_hosts import has_host
from nianbao.spiders.site_folders import find_site_file

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LIST_PRIORITY = 10  # lists before the pages that they name


class SiteSpider(scrapy.Spider):
    """A spider of one site; `site` is its id, or the site itself."""

    def __init__(
        self, site: str | Site, sites: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(site, str):
            own_folder = Path(sites) if sites else None
            site = read_site(find_site_file(site, own_folder))
        self.site = site
        self.failed_list_count = 0
        # A list changed, and its ETag or Last-Modified did not.
        self.validators_lied = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        kwargs.setdefault("sites", crawler.settings.get("NIANBAO_SITES"))
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = spider.site.settings()
        for name, value in settings.items():
            crawler.settings.set(name, value, priority="spider")
        return spider

    def owns_host(self, url: str) -> bool:
        """Tell whether the host of an address is the site's; `www.` makes no other site."""
        return has_host(self.site.all_hosts, url)

    def count_failed_list(self) -> None:
        """Count a list that could not be read to its end: nobody knows all that it names."""
        self.failed_list_count += 1


def build_list_request(
    page: NextPage,
    hints: Hints,
    callback: Callable[..., Any],
    errback: Callable[..., Any],
    *,
    browser: bool = False,
) -> Request:
    """Return the request for a list page; its address is absolute already.

    `browser`: a page that is requested by its address alone is drawn by a browser.
    """
    request = Request(
        read_address(page),
        callback,
        errback=errback,
        meta={"role": "list", "hints": hints},
        priority=LIST_PRIORITY,
    )
    if isinstance(page, FormPost):
        headers = {"Content-Type": page.content_type}
        return request.replace(method="POST", body=page.body, headers=headers)
    request.meta[DRAWN] = browser
    return request
