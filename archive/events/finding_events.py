"""Events of findings: which findings stand now, which the feed has told of, and what is missing.

A finding is known by what it says and where, whatever its row: site, address, rule, severity,
message, cell, expected and found, agency and year. So a page that shows two reports with the same
finding has it once in the feed. :mod:`nianbao.archive.events.standing_findings` says which stand.

Triggers mark the sites on which that may have changed (`sites.unannounced`), so that nothing is
lost by a kill and nothing is compared for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.clock import utc_now
from nianbao.archive.events.standing_findings import STANDING
from nianbao.archive.raw import runs
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
_IDENTITY_COLUMNS = ", ".join(f'"{name}"' for name in IDENTITY)

_STANDING_ON_SITE = f"""
SELECT {_IDENTITY_COLUMNS}, document_id, version_id, parameters FROM ({STANDING}) WHERE site_id = ?
"""
# Return the findings of a site that the feed ever told of, and whether it told last that they
# stand.
_ANNOUNCED_ON_SITE = f"""
SELECT {_IDENTITY_COLUMNS}, id,
       (
           SELECT kind FROM changes
           WHERE finding_id = announced_findings.id
           ORDER BY changes.id DESC
           LIMIT 1
       ) IS 'finding_opened'
FROM announced_findings
WHERE site_id = ?
"""

Identity = tuple[Any, ...]  # the values of IDENTITY
PageIds = tuple[int | None, int | None]  # a document, and a version of it


class StandingFinding(NamedTuple):
    """What the identity of a finding does not say: its page, and its parameters as JSON."""

    document_id: int | None
    version_id: int | None
    parameters: str | None


@dataclass(frozen=True, slots=True)
class FindingComparison:
    """The findings of a site beside what the feed has told of them."""

    standing: dict[Identity, StandingFinding]
    announced_ids: dict[Identity, int]  # every finding that the feed ever told of
    open: frozenset[Identity]  # of these, the ones it told last to stand

    def list_opening(self) -> list[Identity]:
        """Return the findings that stand, and the feed does not say so."""
        return _sort(self.standing.keys() - self.open)

    def list_closing(self) -> list[Identity]:
        """Return the findings that the feed says stand, and do not."""
        return _sort(self.open - self.standing.keys())


def compare_findings(db: Database, site_id: str) -> FindingComparison:
    """Return what stands on a site and what the feed has told."""
    size = len(IDENTITY)
    standing: dict[Identity, StandingFinding] = {}
    standing_rows = db.execute(_STANDING_ON_SITE, [site_id]).fetchall()
    for row in standing_rows:
        standing[row[:size]] = StandingFinding(*row[size:])
    announced_ids: dict[Identity, int] = {}
    open_identities: set[Identity] = set()
    announced_rows = db.execute(_ANNOUNCED_ON_SITE, [site_id]).fetchall()
    for row in announced_rows:
        identity = row[:size]
        finding_id, is_open = row[size:]
        announced_ids[identity] = finding_id
        if is_open:
            open_identities.add(identity)
    return FindingComparison(standing, announced_ids, frozenset(open_identities))


def emit_finding_events(db: Database, site_id: str, *, whole: bool) -> None:
    """Emit the findings of a site that opened and closed.

    Without `whole` only those of its pages and lists: a report among others is looked at when
    all sites of a run have ended, for their pages count into it.
    """
    run_id = runs.find_last_run_of_site(db, site_id)
    if run_id is None:
        return
    comparison = compare_findings(db, site_id)
    for kind, identity in _list_events(comparison):
        if whole or not _is_of_report(identity):
            _write_event(db, kind, run_id, site_id, identity, comparison)
    if whole:
        db.execute("UPDATE sites SET unannounced = 0 WHERE id = ?", [site_id])


def _list_events(comparison: FindingComparison) -> list[tuple[str, Identity]]:
    """Return the events that the feed lacks, those that close a finding first."""
    events = [("finding_closed", identity) for identity in comparison.list_closing()]
    events += [("finding_opened", identity) for identity in comparison.list_opening()]
    return events


def list_unannounced_sites(db: Database) -> list[str]:
    """Return the sites whose findings the feed may not have told."""
    rows = db.execute("SELECT id FROM sites WHERE unannounced ORDER BY id").fetchall()
    return [site_id for (site_id,) in rows]


def iterate_missing_events(db: Database) -> Iterator[tuple[str, str, Identity]]:
    """Yield site, kind and finding of each line that is missing.

    Only of the sites that are finalized and announced: of the others, lines are still to come.
    """
    sites = db.execute(
        "SELECT id FROM sites WHERE NOT unannounced AND NOT unsettled"
    ).fetchall()
    for (site_id,) in sites:
        comparison = compare_findings(db, site_id)
        for identity in comparison.list_opening():
            yield site_id, "finding_opened", identity
        for identity in comparison.list_closing():
            yield site_id, "finding_closed", identity


def _write_event(
    db: Database,
    kind: str,
    run_id: int,
    site_id: str,
    identity: Identity,
    comparison: FindingComparison,
) -> None:
    """Append one line to the feed."""
    values = dict(zip(IDENTITY, identity, strict=True))
    url = values["url"]
    finding_id = comparison.announced_ids.get(identity)
    standing = comparison.standing.get(identity)
    if finding_id is None:
        parameters = standing.parameters if standing else None
        told = {"site_id": site_id, "parameters": parameters} | values
        finding_id = insert_row(db, "announced_findings", told)
    document_id, version_id = standing[:2] if standing else _find_page(db, url)
    version = db.execute(
        "SELECT number FROM versions WHERE id = ?", [version_id]
    ).fetchone()
    row = {
        "kind": kind,
        "occurred_at": utc_now(),
        "site_id": site_id,
        "url": url,
        "version": version[0] if version else None,
        "document_id": document_id,
        "version_id": version_id,
        "finding_id": finding_id,
        "run_id": run_id,
    }
    insert_row(db, "changes", row)


def _find_page(db: Database, url: str | None) -> PageIds:
    """Return the document at an address and its current version."""
    row = db.execute(
        "SELECT id, current_version_id FROM documents WHERE url = ?", [url]
    ).fetchone()
    return row or (None, None)


def _is_of_report(identity: Identity) -> bool:
    return identity[IDENTITY.index("agency")] is not None


def _sort(identities: Collection[Identity]) -> list[Identity]:
    return sorted(identities, key=_to_sort_key)


def _to_sort_key(identity: Identity) -> list[str]:
    return ["" if part is None else str(part) for part in identity]
