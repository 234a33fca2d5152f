"""Raw answers of hostile hosts: bytes as no web server of good will sends them.

Each host is a small function that is given the socket, its port and the path that was asked for.
Its list is whole, and names reports; what stands in their place, or in that of the list, is hostile.
"""

from __future__ import annotations

import gzip
import os
import socketserver
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import socket

from nianbao.sample.loopback import run_server
from tests.crawl.hostile_server import REPORT_PATHS, listing, report

STOPPING = threading.Event()
MEGABYTE = 1 << 20
Host = Callable[[socket, int, str], None]


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True
) -> bytes:
    """Return a whole answer; with its Content-Length unless that is another one's to say."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith("Content-Type") for line in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    if length:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1")
    return head + b"\r\n\r\n" + body


def send_drip(piece: bytes, start: bytes = b"") -> Host:
    """Return a host that begins with something, and goes on piece by piece without end."""

    def send(to: socket, _port: int, _path: str) -> None:
        to.sendall(start)
        while not STOPPING.wait(0.2 if len(piece) < 100 else 0.001):
            to.sendall(piece)

    return send


def send_bytes(data: bytes) -> Host:
    """Return a host that sends some bytes, whatever is asked."""

    def send(to: socket, _port: int, _path: str) -> None:
        to.sendall(data)

    return send


def redirect_to(*addresses: str) -> Host:
    """Return a host whose reports send on to addresses; `{port}` in them is the server's."""

    def send(to: socket, port: int, path: str) -> None:
        number = REPORT_PATHS.index(path) if path in REPORT_PATHS else 0
        address = addresses[number % len(addresses)].format(port=port)
        to.sendall(answer(b"", f"Location: {address}", status="302 Found"))

    return send


def redirect_without_end(to: socket, _port: int, path: str) -> None:
    to.sendall(answer(b"", f"Location: {path}1", status="302 Found"))


def refresh_in_a_circle(to: socket, _port: int, path: str) -> None:
    other = "/nb/202201/b" if path.endswith("a") else "/nb/202201/a"
    to.sendall(answer(f"<meta http-equiv=refresh content='0;url={other}'>".encode()))


def refresh_itself(to: socket, _port: int, path: str) -> None:
    refresh = f"<meta http-equiv=refresh content='60;url={path}'>".encode()
    to.sendall(answer(refresh + PAGE))


PAGE = report("hostile", 1)
CHUNKED = "Transfer-Encoding: chunked"
OPEN = answer(length=False)
# Hosts whose reports are hostile, with how many reports their lists name.
REPORT_HOSTS: dict[str, tuple[int, Host]] = {
    "header-drip": (1, send_drip(b"X: 1\r\n", b"HTTP/1.1 200 OK\r\n")),
    "status-drip": (1, send_drip(b" ", b"HTTP/1.1")),
    "header-flood": (
        1,
        send_drip(b"X-Flood: " + b"a" * 60_000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"),
    ),
    "body-drip": (1, send_drip(b"<p>", OPEN)),
    "chunk-drip": (1, send_drip(b"1\r\na\r\n", answer(b"", CHUNKED, length=False))),
    "chunk-flood": (
        1,
        send_drip(
            b"10000\r\n" + b"a" * 65536 + b"\r\n", answer(b"", CHUNKED, length=False)
        ),
    ),
    "chunk-lie": (
        1,
        send_bytes(answer(b"", CHUNKED, length=False) + b"FFFFFFFFFFFF\r\nabc"),
    ),
    "chunk-nonsense": (
        1,
        send_bytes(answer(b"", CHUNKED, length=False) + b"zz\r\nabc\r\n"),
    ),
    "continue-flood": (1, send_drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 500)),
    "upgrade": (
        1,
        send_bytes(
            answer(b"", "Upgrade: h2c", status="101 Switching Protocols", length=False)
        ),
    ),
    "nonsense": (1, send_bytes(b"\x00\xff\x16\x03\x01" * 100)),
    "no-status": (1, send_bytes(b"HTTP/1.1 \r\n\r\n")),
    "old-http": (1, send_bytes(b"<html>HTTP/0.9</html>")),
    "reset": (1, send_bytes(answer(b"<p>x", "Content-Length: 9000", length=False))),
    "negative-length": (
        1,
        send_bytes(answer(PAGE, "Content-Length: -5", length=False)),
    ),
    "two-lengths": (
        1,
        send_bytes(
            answer(PAGE, "Content-Length: 5", "Content-Length: 9", length=False)
        ),
    ),
    "redirects-without-end": (1, redirect_without_end),
    "refresh-circle": (1, refresh_in_a_circle),
    "location-control": (1, redirect_to("http://\x01\x7f/\x00")),
    "location-scheme": (2, redirect_to("file:///etc/passwd", "gopher://a/")),
    "location-long": (1, redirect_to("/" + "a" * 30_000)),
    "private-numbers": (
        5,
        redirect_to(
            "http://2852039166/",
            "http://0xA9FEA9FE/",
            "http://0251.0376.0251.0376/",
            "http://169.254.43518/",
            "http://169.254.169.254./",
        ),
    ),
    "private-six": (
        5,
        redirect_to(
            "http://[::ffff:169.254.169.254]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[fe80::1]/",
            "http://[::]/",
        ),
    ),
    "private-names": (
        4,
        redirect_to(
            "http://private-names.localhost:{port}@169.254.169.254/",
            "http://169。254。169。254/".encode().decode("latin-1"),
            "http://①⑥⑨.254.169.254/".encode().decode("latin-1"),
            "//10.0.0.1/",
        ),
    ),
    "gzip-cut": (
        1,
        send_bytes(answer(gzip.compress(PAGE * 99)[:60], "Content-Encoding: gzip")),
    ),
    "gzip-layers": (
        1,
        send_bytes(
            answer(
                gzip.compress(gzip.compress(b"\0" * 40 * MEGABYTE)),
                "Content-Encoding: gzip, gzip",
            )
        ),
    ),
    "gzip-silent": (
        1,
        send_bytes(answer(zlib.compress(b"\0" * 40 * MEGABYTE), "X-Pad: 1")),
    ),
    "picture": (
        1,
        send_bytes(answer(b"\x89PNG\r\n\x1a\n" * 99, "Content-Type: text/html")),
    ),
    "wide-text": (
        1,
        send_bytes(
            answer(
                "<html>乱".encode("utf-16") * 99, "Content-Type: text/html;charset=gbk"
            )
        ),
    ),
    "nested": (1, send_bytes(answer(b"<div>" * 400_000))),
}
CALENDAR = "".join(f"<a href='/nb/?d={{}}{day}'>{day}</a>" for day in range(1, 29))


def show_calendar(to: socket, _port: int, path: str) -> None:
    to.sendall(answer(CALENDAR.format(*[path[-40:]] * 28).encode()))


ROW = "<li><a href='/nb/{}.html'>某镇{}年政府信息公开工作年度报告</a></li>"
# Hosts whose lists are hostile.
LIST_HOSTS: dict[str, Host] = {
    "list-calendar": show_calendar,
    "list-bomb": send_bytes(
        answer(
            gzip.compress(ROW.format(1, 2020).encode() * 300_000, 1),
            "Content-Encoding: gzip",
        )
    ),
    "list-one-element": send_bytes(
        answer(f"<div>{'<a href=/x>某镇2020年年报</a>' * 4_000}".encode())
    ),
    "list-sixteen": send_bytes(
        answer("<ul>".encode("utf-16") * 90, "Content-Type: text/html;charset=gb2312")
    ),
    "list-script": send_bytes(answer(b"<script>" + b"function a(){" * 20_000)),
    "list-json": send_bytes(answer(b"[" * 100_000, "Content-Type: application/json")),
}
# Hosts that are odd, and whose reports are real.
ODD_HOSTS: dict[str, tuple[int, Host]] = {"refreshed": (1, refresh_itself)}
# Hosts whose reports are real, and just shorter than what is read of a page: so many megabytes of
# white space cost little time, and as much memory as text. LARGE_REPORTS=3: each has three.
LARGE_REPORTS = int(os.environ.get("LARGE_REPORTS", "1"))
LARGE_HOSTS = tuple(f"large-{number}" for number in range(12))
LARGE_BYTES = 7_900_000


def send_large_report(to: socket, _port: int, path: str) -> None:
    page = report("large", REPORT_PATHS.index(path))
    to.sendall(answer(page + b" " * (LARGE_BYTES - len(page))))


ODD_HOSTS |= dict.fromkeys(LARGE_HOSTS, (LARGE_REPORTS, send_large_report))
HOSTS = (*REPORT_HOSTS, *LIST_HOSTS, *ODD_HOSTS, "robots-flood")


class Handler(socketserver.BaseRequestHandler):
    """Reads what is asked for, and lets the host answer."""

    def handle(self) -> None:
        with suppress(OSError):
            self._answer()

    def _answer(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(65536)
            if not piece:
                return
            head += piece
        path = head.split(b" ", 2)[1].decode("latin-1")
        name = head.lower().partition(b"host: ")[2].split(b".")[0].decode("latin-1")
        server: Server = self.server  # type: ignore[assignment]
        server.asked.append((name, path, time.monotonic()))
        send = self._choose(name, path)
        send(self.request, server.server_address[1], path)

    def _choose(self, name: str, path: str) -> Host:
        if path == "/robots.txt" and name == "robots-flood":
            return send_bytes(answer(b"Disallow: /x\n" * 800_000))
        if path == "/robots.txt":
            return send_bytes(answer(status="404 Not Found"))
        if name in LIST_HOSTS:
            return LIST_HOSTS[name]
        count, send = (REPORT_HOSTS | ODD_HOSTS).get(name, (5, None))
        if path == "/nb/":
            return send_bytes(answer(listing(REPORT_PATHS[:count])))
        if send is not None:
            return send
        number = REPORT_PATHS.index(path) if path in REPORT_PATHS else 9
        return send_bytes(answer(report(name, number)))


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, float]] = []
        self.mistakes: list[str] = []  # of the hosts themselves

    def handle_error(self, *_: object) -> None:
        """Keep what a host did wrong: it answered nothing then."""
        self.mistakes.append(repr(sys.exception()))


@contextmanager
def run_hostile_hosts() -> Iterator[Server]:
    """Serve all hosts while the context lasts."""
    STOPPING.clear()
    server = Server()
    with run_server(server):
        yield server
        STOPPING.set()
