"""Payloads by SHA-256, compressed with zstd; every read is checked against the digest.

A payload is packed with the dictionary of its site, or against the payload its address showed
before, whichever is smaller. What others are packed against is never packed so itself: reading
takes two steps at the most, and damage to one payload reaches no further than its own address.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import zstandard

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import dictionaries

if TYPE_CHECKING:
    from sqlite_utils import Database

# against the payload before: 47 bytes and 0.4 ms for a page with one changed figure, measured
# 2026-11
LEVEL = 10

STORE_PAYLOAD = """
INSERT INTO blobs
    (sha256, size_bytes, stored_bytes, encoding, dictionary_id, base_sha256, data)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# What the latest payload of an address is packed against; else that payload.
LATEST_BASE = """
SELECT coalesce(blobs.base_sha256, blobs.sha256)
FROM visits
JOIN blobs ON blobs.sha256 = visits.payload_sha256
WHERE visits.url = ?
ORDER BY visits.visited_at DESC, visits.id DESC
LIMIT 1
"""
ENCODED_PAYLOAD = """
SELECT size_bytes, encoding, dictionary_id, base_sha256, data
FROM blobs
WHERE sha256 = ?
"""


class EncodedPayload(NamedTuple):
    """A payload as it is stored."""

    encoding: str
    dictionary_id: int | None
    base_sha256: str | None
    data: bytes


def payload_digest(payload: bytes) -> str:
    """Return the payload digest: SHA-256 of the bytes as the server sent them, in hex."""
    return hashlib.sha256(payload).hexdigest()


def store_payload(
    db: Database, payload: bytes, *, site: str | None = None, url: str | None = None
) -> str:
    """Store a payload unless it is there already; return its digest.

    `site` chooses the dictionary; `url` is the address whose payload before it may be stored
    against.
    """
    sha256 = payload_digest(payload)
    if db.execute("SELECT 1 FROM blobs WHERE sha256 = ?", [sha256]).fetchone():
        return sha256
    encoded = encode_payload(payload, dictionaries.newest_dictionary(db, site))
    if url is not None:
        difference = _encode_difference(db, payload, url)
        if difference is not None and len(difference.data) < len(encoded.data):
            encoded = difference
    row = [sha256, len(payload), len(encoded.data), *encoded]
    db.execute(STORE_PAYLOAD, row)
    return sha256


def encode_payload(
    payload: bytes, dictionary: dictionaries.Dictionary
) -> EncodedPayload:
    """Return a payload compressed with a dictionary, or as it is where that is no longer."""
    data = dictionary.compress(payload)
    if len(data) < len(payload):
        return EncodedPayload("zstd", dictionary.id, None, data)
    return EncodedPayload("identity", None, None, payload)


def _encode_difference(db: Database, payload: bytes, url: str) -> EncodedPayload | None:
    """Return a payload as what differs from the latest of its address, or from what that one
    differs from; None when there is none that can be read.
    """
    row = db.execute(LATEST_BASE, [url]).fetchone()
    if row is None:
        return None
    base_sha256 = row[0]
    try:
        base = load_payload(db, base_sha256)
    except PayloadDamaged:  # for `verify` to find; this payload is stored whole
        return None
    compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=_make_prefix(base))
    return EncodedPayload("zstd", None, base_sha256, compressor.compress(payload))


def _make_prefix(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def load_payload(db: Database, sha256: str) -> bytes:
    """Return the payload with this digest.

    Raises KeyError when there is none, PayloadDamaged when it is not whole.
    """
    row = db.execute(ENCODED_PAYLOAD, [sha256]).fetchone()
    if row is None:
        raise KeyError(sha256)
    size_bytes, *columns = row
    return decode_payload(db, sha256, size_bytes, EncodedPayload(*columns))


def decode_payload(
    db: Database, sha256: str, size_bytes: int, encoded: EncodedPayload
) -> bytes:
    """Return the bytes of a stored payload; raise PayloadDamaged when they do not have the
    digest.
    """
    try:
        payload = _decompress(db, size_bytes, encoded)
    except zstandard.ZstdError as error:
        raise PayloadDamaged(
            f"payload {sha256} cannot be unpacked ({error}): the archive file is damaged"
        ) from error
    except PayloadDamaged as error:  # what it is unpacked with
        raise PayloadDamaged(f"payload {sha256} cannot be unpacked: {error}") from error
    except KeyError as error:
        raise PayloadDamaged(
            f"payload {sha256} is stored as what differs from {encoded.base_sha256},"
            " which is missing: the archive file is damaged"
        ) from error
    if payload_digest(payload) != sha256:
        raise PayloadDamaged(
            f"payload {sha256} does not have its digest: the archive file is damaged"
        )
    return payload


def _decompress(db: Database, size_bytes: int, encoded: EncodedPayload) -> bytes:
    if encoded.encoding == "identity":
        return bytes(encoded.data)
    if encoded.encoding != "zstd":
        raise PayloadDamaged(f"{encoded.encoding} is no way in which it can be packed")
    if encoded.base_sha256 is None:
        dictionary = dictionaries.load_dictionary(db, encoded.dictionary_id)
        return dictionary.decompress(encoded.data, size_bytes)
    base = load_payload(db, encoded.base_sha256)
    decompressor = zstandard.ZstdDecompressor(dict_data=_make_prefix(base))
    return decompressor.decompress(encoded.data, max_output_size=size_bytes)
