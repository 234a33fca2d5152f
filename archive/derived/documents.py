"""Documents: report pages at canonical addresses, derived from what the visits showed of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.addresses import canonicalize
from nianbao.archive.derived import (
    page_findings,
    readings,
    reports,
    text_deltas,
    version_reports,
    versions,
)
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.readings import FreshReading
    from nianbao.archive.derived.reports import ReportKey
    from nianbao.archive.derived.version_reports import Assignment
    from nianbao.archive.derived.versions import (
        Observation,
        StoredVersion,
        VersionChain,
    )
    from nianbao.archive.raw.visits import Visit

_WRITE_STATE = """
UPDATE documents
SET site_id = coalesce(?, site_id),
    current_version_id = ?,
    content_sha256 = ?,
    title = (SELECT title FROM readings WHERE version_id = ?)
WHERE id = ?
"""
# Return the documents that the visits to an address showed, the latest first.
_SHOWN_AT_ADDRESS = """
SELECT documents.id, documents.url
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN documents ON documents.id = sightings.document_id
WHERE visits.url = ? AND sightings.effect = 'shown'
ORDER BY visits.visited_at DESC
"""
_REMOVAL = (
    "UPDATE sightings SET document_id = NULL WHERE document_id = ?",
    "UPDATE documents SET moved_to_id = NULL WHERE moved_to_id = ?",
    "DELETE FROM near_copies WHERE ? IN (document_id, other_id)",
    "DELETE FROM report_pages WHERE document_id = ?",
    "DELETE FROM findings WHERE document_id = ?",
    "DELETE FROM documents WHERE id = ?",
)


@dataclass(frozen=True, slots=True)
class DocumentDerivation:
    """What deriving a document anew has changed, for the layers that follow."""

    key_before: ReportKey | None  # of the report that the document showed last
    assignment: Assignment  # of its versions to reports
    chain: VersionChain
    is_reread: bool  # a reader made something else of what was read before
    reread_ids: frozenset[int]  # the versions that say something else than before


def find_document(db: Database, url: str) -> int | None:
    """Return the id of the document at an address."""
    return _find_by_canonical_url(db, canonicalize(url))


def find_or_add_document(db: Database, visit: Visit) -> int:
    """Return the id of the document a visit ended at, adding it if need be."""
    url = canonicalize(visit.final_url)
    document_id = _find_by_canonical_url(db, url)
    if document_id is None and "?" in url:
        document_id = _find_by_earlier_visit(db, visit)
    if document_id is not None:
        return document_id
    row = {"site_id": visit.site, "url": url, "state": "new"}
    return insert_row(db, "documents", row)


def _find_by_canonical_url(db: Database, url: str) -> int | None:
    row = db.execute("SELECT id FROM documents WHERE url = ?", [url]).fetchone()
    return int(row[0]) if row else None


def _find_by_earlier_visit(db: Database, visit: Visit) -> int | None:
    """Return the document that a visit, or another to its address, was found to show.

    It has a shorter address where parameters name no page (archive/update/addresses.py).
    """
    path = canonicalize(visit.final_url).partition("?")[0]
    rows = db.execute(_SHOWN_AT_ADDRESS, [visit.url]).fetchall()
    for document_id, document_url in rows:
        if document_url.partition("?")[0] == path:
            return int(document_id)
    return None


def derive_document(
    db: Database,
    document_id: int,
    fresh: FreshReading | None = None,
    *,
    is_read_again: bool = False,
) -> DocumentDerivation:
    """Derive a document from its observations: versions, their readings, findings of its visits.

    `fresh` is what a page has just been read as. `is_read_again` says that it had been read
    before, so that what differs is the reader's doing and not a change of the page. So is what
    a version says otherwise than before, of whatever visit it was read now.

    The document is left without a version when no visit shows a report any longer; it is then
    for the caller to delete.
    """
    before = versions.load_versions(db, document_id)
    key_before = reports.load_key(db, document_id) if before else None
    if len(before) > 1:
        text_deltas.restore_texts(db, document_id)
    observations = versions.load_observations(db, document_id)
    chain = versions.derive_versions(db, document_id, observations, before)
    reread_ids = _derive_readings(db, document_id, chain, before, fresh)
    assignment = version_reports.assign_versions(db, document_id)
    _write_state(db, document_id, observations, chain)
    for version_id in chain.removed_ids:
        readings.delete_reading(db, version_id)
    versions.delete_versions(db, chain.removed_ids)
    if len(chain.spans) > 1:
        text_deltas.shorten_texts(db, document_id)
    is_reread = bool(reread_ids)
    if is_read_again:
        reread_ids |= _list_changed_contents(chain, before)
        is_reread = bool(reread_ids or chain.removed_ids)
    # Of the first observation of a document there is nothing to note.
    if before or len(observations) > 1:
        page_findings.write_page_findings(db, document_id, observations, chain)
    return DocumentDerivation(
        key_before, assignment, chain, is_reread, frozenset(reread_ids)
    )


def _derive_readings(
    db: Database,
    document_id: int,
    chain: VersionChain,
    before: dict[int, StoredVersion],
    fresh: FreshReading | None,
) -> set[int]:
    """Give each version the reading of its first visit.

    While that is not at hand, it is given one of the same content. Return the versions that had
    a reading and have one now that says something else.
    """
    reread_ids: set[int] = set()
    for version_id, observations in chain.spans.items():
        first = observations[0]
        own_reading = _select_own_reading(first, fresh)
        stored_version = before.get(version_id)
        stored_visit_id = stored_version.read_visit_id if stored_version else None
        if own_reading is None and first.read_visit_id == stored_visit_id:
            continue
        values_before = None
        if stored_visit_id is not None:
            values_before = readings.load_values(db, version_id)
        if own_reading is None:
            content_sha256 = str(first.content_sha256)
            readings.copy_reading(db, version_id, content_sha256, first.read_visit_id)
        else:
            if stored_version is not None:
                readings.delete_reading(db, version_id)
            readings.write_reading(db, document_id, version_id, own_reading)
        if _is_reread(db, version_id, values_before):
            reread_ids.add(version_id)
    return reread_ids


def _select_own_reading(
    first: Observation, fresh: FreshReading | None
) -> FreshReading | None:
    """Return what has just been read if it is the page of a version's first observation."""
    if fresh is not None and fresh.visit.id == first.read_visit_id:
        return fresh
    return None


def _is_reread(
    db: Database, version_id: int, values_before: tuple[Any, ...] | None
) -> bool:
    """Tell whether a version says something else than before; not if it said nothing."""
    if values_before is None:
        return False
    return readings.load_values(db, version_id) != values_before


def _list_changed_contents(
    chain: VersionChain, before: dict[int, StoredVersion]
) -> set[int]:
    """Return the versions that are new or have another content than before."""
    version_ids: set[int] = set()
    for version_id, observations in chain.spans.items():
        content_before = None
        if version_id in before:
            content_before = before[version_id].values.content_sha256
        if content_before != observations[0].content_sha256:
            version_ids.add(version_id)
    return version_ids


def _write_state(
    db: Database,
    document_id: int,
    observations: list[Observation],
    chain: VersionChain,
) -> None:
    """Write the document's site, its current version and the title of that.

    The site is that of the first visit that showed its report.
    """
    visits_with_report: list[tuple[str, str]] = []
    for observation in observations:
        if observation.effect == "shown":
            visits_with_report.append((observation.visited_at, observation.site_id))
    site_id = None
    if visits_with_report:
        _, site_id = min(visits_with_report)
    version_id, content_sha256 = chain.current
    values = [site_id, version_id, content_sha256, version_id, document_id]
    db.execute(_WRITE_STATE, values)


def delete_document(db: Database, document_id: int) -> None:
    """Delete a document of which, as it is read now, no report was ever shown.

    The feed keeps its lines.
    """
    for statement in _REMOVAL:
        db.execute(statement, [document_id])
