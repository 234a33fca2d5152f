"""A web archive on loopback: an index in the forms that such archives have, replay, WARC parts."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from warcio.warcwriter import WARCWriter

from nianbao.sample.loopback import LoopbackServer, run_server
from tests.crawl.warc_files import HTML, arc, arc_head, response

COLLECTION = "CC-MAIN-2021-04"
PAGES_OWN_TIME = "Mon, 01 Jan 2001 00:00:00 GMT"
# that the filters of servers leave
STATUSES = {"=status:200": ("200",), "statuscode:(200|-)": ("200", "-")}


@dataclass(frozen=True)
class Held:
    """A capture that the archive has."""

    url: str
    timestamp: str
    body: bytes
    status: str = "200"
    mime: str = "text/html"
    has_digest: bool = True  # in the index

    @property
    def digest(self) -> str:
        """The digest of the body as most indexes write it."""
        if not self.has_digest:
            return "-"
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()


@dataclass
class Refusal:
    """An answer in the place of others: its status, Retry-After and body, so many times."""

    status: int
    retry_after: str
    times: int = 1_000_000
    body: bytes = b""


class CaptureServer(LoopbackServer):
    """The server: `log` has the paths that were asked for; `refusals` stand before paths."""

    def __init__(self, captures: list[Held]) -> None:
        super().__init__(0, _Handler)
        self.captures = captures
        self.log: list[str] = []
        self.refusals: dict[str, Refusal] = {}  # by what the path begins with
        self.has_arc = False  # the captures are parts of an ARC file
        self.memento_time = ""  # that replays of captures state
        self.resume_key = (
            ""  # named by each part of an answer, in the place of the right one
        )
        self.warc = _make_warc(captures)
        self.arc = _make_arc(captures)

    def handle_error(self, *_: object) -> None:
        """Print nothing: a client was killed."""

    @property
    def base(self) -> str:
        """The address of the collection."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def replays(self) -> list[str]:
        """Return the captures that were asked for, by time stamp and address."""
        return [path for path in self.log if "id_/" in path]


@contextmanager
def serve_captures(captures: list[Held]) -> Iterator[CaptureServer]:
    """Serve captures while the context lasts."""
    server = CaptureServer(captures)
    with run_server(server):
        yield server


@dataclass
class Warc:
    """A WARC file, and where the record of each capture stands in it."""

    data: bytes
    places: list[tuple[int, int]] = field(default_factory=list)  # offset and length


def _make_warc(captures: list[Held]) -> Warc:
    output = BytesIO()
    places = []
    for one in captures:
        start = output.tell()
        at = one.timestamp
        instant = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:]}Z"
        WARCWriter(output, gzip=True, warc_version="WARC/1.0").write_record(
            response(one.url, instant, one.body)
        )
        places.append((start, output.tell() - start))
    return Warc(output.getvalue(), places)


def _is_asked_for(capture: Held, query: dict[str, str]) -> bool:
    """Tell whether a query is about a capture: by address, years and status."""
    wanted = query["url"].partition("://")[2]
    address = capture.url.partition("://")[2]
    is_below = address.startswith(wanted)
    if query["matchType"] == "exact" and address != wanted:
        is_below = False
    year = capture.timestamp[:4]
    is_of_years = query.get("from", "0") <= year <= query.get("to", "9")
    statuses = STATUSES.get(query.get("filter", ""), (capture.status,))
    return is_below and is_of_years and capture.status in statuses


def _make_arc(captures: list[Held]) -> Warc:
    """Return an ARC file, as the first ones of Common Crawl are."""
    data = gzip.compress(arc_head())
    places = []
    for one in captures:
        record = gzip.compress(arc(one.url, one.timestamp, one.body))
        places.append((len(data), len(record)))
        data += record
    return Warc(data, places)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(CaptureServer, self.server)
        server.log.append(self.path)
        for start, refusal in server.refusals.items():
            if unquote(self.path).startswith(start) and refusal.times:
                refusal.times -= 1
                headers = {"Retry-After": refusal.retry_after}
                self._send(refusal.status, refusal.body, headers)
                return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/collinfo.json":
            api = f"{server.base}/{COLLECTION}-index"
            self._send_json([{"id": COLLECTION, "name": "2021", "cdx-api": api}])
        elif "showNumPages" in query:
            self._send_json({"pages": 1, "pageSize": 5, "blocks": 1})
        elif parts.path == "/cdx/search/cdx":
            self._send_json(self._list_rows(server, query))
        elif parts.path in ("/cdx", f"/{COLLECTION}-index"):
            self._send(200, self._list_captures(server, query), {})
        elif parts.path.startswith("/crawl-data/one."):
            source = server.arc if server.has_arc else server.warc
            first, last = self.headers["Range"].removeprefix("bytes=").split("-")
            self._send(206, source.data[int(first) : int(last) + 1], {})
        else:
            self._replay(server)

    def _list_captures(self, server: CaptureServer, query: dict[str, str]) -> bytes:
        lines = []
        for number, one in enumerate(server.captures):
            if not _is_asked_for(one, query):
                continue
            source = server.arc if server.has_arc else server.warc
            offset, length = source.places[number]
            line = {
                "urlkey": one.url,
                "timestamp": one.timestamp,
                "url": one.url,
                "mime": one.mime,
                "status": one.status,
                "digest": one.digest,
                "filename": f"crawl-data/one.{'arc' if server.has_arc else 'warc'}.gz",
                "offset": str(offset),
                "length": str(length),
            }
            lines.append(json.dumps(line))
        return "\n".join(lines).encode()

    def _list_rows(
        self, server: CaptureServer, query: dict[str, str]
    ) -> list[list[str]]:
        """Return two captures as the Internet Archive lists them, and the key of the next."""
        start = int(query.get("resumeKey", "0"))
        captures = [one for one in server.captures if _is_asked_for(one, query)]
        rows = [query["fl"].split(",")]
        for one in captures[start : start + 2]:
            rows.append(
                ["key", one.timestamp, one.url, one.mime, one.status, one.digest]
            )
        if start + 2 < len(captures):
            rows += [[], [server.resume_key or str(start + 2)]]
        return rows

    def _replay(self, server: CaptureServer) -> None:
        path = self.path.lstrip("/")
        is_wayback = path.startswith("web/")
        timestamp, _, url = unquote(path.removeprefix("web/")).partition("id_/")
        for one in server.captures:
            if (one.timestamp, one.url) != (timestamp, url):
                continue
            headers = {HTML[0]: HTML[1]}
            body = one.body
            if is_wayback:
                headers["X-Archive-Orig-Server"] = "nginx"
                # the page's own, and no word of the web archive
                headers["X-Archive-Orig-X-Archive-Memento-Datetime"] = PAGES_OWN_TIME
                headers["X-Archive-Orig-Content-Encoding"] = "gzip"
                headers["Content-Encoding"] = "gzip"
                headers["Memento-Datetime"] = server.memento_time
                body = gzip.compress(body)
            self._send(200, body, headers)
            return
        self._send(404, b"", {})

    def _send_json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: `log` has it."""
