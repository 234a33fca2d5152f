"""One small site on loopback whose lists, reports and validators a test sets, and crawls of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nianbao.sample.loopback import run_server
from tests.crawl.commands import nianbao, summary
from tests.crawl.hostile_server import send
from tests.crawl.test_troubles import REPORT, SITE


@dataclass
class Page:
    """A report of the site: the year it is on, the day the list prints beside it (or none), its
    text.
    """

    year: int
    day: str
    text: str = "原文"

    @property
    def path(self) -> str:
        return f"/nb/{self.year + 1}01/t{self.year + 1}0120_1.html"

    @property
    def title(self) -> str:
        return f"西霞县青石镇人民政府{self.year}年政府信息公开工作年度报告"

    def body(self) -> bytes:
        return REPORT.format(title=self.title, text=self.text).encode()

    def row(self) -> str:
        return f'<li><span>{self.day}</span><a href=".{self.path[3:]}" title="{self.title}">{self.title}</a></li>'


@dataclass
class Small:
    """The running site. `etags`: by path; such a page is not sent again, whatever it shows
    meanwhile.
    """

    folder: Path
    pages: list[Page]
    files: dict[str, bytes] = field(default_factory=dict)  # by path
    etags: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # paths that answer 500
    robots: str = ""
    seconds: float = 0.0  # before an answer
    content_type: str = "application/octet-stream"  # of the files
    asked: list[tuple[str, bool]] = field(
        default_factory=list
    )  # path, whether with validators
    port: int = 0

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        time.sleep(self.seconds)
        known = to.headers.get("If-None-Match")
        self.asked.append((to.path, known is not None))
        etag = self.etags.get(to.path)
        found = {page.path: page for page in self.pages}
        headers = {"ETag": etag} if etag else {}
        if to.path in self.broken:
            send(to, b"down", 500)
        elif etag is not None and etag == known:
            to.send_response_only(304)
            to.send_header("ETag", etag)
            to.send_header("Connection", "close")
            to.end_headers()
        elif to.path == "/robots.txt":
            send(to, self.robots.encode())
        elif to.path == "/nb/":
            send(
                to,
                f"<ul>{''.join(page.row() for page in self.pages)}</ul>".encode(),
                200,
                headers,
            )
        elif to.path in found:
            send(to, found[to.path].body(), 200, headers)
        elif to.path in self.files:
            send(
                to,
                self.files[to.path],
                200,
                headers | {"Content-Type": self.content_type},
            )
        else:
            send(to, b"404", 404)

    def paths(self) -> list[str]:
        """Return which pages were asked for."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def crawl(
        self, *arguments: object, code: int = 0, **environment: str
    ) -> dict[str, Any]:
        """Crawl the site; return the summary."""
        return summary(
            nianbao(
                "crawl", *self.options(), "--json", *arguments, code=code, **environment
            )
        )

    def options(self) -> tuple[object, ...]:
        return (
            "--sites",
            self.folder / "sites",
            "--allow-address",
            "127.0.0.0/8",
            "--archive",
            self.archive,
        )

    @property
    def archive(self) -> Path:
        return self.folder / "a.db"


@contextmanager
def small(folder: Path, pages: list[Page]) -> Iterator[Small]:
    """Serve the site while the context lasts; its site file stands in `folder`."""
    site = Small(folder, pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        site.port = http.server_port
        (folder / "sites").mkdir()
        (folder / "sites" / "small.yml").write_text(
            SITE.format(port=site.port), "utf-8"
        )
        with run_server(http):
            yield site
