"""What each answer in the place of robots.txt means, without a network."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from nianbao.archive.finding_texts import make_finding
from nianbao.crawler.hosts import HostStates, server_name
from nianbao.crawler.middlewares.large_answers import TOO_LARGE
from nianbao.crawler.middlewares.robots import MOST_BYTES, RobotsMiddleware
from nianbao.spiders.capture import (
    EndlessRedirect,
    HostLeftOut,
    NotSent,
    RefusedByBoundary,
    RefusedByRobots,
)
from tests.crawl.site_crawler import HOST, URL, make_crawler, run_alone

ROBOTS = f"http://{HOST}/robots.txt"
ALL = "User-agent: *\nDisallow: /\n"
OTHER_HOST = "http://files.example.gov.cn:8080/1.pdf"


@dataclass
class Engine:
    """Gives out robots.txt as Scrapy's engine does, and writes down what it was asked for."""

    answer: bytes | Exception
    status: int = 200
    requests: list[Request] = field(default_factory=list)

    async def download_async(self, request: Request) -> Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Response(request.url, status=self.status, body=self.answer)


def ask(
    engine: Engine,
    *urls: str,
    role: str | None = "report",
    states: HostStates | None = None,
    **settings: Any,
) -> tuple[list[str], HostStates]:
    """Return how requests at the same time end, "" where they may be sent, and the states."""
    states = states or HostStates()
    crawler = make_crawler(states, **settings)
    given: Any = engine
    crawler.engine = given
    return run_alone(_ask_all(crawler, urls or (URL,), role)), states


async def _ask_all(
    crawler: Crawler, urls: tuple[str, ...], role: str | None
) -> list[str]:
    middleware = RobotsMiddleware.from_crawler(crawler)
    meta = {"role": role} if role else {}
    requests = [Request(url, meta=meta) for url in urls]
    asked = [middleware.process_request(request) for request in requests]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    return [_describe_end(end) for end in ends]


def _describe_end(end: object) -> str:
    if isinstance(end, HostLeftOut):
        return f"{end.finding.rule} {end.finding.severity}: {end}"
    if isinstance(end, RefusedByRobots):
        return str(end)
    return "" if end is None else repr(end)


REFUSED = "robots.txt asks not to fetch it"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", False),
        (ALL, True),
        ("User-agent: *\nDisallow:\n", False),
        ("User-agent: *\nDisallow: /nb/\n", True),
        ("User-agent: *\nDisallow: /other/\n", False),
        ("User-agent: nianbao\nDisallow: /nb/\n\nUser-agent: *\nDisallow:\n", True),
        ("User-agent: nianbao\nDisallow:\n\nUser-agent: *\nDisallow: /\n", False),
        ("User-agent: otherbot\nDisallow: /\n", False),
        ("\ufeff" + ALL, True),
        ("\ufeff  \n<html>" + ALL, False),
        ("# 注释\n" + ALL, True),
        ("\n\n <!DOCTYPE html><pre>\n" + ALL, False),
        ("#" * (MOST_BYTES - len(ALL) - 1) + "\n" + ALL, True),
        ("#" * (MOST_BYTES - 1) + "\n" + ALL, False),
    ],
)
def test_the_rules_of_an_answer(text: str, refused: bool) -> None:
    engine = Engine(text.encode())
    ends, states = ask(engine)
    assert ends == [REFUSED if refused else ""]
    assert states.exclusions == {}
    assert states.rules[HOST].can_fetch(URL, "nianbao") is not refused


def test_bytes_that_are_no_text_spoil_their_line_alone() -> None:
    assert ask(Engine(b"# \xff\xc4\xea\n" + ALL.encode()))[0] == [REFUSED]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, ""),
        (401, ""),
        (403, ""),
        (404, ""),
        (410, ""),
        (428, ""),
        (429, "the server answered 429"),
        (430, ""),
        (499, ""),
        (500, "the server answered 500"),
        (503, "the server answered 503"),
        (599, "the server answered 599"),
    ],
)
def test_the_status_of_an_answer(status: int, reason: str) -> None:
    """The rules of an answer that is no success do not hold, whatever it says."""
    ends, states = ask(Engine(ALL.encode(), status))
    assert_unreachable(ends, reason)
    assert list(states.silent_hosts) == ([HOST] if reason else [])


def assert_unreachable(ends: list[str], reason: str) -> None:
    (end,) = ends
    if not reason:
        assert end == ""
        return
    assert end.startswith(f"host.unreachable error: {HOST}: robots.txt")
    assert reason in end


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("connection reset"), "connection reset"),
        (TimeoutError(), "TimeoutError"),
        (IgnoreRequest(TOO_LARGE), "when it is unpacked"),
        (EndlessRedirect("the redirects lead in a circle"), ""),
        (RefusedByBoundary("another host"), ""),
    ],
)
def test_no_answer(error: Exception, reason: str) -> None:
    assert_unreachable(ask(Engine(error))[0], reason)


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (ALL.encode(), 1),
        (RefusedByBoundary("another host, which the next site may own"), 2),
    ],
)
def test_sites_of_a_run_ask_for_robots_once(
    answer: bytes | Exception, count: int
) -> None:
    states = HostStates()
    engine = Engine(answer)
    given: Any = engine
    crawlers = [make_crawler(states), make_crawler(states)]

    async def ask_each() -> None:
        for crawler in crawlers:
            crawler.engine = given
            await _ask_all(crawler, (URL, f"http://{HOST}/nb/2.html"), "report")

    run_alone(ask_each())
    assert [request.url for request in engine.requests] == [ROBOTS] * count


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (RefusedByBoundary("it redirects to another host"), ""),
        (EndlessRedirect("the redirects lead in a circle"), ""),
        (NotSent("the crawl is being stopped"), "NotSent"),
    ],
)
def test_sites_that_wait_for_robots_ask_for_themselves_where_another_may_not(
    error: Exception, end: str
) -> None:
    """robots.txt redirects to a host that the first site may not ask, and the others may."""
    states = HostStates()
    engines = [Engine(error), Engine(error), Engine(ALL.encode())]
    crawlers = []
    for engine in (*engines, engines[2]):
        crawler = make_crawler(states)
        given: Any = engine
        crawler.engine = given
        crawlers.append(crawler)

    async def ask_at_once() -> list[list[str]]:
        urls = (URL, f"http://{HOST}/nb/2.html")
        asked = [_ask_all(crawler, urls, "report") for crawler in crawlers]
        return await asyncio.gather(*asked)

    *refused, third, fourth = run_alone(ask_at_once())
    for ends in refused:
        assert [text.partition("(")[0] for text in ends] == [end, end]
    assert third == fourth == [REFUSED, REFUSED]
    assert [request.url for request in engines[2].requests] == [ROBOTS]
    assert states.silent_hosts == {}


def test_a_host_that_is_left_out_at_its_robots_keeps_the_reason() -> None:
    states = HostStates()
    finding = make_finding(
        "host.retry_later", "warning", {"host": HOST, "status": 429, "seconds": 900.0}
    )
    left_out = states.exclude(HOST, finding)
    ends, _ = ask(Engine(left_out), states=states)
    assert ends == [f"host.retry_later warning: {left_out}"]


def test_robots_is_asked_for_once_for_each_host_and_before_the_pages() -> None:
    engine = Engine(ALL.encode())
    ends, _ = ask(engine, URL, f"http://{HOST}/nb/2.html", OTHER_HOST, URL)
    assert ends == [REFUSED] * 4
    urls = [request.url for request in engine.requests]
    assert urls == [ROBOTS, "http://files.example.gov.cn:8080/robots.txt"]
    for request in engine.requests:
        assert request.meta["robots"] is True
        assert request.priority > 100
        assert request.callback is NO_CALLBACK
    secure = Engine(b"")
    ask(secure, URL.replace("http:", "https:"))
    assert secure.requests[0].url == ROBOTS.replace("http:", "https:")


def test_what_is_no_page_of_a_site_needs_no_robots() -> None:
    """Such as robots.txt itself."""
    engine = Engine(ALL.encode())
    assert ask(engine, role=None)[0] == [""]
    assert engine.requests == []


@pytest.mark.parametrize(
    ("lines", "delay"),
    [
        ("Disallow:", 0.0),
        ("Crawl-delay: 7.5", 7.5),
        ("Request-rate: 1/20", 20.0),
        ("Request-rate: 4/60", 15.0),
        ("Crawl-delay: 30\nRequest-rate: 1/20", 30.0),
        ("Crawl-delay: 10\nRequest-rate: 1/20", 20.0),
        ("Crawl-delay: 120", 120.0),
    ],
)
def test_the_delay_that_robots_asks_for_is_kept(lines: str, delay: float) -> None:
    for agent in ("*", "nianbao"):
        ends, states = ask(Engine(f"User-agent: {agent}\n{lines}\n".encode()))
        assert ends == [""]
        assert states.delays == {HOST: delay}
        assert isinstance(states.delays[HOST], float)
    other = f"User-agent: otherbot\n{lines}\n"
    assert ask(Engine(other.encode()))[1].delays == {HOST: 0.0}


def test_a_longer_delay_than_a_run_waits_leaves_the_host_out() -> None:
    text = "User-agent: *\nCrawl-delay: 121\n"
    ends, states = ask(Engine(text.encode()))
    assert ends == [
        f"host.crawl_delay error: {HOST}: robots.txt asks for 121 seconds between"
        " two requests, the most that is waited is 120"
    ]
    assert states.exclusions[server_name(HOST)].reason == "postponed"
    assert ask(Engine(text.encode()), NIANBAO_LONGEST_CRAWL_DELAY=121)[0] == [""]
