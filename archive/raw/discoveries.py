"""Discoveries: what a search of a government's site for its report columns found, and when.

A discovery is never changed or removed. A later one of the same government stands beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from nianbao.archive.raw import seals
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

SearchOutcome: TypeAlias = Literal[
    "found", "no_column", "needs_browser", "blocked", "unreachable"
]
# Whose reports a column has: those of all bodies of a government, of the government alone, of
# its departments, of its townships, of one other body, or not known.
Coverage: TypeAlias = Literal[
    "all", "government", "departments", "townships", "one_body", "unknown"
]
NamedAddress: TypeAlias = tuple[str, str]  # an address, and the name of the link to it

# Plain SQL: the table has no rowid, by which sqlite-utils looks up a row.
_STORE_COLUMN = """
INSERT INTO discovered_columns (
    discovery_id, position, url, name, platform, confidence, tree, covers, body, links,
    rows_url, first_title
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ALL = """
SELECT id, uid, site_id, government, government_code, home, started_at, ended_at, outcome,
       site_name, platform, hosts, requests, troubles, unread, elsewhere, software_version
FROM discoveries
ORDER BY ended_at, uid
"""
_COLUMNS = """
SELECT url, name, platform, confidence, tree, covers, body, links, rows_url, first_title
FROM discovered_columns
WHERE discovery_id = ?
ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class DiscoveredColumn:
    """A column whose list named reports when it was found.

    `body` is the one that it is of, where it covers one body only. `links` are the reports that
    the page `rows_url` named, `first_title` is the title of the first.
    """

    url: str
    name: str
    platform: str
    confidence: float  # in the platform, 0 to 1
    tree: str | None  # how its lists lie below it: the option of a site file
    covers: Coverage
    body: str | None
    links: int
    rows_url: str
    first_title: str


@dataclass(frozen=True, slots=True)
class SiteDiscovery:
    """How the search of a government's site ended. Instants are UTC, ISO 8601.

    `site_id` is the site as which its columns are crawled. `hosts` are further ones, which show
    rows of the columns or that the rows lead to. `unread` are pages named as such columns whose
    lists named no report, `elsewhere` those on hosts that are not the site's.
    """

    uid: str
    site_id: str
    government: str  # the full name of its division
    government_code: str | None
    home: str
    started_at: str
    ended_at: str
    outcome: SearchOutcome
    site_name: str | None  # as its pages say it
    platform: str
    hosts: tuple[str, ...]
    requests: int
    troubles: tuple[str, ...]
    unread: tuple[NamedAddress, ...]
    elsewhere: tuple[NamedAddress, ...]
    software_version: str
    columns: tuple[DiscoveredColumn, ...]

    @property
    def government_key(self) -> str:
        """What tells its government from others: the code, the name where it has none."""
        return self.government_code or self.government

    @property
    def all_hosts(self) -> frozenset[str]:
        """The hosts of its home page and columns, and the further ones."""
        urls = [self.home, *(column.url for column in self.columns)]
        return frozenset({*self.hosts, *(urlsplit(url).netloc for url in urls)})

    @property
    def is_of_one_body(self) -> bool:
        """Whether all its columns are of one body each: the government is not covered then."""
        covers = {column.covers for column in self.columns}
        return covers == {"one_body"}


def store_discovery(db: Database, discovery: SiteDiscovery) -> bool:
    """Store a discovery with its columns and seal it; return False when it is here already."""
    rows = db.execute("SELECT 1 FROM discoveries WHERE uid = ?", [discovery.uid])
    if rows.fetchone() is not None:
        return False
    row = {
        "uid": discovery.uid,
        "site_id": discovery.site_id,
        "government": discovery.government,
        "government_code": discovery.government_code,
        "home": discovery.home,
        "started_at": discovery.started_at,
        "ended_at": discovery.ended_at,
        "outcome": discovery.outcome,
        "site_name": discovery.site_name,
        "platform": discovery.platform,
        "hosts": _to_json(discovery.hosts),
        "requests": discovery.requests,
        "troubles": _to_json(discovery.troubles),
        "unread": _to_json(discovery.unread),
        "elsewhere": _to_json(discovery.elsewhere),
        "software_version": discovery.software_version,
    }
    discovery_id = insert_row(
        db,
        "discoveries",
        row,
    )
    for position, column in enumerate(discovery.columns, 1):
        _store_column(
            db,
            discovery_id,
            position,
            column,
        )
    seals.seal_subject(db, f"discovery {discovery.uid}")
    return True


def _store_column(
    db: Database, discovery_id: int, position: int, column: DiscoveredColumn
) -> None:
    values = [
        discovery_id,
        position,
        column.url,
        column.name,
        column.platform,
        column.confidence,
        column.tree,
        column.covers,
        column.body,
        column.links,
        column.rows_url,
        column.first_title,
    ]
    db.execute(_STORE_COLUMN, values)


def list_discoveries(db: Database) -> Iterator[SiteDiscovery]:
    """Yield every discovery, the earliest first."""
    for discovery_id, *values in db.execute(_ALL).fetchall():
        columns = db.execute(_COLUMNS, [discovery_id]).fetchall()
        yield _make_discovery(values, columns)


def _make_discovery(values: list[Any], columns: list[tuple[Any, ...]]) -> SiteDiscovery:
    *fields, hosts, requests, troubles, unread, elsewhere, software_version = values
    uid, site_id, government, code, home, started_at, ended_at, outcome, *names = fields
    site_name, platform = names
    return SiteDiscovery(
        uid=uid,
        site_id=site_id,
        government=government,
        government_code=code,
        home=home,
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        site_name=site_name,
        platform=platform,
        hosts=tuple(json.loads(hosts)),
        requests=requests,
        troubles=tuple(json.loads(troubles)),
        unread=_parse_addresses(unread),
        elsewhere=_parse_addresses(elsewhere),
        software_version=software_version,
        columns=tuple(DiscoveredColumn(*column) for column in columns),
    )


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parse_addresses(text: str) -> tuple[NamedAddress, ...]:
    return tuple((url, name) for url, name in json.loads(text))
