"""What was seen, checked: the file's own structure, references, dictionaries, payloads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.maintenance.snapshot import Progress, has_log
from nianbao.archive.raw import blobs
from nianbao.archive.storage.raw_tables import RAW_TABLES
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

NAMED = "WITH RECURSIVE named (sha256) AS (SELECT payload_sha256 FROM visits WHERE payload_sha256 IS NOT NULL"
NAMED += " UNION SELECT base_sha256 FROM blobs JOIN named USING (sha256) WHERE base_sha256 IS NOT NULL)"


def structure(db: Database, path: Path) -> Iterator[Damage]:
    """Check that the file is as long as it should be; have SQLite check its pages, indexes and
    constraints.
    """
    size_bytes = db.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()[0]
    if not has_log(path):
        yield from shorter(path, size_bytes)
    for (message,) in db.execute("PRAGMA integrity_check").fetchall():
        if message != "ok":
            yield Damage("file.integrity", message, "the archive file", RESTORE)


def shorter(path: Path, size_bytes: int) -> Iterator[Damage]:
    """Yield the damage when a file is shorter than it should be."""
    found = path.stat().st_size
    if found < size_bytes:
        what = f"the file has {found} bytes of {size_bytes}: the end is missing"
        yield Damage("file.truncated", what, str(path), RESTORE)


def references(db: Database) -> Iterator[Damage]:
    """Check that rows name rows that exist; payloads and dictionaries have rules of their own."""
    for table, rowid, parent, _ in db.execute("PRAGMA foreign_key_check").fetchall():
        if parent in ("blobs", "dictionaries"):
            continue
        rule, repair = (
            ("reference.raw", RESTORE)
            if table in RAW_TABLES
            else ("reference.derived", REBUILD)
        )
        yield Damage(
            rule,
            f"the row names a row of {parent} that does not exist",
            f"{table}, row {rowid}",
            repair,
        )


def dictionaries(db: Database) -> Iterator[Damage]:
    """Check that each dictionary has its digest, and that those the payloads name are there."""
    for id_, sha256, data in db.execute(
        "SELECT id, sha256, data FROM dictionaries"
    ).fetchall():
        if blobs.payload_digest(data) != sha256:
            what = f"the dictionary does not have its digest {sha256}"
            yield Damage(
                "dictionary.damaged",
                what,
                f"dictionaries, row {id_}",
                f"{RESTORE}; {_compressed(db, id_)}",
            )
    missing = db.execute(
        "SELECT DISTINCT dictionary_id FROM blobs WHERE dictionary_id IS NOT NULL"
        " AND dictionary_id NOT IN (SELECT id FROM dictionaries)"
    ).fetchall()
    for (id_,) in missing:
        what = "the dictionary is missing"
        yield Damage(
            "dictionary.missing",
            what,
            f"dictionaries, row {id_}",
            f"{RESTORE}; {_compressed(db, id_)}",
        )


def _compressed(db: Database, dictionary_id: int) -> str:
    count = db.execute(
        "SELECT count(*) FROM blobs WHERE dictionary_id = ?", [dictionary_id]
    ).fetchone()[0]
    return f"{count} payloads are compressed with it and cannot be unpacked without it"


def missing_payloads(db: Database) -> Iterator[Damage]:
    """Check that the payloads are there that visits, versions and differences name."""
    named = db.execute(
        "SELECT payload_sha256 FROM visits UNION SELECT payload_sha256 FROM versions"
        " UNION SELECT base_sha256 FROM blobs EXCEPT SELECT sha256 FROM blobs"
    ).fetchall()
    for (sha256,) in named:
        if sha256 is not None:
            yield Damage(
                "payload.missing",
                "the payload is missing",
                _payload(sha256),
                _sources(db, sha256),
            )


def orphan_payloads(db: Database) -> Iterator[Damage]:
    """Check that each payload is named by a visit, or is what one that is named differs from."""
    rows = db.execute(
        f"{NAMED} SELECT sha256, size_bytes FROM blobs WHERE sha256 NOT IN named"
    ).fetchall()
    for sha256, size_bytes in rows:
        what = f"no visit names the payload ({size_bytes} bytes): the visit that fetched it is lost"
        yield Damage(
            "payload.orphan",
            what,
            _payload(sha256),
            f"{RESTORE}; the payload itself does no harm",
        )


def payloads(db: Database, progress: Progress) -> Iterator[Damage]:
    """Unpack every payload and check its digest and sizes; those whose dictionary is missing
    are not tried.
    """
    rows = db.execute(
        "SELECT sha256 FROM blobs WHERE dictionary_id IS NULL OR dictionary_id IN (SELECT id FROM dictionaries)"
    ).fetchall()
    for done, (sha256,) in enumerate(rows):
        progress("payloads", done, len(rows))
        try:
            payload = blobs.load_payload(db, sha256)
            sizes = db.execute(
                "SELECT size_bytes, stored_bytes, length(data) FROM blobs WHERE sha256 = ?",
                [sha256],
            ).fetchone()
        except (PayloadDamaged, sqlite3.DatabaseError, KeyError) as error:
            yield Damage(
                "payload.damaged", str(error), _payload(sha256), _sources(db, sha256)
            )
            continue
        if sizes != (len(payload), sizes[2], sizes[2]):
            what = f"{len(payload)} bytes, stored as {sizes[2]}; its row says {sizes[0]} and {sizes[1]}"
            yield Damage(
                "payload.size",
                what,
                _payload(sha256),
                f"{RESTORE}; the payload itself is whole",
            )


def _payload(sha256: str) -> str:
    return f"payload {sha256}"


def _sources(db: Database, sha256: str) -> str:
    """Say which visits name a payload and where it could come from again."""
    visits = db.execute(
        "SELECT id, url FROM visits WHERE payload_sha256 = ? ORDER BY id", [sha256]
    ).fetchall()
    again = "`nianbao merge` brings it from a backup or another archive"
    if not visits:
        return again
    ids = ", ".join(str(row[0]) for row in visits[:10]) + (
        ", …" if len(visits) > 10 else ""
    )
    return f"visits {ids} name it; {again}; what stands there now: {visits[-1][1]}"
