"""Compressed payloads: bytes that are gzip, zlib or zstd although no header says so."""

from __future__ import annotations

import zlib

import zstandard

MOST_UNPACKED_BYTES = 32_000_000  # as much as an answer may have
MOST_LAYERS = 2
_GZIP = b"\x1f\x8b\x08"
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP_OR_ZLIB = 47  # window bits of zlib: either header, told apart by zlib


class UnpackError(ValueError):
    """The bytes cannot be unpacked, or are more than any report; the message says which."""


class UnpacksTooLong(UnpackError):
    """The bytes are more than is taken when they are unpacked."""


def is_compressed(payload: bytes) -> bool:
    """Tell whether a payload begins as gzip, zlib or zstd data does."""
    return payload.startswith((_GZIP, _ZSTD, *_ZLIB))


def unpack(payload: bytes, most_bytes: int | None = None) -> bytes:
    """Return a payload without the compression that it has; as it is where it has none.

    `most_bytes`: how long it may become, where that is less than an answer may have. What is
    cut off is unpacked as far as it goes. Raises UnpackError, UnpacksTooLong where it is longer.
    """
    most_bytes = min(most_bytes or MOST_UNPACKED_BYTES, MOST_UNPACKED_BYTES)
    for _ in range(MOST_LAYERS):
        if not is_compressed(payload):
            return payload
        try:
            payload = _unpack_once(payload, most_bytes)
        except (zlib.error, zstandard.ZstdError) as error:
            if payload.startswith(_ZLIB):
                return payload  # two bytes are no sure sign: text can begin so
            raise UnpackError(f"it cannot be unpacked ({error})") from error
    return payload


def _unpack_once(payload: bytes, most_bytes: int) -> bytes:
    if payload.startswith(_ZSTD):
        reader = zstandard.ZstdDecompressor().stream_reader(payload)
        unpacked = reader.read(most_bytes + 1)
    else:
        unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        unpacked = unpacker.decompress(payload, most_bytes + 1)
    if len(unpacked) > most_bytes:
        raise UnpacksTooLong(f"it unpacks to more than {most_bytes} bytes")
    return unpacked
