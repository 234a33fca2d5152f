"""IP addresses and networks: which ones a crawl may reach."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Networks = tuple[IPv4Network | IPv6Network, ...]
LOOPBACK = "127.0.0.1"
TRANSLATED = ip_network(
    "64:ff9b::/96"
)  # NAT64 (RFC 6052): the last 32 bits are the IPv4 address reached


def networks_of(texts: Iterable[str]) -> Networks:
    """Return the networks that `--allow-address` names."""
    return tuple(ip_network(text) for text in texts)


def own_machine(name: str) -> bool:
    """Tell whether a name is one of those that stand for hosts of their own on loopback: the
    sample province's.
    """
    return name.endswith(".localhost")


def allowed(address: str, networks: Networks) -> bool:
    """Tell whether an IP address may be fetched from: a public one, or one in an allowed
    network.
    """
    return public(address) or within(address, networks)


def public(address: str) -> bool:
    """Tell whether an IP address is of the public net."""
    reached = _reached(address)
    return reached.is_global and not reached.is_multicast


def within(address: str, networks: Networks) -> bool:
    """Tell whether an IP address is in one of the networks."""
    return any(_reached(address) in network for network in networks)


def _reached(address: str) -> IPv4Address | IPv6Address:
    """Return the address that packets go to in the end: IPv4 inside IPv6 is unwrapped."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip
    if ip in TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
