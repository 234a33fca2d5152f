"""The change feed as it is written: what is new, changed, moved, vanished and returned, once
each, in order.

Everything is announced when a site's run has ended, for only then is it known whether a page
that is missing stands elsewhere now. A line is never taken back or written twice: settling a
run again adds what was not announced yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.clock import utc_now
from nianbao.archive.derived import reports
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database


def announce(
    db: Database,
    kind: str,
    run_id: int,
    document_id: int,
    *,
    version_id: int | None,
    moved_to: int | None = None,
) -> None:
    """Append one line to the feed, unless it is there."""
    site_id, url = db.execute(
        "SELECT site_id, url FROM documents WHERE id = ?", [document_id]
    ).fetchone()
    number = db.execute(
        "SELECT number FROM versions WHERE id = ?", [version_id]
    ).fetchone()
    target = db.execute("SELECT url FROM documents WHERE id = ?", [moved_to]).fetchone()
    if not _is_announced(db, kind, run_id, document_id, version_id):
        row = {
            "kind": kind,
            "occurred_at": utc_now(),
            "site_id": site_id,
            "url": url,
            "version": number[0] if number else None,
            "moved_to": target[0] if target else None,
            "document_id": document_id,
            "version_id": version_id,
            "moved_to_id": moved_to,
            "run_id": run_id,
        }
        insert_row(db, "changes", row)


def _is_announced(
    db: Database, kind: str, run_id: int, document_id: int, version_id: int | None
) -> bool:
    if kind == "changed":
        known = db.execute(
            "SELECT 1 FROM changes WHERE version_id = ? AND kind IN ('changed', 'reread')",
            [version_id],
        ).fetchone()
    elif kind == "reread":
        known = None
    else:
        known = db.execute(
            "SELECT 1 FROM changes WHERE document_id = ? AND kind = ? AND run_id = ?",
            [document_id, kind, run_id],
        ).fetchone()
    return known is not None


def knows(db: Database, document_id: int) -> bool:
    """Return whether the feed has told of a document."""
    return (
        db.execute(
            "SELECT 1 FROM changes WHERE document_id = ? LIMIT 1", [document_id]
        ).fetchone()
        is not None
    )


def relink(db: Database) -> None:
    """Lead the lines whose documents and versions were laid out anew, or came later, to these."""
    db.execute(
        "UPDATE changes SET document_id = (SELECT id FROM documents WHERE url = changes.url),"
        " moved_to_id = (SELECT id FROM documents WHERE url = changes.moved_to)"
        " WHERE document_id IS NULL AND url IN (SELECT url FROM documents)"
    )
    db.execute(
        "UPDATE changes SET version_id = (SELECT id FROM versions WHERE versions.document_id = changes.document_id"
        " AND versions.number = changes.version) WHERE version_id IS NULL AND version IS NOT NULL"
    )


def unsettled(db: Database) -> list[str]:
    """Return the sites whose ended runs are to be settled anew."""
    return [
        row[0]
        for row in db.execute(
            "SELECT id FROM sites WHERE unsettled ORDER BY id"
        ).fetchall()
    ]


def resettle(db: Database, site_id: str) -> None:
    """Settle all ended runs of a site again, from what the archive knows of them now."""
    gone = db.execute(
        "SELECT id FROM documents WHERE site_id = ? AND state IN ('vanished', 'moved') ORDER BY url",
        [site_id],
    ).fetchall()
    db.execute(
        "UPDATE documents SET state = 'new', misses = 0, moved_to_id = NULL WHERE site_id = ?",
        [site_id],
    )
    for (document_id,) in gone:
        reports.refresh(db, reports.key_of(db, document_id))
    runs = db.execute(
        "SELECT run_id, healthy FROM site_runs JOIN runs ON runs.id = run_id"
        " WHERE site_id = ? AND site_runs.ended_at IS NOT NULL ORDER BY site_runs.ended_at, runs.uid",
        [site_id],
    ).fetchall()
    for run_id, healthy in runs:
        settle(db, run_id, site_id, healthy=bool(healthy))
    db.execute("UPDATE sites SET unsettled = 0 WHERE id = ?", [site_id])


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run saw of a document: its state before, whether it was there, the version that
    was there last.
    """

    state: str
    shown: bool
    content: str
    version_id: int


def settle(db: Database, run_id: int, site_id: str, *, healthy: bool) -> None:
    """Announce what a run found of a site's documents; only a healthy run can find one missing."""
    seen = _seen(db, run_id, site_id)
    missed = {
        id_: one
        for id_, one in seen.items()
        if healthy and not one.shown and one.state != "new"
    }
    appeared = {
        id_: one for id_, one in seen.items() if one.shown and one.state != "present"
    }
    for document_id, target_id in _moves(missed, appeared):
        _move(db, run_id, document_id, target_id, missed[document_id].version_id)
        del missed[document_id], appeared[target_id]
    for document_id, one in appeared.items():
        if (
            one.state == "new"
        ):  # it stands for its report as it did: nothing else follows
            db.execute(
                "UPDATE documents SET state = 'present' WHERE id = ?", [document_id]
            )
        else:
            _set_state(db, document_id, "present")
        kind = "new" if one.state == "new" else "returned"
        announce(db, kind, run_id, document_id, version_id=one.version_id)
    for document_id, one in missed.items():
        _miss(db, run_id, site_id, document_id, one)
    there = [(id_,) for id_, one in seen.items() if one.shown]
    db.conn.executemany(
        "UPDATE documents SET misses = 0 WHERE id = ? AND misses > 0", there
    )
    _announce_versions(db, run_id, site_id)


def _seen(db: Database, run_id: int, site_id: str) -> dict[int, Seen]:
    """Return what the run's last visit to each document saw; one that never showed a report
    before is left out.

    So is, of an import, what a run that had ended before saw later: that page stands as it was
    seen last.
    """
    rows = db.execute(
        "SELECT documents.id, documents.state, sightings.effect = 'shown', sightings.content_sha256,"
        " sightings.version_id, visits.visited_at FROM visits JOIN sightings ON sightings.visit_id = visits.id"
        " JOIN documents ON documents.id = sightings.document_id"
        " WHERE visits.run_id = ? AND visits.site_id = ? AND documents.site_id = visits.site_id"
        f"{_NOT_OUTDONE if _is_import(db, run_id) else ''}"
        " ORDER BY documents.url, visits.visited_at, sightings.effect, visits.id",
        [run_id, site_id],
    ).fetchall()
    seen: dict[int, Seen] = {}
    for document_id, state, shown, content, version_id, visited_at in rows:
        last = (
            (content, version_id) if shown else _last_shown(db, document_id, visited_at)
        )
        if last is not None:
            seen[document_id] = Seen(state, bool(shown), *last)
    return seen


_NOT_OUTDONE = (
    " AND NOT EXISTS (SELECT 1 FROM sightings AS later JOIN visits AS after ON after.id = later.visit_id"
    " JOIN site_runs AS theirs ON theirs.run_id = after.run_id AND theirs.site_id = after.site_id"
    " JOIN site_runs AS ours ON ours.run_id = visits.run_id AND ours.site_id = visits.site_id"
    " WHERE later.document_id = documents.id AND after.visited_at > visits.visited_at"
    " AND theirs.ended_at < ours.ended_at)"
)


def _is_import(db: Database, run_id: int) -> bool:
    row = db.execute("SELECT kind FROM runs WHERE id = ?", [run_id]).fetchone()
    return bool(row[0] == "import")


def _last_shown(db: Database, document_id: int, before: str) -> tuple[str, int] | None:
    found: tuple[str, int] | None = db.execute(
        "SELECT sightings.content_sha256, sightings.version_id FROM sightings"
        " JOIN visits ON visits.id = sightings.visit_id WHERE sightings.document_id = ?"
        " AND sightings.effect = 'shown' AND visits.visited_at <= ?"
        " ORDER BY visits.visited_at DESC, sightings.content_sha256 LIMIT 1",
        [document_id, before],
    ).fetchone()
    return found


def _announce_versions(db: Database, run_id: int, site_id: str) -> None:
    """Announce the versions that began in the run; the first of a document is its being new."""
    rows = db.execute(
        "SELECT versions.document_id, versions.id FROM visits JOIN sightings ON sightings.visit_id = visits.id"
        " JOIN versions ON versions.id = sightings.version_id AND versions.first_visit_id = visits.id"
        " JOIN documents ON documents.id = versions.document_id"
        " WHERE visits.run_id = ? AND visits.site_id = ? AND versions.number > 1 ORDER BY documents.url, number",
        [run_id, site_id],
    ).fetchall()
    for document_id, version_id in rows:
        announce(db, "changed", run_id, document_id, version_id=version_id)


def _moves(missed: dict[int, Seen], appeared: dict[int, Seen]) -> list[tuple[int, int]]:
    """Pair a missing page with the one page of the same content that appeared; two that fit are
    no pair.
    """
    pairs = []
    for document_id, one in missed.items():
        targets = [
            id_ for id_, other in appeared.items() if other.content == one.content
        ]
        rivals = [
            other
            for other in missed.values()
            if other.content == one.content and other.state == "present"
        ]
        if one.state == "present" and len(targets) == 1 and len(rivals) == 1:
            pairs.append((document_id, targets[0]))
    return pairs


def _move(
    db: Database, run_id: int, document_id: int, target_id: int, version_id: int
) -> None:
    db.execute(
        "UPDATE documents SET state = 'moved', moved_to_id = ? WHERE id = ?",
        [target_id, document_id],
    )
    _set_state(db, target_id, "present")
    announce(
        db, "moved", run_id, document_id, version_id=version_id, moved_to=target_id
    )
    reports.refresh(db, reports.key_of(db, document_id))


def _set_state(db: Database, document_id: int, state: str) -> None:
    db.execute(
        "UPDATE documents SET state = ?, moved_to_id = NULL WHERE id = ?",
        [state, document_id],
    )
    reports.refresh(db, reports.key_of(db, document_id))


def _miss(db: Database, run_id: int, site_id: str, document_id: int, one: Seen) -> None:
    db.execute("UPDATE documents SET misses = misses + 1 WHERE id = ?", [document_id])
    due = db.execute(
        "SELECT documents.misses >= site_runs.vanish_after FROM documents, site_runs"
        " WHERE documents.id = ? AND site_runs.run_id = ? AND site_runs.site_id = ?",
        [document_id, run_id, site_id],
    ).fetchone()[0]
    if due and one.state == "present":
        _set_state(db, document_id, "vanished")
        announce(db, "vanished", run_id, document_id, version_id=one.version_id)
