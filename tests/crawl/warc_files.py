"""WARC and WACZ files as other programs write them, made record by record."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = ("Content-Type", "text/html; charset=utf-8")
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


def response(
    url: str,
    at: str,
    body: bytes,
    *headers: tuple[str, str],
    status: str = "200 OK",
    kind: str = "response",
    **fields: str,
) -> ArcWarcRecord:
    """Return a record with an answer; `fields` are fields of the record, `_` for `-`."""
    http = StatusAndHeaders(status, list(headers or (HTML,)), protocol="HTTP/1.1")
    return record(url, kind, at, body, http=http, **fields)


def revisit(
    url: str, at: str, profile: str, digest: str, of_url: str, of_time: str
) -> ArcWarcRecord:
    """Return a revisit record of a payload that is elsewhere."""
    fields = {"WARC_Profile": PROFILE + profile, "WARC_Payload_Digest": digest}
    fields |= {"WARC_Refers_To_Target_URI": of_url, "WARC_Refers_To_Date": of_time}
    return response(url, at, b"", kind="revisit", **fields)


def record(
    url: str,
    kind: str,
    at: str,
    body: bytes,
    content_type: str = "",
    http: Any = None,
    **fields: str,
) -> ArcWarcRecord:
    """Return a record of any kind."""
    named = {"WARC-Date": at} | {
        name.replace("_", "-"): value for name, value in fields.items()
    }
    return WARCWriter(BytesIO(), warc_version="WARC/1.1").create_warc_record(
        url,
        kind,
        payload=BytesIO(body),
        length=len(body),
        http_headers=http,
        warc_content_type=content_type,
        warc_headers_dict=named,
    )


def write(path: Path, records: Iterable[ArcWarcRecord], *, packed: bool = True) -> Path:
    """Write records into a file, each packed for itself."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed, warc_version="WARC/1.1")
        for one in records:
            writer.write_record(one)
    return path


def arc(url: str, timestamp: str, body: bytes, *, change: int = 0) -> bytes:
    """Return a record of an ARC file, not packed; `change` makes its length wrong."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    line = f"{url} 93.184.216.119 {timestamp} text/html {len(block) + change}\n"
    return line.encode() + block + b"\n"


def arc_head(length: int | None = None) -> bytes:
    """Return the first record of an ARC file."""
    block = (
        b"1 0 A Crawler\nURL IP-address Archive-date Content-type Archive-length\n\n"
    )
    size = len(block) if length is None else length
    line = f"filedesc://one.arc.gz 127.0.0.1 20050216050221 text/plain {size}\n"
    return line.encode() + block


def chunked(body: bytes, size: int = 1000) -> bytes:
    """Return a body as it is sent in chunks."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def sha1(body: bytes) -> str:
    """Return a digest as most programs write it."""
    import base64

    return f"sha1:{base64.b32encode(hashlib.sha1(body).digest()).decode()}"


def write_wacz(
    path: Path, warcs: dict[str, bytes], pages: list[dict[str, str]], **changed: bytes
) -> Path:
    """Write a WACZ laid out as a browser's crawler does; `changed` replaces members after they
    were described.
    """
    lines = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, *pages]
    members = {f"archive/{name}": data for name, data in warcs.items()}
    members["indexes/index.cdx.gz"] = gzip.compress(
        b"cn,gov,example)/ 20210101000000 {}\n", mtime=0
    )
    members["indexes/index.idx"] = (
        b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
    )
    members["pages/pages.jsonl"] = "".join(
        f"{json.dumps(line)}\n" for line in lines
    ).encode()
    members["logs/crawl.log"] = b'{"logLevel":"info","message":"Crawl status"}\n'
    resources = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for name, data in members.items()
    ]
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": "a crawler",
        "resources": resources,
    }
    described = json.dumps(package).encode()
    digest = {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(described).hexdigest()}",
    }
    members |= {
        "datapackage.json": described,
        "datapackage-digest.json": json.dumps(digest).encode(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package_file:
        for name, data in (members | changed).items():
            package_file.writestr(name, data)
    return path
