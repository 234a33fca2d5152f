"""Serves a country on loopback, each host under its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import cast
from urllib.parse import parse_qsl

from nianbao.sample.country.answers import Answer
from nianbao.sample.country.government import Country
from nianbao.sample.country.services import find_label
from nianbao.sample.country.world import make_country
from nianbao.sample.loopback import LoopbackServer, run_server

NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", status=404)


class AnswerServer(LoopbackServer, ABC):
    """A server of many hosts, each known by its name."""

    def __init__(self, port: int) -> None:
        super().__init__(port, _Handler)

    @abstractmethod
    def find_answer(self, method: str, host: str, path: str, body: str) -> Answer:
        """Return the answer for an address, and write down that it was asked for."""


class Server(AnswerServer):
    """The running server; `log` has what was asked for: method and `//host/path`."""

    def __init__(self, seed: int, count: int, port: int) -> None:
        super().__init__(port)
        self.country: Country = make_country(seed, count, self.server_address[1])
        self.log: list[tuple[str, str]] = []
        self._answers: Mapping[str, Answer] = self.country.answers

    def find_answer(self, method: str, host: str, path: str, body: str) -> Answer:
        """Return the answer for an address, which is the same with `www.`.

        What `//host*` has is sent for every address of the host.
        """
        address = f"//{host.removeprefix('www.')}"
        self.log.append((method, f"{address}{path}"))
        whole = self._answers.get(f"{address}*")
        if whole is not None:
            return whole
        for field, value in parse_qsl(body, keep_blank_values=True):
            answer = self._answers.get(f"POST {address}{path} {field}={value}")
            if answer is not None:
                return answer
        answer = None if body else self._answers.get(f"{address}{path}")
        label = find_label(path, body) if answer is None else None
        if label is not None:
            answer = self._answers.get(f"{address}{label}")
        return answer or self._answers.get(f"{address}{path}", NOT_FOUND)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(AnswerServer, self.server)
        host = self.headers.get("Host", "").partition(":")[0]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        answer = server.find_answer(self.command, host, self.path, body)
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
        """Keep the terminal quiet; `Server.log` has it."""


@contextmanager
def serve_country(seed: int, count: int, port: int = 0) -> Iterator[Server]:
    """Serve the first `count` governments of a seed while the context lasts."""
    server = Server(seed, count, port)
    with run_server(server):
        yield server
