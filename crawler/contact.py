"""The contact: who crawls public sites says how to reach them; without that a crawl of such
sites does not begin.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.crawler.networks import LOOPBACK, own_machine, public, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.crawler.networks import Networks
    from nianbao.spiders.catalogue import Site

PUBLIC = "2000::"
MISSING = (
    "no contact is set: put an address or page where the keeper of a site reaches you into NIANBAO_CONTACT"
    " (it goes into the User-Agent), such as NIANBAO_CONTACT=https://example.org/crawl"
)


class ContactMissing(Exception):
    """Public sites were to be crawled and nobody says by whom; the message says what to do."""


def require(contact: str, sites: Iterable[Site], networks: Networks) -> None:
    """Raise ContactMissing when there is no contact and a site has a public host outside the
    allowed networks.

    A name that cannot be resolved counts as public.
    """
    for site in [] if contact else sites:
        for host in sorted(site.all_hosts):
            addresses = _addresses(urlsplit(f"//{host}").hostname or host)
            if any(
                public(address) and not within(address, networks)
                for address in addresses
            ):
                raise ContactMissing(
                    f"{site.id}: {host} is a public host, and {MISSING}"
                )


def _addresses(name: str) -> list[str]:
    """Return the addresses of a name; a public one where there is none to be had."""
    try:
        return [
            str(found[4][0])
            for found in socket.getaddrinfo(
                LOOPBACK if own_machine(name) else name, None
            )
        ]
    except OSError:
        return [PUBLIC]
