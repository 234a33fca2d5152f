"""Imports: runs that take in captures which others made, with their original times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from nianbao.archive.raw import hints, runs, visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from nianbao.archive.records import Hints
    from nianbao.archive.store import Archive

UNFINISHED_IMPORT = """
SELECT id FROM runs WHERE kind = 'import' AND ended_at IS NULL AND settings = ?
"""
# Select what the readings of an address say, one that is a report first.
EFFECT = """
SELECT effect FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE url = :url
  AND effect <> 'missed'
  AND (:sha256 IS NULL OR payload_sha256 = :sha256)
ORDER BY effect = 'shown' DESC
LIMIT 1
"""
PAYLOAD_AT = """
SELECT payload_sha256 FROM visits
WHERE url = ?
  AND substr(visited_at, 1, 19) = ?
  AND outcome IN ('fetched', 'not_modified')
ORDER BY id
LIMIT 1
"""
PAYLOAD_BEFORE = """
SELECT payload_sha256 FROM visits
WHERE url = ?
  AND visited_at < ?
  AND outcome IN ('fetched', 'not_modified')
ORDER BY visited_at DESC, id DESC
LIMIT 1
"""
# Select the earliest visit by a list to an address that showed the same payload or content.
LISTED_VISIT = f"""
{visits.VISITS}
JOIN sightings ON sightings.visit_id = visits.id
WHERE url = :url
  AND effect = 'shown'
  AND (payload_sha256 = :payload OR content_sha256 = :content)
  AND EXISTS (SELECT 1 FROM hint_sets
              WHERE id = hint_set_id AND json_extract(hints, '$.list_title') IS NOT NULL)
ORDER BY visits.visited_at, visits.id
LIMIT 1
"""


def begin_import(
    archive: Archive, software_version: str, settings: Mapping[str, Any]
) -> int:
    """Resume the import that was cut off with the same settings, or start one; return its id."""
    with archive.transaction() as db:
        run_id = find_unfinished_import(db, settings)
        if run_id is None:
            run_id = runs.begin_run(db, "import", software_version, settings)
        return run_id


def find_unfinished_import(db: Database, settings: Mapping[str, Any]) -> int | None:
    """Return the import that was cut off with these settings."""
    row = db.execute(UNFINISHED_IMPORT, [runs.settings_to_json(settings)]).fetchone()
    if row is None:
        return None
    return int(row[0])


def end_import(archive: Archive, run_id: int, counts: Mapping[str, Any]) -> None:
    """End an import on its sites and as a whole.

    Its sites are then to be finalized anew, because an import tells of the past. It is never a
    healthy run: nothing is missing because an import does not have it.
    """
    with archive.transaction() as db:
        for site_id in archive.unfinished_sites(run_id):
            runs.end_site(db, run_id, site_id, "finished", None, healthy=False)
            db.table("sites").update(site_id, {"unsettled": 1})
        runs.end_run(db, run_id, "finished", counts)


def has_visit(db: Database, url: str, visited_at: str) -> bool:
    """Tell whether there is a visit to an address at a time, in whatever run."""
    return _has_row(db, "visits", "url = ? AND visited_at = ?", url, visited_at)


def has_visit_in_run(
    db: Database, run_id: int, url: str, visited_at: str, role: str
) -> bool:
    """Tell whether a run made a visit."""
    where = "url = ? AND visited_at = ? AND role = ? AND run_id = ?"
    return _has_row(db, "visits", where, url, visited_at, role, run_id)


def has_payload(db: Database, sha256: str) -> bool:
    """Tell whether a payload is there."""
    return _has_row(db, "blobs", "sha256 = ?", sha256)


def has_site(db: Database, site_id: str) -> bool:
    """Tell whether a site is known."""
    return _has_row(db, "sites", "id = ?", site_id)


def has_address(db: Database, url: str) -> bool:
    """Tell whether an address was ever asked for."""
    return _has_row(db, "visits", "url = ?", url)


def _has_row(db: Database, table: str, where: str, *arguments: object) -> bool:
    query = f"SELECT 1 FROM {table} WHERE {where} LIMIT 1"
    return db.execute(query, list(arguments)).fetchone() is not None


def observed_effect(
    db: Database, url: str, sha256: str | None = None
) -> Literal["shown", "not_a_report"] | None:
    """Return what an address (with a payload, where one is named) was found to be.

    None when it was never read.
    """
    row = db.execute(EFFECT, {"url": url, "sha256": sha256}).fetchone()
    if row is None:
        return None
    effect: Literal["shown", "not_a_report"] = row[0]
    return effect


def find_payload_at(db: Database, url: str, second: str) -> str | None:
    """Return the digest of what stood at an address in a second (`2021-01-20T01:14:03`).

    None when that is unknown.
    """
    row = db.execute(PAYLOAD_AT, [url, second]).fetchone()
    if row is None:
        return None
    sha256: str | None = row[0]
    return sha256


def find_payload_before(db: Database, url: str, visited_at: str) -> str | None:
    """Return the digest of what stood at an address at the last visit before an instant."""
    row = db.execute(PAYLOAD_BEFORE, [url, visited_at]).fetchone()
    if row is None:
        return None
    sha256: str | None = row[0]
    return sha256


def find_list_hints(
    db: Database, url: str, payload_sha256: str, content_sha256: str | None = None
) -> Hints | None:
    """Return the hints of a visit that a list led to, to what an address shows.

    That is the same payload, or, when it is known, the same content.
    """
    values = {"url": url, "payload": payload_sha256, "content": content_sha256}
    row = db.execute(LISTED_VISIT, values).fetchone()
    return None if row is None else hints.parse_hints(row[-1])


def find_run(db: Database, uid: str) -> int | None:
    """Return the id of a run here; None when it is not known."""
    row = db.execute("SELECT id FROM runs WHERE uid = ?", [uid]).fetchone()
    if row is None:
        return None
    return int(row[0])
