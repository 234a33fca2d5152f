"""The resolver: names lead only to addresses that a crawl may reach.

Names under `.localhost` are the loopback address (RFC 6761), which is refused like every other
private one unless the run allows it (`--allow-address`, and `--sample` for the sample province).
Public addresses are asked only by somebody who says who they are (NIANBAO_CONTACT).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from nianbao.crawler.contact import MISSING
from nianbao.crawler.networks import (
    LOOPBACK,
    is_allowed,
    is_on_loopback,
    is_within,
    networks_of,
)
from nianbao.spiders.own_hosts import is_dns_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress, IHostResolution

    from nianbao.crawler.networks import Networks

# for a name to be looked up, where no site's `timeout` says; the system's own limit lies at its
# /etc/resolv.conf, and there may be none
SECONDS = 60.0


class BoundaryResolver(CachingHostnameResolver):
    """Resolve names as the system does, IPv4 and IPv6; drop addresses that are not allowed."""

    networks: Networks = ()
    contact: str = ""
    # names of which no address remained, and why
    refusals: ClassVar[dict[str, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> BoundaryResolver:
        resolver = super().from_crawler(crawler, reactor)
        allowed_networks = crawler.settings.getlist("NIANBAO_ALLOW_ADDRESS")
        resolver.networks = networks_of(allowed_networks)
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
        """Give the receiver the addresses of a name that may be fetched from.

        A name without such an address is as good as none, and so is what can be none: of that
        Twisted would say nothing, and the request wait until its time is over.
        """
        if not is_dns_name(hostName):
            return _give_nothing(resolutionReceiver, hostName)
        receiver: Any = _FilteringReceiver(self, hostName, resolutionReceiver)
        name = hostName
        if hostName == "localhost" or is_on_loopback(hostName):
            name = LOOPBACK
        return super().resolveHostName(
            receiver, name, portNumber, addressTypes, transportSemantics
        )

    def explain_refusal(self, name: str, address: str) -> str | None:
        """Return why an address may not be fetched from; None where it may."""
        if not is_allowed(address, self.networks):
            return private_address_message(name, address)
        if not self.contact and not is_within(address, self.networks):
            return MISSING
        return None


def _give_nothing(receiver: Any, name: str) -> IHostResolution:
    resolution: Any = HostResolution(name)
    receiver.resolutionBegan(resolution)
    receiver.resolutionComplete()
    return resolution  # type: ignore[no-any-return]


@implementer(IResolutionReceiver)
class _FilteringReceiver:
    """Passes on the addresses of a name that are allowed."""

    def __init__(self, resolver: BoundaryResolver, name: str, receiver: Any) -> None:
        self.resolver = resolver
        self.name = name
        self.receiver = receiver
        self.reasons: list[str] = []
        self.address_count = 0

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        reason = self.resolver.explain_refusal(self.name, address.host)
        if reason is None:
            self.address_count += 1
            self.receiver.addressResolved(address)
        else:
            self.reasons.append(reason)

    def resolutionComplete(self) -> None:
        if self.reasons and not self.address_count:
            self.resolver.refusals[self.name] = self.reasons[0]
        self.receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class _CollectingReceiver:
    """Collects the addresses of a name."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.result: asyncio.Future[list[str]] = loop.create_future()
        self.addresses: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        pass

    def addressResolved(self, address: IAddress) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        if not self.result.done():  # nobody waits any more
            self.result.set_result(self.addresses)


async def resolve_addresses(name: str, seconds: float = SECONDS) -> list[str]:
    """Return the addresses of a name that are allowed.

    One that is not looked up within so many seconds has none here. The request to it meets that
    again, within its own limit, and fails with words for it.
    """
    from twisted.internet import reactor

    receiver = _CollectingReceiver()
    reactor.nameResolver.resolveHostName(receiver, name)
    try:
        async with asyncio.timeout(seconds):
            return await receiver.result
    except TimeoutError:
        return []


async def resolve_server(name: str, seconds: float = SECONDS) -> list[str]:
    """Return the addresses by which a name's server is known.

    Names under `.localhost` stand for servers of their own and have none.
    """
    if is_on_loopback(name):
        return []
    return await resolve_addresses(name, seconds)


def private_address_message(host: str, address: str) -> str:
    """Return why a host at a private address is refused, and what allows it."""
    return (
        f"{host} is at the private address {address};"
        f" `--allow-address {address}` lets a crawl reach it"
    )
