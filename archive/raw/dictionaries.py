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
LEVEL, LEVEL_WITHOUT = (
    10,
    3,
)  # what is packed without a dictionary is packed anew when there is one
SIZE = 112 * 1024  # bytes of a dictionary, zstd's own default
ENOUGH = 100  # payloads that it takes to train one
SAMPLES = 400  # payloads that one is trained on, taken evenly from all there are
SAMPLE_BYTES = 8 << 20  # and no more than so much of them
SEGMENT, SPAN = (
    1024,
    8,
)  # zstd's `k` and `d`, given so that training takes 30 ms and not its own search for them
KEPT = 64  # dictionaries held in memory, about 1 MB each


class Dictionary:
    """A dictionary ready for use; `None` for compressing and unpacking without one."""

    def __init__(self, id_: int | None, data: bytes | None) -> None:
        self.id = id_
        self._trained = None if data is None else zstandard.ZstdCompressionDict(data)

    @cached_property
    def _compressor(self) -> zstandard.ZstdCompressor:
        return zstandard.ZstdCompressor(
            level=LEVEL if self._trained else LEVEL_WITHOUT, dict_data=self._trained
        )

    @cached_property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor(dict_data=self._trained)

    def pack(self, payload: bytes) -> bytes:
        """Compress a payload."""
        return self._compressor.compress(payload)

    def unpack(self, data: bytes, size_bytes: int) -> bytes:
        """Return the payload of so many bytes; raise zstandard.ZstdError."""
        return self._decompressor.decompress(data, max_output_size=size_bytes)


NEWEST = """
SELECT id, sha256 FROM dictionaries WHERE id = coalesce(
    (SELECT max(id) FROM dictionaries WHERE site_id = ?), (SELECT max(id) FROM dictionaries WHERE site_id IS NULL))
"""
NONE = Dictionary(None, None)
_loaded: dict[
    str, Dictionary
] = {}  # by digest: what has been loaded is what any archive means by it


def load_dictionary(db: Database, dictionary_id: int | None) -> Dictionary:
    """Return a dictionary; raise PayloadDamaged when it is missing or does not have its digest."""
    if dictionary_id is None:
        return NONE
    row = db.execute(
        "SELECT sha256 FROM dictionaries WHERE id = ?", [dictionary_id]
    ).fetchone()
    if row is None:
        raise PayloadDamaged(
            f"dictionary {dictionary_id} is missing: the archive file is damaged"
        )
    return _ready(db, dictionary_id, row[0])


def _ready(db: Database, dictionary_id: int, sha256: str) -> Dictionary:
    known = _loaded.get(sha256)
    if known is not None and known.id == dictionary_id:
        return known
    (stored,) = db.execute(
        "SELECT data FROM dictionaries WHERE id = ?", [dictionary_id]
    ).fetchone()
    if hashlib.sha256(stored).hexdigest() != sha256:
        raise PayloadDamaged(
            f"dictionary {dictionary_id} does not have its digest: the archive file is damaged"
        )
    while len(_loaded) >= KEPT:
        del _loaded[next(iter(_loaded))]
    _loaded[sha256] = Dictionary(dictionary_id, zstandard.decompress(stored))
    return _loaded[sha256]


def newest_dictionary(db: Database, site_id: str | None) -> Dictionary:
    """Return the dictionary that a site's payloads are packed with now: its own, else that for
    all, else none.
    """
    row = db.execute(NEWEST, [site_id]).fetchone()
    return _ready(db, *row) if row is not None else NONE


def is_training_due(db: Database, site_id: str | None, payloads: int) -> bool:
    """Tell whether a dictionary is to be trained for a site, or for all, that has so many
    payloads now.
    """
    row = db.execute(
        "SELECT max(payloads) FROM dictionaries WHERE site_id IS ?", [site_id]
    ).fetchone()
    return payloads >= max(ENOUGH, 2 * (row[0] or 0))


def has_payloads_to_repack(db: Database, dictionary_id: int) -> bool:
    """Tell whether payloads that came before a dictionary may still be packed without it."""
    return bool(
        db.execute(
            "SELECT 1 FROM dictionaries WHERE id = ? AND packed_at IS NULL",
            [dictionary_id],
        ).fetchone()
    )


def mark_repacked(db: Database, dictionary_id: int) -> None:
    """Note that every payload that came before a dictionary has been packed with it, or is
    smaller without.
    """
    db.execute(
        "UPDATE dictionaries SET packed_at = ? WHERE id = ?", [utc_now(), dictionary_id]
    )


def train_dictionary(
    db: Database, site_id: str | None, payloads: int, samples: Sequence[bytes]
) -> bool:
    """Train a dictionary on samples of a site's payloads, or of all, and store it; False when
    they give none.
    """
    try:
        data = zstandard.train_dictionary(
            SIZE, list(samples), k=SEGMENT, d=SPAN
        ).as_bytes()
    except zstandard.ZstdError:  # too few bytes, or nothing that recurs in them
        return False
    stored = zstandard.ZstdCompressor(level=15).compress(
        data
    )  # 19 gains 1 % and takes five times as long
    return bool(
        db.execute(
            "INSERT OR IGNORE INTO dictionaries (sha256, site_id, payloads, trained_at, size_bytes, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                hashlib.sha256(stored).hexdigest(),
                site_id,
                payloads,
                utc_now(),
                len(data),
                stored,
            ],
        ).rowcount
    )
