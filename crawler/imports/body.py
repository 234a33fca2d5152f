"""Bodies as they were sent: their content encodings are undone, within a limit of size."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import zstandard
from scrapy.utils.gz import gunzip

from nianbao.pipelines.reader.payload.compressed import is_compressed

if TYPE_CHECKING:
    from nianbao.crawler.imports.items import Headers

BLOCK_BYTES = 1 << 16
CONTENT_ENCODING = "content-encoding"
RAW_DEFLATE = -15
ENCODINGS_WITH_SIGN = ("gzip", "x-gzip", "zstd")
WHITE_SPACE = b"\xef\xbb\xbf \t\r\n"  # and a byte order mark
BEGINNINGS = (b"<!", b"<h", b"<H", b"<?xml", b"%PDF-", b"PK\x03\x04")


class BodyRefused(ValueError):
    """A body cannot be unpacked, or is too large then; the message says so."""


def decode_body(
    headers: Headers, body: bytes, most_bytes: int
) -> tuple[Headers, bytes]:
    """Undo the content encodings of a body; return the headers and the body without them.

    Encodings are undone from the last to the first. One that is not supported stays, with
    those before it, and the body is what it left. Some programs store the body unpacked and
    leave the header: then there is nothing to undo. Raises BodyRefused.
    """
    encodings = _content_encodings(headers)
    if not encodings:
        return headers, body
    if _is_unpacked(body, encodings[-1]):
        return _replace_encodings(headers, []), body
    while encodings:
        decoded = _decode(body, encodings[-1], most_bytes)
        if decoded is None:
            break
        body = decoded
        encodings.pop()
    return _replace_encodings(headers, encodings), body


def _is_unpacked(body: bytes, encoding: str) -> bool:
    """Tell whether a body cannot be in an encoding: it begins as a page or a file does.

    Data of `deflate` and `br` have no sign of their own.
    """
    if encoding in ENCODINGS_WITH_SIGN:
        return bool(body) and not is_compressed(body)
    return body.lstrip(WHITE_SPACE).startswith(BEGINNINGS)


def _content_encodings(headers: Headers) -> list[str]:
    """Return the content encodings in the order in which they were applied."""
    encodings = []
    for name, value in headers:
        if name.lower() == CONTENT_ENCODING:
            encodings += [encoding.strip().lower() for encoding in value.split(",")]
    return encodings


def _replace_encodings(headers: Headers, encodings: list[str]) -> Headers:
    """Return headers that name these encodings, in the place of those they named."""
    pairs: list[tuple[str, str]] = []
    is_first = True
    for name, value in headers:
        if name.lower() != CONTENT_ENCODING:
            pairs.append((name, value))
            continue
        if is_first:
            pairs += [(name, encoding) for encoding in encodings]
        is_first = False
    return tuple(pairs)


def _decode(body: bytes, encoding: str, most_bytes: int) -> bytes | None:
    """Undo one encoding; None where it is not supported. Raises BodyRefused."""
    try:
        if encoding in ("gzip", "x-gzip"):
            return gunzip(body, max_size=most_bytes)
        if encoding == "deflate":
            return _join_within(_inflate(body), most_bytes)
        if encoding == "br":
            return _join_within(_decode_brotli(body), most_bytes)
        if encoding == "zstd":
            return _join_within(_decode_zstd(body), most_bytes)
    except BodyRefused:
        raise
    except (
        ValueError,
        OSError,
        EOFError,
        zlib.error,
        brotli.error,
        zstandard.ZstdError,
    ) as error:
        raise BodyRefused(f"its {encoding} body: {error}") from error
    return None


def _join_within(pieces: Iterator[bytes], most_bytes: int) -> bytes:
    """Return the pieces as one; raise BodyRefused as soon as they are larger than allowed."""
    output = io.BytesIO()
    for piece in pieces:
        output.write(piece)
        if output.tell() > most_bytes:
            raise BodyRefused(f"its unpacked body exceeded {most_bytes} bytes")
    return output.getvalue()


def _inflate(body: bytes) -> Iterator[bytes]:
    """Yield what a deflated body holds; some servers send it without the zlib header."""
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(body, BLOCK_BYTES)
    except zlib.error:
        unpacker = zlib.decompressobj(RAW_DEFLATE)
        piece = unpacker.decompress(body, BLOCK_BYTES)
    yield piece
    while unpacker.unconsumed_tail and not unpacker.eof:
        yield unpacker.decompress(unpacker.unconsumed_tail, BLOCK_BYTES)


def _decode_brotli(body: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    piece = unpacker.process(body, output_buffer_limit=BLOCK_BYTES)
    while piece:
        yield piece
        if unpacker.is_finished():
            return
        piece = unpacker.process(b"", output_buffer_limit=BLOCK_BYTES)


def _decode_zstd(body: bytes) -> Iterator[bytes]:
    """Yield what a body holds; of one that was cut short, as much as there is."""
    unpacker = zstandard.ZstdDecompressor()
    reader = unpacker.stream_reader(body, read_across_frames=True)
    while piece := reader.read(BLOCK_BYTES):
        yield piece
