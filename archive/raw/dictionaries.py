"""Compression dictionaries, trained on the archive's own pages: one for a site of enough pages,
one for the rest.

A dictionary is trained anew when what it was trained for has doubled. Old ones are kept for
ever, for the payloads that were packed with them. What is stored is the dictionary itself
packed with zstd, under the digest of what is stored.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

import zstandard

from nianbao.archive.clock import utc_now
from nianbao.archive.errors import PayloadDamaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

# Measured 2026-11 on report pages of 40 to 55 KB with 1,000 characters of their own, of one
# site: 2.3 KB a page with the site's dictionary of 112 KB, 6.1 KB without; level 15 gains 2 %
# and takes ten times as long.
LEVEL = 10
LEVEL_WITHOUT = 3  # packed without a dictionary: it is packed anew when there is one
DICTIONARY_LEVEL = (
    15  # of the dictionary itself: 19 gains 1 % and takes five times as long
)
SIZE = 112 * 1024  # bytes of a dictionary, zstd's own default
ENOUGH = 100  # payloads that it takes to train one
SAMPLES = 400  # payloads that one is trained on, taken evenly from all there are
SAMPLE_BYTES = 8 << 20  # and no more than so much of them
# zstd's `k` and `d`, stated so that training takes 30 ms and not its own search for them
SEGMENT = 1024
SPAN = 8
CACHED_DICTIONARIES = 64  # in memory, about 1 MB each

NEWEST_DICTIONARY = """
SELECT id, sha256 FROM dictionaries WHERE id = coalesce(
    (SELECT max(id) FROM dictionaries WHERE site_id = ?),
    (SELECT max(id) FROM dictionaries WHERE site_id IS NULL))
"""


class Dictionary:
    """A dictionary ready for use; `None` for compressing and unpacking without one."""

    def __init__(self, id_: int | None, data: bytes | None) -> None:
        self.id = id_
        self._zstd_dictionary = None
        if data is not None:
            self._zstd_dictionary = zstandard.ZstdCompressionDict(data)

    @cached_property
    def _compressor(self) -> zstandard.ZstdCompressor:
        level = LEVEL if self._zstd_dictionary else LEVEL_WITHOUT
        return zstandard.ZstdCompressor(level=level, dict_data=self._zstd_dictionary)

    @cached_property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor(dict_data=self._zstd_dictionary)

    def compress(self, payload: bytes) -> bytes:
        """Compress a payload."""
        return self._compressor.compress(payload)

    def decompress(self, data: bytes, size_bytes: int) -> bytes:
        """Return the payload of so many bytes; raise zstandard.ZstdError."""
        return self._decompressor.decompress(data, max_output_size=size_bytes)


NO_DICTIONARY = Dictionary(None, None)
# By digest: a digest means the same dictionary in any archive.
_cache: dict[str, Dictionary] = {}


def load_dictionary(db: Database, dictionary_id: int | None) -> Dictionary:
    """Return a dictionary; raise PayloadDamaged when it is missing or does not have its digest."""
    if dictionary_id is None:
        return NO_DICTIONARY
    query = "SELECT sha256 FROM dictionaries WHERE id = ?"
    row = db.execute(query, [dictionary_id]).fetchone()
    if row is None:
        raise PayloadDamaged(
            f"dictionary {dictionary_id} is missing: the archive file is damaged"
        )
    return _load_cached(db, dictionary_id, row[0])


def _load_cached(db: Database, dictionary_id: int, sha256: str) -> Dictionary:
    cached = _cache.get(sha256)
    if cached is not None and cached.id == dictionary_id:
        return cached
    query = "SELECT data FROM dictionaries WHERE id = ?"
    (data,) = db.execute(query, [dictionary_id]).fetchone()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PayloadDamaged(
            f"dictionary {dictionary_id} does not have its digest: the archive file is damaged"
        )
    while len(_cache) >= CACHED_DICTIONARIES:
        oldest = next(iter(_cache))
        del _cache[oldest]
    _cache[sha256] = Dictionary(dictionary_id, unpack_dictionary(data))
    return _cache[sha256]


def unpack_dictionary(data: bytes) -> bytes:
    """Return a dictionary as it was trained; raise zstandard.ZstdError."""
    return zstandard.decompress(data)


def newest_dictionary(db: Database, site_id: str | None) -> Dictionary:
    """Return the dictionary that a site's payloads are packed with now: its own, else that for
    all, else none.
    """
    row = db.execute(NEWEST_DICTIONARY, [site_id]).fetchone()
    if row is None:
        return NO_DICTIONARY
    dictionary_id, sha256 = row
    return _load_cached(db, dictionary_id, sha256)


def is_training_due(db: Database, site_id: str | None, payloads: int) -> bool:
    """Tell whether a dictionary is to be trained for a site, or for all, that has so many
    payloads now.
    """
    query = "SELECT max(payloads) FROM dictionaries WHERE site_id IS ?"
    (payloads_before,) = db.execute(query, [site_id]).fetchone()
    return payloads >= max(ENOUGH, 2 * (payloads_before or 0))


def has_payloads_to_repack(db: Database, dictionary_id: int) -> bool:
    """Tell whether payloads that came before a dictionary may still be packed without it."""
    query = "SELECT 1 FROM dictionaries WHERE id = ? AND packed_at IS NULL"
    return db.execute(query, [dictionary_id]).fetchone() is not None


def mark_repacked(db: Database, dictionary_id: int) -> None:
    """Note that every payload that came before a dictionary has been packed with it, or is
    smaller without.
    """
    db.table("dictionaries").update(dictionary_id, {"packed_at": utc_now()})


def train_dictionary(
    db: Database, site_id: str | None, payloads: int, samples: Sequence[bytes]
) -> bool:
    """Train a dictionary on samples of a site's payloads, or of all, and store it.

    `payloads` is the number of payloads that it is for. Returns whether there is a new one.
    """
    try:
        trained = zstandard.train_dictionary(SIZE, list(samples), k=SEGMENT, d=SPAN)
    except zstandard.ZstdError:  # too few bytes, or nothing that recurs in them
        return False
    data = trained.as_bytes()
    compressed = zstandard.ZstdCompressor(level=DICTIONARY_LEVEL).compress(data)
    cursor = db.execute(
        "INSERT OR IGNORE INTO dictionaries"
        " (sha256, site_id, payloads, trained_at, size_bytes, data)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            hashlib.sha256(compressed).hexdigest(),
            site_id,
            payloads,
            utc_now(),
            len(data),
            compressed,
        ],
    )
    return bool(cursor.rowcount)
