"""History: when each address of a site was visited last, and since when it shows what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonical

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Role

ANSWERED = ("fetched", "not_modified", "not_found", "soft_404")


@dataclass(frozen=True, slots=True)
class Known:
    """An address that was visited. Instants are UTC, ISO 8601."""

    url: str
    role: Role
    visited_at: str  # the last visit
    # the visit that first showed what it shows now; the first visit where that is not known
    changed_at: str
    failed: bool  # the last visit got no answer that says what stands there


def addresses(
    db: Database, site_id: str, before_run: int | None = None
) -> dict[str, Known]:
    """Return what is known of every address of a site, by its canonical form; of a run and
    later, nothing.
    """
    there = "visits.site_id = ? AND visits.run_id < ?"
    where = [site_id, before_run if before_run is not None else 1 << 62]
    last = db.execute(  # with one max(), SQLite takes the other columns from the row that has it
        f"SELECT url, role, max(visited_at), outcome FROM visits WHERE {there} GROUP BY url",
        where,
    ).fetchall()
    first = dict(
        db.execute(
            f"SELECT url, min(visited_at) FROM visits WHERE {there} GROUP BY url", where
        )
    )
    changed = dict(
        db.execute(
            "SELECT visits.url, max(first.visited_at) FROM visits"
            " JOIN sightings ON sightings.visit_id = visits.id"
            " JOIN documents ON documents.id = sightings.document_id"
            " JOIN versions ON versions.id = documents.current_version_id"
            " JOIN visits AS first ON first.id = versions.first_visit_id"
            f" WHERE {there} GROUP BY visits.url",
            where,
        ).fetchall()
    )
    return {
        canonical(url): Known(
            url, role, visited_at, changed.get(url, first[url]), outcome not in ANSWERED
        )
        for url, role, visited_at, outcome in last
    }
