"""Hosts of one site: `www.` and the bare name are one, and so is its open-government host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from nianbao.archive.addresses import USUAL_PORTS, is_ip_address
from nianbao.archive.raw.site_identity import find_domain

WWW = "www."
# The names that hosts for open government information have below a site's own.
OPEN_GOVERNMENT = re.compile(
    r"(?:zfxxgk|xxgkml|xxgk|zwgkml|zwgk|zfgk|xxgkpt|gkml|openness|open|gk)\."
)


def has_host(hosts: Iterable[str], url: str) -> bool:
    """Tell whether the host of an address is one of a site's hosts, with or without `www.`.

    Hosts have their ports. Raises ValueError for an address that cannot be read.
    """
    parts = urlsplit(url)
    netloc = _normalize(parts.netloc, parts.scheme)
    for host in hosts:
        own_host = _normalize(host, parts.scheme)
        if netloc in (own_host, find_twin(own_host)):
            return True
    return False


def fold_host(netloc: str) -> str:
    """Return what a host and its twin with `www.` have in common: the bare name, with its port."""
    name = netloc.lower()
    if find_twin(name) is None:
        return name
    return name.removeprefix(WWW)


def find_other_form(url: str, answer_url: str) -> str | None:
    """Return the start page that a redirect leads to, where only its form is another one.

    That is http or https, with or without `www.`; the path may change too. None for a redirect
    within one form, or to another host.
    """
    asked = urlsplit(url)
    answered = urlsplit(answer_url)
    home = f"{answered.scheme}://{answered.netloc}/"
    if (asked.scheme, asked.netloc) == (answered.scheme, answered.netloc):
        return None
    if fold_host(asked.hostname or "") != fold_host(answered.hostname or ""):
        return None
    return home


def find_twin(netloc: str) -> str | None:
    """Return the host with `www.` for one without, and the other way; None where it has none.

    An IP address and a name without a dot have none.
    """
    name, _, _ = netloc.partition(":")
    if netloc.startswith("[") or is_ip_address(name):
        return None
    bare_netloc = netloc.removeprefix(WWW)
    if bare_netloc != netloc:
        return bare_netloc if "." in name.removeprefix(WWW) else None
    return f"{WWW}{netloc}" if "." in name else None


def is_open_government_host(host: str, site_host: str) -> bool:
    """Tell whether two hosts differ in `www.` or in the name for open government alone.

    zfxxgk.example.gov.cn is one of www.example.gov.cn, and the other way. Other hosts below
    the registered domain are other bodies: a county is below its prefecture often.
    """
    return find_family(host) == find_family(site_host)


def has_same_domain(host: str, site_host: str) -> bool:
    """Tell whether a host is below the other one, or below the domain that is registered for it.

    Such a host may be another body's; what leads to it tells.
    """
    name = host.lower().removesuffix(".")
    site_name = site_host.lower().removesuffix(".").removeprefix(WWW)
    if name.endswith(f".{site_name}"):
        return True
    return find_domain(name) == find_domain(site_name)


def is_dns_name(name: str) -> bool:
    """Tell whether name servers can be asked for a name.

    Each of its labels has 1 to 63 bytes; `a..b` is none. Python and Twisted raise for one.
    """
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def find_family(host: str) -> str:
    """Return a host without `www.` and without the name for open government."""
    name = host.lower().removesuffix(".").removeprefix(WWW)
    label = OPEN_GOVERNMENT.match(name)
    if label is None:
        return name
    family = name[label.end() :]
    return family if "." in family else name


def _normalize(netloc: str, scheme: str) -> str:
    """Return a host in small letters, without the usual port and the dot at the end."""
    name = netloc.lower().removesuffix(USUAL_PORTS.get(scheme, ":"))
    return name.removesuffix(".")
