"""The contact: whoever crawls public sites says how to be reached; else such a crawl is refused."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.crawler.networks import LOOPBACK, is_on_loopback, is_public, is_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.crawler.networks import Networks
    from nianbao.spiders.catalogue import Site

PUBLIC_ADDRESS = "2000::"
MISSING = (
    "no contact is set: put an address or page where the keeper of a site reaches you into"
    " NIANBAO_CONTACT (it goes into the User-Agent), such as"
    " NIANBAO_CONTACT=https://example.org/crawl"
)


class ContactMissing(Exception):
    """Public sites were to be crawled and nobody says by whom; the message says what to do."""


def require(contact: str, sites: Iterable[Site], networks: Networks) -> None:
    """Raise ContactMissing when there is no contact and a site has a public host.

    Hosts in the allowed networks need no contact. A name that cannot be resolved counts as
    public.
    """
    if contact:
        return
    for site in sites:
        for host in sorted(site.all_hosts):
            if _is_public_host(host, networks):
                raise ContactMissing(
                    f"{site.id}: {host} is a public host, and {MISSING}"
                )


def _is_public_host(host: str, networks: Networks) -> bool:
    name = urlsplit(f"//{host}").hostname or host
    return any(
        is_public(address) and not is_within(address, networks)
        for address in _resolve(name)
    )


def _resolve(name: str) -> list[str]:
    """Return the addresses of a name; a public one where it has none."""
    if is_on_loopback(name):
        name = LOOPBACK
    try:
        infos = socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):  # the latter of what is no name, such as a..b
        return [PUBLIC_ADDRESS]
    return [str(info[4][0]) for info in infos]
