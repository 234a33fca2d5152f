"""What is waited for may never come: each wait ends by its limit, and says of what.

The counterparts are real: a socket that takes a connection and says nothing, one that says a byte
now and then, a command that sleeps. Only a name server is none: what the resolver hands to is.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest
import twisted.internet

from nianbao.crawler.alerts import Alert, Hooks
from nianbao.crawler.middlewares.resolver import BoundaryResolver, resolve_server
from nianbao.crawler.time_limit import call_within
from tests.crawl.site_crawler import make_crawler, run_alone

SECONDS = 0.3
MOST_SECONDS = 5.0  # on a busy machine
ALERT = Alert("a.db", errors=("西霞县: down",))
SLEEP = f'"{sys.executable}" -c "import time; time.sleep(100)"'


@pytest.fixture(autouse=True)
def _end_in_time() -> Iterator[None]:
    began_at = time.monotonic()
    yield
    assert time.monotonic() - began_at < MOST_SECONDS


@pytest.fixture
def silent() -> Iterator[int]:
    """Return the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def serve_slowly(first: bytes) -> Iterator[int]:
    """Serve what begins with some bytes and has one more every tenth of a second, without end."""
    stopping = threading.Event()

    def serve(server: socket.socket) -> None:
        with suppress(OSError):  # also when nobody has come in time
            connection, _ = server.accept()
            with connection:
                connection.sendall(first)
                while not stopping.wait(SECONDS / 3):
                    connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(MOST_SECONDS)
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stopping.set()
            thread.join(2 * MOST_SECONDS)
            assert not thread.is_alive()


def test_a_command_that_takes_no_alert() -> None:
    (failure,) = Hooks(command=SLEEP, seconds=SECONDS).send(ALERT)
    assert failure.startswith("the alert was not taken: --alert-command: ")
    assert "timed out after 0.3 seconds" in failure


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_webhook_that_says_nothing(silent: int, scheme: str) -> None:
    hooks = Hooks(webhook=f"{scheme}://127.0.0.1:{silent}/hook?secret", seconds=SECONDS)
    assert hooks.send(ALERT) == [
        "the alert was not taken: --alert-webhook: 127.0.0.1: no answer within 0.3 seconds"
    ]


def test_a_webhook_whose_answer_has_no_end() -> None:
    with serve_slowly(b"HTTP/1.1 204 No Content\r\nX-More: ") as port:
        url = f"http://127.0.0.1:{port}/hook"
        (failure,) = Hooks(webhook=url, seconds=SECONDS).send(ALERT)
    assert failure.endswith("no answer within 0.3 seconds")


class SilentNames:
    """A resolver that begins to look a name up and goes on for ever."""

    def __init__(self) -> None:
        self.end: Callable[[], None] | None = None

    def resolveHostName(self, receiver: Any, _: str, *__: Any) -> Any:
        receiver.resolutionBegan(self)
        self.end = receiver.resolutionComplete
        return self


def test_a_name_that_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    names = SilentNames()
    reactor: Any = SimpleNamespace(nameResolver=names)
    reactor.nameResolver = BoundaryResolver.from_crawler(make_crawler(), reactor)
    monkeypatch.setattr(twisted.internet, "reactor", reactor, raising=False)
    assert run_alone(resolve_server("silent.cn", SECONDS)) == []
    assert names.end is not None
    names.end()  # too late: nobody waits, and nothing is raised


def test_a_call_without_a_limit_of_its_own() -> None:
    assert call_within(MOST_SECONDS, int, "7") == 7
    with pytest.raises(ValueError, match="seven"):
        call_within(MOST_SECONDS, int, "seven")
    with pytest.raises(TimeoutError, match=r"no answer within 0\.3 seconds"):
        call_within(SECONDS, time.sleep, 100)
