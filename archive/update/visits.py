"""A visit and what its page was read as: from the raw layer to all that follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nianbao.archive.derived import documents, observations, pending, versions
from nianbao.archive.derived.readings import FreshReading
from nianbao.archive.records import Reading
from nianbao.archive.update.documents import update_document
from nianbao.archive.update.volatile_lines import find_same_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.observations import (
        Contents,
        PageObservation,
        SamePayloadVisit,
    )
    from nianbao.archive.raw.visits import Visit


def apply_visit(db: Database, visit: Visit) -> bool:
    """Apply a visit that has just been stored; return whether its page is still to be read."""
    if visit.role != "report":
        return False
    if visit.outcome in observations.MISSES:
        observations.record_miss(db, visit)
        return False
    if visit.payload_sha256 is None or visit.outcome not in observations.READABLE:
        return False
    same_visits = observations.load_same_payload_visits(db, visit)
    if _apply_repeat(db, visit, same_visits):
        return False
    return not pending.has_failed_for_good(db, visit)


def apply_reading(
    db: Database, visit: Visit, reading: Reading | PageObservation
) -> None:
    """Apply what a page was read as, to its visit and every other that fetched the same.

    An observation is applied where the reading itself is that of no version.
    """
    observations.delete_reader_failures(db, visit.final_url)
    same_visits = observations.load_same_payload_visits(db, visit)
    if _apply_repeat(db, visit, same_visits, reading.reader_version):
        return
    visit_ids = [same.visit_id for same in same_visits]
    before = _list_contents(same_visits)
    document_id = None
    if reading.is_report:
        document_id = documents.find_or_add_document(db, visit)
        if isinstance(reading, Reading):
            reading = _show_same_content(db, document_id, visit, reading)
    observations.record_reading(db, visit_ids, visit.id, document_id, reading)
    attached_ids = observations.attach_to_document(db, visit.url)
    after = observations.load_contents(db, visit_ids)

    fresh = FreshReading(visit, reading) if isinstance(reading, Reading) else None
    is_read_again = visit.id in before
    for changed_id in _list_changed_documents(before, after, attached_ids):
        update_document(db, changed_id, fresh, is_read_again=is_read_again)
    effects_before = {content.effect for content in before.values()}
    if attached_ids or not reading.is_report or "not_a_report" in effects_before:
        observations.write_stranger_findings(db, visit.url)
    observations.write_unread_findings(db, visit, visit_ids, reading)
    if observations.have_changed(before, after):
        observations.mark_unsettled(db, visit_ids)


def _show_same_content(
    db: Database, document_id: int, visit: Visit, reading: Reading
) -> Reading:
    """Return a reading with the content that the page showed before, where it is the same."""
    same_content = find_same_content(db, document_id, visit, reading)
    if same_content is None:
        return reading
    return replace(reading, content_sha256=same_content)


def _list_contents(same_visits: Sequence[SamePayloadVisit]) -> Contents:
    """Return what the observations of visits say, of those that have one."""
    contents: Contents = {}
    for same in same_visits:
        if same.effect is not None:
            contents[same.visit_id] = same.content
    return contents


def _apply_repeat(
    db: Database,
    visit: Visit,
    same_visits: Sequence[SamePayloadVisit],
    reader_version: str | None = None,
) -> bool:
    """Apply a visit whose page an earlier visit showed; return False when there is none.

    That page must have been read then; with `reader_version`, by this reader.
    """
    source = _find_read_visit(visit, same_visits)
    if source is None or not source.is_read_before:
        return False
    if reader_version is not None and source.reader_version != reader_version:
        return False
    observations.copy_observation(db, visit.id, source)
    if source.effect == "shown" and source.document_id is not None:
        _apply_report(db, source.document_id, visit)
    observations.mark_unsettled(db, [visit.id])
    return True


def _apply_report(db: Database, document_id: int, visit: Visit) -> None:
    """Apply a visit that shows the report of a document again."""
    if not versions.extend_current_version(db, document_id, visit.id):
        update_document(db, document_id)


def _find_read_visit(
    visit: Visit, same_visits: Sequence[SamePayloadVisit]
) -> SamePayloadVisit | None:
    """Return another visit whose observation comes from a reading."""
    for same in same_visits:
        if same.visit_id != visit.id and same.read_visit_id is not None:
            return same
    return None


def _list_changed_documents(
    before: Contents, after: Contents, attached_ids: set[int | None]
) -> list[int]:
    """Return the documents whose observations have changed, in the order of their ids."""
    document_ids = set(attached_ids)
    for contents in (before, after):
        document_ids.update(content.document_id for content in contents.values())
    return sorted(id_ for id_ in document_ids if id_ is not None)
