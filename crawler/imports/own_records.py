"""Records of an archive like this one: its sites, runs and visits are stored as they were there.

One id is one site: a site whose id is another site's here is refused with all its visits, unless
it is taken in under an id of its own.
"""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.export import metadata
from nianbao.archive.raw import seals
from nianbao.archive.raw.discoveries import store_discovery
from nianbao.archive.raw.site_identity import (
    SameSite,
    SiteIdentity,
    find_site_identity,
    is_same_site,
)
from nianbao.archive.transfer import decisions, imports, intake
from nianbao.crawler.imports.items import (
    ClashingSiteItem,
    DamagedItem,
    OwnRecognitionItem,
    OwnRecordItem,
    OwnVisitItem,
    RefusedItem,
)
from nianbao.pipelines.reader.ocr.recognition import Recognition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from nianbao.archive import Archive
    from nianbao.archive.records import Capture

CURE = (
    "Import it with --rename ID=NEW_ID to take it in under an id of its own; or, where it is"
    " the same site that has moved, name in `formerly` of its site file the hosts and the"
    " region that it had."
)


class PayloadMissing(Exception):
    """The archive does not have the payload of a visit yet."""


class OpenRuns:
    """The runs that are being taken in: each has its end when all of it is here.

    An import that is killed leaves runs without an end, and no ended run without a seal.
    """

    def __init__(self) -> None:
        self._rows: dict[int, intake.Row] = {}  # as they are to be

    def store_run(self, db: Database, row: intake.Row) -> int:
        """Store a run, without its end where it is not here yet; return its id."""
        run_id = None
        if row["ended_at"] is not None:
            run_id = intake.store_open_run(db, row)
        if run_id is None:
            run_id, _ = intake.store_run(db, row)
        else:
            self._rows[run_id] = row
        return run_id

    def seal_run(self, db: Database, run_id: int, row: intake.Row) -> None:
        """Seal a run that was here with its end: a record may tell more of it."""
        if run_id not in self._rows and row["ended_at"] is not None:
            seals.seal_run(db, run_id)

    def end_all(self, db: Database) -> None:
        """Write the ends of the runs, and seal every run that has ended."""
        for run_id, row in self._rows.items():
            intake.end_open_run(db, run_id, row)
        self._rows.clear()
        seals.seal_ended_runs(db)


class OwnSites:
    """The sites that own records name: under which ids they are stored, and which are refused.

    `renames` are new ids by the ids in the records; `is_one_site` tells whether two sites of one
    id are one.
    """

    def __init__(
        self, renames: Mapping[str, str], is_one_site: SameSite = is_same_site
    ) -> None:
        self.refused_ids: set[str] = set()  # as the records have them
        self.stored_ids: set[str] = set()  # as the records have them
        self.lacks_hosts = False  # whether a record says nothing of a site's hosts
        self._renames = renames
        self._is_one_site = is_one_site

    def id_here(self, site_id: str) -> str:
        """Return the id under which a site is stored here."""
        return self._renames.get(site_id, site_id)

    def list_unused_renames(self) -> list[str]:
        """Return the sites that were to be renamed and that no record told of."""
        return sorted(self._renames.keys() - self.stored_ids - self.refused_ids)

    def find_clash(self, db: Database, record: metadata.SiteRecord) -> str | None:
        """Return what is wrong when the archive has another site under the id of a site."""
        site_id = self.id_here(record.id)
        site_here = find_site_identity(db, site_id)
        site = SiteIdentity(site_id, record.name, record.region, record.hosts)
        if site_here is None or self._is_one_site(site_here, site):
            return None
        return (
            f"{site_id} is another site in the archive: {site_here.describe()}, not"
            f" {site.describe()}. It was left out with its visits. {CURE}"
        )


def store_own_record(
    archive: Archive, item: OwnRecordItem, sites: OwnSites, open_runs: OpenRuns
) -> RefusedItem | None:
    """Store a site, a decision, a discovery, or a run with its sites and what it noted.

    Returns why it was refused, if it was.
    """
    with archive.transaction() as db:
        if isinstance(item.record, metadata.SiteRecord):
            return _store_site(db, item.where, item.record, sites)
        if isinstance(item.record, metadata.DecisionRecord):
            return _store_decision(db, item.where, item.record)
        if isinstance(item.record, metadata.DiscoveryRecord):
            return _store_discovery(db, item.where, item.record, sites)
        unknown_sites = _unknown_sites(db, item.record, sites)
        if unknown_sites:
            names = ", ".join(unknown_sites)[:200]
            return RefusedItem(
                item.where, f"the run names sites that are not told of: {names}"
            )
        _store_run(db, item.record, sites, open_runs)
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


def _store_discovery(
    db: Database, where: str, record: metadata.DiscoveryRecord, sites: OwnSites
) -> RefusedItem | None:
    """Store what a search of a site found, unless the site was refused."""
    site_id = record.discovery.site_id
    if site_id in sites.refused_ids:
        return None
    if not imports.has_site(db, sites.id_here(site_id)):
        return RefusedItem(where, f"the discovery names a site not told of: {site_id}")
    discovery = dataclasses.replace(record.discovery, site_id=sites.id_here(site_id))
    store_discovery(db, discovery)
    return None


def store_own_recognition(
    archive: Archive, item: OwnRecognitionItem
) -> RefusedItem | None:
    """Store what OCR recognised in a payload, unless that was not taken in.

    Returns why it was refused, if it was.
    """
    record = item.record
    if not imports.has_payload(archive.db, record.payload_sha256):
        return None
    try:
        Recognition.from_json(record.text)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = f"a recognition that cannot be read: {type(error).__name__}"
        return RefusedItem(item.where, reason)
    archive.store_recognitions([record.to_recognition()])
    return None


def _store_site(
    db: Database, where: str, record: metadata.SiteRecord, sites: OwnSites
) -> RefusedItem | None:
    """Store a site. One that is another site here is refused, which is said once."""
    clash = sites.find_clash(db, record)
    if clash is None:
        row = dataclasses.asdict(record)
        intake.store_site(db, row | {"id": sites.id_here(record.id)})
        sites.stored_ids.add(record.id)
        sites.lacks_hosts |= not record.hosts
        return None
    if record.id in sites.refused_ids:
        return None
    sites.refused_ids.add(record.id)
    return ClashingSiteItem(where, clash)


def _unknown_sites(db: Database, run: metadata.RunRecord, sites: OwnSites) -> list[str]:
    """Return the sites that a run names and the archive does not have."""
    site_ids = {site_run.site_id for site_run in run.sites}
    site_ids |= {note.site for note in run.notes}
    site_ids -= sites.refused_ids
    return sorted(
        site_id
        for site_id in site_ids
        if not imports.has_site(db, sites.id_here(site_id))
    )


def _store_run(
    db: Database, run: metadata.RunRecord, sites: OwnSites, open_runs: OpenRuns
) -> None:
    """Store a run without what is of refused sites; none that has nothing else."""
    site_runs = [
        site_run for site_run in run.sites if site_run.site_id not in sites.refused_ids
    ]
    if run.sites and not site_runs:
        return
    row = dataclasses.asdict(run)
    del row["sites"]
    del row["notes"]
    run_id = open_runs.store_run(db, row)
    for site_run in site_runs:
        site_row = dataclasses.asdict(site_run)
        site_id = sites.id_here(site_run.site_id)
        intake.store_site_run(db, site_row | {"run_id": run_id, "site_id": site_id})
    for note in run.notes:
        if note.site not in sites.refused_ids:
            site_id = sites.id_here(note.site)
            intake.store_note(db, run_id, site_id, note.url, note.finding)
    open_runs.seal_run(db, run_id, row)


def store_own_visit(
    archive: Archive, item: OwnVisitItem, sites: OwnSites
) -> bool | RefusedItem:
    """Store a visit; return whether it was new, or why it was refused. Raises PayloadMissing."""
    visit = item.visit
    site_id = sites.id_here(visit.site)
    with archive.transaction() as db:
        run_id = imports.find_run(db, visit.run)
        if run_id is None or not imports.has_site(db, site_id):
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
        intake.store_visit(db, run_id, dataclasses.replace(capture, site=site_id))
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
