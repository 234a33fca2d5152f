"""Payloads: the bytes of a page as they came, with where and when they were seen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs
from nianbao.archive.raw.visits import load_visit

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_PLACES = 20
MOST_IMAGE_BYTES = 16 << 20  # of one page


@dataclass(frozen=True, slots=True)
class PayloadPlace:
    """A version that shows a payload.

    `agency`, `region` and `report_year` name its report, where that is known.
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
    agency_site: str | None  # the site that an agency of no known region belongs to
    content_type: str | None  # as the server called it


@dataclass(frozen=True, slots=True)
class PayloadRow:
    """A payload by its SHA-256. `charset` is the one that the reader decoded it with."""

    sha256: str
    size_bytes: int
    charset: str | None
    places: tuple[PayloadPlace, ...]


SIZE = "SELECT size_bytes FROM blobs WHERE sha256 = ?"
PLACES = """
SELECT documents.url, sites.name, versions.number, first.visited_at, last.visited_at,
       readings.title, readings.charset, agencies.name, regions.name, readings.report_year,
       agencies.site_id,
       (SELECT value FROM visit_headers
         WHERE visit_id = versions.first_visit_id AND lower(name) = 'content-type')
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
VISIT = """
SELECT size_bytes, (SELECT visited_at FROM visits WHERE id = ?) FROM blobs WHERE sha256 = ?
"""


def find_payload(db: Database, sha256: str) -> PayloadRow | None:
    """Return the payload of a version with its places; None when no version has it."""
    size = db.execute(SIZE, [sha256]).fetchone()
    if size is None:
        return None
    rows = db.execute(PLACES, [sha256, MOST_PLACES]).fetchall()
    if not rows:
        return None
    places = [PayloadPlace(*row) for row in rows]
    charsets = [place.charset for place in places if place.charset]
    charset = charsets[0] if charsets else None
    return PayloadRow(sha256, size[0], charset, tuple(places))


def read_payload(db: Database, sha256: str) -> bytes:
    """Return the bytes; raise PayloadDamaged when they do not have their digest."""
    return blobs.load_payload(db, sha256)


def load_images(db: Database, visit_id: int) -> dict[str, bytes | None]:
    """Return the images that were had with a page, by the addresses that it writes.

    None for those beyond MOST_IMAGE_BYTES together, and those that are damaged.
    """
    images: dict[str, bytes | None] = {}
    size = 0
    for image in load_visit(db, visit_id).hints.images or ():
        sha256, _, address = image.partition(" ")
        row = db.execute(SIZE, [sha256]).fetchone()
        images[address] = None
        if row is None or size + row[0] > MOST_IMAGE_BYTES:
            continue
        size += row[0]
        with suppress(PayloadDamaged):
            images[address] = blobs.load_payload(db, sha256)
    return images


def find_payload_visit(db: Database, sha256: str, visit_id: int) -> tuple[int, str]:
    """Return the size of a payload in bytes and the time of a visit that brought it."""
    size_bytes, visited_at = db.execute(VISIT, [visit_id, sha256]).fetchone()
    return size_bytes, visited_at
