"""Payloads: the bytes of a page as they came, with where and when they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.raw import blobs

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST = 20  # addresses that are listed


@dataclass(frozen=True, slots=True)
class Place:
    """A version that shows a payload. `agency`, `region` and `report_year` name its report,
    where that is known.
    """

    url: str
    site_name: str
    number: int
    first_seen: str
    last_seen: str
    title: str | None
    charset: str | None
    agency: str | None
    region: str | None
    report_year: int | None
    content_type: str | None  # as the server called it


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload by its SHA-256; `charset` is what the reader decoded it with."""

    sha256: str
    size_bytes: int
    charset: str | None
    places: tuple[Place, ...]


PLACES = """
SELECT documents.url, sites.name, versions.number, first.visited_at, last.visited_at, readings.title,
       readings.charset, agencies.name, regions.name, readings.report_year,
       (SELECT value FROM visit_headers WHERE visit_id = versions.first_visit_id AND lower(name) = 'content-type')
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN sites ON sites.id = documents.site_id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN visits AS last ON last.id = versions.last_visit_id
LEFT JOIN readings ON readings.version_id = versions.id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE versions.payload_sha256 = ?
ORDER BY first.visited_at, documents.url LIMIT ?
"""


def find(db: Database, sha256: str) -> Payload | None:
    """Return what is known of the payload of a version; None when no version has it."""
    size = db.execute(
        "SELECT size_bytes FROM blobs WHERE sha256 = ?", [sha256]
    ).fetchone()
    places = (
        [Place(*row) for row in db.execute(PLACES, [sha256, MOST]).fetchall()]
        if size
        else []
    )
    if not places:
        return None
    charset = next((place.charset for place in places if place.charset), None)
    return Payload(sha256, size[0], charset, tuple(places))


def content(db: Database, sha256: str) -> bytes:
    """Return the bytes; raise PayloadDamaged when they do not have their digest."""
    return blobs.load_payload(db, sha256)
