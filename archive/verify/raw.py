"""What was seen, checked: the file's own structure, references, dictionaries, payloads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, dictionaries
from nianbao.archive.storage.raw_tables import RAW_TABLES
from nianbao.archive.storage.snapshot import Progress, has_log
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

OWN_RULES = ("blobs", "dictionaries")  # tables whose references have rules of their own
VISITS_LISTED = 10  # that name a damaged payload

FILE_BYTES = """
SELECT page_count * page_size FROM pragma_page_count, pragma_page_size
"""
MISSING_DICTIONARIES = """
SELECT DISTINCT dictionary_id FROM blobs
WHERE dictionary_id IS NOT NULL
  AND dictionary_id NOT IN (SELECT id FROM dictionaries)
"""
MISSING_PAYLOADS = """
SELECT payload_sha256 FROM visits
UNION SELECT payload_sha256 FROM versions
UNION SELECT base_sha256 FROM blobs
UNION SELECT payload_sha256 FROM recognitions
EXCEPT SELECT sha256 FROM blobs
"""
# Select the payloads that no visit names, and that none which a visit names differs from.
ORPHAN_PAYLOADS = """
WITH RECURSIVE named (sha256) AS (
    SELECT payload_sha256 FROM visits WHERE payload_sha256 IS NOT NULL
    UNION
    SELECT base_sha256 FROM blobs JOIN named USING (sha256) WHERE base_sha256 IS NOT NULL
)
SELECT sha256, size_bytes FROM blobs WHERE sha256 NOT IN named
"""
# Select the payloads whose dictionary is there.
PAYLOADS = """
SELECT sha256 FROM blobs
WHERE dictionary_id IS NULL OR dictionary_id IN (SELECT id FROM dictionaries)
"""
PAYLOAD_SIZES = """
SELECT size_bytes, stored_bytes, length(data) FROM blobs WHERE sha256 = ?
"""


def check_structure(db: Database, path: Path) -> Iterator[Damage]:
    """Check that the file is as long as it should be; have SQLite check its pages, indexes and
    constraints.
    """
    size_bytes = db.execute(FILE_BYTES).fetchone()[0]
    if not has_log(path):
        yield from check_length(path, size_bytes)
    for (message,) in db.execute("PRAGMA integrity_check").fetchall():
        if message != "ok":
            yield Damage("file.integrity", message, "the archive file", RESTORE)


def check_length(path: Path, expected_bytes: int) -> Iterator[Damage]:
    """Yield the damage when a file is shorter than it should be."""
    size_bytes = path.stat().st_size
    if size_bytes < expected_bytes:
        what = (
            f"the file has {size_bytes} bytes of {expected_bytes}: the end is missing"
        )
        yield Damage("file.truncated", what, str(path), RESTORE)


def check_references(db: Database) -> Iterator[Damage]:
    """Check that rows name rows that exist; payloads and dictionaries have rules of their own."""
    for table, rowid, parent, _ in db.execute("PRAGMA foreign_key_check").fetchall():
        if parent in OWN_RULES:
            continue
        what = f"the row names a row of {parent} that does not exist"
        where = table if rowid is None else f"{table}, row {rowid}"
        if table in RAW_TABLES:
            yield Damage("reference.raw", what, where, RESTORE)
        else:
            yield Damage("reference.derived", what, where, REBUILD)


def check_dictionaries(db: Database) -> Iterator[Damage]:
    """Check that each dictionary has its digest and size, and that those the payloads name are
    there.
    """
    query = "SELECT id, sha256, size_bytes, data FROM dictionaries"
    for dictionary_id, sha256, size_bytes, data in db.execute(query).fetchall():
        what = None
        if blobs.payload_digest(data) != sha256:
            what = f"the dictionary does not have its digest {sha256}"
        elif len(dictionaries.unpack_dictionary(data)) != size_bytes:
            what = f"the dictionary does not have the {size_bytes} bytes of its row"
        if what is not None:
            yield _dictionary_damage(db, "dictionary.damaged", what, dictionary_id)
    for (dictionary_id,) in db.execute(MISSING_DICTIONARIES).fetchall():
        what = "the dictionary is missing"
        yield _dictionary_damage(db, "dictionary.missing", what, dictionary_id)


def _dictionary_damage(
    db: Database, rule: str, what: str, dictionary_id: int
) -> Damage:
    payloads = db.table("blobs").count_where("dictionary_id = ?", [dictionary_id])
    repair = (
        f"{RESTORE}; {payloads} payloads are compressed with it and cannot be unpacked"
        " without it"
    )
    return Damage(rule, what, f"dictionaries, row {dictionary_id}", repair)


def find_missing_payloads(db: Database) -> Iterator[Damage]:
    """Check that the payloads are there that visits, versions, differences and OCR name."""
    for (sha256,) in db.execute(MISSING_PAYLOADS).fetchall():
        if sha256 is not None:
            what = "the payload is missing"
            where = _name_payload(sha256)
            yield Damage("payload.missing", what, where, _find_sources(db, sha256))


def find_orphan_payloads(db: Database) -> Iterator[Damage]:
    """Check that each payload is named by a visit, or is what one that is named differs from."""
    repair = f"{RESTORE}; the payload itself does no harm"
    for sha256, size_bytes in db.execute(ORPHAN_PAYLOADS).fetchall():
        what = (
            f"no visit names the payload ({size_bytes} bytes): the visit that fetched it"
            " is lost"
        )
        yield Damage("payload.orphan", what, _name_payload(sha256), repair)


def check_payloads(db: Database, progress: Progress) -> Iterator[Damage]:
    """Unpack every payload and check its digest and sizes.

    Those whose dictionary is missing are not tried.
    """
    rows = db.execute(PAYLOADS).fetchall()
    for number, (sha256,) in enumerate(rows):
        progress("payloads", number, len(rows))
        try:
            payload = blobs.load_payload(db, sha256)
            sizes = db.execute(PAYLOAD_SIZES, [sha256]).fetchone()
        except (PayloadDamaged, sqlite3.DatabaseError, KeyError) as error:
            where = _name_payload(sha256)
            sources = _find_sources(db, sha256)
            yield Damage("payload.damaged", str(error), where, sources)
        else:
            yield from _check_sizes(sha256, payload, *sizes)


def _check_sizes(
    sha256: str, payload: bytes, size_bytes: int, stored_bytes: int, data_bytes: int
) -> Iterator[Damage]:
    """Check what the row of a payload says of its sizes."""
    if size_bytes == len(payload) and stored_bytes == data_bytes:
        return
    what = (
        f"{len(payload)} bytes, stored as {data_bytes}; its row says {size_bytes}"
        f" and {stored_bytes}"
    )
    repair = f"{RESTORE}; the payload itself is whole"
    yield Damage("payload.size", what, _name_payload(sha256), repair)


def _name_payload(sha256: str) -> str:
    return f"payload {sha256}"


def _find_sources(db: Database, sha256: str) -> str:
    """Say which visits name a payload and where it could come from again."""
    query = "SELECT id, url FROM visits WHERE payload_sha256 = ? ORDER BY id"
    visits = db.execute(query, [sha256]).fetchall()
    merge = "`nianbao merge` brings it from a backup or another archive"
    if not visits:
        return merge
    ids = ", ".join(str(visit_id) for visit_id, _ in visits[:VISITS_LISTED])
    if len(visits) > VISITS_LISTED:
        ids += ", …"
    latest_url = visits[-1][1]
    return f"visits {ids} name it; {merge}; what stands there now: {latest_url}"
