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
# NAT64 (RFC 6052): the last 32 bits are the IPv4 address reached
NAT64 = ip_network("64:ff9b::/96")


def networks_of(texts: Iterable[str]) -> Networks:
    """Return the networks that `--allow-address` names."""
    return tuple(ip_network(text) for text in texts)


def is_on_loopback(name: str) -> bool:
    """Tell whether a name stands for a host on loopback, as those of the sample province do."""
    return name.endswith(".localhost")


def is_loopback(host: str) -> bool:
    """Tell whether a host of an address is named as one on this machine: by name or by number."""
    if host == "localhost" or is_on_loopback(host):
        return True
    try:
        return _target_address(host).is_loopback
    except ValueError:
        return False


def is_allowed(address: str, networks: Networks) -> bool:
    """Tell whether an IP address may be fetched from: a public one, or one in an allowed
    network.
    """
    return is_public(address) or is_within(address, networks)


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the public net."""
    target = _target_address(address)
    return target.is_global and not target.is_multicast


def is_within(address: str, networks: Networks) -> bool:
    """Tell whether an IP address is in one of the networks."""
    target = _target_address(address)
    return any(target in network for network in networks)


def _target_address(address: str) -> IPv4Address | IPv6Address:
    """Return the address that packets go to in the end: IPv4 inside IPv6 is unwrapped."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    if ip.sixtofour:
        return ip.sixtofour
    if ip.teredo and ip.teredo[1]:
        return ip.teredo[1]
    return ip
