"""Merging: the runs, visits and payloads of another archive, copied once, whatever was merged
before.

Only what was seen is copied; what derives from it is laid out anew from all visits together, so
merging is idempotent and its order does not matter (:mod:`nianbao.archive.transfer.intake`).
Readings are taken over after that (:mod:`nianbao.archive.transfer.readings`). A run is copied in a
transaction of its own: a merge that is cut off can be resumed. One id is one site: a merge that
would make it two is refused (:mod:`nianbao.archive.transfer.site_ids`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, discoveries, recognitions, seals, visits
from nianbao.archive.raw.site_identity import SameSite, is_same_site
from nianbao.archive.records import Finding
from nianbao.archive.transfer import intake
from nianbao.archive.transfer.decisions import copy_decisions
from nianbao.archive.transfer.site_ids import SiteComparison, choose_site_ids

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.store import Archive

NOTES = """
SELECT site_id, url, rule, severity, message, "table", "row", "column", expected, found,
       parameters
FROM findings
WHERE run_id = ? AND visit_id IS NULL
ORDER BY id
"""
VISITS_OF_RUN = """
SELECT id, url, visited_at, role, payload_sha256
FROM visits
WHERE run_id = ?
ORDER BY visited_at, id
"""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge brought that was not here: runs, visits, decisions, discoveries, recognitions
    and readings; payloads that were damaged here and are whole again.
    """

    runs: int = 0
    visits: int = 0
    healed: int = 0
    decisions: int = 0
    discoveries: int = 0
    readings: int = 0
    recognitions: int = 0

    def __add__(self, other: MergeResult) -> MergeResult:
        return MergeResult(
            self.runs + other.runs,
            self.visits + other.visits,
            self.healed + other.healed,
            self.decisions + other.decisions,
            self.discoveries + other.discoveries,
            self.readings + other.readings,
            self.recognitions + other.recognitions,
        )


def merge_archive(
    archive: Archive,
    other: Archive,
    progress: Callable[[int, int], None] | None = None,
    *,
    renames: Mapping[str, str] | None = None,
    is_one_site: SameSite = is_same_site,
) -> MergeResult:
    """Copy what another archive saw and this one does not have.

    Its pages are unread afterwards, its sites unsettled. `progress` is called with the runs done
    and the runs in all. `renames` are ids under which sites of the other archive are taken in,
    by their ids there; `is_one_site` tells whether two sites of one id are one. Raises
    ArchiveError: SitesClash and RenameRefused before anything is written; PayloadDamaged names a
    payload of the other archive that is not whole, and runs copied before it stay.
    """
    theirs = other.db
    site_ids = choose_site_ids(archive.db, other, renames or {})
    comparison = SiteComparison(archive, is_one_site)
    comparison.add(other, site_ids)
    comparison.require_no_clash()
    with archive.transaction() as db:
        for row in intake.list_sites(theirs):
            intake.store_site(db, row | {"id": site_ids.ids[row["id"]]})
    runs = theirs.execute("SELECT id FROM runs ORDER BY started_at, uid").fetchall()
    result = MergeResult()
    for number, (run_id,) in enumerate(runs):
        if progress is not None:
            progress(number, len(runs))
        try:
            with archive.transaction() as db:
                result += _copy_run(db, theirs, run_id, site_ids.ids)
        except PayloadDamaged as error:
            raise PayloadDamaged(
                f"{other.path}: {error}. What was merged before stays."
            ) from error
    with archive.transaction() as db:
        result += MergeResult(decisions=copy_decisions(db, theirs))
        result += MergeResult(discoveries=_copy_discoveries(db, theirs, site_ids.ids))
    recognized = recognitions.list_recognitions(theirs)
    return result + MergeResult(recognitions=archive.store_recognitions(recognized))


def _copy_discoveries(
    db: Database, theirs: Database, site_ids: Mapping[str, str]
) -> int:
    """Copy what searches of sites found that is not here; return how many."""
    count = 0
    for discovery in discoveries.list_discoveries(theirs):
        discovery = replace(discovery, site_id=site_ids[discovery.site_id])
        count += discoveries.store_discovery(db, discovery)
    return count


def _copy_run(
    db: Database, theirs: Database, their_id: int, site_ids: Mapping[str, str]
) -> MergeResult:
    """Copy one run with its sites, visits and notes; `site_ids` are ids here by ids there."""
    changes_before = db.conn.total_changes
    run = dict(theirs.table("runs").get(their_id))
    del run["id"]
    run_id, is_new = intake.store_run(db, run)
    for site_run in theirs.table("site_runs").rows_where("run_id = ?", [their_id]):
        site_id = site_ids[site_run["site_id"]]
        intake.store_site_run(db, site_run | {"run_id": run_id, "site_id": site_id})
    result = MergeResult(runs=int(is_new))
    result += _copy_visits(db, theirs, their_id, run_id, site_ids)
    for note in intake.select_rows(theirs, NOTES, [their_id]):
        site_id = site_ids[note.pop("site_id")]
        url = note.pop("url")
        finding = Finding.from_row(list(note.values()))
        intake.store_note(db, run_id, site_id, url, finding)
    has_news = db.conn.total_changes > changes_before
    if has_news and run["ended_at"] is not None:
        seals.seal_run(db, run_id)
    return result


def _copy_visits(
    db: Database,
    theirs: Database,
    their_id: int,
    run_id: int,
    site_ids: Mapping[str, str],
) -> MergeResult:
    """Copy the visits of a run that are not here; heal payloads of those that are."""
    query = "SELECT url, visited_at, role FROM visits WHERE run_id = ?"
    visits_here = set(db.execute(query, [run_id]).fetchall())
    visits_copied = 0
    payloads_healed = 0
    rows = theirs.conn.execute(VISITS_OF_RUN, [their_id])
    for visit_id, url, visited_at, role, sha256 in rows:
        if (url, visited_at, role) not in visits_here:
            capture = visits.load_capture(theirs, visit_id)
            capture = replace(capture, site=site_ids[capture.site])
            intake.store_visit(db, run_id, capture)
            visits_copied += 1
        elif sha256 is not None:
            load_theirs = partial(blobs.load_payload, theirs, sha256)
            payloads_healed += intake.heal_payload(db, sha256, load_theirs)
    return MergeResult(visits=visits_copied, healed=payloads_healed)
