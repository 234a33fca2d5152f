"""Documents: report pages at canonical addresses, and what each visit showed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive import changes, readings, reports, versions
from archive.addresses import canonical
from archive.records import Finding, Reading
from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archive.visits import Visit


def find(db: Database, url: str) -> int | None:
    """Return the id of the document at an address."""
    row = db.execute("SELECT id FROM documents WHERE url = ?", [canonical(url)]).fetchone()
    return int(row[0]) if row else None


def show(db: Database, visit: Visit, reading: Reading) -> None:
    """Take in what a visit showed, as read: a version when the content is new, else the same one longer."""
    db.execute("DELETE FROM findings WHERE rule = 'reader.failed' AND url = ?", [visit.final_url])
    if not reading.is_report:
        _not_a_report(db, visit)
        return
    document_id = _document(db, visit)
    before = reports.key_of(db, document_id)
    _sight(db, visit, "shown", document_id, reading.content_sha256, reading.published_on)
    for version_id in versions.chain(db, document_id):
        _new_version(db, visit, document_id, version_id, reading)
    _note_restamp(db, visit, document_id, reading)
    _refresh(db, document_id, before)


def repeat(db: Database, visit: Visit) -> bool:
    """Take in a payload that was read before at the same address; return False when it was not."""
    earlier = db.execute(
        "SELECT effect, document_id, sightings.content_sha256, published_on FROM visits"
        " JOIN sightings ON sightings.visit_id = visits.id"
        " WHERE visits.payload_sha256 = ? AND visits.url = ? ORDER BY visits.id DESC LIMIT 1",
        [visit.payload_sha256, visit.url],
    ).fetchone()
    if earlier is None:
        return False
    _sight(db, visit, *earlier)
    if earlier[0] == "shown":
        before = reports.key_of(db, earlier[1])
        for version_id in versions.chain(db, earlier[1]):
            readings.copy(db, version_id, earlier[2])
            _announce_version(db, visit, earlier[1], version_id)
        _refresh(db, earlier[1], before)
    return True


def reread(db: Database, visit: Visit, reading: Reading) -> None:
    """Put another reader's reading of a version in place; a difference is announced as `reread`."""
    version_id, document_id, content = db.execute(
        "SELECT versions.id, versions.document_id, versions.content_sha256 FROM sightings"
        " JOIN versions ON versions.id = sightings.version_id WHERE sightings.visit_id = ?",
        [visit.id],
    ).fetchone()
    before = reports.key_of(db, document_id)
    db.execute("UPDATE sightings SET content_sha256 = ? WHERE version_id = ?", [reading.content_sha256, version_id])
    db.execute("UPDATE versions SET content_sha256 = ? WHERE id = ?", [reading.content_sha256, version_id])
    versions.chain(db, document_id)
    readings.put(db, version_id, visit.id, reading)
    if content != reading.content_sha256:
        changes.announce(db, "reread", visit.run_id, document_id, version_id=version_id)
    _refresh(db, document_id, before)


def miss(db: Database, visit: Visit) -> None:
    """Take in that an address that may have shown a report has none now."""
    _sight(db, visit, "missed", find(db, visit.url), None, None)


def _document(db: Database, visit: Visit) -> int:
    known = find(db, visit.final_url)
    if known is not None:
        return known
    row = {"site_id": visit.site, "url": canonical(visit.final_url), "state": "new"}
    return insert(db, "documents", row)


def _sight(
    db: Database,
    visit: Visit,
    effect: str,
    document_id: int | None,
    content: str | None,
    published_on: str | None,
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO sightings (visit_id, effect, document_id, content_sha256, published_on)"
        " VALUES (?, ?, ?, ?, ?)",
        [visit.id, effect, document_id, content, published_on],
    )


def _not_a_report(db: Database, visit: Visit) -> None:
    """A page that never was a report is noted; one that was is missing, whatever stands there now."""
    document_id = find(db, visit.url)
    _sight(db, visit, "missed" if document_id else "not_a_report", document_id, None, None)
    name = visit.hints.list_title or "untitled"
    finding = (
        Finding("document.replaced", "warning", f"{visit.url} showed a report before and shows something else now")
        if document_id
        else Finding("page.not_a_report", "info", f"the list names a page that is not a report: {name}")
    )
    readings.put_findings(
        db,
        [finding],
        site_id=visit.site,
        document_id=document_id,
        run_id=visit.run_id,
        visit_id=visit.id,
        url=visit.url,
    )


def _new_version(db: Database, visit: Visit, document_id: int, version_id: int, reading: Reading) -> None:
    content = db.execute("SELECT content_sha256 FROM versions WHERE id = ?", [version_id]).fetchone()[0]
    if content == reading.content_sha256:
        readings.put(db, version_id, visit.id, reading)
    else:  # a late capture cut an older version in two: the second part has the reading of the first
        readings.copy(db, version_id, content)
    _announce_version(db, visit, document_id, version_id)


def _announce_version(db: Database, visit: Visit, document_id: int, version_id: int) -> None:
    """The first version is announced when the run is settled: the page may be one that moved here."""
    if db.execute("SELECT number FROM versions WHERE id = ?", [version_id]).fetchone()[0] > 1:
        changes.announce(db, "changed", visit.run_id, document_id, version_id=version_id)


def _note_restamp(db: Database, visit: Visit, document_id: int, reading: Reading) -> None:
    """Note when the printed publication date is another than at the visit before, the content being the same."""
    before = db.execute(
        "SELECT content_sha256, published_on FROM sightings WHERE document_id = ? AND effect = 'shown'"
        " AND visit_id < ? ORDER BY visit_id DESC LIMIT 1",
        [document_id, visit.id],
    ).fetchone()
    if before is None or before[0] != reading.content_sha256 or before[1] == reading.published_on:
        return
    version_id = db.execute("SELECT version_id FROM sightings WHERE visit_id = ?", [visit.id]).fetchone()[0]
    finding = Finding(
        "published_on.restamped",
        "warning",
        f"the page gives {reading.published_on} as its publication date, {before[1]} at the visit before;"
        " nothing else changed",
        expected=before[1],
        found=reading.published_on,
    )
    readings.put_findings(
        db, [finding], document_id=document_id, version_id=version_id, run_id=visit.run_id, visit_id=visit.id
    )


def _refresh(db: Database, document_id: int, before: reports.Key | None) -> None:
    db.execute(
        "UPDATE documents SET title = (SELECT title FROM readings WHERE version_id = current_version_id) WHERE id = ?",
        [document_id],
    )
    after = reports.key_of(db, document_id)
    reports.refresh(db, after)
    if before != after:
        reports.refresh(db, before)
