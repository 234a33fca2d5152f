"""The hosts of a site: those that its site file names, or that an import brings.

A host is stored without its port and is never removed: a site that has moved keeps the hosts
that it had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from sqlite_utils import Database

STORE_HOST = "INSERT OR IGNORE INTO site_hosts (site_id, host) VALUES (?, ?)"
HOSTS = "SELECT site_id, host FROM site_hosts ORDER BY site_id, host"
HOSTS_OF_SITE = "SELECT host FROM site_hosts WHERE site_id = ? ORDER BY host"
# Select the hosts, with their ports, that were visited for sites whose hosts are not known.
VISITED_HOSTS = """
SELECT DISTINCT site_id, is_list, substr(rest, 1, instr(rest || '/', '/') - 1)
FROM (
    SELECT site_id, role = 'list' AS is_list, substr(url, instr(url, '://') + 3) AS rest
    FROM visits
    WHERE site_id NOT IN (SELECT site_id FROM site_hosts)
)
"""


def normalize_host(netloc: str) -> str:
    """Return a host in the one form to compare it in: small letters, no port, no dot at the end.

    `netloc` may have a port. A name in Chinese characters becomes the one that DNS has
    (`xn--…`).
    """
    try:
        host = urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return netloc.lower()
    if ":" in host:
        return f"[{host}]"  # IPv6
    host = host.removesuffix(".")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def store_site_hosts(db: Database, site_id: str, netlocs: Iterable[str]) -> None:
    """Add hosts to those of a site; each may have a port."""
    for host in sorted({normalize_host(netloc) for netloc in netlocs}):
        if host:
            db.execute(STORE_HOST, [site_id, host])


def select_site_hosts(db: Database) -> dict[str, tuple[str, ...]]:
    """Return the hosts of every site that has some."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for site_id, host in db.execute(HOSTS).fetchall():
        hosts[site_id].append(host)
    return {site_id: tuple(site_hosts) for site_id, site_hosts in hosts.items()}


def find_site_hosts(db: Database, site_id: str) -> tuple[str, ...]:
    """Return the hosts of a site."""
    rows = db.execute(HOSTS_OF_SITE, [site_id]).fetchall()
    return tuple(host for (host,) in rows)


def derive_site_hosts(db: Database) -> list[str]:
    """Fill in the hosts of sites that have none, from what was visited; return these sites.

    The hosts are those of a site's lists, or of all that was visited where it has no lists. An
    archive of schema 1 does not say more.
    """
    list_hosts: dict[str, set[str]] = defaultdict(set)
    all_hosts: dict[str, set[str]] = defaultdict(set)
    for site_id, is_list, netloc in db.execute(VISITED_HOSTS).fetchall():
        all_hosts[site_id].add(netloc)
        if is_list:
            list_hosts[site_id].add(netloc)
    for site_id, hosts in all_hosts.items():
        store_site_hosts(db, site_id, list_hosts.get(site_id) or hosts)
    return sorted(all_hosts)
