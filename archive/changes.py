"""The change feed: what is new, changed, moved, vanished and returned, once each, in order.

A changed page is announced when its version is stored. The rest is settled when a site's run has
ended, for only then is it known whether a page that is missing stands elsewhere now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive import reports
from archive.clock import utc_now
from archive.rows import insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the feed. `id` grows without end and is the cursor to resume at."""

    id: int
    kind: str
    occurred_at: str
    site: str
    url: str
    title: str | None
    version: int | None
    moved_to: str | None
    run_id: int


def announce(
    db: Database,
    kind: str,
    run_id: int,
    document_id: int,
    *,
    version_id: int | None = None,
    moved_to: int | None = None,
) -> None:
    """Append one line to the feed."""
    site_id, current = db.execute(
        "SELECT site_id, current_version_id FROM documents WHERE id = ?", [document_id]
    ).fetchone()
    row = {
        "kind": kind,
        "occurred_at": utc_now(),
        "site_id": site_id,
        "document_id": document_id,
        "version_id": version_id or current,
        "moved_to_id": moved_to,
        "run_id": run_id,
    }
    insert(db, "changes", row)


def since(db: Database, cursor: int, limit: int = -1) -> Iterator[Change]:
    """Yield the changes after a cursor, oldest first."""
    rows = db.execute(
        "SELECT changes.id, kind, occurred_at, changes.site_id, documents.url, documents.title, versions.number,"
        " target.url, changes.run_id FROM changes JOIN documents ON documents.id = changes.document_id"
        " LEFT JOIN versions ON versions.id = changes.version_id"
        " LEFT JOIN documents AS target ON target.id = changes.moved_to_id"
        " WHERE changes.id > ? ORDER BY changes.id LIMIT ?",
        [cursor, limit],
    )
    for row in rows.fetchall():
        yield Change(*row)


def settle(db: Database, run_id: int, site_id: str, *, healthy: bool) -> None:
    """Announce what a run found of a site's documents; only a healthy run can find one missing."""
    missed = _seen(db, run_id, site_id, "missed") if healthy else {}
    shown = _seen(db, run_id, site_id, "shown")
    appeared = {id_: content for id_, (state, content) in shown.items() if state != "present"}
    for document_id, target_id in _moves(missed, appeared):
        _move(db, run_id, document_id, target_id)
        del missed[document_id], appeared[target_id]
    for document_id in appeared:
        _set_state(db, document_id, "present")
        announce(db, "new" if shown[document_id][0] == "new" else "returned", run_id, document_id)
    for document_id, (state, _) in missed.items():
        _miss(db, run_id, site_id, document_id, state)
    db.execute(
        "UPDATE documents SET misses = 0 WHERE id IN (SELECT sightings.document_id FROM sightings"
        " JOIN visits ON visits.id = sightings.visit_id WHERE visits.run_id = ? AND visits.site_id = ?"
        " AND sightings.effect = 'shown')",
        [run_id, site_id],
    )


def _seen(db: Database, run_id: int, site_id: str, effect: str) -> dict[int, tuple[str, str]]:
    """Return state and content of the documents whose last sighting in the run had this effect."""
    rows = db.execute(
        "SELECT documents.id, documents.state, documents.content_sha256, sightings.effect, max(visits.id)"
        " FROM sightings JOIN visits ON visits.id = sightings.visit_id"
        " JOIN documents ON documents.id = sightings.document_id"
        " WHERE visits.run_id = ? AND visits.site_id = ? GROUP BY documents.id ORDER BY documents.url",
        [run_id, site_id],
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows if row[3] == effect}


def _moves(missed: dict[int, tuple[str, str]], appeared: dict[int, str]) -> list[tuple[int, int]]:
    """Pair a missing page with the one page of the same content that appeared; two that fit are no pair."""
    pairs = []
    for document_id, (state, content) in missed.items():
        targets = [id_ for id_, other in appeared.items() if other == content]
        rivals = [id_ for id_, (_, other) in missed.items() if other == content and missed[id_][0] == "present"]
        if state == "present" and len(targets) == 1 and len(rivals) == 1:
            pairs.append((document_id, targets[0]))
    return pairs


def _move(db: Database, run_id: int, document_id: int, target_id: int) -> None:
    db.execute("UPDATE documents SET state = 'moved', moved_to_id = ? WHERE id = ?", [target_id, document_id])
    _set_state(db, target_id, "present")
    announce(db, "moved", run_id, document_id, moved_to=target_id)
    reports.refresh(db, reports.key_of(db, document_id))


def _set_state(db: Database, document_id: int, state: str) -> None:
    db.execute("UPDATE documents SET state = ?, moved_to_id = NULL WHERE id = ?", [state, document_id])
    reports.refresh(db, reports.key_of(db, document_id))


def _miss(db: Database, run_id: int, site_id: str, document_id: int, state: str) -> None:
    db.execute("UPDATE documents SET misses = misses + 1 WHERE id = ?", [document_id])
    due = db.execute(
        "SELECT documents.misses >= site_runs.vanish_after FROM documents, site_runs"
        " WHERE documents.id = ? AND site_runs.run_id = ? AND site_runs.site_id = ?",
        [document_id, run_id, site_id],
    ).fetchone()[0]
    if due and state == "present":
        _set_state(db, document_id, "vanished")
        announce(db, "vanished", run_id, document_id)
