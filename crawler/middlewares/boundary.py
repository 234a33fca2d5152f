"""The boundary: a crawl fetches from its site's hosts only, and never from private addresses.

Where a name leads is looked at by :mod:`resolver`.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import CannotResolveHostError
from scrapy.http import HtmlResponse
from scrapy.utils.response import get_meta_refresh
from twisted.internet.error import DNSLookupError

from nianbao.crawler.middlewares.resolver import (
    BoundaryResolver,
    private_address_message,
)
from nianbao.crawler.networks import is_allowed, networks_of
from nianbao.crawler.settings import REDIRECT_MAX_TIMES
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import EndlessRedirect, RefusedByBoundary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

REDIRECTS = (301, 302, 303, 307, 308)
IGNORED_TAGS = ("noscript",)  # as of Scrapy's METAREFRESH_IGNORE_TAGS


class RedirectCircleMiddleware:
    """Follow a redirect, by header or meta tag, wherever it leads, but not without end."""

    def process_request(self, request: Request) -> None:
        """Forget that the answer before was not to be followed: another try has its meta."""
        request.meta.pop("dont_redirect", None)

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise EndlessRedirect for a redirect to where the request has been, or one too many.

        A redirect to a page that was asked for by itself is followed too: what an address shows
        is known only then.
        """
        if request.meta.get("dont_redirect"):
            return response
        target = _find_target(request, response)
        if target is None:
            return response
        if target == request.url and response.status not in REDIRECTS:
            request.meta["dont_redirect"] = True  # a page that only renews itself
            return response
        trail = [*request.meta.get("redirect_urls", []), request.url]
        if target in trail:
            circle = " → ".join((*trail, target))
            raise EndlessRedirect(f"the redirects lead in a circle: {circle}")
        if len(trail) > REDIRECT_MAX_TIMES:
            raise EndlessRedirect(f"more than {REDIRECT_MAX_TIMES} redirects")
        request.dont_filter = True
        return response


def _find_target(request: Request, response: Response) -> str | None:
    """Return where an answer sends its reader; None where it does not."""
    location = response.headers.get("Location")
    if location is not None and response.status in REDIRECTS:
        return urljoin(request.url, location.decode("latin-1"))
    if isinstance(response, HtmlResponse):
        _, url = get_meta_refresh(response, ignore_tags=IGNORED_TAGS)
        return url
    return None


class BoundaryMiddleware:
    """Refuse requests that leave the site's hosts or name a private address."""

    def __init__(self, crawler: Crawler) -> None:
        spider = crawler.spider
        if not isinstance(spider, SiteSpider):
            raise TypeError(f"{spider} is not a spider of nianbao")
        self.spider = spider
        self.networks = networks_of(crawler.settings.getlist("NIANBAO_ALLOW_ADDRESS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BoundaryMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise RefusedByBoundary, with the reason, for an address outside.

        Each redirect comes here too.
        """
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedByBoundary(f"the address is not of the web: {parts.scheme}:")
        if not self.spider.owns_host(request.url):
            site_hosts = ", ".join(sorted(self.spider.site.all_hosts))
            raise RefusedByBoundary(
                f"{parts.netloc} is not a host of this site ({site_hosts})"
            )
        self._refuse_private_address(parts.hostname or "")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name that leads to a private address from a name that leads nowhere."""
        if not isinstance(exception, (CannotResolveHostError, DNSLookupError)):
            return
        host = urlsplit(request.url).hostname
        if host in BoundaryResolver.refusals:
            raise RefusedByBoundary(BoundaryResolver.refusals[host]) from exception

    def _refuse_private_address(self, host: str) -> None:
        try:
            ip_address(host)
        except ValueError:
            return  # a name: the resolver looks where it leads
        if not is_allowed(host, self.networks):
            raise RefusedByBoundary(private_address_message(host, host))
