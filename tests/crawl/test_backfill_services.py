"""Services of backfill: what an index says, where a replay stands, how a service is asked."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpcore
import pytest

from nianbao.crawler.backfill import client as client_module
from nianbao.crawler.backfill.client import (
    AddressRefused,
    AddressTrouble,
    Client,
    PublicBackend,
    ServiceTrouble,
    _make_pool,
)
from nianbao.crawler.backfill.index_lines import (
    is_of_index,
    parse_index,
    says_nothing_is_there,
)
from nianbao.crawler.backfill.services import RecordsUnknown, find_service
from nianbao.crawler.egress.proxies import Proxy
from tests.crawl.capture_server import CaptureServer, Refusal, serve_captures

DIGEST = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
LINE = ("cn,gov,x)/1", "20200101000000", "http://x.gov.cn/1", "text/html", "200")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(
            [
                ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest"],
                [*LINE, DIGEST.removeprefix("sha1:")],
                [],
                ["key+1"],
            ]
        ),
        json.dumps(
            {
                "timestamp": LINE[1],
                "url": LINE[2],
                "mime": LINE[3],
                "status": "200",
                "digest": DIGEST,
            }
        ),
        f'{LINE[0]} {LINE[1]} {{"url": "{LINE[2]}", "mime": "text/html", "status": "200", "digest": "{DIGEST}"}}\n',
        " ".join([*LINE, DIGEST.removeprefix("sha1:"), "1043"]),
    ],
    ids=["rows", "json", "cdxj", "cdx"],
)
def test_an_index_is_read_in_the_forms_that_servers_give_it(text: str) -> None:
    page = parse_index(text)
    (capture,) = page.captures
    assert (capture.url, capture.timestamp, capture.digest) == (
        LINE[2],
        LINE[1],
        DIGEST,
    )
    assert capture.is_page
    assert page.unreadable == 0
    assert page.next_key == ("key+1" if text.startswith("[") else None)


@pytest.mark.parametrize(
    ("text", "unreadable"),
    [
        ("", 0),
        ("[]", 0),
        ('{"message": "No Captures found for: x"}', 0),
        ("<html>busy</html>", 1),
        ('[["url"], "x", 3]', 2),
        ('{"url": "ftp://x/", "timestamp": "20200101000000"}', 1),
        ('{"url": "http://x/", "timestamp": "20209999"}', 1),
        ("[" * 5000, 1),
        ("[5, [1]]", 2),
        ('[["url"], [], 5]', 2),
        ('[{"url": "http://x/"}]', 1),
        ('{"url": "http://x/", "timestamp": "20200101000000", "offset": Infinity}', 1),
        ('{"url": "http://x/", "timestamp": "2020101000000"}', 1),
        ('{"url": "http://x/", "timestamp": "202001010000 0"}', 1),
        ('{"url": "http://x/", "timestamp": "２０200101000000"}', 1),
    ],
)
def test_what_is_no_capture_is_counted(text: str, unreadable: int) -> None:
    page = parse_index(text)
    assert (page.captures, page.unreadable) == ((), unreadable)


@pytest.mark.parametrize(
    ("name", "index", "replay_address"),
    [
        (
            "ia",
            "https://web.archive.org/cdx/search/cdx",
            "https://web.archive.org/web/1id_/http://x/",
        ),
        (
            "http://127.0.0.1:1/c",
            "http://127.0.0.1:1/c/cdx",
            "http://127.0.0.1:1/c/1id_/http://x/",
        ),
        (
            "http://127.0.0.1:1/c/cdx",
            "http://127.0.0.1:1/c/cdx",
            "http://127.0.0.1:1/c/1id_/http://x/",
        ),
        (
            "https://a.org/wayback/",
            "https://a.org/wayback/cdx",
            "https://a.org/wayback/1id_/http://x/",
        ),
    ],
)
def test_the_replay_stands_beside_the_index(
    name: str, index: str, replay_address: str
) -> None:
    service = find_service(name)
    assert service.index == index
    assert service.replay_address("http://x/", "1") == replay_address


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ('{"message": "No Captures found for: x"}', None),
        ('{"error": "No captures found."}', None),
        ('{"message": "Invalid match_type: bad"}', "Invalid match_type: bad"),
        ('{"error": {"code": 5}}', "{'code': 5}"),
        ('{"error": "x", "url": "http://x/", "timestamp": "20200101000000"}', None),
    ],
)
def test_what_a_server_says_in_the_place_of_captures(
    text: str, trouble: str | None
) -> None:
    assert parse_index(text).trouble == trouble
    assert is_of_index(text.encode()) is (trouble is None)
    nothing = "no captures" in text.lower()
    assert says_nothing_is_there(text.encode()) is nothing


@pytest.mark.parametrize("text", ["<html>busy</html>", " \n<!doctype html>"])
def test_a_web_page_is_no_answer_of_an_index(text: str) -> None:
    assert not is_of_index(text.encode())
    assert not says_nothing_is_there(text.encode())


@pytest.mark.parametrize(
    "index", ["http://127.0.0.1:1/collinfo.json", "http://127.0.0.1:1/CC-2021-index"]
)
def test_an_index_of_parts_of_files_wants_to_know_where_they_are(index: str) -> None:
    with pytest.raises(RecordsUnknown, match="--records"):
        find_service(index)
    assert find_service(index, "http://127.0.0.1:1/").records == "http://127.0.0.1:1/"


# --- who is busy, and who gives no answer ------------------------------------------------------


@pytest.fixture
def served() -> Iterator[CaptureServer]:
    with serve_captures([]) as server:
        yield server


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, none of which is waited for."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        if seconds > 0.1:
            pauses.append(seconds)

    monkeypatch.setattr(client_module.time, "sleep", sleep)
    return pauses


def _ask(server: CaptureServer) -> int:
    client = Client(("127.0.0.1",), "test", 60000)
    try:
        return client.get(f"{server.base}/x", 10).status
    finally:
        client.close()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 509])
@pytest.mark.parametrize("seconds", [0, 1, 45, 299])
def test_the_pause_is_the_one_that_was_asked_for(
    served: CaptureServer, waits: list[float], status: int, seconds: int
) -> None:
    served.refusals = {"/x": Refusal(status, str(seconds), 2)}
    assert _ask(served) == 404
    assert waits == [float(seconds)] * 2 if seconds else not waits


def test_the_pause_may_be_said_as_a_date(
    served: CaptureServer, waits: list[float]
) -> None:
    until = datetime.now(UTC) + timedelta(seconds=100)
    served.refusals = {"/x": Refusal(503, format_datetime(until, usegmt=True), 1)}
    assert _ask(served) == 404
    assert [90 < seconds <= 100 for seconds in waits] == [True]


@pytest.mark.parametrize("silence", ["", "soon", "-1", "²"])
def test_who_does_not_say_when_is_asked_later_each_time(
    served: CaptureServer, waits: list[float], silence: str
) -> None:
    served.refusals = {"/x": Refusal(429, silence, 3)}
    assert _ask(served) == 404
    assert waits == [10, 20, 40]


@pytest.mark.parametrize(
    ("status", "trouble", "tries"),
    [
        (429, ServiceTrouble, 5),
        (503, ServiceTrouble, 5),
        (500, AddressTrouble, 3),
        (504, AddressTrouble, 3),
        (401, ServiceTrouble, 1),
        (407, ServiceTrouble, 1),
    ],
)
@pytest.mark.usefixtures("waits")
def test_one_address_that_fails_is_told_from_a_service_that_does(
    served: CaptureServer,
    status: int,
    trouble: type[Exception],
    tries: int,
) -> None:
    served.refusals = {"/x": Refusal(status, "1")}
    with pytest.raises(trouble, match=f"status {status}"):
        _ask(served)
    assert len(served.log) == tries


def test_an_answer_that_does_not_end_costs_its_address(
    served: CaptureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "WHOLE_SECONDS", -1.0)
    served.refusals = {"/x": Refusal(200, "", 1, b"x")}
    with pytest.raises(AddressTrouble, match="no whole answer"):
        _ask(served)
    assert len(served.log) == 1


def test_who_is_not_reached_ends_it(waits: list[float]) -> None:
    with serve_captures([]) as server:
        pass
    with pytest.raises(ServiceTrouble, match="5 times"):
        _ask(server)
    assert waits == [10, 20, 40, 80]


def test_an_address_that_is_not_ascii_is_asked_for(served: CaptureServer) -> None:
    client = Client(("127.0.0.1",), "test", 60000)
    assert client.get(f"{served.base}/年报/%E5%8F%B6", 10).status == 404
    client.close()
    assert served.log == ["/%E5%B9%B4%E6%8A%A5/%E5%8F%B6"]


def test_the_password_of_a_proxy_is_what_its_address_says() -> None:
    pool = _make_pool(PublicBackend(()), Proxy("p:1", "http://u%40x:p%3A%E5%B9%B4@p:1"))
    assert isinstance(pool, httpcore.HTTPProxy)
    ((_, value),) = pool._proxy_headers
    assert value == b"Basic dUB4OnA65bm0"  # u@x:p:年


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def connect(_: object, host: str, *_rest: object) -> None:
        asked.append(host)
        raise httpcore.ConnectError(host)

    infos = [(0, 0, 0, "", (address, 80)) for address in ("8.8.8.8", "1.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError):
        PublicBackend(()).connect_tcp("a.example", 80)
    assert asked == ["8.8.8.8", "1.1.1.1"]


def test_a_name_that_is_not_found_in_time_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "LOOKUP_SECONDS", 0.01)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    with pytest.raises(httpcore.ConnectError, match="no answer within"):
        PublicBackend(()).connect_tcp("a.example", 80)


# --- nobody else is asked ---------------------------------------------------------------------


def test_a_name_that_leads_to_a_private_address_is_not_asked() -> None:
    backend = PublicBackend(())
    for host in (
        "localhost",
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]".strip("[]"),
    ):
        with pytest.raises(AddressRefused):
            backend.connect_tcp(host, 80)


def test_only_the_service_that_was_named_is_asked() -> None:
    client = Client(("127.0.0.1",), "test", 60000)
    with pytest.raises(AddressRefused):
        client.get("http://localhost:1/", 10)
    client.close()
