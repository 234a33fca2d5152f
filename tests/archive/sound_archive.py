"""What archives of the tests of verify are made of: pages of the sample province in two states."""

from __future__ import annotations

from sqlite_utils import Database

from nianbao.archive.raw import blobs, dictionaries
from nianbao.sample.province import Province

PROVINCE = Province(port=8620)


def pages(state: int) -> dict[str, bytes]:
    """Return a dozen report pages of the sample province, as they stand in a state or are not
    there.
    """
    declared = PROVINCE.declare((1, 2))
    chosen = [truth.url for truth in PROVINCE.truths(1)][:8]
    chosen += [
        *declared.changed,
        *declared.vanished,
        *(url for pair in declared.moved for url in pair),
    ]
    held = PROVINCE.pages(state)
    return {url: held[url].body for url in chosen if url in held}


def use_dictionary(db: Database) -> None:
    """Store a payload again, compressed with a dictionary."""
    digests = [
        row[0]
        for row in db.execute("SELECT sha256 FROM blobs ORDER BY rowid").fetchall()
    ]
    payloads = [blobs.load_payload(db, sha256) for sha256 in digests]
    assert dictionaries.train_dictionary(db, None, len(payloads), payloads)
    packed = blobs.encode_payload(payloads[0], dictionaries.newest_dictionary(db, None))
    assert packed.dictionary_id == 1
    db.execute(
        "UPDATE blobs SET stored_bytes = ?, encoding = ?, dictionary_id = ?, base_sha256 = ?, data = ?"
        " WHERE sha256 = ?",
        [len(packed.data), *packed, digests[0]],
    )
