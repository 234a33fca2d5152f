"""The sites: reports made from a seed, each in one of the ways, and the server that has them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import cast

from nianbao.sample.loopback import LoopbackServer, run_server
from tests.crawl.carried_reports.carrier import HTML, Answer, CarriedReport
from tests.crawl.carried_reports.ways import iterate_ways

NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", status=404)
SITES = 4
# How lists spell the addresses of their rows.
ROWS = (
    '<li><a href="{path}">{title}</a><span>2025-01-20</span></li>',
    '<li><a href=" {path}\n">{title}</a><span>2025-01-20</span></li>',
    '<li><a href="{backslashes}">{title}</a><span>2025-01-20</span></li>',
    "<li onclick=\"window.open('{path}')\">{title}<span>2025-01-20</span></li>",
    '<li><a href="javascript:void(0)" onclick="show(\'{path}\')">{title}</a></li>',
    '<li><a href="//{host}{path}">{title}</a><span>2025-01-20</span></li>',
    '<li><a href="{from_base}">{title}</a><span>2025-01-20</span></li>',
)
LIST = (
    '<html><head><meta charset="utf-8"><base href="/nb/"><title>政府信息公开年报</title>'
    "<script>function show(u) {{ window.open(u) }}</script></head><ul>{rows}</ul></html>"
)
# How the bytes of a site's list are, all under a header that says UTF-8.
LIST_CHARSETS = ("utf-8", "gb18030", "utf-8-sig", "utf-8")


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


def _write_row(report: CarriedReport) -> str:
    row = ROWS[report.number % len(ROWS)]
    return row.format(
        path=report.path,
        title=report.title,
        host=report.host,
        backslashes=report.path.replace("/", "\\"),
        from_base=report.path.removeprefix("/nb/"),
    )


class Server(LoopbackServer):
    """Answers for all sites; the name of a host decides which."""

    def __init__(self, reports: Sequence[CarriedReport]) -> None:
        super().__init__(0, _Handler)
        self.sent: Counter[str] = Counter()
        self.pages: dict[str, dict[str, Answer]] = {}
        rows: dict[str, list[str]] = {}
        for index, report in enumerate(reports):
            name = f"site{index % SITES}.localhost"
            report.host = f"{name}:{self.server_port}"
            self.pages.setdefault(name, {}).update(report.answers)
            rows.setdefault(name, []).append(_write_row(report))
        for index, (name, site_rows) in enumerate(rows.items()):
            source = LIST.format(rows="".join(site_rows))
            charset = LIST_CHARSETS[index % len(LIST_CHARSETS)]
            self.pages[name]["/nb/"] = Answer(source.encode(charset))

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
    with Server(reports) as server, run_server(server):
        yield server
