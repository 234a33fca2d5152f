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
HOST_OF_PAGES = "http://xixia.example.gov.cn"
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


def ask(path: Path, prefix: str, *addresses: str) -> list[str]:
    """Return pages of an archive that is served in this process."""

    async def ask_all() -> list[str]:
        how = Serving(base_url=prefix)
        datasette = open_datasette(path, how)
        transport = httpx.ASGITransport(make_application(datasette, how, "127.0.0.1"))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            answers = [await client.get(address) for address in addresses]
        datasette.get_database("archive").close()
        return [answer.text for answer in answers]

    # the tests in a browser have an event loop in this thread
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(ask_all())).result()


@pytest.mark.parametrize("prefix", ["/", "/reports/"])
def test_every_link_leads_somewhere(archive_path: Path, prefix: str) -> None:
    # the tests in a browser have an event loop in this thread
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(lambda: asyncio.run(follow_links(archive_path, prefix)))
        count, wrong = task.result()
    assert wrong == []
    assert count >= 100


def test_a_proxy_may_leave_the_prefix_or_take_it_away(archive_path: Path) -> None:
    paths = (
        "/reports/archive/agencies?_lang=en",
        "/archive/agencies?_lang=en",
    )
    pages = ask(archive_path, "/reports/", *paths)
    left, cut = (page.partition("Queries took")[0] for page in pages)
    assert left == cut
    assert 'href="/reports/archive/agencies.json' in left
    assert "/reports/reports/" not in left


def test_tables_lead_to_the_pages_for_people(archive_path: Path) -> None:
    expected = {
        "/archive/panel": ("/agency/", "/region/", "/document?url="),
        "/archive/reports": ("/document?url=",),
        "/archive/documents": ("/document?url=",),
        "/archive/regions": ("/region/",),
        "/archive/findings": ("/findings/",),
    }
    pages = ask(archive_path, "/", *expected)
    for page, (address, beginnings) in zip(pages, expected.items(), strict=True):
        for beginning in beginnings:
            assert f'<a href="{beginning}' in page, (address, beginning)


def test_a_column_that_is_left_out_is_not_taken_for_empty(archive_path: Path) -> None:
    expected = {
        "/archive/panel?_col=row_label": None,
        "/archive/panel?_col=row_label&_col=url": "/document?url=",
        "/archive/panel?_col=agency": None,
        "/archive/panel?_col=agency&_col=site": None,
        "/archive/panel?_nocol=site": "/agency/",
        "/archive/panel?_col=agency&_col=region": "/agency/",
        "/archive/documents?_nocol=url": None,
    }
    pages = ask(archive_path, "/", *expected)
    for page, (address, beginning) in zip(pages, expected.items(), strict=True):
        if beginning is None:
            assert '<a href="/agency/' not in page, address
            assert '<a href="/document' not in page, address
        else:
            assert f'<a href="{beginning}' in page, address


def test_the_tables_begin_with_the_panel_and_say_what_counts_twice(
    archive_path: Path,
) -> None:
    tables, figures, query = ask(
        archive_path, "/", "/archive", "/archive/figures?_lang=en", "/archive"
    )
    assert tables.index("/archive/panel") < tables.index("/archive/reports")
    assert "FROM panel" in query
    assert "every version of every page" in figures


def test_every_csv_leads_back_to_its_bytes(archive_path: Path) -> None:
    place = "样例省北原市西霞县"
    page = f"document.csv?url={HOST_OF_PAGES}/czj/2021.html"
    addresses = (
        "/search.csv?q=",
        f"/region/{place}.csv",
        f"/agency/{place}/西霞县财政局.csv",
        f"/report/{place}/西霞县财政局/2021.csv",
        f"/{page}",
        f"/diff.csv?url={HOST_OF_PAGES}/czj/2021.html",
        "/archive/panel.csv",
    )
    for address, text in zip(
        addresses, ask(archive_path, "/", *addresses), strict=True
    ):
        header, first, *_ = text.removeprefix("\ufeff").splitlines()
        columns = header.split(",")
        assert {"url", "version", "payload_sha256"} <= set(columns), address
        assert re.search(r"[0-9a-f]{64}", first), address
