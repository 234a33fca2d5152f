"""Documents: report pages at canonical addresses, laid out from what the visits showed of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonical
from nianbao.archive.derived import readings, reports, text_deltas, versions
from nianbao.archive.events import page_events
from nianbao.archive.records import Finding, Reading
from nianbao.archive.search import index as search_index
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.versions import Sighting
    from nianbao.archive.raw.visits import Visit

_NOTED = ("published_on.restamped", "document.replaced", "page.not_a_report")


def find(db: Database, url: str) -> int | None:
    """Return the id of the document at an address."""
    row = db.execute(
        "SELECT id FROM documents WHERE url = ?", [canonical(url)]
    ).fetchone()
    return int(row[0]) if row else None


def at(db: Database, visit: Visit) -> int:
    """Return the id of the document a visit ended at, new if need be."""
    url = canonical(visit.final_url)
    row = db.execute("SELECT id FROM documents WHERE url = ?", [url]).fetchone()
    return (
        int(row[0])
        if row
        else insert_row(
            db, "documents", {"site_id": visit.site, "url": url, "state": "new"}
        )
    )


def extend(db: Database, document_id: int, visit_id: int) -> bool:
    """Take in a visit that shows what the latest before it showed; False when it tells
    something new.
    """
    return versions.extend(db, document_id, visit_id)


def lay_out(
    db: Database,
    document_id: int,
    visit: Visit | None = None,
    reading: Reading | None = None,
    *,
    again: bool = False,
) -> None:
    """Lay out a document from its sightings: versions, their readings, what is noted of it, its
    report.

    `reading` is what `visit` has just been read as; `again` tells that it had been read before,
    so that what differs is the reader's doing, announced as `reread` and not as a change of the
    page. So is what a version says otherwise than before, of whatever visit it was read now.
    """
    had = versions.known(db, document_id)
    before = reports.key_of(db, document_id) if had else None
    if len(had) > 1:
        text_deltas.unfold(db, document_id)
    seen = versions.sightings(db, document_id)
    relaid = versions.chain(db, document_id, seen, had)
    reread = _read(db, document_id, relaid, had, visit, reading)
    _state(db, document_id, seen, relaid)
    for version_id in relaid.removed:
        readings.remove(db, version_id)
    versions.remove(db, relaid.removed)
    if len(relaid.spans) > 1:
        text_deltas.fold(db, document_id)
    if again:
        contents = {id_: version.content_sha256 for id_, version in had.items()}
        reread |= {
            id_
            for id_, span in relaid.spans.items()
            if contents.get(id_) != span[0].content_sha256
        }
    if reread or (again and relaid.removed):
        _announce_reread(db, visit, document_id, reread)
    if (
        had or len(seen) > 1
    ):  # of the first sight of a document there is nothing to note
        _note(db, document_id, seen, relaid)
    if not relaid.spans:
        _remove(db, document_id)
    _refresh(db, document_id, before, reading)


def _read(
    db: Database,
    document_id: int,
    relaid: versions.Relaid,
    had: dict[int, versions.Version],
    visit: Visit | None,
    reading: Reading | None,
) -> set[int]:
    """Give each version the reading of its first visit; while that is not at hand, one of the
    same content.

    Return the versions that had a reading and have one now that says something else.
    """
    reread = set()
    for version_id, span in relaid.spans.items():
        wanted, known = span[0].read_visit_id, had.get(version_id)
        is_at_hand = visit is not None and wanted == visit.id
        read_visit_id = known.read_visit_id if known else None
        if not is_at_hand and wanted == read_visit_id:
            continue
        before = None if read_visit_id is None else readings.said(db, version_id)
        if is_at_hand and visit is not None and reading is not None:
            if known is not None:
                readings.remove(db, version_id)
            readings.put(db, document_id, version_id, visit, reading)
        else:
            readings.copy(db, version_id, str(span[0].content_sha256), wanted)
        if before is not None and readings.said(db, version_id) != before:
            reread.add(version_id)
    return reread


def _state(
    db: Database, document_id: int, seen: list[Sighting], relaid: versions.Relaid
) -> None:
    """Write the document's site, that of the first visit that showed it, its current version
    and the title of that.
    """
    shown = [(one.visited_at, one.site_id) for one in seen if one.effect == "shown"]
    state = [min(shown)[1] if shown else None, *relaid.current, relaid.current[0]]
    db.execute(
        "UPDATE documents SET site_id = coalesce(?, site_id), current_version_id = ?, content_sha256 = ?,"
        " title = (SELECT title FROM readings WHERE version_id = ?) WHERE id = ?",
        [*state, document_id],
    )


def _announce_reread(
    db: Database, visit: Visit | None, document_id: int, reread: set[int]
) -> None:
    """Announce the versions that another reading has changed, unless nothing of them has been
    announced yet.

    Where it has only taken versions away, the current one is announced, or the page with no
    version at all.
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
            page_events.announce(db, "reread", run, document_id, version_id=version_id)
    has_any = db.execute(
        "SELECT 1 FROM versions WHERE document_id = ?", [document_id]
    ).fetchone()
    if visit and not has_any and page_events.knows(db, document_id):
        page_events.announce(db, "reread", visit.run_id, document_id, version_id=None)


def _note(
    db: Database, document_id: int, seen: list[Sighting], relaid: versions.Relaid
) -> None:
    """Note what the sightings tell besides versions: a date printed anew, another page in the
    report's place.
    """
    marks = ", ".join("?" * len(_NOTED))
    db.execute(
        f"DELETE FROM findings WHERE document_id = ? AND visit_id IS NOT NULL AND rule IN ({marks})",
        [document_id, *_NOTED],
    )
    shown = [
        (version_id, one) for version_id, span in relaid.spans.items() for one in span
    ]
    for (_, before), (version_id, one) in pairwise(shown):
        if (
            before.content_sha256 == one.content_sha256
            and before.published_on != one.published_on
        ):
            dates = f"{one.published_on} as its publication date, {before.published_on} at the visit before"
            message = f"the page gives {dates}; nothing else changed"
            finding = Finding(
                _NOTED[0],
                "warning",
                message,
                expected=before.published_on,
                found=one.published_on,
            )
            _put_finding(db, finding, document_id, version_id, one)
    replaced = False
    for one in seen:
        replaced = replaced or one.effect == "shown"
        if one.effect == "not_a_report" and one.visit_id == one.read_visit_id:
            text = (
                "showed a report before and shows something else now"
                if replaced
                else "did not show a report yet"
            )
            message = f"{one.url} {text}"
            if replaced:
                finding = Finding(_NOTED[1], "warning", message)
            else:
                finding = Finding(_NOTED[2], "info", message)
            _put_finding(db, finding, document_id, None, one)


def _put_finding(
    db: Database,
    finding: Finding,
    document_id: int,
    version_id: int | None,
    one: Sighting,
) -> None:
    where = {
        "site_id": one.site_id,
        "document_id": document_id,
        "version_id": version_id,
    }
    readings.put_findings(
        db, [finding], **where, run_id=one.run_id, visit_id=one.visit_id, url=one.url
    )


def _refresh(
    db: Database, document_id: int, before: reports.Key | None, reading: Reading | None
) -> None:
    """Bring up to date the reports that a document carried and carries, and what is searched of
    it.
    """
    after = reports.key_of(db, document_id)
    reports.refresh(db, after)
    if before != after:
        reports.refresh(db, before)
    search_index.index(db, document_id, reading)


def _remove(db: Database, document_id: int) -> None:
    """Delete a document of which no report was ever shown, as it is read now; the feed keeps
    its lines.
    """
    db.execute(
        "UPDATE sightings SET document_id = NULL WHERE document_id = ?", [document_id]
    )
    db.execute(
        "UPDATE documents SET moved_to_id = NULL WHERE moved_to_id = ?", [document_id]
    )
    db.execute(
        "DELETE FROM near_copies WHERE ? IN (document_id, other_id)", [document_id]
    )
    db.execute("DELETE FROM findings WHERE document_id = ?", [document_id])
    db.execute("DELETE FROM documents WHERE id = ?", [document_id])
