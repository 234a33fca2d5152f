"""Serves the sample province on loopback, one virtual host for each site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import cast
from urllib.parse import urlsplit

import click

from nianbao.sample import DEFAULT_PORT
from nianbao.sample.loopback import ADDRESS, LoopbackServer, run_server
from nianbao.sample.pages import Page
from nianbao.sample.province import DEFAULT_SEED, Province


class SampleServerError(click.ClickException):
    """The sample server cannot be started; the message says what to do."""


class Server(LoopbackServer):
    """The running server: `state` can be set at any time, `log` keeps (method, host, path,
    status).
    """

    def __init__(self, state: int, port: int, seed: int) -> None:
        super().__init__(port, _Handler)
        self.state = state
        self.port: int = self.server_address[1]
        self.province = Province(seed, self.port)
        self.log: list[tuple[str, str, str, int]] = []


@contextmanager
def serve(
    state: int, *, port: int = DEFAULT_PORT, seed: int = DEFAULT_SEED
) -> Iterator[Server]:
    """Serve the province while the context lasts; port 0 takes any free port, named by
    `Server.port`.

    Raise SampleServerError when the port is taken.
    """
    try:
        server = Server(state, port, seed)
    except OSError as error:
        raise SampleServerError(
            f"port {port} of {ADDRESS} is in use or not allowed ({error.strerror}): "
            "stop what listens there or choose another with --port N"
        ) from error
    with run_server(server):
        yield server


class _Handler(BaseHTTPRequestHandler):
    """Answers GET, HEAD and POST: the site is named by the Host header or by an absolute
    request target.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(Server, self.server)
        target = urlsplit(self.path)
        host = (
            target.hostname
            or urlsplit(f"//{self.headers.get('Host', '')}").hostname
            or ""
        )
        host = host.removeprefix("www.")  # a site is known by both names
        path = f"{target.path}?{target.query}" if target.query else target.path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = server.province.answer(
            server.state, f"http://{host}:{server.port}{path}", body
        )
        status = 304 if self._holds(page) else page.status
        server.log.append((self.command, host, path, status))
        self._send(page, status)

    do_HEAD = do_POST = do_GET

    def _holds(self, page: Page) -> bool:
        """Tell whether the client's copy is this page; times are compared for equality, as
        nginx does.
        """
        known = self.headers.get("If-None-Match")
        if known is not None:
            return page.etag is not None and page.etag in (
                tag.strip() for tag in known.split(",")
            )
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == page.last_modified

    def _send(self, page: Page, status: int) -> None:
        body = b"" if status == 304 else page.body
        headers = {
            "Content-Type": page.content_type,
            "Content-Length": None if status == 304 else str(len(body)),
            "ETag": page.etag,
            "Last-Modified": page.last_modified,
            "Connection": "close",
        }
        self.send_response_only(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet; `Server.log` has it."""
