"""One server on loopback for all sites, each under a name of its own."""

from __future__ import annotations

import socketserver
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl

from nianbao.sample.country.answers import Answer
from tests.crawl.list_sites.site import ListSite
from tests.loopback import run_server

NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", status=404)


class Server(ThreadingHTTPServer):
    """The running server; `log` has what was asked for, by site."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sites: dict[str, ListSite] = {}
        self.log: dict[str, list[str]] = {}

    def server_bind(self) -> None:
        """Bind without asking the resolver for a host name, which http.server does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def answer(self, method: str, host: str, path: str, body: str) -> Answer:
        """Return the answer of the site that a host stands for: its name, or a name below it.

        What one host alone answers has the key `//host/path`.
        """
        *_, name, _ = ("", *host.split("."))
        site = self.sites.get(name)
        if site is None:
            return NOT_FOUND
        self.log.setdefault(name, []).append(f"{method} //{host}{path} {body}".strip())
        if method == "POST":
            for field, value in parse_qsl(body, keep_blank_values=True):
                answer = site.answers.get(f"POST {path} {field}={value}")
                if answer:
                    return answer
        own_answer = site.answers.get(f"//{host}{path}")
        return own_answer or site.answers.get(path, NOT_FOUND)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(Server, self.server)
        host = self.headers.get("Host", "").partition(":")[0]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        answer = server.answer(self.command, host, self.path, body)
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve_sites(
    make: Callable[[int], Sequence[ListSite]],
) -> Iterator[tuple[Server, Sequence[ListSite]]]:
    """Serve the sites that `make` makes for a port, while the context lasts."""
    with Server() as server:
        sites = make(server.server_port)
        server.sites = {site.name: site for site in sites}
        with run_server(server):
            yield server, sites
