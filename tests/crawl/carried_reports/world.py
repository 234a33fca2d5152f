"""The sites: reports made from a seed, each in one of the ways, and the server that has them."""

from __future__ import annotations

import random
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from tests.crawl.carried_reports.carrier import HTML, Answer, CarriedReport
from tests.crawl.carried_reports.ways import iterate_ways

NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", status=404)
SITES = 4


def make_reports(count: int, seed: int) -> list[CarriedReport]:
    """Return reports in all ways, as many as are wanted, in an order that the seed gives."""
    rng = random.Random(seed)
    ways = list(iterate_ways())
    rng.shuffle(ways)
    reports = []
    for number in range(count):
        name, way = ways[number % len(ways)]
        report = CarriedReport(number + 1, name, random.Random(rng.random()))
        way(report)
        reports.append(report)
    return reports


class Server(ThreadingHTTPServer):
    """Answers for all sites; the name of a host decides which."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, reports: Sequence[CarriedReport]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: Counter[str] = Counter()
        self.pages: dict[str, dict[str, Answer]] = {}
        rows: dict[str, list[str]] = {}
        for index, report in enumerate(reports):
            name = f"site{index % SITES}.localhost"
            report.host = f"{name}:{self.server_port}"
            self.pages.setdefault(name, {}).update(report.answers)
            row = f'<li><a href="{report.path}">{report.title}</a><span>2025-01-20</span></li>'
            rows.setdefault(name, []).append(row)
        for name, site_rows in rows.items():
            source = f'<html><meta charset="utf-8"><ul>{"".join(site_rows)}</ul></html>'
            self.pages[name]["/nb/"] = Answer(source.encode())

    def server_bind(self) -> None:
        """Bind without asking the resolver for a host name, which http.server does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def find_answer(self, host: str, path: str, cookies: str) -> Answer:
        """Return the answer for an address."""
        answer = self.pages.get(host, {}).get(path, NOT_FOUND)
        key = f"{host}{path}"
        self.sent[key] += 1
        if answer.cookie is not None and f"{answer.cookie}=" not in cookies:
            headers = {"Location": path, "Set-Cookie": f"{answer.cookie}=1; Path=/"}
            return Answer(b"", status=302, headers=headers)
        if self.sent[key] <= answer.empty_times:
            return Answer(b"", HTML)
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(Server, self.server)
        host = self.headers.get("Host", "").partition(":")[0]
        cookies = self.headers.get("Cookie", "")
        answer = server.find_answer(host, self.path, cookies)
        self.send_response_only(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve_reports(reports: Sequence[CarriedReport]) -> Iterator[Server]:
    """Serve reports while the context lasts."""
    with Server(reports) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
