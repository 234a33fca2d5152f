"""A list that a script draws, crawled with the real browser; what the page must not do, it does
not get.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from nianbao.sample.loopback import run_server
from tests.crawl.commands import content, nianbao
from tests.crawl.test_troubles import REPORT, ROW, TITLE

SITE = """\
id: drawn
name: 样例县人民政府
region: {{name: 样例省样例县, code: null}}
platform: trs
entries:
  - {{url: "http://drawn.localhost:{port}/nb/index.html", column: 政府信息公开年报}}
expect: {{links: 1}}
delay: 0
browser: true
official: true
"""
LISTS = ("/nb/index.html", "/nb/more.html")
PATH = "/202201/t20220120_1.html"
LIST = """<html><head><meta charset=utf-8><title>年报</title>
<link rel=stylesheet href="/style.css"><script src="/nb/list.js"></script></head>
<body><img src="/logo.png"><ul id=list></ul></body></html>"""
SCRIPT = """
window.addEventListener("load", async () => {
  for (const url of ["http://elsewhere.localhost:PORT/spy", "http://127.0.0.1:PORT/spy", "/forbidden/data", "/nb/away"])
    await fetch(url, {mode: "no-cors"}).catch(() => 0);
  document.cookie = "clearance=1; path=/";
  const answers = await Promise.all(["/nb/rows.json", "/nb/more.json"].map(url => fetch(url).then(a => a.json())));
  document.querySelector("#list").innerHTML = answers.join("");
});
"""
CHALLENGE = "<script>document.cookie='__jsl_clearance=1;path=/';location.href=location.pathname</script>"


class Served(ThreadingHTTPServer):
    """The server, and when it was asked for what by whom."""

    daemon_threads = True

    def __init__(self, *, challenge: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.challenge = challenge
        self.is_silent = False  # at the list
        self.stopping = threading.Event()
        self.meet_browser: Callable[[], None] = lambda: (
            None
        )  # when the list is asked for
        self.port = int(self.server_address[1])
        self.log: list[tuple[str, str, float, float, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Served

    def do_GET(self) -> None:
        began = time.monotonic()
        time.sleep(0.05)
        if self.path == "/nb/index.html":
            self.server.meet_browser()
        if self.server.is_silent and self.path in LISTS:
            self.server.log.append(("", self.path, 0.0, 0.0, ""))
            self.server.stopping.wait(60)
            return
        port = str(self.server.port)
        pages = {
            "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /forbidden/\n"),
            "/nb/index.html": (
                "text/html",
                CHALLENGE if self.server.challenge else LIST,
            ),
            "/nb/list.js": ("text/javascript", SCRIPT.replace("PORT", port)),
            "/nb/rows.json": (
                "application/json",
                '"' + ROW.format(path=PATH, title=TITLE).replace('"', "'") + '"',
            ),
            "/nb/more.json": ("application/json", '""'),
            f"/nb{PATH}": (
                "text/html; charset=utf-8",
                REPORT.format(title=TITLE, text="正文"),
            ),
        }
        kind, text = pages.get(self.path, ("text/plain", ""))
        status = (
            404
            if not text
            else 521
            if self.server.challenge and self.path == "/nb/index.html"
            else 200
        )
        if self.path == "/nb/away":
            status = 302
        self.send_response_only(status)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{port}/spy")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        host, agent = self.headers.get("Host", ""), self.headers.get("User-Agent", "")
        self.server.log.append((host, self.path, began, time.monotonic(), agent))
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(*, challenge: bool = False) -> Iterator[Served]:
    server = Served(challenge=challenge)
    with run_server(server):
        yield server
        server.stopping.set()


@pytest.fixture(autouse=True)
def _browser() -> None:
    if shutil.which("chromium") is None and not os.environ.get("CI"):
        pytest.skip("needs chromium")


def arguments(folder: Path, server: Served) -> tuple[object, ...]:
    (folder / "drawn.yml").write_text(SITE.format(port=server.port), "utf-8")
    return (
        "crawl",
        "--sites",
        folder,
        "--archive",
        folder / "a.db",
        "--allow-address",
        "127.0.0.0/8",
    )


def test_a_drawn_list(tmp_path: Path) -> None:
    with serving() as server:
        nianbao(*arguments(tmp_path, server))
    paths = [path for _, path, *_ in server.log]
    assert sorted(paths) == sorted(
        [
            "/robots.txt",
            "/nb/index.html",
            "/nb/list.js",
            "/nb/away",
            "/nb/rows.json",
            "/nb/more.json",
            f"/nb{PATH}",
        ]
    )
    assert {host for host, *_ in server.log} == {f"drawn.localhost:{server.port}"}
    assert all(agent.startswith("nianbao/") for *_, agent in server.log)
    times = sorted((began, ended) for _, _, began, ended, _ in server.log)
    assert all(before[1] <= after[0] for before, after in pairwise(times)), (
        "two at a time"
    )
    visits = {
        row[2].rpartition("/")[2]: row for row in content(tmp_path / "a.db")["visits"]
    }
    assert visits["index.html"][4:7] == ("fetched", 200, "drawn by a browser")
    assert visits["t20220120_1.html"][4:7] == ("fetched", 200, None)


def test_a_challenge_is_not_got_past(tmp_path: Path) -> None:
    with serving(challenge=True) as server:
        printed = nianbao(*arguments(tmp_path, server), code=1)
    assert "js_challenge" in printed
    assert [path for _, path, *_ in server.log] == ["/robots.txt", "/nb/index.html"]
    (visit,) = content(tmp_path / "a.db")["visits"]
    assert visit[4:6] == ("blocked", 521)


@pytest.mark.skipif("WAITS" not in os.environ, reason="takes 8 seconds: `make sweeps`")
def test_a_page_that_never_comes_is_waited_for_as_long_as_any(tmp_path: Path) -> None:
    with serving() as server:
        server.is_silent = True
        words = arguments(tmp_path, server)
        text = SITE.format(port=server.port)
        first = text.splitlines()[5]
        second = first.replace("index", "more")
        text = text.replace(first, f"{first}\n{second}") + "timeout: 1\n"
        (tmp_path / "drawn.yml").write_text(text, "utf-8")
        printed = nianbao(*words, code=1)
        asked = Counter(path for _, path, *_ in server.log)
    assert "Traceback" not in printed
    for visit in content(tmp_path / "a.db")["visits"]:
        assert visit[4:6] == ("network_error", None)
        assert "took longer than 1 seconds" in visit[6]
    assert [asked[path] for path in LISTS] == [3, 3], "none waits for those before"


def send_to_browser(server: Served, number: signal.Signals) -> None:
    """Send a signal to the processes of Chromium that a crawl of this server has begun."""
    mark = f"drawn.localhost:{server.port}".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if (
                b"--host-resolver-rules" in path.read_bytes()
                and mark in path.read_bytes()
            ):
                os.kill(int(path.parent.name), number)


@pytest.mark.skipif("WAITS" not in os.environ, reason="takes 20 seconds: `make sweeps`")
def test_a_browser_that_stands_still(tmp_path: Path) -> None:
    with serving() as server:
        server.meet_browser = lambda: send_to_browser(server, signal.SIGSTOP)
        words = arguments(tmp_path, server)
        with (tmp_path / "drawn.yml").open("a") as file:
            file.write("timeout: 2\n")
        try:
            printed = nianbao(*words, code=1)
        finally:
            send_to_browser(server, signal.SIGKILL)
    assert "Traceback" not in printed
    (visit,) = content(tmp_path / "a.db")["visits"]
    assert visit[4] == "network_error"
