"""Every link of every kind of page leads somewhere, at the top of a host and under a path."""

from __future__ import annotations

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from nianbao.archive.browse.server import Serving, make_application, open_datasette

LINK = re.compile(r'(?:href|src|action)="([^"]*)"')
HOST = "http://127.0.0.1"
# Links that are followed; all, of several thousand, with NIANBAO_LINKS=100000.
MOST_LINKS = int(os.environ.get("NIANBAO_LINKS", "100"))


def kind_of(path: str) -> tuple[object, ...]:
    """Return what kind of page a path without the prefix leads to: one of each is asked for.

    Of the tables each has a kind of its own; so has each way to narrow one down.
    """
    split = urlsplit(path)
    parts = [part for part in split.path.split("/") if part]
    suffix = re.search(r"\.(?:json|csv|atom)$", split.path)
    names = sorted({name for name, _ in parse_qsl(split.query, keep_blank_values=True)})
    head = re.sub(r"\..*", "", parts[0]) if parts else ""
    table = ""
    if head == "archive" and len(parts) == 2 and not (names or suffix):
        table = parts[1]
    arguments = names if len(names) < 2 else [names[0], "…"]
    return (head, table, len(parts), suffix and suffix[0], *arguments)


async def follow_links(path: Path, prefix: str) -> tuple[int, list[str]]:
    """Follow the links of each kind of page; return how many, and what is wrong."""
    how = Serving(base_url=prefix)
    datasette = open_datasette(path, how)
    transport = httpx.ASGITransport(make_application(datasette, how, "127.0.0.1"))
    wrong: list[str] = []
    kinds: set[tuple[object, ...]] = set()
    waiting = [(prefix, "")]
    count = 0
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        while waiting and count < MOST_LINKS:
            address, origin = waiting.pop(0)
            answer = await client.get(address, timeout=60)
            count += 1
            if answer.status_code not in (200, 301, 302):
                wrong.append(f"{answer.status_code} {address} of {origin}")
            for link in list_links(answer):
                target = urljoin(HOST + address, link)
                if not target.startswith(f"{HOST}/"):
                    continue
                bare_target = target.removeprefix(HOST).partition("#")[0]
                if not bare_target.startswith(prefix):
                    wrong.append(f"outside: {bare_target} of {address}")
                    continue
                kind = kind_of("/" + bare_target.removeprefix(prefix))
                if kind not in kinds:
                    kinds.add(kind)
                    waiting.append((bare_target, address))
    datasette.get_database("archive").close()
    return count, wrong


def list_links(answer: httpx.Response) -> list[str]:
    if answer.is_redirect:
        return [answer.headers["location"]]
    if "html" not in answer.headers.get("content-type", ""):
        return []
    links = [unescape(link) for link in LINK.findall(answer.text)]
    return [link for link in links if link and not link.startswith("#")]


@pytest.mark.parametrize("prefix", ["/", "/reports/"])
def test_every_link_leads_somewhere(archive_path: Path, prefix: str) -> None:
    # the tests in a browser have an event loop in this thread
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(lambda: asyncio.run(follow_links(archive_path, prefix)))
        count, wrong = task.result()
    assert wrong == []
    assert count >= 100


def test_a_proxy_may_leave_the_prefix_or_take_it_away(archive_path: Path) -> None:
    async def ask() -> list[str]:
        how = Serving(base_url="/reports/")
        datasette = open_datasette(archive_path, how)
        transport = httpx.ASGITransport(make_application(datasette, how, "127.0.0.1"))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            paths = ("/reports/archive/agencies", "/archive/agencies")
            answers = [await client.get(path) for path in paths]
        datasette.get_database("archive").close()
        return [answer.text.partition("Queries took")[0] for answer in answers]

    with ThreadPoolExecutor(1) as pool:
        left, taken = pool.submit(lambda: asyncio.run(ask())).result()
    assert left == taken
    assert 'href="/reports/archive/agencies.json' in left
    assert "/reports/reports/" not in left
