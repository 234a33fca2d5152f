"""When a host is not asked: hours of rest, the budget of a day, back-off, Retry-After; and how long
an address rests between two requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from scrapy.http import Request, Response

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA, utc_text
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Outcome
from nianbao.crawler.egress.retry_after import parse_retry_after
from nianbao.crawler.hosts import MOST_FAILURES, HostStates
from nianbao.crawler.middlewares.politeness import (
    HostPolicyMiddleware,
    RetryAfterMiddleware,
    back_off,
    is_resting,
    requested_pause,
)
from nianbao.crawler.turns.gates import LONGEST_REST, AddressGate, Gates
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run import CrawlRun, attach_run
from nianbao.spiders.capture import HostLeftOut
from tests.crawl.site_crawler import HOST, URL, make_crawler, run_alone

TWIN = "example.gov.cn"
SITE = ArchivedSite("example", "示例站", "trs", None, None, 1, 1, hosts=(HOST,))
SLACK = 0.2  # seconds that a test may take between two looks at the clock


def ask(
    states: HostStates, url: str = URL, role: str | None = "report", **settings: Any
) -> HostLeftOut | None:
    """Return why a host is left out; None where it may be asked."""
    middleware = HostPolicyMiddleware.from_crawler(make_crawler(states, **settings))
    meta = {"role": role} if role else {}
    try:
        middleware.process_request(Request(url, meta=meta))
    except HostLeftOut as left_out:
        return left_out
    return None


def describe(left_out: HostLeftOut | None) -> tuple[str, str, str, str] | None:
    if left_out is None:
        return None
    finding = left_out.finding
    return finding.rule, finding.severity, finding.message, left_out.reason


# --- hours of rest -------------------------------------------------------------------------


def test_a_host_is_left_alone_in_its_hours_of_rest() -> None:
    now = datetime.now(CHINA)
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    hours = f"{begin:%H:%M}-{end:%H:%M}"
    others = f"{end:%H:%M}-{begin:%H:%M}"
    states = HostStates()
    assert describe(ask(states, rest=hours)) == (
        "host.resting",
        "info",
        f"{HOST} is not to be asked between {begin:%H:%M} and {end:%H:%M}"
        " (`rest` of its site)",
        "postponed",
    )
    assert list(states.exclusions) == [TWIN]
    assert ask(HostStates(), rest=hours, role=None) is None
    assert ask(HostStates(), rest=others) is None
    assert ask(HostStates()) is None


@pytest.mark.parametrize(
    ("hours", "resting"),
    [
        ("08:00-18:00", ("08:00:00", "08:00:01", "17:59:59")),
        ("22:00-06:00", ("22:00:00", "23:59:59", "00:00:00", "05:59:59")),
        ("08:00-08:01", ("08:00:00", "08:00:59")),
        ("00:00-23:59", ("00:00:00", "12:00:00")),
    ],
)
def test_hours_of_rest(hours: str, resting: tuple[str, ...]) -> None:
    for text in resting:
        assert is_resting(hours, time.fromisoformat(text)), text
    begin, end = hours.split("-")
    before = datetime.fromisoformat(f"2026-01-20T{begin}") - timedelta(seconds=1)
    assert not is_resting(hours, before.time())
    assert not is_resting(hours, time.fromisoformat(end))
    assert not is_resting("08:00-08:00", time.fromisoformat("08:00"))


# --- what the archive tells of earlier runs ------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.create(tmp_path / "a.db") as archive:
        yield archive


def store_run(
    archive: Archive, reason: str, ended: timedelta, pages: dict[str, timedelta]
) -> None:
    """Store a run that ended so long ago, with visits so long ago, by address."""
    now = datetime.now(UTC)
    run_id = archive.begin_run("0.1.0", {})
    archive.begin_sites(run_id, [SITE])
    for url, ago in pages.items():
        outcome: Outcome = "refused_by_robots" if "refused" in url else "fetched"
        body = None if "refused" in url else b"<p>page</p>"
        capture = Capture(
            site=SITE.id,
            url=url,
            role="report",
            outcome=outcome,
            visited_at=utc_text(now - ago),
            status=None if body is None else 200,
            payload=body,
        )
        archive.store_capture(run_id, capture)
    archive.end_site(run_id, SITE.id, reason, 0, lists_whole=False)
    archive.end_run(run_id, "finished", {})
    set_ended = "UPDATE site_runs SET ended_at = ? WHERE run_id = ?"
    with archive.db.conn:
        archive.db.execute(set_ended, [utc_text(now - ended), run_id])


def test_the_requests_of_a_day_are_counted_over_runs(archive: Archive) -> None:
    hour = timedelta(hours=1)
    pages = {
        f"http://{HOST}/1": hour,
        f"https://{HOST}/2": 23 * hour,
        f"http://{HOST}/3": 25 * hour,
        f"http://{HOST}:8080/4": hour,
        "http://www.example.com/5": hour,
        f"http://{HOST}/refused": hour,
        f"https://{TWIN}/6": hour,
    }
    store_run(archive, "finished", hour, pages)
    states = HostStates(db=archive.db)
    states.request_counts[TWIN] = 3
    for _ in range(2):
        assert ask(states, daily_requests=7) is None
        assert states.request_counts[TWIN] == 3 + 3
        assert states.budgets == {TWIN: 7}
    states.count_request(TWIN)
    with pytest.raises(HostLeftOut) as raised:
        states.count_request(HOST)
    assert describe(raised.value) == (
        "host.budget",
        "info",
        f"{HOST} has had its 7 requests of a day; the rest of the site waits for a later run",
        "postponed",
    )
    assert states.request_counts[TWIN] == 7


@pytest.mark.parametrize(
    ("settings", "budget"),
    [
        ({}, 20_000),
        ({"NIANBAO_DAILY_REQUESTS": 50}, 50),
        ({"NIANBAO_DAILY_REQUESTS": 50, "daily_requests": 9}, 9),
    ],
)
def test_the_budget_of_a_host(settings: dict[str, int], budget: int) -> None:
    states = HostStates()
    assert ask(states, **settings) is None
    assert states.budgets == {TWIN: budget}
    assert states.request_counts[TWIN] == 0
    ask(states, URL.replace(HOST, f"{HOST}:8080"))
    assert set(states.budgets) == {TWIN, f"{TWIN}:8080"}
    assert ask(HostStates(), role=None) is None
    ask(states, URL.replace(HOST, TWIN), daily_requests=5)
    assert states.budgets[TWIN] == 5, "the smallest of its sites"


@pytest.mark.parametrize(
    ("reasons", "hours", "left_alone"),
    [
        (("finished",), 0.1, None),
        (("blocked",), 0.9, 1),
        (("blocked",), 1.1, None),
        (("blocked", "finished"), 0.1, None),
        (("finished", "blocked", "blocked", "blocked"), 3.9, 4),
        (("finished", "blocked", "blocked", "blocked"), 4.1, None),
    ],
)
def test_a_host_that_blocked_us_is_left_alone(
    archive: Archive, reasons: tuple[str, ...], hours: float, left_alone: int | None
) -> None:
    ago = timedelta(hours=hours)
    now = datetime.now(UTC)
    for reason in reasons:
        store_run(archive, reason, ago, {})
    states = HostStates(db=archive.db)
    end = describe(ask(states))
    if left_alone is None:
        assert end is None
        return
    assert end is not None
    rule, severity, message, reason = end
    assert (rule, severity, reason) == ("host.backing_off", "warning", "postponed")
    runs = reasons.count("blocked")
    assert f"{HOST} blocked the last {runs} runs" in message
    until = (now - ago + timedelta(hours=left_alone)).astimezone(CHINA)
    nearby = {f"{until + timedelta(seconds=more):%F %H:%M}" for more in (0, 5)}
    assert any(f"until {minute} (China time)" in message for minute in nearby)


def test_back_off_doubles_up_to_a_week() -> None:
    hours = [back_off(runs) / timedelta(hours=1) for runs in range(1, 10)]
    assert hours == [1, 2, 4, 8, 16, 32, 64, 128, 168]
    assert back_off(10_000) == timedelta(days=7)


def test_only_a_spider_of_a_site_has_a_policy() -> None:
    crawler = make_crawler()
    crawler.spider = None
    with pytest.raises(TypeError, match="None is not a spider of nianbao"):
        HostPolicyMiddleware(crawler)


# --- Retry-After ---------------------------------------------------------------------------

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1.5", None),
        ("", None),
        ("tomorrow", None),
        ("Tue, 20 Jan 2026 10:01:30 GMT", 90.0),
        ("Tue, 20 Jan 2026 10:01:30 -0000", 90.0),
        ("Tue, 20 Jan 2026 18:01:30 +0800", 90.0),
        ("Tue, 20 Jan 2026 09:59:59 GMT", 0.0),
        ("Tue, 32 Jan 2026 09:59:59 GMT", None),
    ],
)
def test_what_a_server_asks_to_wait(header: str, expected: float | None) -> None:
    assert parse_retry_after(header, NOW) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, None), (404, None), (429, 30.0), (500, None), (502, None), (503, 30.0)],
)
def test_only_a_server_that_is_too_busy_asks_to_wait(
    status: int, expected: float | None
) -> None:
    headers = {"Retry-After": "30"}
    assert requested_pause(Response(URL, status=status, headers=headers)) == expected
    assert requested_pause(Response(URL, status=status)) is None


def test_a_date_to_come_back_at_is_counted_from_now() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=100)
    headers = {"Retry-After": format_datetime(moment, usegmt=True)}
    seconds = requested_pause(Response(URL, status=503, headers=headers))
    assert seconds is not None
    assert 95 < seconds <= 100
    odd = Response(URL, status=503, headers={"Retry-After": b"\xff\xfe"})
    assert requested_pause(odd) is None


def answer(
    states: HostStates, status: int = 503, seconds: str = "30", **meta: Any
) -> Request | Response | HostLeftOut:
    """Return what comes of an answer with Retry-After."""
    middleware = RetryAfterMiddleware.from_crawler(make_crawler(states))
    headers = {"Retry-After": seconds} if seconds else {}
    response = Response(URL, status=status, headers=headers)
    try:
        outcome = middleware.process_response(Request(URL, meta=meta), response)
    except HostLeftOut as left_out:
        return left_out
    assert outcome is response or isinstance(outcome, Request)
    return outcome


def test_a_request_is_sent_again_twice_then_the_host_is_left_out() -> None:
    states = HostStates()
    for times in range(2):
        again = answer(states, retry_times=times)
        assert isinstance(again, Request)
        assert again.url == URL
        assert again.dont_filter
        assert again.meta["retry_times"] == times + 1
        assert states.exclusions == {}
    left_out = answer(states, retry_times=2)
    assert isinstance(left_out, HostLeftOut)
    rule, severity, message, _ = describe(left_out) or ("", "", "", "")
    assert (rule, severity) == ("host.retry_later", "warning")
    assert message.startswith(HOST)
    assert "503" in message
    assert "30" in message
    assert answer(states) is left_out
    assert describe(ask(states)) == describe(left_out)


def test_a_page_of_a_host_that_is_left_out_is_waited_for_no_more(
    archive: Archive,
) -> None:
    """Other sites waited five minutes for it, and for what redirects to it."""
    crawler = make_crawler(HostStates())
    run = CrawlRun(1, archive, ReadingPool())
    attach_run(crawler, run)
    first = f"http://{HOST}/old/1.html"
    meta = {"redirect_urls": [first], "retry_times": 2}
    response = Response(URL, status=503, headers={"Retry-After": "1"})

    async def wait() -> None:
        for url in (first, URL):
            run.pages.begin(url, SITE.id)
        with pytest.raises(HostLeftOut):
            RetryAfterMiddleware.from_crawler(crawler).process_response(
                Request(URL, meta=meta), response
            )
        for url in (first, URL):
            waiting = run.pages.wait_until_had(
                url, "other", waits_for_own=False, is_wanted=lambda: True
            )
            await asyncio.wait_for(waiting, 5)

    run_alone(wait())
    run.pool.close()


def test_an_answer_that_does_not_ask_to_wait_is_passed_on() -> None:
    for status, seconds in ((503, ""), (503, "soon"), (200, "30"), (404, "30")):
        assert isinstance(answer(HostStates(), status, seconds), Response)


# --- states of hosts -----------------------------------------------------------------------


def numbers(gates: Gates, name: str) -> list[int]:
    """Return at which gates a name waits."""
    return [gate.number for gate in gates.turn_at(name).gates]


def test_names_share_what_stands_for_their_server() -> None:
    gates = Gates()
    assert not gates.has_addresses(HOST)
    assert gates.list_keys(HOST) == gates.list_keys(TWIN) == (TWIN,)
    assert numbers(gates, HOST) == numbers(gates, TWIN) == [0]
    assert numbers(gates, "other.cn") == [1]
    gates.set_addresses(HOST, ["2001:db8::1", "192.0.2.10", "192.0.2.9"])
    gates.set_addresses(HOST, ["192.0.2.77"])
    keys = (TWIN, "192.0.2.9", "192.0.2.10", "2001:db8::1")
    assert gates.list_keys(HOST) == gates.list_keys(HOST.upper()) == keys
    for name, addresses in {
        "six.cn": ["2001:db8::1"],  # has no other
        "cdn.cn": ["192.0.2.10", "198.51.100.1"],
        "cdn-2.cn": ["198.51.100.1"],
    }.items():
        gates.set_addresses(name, addresses)
    gates.set_addresses("nowhere.cn", [])
    assert not gates.has_addresses("nowhere.cn")
    for name in (HOST, TWIN, "six.cn", "cdn.cn", "cdn-2.cn"):
        assert numbers(gates, name) == [0], name
    assert numbers(gates, "nowhere.cn") == [2]


def test_a_name_of_two_servers_waits_for_both() -> None:
    gates = Gates()
    gates.set_addresses("a.cn", ["192.0.2.1"])
    gates.set_addresses("b.cn", ["192.0.2.2"])
    gates.set_addresses("c.cn", ["192.0.2.1", "192.0.2.2"])
    assert [numbers(gates, f"{name}.cn") for name in "abc"] == [[0], [1], [0, 1]]

    async def ask() -> list[str]:
        order: list[str] = []

        async def hold(name: str, seconds: float) -> None:
            async with gates.turn_at(name).hold():
                order.append(f"+{name}")
                await asyncio.sleep(seconds)
                order.append(f"-{name}")

        await asyncio.gather(hold("c.cn", 0.01), hold("b.cn", 0.03), hold("a.cn", 0.02))
        return order

    order = run_alone(ask())
    assert order[:2] == ["+c.cn", "-c.cn"]
    assert set(order[2:4]) == {"+a.cn", "+b.cn"}, "they have nothing in common"


def test_the_first_exclusion_of_a_host_stays() -> None:
    states = HostStates()
    parameters = {"host": HOST, "start": "08:00", "end": "18:00"}
    finding = make_finding("host.resting", "info", parameters)
    first = states.exclude(HOST, finding, reason="blocked")
    second = states.exclude(HOST, finding)
    assert second is first
    assert (first.host, first.reason, first.finding) == (HOST, "blocked", finding)
    assert states.exclude("b.cn", finding).reason == "postponed"
    assert states.first_exclusion(["z.cn", HOST, "b.cn"]) is states.find_exclusion(
        "b.cn"
    )
    for form in (TWIN, f"{HOST}:443", f"{TWIN}:80"):
        assert states.find_exclusion(form) is first
    assert states.find_exclusion(f"{TWIN}:8080") is None
    assert states.first_exclusion(["z.cn"]) is None
    states.require_included("z.cn")
    for act in (states.require_included, states.count_request):
        with pytest.raises(HostLeftOut) as raised:
            act(HOST)
        assert raised.value is first
    assert states.request_counts[TWIN] == 0


def test_a_host_without_a_budget_is_asked_as_often_as_is_wanted() -> None:
    states = HostStates()
    for count in range(1, 4):
        states.count_request(HOST)
        assert states.request_counts[TWIN] == count


def test_a_host_that_gives_no_answer_any_more_is_left_out() -> None:
    states = HostStates()
    for _ in range(MOST_FAILURES - 1):
        states.count_failure(HOST, "connection refused")
    states.require_included(HOST)
    states.count_failure(HOST, "connection refused")
    rule, severity, message, reason = describe(states.silent_hosts[HOST]) or [""] * 4
    assert (rule, severity, reason) == ("host.unreachable", "error", "postponed")
    states.require_included(TWIN)
    assert HOST in message
    assert f"{MOST_FAILURES}" in message
    assert "connection refused" in message


# --- the rest of an address ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("delay", "durations", "rest"),
    [
        (0.0, [5.0], 0.0),  # a machine of one's own
        (2.0, [0.1], 2.0),
        (2.0, [8.0], 8.0),
        (2.0, [8.0, 0.0], 4.0),
        (2.0, [8.0, 4.0], 6.0),
        (2.0, [8.0, 0.0, 0.0, 0.0], 2.0),
        (2.0, [500.0], LONGEST_REST),
        (90.0, [500.0], 90.0),
    ],
)
def test_the_rest_after_answers(
    delay: float, durations: list[float], rest: float
) -> None:
    gate = AddressGate(delay=delay)
    for duration in durations:
        gate.free_at = 0.0
        gate.begin_rest(duration, success=True)
    expected = monotonic() + rest if rest else 0.0
    assert gate.free_at == pytest.approx(expected, abs=SLACK)


def test_an_error_makes_the_pace_slower_and_never_quicker() -> None:
    gate = AddressGate(delay=1.0, pace=4.0)
    gate.begin_rest(0.1, success=False)
    assert gate.pace == 4.0
    gate.begin_rest(9.0, success=False)
    assert gate.pace == 9.0


def test_a_pause_is_never_made_shorter() -> None:
    gate = AddressGate()
    gate.pause(100)
    gate.pause(1)
    assert gate.free_at == pytest.approx(monotonic() + 100, abs=SLACK)


def test_waiting_ends_with_the_rest_or_when_the_turn_is_not_wanted() -> None:
    async def wait(rest: float, wanted: float) -> float:
        gate = AddressGate(free_at=monotonic() + rest)
        began = monotonic()
        turn = gate.wait_until_free(lambda: monotonic() < began + wanted)
        with suppress(TimeoutError):
            await asyncio.wait_for(turn, 2)
        return monotonic() - began

    assert run_alone(wait(-1.0, 9.0)) < SLACK
    assert 0.1 <= run_alone(wait(0.1, 9.0)) < 0.1 + SLACK
    assert run_alone(wait(9.0, 0.0)) < SLACK
    assert run_alone(wait(0.3, 0.1)) < 0.3 + SLACK
