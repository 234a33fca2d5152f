"""Findings in the feed: which stand now, which of them the feed has told, and the lines that
are wanting.

A finding is known by what it says and where, whatever its row: site, address, rule, severity,
message, cell, expected and found, agency and year. It stands

- on a page, while the version it was made on is the page's current one;
- on a report among others (it names agency and year), while it is in the table;
- on a site or an address, as a crawl noted it, until a later crawl of the site has been there
  again, or has
  ended when the note is of no address that was visited.

Triggers mark the sites on which that may have changed (`sites.unannounced`), so that nothing is
lost by a kill and nothing is compared for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import utc_now
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

IDENTITY = (
    "url",
    "rule",
    "severity",
    "message",
    "table",
    "row",
    "column",
    "expected",
    "found",
    "agency",
    "region",
    "report_year",
)
NAMES = ", ".join(f'"{name}"' for name in IDENTITY)

_TELLS = (
    'rule, severity, message, "table", "row", "column", expected, found, agencies.name AS agency,'
    " regions.name AS region, report_year"
)
_WHOSE = " LEFT JOIN agencies ON agencies.id = findings.agency_id LEFT JOIN regions ON regions.id = agencies.region_id"
STANDING = f"""
SELECT documents.site_id, documents.url, {_TELLS}, documents.id AS document_id, findings.version_id
FROM documents JOIN findings ON findings.document_id = documents.id{_WHOSE}
WHERE findings.agency_id IS NOT NULL OR findings.version_id IS NULL OR findings.version_id = current_version_id
UNION ALL
SELECT findings.site_id, findings.url, {_TELLS}, NULL, NULL FROM findings{_WHOSE}
LEFT JOIN site_runs AS own ON own.run_id = findings.run_id AND own.site_id = findings.site_id
WHERE findings.document_id IS NULL AND (findings.run_id IS NULL OR findings.visit_id IS NOT NULL
    OR own.ended_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM site_runs AS later WHERE later.site_id = own.site_id AND later.ended_at > own.ended_at
        AND (EXISTS (SELECT 1 FROM visits WHERE visits.url = findings.url AND visits.run_id = later.run_id)
             OR NOT EXISTS (SELECT 1 FROM visits WHERE visits.url = findings.url AND visits.run_id = own.run_id))))
"""
_STANDING = (
    f"SELECT {NAMES}, document_id, version_id FROM ({STANDING}) WHERE site_id = ?"
)
_TOLD = (
    f"SELECT {NAMES}, id, (SELECT kind FROM changes WHERE finding_id = announced_findings.id ORDER BY changes.id DESC"
    " LIMIT 1) IS 'finding_opened' FROM announced_findings WHERE site_id = ?"
)
_LAST_RUN = (
    "SELECT run_id FROM site_runs JOIN runs ON runs.id = run_id WHERE site_id = ? AND site_runs.ended_at IS NOT NULL"
    " ORDER BY site_runs.ended_at DESC, runs.uid DESC LIMIT 1"
)

Identity = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings of a site beside what the feed has told of them."""

    standing: dict[
        Identity, tuple[int | None, int | None]
    ]  # the page and version of each
    told: dict[Identity, int]  # every finding that the feed ever told of
    open: frozenset[Identity]  # of these, the ones it told last to stand

    @property
    def opened(self) -> list[Identity]:
        """Findings that stand, and the feed does not say so."""
        return sorted(self.standing.keys() - self.open, key=_order)

    @property
    def closed(self) -> list[Identity]:
        """Findings that the feed says stand, and do not."""
        return sorted(self.open - self.standing.keys(), key=_order)


def compare(db: Database, site_id: str) -> Comparison:
    """Return what stands on a site and what the feed has told."""
    size = len(IDENTITY)
    standing = {
        row[:size]: row[size:] for row in db.execute(_STANDING, [site_id]).fetchall()
    }
    told = {row[:size]: row[size:] for row in db.execute(_TOLD, [site_id]).fetchall()}
    return Comparison(
        standing,
        {key: id_ for key, (id_, _) in told.items()},
        frozenset(k for k in told if told[k][1]),
    )


def settle(db: Database, site_id: str, *, whole: bool) -> None:
    """Announce the findings of a site that opened and closed; without `whole`, those of its
    pages and lists alone.

    A report among others is looked at when all sites of a run have ended, for their pages count
    into it.
    """
    run = db.execute(_LAST_RUN, [site_id]).fetchone()
    if run is None:
        return
    seen = compare(db, site_id)
    for kind, found in (
        ("finding_closed", seen.closed),
        ("finding_opened", seen.opened),
    ):
        for identity in found:
            if whole or not _is_of_report(identity):
                _announce(db, kind, run[0], site_id, identity, seen)
    if whole:
        db.execute("UPDATE sites SET unannounced = 0 WHERE id = ?", [site_id])


def waiting(db: Database) -> list[str]:
    """Return the sites whose findings the feed may not have told."""
    return [
        row[0]
        for row in db.execute(
            "SELECT id FROM sites WHERE unannounced ORDER BY id"
        ).fetchall()
    ]


def untold(db: Database) -> Iterator[tuple[str, str, Identity]]:
    """Yield site, kind and finding of each line that is missing, of the sites that nothing is
    waiting for.
    """
    for (site_id,) in db.execute(
        "SELECT id FROM sites WHERE NOT unannounced AND NOT unsettled"
    ).fetchall():
        seen = compare(db, site_id)
        yield from ((site_id, "finding_opened", identity) for identity in seen.opened)
        yield from ((site_id, "finding_closed", identity) for identity in seen.closed)


def _announce(
    db: Database,
    kind: str,
    run_id: int,
    site_id: str,
    identity: Identity,
    seen: Comparison,
) -> None:
    said = dict(zip(IDENTITY, identity, strict=True))
    finding_id = seen.told.get(identity) or insert_row(
        db, "announced_findings", {"site_id": site_id} | said
    )
    document_id, version_id = seen.standing.get(identity) or _page(db, said["url"])
    number = db.execute(
        "SELECT number FROM versions WHERE id = ?", [version_id]
    ).fetchone()
    row = {
        "kind": kind,
        "occurred_at": utc_now(),
        "site_id": site_id,
        "url": said["url"],
        "version": number[0] if number else None,
        "document_id": document_id,
        "version_id": version_id,
        "finding_id": finding_id,
        "run_id": run_id,
    }
    insert_row(db, "changes", row)


def _page(db: Database, url: str | None) -> tuple[int | None, int | None]:
    row = db.execute(
        "SELECT id, current_version_id FROM documents WHERE url = ?", [url]
    ).fetchone()
    return row or (None, None)


def _is_of_report(identity: Identity) -> bool:
    return identity[IDENTITY.index("agency")] is not None


def _order(identity: Identity) -> list[str]:
    return ["" if part is None else str(part) for part in identity]
