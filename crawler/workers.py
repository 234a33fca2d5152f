"""Many machines: sites of a round are handed out through Redis, and so are turns at an address.

A worker holds a lease on each site it crawls and renews it; when it dies, the lease runs out and
another worker takes the site. What a worker fetched is in its own archive, and `nianbao merge`
brings the archives together: a site that was begun twice does no harm. The turn at an address
is a key that lives as long as a request may take, then as long as the rest.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.retry import Retry

from nianbao.crawler.hosts import RedisFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# for so long Redis keeps which sites of a round are finished
ROUND_SECONDS = 90 * 24 * 3600
# seconds after which a waiting worker looks again
LOOK_UP = 0.5
# Seconds that an answer of Redis may take: the crawl stands still for it. `?socket_timeout=` and
# `?socket_connect_timeout=` in its address go before this.
ANSWER_SECONDS = 5.0
TIME_LIMITS: dict[str, Any] = {
    "socket_timeout": ANSWER_SECONDS,
    "socket_connect_timeout": ANSWER_SECONDS,
}
# A connection that was lost is made anew: Redis may just be started again. One that says
# nothing is not asked a second time.
RETRIES = 7  # two seconds in all
BACKOFF = ExponentialBackoff(cap=1.0, base=0.01)
NO_ADDRESS = "--redis: an address such as redis://HOST:PORT/0 is wanted."
IF_MINE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
    return redis.call({})
else
    return 0
end
"""
RENEW = IF_MINE.format("'pexpire', KEYS[1], ARGV[2]")
DROP = IF_MINE.format("'del', KEYS[1]")


class Round:
    """The sites of one crawl by many workers; `name` tells it from other crawls.

    Methods raise RedisFailed when Redis gives no answer.
    """

    def __init__(self, url: str, name: str, sites: Iterable[str], lease: float) -> None:
        self.url = url
        self.sites = list(sites)
        self.lease_ms = int(lease * 1000)
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._key = f"nianbao:round:{name}"
        self._leases: set[str] = set()  # sites that this worker holds
        self._closing = threading.Event()
        with _demand_address():
            self._redis: Any = Redis.from_url(
                url,
                decode_responses=True,
                retry=Retry(BACKOFF, RETRIES, supported_errors=(NotConnected,)),
                **TIME_LIMITS,
            )
            self._call(self._redis.ping)
        threading.Thread(target=self._renew_leases, name="leases", daemon=True).start()

    def lease_site(self) -> str | None:
        """Lease a site that is neither finished nor another worker's.

        Returns None when there is no such site at the moment.
        """
        for site in self.unfinished_sites():
            if site in self._leases or not self._set_lease(site):
                continue
            self._leases.add(site)
            if site in self.unfinished_sites():
                return site
            # another worker finished it just before the lease was taken
            self.release_site(site)
        return None

    def unfinished_sites(self) -> list[str]:
        """Return the sites that no worker has finished, other workers' among them."""
        finished = self._call(self._redis.smembers, f"{self._key}:done")
        return [site for site in self.sites if site not in finished]

    def finish_site(self, site: str) -> None:
        """Tell all workers that a site is finished."""
        self._call(self._redis.sadd, f"{self._key}:done", site)
        self._call(self._redis.expire, f"{self._key}:done", ROUND_SECONDS)
        self.release_site(site)

    def release_site(self, site: str) -> None:
        """Let another worker have a site."""
        self._leases.discard(site)
        self._call(self._redis.eval, DROP, 1, self._lease_key(site), self.worker)

    def close(self) -> None:
        """Release all sites that this worker holds."""
        self._closing.set()
        for site in tuple(self._leases):
            self.release_site(site)
        self._redis.close()

    def _lease_key(self, site: str) -> str:
        return f"{self._key}:site:{site}"

    def _set_lease(self, site: str) -> bool:
        """Take the lease of a site; return whether nobody had it."""
        key = self._lease_key(site)
        answer = self._call(
            self._redis.set, key, self.worker, nx=True, px=self.lease_ms
        )
        return bool(answer)

    def _renew_leases(self) -> None:
        """Renew the leases in a thread of their own: a busy crawl is no dead one."""
        while not self._closing.wait(self.lease_ms / 3000):
            for site in tuple(self._leases):
                key = self._lease_key(site)
                try:
                    self._redis.eval(RENEW, 1, key, self.worker, self.lease_ms)
                except RedisError:
                    break  # raised as RedisFailed where an answer is needed

    def _call(
        self, command: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Any:
        try:
            return command(*arguments, **options)
        except (RedisError, UnicodeError) as error:  # the latter of a name such as a..b
            place = hide_password(self.url)
            raise RedisFailed(
                f"{place}: Redis gives no answer ({error}). Start it, or name another."
            ) from error


class RedisTurns:
    """Turns at addresses (:class:`nianbao.crawler.hosts.SharedTurns`) as keys of Redis.

    Raises RedisFailed for an address that is none.
    """

    def __init__(self, url: str, worker: str) -> None:
        self.worker = worker
        with _demand_address():
            self._redis: Any = AsyncRedis.from_url(
                url,
                retry=AsyncRetry(BACKOFF, RETRIES, supported_errors=(NotConnected,)),
                **TIME_LIMITS,
            )
            _try_options(self._redis)

    async def enter(
        self, address: str, seconds: float, is_wanted: Callable[[], bool]
    ) -> None:
        """Wait for the turn, as long as it is wanted. Raises RedisFailed.

        The turn ends after so many seconds, should the worker die.
        """
        key = _turn_key(address)
        milliseconds = int(seconds * 1000)
        try:
            while is_wanted():
                if await self._redis.set(key, self.worker, nx=True, px=milliseconds):
                    return
                remaining = await self._redis.pttl(key) / 1000
                await asyncio.sleep(min(max(remaining, 0.005), LOOK_UP))
        except RedisError as error:
            raise RedisFailed(
                f"Redis gives no answer ({error}): whose turn it is at {address} is not known"
            ) from error

    async def leave(self, address: str, rest: float) -> None:
        """Let the next request in after so many seconds."""
        key = _turn_key(address)
        with suppress(RedisError):  # then the turn runs out by itself
            if rest > 0:
                milliseconds = max(int(rest * 1000), 1)
                await self._redis.eval(RENEW, 1, key, self.worker, milliseconds)
            else:
                await self._redis.eval(DROP, 1, key, self.worker)


def hide_password(url: str) -> str:
    """Return the address of a Redis without user, password and options, where one may stand too.

    >>> hide_password("redis://keeper:secret@queue.example:6379/0?password=secret")
    'redis://queue.example:6379/0'
    """
    parts = urlsplit(url)
    _, _, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{place}{parts.path}"


def _try_options(client: Any) -> None:
    """Make a connection that is not opened; raise TypeError where it has no such option."""
    client.connection_pool.make_connection()


@contextmanager
def _demand_address() -> Iterator[None]:
    """Raise RedisFailed where an address is none, or has options that there are not.

    The library's errors may name the password; it takes options unseen, and fails when it connects.
    """
    try:
        yield
    except (AttributeError, TypeError, ValueError):
        raise RedisFailed(NO_ADDRESS) from None


def _turn_key(address: str) -> str:
    return f"nianbao:turn:{address}"
