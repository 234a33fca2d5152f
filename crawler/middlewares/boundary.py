"""The boundary: a crawl fetches from its site's hosts and from nowhere else, and never from
private addresses.

Names under `.localhost` are the loopback address (RFC 6761), which is refused like every other
private one unless the run allows it (`--allow-address`, and `--sample` for the sample province).
Public addresses are asked only by somebody who says who they are (NIANBAO_CONTACT).
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from nianbao.crawler.contact import MISSING
from nianbao.crawler.networks import LOOPBACK, allowed, networks_of, own_machine, within
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import RefusedByBoundary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress, IHostResolution

    from nianbao.crawler.networks import Networks


REDIRECTS = (301, 302, 303, 307, 308)


class Resolver(CachingHostnameResolver):
    """Resolve names as the system does, IPv4 and IPv6, and let no address through that is not
    allowed.
    """

    networks: Networks = ()
    contact: str = ""
    refused: ClassVar[
        dict[str, str]
    ] = {}  # names of which no address was left, and why

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Resolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.networks = networks_of(
            crawler.settings.getlist("NIANBAO_ALLOW_ADDRESS")
        )
        resolver.contact = crawler.settings["NIANBAO_CONTACT"]
        return resolver

    def resolveHostName(
        self,
        resolutionReceiver: Any,  # IResolutionReceiver; zope's interfaces are no types
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Hand the receiver the addresses of a name that may be fetched from; none is as good
        as no such name.
        """
        guard: Any = _Guard(self, hostName, resolutionReceiver)
        name = (
            LOOPBACK if hostName == "localhost" or own_machine(hostName) else hostName
        )
        return super().resolveHostName(
            guard, name, portNumber, addressTypes, transportSemantics
        )

    def why_not(self, name: str, address: str) -> str | None:
        """Return why an address may not be fetched from; None where it may."""
        if not allowed(address, self.networks):
            return _private(name, address)
        if not self.contact and not within(address, self.networks):
            return MISSING
        return None


@implementer(IResolutionReceiver)
class _Guard:
    """Passes on the addresses of a name that are allowed."""

    def __init__(self, resolver: Resolver, name: str, receiver: Any) -> None:
        self.resolver, self.name, self.receiver = resolver, name, receiver
        self.reasons: list[str] = []
        self.passed = 0

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        reason = self.resolver.why_not(self.name, address.host)
        if reason is None:
            self.passed += 1
            self.receiver.addressResolved(address)
        else:
            self.reasons.append(reason)

    def resolutionComplete(self) -> None:
        if self.reasons and not self.passed:
            self.resolver.refused[self.name] = self.reasons[0]
        self.receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class _Addresses:
    """Collects the addresses of a name."""

    def __init__(self) -> None:
        self.found: asyncio.Future[list[str]] = (
            asyncio.get_running_loop().create_future()
        )
        self.addresses: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        pass

    def addressResolved(self, address: IAddress) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        self.found.set_result(self.addresses)


async def address_of(name: str) -> str | None:
    """Return the address a name leads to, the lowest of several; None when it leads to none
    that is allowed.
    """
    from twisted.internet import reactor

    receiver = _Addresses()
    reactor.nameResolver.resolveHostName(receiver, name)
    addresses = await receiver.found
    return min(addresses, default=None)


class CircleMiddleware:
    """Follow a redirect wherever it leads, but not in a circle."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise IgnoreRequest for a redirect to where the request has been.

        A redirect to a page that was asked for by itself is followed too: what an address shows
        is known only then.
        """
        location = response.headers.get("Location")
        if (
            location is None
            or response.status not in REDIRECTS
            or request.meta.get("dont_redirect")
        ):
            return response
        trail = [*request.meta.get("redirect_urls", []), request.url]
        target = urljoin(request.url, location.decode("latin-1"))
        if target in trail:
            raise IgnoreRequest(
                f"the redirects lead in a circle: {' → '.join((*trail, target))}"
            )
        request.dont_filter = True
        return response


class BoundaryMiddleware:
    """Refuse requests that leave the site's hosts or name a private address."""

    def __init__(self, crawler: Crawler) -> None:
        spider = crawler.spider
        if not isinstance(spider, SiteSpider):
            raise TypeError(f"{spider} is not a spider of nianbao")
        self.hosts = spider.site.all_hosts
        self.networks = networks_of(crawler.settings.getlist("NIANBAO_ALLOW_ADDRESS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BoundaryMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise RefusedByBoundary, with the reason, for an address outside; each redirect comes
        here too.
        """
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedByBoundary(f"the address is not of the web: {parts.scheme}:")
        if parts.netloc not in self.hosts:
            raise RefusedByBoundary(
                f"{parts.netloc} is not a host of this site ({', '.join(sorted(self.hosts))})"
            )
        self._check(parts.hostname or "")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name that leads to a private address from a name that leads nowhere."""
        host = urlsplit(request.url).hostname
        if (
            isinstance(exception, (CannotResolveHostError, DNSLookupError))
            and host in Resolver.refused
        ):
            raise RefusedByBoundary(Resolver.refused[host]) from exception

    def _check(self, host: str) -> None:
        try:
            ip_address(host)
        except ValueError:
            return  # a name: the resolver looks where it leads
        if not allowed(host, self.networks):
            raise RefusedByBoundary(_private(host, host))


def _private(host: str, address: str) -> str:
    return f"{host} is at the private address {address}; `--allow-address {address}` lets a crawl reach it"
