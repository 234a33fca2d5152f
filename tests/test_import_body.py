"""Bodies of an import are unpacked as Scrapy unpacks the answers of a crawl, within a limit."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from nianbao.crawler.imports.body import BodyRefused, decode_body

TEXT = "政府信息公开工作年度报告".encode() * 20_000
LIMIT = 1 << 20
TYPE = ("Content-Type", "text/html")


def deflate_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_each_encoding_is_undone_and_taken_out_of_the_headers(encoding: str) -> None:
    headers = (("content-encoding", encoding.upper()), TYPE)
    body = ENCODERS[encoding](TEXT)
    assert decode_body(headers, body, LIMIT) == ((TYPE,), TEXT)


def test_deflate_without_a_zlib_header_is_undone_too() -> None:
    headers = (("Content-Encoding", "deflate"),)
    assert decode_body(headers, deflate_raw(TEXT), LIMIT) == ((), TEXT)


def test_encodings_are_undone_from_the_last_to_the_first() -> None:
    headers = (("Content-Encoding", "br, gzip"), ("Content-Encoding", "deflate"))
    body = zlib.compress(gzip.compress(brotli.compress(TEXT)))
    assert decode_body(headers, body, LIMIT) == ((), TEXT)


def test_what_is_not_supported_stays_with_what_is_before_it() -> None:
    headers = (TYPE, ("Content-Encoding", "gzip, compress, gzip"))
    rest = (TYPE, ("Content-Encoding", "gzip"), ("Content-Encoding", "compress"))
    assert decode_body(headers, gzip.compress(b"x"), LIMIT) == (rest, b"x")


def test_a_body_without_encoding_is_as_it_is() -> None:
    assert decode_body((TYPE,), TEXT, 10) == ((TYPE,), TEXT)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_body_that_unpacks_to_too_much_is_refused(encoding: str) -> None:
    body = ENCODERS[encoding](TEXT)
    with pytest.raises(BodyRefused, match="exceeded"):
        decode_body((("Content-Encoding", encoding),), body, 100_000)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_body_that_is_not_packed_so_is_refused(encoding: str) -> None:
    signs = {"gzip": b"\x1f\x8b\x08", "x-gzip": b"\x1f\x8b\x08", "zstd": b"(\xb5/\xfd"}
    body = signs.get(encoding, b"\xff") + b"\xff<html>" * 9
    with pytest.raises(BodyRefused, match=encoding):
        decode_body((("Content-Encoding", encoding),), body, LIMIT)


@pytest.mark.parametrize(
    "begin", [b"<!DOCTYPE", b"\xef\xbb\xbf\n<html", b"%PDF-1.4", b""]
)
@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_body_that_was_stored_unpacked_is_as_it_is(
    encoding: str, begin: bytes
) -> None:
    body = begin + TEXT if begin else b"<html></html>"
    headers = (TYPE, ("Content-Encoding", encoding))
    assert decode_body(headers, body, LIMIT) == ((TYPE,), body)
