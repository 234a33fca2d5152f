"""A page that cannot be read is judged once, and what reads it can do no harm.

The files are real: a library in Rust panics at one, a library in C aborts at another when it asks
for more memory than there is, a third has a library work for a minute.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from nianbao.archive import Archive
from nianbao.archive.events.finding_events import STANDING
from nianbao.archive.records import Reading
from nianbao.crawler.commands.read import read
from nianbao.pipelines import reader
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.process_pool import CannotBegin, ProcessDied
from nianbao.pipelines.reader.failures import PartFailedError
from nianbao.pipelines.reading_pool import (
    PAGES_AHEAD,
    ReadingPool,
    is_fault_of_page,
)
from nianbao.sample.loopback import run_server
from tests.conftest import Crawl
from tests.crawl.commands import nianbao, summary
from tests.reader import bad_files

TITLE = "西霞县{}2022年政府信息公开工作年度报告"
BODIES = ("柳河镇", "青石镇", "白塔镇", "沙河镇")
SITE = """\
id: small
name: 小站
region: null
platform: trs
entries:
  - {{url: "http://small.localhost:{port}/nb/", column: 年报}}
delay: 0
official: true
"""


class Site:
    """A site whose list names files; it knows of each request whether it was conditional."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.pages = dict(files)
        rows = (
            f'<li><span>2023-01-20</span><a href="{path}">{TITLE.format(body)}</a></li>'
            for path, body in zip(files, BODIES, strict=False)
        )
        self.pages["/nb/"] = f"<ul>{''.join(rows)}</ul>".encode()
        self.conditional: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                payload = site.pages.get(self.path)
                status = 404 if payload is None else 200
                if self.headers["If-None-Match"]:
                    site.conditional.append(self.path)
                    status, payload = 304, b""
                self.send_response(status)
                if self.path == "/nb/":
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("ETag", '"1"')
                self.send_header("Content-Length", str(len(payload or b"")))
                self.end_headers()
                self.wfile.write(payload or b"")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@contextmanager
def open_site(folder: Path, files: dict[str, bytes]) -> Iterator[Site]:
    site = Site(files)
    (folder / "small.yml").write_text(SITE.format(port=site.http.server_port), "utf-8")
    with run_server(site.http):
        yield site


def standing(path: Path) -> list[tuple[str, str]]:
    """Return the findings that stand of what was not read, as rule and message."""
    query = f"""
        SELECT rule, message FROM ({STANDING})
        WHERE rule IN ('file.damaged', 'reader.failed') ORDER BY rule
    """
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def test_a_crawl_judges_a_page_once(tmp_path: Path) -> None:
    files = {
        "/f/1.xls": bad_files.make_panic(),
        "/f/2.pdf": bad_files.make_form_bomb(),
        "/f/3.pdf": bad_files.read_sample("pdf"),
    }
    path = tmp_path / "a.db"
    command = ("crawl", "--sites", tmp_path, "--archive", path, "--distrust", 0)
    arguments = (*command, "--allow-address", "127.0.0.0/8", "--json")
    with open_site(tmp_path, files) as site:
        first = summary(nianbao(*arguments, code=1))
        assert [error for error in first["errors"] if "signal 6" in error]
        assert len(first["errors"]) == 1, "a file that is damaged is no error of ours"
        findings = standing(path)
        assert [rule for rule, _ in findings] == ["file.damaged", "reader.failed"]
        assert site.conditional == []
        second = summary(nianbao(*arguments))
    assert second["ok"]
    assert second["errors"] == []
    assert sorted(site.conditional) == ["/f/1.xls", "/f/2.pdf", "/f/3.pdf", "/nb/"]
    assert standing(path) == findings
    assert first["holdings"]["reports"] == 1


URL = "http://xixia.localhost/1.pdf"


def read_stored(archive: Archive, pool: ReadingPool, *, by_hand: bool = False) -> str:
    """Read what is to be read; return what is said of the page that failed, if any."""
    version = reader.READER_VERSION
    failures = catch_up(archive, pool, version, with_failed=by_hand)
    return " ".join(failures)


def test_a_file_without_end_is_ended_and_left_alone(crawl: Crawl) -> None:
    slow_file = bad_files.make_slow().decode("ascii")
    crawl.run({URL: slow_file}, unread=True)
    pool = ReadingPool(1, cpu_seconds=1)
    try:
        message = read_stored(crawl.archive, pool)
        assert "took more time of the processor than a page may" in message
        assert "another version of the reader" in message
        assert read_stored(crawl.archive, pool) == ""
        assert crawl.archive.unread_visits("another version") != []
    finally:
        pool.close()


class DyingPool:
    """Processes that are killed whatever they read."""

    pages_ahead = PAGES_AHEAD

    def submit(self, _: object) -> Future[Reading]:
        future: Future[Reading] = Future()
        future.set_exception(ProcessDied(-signal.SIGKILL))
        return future


def test_a_page_at_which_a_process_was_killed_is_tried_twice(crawl: Crawl) -> None:
    """The first time it may have been anything; what then kills a second one is the page."""
    crawl.run({URL: "text"}, unread=True)
    pool = cast("ReadingPool", DyingPool())
    assert "read at the next crawl" in read_stored(crawl.archive, pool)
    assert "another version of the reader" in read_stored(crawl.archive, pool)
    assert read_stored(crawl.archive, pool) == ""
    assert "another version" in read_stored(crawl.archive, pool, by_hand=True)
    assert count_failures(crawl.archive) == 1


def test_a_page_that_failed_and_is_read_after_all_is_no_failure(crawl: Crawl) -> None:
    crawl.run({URL: "text"}, unread=True)
    read_stored(crawl.archive, cast("ReadingPool", DyingPool()))
    (visit_id,) = crawl.archive.unread_visits(reader.READER_VERSION)
    crawl.archive.store_reading(visit_id, crawl.make("text"))
    assert count_failures(crawl.archive) == 0


def test_the_same_payload_is_not_read_at_a_later_visit(crawl: Crawl) -> None:
    crawl.run({URL: "text"}, unread=True)
    pool = cast("ReadingPool", DyingPool())
    read_stored(crawl.archive, pool)
    read_stored(crawl.archive, pool)
    run_id = crawl.archive.begin_run("0.1.0", {})
    again = crawl.capture("xixia", URL, "text")
    _, needs_reading = crawl.archive.store_capture(run_id, again)
    other = crawl.capture("xixia", URL, "another text")
    _, other_needs_reading = crawl.archive.store_capture(run_id, other)
    assert (needs_reading, other_needs_reading) == (False, True)


def count_failures(archive: Archive) -> int:
    query = "SELECT count(*) FROM findings WHERE rule = 'reader.failed'"
    return int(archive.db.execute(query).fetchone()[0])


FAILURES: dict[str, tuple[BaseException, bool, bool]] = {
    # whether it is the page's fault at once, and at the second time
    "a fault of the reader": (PartFailedError("a part"), True, True),
    "too much memory": (MemoryError(), True, True),
    "a library aborts": (ProcessDied(-signal.SIGABRT), True, True),
    "a fault in C": (ProcessDied(-signal.SIGSEGV), True, True),
    "too much of the processor": (
        ProcessDied(-signal.SIGXCPU),
        True,
        True,
    ),
    "killed": (ProcessDied(-signal.SIGKILL), False, True),
    "asked to end": (ProcessDied(-signal.SIGTERM), False, True),
    "ended by itself": (ProcessDied(1), False, True),
    "no time on a busy machine": (TimeoutError(), False, True),
    "no process can begin": (CannotBegin(), False, False),
    "the pool was closed": (CancelledError(), False, False),
}


@pytest.mark.parametrize("name", FAILURES)
def test_whose_fault_a_failure_is(name: str) -> None:
    error, at_once, second = FAILURES[name]
    assert is_fault_of_page(error, is_second=False) == at_once
    assert is_fault_of_page(error, is_second=True) == second


ATTEMPTS = """
import os, socket, subprocess, sys, urllib.request
result = os.fdopen(os.dup(1), "w")
from nianbao.pipelines import reading_process
reading_process.begin_process()
attempts = {
    "socket": lambda: socket.socket(),
    "connection": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "url": lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=1),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "fork": lambda: os.fork(),
    "large file": lambda: open(sys.argv[1], "wb").truncate(1 << 40),
    "memory": lambda: bytes(1 << 30),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(name, type(error).__name__, file=result, flush=True)
print("noise")
"""


def test_a_reading_process_has_no_network_and_starts_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, tmp_path / "large"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "socket PermissionError",
        "connection PermissionError",
        "name PermissionError",
        "url URLError",
        "program PermissionError",
        "shell PermissionError",
        "fork PermissionError",
        "large file OSError",
        "memory MemoryError",
    ]


def test_read_survives_a_library_that_aborts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command tells in a sentence what happened, and nothing of what the library prints."""
    path = tmp_path / "bad.pdf"
    path.write_bytes(bad_files.make_form_bomb())
    result = CliRunner().invoke(read, [str(path)])
    assert result.exit_code == 1
    assert result.output == "Error: the reading process was ended by signal 6\n"
    assert capfd.readouterr() == ("", "")
