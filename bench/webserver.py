"""A web server for measuring: answers from memory over kept connections, in its own process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeAlias

# Headers of requests, and the headers of answers that they are compared with.
VALIDATORS = {"if-none-match": "ETag", "if-modified-since": "Last-Modified"}
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
HEAD_END = b"\r\n\r\n"

PageKey: TypeAlias = tuple[str, str]  # host and path


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page and its headers, without Content-Length."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class ServerHandle:
    """The running server, from the process that measures."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def add_pages(self, host: str, pages: Mapping[str, PageAnswer]) -> None:
        """Serve pages, by path, under a host name with port."""
        answers: dict[PageKey, PageAnswer] = {}
        for path, page in pages.items():
            answers[host, path] = page
        self._call("add_pages", answers)

    def reset_counts(self) -> None:
        """Count from zero again."""
        self._call("reset_counts")

    def get_counts(self) -> tuple[int, float]:
        """Return how many pages were asked for, and when the first, by the monotonic clock."""
        pages, first_request_at = self._call("get_counts")
        return pages, first_request_at

    def _call(self, name: str, *arguments: Any) -> Any:
        self._pipe.send((name, arguments))
        return self._pipe.recv()


@contextmanager
def run_server() -> Iterator[ServerHandle]:
    """Run the server while the context lasts."""
    context = get_context("spawn")
    our_pipe, server_pipe = context.Pipe()
    process = context.Process(target=_serve, args=(server_pipe,), daemon=True)
    process.start()
    try:
        yield ServerHandle(our_pipe)
    finally:
        process.terminate()
        process.join()


class _StoredAnswer(NamedTuple):
    """A page as it is sent, and as it is sent to who has it."""

    whole: bytes
    not_modified: bytes
    headers: Mapping[str, str]


class _PageServer:
    """The pages, and how often they were asked for."""

    def __init__(self) -> None:
        self.answers: dict[PageKey, _StoredAnswer] = {}
        self.page_count = 0
        self.first_request_at = 0.0

    def add_pages(self, pages: Mapping[PageKey, PageAnswer]) -> None:
        for key, page in pages.items():
            head = "".join(f"{name}: {value}\r\n" for name, value in page.headers)
            length = f"Content-Length: {len(page.body)}\r\n"
            whole_head = f"HTTP/1.1 200 OK\r\n{head}{length}\r\n"
            not_modified = f"HTTP/1.1 304 Not Modified\r\n{head}\r\n"
            self.answers[key] = _StoredAnswer(
                whole=whole_head.encode() + page.body,
                not_modified=not_modified.encode(),
                headers=dict(page.headers),
            )

    def reset_counts(self) -> None:
        self.page_count = 0
        self.first_request_at = 0.0

    def get_counts(self) -> tuple[int, float]:
        return self.page_count, self.first_request_at

    def answer_request(self, request: bytes) -> bytes:
        """Return the whole answer to the head of a request."""
        request_line, *header_lines = request.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in header_lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        path = request_line.split(" ")[1]
        answer = self.answers.get((headers.get("host", ""), path))
        if answer is None:
            return NOT_FOUND
        if not self.first_request_at:
            self.first_request_at = time.monotonic()
        self.page_count += 1
        for name, answer_name in VALIDATORS.items():
            if name in headers and headers[name] == answer.headers.get(answer_name):
                return answer.not_modified
        return answer.whole


class _Protocol(asyncio.Protocol):
    """Cuts what arrives on a connection into requests."""

    def __init__(self, server: _PageServer) -> None:
        self.server = server
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self.buffer = (self.buffer + data).split(HEAD_END)
        for request in requests:
            self.transport.write(self.server.answer_request(request))


def _serve(pipe: Connection) -> None:
    asyncio.run(_serve_pages(pipe))


async def _serve_pages(pipe: Connection) -> None:
    """Serve on a free port, which is sent through the pipe; obey what comes through the pipe."""
    server = _PageServer()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: _Protocol(server), "0.0.0.0", 0)

    def obey_command() -> None:
        name, arguments = pipe.recv()
        method = getattr(server, name)
        pipe.send(method(*arguments))

    loop.add_reader(pipe.fileno(), obey_command)
    _, port = listener.sockets[0].getsockname()
    pipe.send(port)
    await listener.serve_forever()
