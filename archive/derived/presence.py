"""Presence: whether a document is present, has moved or has vanished, as the runs of its site say.

It is decided when a run has ended on a site, for only then is it known whether a page that is
missing stands elsewhere now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from sqlite_utils import Database

PresenceKind = Literal["new", "returned", "moved", "vanished", "missed"]

# Return what the visits of a run to each document of a site showed, the last one of each last.
_OBSERVATIONS = """
SELECT documents.id, visits.visited_at, documents.state, documents.misses,
       sightings.effect = 'shown', sightings.content_sha256, sightings.version_id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN documents ON documents.id = sightings.document_id
WHERE visits.run_id = ? AND visits.site_id = ? AND documents.site_id = visits.site_id
"""
_IN_ORDER = """
ORDER BY documents.url, visits.visited_at, sightings.effect, visits.id
"""
_OBSERVATIONS_OF_CRAWL = _OBSERVATIONS + _IN_ORDER
# Of an import without the documents that a run which had ended before it saw later.
_OBSERVATIONS_OF_IMPORT = f"""
{_OBSERVATIONS}
AND NOT EXISTS (
    SELECT 1
    FROM sightings AS later
    JOIN visits AS after ON after.id = later.visit_id
    JOIN site_runs AS theirs ON theirs.run_id = after.run_id
                            AND theirs.site_id = after.site_id
    JOIN site_runs AS ours ON ours.run_id = visits.run_id
                          AND ours.site_id = visits.site_id
    WHERE later.document_id = documents.id
      AND after.visited_at > visits.visited_at
      AND theirs.ended_at < ours.ended_at
)
{_IN_ORDER}
"""
# Return what a document showed last until a time: content and version.
_LAST_SHOWN = """
SELECT sightings.content_sha256, sightings.version_id
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
WHERE sightings.document_id = ?
  AND sightings.effect = 'shown'
  AND visits.visited_at <= ?
ORDER BY visits.visited_at DESC, sightings.content_sha256
LIMIT 1
"""
_ENDED_RUNS = """
SELECT run_id, healthy
FROM site_runs
JOIN runs ON runs.id = run_id
WHERE site_id = ? AND site_runs.ended_at IS NOT NULL
ORDER BY site_runs.ended_at, runs.uid
"""
_ABSENT_DOCUMENTS = """
SELECT id FROM documents
WHERE site_id = ? AND state IN ('vanished', 'moved')
ORDER BY url
"""
_RESET_DOCUMENTS = """
UPDATE documents SET state = 'new', misses = 0, moved_to_id = NULL WHERE site_id = ?
"""
_WRITE_STATE = "UPDATE documents SET state = ?, moved_to_id = ? WHERE id = ?"
_COUNT_MISS = "UPDATE documents SET misses = misses + 1 WHERE id = ?"


class PagePresence(NamedTuple):
    """What a run saw of a document: its state and misses before, and what was there last."""

    state: str
    misses: int
    is_present: bool  # the last visit showed its report
    content_sha256: str
    version_id: int


Presences = dict[int, PagePresence]  # by document


class PresenceChange(NamedTuple):
    """What a run decides of a document.

    `missed` is a page that was not there, but is not counted as vanished yet, or is no longer
    `present` anyway.
    """

    kind: PresenceKind
    document_id: int
    version_id: int
    target_id: int | None = None  # the document that a moved one stands at now

    @property
    def changed_documents(self) -> tuple[int, ...]:
        """The documents whose reports are to be derived anew, in this order.

        A new document stands for its report as it did before, so nothing follows from that.
        """
        if self.kind in ("new", "missed"):
            return ()
        if self.target_id is not None:
            return (self.target_id, self.document_id)
        return (self.document_id,)


def list_unsettled_sites(db: Database) -> list[str]:
    """Return the sites whose ended runs are to be finalized anew."""
    rows = db.execute("SELECT id FROM sites WHERE unsettled ORDER BY id").fetchall()
    return [site_id for (site_id,) in rows]


def mark_settled(db: Database, site_id: str) -> None:
    """Mark a site: its ended runs are finalized with all that their visits showed."""
    db.execute("UPDATE sites SET unsettled = 0 WHERE id = ?", [site_id])


def list_ended_runs(db: Database, site_id: str) -> list[tuple[int, bool]]:
    """Return the runs that ended on a site, in that order, and whether each was healthy."""
    rows = db.execute(_ENDED_RUNS, [site_id]).fetchall()
    return [(run_id, bool(healthy)) for run_id, healthy in rows]


def reset_site(db: Database, site_id: str) -> list[int]:
    """Make the documents of a site as if no run had ended on it.

    Return those that had moved or vanished, in the order of their addresses.
    """
    rows = db.execute(_ABSENT_DOCUMENTS, [site_id]).fetchall()
    db.execute(_RESET_DOCUMENTS, [site_id])
    return [document_id for (document_id,) in rows]


def load_presences(db: Database, run_id: int, site_id: str) -> Presences:
    """Return what the run's last visit to each document of a site saw, by document.

    A document that never showed a report before is left out. So is, of an import, one that a
    run which had ended before saw later: that page stands as it was seen last.
    """
    query = _OBSERVATIONS_OF_CRAWL
    if _is_import(db, run_id):
        query = _OBSERVATIONS_OF_IMPORT
    presences: Presences = {}
    rows = db.execute(query, [run_id, site_id]).fetchall()
    for document_id, visited_at, *values in rows:
        page = PagePresence(*values)
        if not page.is_present:
            last = db.execute(_LAST_SHOWN, [document_id, visited_at]).fetchone()
            if last is None:
                continue
            content_sha256, version_id = last
            page = page._replace(content_sha256=content_sha256, version_id=version_id)
        presences[document_id] = page
    return presences


def _is_import(db: Database, run_id: int) -> bool:
    row = db.execute("SELECT kind FROM runs WHERE id = ?", [run_id]).fetchone()
    return bool(row[0] == "import")


def load_vanish_after(db: Database, run_id: int, site_id: str) -> int:
    """Return how many misses in a row make a document of a site count as vanished in a run."""
    row = db.execute(
        "SELECT vanish_after FROM site_runs WHERE run_id = ? AND site_id = ?",
        [run_id, site_id],
    ).fetchone()
    return int(row[0])


def decide_changes(
    presences: Presences, *, is_healthy: bool, vanish_after: int
) -> list[PresenceChange]:
    """Decide what a run changes of a site's documents: the moved, the new, then the missed.

    Only a healthy run can find a document missing.
    """
    missing: Presences = {}
    appearing: Presences = {}
    for document_id, page in presences.items():
        if page.is_present:
            if page.state != "present":
                appearing[document_id] = page
        elif is_healthy and page.state != "new":
            missing[document_id] = page
    moves = _pair_moves(missing, appearing)
    for move in moves:
        del missing[move.document_id]
        if move.target_id is not None:
            del appearing[move.target_id]
    arrivals = [_decide_arrival(*item) for item in appearing.items()]
    misses = [_decide_miss(*item, vanish_after) for item in missing.items()]
    return [*moves, *arrivals, *misses]


def _decide_arrival(document_id: int, page: PagePresence) -> PresenceChange:
    kind: PresenceKind = "returned"
    if page.state == "new":
        kind = "new"
    return PresenceChange(kind, document_id, page.version_id)


def _decide_miss(
    document_id: int, page: PagePresence, vanish_after: int
) -> PresenceChange:
    kind: PresenceKind = "missed"
    if page.state == "present" and page.misses + 1 >= vanish_after:
        kind = "vanished"
    return PresenceChange(kind, document_id, page.version_id)


def _pair_moves(missing: Presences, appearing: Presences) -> list[PresenceChange]:
    """Pair a missing document with the one of the same content that appeared.

    Two that fit are no pair, on either side.
    """
    candidates = {id_: page for id_, page in missing.items() if page.state == "present"}
    sources = _group_by_content(candidates)
    targets = _group_by_content(appearing)
    moves: list[PresenceChange] = []
    for content_sha256, source_ids in sources.items():
        target_ids = targets.get(content_sha256, [])
        if len(source_ids) != 1 or len(target_ids) != 1:
            continue
        document_id = source_ids[0]
        version_id = missing[document_id].version_id
        move = PresenceChange("moved", document_id, version_id, target_ids[0])
        moves.append(move)
    return moves


def _group_by_content(presences: Presences) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for document_id, page in presences.items():
        group = groups.setdefault(page.content_sha256, [])
        group.append(document_id)
    return groups


def apply_change(db: Database, change: PresenceChange) -> None:
    """Write the state of the documents that a change is about."""
    document_id = change.document_id
    if change.kind in ("missed", "vanished"):
        db.execute(_COUNT_MISS, [document_id])
    if change.kind == "moved":
        db.execute(_WRITE_STATE, ["moved", change.target_id, document_id])
        db.execute(_WRITE_STATE, ["present", None, change.target_id])
    elif change.kind == "vanished":
        db.execute(_WRITE_STATE, ["vanished", None, document_id])
    elif change.kind in ("new", "returned"):
        db.execute(_WRITE_STATE, ["present", None, document_id])


def reset_misses(db: Database, presences: Presences) -> None:
    """Count the misses of documents that were there from 0 again."""
    rows: list[tuple[int]] = []
    for document_id, page in presences.items():
        if page.is_present:
            rows.append((document_id,))
    db.conn.executemany(
        "UPDATE documents SET misses = 0 WHERE id = ? AND misses > 0", rows
    )
