"""The server's own log proves the manners: one request at a time, delays, robots.txt,
Retry-After, budgets.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive.clock import CHINA
from nianbao.crawler.egress.retry_after import parse_retry_after
from nianbao.crawler.middlewares.politeness import (
    back_off,
    is_resting,
)
from nianbao.crawler.turns.gates import AddressGate
from nianbao.sample.loopback import LoopbackServer, run_server
from tests.crawl.commands import nianbao, summary
from tests.crawl.hostile_server import REPORT_PATHS, listing, report, send

DELAY = 0.25
CRAWL_DELAY = 0.5
RETRY_AFTER = 1
CLOCKS_DIFFER = (
    0.01  # the server notes the end of an answer a little after the client has it
)


@dataclass
class Asked:
    """One request as the server saw it, by the monotonic clock, in seconds."""

    host: str
    path: str
    begun: float
    ended: float
    status: int
    agent: str


class Server(LoopbackServer):
    """Sound sites on loopback that write down what they are asked, and when."""

    def __init__(self) -> None:
        super().__init__(0, Handler)
        self.log: list[Asked] = []
        self.robots = "User-agent: *\nDisallow:\n"
        # by path: what comes before the page
        self.answers: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.slow: dict[str, float] = {}  # by path: seconds

    def body(self, path: str) -> bytes:
        if path == "/robots.txt":
            return self.robots.encode()
        return (
            listing(REPORT_PATHS)
            if path == "/nb/"
            else report("polite", REPORT_PATHS.index(path))
        )

    def paths(self) -> list[str]:
        return [asked.path for asked in self.log]


class Handler(BaseHTTPRequestHandler):
    """Writes down each request when its answer is out."""

    server: Server

    def do_GET(self) -> None:
        begun, host = clock.monotonic(), self.headers["Host"]
        clock.sleep(self.server.slow.get(self.path, 0.02))
        waiting = self.server.answers.get(self.path)
        status, headers = waiting.pop(0) if waiting else (200, {})
        body = self.server.body(self.path) if status == 200 else b""
        with suppress(BrokenPipeError):
            send(self, body, status, headers)
        ended, agent = clock.monotonic(), self.headers["User-Agent"]
        self.server.log.append(Asked(host, self.path, begun, ended, status, agent))

    def log_message(self, format: str, *args: Any) -> None:
        pass


SITE = """\
id: {name}
name: {name}站
region: null
platform: trs
entries:
  - {{url: "http://{host}/nb/", column: 年报}}
expect: {{links: 5}}
official: true
"""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with run_server(server):
        yield server


@pytest.fixture
def crawl(server: Server, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Crawl sites of the server: names to hosts; further arguments go into the site files."""

    def run(
        hosts: dict[str, str] | None = None, code: int = 0, **options: object
    ) -> dict[str, Any]:
        folder = tmp_path / "sites"
        folder.mkdir(exist_ok=True)
        for name, host in (
            hosts or {"one": f"one.localhost:{server.server_port}"}
        ).items():
            more = "".join(
                f"{option}: {value}\n"
                for option, value in ({"delay": DELAY} | options).items()
            )
            (folder / f"{name}.yml").write_text(
                SITE.format(name=name, host=host) + more, "utf-8"
            )
        arguments = (
            "--sites",
            folder,
            "--allow-address",
            "127.0.0.0/8",
            "--archive",
            tmp_path / "a.db",
            "--json",
        )
        return summary(nianbao("crawl", *arguments, code=code))

    return run


def gaps(log: list[Asked]) -> list[float]:
    """Return the seconds from the end of each answer to the next request, by the order of their
    begin.
    """
    ordered = sorted(log, key=lambda asked: asked.begun)
    return [after.begun - before.ended for before, after in pairwise(ordered)]


def test_one_at_a_time_with_the_delay_between(
    crawl: Callable[..., Any], server: Server
) -> None:
    hosts = {name: f"{name}.localhost:{server.server_port}" for name in ("one", "two")}
    crawl(hosts)
    for host in hosts.values():
        log = [asked for asked in server.log if asked.host == host]
        assert len(log) == 1 + 1 + len(REPORT_PATHS)
        assert min(gaps(log)) >= DELAY - CLOCKS_DIFFER
    assert min(gaps(server.log)) < DELAY, "the two hosts do not wait for one another"


def test_names_of_one_address_share_its_turn(
    crawl: Callable[..., Any], server: Server
) -> None:
    crawl(
        {
            "name": f"localhost:{server.server_port}",
            "number": f"127.0.0.1:{server.server_port}",
        }
    )
    assert len({asked.host for asked in server.log}) == 2
    assert min(gaps(server.log)) >= DELAY - CLOCKS_DIFFER


def test_a_name_and_its_www_form_share_a_turn(
    crawl: Callable[..., Any], server: Server
) -> None:
    crawl(
        {
            "bare": f"polite.localhost:{server.server_port}",
            "www": f"www.polite.localhost:{server.server_port}",
        }
    )
    assert len({asked.host for asked in server.log}) == 2
    assert min(gaps(server.log)) >= DELAY - CLOCKS_DIFFER


def test_crawl_delay(crawl: Callable[..., Any], server: Server) -> None:
    server.robots = f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n"
    crawl()
    assert min(gaps(server.log)[1:]) >= CRAWL_DELAY - CLOCKS_DIFFER


def test_a_crawl_delay_that_is_too_long_leaves_the_host_out(
    crawl: Callable[..., Any], server: Server
) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 3600\n"
    found = crawl(code=1)
    assert server.paths() == ["/robots.txt"]
    assert "3600 seconds" in found["errors"][0]
    assert found["sites"][0]["reason"] == "postponed"


def test_robots_rules(crawl: Callable[..., Any], server: Server) -> None:
    first, *others = REPORT_PATHS
    server.robots = (
        f"User-agent: nianbao\nDisallow: {first}\n\nUser-agent: *\nDisallow: /\n"
    )
    found = crawl(delay=0)
    assert sorted(server.paths()) == sorted(["/robots.txt", "/nb/", *others])
    assert found["outcomes"]["refused_by_robots"] == 1
    assert all(asked.agent.startswith("nianbao/") for asked in server.log)


def test_robots_that_is_not_given_out_forbids_nothing(
    crawl: Callable[..., Any], server: Server
) -> None:
    server.answers["/robots.txt"] = [(401, {}), (403, {}), (404, {})]
    hosts = {
        name: f"{name}.localhost:{server.server_port}"
        for name in ("one", "two", "three")
    }
    assert crawl(hosts, delay=0)["outcomes"] == {
        "fetched": len(hosts) * (1 + len(REPORT_PATHS))
    }


def test_a_page_in_the_place_of_robots_forbids_nothing(
    crawl: Callable[..., Any], server: Server
) -> None:
    server.robots = "<html><pre>\nUser-agent: *\nDisallow: /\n</pre></html>"
    assert crawl(delay=0)["outcomes"] == {"fetched": 1 + len(REPORT_PATHS)}


@pytest.mark.parametrize("date", [False, True])
def test_retry_after(crawl: Callable[..., Any], server: Server, date: bool) -> None:
    at = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER + 4)
    printed = (
        format_datetime(at.replace(microsecond=0), usegmt=True)
        if date
        else str(RETRY_AFTER)
    )
    path = REPORT_PATHS[1]
    server.answers[path] = [(429 if date else 503, {"Retry-After": printed})]
    assert crawl(delay=0)["ok"]
    (place,) = (
        index for index, asked in enumerate(server.log) if asked.status in (429, 503)
    )
    asked = sorted(server.log, key=lambda asked: asked.begun)
    refused, after = next(
        pair for pair in pairwise(asked) if pair[0] is server.log[place]
    )
    if date:
        until_then = (
            at.replace(microsecond=0) - datetime.now(UTC)
        ).total_seconds() + clock.monotonic()
        assert after.begun >= until_then - CLOCKS_DIFFER
    else:
        assert after.begun - refused.ended >= RETRY_AFTER - CLOCKS_DIFFER
    assert server.paths().count(path) == 2


def test_a_slow_host_is_given_as_long_as_it_takes(
    crawl: Callable[..., Any], server: Server
) -> None:
    slow = 4 * DELAY
    server.slow["/nb/"] = slow
    crawl()
    log = sorted(server.log, key=lambda asked: asked.begun)
    (index,) = (index for index, asked in enumerate(log) if asked.path == "/nb/")
    assert gaps(log)[index] >= slow - CLOCKS_DIFFER


def test_the_budget_of_a_day_is_counted_over_runs(
    crawl: Callable[..., Any], server: Server
) -> None:
    found = crawl(delay=0, daily_requests=4)
    assert len(server.log) == 4
    assert (found["sites"][0]["reason"], found["sites"][0]["healthy"], found["ok"]) == (
        "postponed",
        False,
        True,
    )
    server.log.clear()
    crawl(delay=0, daily_requests=4)
    assert len(server.log) <= 1, "robots.txt is no visit; the three pages before are"


def test_hours_of_rest(crawl: Callable[..., Any], server: Server) -> None:
    now = datetime.now(CHINA)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    found = crawl(rest=f'"{hours}"')
    assert server.log == []
    assert (found["sites"][0]["reason"], found["sites"][0]["healthy"], found["ok"]) == (
        "postponed",
        False,
        True,
    )


def test_public_sites_are_not_begun_without_a_contact(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(
        SITE.format(name="one", host="192.88.99.1"), "utf-8"
    )
    (tmp_path / "two.yml").write_text(
        SITE.format(name="two", host="no-such-host.invalid"), "utf-8"
    )
    for only in ("one", "two"):
        printed = nianbao(
            "crawl",
            "--sites",
            tmp_path,
            "--site",
            only,
            "--archive",
            tmp_path / "a.db",
            code=2,
        )
        assert "NIANBAO_CONTACT" in printed
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ("08:00-18:00", "08:00", True),
        ("08:00-18:00", "18:00", False),
        ("22:00-06:00", "23:30", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "12:00", False),
    ],
)
def test_resting(hours: str, at: str, expected: bool) -> None:
    assert is_resting(hours, time.fromisoformat(at)) is expected


def test_back_off_doubles_up_to_a_week() -> None:
    assert [back_off(times) for times in (1, 2, 3)] == [
        timedelta(hours=hours) for hours in (1, 2, 4)
    ]
    assert back_off(100) == timedelta(days=7)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("120", 120.0),
        ("Tue, 20 Jan 2026 10:01:00 GMT", 60.0),
        ("Tue, 20 Jan 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read(printed: str, expected: float | None) -> None:
    assert parse_retry_after(printed, datetime(2026, 1, 20, 10, tzinfo=UTC)) == expected


def test_errors_never_make_the_pace_quicker() -> None:
    gate = AddressGate(delay=1.0)
    gate.begin_rest(8.0, success=True)
    gate.begin_rest(0.1, success=False)
    assert gate.pace == 8.0
    gate.begin_rest(0.0, success=True)
    assert gate.pace == 4.0
