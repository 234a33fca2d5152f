"""Captures of an archive like this one: its sites, runs and visits, as they were there."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.export import told
from nianbao.archive.transfer import imports, intake
from nianbao.crawler.imports.items import Damaged, Own, Refused, Told

if TYPE_CHECKING:
    from nianbao.archive import Archive
    from nianbao.archive.records import Capture


class Missing(Exception):
    """The payload of a visit is not at hand yet."""


def tell(archive: Archive, item: Told) -> Refused | None:
    """Take in a site, or a run with how it went on its sites and what it noted."""
    with archive.transaction() as db:
        row = dataclasses.asdict(item.what)
        if isinstance(item.what, told.Site):
            intake.store_site(db, row)
            return None
        run = item.what
        strangers = {one.site_id for one in run.sites} | {
            note.site for note in run.notes
        }
        unknown = sorted(name for name in strangers if not imports.has_site(db, name))
        if unknown:
            return Refused(
                item.where,
                f"the run names sites that are not told of: {', '.join(unknown)[:200]}",
            )
        del row["sites"], row["notes"]
        run_id, _ = intake.store_run(db, row)
        for site_run in run.sites:
            intake.store_site_run(db, dataclasses.asdict(site_run) | {"run_id": run_id})
        for note in run.notes:
            intake.store_note(db, run_id, note.site, note.url, note.finding)
    return None


def take(archive: Archive, item: Own) -> bool | Refused:
    """Take in a visit; return whether it was new. Raises Missing."""
    with archive.transaction() as db:
        visit = item.visit
        run_id = imports.find_run(db, visit.run)
        if run_id is None or not imports.has_site(db, visit.site):
            return Refused(
                item.where, "the visit names a run or a site that is not told of"
            )
        if imports.has_visit_in_run(
            db, run_id, visit.url, visit.visited_at, visit.role
        ):
            return False
        capture = _capture(archive, item)
        if isinstance(capture, Refused):
            return capture
        intake.store_visit(db, run_id, capture)
        return True


def _capture(archive: Archive, item: Own) -> Capture | Refused:
    """Return the visit with its payload, from the record or from the archive."""
    visit, payload = item.visit, item.payload
    if payload is not None and sha256(payload).hexdigest() != visit.payload_sha256:
        return Damaged(
            item.where,
            f"{visit.url}: the payload does not have the digest {visit.payload_sha256}",
        )
    if payload is None and visit.payload_sha256 is not None:
        if not imports.has_payload(archive.db, visit.payload_sha256):
            raise Missing(visit.payload_sha256)
        payload = (
            None
            if visit.outcome == "not_modified"
            else archive.payload(visit.payload_sha256)
        )
    return visit.capture(item.headers, payload)
