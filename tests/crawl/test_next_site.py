"""Which of many sites is crawled next, where some share an address and few are open at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from nianbao.crawler.turns.gates import Gates
from nianbao.crawler.turns.next_site import FIRST_SITES, SiteQueue
from tests.crawl.site_crawler import run_alone

OPEN = 16


def queue_of(addresses: dict[str, list[str]], gates: Gates) -> SiteQueue:
    """Return a queue of sites, each of one host; the addresses of the hosts are known."""
    hosts = {}
    for host, host_addresses in addresses.items():
        hosts[host] = [host]
        gates.set_addresses(host, host_addresses)
    return SiteQueue(hosts, hosts, gates)


def test_sites_of_one_address_leave_room_for_the_others() -> None:
    addresses = {f"a{number:02}.cn": ["192.0.2.1"] for number in range(40)}
    addresses |= {f"b{number:02}.cn": [f"198.51.100.{number}"] for number in range(20)}
    queue = queue_of(addresses, Gates())
    first = [queue.take() for _ in range(OPEN)]
    assert first[0] == "a00.cn", "where most wait is begun first"
    assert first[1:] == [f"b{number:02}.cn" for number in range(OPEN - 1)]
    queue.finish("b00.cn")
    assert queue.take() == "b15.cn"
    queue.finish("a00.cn")
    assert queue.take() == "a01.cn", "an address at which many wait is never idle"


def test_every_site_is_taken_once_and_no_address_waits_for_a_place() -> None:
    random = Random(7)
    pool = [f"192.0.2.{number}" for number in range(1, 40)]
    addresses = {
        f"s{number}.cn": random.sample(pool, random.choice((1, 1, 1, 2)))
        for number in range(200)
    }
    queue = queue_of(addresses, Gates())
    open_sites: list[str] = []
    taken: list[str] = []
    while len(taken) < len(addresses):
        while len(open_sites) < OPEN and (site := queue.take()):
            loads = Counter(a for name in open_sites for a in addresses[name])
            waiting = addresses.keys() - taken - {site}
            if any(loads[address] for address in addresses[site]):
                assert all(any(loads[a] for a in addresses[name]) for name in waiting)
            open_sites.append(site)
            taken.append(site)
        ended = open_sites.pop(random.randrange(len(open_sites)))
        queue.finish(ended)
    assert queue.take() is None
    assert sorted(taken) == sorted(addresses)


def test_names_are_looked_up_before_their_turn() -> None:
    gates = Gates()
    hosts = [f"s{number:03}.cn" for number in range(FIRST_SITES + 10)]
    queue = queue_of({host: [] for host in hosts}, gates)
    asked: list[str] = []

    async def resolve(name: str) -> list[str]:
        asked.append(name)
        await asyncio.sleep(0)
        return [] if name == "s001.cn" else ["192.0.2.1"]

    run_alone(queue.look_up_first(resolve))
    assert sorted(asked) == hosts[:FIRST_SITES]
    assert queue.take() == "s000.cn"
    assert queue.take() == "s001.cn", "nobody knows where it leads"
    run_alone(queue.look_up_all(resolve))
    assert sorted(asked) == hosts
