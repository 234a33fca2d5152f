"""A web server for measuring: answers from memory over kept connections, in a process of its
own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

VALIDATORS = {"if-none-match": "ETag", "if-modified-since": "Last-Modified"}
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """A page and its headers, without Content-Length."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class Handle:
    """The running server, from the process that measures."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def add(self, host: str, answers: Mapping[str, Answer]) -> None:
        """Serve pages, by path, under a host name with port."""
        self._call("add", {(host, path): answer for path, answer in answers.items()})

    def reset(self) -> None:
        """Forget what was asked."""
        self._call("reset")

    def asked(self) -> tuple[int, float]:
        """Return how many pages of the site were asked for, and when the first, by the
        monotonic clock.
        """
        pages, first = self._call("asked")
        return pages, first

    def _call(self, name: str, *arguments: Any) -> Any:
        self._pipe.send((name, arguments))
        return self._pipe.recv()


@contextmanager
def running() -> Iterator[Handle]:
    """Run the server while the context lasts."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Handle(ours)
    finally:
        process.terminate()
        process.join()


class _Server:
    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[bytes, bytes, Mapping[str, str]]] = {}
        self.pages = 0
        self.first = 0.0

    def add(self, answers: Mapping[tuple[str, str], Answer]) -> None:
        for key, answer in answers.items():
            head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
            whole = (
                f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(answer.body)}\r\n\r\n".encode()
                + answer.body
            )
            self.answers[key] = (
                whole,
                f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode(),
                dict(answer.headers),
            )

    def reset(self) -> None:
        self.pages, self.first = 0, 0.0

    def asked(self) -> tuple[int, float]:
        return self.pages, self.first

    def answer(self, request: bytes) -> bytes:
        """Return the whole answer to the head of a request."""
        line, *lines = request.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (one.partition(":") for one in lines)
        }
        found = self.answers.get((headers.get("host", ""), line.split(" ")[1]))
        if found is None:
            return NOT_FOUND
        self.first = self.first or time.monotonic()
        self.pages += 1
        whole, unchanged, stated = found
        holds = any(
            name in headers and headers[name] == stated.get(theirs)
            for name, theirs in VALIDATORS.items()
        )
        return unchanged if holds else whole


class _Protocol(asyncio.Protocol):
    def __init__(self, server: _Server) -> None:
        self.server, self.buffer = server, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            request, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self.transport.write(self.server.answer(request))


def _serve(pipe: Connection) -> None:
    async def run() -> None:
        server, loop = _Server(), asyncio.get_running_loop()
        listening = await loop.create_server(lambda: _Protocol(server), "0.0.0.0", 0)

        def told() -> None:
            name, arguments = pipe.recv()
            pipe.send(getattr(server, name)(*arguments))

        loop.add_reader(pipe.fileno(), told)
        pipe.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(run())
