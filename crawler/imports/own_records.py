"""Records of an archive like this one: its sites, runs and visits are stored as they were there."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.export import metadata
from nianbao.archive.transfer import decisions, imports, intake
from nianbao.crawler.imports.items import (
    DamagedItem,
    OwnRecordItem,
    OwnVisitItem,
    RefusedItem,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive import Archive
    from nianbao.archive.records import Capture


class PayloadMissing(Exception):
    """The archive does not have the payload of a visit yet."""


def store_own_record(archive: Archive, item: OwnRecordItem) -> RefusedItem | None:
    """Store a site, a decision, or a run with how it went on its sites and what it noted.

    Returns why it was refused, if it was.
    """
    with archive.transaction() as db:
        if isinstance(item.record, metadata.SiteRecord):
            intake.store_site(db, dataclasses.asdict(item.record))
            return None
        if isinstance(item.record, metadata.DecisionRecord):
            return _store_decision(db, item.where, item.record)
        unknown_sites = _unknown_sites(db, item.record)
        if unknown_sites:
            names = ", ".join(unknown_sites)[:200]
            return RefusedItem(
                item.where, f"the run names sites that are not told of: {names}"
            )
        _store_run(db, item.record)
    return None


def _store_decision(
    db: Database, where: str, record: metadata.DecisionRecord
) -> RefusedItem | None:
    """Store a decision of a person; return why it was refused, if it was."""
    try:
        decisions.store_decision(db, record.to_decision())
    except ValueError as error:
        return RefusedItem(where, f"a decision that cannot be followed: {error}")
    return None


def _unknown_sites(db: Database, run: metadata.RunRecord) -> list[str]:
    """Return the sites that a run names and the archive does not have."""
    site_ids = {site_run.site_id for site_run in run.sites}
    site_ids |= {note.site for note in run.notes}
    return sorted(name for name in site_ids if not imports.has_site(db, name))


def _store_run(db: Database, run: metadata.RunRecord) -> None:
    row = dataclasses.asdict(run)
    del row["sites"]
    del row["notes"]
    run_id, _ = intake.store_run(db, row)
    for site_run in run.sites:
        site_row = dataclasses.asdict(site_run)
        intake.store_site_run(db, site_row | {"run_id": run_id})
    for note in run.notes:
        intake.store_note(db, run_id, note.site, note.url, note.finding)


def store_own_visit(archive: Archive, item: OwnVisitItem) -> bool | RefusedItem:
    """Store a visit; return whether it was new, or why it was refused. Raises PayloadMissing."""
    visit = item.visit
    with archive.transaction() as db:
        run_id = imports.find_run(db, visit.run)
        if run_id is None or not imports.has_site(db, visit.site):
            return RefusedItem(
                item.where, "the visit names a run or a site that is not told of"
            )
        if imports.has_visit_in_run(
            db, run_id, visit.url, visit.visited_at, visit.role
        ):
            return False
        capture = _make_capture(archive, item)
        if isinstance(capture, RefusedItem):
            return capture
        intake.store_visit(db, run_id, capture)
        return True


def _make_capture(archive: Archive, item: OwnVisitItem) -> Capture | RefusedItem:
    """Return the visit with its payload, from the record or from the archive."""
    visit = item.visit
    payload = item.payload
    if payload is not None and sha256(payload).hexdigest() != visit.payload_sha256:
        return DamagedItem(
            item.where,
            f"{visit.url}: the payload does not have the digest {visit.payload_sha256}",
        )
    if payload is None and visit.payload_sha256 is not None:
        if not imports.has_payload(archive.db, visit.payload_sha256):
            raise PayloadMissing(visit.payload_sha256)
        if visit.outcome != "not_modified":
            payload = archive.payload(visit.payload_sha256)
    return visit.to_capture(item.headers, payload)
