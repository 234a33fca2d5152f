"""Proxies: by which HTTP proxy requests leave. Users and passwords are never printed."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

import click

from nianbao.crawler.time_limit import call_within
from nianbao.spiders.catalogue import PROXY_WANTED, is_proxy

# for the name of a proxy to be looked up: everything waits for that, once
LOOKUP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: what it is called, and its address with user and password."""

    name: str  # host and port
    url: str = field(repr=False)

    @classmethod
    @lru_cache
    def from_url(cls, url: str) -> Proxy:
        """Return the proxy at an address that a person has named.

        Its name is looked up here, once: whoever names a proxy allows its address, also a private
        one, and allows nothing else by that.
        """
        parts = urlsplit(url)
        name = parts.hostname or ""
        port = parts.port or 80
        credentials, mark, _ = parts.netloc.rpartition("@")
        address = _look_up(name, port)
        host = f"[{address}]" if ":" in address else address
        return cls(f"{name}:{port}", f"http://{credentials}{mark}{host}:{port}")


def _look_up(name: str, port: int) -> str:
    """Return the address of a name; the name itself where it leads nowhere."""
    if name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        look_up = partial(socket.getaddrinfo, name, port, type=socket.SOCK_STREAM)
        infos = call_within(LOOKUP_SECONDS, look_up)
    except (OSError, UnicodeError):
        return name
    return str(infos[0][4][0])


class ProxyOption(click.ParamType[Proxy]):
    """A proxy on the command line."""

    name = "URL"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Proxy:
        """Return the proxy; fail with what is wanted, without what was given: it has a password."""
        if isinstance(value, Proxy):
            return value
        if not is_proxy(str(value)):
            self.fail(PROXY_WANTED, param, ctx)
        return Proxy.from_url(str(value))


def read_proxy(url: str | None) -> Proxy | None:
    """Return the proxy that a setting names, for a crawl that has no command line of ours.

    Raises BadParameter, whose text has nothing of the address: it has a password.
    """
    return ProxyOption().convert(url, None, None) if url else None


proxy_option = click.option(
    "--proxy",
    type=ProxyOption(),
    envvar="NIANBAO_PROXY",
    show_envvar=True,
    help="The HTTP proxy through which all requests leave, http://USER:PASSWORD@HOST:PORT.",
)
