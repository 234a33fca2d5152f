"""One server on loopback for all lists, each under a name of its own, and what it was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from nianbao.sample.loopback import LoopbackServer, run_server
from tests.paging.site import Shape

SCRIPT = Path(__file__).with_name("site.js")


def normalize(request: str) -> str:
    """Return a request with the fields of its query and body sorted, and without chance numbers."""
    method, _, rest = request.partition(" ")
    address, _, body = rest.partition(" ")
    parts = urlsplit(address)
    address = parts._replace(query=_sort_fields(parts.query)).geturl()
    if body.startswith("{"):
        body = json.dumps(json.loads(body), sort_keys=True)
    else:
        body = _sort_fields(body)
    return f"{method} {address} {body}".strip()


def _sort_fields(text: str) -> str:
    fields = parse_qsl(text, keep_blank_values=True)
    kept_fields = [field for field in fields if field[0] != "_rand"]
    return urlencode(sorted(kept_fields))


class Server(LoopbackServer):
    """The running server. `log` is what was asked for, but for files of scripts and icons."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        super().__init__(0, _Handler)
        self.log: list[str] = []
        self.answers: dict[str, dict[str, str]] = {}
        for name, shape in shapes.items():
            answers = shape.make_answers()
            self.answers[name] = {normalize(key): body for key, body in answers.items()}

    def build_entry(self, name: str) -> str:
        return f"http://{name}.localhost:{self.server_port}/nb/"

    def take_log(self) -> list[str]:
        """Return what was asked for since the last call."""
        log = list(self.log)
        self.log.clear()
        return log


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(Server, self.server)
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        name = self.headers.get("Host", "").partition(".")[0]
        if self.path == "/js/site.js":
            self._send(SCRIPT.read_text("utf-8"), "text/javascript")
            return
        if self.path.endswith((".ico", ".gif")):
            self._send("", "image/gif", 404)
            return
        request = normalize(f"{self.command} {self.path} {sent}")
        server.log.append(request)
        body = server.answers[name].get(request)
        if body is None:
            self._send("<h1>404</h1>", "text/html", 404)
        elif body.startswith(("{", "[")):
            self._send(body, "application/json")
        else:
            self._send(body, "text/html")

    do_POST = do_GET

    def _send(self, text: str, content_type: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve_lists(shapes: Mapping[str, Shape]) -> Iterator[Server]:
    """Serve a list of each shape while the context lasts."""
    with Server(shapes) as server, run_server(server):
        yield server
