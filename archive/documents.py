"""Documents: report pages at canonical addresses, laid out from what the visits showed of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from archive import changes, readings, reports, search, versions
from archive.addresses import canonical
from archive.records import Finding, Reading
from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archive.visits import Visit

_NOTED = ("published_on.restamped", "document.replaced", "page.not_a_report")


def find(db: Database, url: str) -> int | None:
    """Return the id of the document at an address."""
    row = db.execute("SELECT id FROM documents WHERE url = ?", [canonical(url)]).fetchone()
    return int(row[0]) if row else None


def at(db: Database, visit: Visit) -> int:
    """Return the id of the document a visit ended at, new if need be."""
    known = find(db, visit.final_url)
    if known is not None:
        return known
    row = {"site_id": visit.site, "url": canonical(visit.final_url), "state": "new"}
    return insert(db, "documents", row)


def extend(db: Database, document_id: int, visit_id: int) -> bool:
    """Take in a visit that shows what the latest before it showed; False when it tells something new."""
    return versions.extend(db, document_id, visit_id)


def lay_out(
    db: Database,
    document_id: int,
    visit: Visit | None = None,
    reading: Reading | None = None,
    *,
    again: bool = False,
) -> None:
    """Lay out a document from its sightings: versions, their readings, what is noted of it, its report.

    `reading` is what `visit` has just been read as; `again` tells that it had been read before, so
    that what differs is the reader's doing, announced as `reread` and not as a change of the page. So
    is what a version says otherwise than before, of whatever visit it was read now.
    """
    before = reports.key_of(db, document_id)
    contents = dict(db.execute("SELECT id, content_sha256 FROM versions WHERE document_id = ?", [document_id]))
    relaid = versions.chain(db, document_id)
    reread = _read(db, document_id, visit, reading)
    for version_id in relaid.removed:
        readings.remove(db, version_id)
    versions.remove(db, relaid.removed)
    if again:
        now = dict(db.execute("SELECT id, content_sha256 FROM versions WHERE document_id = ?", [document_id]))
        reread |= {id_ for id_ in now if contents.get(id_) != now[id_]}
    if reread or (again and relaid.removed):
        _announce_reread(db, visit, document_id, reread)
    _note(db, document_id)
    _refresh(db, document_id, before)


def _read(db: Database, document_id: int, visit: Visit | None, reading: Reading | None) -> set[int]:
    """Give each version the reading of its first visit; while that is not at hand, one of the same content.

    Return the versions that had a reading and have one now that says something else.
    """
    rows = db.execute(
        "SELECT versions.id, versions.content_sha256, sightings.read_visit_id, readings.visit_id FROM versions"
        " JOIN sightings ON sightings.visit_id = versions.first_visit_id"
        " LEFT JOIN readings ON readings.version_id = versions.id WHERE versions.document_id = ? AND number > 0",
        [document_id],
    ).fetchall()
    reread = set()
    for version_id, content, wanted, had in rows:
        is_at_hand = visit is not None and wanted == visit.id
        if not is_at_hand and wanted == had:
            continue
        before = None if had is None else readings.said(db, version_id)
        if is_at_hand and visit is not None and reading is not None:
            readings.put(db, version_id, visit.id, reading)
        else:
            readings.copy(db, version_id, content, wanted)
        if before is not None and readings.said(db, version_id) != before:
            reread.add(version_id)
    return reread


def _announce_reread(db: Database, visit: Visit | None, document_id: int, reread: set[int]) -> None:
    """Announce the versions that another reading has changed, unless nothing of them has been announced yet.

    Where it has only taken versions away, the current one is announced, or the page with no version at all.
    """
    rows = db.execute(
        "SELECT versions.id, visits.run_id FROM versions JOIN visits ON visits.id = first_visit_id"
        " JOIN site_runs ON site_runs.run_id = visits.run_id AND site_runs.site_id = visits.site_id"
        " WHERE versions.document_id = ? AND site_runs.ended_at IS NOT NULL ORDER BY number",
        [document_id],
    ).fetchall()
    for version_id, run_id in rows:
        if version_id in (reread or {rows[-1][0]}):
            run = visit.run_id if visit else run_id
            changes.announce(db, "reread", run, document_id, version_id=version_id)
    has_any = db.execute("SELECT 1 FROM versions WHERE document_id = ?", [document_id]).fetchone()
    if visit and not has_any and changes.knows(db, document_id):
        changes.announce(db, "reread", visit.run_id, document_id, version_id=None)


def _note(db: Database, document_id: int) -> None:
    """Note what the sightings tell besides versions: a date printed anew, another page in the report's place."""
    rows = db.execute(
        "SELECT visits.id, visits.run_id, visits.site_id, visits.url, visits.hint_set_id, effect, content_sha256,"
        " published_on, version_id, read_visit_id FROM sightings JOIN visits ON visits.id = sightings.visit_id"
        " JOIN runs ON runs.id = visits.run_id WHERE document_id = ? AND effect <> 'missed'"
        " ORDER BY visits.visited_at, visits.payload_sha256, runs.uid",
        [document_id],
    ).fetchall()
    marks = ", ".join("?" * len(_NOTED))
    db.execute(
        f"DELETE FROM findings WHERE document_id = ? AND visit_id IS NOT NULL AND rule IN ({marks})",
        [document_id, *_NOTED],
    )
    shown = [row for row in rows if row[5] == "shown"]
    for before, row in pairwise(shown):
        if before[6] == row[6] and before[7] != row[7]:
            message = f"the page gives {row[7]} as its publication date, {before[7]} at the visit before"
            finding = Finding(
                _NOTED[0], "warning", f"{message}; nothing else changed", expected=before[7], found=row[7]
            )
            _put_finding(db, finding, document_id, row)
    for row in rows:
        if row[5] == "not_a_report" and row[0] == row[9]:
            replaced = bool(shown) and rows.index(shown[0]) < rows.index(row)
            text = "showed a report before and shows something else now" if replaced else "did not show a report yet"
            rule, severity = (_NOTED[1], "warning") if replaced else (_NOTED[2], "info")
            _put_finding(db, Finding(rule, severity, f"{row[3]} {text}"), document_id, row)  # type: ignore[arg-type]


def _put_finding(db: Database, finding: Finding, document_id: int, row: Any) -> None:
    where = {"site_id": row[2], "document_id": document_id, "version_id": row[8]}
    readings.put_findings(db, [finding], **where, run_id=row[1], visit_id=row[0], url=row[3])


def _refresh(db: Database, document_id: int, before: reports.Key | None) -> None:
    """Bring title and site of the document up to date, and the reports it carried and carries, and the search."""
    first = db.execute(
        "SELECT visits.site_id FROM sightings JOIN visits ON visits.id = sightings.visit_id"
        " WHERE document_id = ? AND effect = 'shown' ORDER BY visits.visited_at, visits.site_id LIMIT 1",
        [document_id],
    ).fetchone()
    if first is None:
        _remove(db, document_id)
    else:
        db.execute(
            "UPDATE documents SET site_id = ?,"
            " title = (SELECT title FROM readings WHERE version_id = current_version_id) WHERE id = ?",
            [first[0], document_id],
        )
    after = reports.key_of(db, document_id)
    reports.refresh(db, after)
    if before != after:
        reports.refresh(db, before)
    search.index(db, document_id)


def _remove(db: Database, document_id: int) -> None:
    """Delete a document of which no report was ever shown, as it is read now; the feed keeps its lines."""
    db.execute("UPDATE sightings SET document_id = NULL WHERE document_id = ?", [document_id])
    db.execute("UPDATE documents SET moved_to_id = NULL WHERE moved_to_id = ?", [document_id])
    db.execute("DELETE FROM near_copies WHERE ? IN (document_id, other_id)", [document_id])
    db.execute("DELETE FROM findings WHERE document_id = ?", [document_id])
    db.execute("DELETE FROM documents WHERE id = ?", [document_id])
