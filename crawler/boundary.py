"""The boundary: a crawl fetches from its site's hosts and from nowhere else, and never from private addresses.

Names under `.localhost` are the loopback address (RFC 6761), which is refused like every other
private one unless the run allows it (`--allow-address`, and `--sample` for the sample province).
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from spiders.base import ReportSpider
from spiders.capture import RefusedByBoundary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

Networks = tuple[IPv4Network | IPv6Network, ...]


def allowed(address: str, networks: Networks) -> bool:
    """Tell whether an IP address may be fetched from: a public one, or one in an allowed network."""
    ip = ip_address(address)
    return ip.is_global or any(ip in network for network in networks)


def _networks(crawler: Crawler) -> Networks:
    return tuple(ip_network(text) for text in crawler.settings.getlist("NIANBAO_ALLOW_ADDRESS"))


class Resolver(CachingThreadedResolver):
    """Resolve names as the system does, and let no private address through that is not allowed."""

    networks: Networks = ()
    refused: ClassVar[dict[str, str]] = {}  # names that led to a private address, and to which

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Resolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.networks = _networks(crawler)
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """Return the address of a name; fail with DNSLookupError when it is private and not allowed."""
        if name == "localhost" or name.endswith(".localhost"):
            found: Deferred[str] = defer.succeed("127.0.0.1")
        else:
            found = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if not allowed(address, self.networks):
            self.refused[name] = address
            raise DNSLookupError(f"{name} is at the private address {address}")
        return address


class BoundaryMiddleware:
    """Refuse requests that leave the site's hosts or name a private address."""

    def __init__(self, crawler: Crawler) -> None:
        spider = crawler.spider
        if not isinstance(spider, ReportSpider):
            raise TypeError(f"{spider} is not a spider of nianbao")
        self.hosts = spider.site.all_hosts
        self.networks = _networks(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BoundaryMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise RefusedByBoundary, with the reason, for an address outside; each redirect comes here too."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedByBoundary(f"the address is not of the web: {parts.scheme}:")
        if parts.netloc not in self.hosts:
            raise RefusedByBoundary(f"{parts.netloc} is not a host of this site ({', '.join(sorted(self.hosts))})")
        self._check(parts.hostname or "")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name that leads to a private address from a name that leads nowhere."""
        host = urlsplit(request.url).hostname
        if isinstance(exception, (CannotResolveHostError, DNSLookupError)) and host in Resolver.refused:
            raise RefusedByBoundary(_private(host, Resolver.refused[host])) from exception

    def _check(self, host: str) -> None:
        try:
            ip_address(host)
        except ValueError:
            return  # a name: the resolver looks where it leads
        if not allowed(host, self.networks):
            raise RefusedByBoundary(_private(host, host))


def _private(host: str, address: str) -> str:
    return f"{host} is at the private address {address}; `--allow-address {address}` lets a crawl reach it"
