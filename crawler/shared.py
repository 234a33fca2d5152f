"""Many machines: a round's sites are handed out through Redis, and so are the turns at an address.

A worker holds a lease on each site it crawls and renews it; when it dies the lease runs out and
another worker takes the site. What a worker saw is in its own archive, and `nianbao merge`
brings them together: a site that was begun twice is no harm. The turn at an address is a key
that lives as long as a request may take, then as long as the rest.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from nianbao.crawler.dispatch import SharedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEPT_SECONDS = 90 * 24 * 3600  # what is done of a round is known for so long
LOOK_UP = 0.5  # seconds after which one who waits looks again
IF_MINE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call({}) else return 0 end"
RENEW = IF_MINE.format("'pexpire', KEYS[1], ARGV[2]")
DROP = IF_MINE.format("'del', KEYS[1]")


class Round:
    """The sites of one crawl by many workers; `name` tells it from other crawls."""

    def __init__(self, url: str, name: str, sites: Iterable[str], lease: float) -> None:
        self.url, self.sites, self.lease_ms = url, list(sites), int(lease * 1000)
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._key = f"nianbao:round:{name}"
        self._held: set[str] = set()
        self._ended = threading.Event()
        self._redis: Any = Redis.from_url(url, decode_responses=True)
        self._call(self._redis.ping)
        threading.Thread(target=self._renew, name="leases", daemon=True).start()

    def take(self) -> str | None:
        """Lease a site that is neither done nor another worker's; None when there is none at
        the moment.
        """
        for site in self.left():
            if site in self._held or not self._call(
                self._redis.set,
                self._lease(site),
                self.worker,
                nx=True,
                px=self.lease_ms,
            ):
                continue
            self._held.add(site)
            if site in self.left():
                return site
            self.give_back(site)  # done while it was looked for
        return None

    def left(self) -> list[str]:
        """Return the sites that no worker has done yet, other workers' among them."""
        done = self._call(self._redis.smembers, f"{self._key}:done")
        return [site for site in self.sites if site not in done]

    def done(self, site: str) -> None:
        """Say that a site is done."""
        self._call(self._redis.sadd, f"{self._key}:done", site)
        self._call(self._redis.expire, f"{self._key}:done", KEPT_SECONDS)
        self.give_back(site)

    def give_back(self, site: str) -> None:
        """Let another worker have a site."""
        self._held.discard(site)
        self._call(self._redis.eval, DROP, 1, self._lease(site), self.worker)

    def close(self) -> None:
        """Give back what is held."""
        self._ended.set()
        for site in tuple(self._held):
            self.give_back(site)
        self._redis.close()

    def _lease(self, site: str) -> str:
        return f"{self._key}:site:{site}"

    def _renew(self) -> None:
        """Renew the leases in a thread of their own: a busy crawl is no dead one."""
        while not self._ended.wait(self.lease_ms / 3000):
            for site in tuple(self._held):
                try:
                    self._redis.eval(
                        RENEW, 1, self._lease(site), self.worker, self.lease_ms
                    )
                except RedisError:
                    break  # told by whoever needs an answer

    def _call(
        self, command: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Any:
        try:
            return command(*arguments, **options)
        except RedisError as error:
            raise SharedError(
                f"{self.url}: Redis gives no answer ({error}). Start it, or name another."
            ) from error


class Turns:
    """Turns at addresses, one request at a time over all workers."""

    def __init__(self, url: str, worker: str) -> None:
        self.worker = worker
        self._redis: Any = AsyncRedis.from_url(url)

    async def enter(
        self, address: str, seconds: float, wanted: Callable[[], bool]
    ) -> None:
        """Wait for the turn, as long as it is wanted; it is lost after so many seconds, should
        the worker die.
        """
        try:
            while wanted():
                if await self._redis.set(
                    _gate(address), self.worker, nx=True, px=int(seconds * 1000)
                ):
                    return
                left = await self._redis.pttl(_gate(address))
                await asyncio.sleep(min(max(left / 1000, 0.005), LOOK_UP))
        except RedisError as error:
            raise SharedError(
                f"Redis gives no answer ({error}): whose turn it is at {address} is not known"
            ) from error

    async def leave(self, address: str, rest: float) -> None:
        """Let the next one in after so many seconds."""
        with suppress(RedisError):  # then the turn runs out by itself
            if rest > 0:
                await self._redis.eval(
                    RENEW, 1, _gate(address), self.worker, max(int(rest * 1000), 1)
                )
            else:
                await self._redis.eval(DROP, 1, _gate(address), self.worker)


def _gate(address: str) -> str:
    return f"nianbao:turn:{address}"
