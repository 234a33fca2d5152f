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
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpcore

from nianbao.crawler.networks import LOOPBACK, is_on_loopback, is_public
from nianbao.crawler.settings import NIANBAO_LONGEST_PAUSE

if TYPE_CHECKING:
    from nianbao.crawler.egress.proxies import Proxy

ANSWER_SECONDS = 60.0  # without a byte
WHOLE_SECONDS = 600.0  # for one whole answer
MOST_TRIES = 5
FIRST_PAUSE = 10.0  # seconds; doubled with each try
BUSY = (429, 503)
TROUBLED = (500, 502, 504, 509)
SUCCESS = (200, 206)
LOOPBACK_NETWORK = "127."


class ServiceTrouble(Exception):
    """A service cannot be asked, or not now; the message says why."""


class AddressRefused(ServiceTrouble):
    """A name leads to an address that is not of the public net."""


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
    """A request without an answer that counts, and after how many seconds to send it again."""

    reason: str
    retry_after: float | None


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
        """Connect to the address of a host. Raises AddressRefused."""
        address = self._find_address(host, port)
        return super().connect_tcp(
            address, port, timeout, local_address, socket_options
        )

    def _find_address(self, host: str, port: int) -> str:
        if host in self._loopback_hosts:
            return LOOPBACK if is_on_loopback(host) or host == "localhost" else host
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = [str(info[4][0]) for info in infos]
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(
                    f"{host} leads to {address}, which is not of the public net."
                    " Only a service on loopback may be named with --from."
                )
        return addresses[0]


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

        Who is busy is asked again when it says so, or later each time. Raises ServiceTrouble.
        """
        host = urlsplit(url).hostname or ""
        if host not in self.hosts:
            raise AddressRefused(f"{host} is not the service that was named")
        pause = FIRST_PAUSE
        for attempt in range(1, MOST_TRIES + 1):
            answer = self._try(url, most_bytes, headers or {})
            if isinstance(answer, ServiceAnswer):
                return answer
            wait = max(answer.retry_after or pause, self._pause_seconds)
            if wait > NIANBAO_LONGEST_PAUSE or attempt == MOST_TRIES:
                raise ServiceTrouble(_describe_trouble(host, answer.reason, wait))
            self._wait(wait, answer.reason)
            pause *= 2
        raise ServiceTrouble(host)

    def _try(
        self, url: str, most_bytes: int, headers: dict[str, str]
    ) -> ServiceAnswer | TryLater:
        """Send one request; return the answer, or why there was none that counts."""
        try:
            answer = self._request(url, most_bytes, headers)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.ProxyError,
        ) as error:
            return TryLater(str(error) or type(error).__name__, None)
        if answer.status in (*BUSY, *TROUBLED):
            return TryLater(f"status {answer.status}", _read_retry_after(answer))
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


def is_loopback(host: str) -> bool:
    """Tell whether a host is named as one on this machine."""
    if host in ("localhost", "::1") or is_on_loopback(host):
        return True
    return host.startswith(LOOPBACK_NETWORK) and host.replace(".", "").isdigit()


def _make_pool(
    backend: httpcore.NetworkBackend, proxy: Proxy | None
) -> httpcore.ConnectionPool:
    """Return the connections: through a proxy, which looks names up itself, where one is named."""
    if proxy is None:
        return httpcore.ConnectionPool(network_backend=backend, max_connections=2)
    parts = urlsplit(proxy.url)
    credentials = None
    if parts.username is not None:
        credentials = (parts.username, parts.password or "")
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
            raise httpcore.ReadTimeout(f"no whole answer in {WHOLE_SECONDS:g} seconds")
    return b"".join(pieces), False


def _read_retry_after(answer: ServiceAnswer) -> float | None:
    """Return after how many seconds a service wants to be asked again; None where it is silent."""
    text = (answer.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        instant = parsedate_to_datetime(text)
        return max(0.0, instant.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _describe_trouble(host: str, trouble: str, wanted: float) -> str:
    if wanted > NIANBAO_LONGEST_PAUSE:
        return f"{host}: {trouble}; it wants to be asked again in {wanted:.0f} seconds"
    return f"{host}: {trouble}, {MOST_TRIES} times"


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
