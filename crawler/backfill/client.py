"""The client: asks one service politely, within limits, and nobody else.

cdx-toolkit and EDGI's wayback were looked at. The first ignores Retry-After, tries for ever, says
nothing of who asks, and reads an answer of any size into memory; the second asks the Internet
Archive only. Neither looks at the address behind a name.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import httpcore
from w3lib.url import safe_url_string

from nianbao.crawler.egress.retry_after import parse_retry_after
from nianbao.crawler.networks import (
    LOOPBACK,
    is_loopback,
    is_on_loopback,
    is_public,
)
from nianbao.crawler.settings import NIANBAO_LONGEST_PAUSE
from nianbao.crawler.time_limit import call_within

if TYPE_CHECKING:
    from nianbao.crawler.egress.proxies import Proxy

LOOKUP_SECONDS = 10.0  # for the name of a service
ANSWER_SECONDS = 60.0  # without a byte
WHOLE_SECONDS = 600.0  # for one whole answer
MOST_TRIES = 5  # of a service that is busy, or is not reached
MOST_TRIES_OF_ADDRESS = 3  # of one whose answer is an error
FIRST_PAUSE = 10.0  # seconds; doubled with each try
BUSY = (429, 503)
TROUBLED = (500, 502, 504, 509)
PASSWORD_WANTED = (401, 407)
SUCCESS = (200, 206)
# of the way to a service, not of one address
NOT_REACHED = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError)
CUT_OFF = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
)


class ServiceTrouble(Exception):
    """A service cannot be asked, or not now; the message says why."""


class AddressRefused(ServiceTrouble):
    """A name leads to an address that is not of the public net."""


class AddressTrouble(Exception):
    """One address of a service gives no answer that counts; the message says why."""


class _AnswerTooSlow(Exception):
    """An answer is not whole after a long time."""


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """An answer of a service; its body is as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    is_cut: bool = False  # the body is longer than was wanted

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in lower case; None for no such."""
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return None


class TryLater(NamedTuple):
    """A request without an answer that counts, and after how many seconds to send it again.

    `is_of_service` tells whether other addresses of the service would fare no better.
    """

    reason: str
    is_of_service: bool
    retry_after: float | None = None


class PublicBackend(httpcore.SyncBackend):
    """Connects to addresses of the public net; to loopback where a person has named it."""

    def __init__(self, loopback_hosts: Iterable[str]) -> None:
        super().__init__()
        self._loopback_hosts = frozenset(loopback_hosts)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers. Raises AddressRefused."""
        trouble: Exception = httpcore.ConnectError(f"{host}: no address")
        for address in self._find_addresses(host, port):
            try:
                return super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    def _find_addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, each once, in the order in which to try them."""
        if host in self._loopback_hosts:
            is_name = is_on_loopback(host) or host == "localhost"
            return [LOOPBACK if is_name else host]
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            infos = call_within(LOOKUP_SECONDS, look_up)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(
                    f"{host} leads to {address}, which is not of the public net."
                    " Only a service on loopback may be named with --from."
                )
        return addresses


class Client:
    """Asks the hosts of one service, one request at a time.

    `show_pause` is called with the seconds of a pause that the service made necessary.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        user_agent: str,
        most_a_minute: int,
        *,
        proxy: Proxy | None = None,
        show_pause: Callable[[float, str], None] | None = None,
    ) -> None:
        self.hosts = frozenset(hosts)
        self.request_count = 0
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        self._pause_seconds = 60 / most_a_minute
        self._next_at = 0.0
        self._show_pause = show_pause
        loopback_hosts = [host for host in self.hosts if is_loopback(host)]
        self._pool = _make_pool(PublicBackend(loopback_hosts), proxy)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def get(
        self, url: str, most_bytes: int, headers: dict[str, str] | None = None
    ) -> ServiceAnswer:
        """Return the answer at an address of the service; redirects are not followed.

        Who is busy is asked again when it says so, or later each time. Raises ServiceTrouble, and
        AddressTrouble where only this address gives no answer that counts.
        """
        host = urlsplit(url).hostname or ""
        if host not in self.hosts:
            raise AddressRefused(f"{host} is not the service that was named")
        if not url.isascii():
            url = safe_url_string(url)
        pause = FIRST_PAUSE
        attempt = 1
        answer = self._try(url, most_bytes, headers or {})
        while isinstance(answer, TryLater):
            asked_pause = pause if answer.retry_after is None else answer.retry_after
            wait = max(asked_pause, self._pause_seconds)
            if wait > NIANBAO_LONGEST_PAUSE or attempt >= _count_tries(answer):
                raise _make_trouble(host, answer, attempt, wait)
            self._wait(wait, answer.reason)
            pause *= 2
            attempt += 1
            answer = self._try(url, most_bytes, headers or {})
        return answer

    def _try(
        self, url: str, most_bytes: int, headers: dict[str, str]
    ) -> ServiceAnswer | TryLater:
        """Send one request; return the answer, or why there was none that counts.

        Raises ServiceTrouble, AddressTrouble.
        """
        try:
            answer = self._request(url, most_bytes, headers)
        except NOT_REACHED as error:
            return TryLater(str(error) or type(error).__name__, is_of_service=True)
        except CUT_OFF as error:
            return TryLater(str(error) or type(error).__name__, is_of_service=False)
        except _AnswerTooSlow as error:
            raise AddressTrouble(
                f"no whole answer in {WHOLE_SECONDS:g} seconds"
            ) from error
        except httpcore.UnsupportedProtocol as error:
            raise AddressTrouble(str(error)) from error
        if answer.status in PASSWORD_WANTED:
            host = urlsplit(url).hostname or ""
            raise ServiceTrouble(
                f"{host}: status {answer.status}: it wants a user and a password."
                " Look at --from and --proxy."
            )
        if answer.status in (*BUSY, *TROUBLED):
            is_busy = answer.status in BUSY
            return TryLater(
                f"status {answer.status}", is_busy, _read_retry_after(answer)
            )
        return answer

    def _wait(self, seconds: float, reason: str) -> None:
        if self._show_pause is not None:
            self._show_pause(seconds, reason)
        time.sleep(seconds)

    def _request(
        self, url: str, most_bytes: int, more_headers: dict[str, str]
    ) -> ServiceAnswer:
        """Send one request, when it is its turn."""
        time.sleep(max(0.0, self._next_at - time.monotonic()))
        self._next_at = time.monotonic() + self._pause_seconds
        self.request_count += 1
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), ANSWER_SECONDS)
        with self._pool.stream(
            "GET",
            url,
            headers=list((self._headers | more_headers).items()),
            extensions={"timeout": timeout},
        ) as response:
            body, is_cut = _read_body(response, most_bytes)
        headers = tuple(
            (_decode(name), _decode(value)) for name, value in response.headers
        )
        return ServiceAnswer(response.status, headers, body, is_cut)


def _count_tries(answer: TryLater) -> int:
    return MOST_TRIES if answer.is_of_service else MOST_TRIES_OF_ADDRESS


def _make_trouble(
    host: str, answer: TryLater, attempts: int, wait: float
) -> ServiceTrouble | AddressTrouble:
    """Return what is raised when a request is not sent again."""
    if wait > NIANBAO_LONGEST_PAUSE:
        return ServiceTrouble(
            f"{host}: {answer.reason}; it wants to be asked again in {wait:.0f} seconds"
        )
    if answer.is_of_service:
        return ServiceTrouble(f"{host}: {answer.reason}, {attempts} times")
    return AddressTrouble(f"{answer.reason}, {attempts} times")


def _make_pool(
    backend: httpcore.NetworkBackend, proxy: Proxy | None
) -> httpcore.ConnectionPool:
    """Return the connections: through a proxy, which looks names up itself, where one is named."""
    if proxy is None:
        return httpcore.ConnectionPool(network_backend=backend, max_connections=2)
    parts = urlsplit(proxy.url)
    credentials = None
    if parts.username is not None:
        user = unquote(parts.username)
        credentials = (user.encode(), unquote(parts.password or "").encode())
    address = f"http://{parts.netloc.rpartition('@')[2]}"
    return httpcore.HTTPProxy(address, proxy_auth=credentials)


def _read_body(response: httpcore.Response, most_bytes: int) -> tuple[bytes, bool]:
    """Return the body, or as much of it as is wanted, and whether there is more."""
    ends_at = time.monotonic() + WHOLE_SECONDS
    pieces = []
    size = 0
    for piece in response.iter_stream():
        pieces.append(piece)
        size += len(piece)
        if size > most_bytes:
            return b"".join(pieces)[:most_bytes], True
        if time.monotonic() > ends_at:
            raise _AnswerTooSlow
    return b"".join(pieces), False


def _read_retry_after(answer: ServiceAnswer) -> float | None:
    """Return after how many seconds a service wants to be asked again; None where it is silent."""
    header = answer.header("retry-after")
    return None if header is None else parse_retry_after(header, datetime.now(UTC))


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
