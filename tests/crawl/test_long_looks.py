"""Long pages of searches and checks: a reading process has them, and one that is too long is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nianbao.crawler.discovery.site_search import describe_rest, describe_search
from nianbao.crawler.middlewares.long_pages import LONG_LIST, MOST_BYTES
from nianbao.sample.loopback import run_server
from nianbao.spiders.discovery.column_search import LIMIT_REACHED
from nianbao.spiders.discovery.records import NOT_SEARCHED
from tests.archive.discovery import DISCOVERY
from tests.crawl.commands import nianbao
from tests.crawl.hostile_server import send
from tests.crawl.test_hostile_servers import write_sites
from tests.crawl.test_sites_check import check

LOCAL = ("--allow-address", "127.0.0.0/8")
HOME = "<title>某县人民政府</title><a href='/nb/'>政府信息公开年报</a>"
ROWS = "".join(
    f"<li><a href='/nb/{year}.html'>某县{year}年政府信息公开工作年度报告</a></li>"
    for year in range(2008, 2022)
)
COLUMN = f"<title>政府信息公开年报</title><ul>{ROWS}</ul>"
LONG, TOO_LONG = LONG_LIST + 1, MOST_BYTES + 1  # bytes at least


class Pages(BaseHTTPRequestHandler):
    """A site whose pages are all long, and one whose pages are all too long."""

    def do_GET(self) -> None:
        page = {"/": HOME, "/nb/": COLUMN}.get(self.path)
        if page is None:  # robots.txt, which is no page
            send(self, b"# x\n" * (LONG // 4))
            return
        is_endless = self.headers["Host"].startswith("endless")
        room = TOO_LONG if is_endless else LONG
        send(self, page.encode() + b"<p>x" * (room // 4))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as http, run_server(http):
        yield http.server_port


def test_long_pages_are_searched_and_too_long_ones_are_told(port: int) -> None:
    address = f"http://long.localhost:{port}/"
    found = json.loads(nianbao("detect", address, *LOCAL, "--delay", "0", "--json"))
    (column,) = found["columns"]
    assert (column["url"], column["rows"]) == (f"{address}nb/", 14)
    assert found["troubles"] == []
    endless = f"http://endless.localhost:{port}/"
    output = nianbao("detect", endless, *LOCAL, "--delay", "0", code=1)
    (trouble,) = [line for line in output.splitlines() if "trouble: " in line]
    assert f"{endless}: the page was not searched: it has " in trouble
    assert trouble.endswith(f" bytes, and no more than {MOST_BYTES} are read")
    assert "begin at a page behind it" in output


def test_the_finding_says_which_page_was_not_searched() -> None:
    trouble = "http://a.gov.cn/: the page was not searched: it has 9000000 bytes"
    troubles = ("http://a.gov.cn/x/: the server answered 404", trouble)
    for outcome in ("no_column", "unreachable"):
        record = replace(DISCOVERY, outcome=outcome, columns=(), troubles=troubles)
        assert trouble in describe_search(record).message
    record = replace(DISCOVERY, outcome="blocked", columns=(), troubles=troubles)
    assert trouble not in describe_search(record).message


@pytest.mark.parametrize("count", [0, 1, 3, 30])
def test_what_was_not_searched_is_told_beside_columns(count: int) -> None:
    left = [
        f"http://a.gov.cn/{number}/: {NOT_SEARCHED}: it is long"
        for number in range(count)
    ]
    limit = f"http://a.gov.cn/: {LIMIT_REACHED}"
    other = "http://a.gov.cn/x/: the server answered 404"
    for last in ([], [limit]):
        record = replace(DISCOVERY, troubles=(other, *left, *last))
        rest = describe_rest(record)
        assert (rest is None) == (not left and not last)
        message = "" if rest is None else rest.message
        assert other not in message
        assert (limit in message) == bool(last)
        listed = sum(one in message for one in left)
        assert listed >= min(count, 2)
        assert (f"and {count - listed} more pages" in message) == (listed < count)
    assert describe_rest(replace(record, columns=())) is None


def test_long_pages_are_checked_and_too_long_ones_are_told(
    port: int, tmp_path: Path
) -> None:
    sites = write_sites(tmp_path / "sites", ("long", "endless"), port)
    endless, long = sorted(check(sites, code=1), key=lambda site: str(site["site"]))
    assert (long["state"], long["links"], long["notes"]) == ("as_stated", 14, [])
    assert (endless["state"], endless["links"]) == ("changed", None)
    (note,) = endless["notes"]
    assert "200, but the page was not read: it has " in note
