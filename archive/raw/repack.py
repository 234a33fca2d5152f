"""Packing: dictionaries trained as sites grow, and payloads that came before one packed anew
with it.

Only how a payload is stored changes, never its bytes: each is unpacked and compared before it
takes the place of the old form. It goes some payloads at a time, each batch a transaction of
its own, so it can be cut off at any moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, dictionaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlite_utils import Database

    Transaction = Callable[[], AbstractContextManager[Database]]

BATCH = 200  # payloads packed anew in one transaction, about 0.2 s

OF_SITE = (
    "SELECT DISTINCT payload_sha256 FROM visits WHERE site_id = :site AND payload_sha256 IS NOT NULL"
    " AND run_id IN (SELECT run_id FROM site_runs WHERE site_id = :site)"
)
TEXT = "stored_bytes * 2 < size_bytes"  # what compresses well: pages, not PDFs and pictures
OF_ALL = "SELECT sha256 FROM blobs WHERE :site IS NULL"


def repack_payloads(transaction: Transaction, site_id: str | None) -> None:
    """Train a dictionary for a site, or for all sites, if it is time; pack with it what came
    before it.
    """
    with transaction() as db:
        _train(db, site_id)
        dictionary = dictionaries.newest_dictionary(db, site_id)
        if dictionary.id is None or not dictionaries.has_payloads_to_repack(
            db, dictionary.id
        ):
            return
        waiting = _waiting(db, site_id)
    for start in range(0, len(waiting), BATCH):
        with transaction() as db:
            for sha256 in waiting[start : start + BATCH]:
                _repack(db, sha256, dictionary)
    with transaction() as db:
        dictionaries.mark_repacked(db, dictionary.id)


def _train(db: Database, site_id: str | None) -> None:
    pages = _pages(db, site_id)
    if dictionaries.is_training_due(db, site_id, len(pages)):
        dictionaries.train_dictionary(
            db, site_id, len(pages), list(_samples(db, pages))
        )


def _waiting(db: Database, site_id: str | None) -> list[str]:
    """Return the payloads of a site, or of all, that were packed before there was a dictionary
    for them.
    """
    general = (
        "SELECT id FROM dictionaries WHERE site_id IS NULL"
        if site_id is not None
        else "SELECT 0"
    )
    rows = db.execute(
        f"SELECT sha256 FROM blobs WHERE sha256 IN ({_of(site_id)}) AND base_sha256 IS NULL AND encoding = 'zstd'"
        f" AND (dictionary_id IS NULL OR dictionary_id IN ({general})) ORDER BY rowid",
        {"site": site_id},
    )
    return [row[0] for row in rows.fetchall()]


def _repack(db: Database, sha256: str, dictionary: dictionaries.Dictionary) -> None:
    """Pack a payload anew where that is smaller; one that is damaged is left as it is."""
    try:
        payload = blobs.load_payload(db, sha256)
    except PayloadDamaged:
        return
    packed = blobs.encode_payload(payload, dictionary)
    (stored,) = db.execute(
        "SELECT stored_bytes FROM blobs WHERE sha256 = ?", [sha256]
    ).fetchone()
    if (
        len(packed.data) >= stored
        or blobs.decode_payload(db, sha256, len(payload), packed) != payload
    ):
        return
    # to the end of the table: what is smaller in its old place leaves holes that nothing fills
    db.execute(
        "UPDATE blobs SET rowid = (SELECT max(rowid) + 1 FROM blobs), stored_bytes = ?, encoding = ?,"
        " dictionary_id = ?, base_sha256 = ?, data = ? WHERE sha256 = ?",
        [len(packed.data), *packed, sha256],
    )


def _of(site_id: str | None) -> str:
    return OF_ALL if site_id is None else OF_SITE


def _pages(db: Database, site_id: str | None) -> list[str]:
    """Return the pages of a site, or those packed without a site's dictionary, that are not
    stored as differences.
    """
    own = (
        "SELECT id FROM dictionaries WHERE site_id IS NOT NULL"
        if site_id is None
        else "SELECT 0"
    )
    rows = db.execute(
        f"SELECT sha256 FROM blobs WHERE sha256 IN ({_of(site_id)}) AND base_sha256 IS NULL"
        f" AND coalesce(dictionary_id, -1) NOT IN ({own}) AND {TEXT} ORDER BY rowid",
        {"site": site_id},
    )
    return [row[0] for row in rows.fetchall()]


def _samples(db: Database, payloads: list[str]) -> Iterator[bytes]:
    """Yield payloads taken evenly from all, as many as are wanted to train on."""
    room = dictionaries.SAMPLE_BYTES
    for sha256 in payloads[:: max(1, len(payloads) // dictionaries.SAMPLES)]:
        try:
            payload = blobs.load_payload(db, sha256)
        except PayloadDamaged:
            continue
        room -= len(payload)
        if room < 0:
            return
        yield payload
