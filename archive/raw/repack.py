"""Repacking: dictionaries trained as sites grow, and payloads that came before one packed anew
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

SITE_PAYLOADS = """
SELECT DISTINCT payload_sha256 FROM visits
WHERE site_id = :site
  AND payload_sha256 IS NOT NULL
  AND run_id IN (SELECT run_id FROM site_runs WHERE site_id = :site)
"""
ALL_PAYLOADS = "SELECT sha256 FROM blobs WHERE :site IS NULL"
# Select the payloads that were packed with another dictionary than that of their site, or with
# none. `{general}` are the dictionaries for all sites.
PAYLOADS_TO_REPACK = """
SELECT sha256 FROM blobs
WHERE sha256 IN ({payloads})
  AND base_sha256 IS NULL
  AND encoding = 'zstd'
  AND (dictionary_id IS NULL OR dictionary_id IN ({general}))
ORDER BY rowid
"""
# Select the pages to train on. What compresses well are pages, not PDFs and pictures.
PAGES = """
SELECT sha256 FROM blobs
WHERE sha256 IN ({payloads})
  AND base_sha256 IS NULL
  AND coalesce(dictionary_id, -1) NOT IN ({site_dictionaries})
  AND stored_bytes * 2 < size_bytes
ORDER BY rowid
"""
NONE = "SELECT 0"
GENERAL_DICTIONARIES = "SELECT id FROM dictionaries WHERE site_id IS NULL"
SITE_DICTIONARIES = "SELECT id FROM dictionaries WHERE site_id IS NOT NULL"
# To the end of the table: what is smaller in its old place leaves holes that nothing fills.
REPLACE_PAYLOAD = """
UPDATE blobs
SET rowid = (SELECT max(rowid) + 1 FROM blobs),
    stored_bytes = ?, encoding = ?, dictionary_id = ?, base_sha256 = ?, data = ?
WHERE sha256 = ?
"""


def repack_payloads(transaction: Transaction, site_id: str | None) -> None:
    """Train a dictionary for a site, or for all sites, if it is time; pack with it what came
    before it.
    """
    with transaction() as db:
        _train_if_due(db, site_id)
        dictionary = dictionaries.newest_dictionary(db, site_id)
        if dictionary.id is None:
            return
        if not dictionaries.has_payloads_to_repack(db, dictionary.id):
            return
        digests = _select_payloads_to_repack(db, site_id)
    for start in range(0, len(digests), BATCH):
        with transaction() as db:
            for sha256 in digests[start : start + BATCH]:
                _repack_payload(db, sha256, dictionary)
    with transaction() as db:
        dictionaries.mark_repacked(db, dictionary.id)


def _train_if_due(db: Database, site_id: str | None) -> None:
    pages = _select_pages(db, site_id)
    if dictionaries.is_training_due(db, site_id, len(pages)):
        samples = list(_load_samples(db, pages))
        dictionaries.train_dictionary(db, site_id, len(pages), samples)


def _select_payloads_to_repack(db: Database, site_id: str | None) -> list[str]:
    """Return the payloads of a site, or of all, that were packed before there was a dictionary
    for them.
    """
    query = PAYLOADS_TO_REPACK.format(
        payloads=_payloads_query(site_id),
        general=NONE if site_id is None else GENERAL_DICTIONARIES,
    )
    rows = db.execute(query, {"site": site_id}).fetchall()
    return [sha256 for (sha256,) in rows]


def _select_pages(db: Database, site_id: str | None) -> list[str]:
    """Return the pages of a site, or those packed without a site's dictionary, that are not
    stored as differences.
    """
    query = PAGES.format(
        payloads=_payloads_query(site_id),
        site_dictionaries=SITE_DICTIONARIES if site_id is None else NONE,
    )
    rows = db.execute(query, {"site": site_id}).fetchall()
    return [sha256 for (sha256,) in rows]


def _payloads_query(site_id: str | None) -> str:
    if site_id is None:
        return ALL_PAYLOADS
    return SITE_PAYLOADS


def _load_samples(db: Database, digests: list[str]) -> Iterator[bytes]:
    """Yield payloads taken evenly from all, as many as are wanted to train on."""
    room = dictionaries.SAMPLE_BYTES
    step = max(1, len(digests) // dictionaries.SAMPLES)
    for sha256 in digests[::step]:
        try:
            payload = blobs.load_payload(db, sha256)
        except PayloadDamaged:
            continue
        room -= len(payload)
        if room < 0:
            return
        yield payload


def _repack_payload(
    db: Database, sha256: str, dictionary: dictionaries.Dictionary
) -> None:
    """Pack a payload anew where that is smaller; one that is damaged is left as it is."""
    try:
        payload = blobs.load_payload(db, sha256)
    except PayloadDamaged:
        return
    encoded = blobs.encode_payload(payload, dictionary)
    query = "SELECT stored_bytes FROM blobs WHERE sha256 = ?"
    (stored_bytes,) = db.execute(query, [sha256]).fetchone()
    if len(encoded.data) >= stored_bytes:
        return
    if blobs.decode_payload(db, sha256, len(payload), encoded) != payload:
        return
    db.execute(REPLACE_PAYLOAD, [len(encoded.data), *encoded, sha256])
