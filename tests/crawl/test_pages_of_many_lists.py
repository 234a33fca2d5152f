"""A page that several columns or site files list is asked for once in a run, and is credited to
each.
"""

from __future__ import annotations

import json
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from nianbao.archive import Archive
from nianbao.archive.read_model.crawls.hosts import count_requests
from nianbao.sample.loopback import LoopbackServer, run_server
from tests.crawl.commands import nianbao, summary
from tests.crawl.hostile_server import send
from tests.crawl.test_troubles import REPORT

COUNT = 10
SITE = """\
id: {name}
name: {name}站
region: null
platform: generic
entries:
{entries}
delay: 0
official: true
"""
ENTRY = '  - {{url: "http://{host}/{path}/", column: {path}}}'


def title_of(number: int) -> str:
    return f"西霞县第{number}镇人民政府2021年政府信息公开工作年度报告"


class Server(LoopbackServer):
    """Ten reports, and lists of them at `/a/`, `/b/` and so on; counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(0, Handler)
        self.host = f"many.localhost:{self.server_port}"
        self.asked: Counter[str] = Counter()
        self.redirects: dict[str, str] = {}  # by path
        # by path: those of lists that are not of all
        self.rows: dict[str, list[str]] = {}

    def body(self, path: str) -> str:
        if path.startswith("/r/"):
            title = title_of(int(path.removeprefix("/r/").removesuffix(".html")))
            return REPORT.format(title=title, text=f"第{path}号")
        if path == "/robots.txt":
            return ""
        rows = []
        for number, address in enumerate(
            self.rows.get(path, list(map(path_of, range(COUNT))))
        ):
            words = f'<a href="{address}">{title_of(number)}</a>'
            rows.append(f"<li><span>2022-01-{number + 10}</span>{words}</li>")
        return f"<html><body><p>{path}</p><ul>{''.join(rows)}</ul></body></html>"

    @property
    def reports_asked(self) -> dict[str, int]:
        return {path: n for path, n in self.asked.items() if path.startswith("/r/")}


class Handler(BaseHTTPRequestHandler):
    """Answers a little late: what is asked for twice at one time is counted twice."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        clock.sleep(0.01)
        if self.path in self.server.redirects:
            send(self, b"", 302, {"Location": self.server.redirects[self.path]})
            return
        body = self.server.body(self.path).encode()
        send(self, body, 200 if body else 404, {"ETag": f'"{self.path}"'})

    def log_message(self, format: str, *args: Any) -> None:
        pass


def path_of(number: int) -> str:
    return f"/r/{number}.html"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with run_server(server):
        yield server


Crawl = Callable[..., dict[str, Any]]


@pytest.fixture
def crawl(server: Server, tmp_path: Path) -> Crawl:
    """Crawl sites of the server: the paths of the columns of each, by its id."""

    def run(
        columns: dict[str, str], *arguments: str, archive: str = "a.db", code: int = 0
    ) -> dict[str, Any]:
        folder = tmp_path / "sites"
        folder.mkdir(exist_ok=True)
        for name, paths in columns.items():
            entries = [ENTRY.format(host=server.host, path=path) for path in paths]
            text = SITE.format(name=name, entries="\n".join(entries))
            (folder / f"{name}.yml").write_text(text, "utf-8")
        options = ("--sites", folder, "--allow-address", "127.0.0.0/8")
        printed = nianbao(
            "crawl",
            *options,
            "--archive",
            tmp_path / archive,
            "--json",
            *arguments,
            code=code,
        )
        return summary(printed)

    return run


def test_two_site_files_and_two_columns_ask_for_each_page_once(
    crawl: Crawl, server: Server, tmp_path: Path
) -> None:
    sites = {"one": "ab", "two": "ca"}
    found = crawl(sites)
    assert found["ok"]
    assert server.reports_asked == {path_of(number): 1 for number in range(COUNT)}
    assert max(server.asked.values()) == 1, "the list that both name, too"
    for site in found["sites"]:
        assert (site["links"], site["healthy"]) == (COUNT, True)
    by_site = Counter(visit.site for visit in visits(tmp_path / "a.db"))
    assert by_site == {"one": COUNT + 2, "two": COUNT + 2}
    shared = [row for row in visits(tmp_path / "a.db") if "shared: " in row.message]
    assert len(shared) == 1 + COUNT
    with Archive(tmp_path / "a.db") as archive:
        asked = count_requests(archive.db, server.host, "2000")
    assert asked == 3 + COUNT, (
        "what was not asked for costs nothing of the day's budget"
    )
    for name in sites:
        crawl(sites, "--site", name, archive="apart.db")
    assert export(tmp_path / "a.db") == export(tmp_path / "apart.db")


class Visit(NamedTuple):
    site: str
    path: str
    message: str


def visits(path: Path) -> list[Visit]:
    """Return the visits of an archive."""
    with Archive(path) as archive:
        query = "SELECT site_id, url, coalesce(message, '') FROM visits"
        rows = archive.db.execute(query).fetchall()
    return [Visit(site, urlsplit(url).path, text) for site, url, text in rows]


def export(archive: Path) -> list[dict[str, Any]]:
    """Return what an export has of every report, but for when it was seen."""
    target = archive.with_suffix("")
    nianbao("export", "jsonl", target, "--archive", archive)
    rows = []
    for line in (target / "reports.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        del row["first_seen"], row["last_seen"]
        rows.append(row)
    return rows


def test_a_page_behind_a_redirect_is_asked_for_once(
    crawl: Crawl, server: Server, tmp_path: Path
) -> None:
    server.redirects = {"/old/0": path_of(0), "/old/1": path_of(1)}
    server.rows["/a/"] = ["/old/0", path_of(1), path_of(2)]
    server.rows["/b/"] = [path_of(0), "/old/1", path_of(2)]
    for columns in ({"one": "ab"}, {"one": "a", "two": "b"}):
        server.asked.clear()
        archive = f"{len(columns)}.db"
        assert crawl(columns, archive=archive)["ok"]
        assert server.reports_asked == {path_of(number): 1 for number in range(3)}
        assert server.asked["/old/0"] == server.asked["/old/1"] == 1
        found = {row.path for row in visits(tmp_path / archive)}
        assert {"/old/0", "/old/1", *map(path_of, range(3))} <= found
        assert len(export(tmp_path / archive)) == 3


def test_a_run_that_goes_on_asks_for_nothing_twice(
    crawl: Crawl, server: Server, tmp_path: Path
) -> None:
    server.redirects = {"/old/0": path_of(0)}
    server.rows["/a/"] = ["/old/0", *map(path_of, range(1, COUNT))]
    sites = {"one": "a", "two": "b"}
    for _ in range(2):
        crawl(sites, "--limit", "5")
    assert crawl(sites)["ok"]
    assert server.reports_asked == {path_of(number): 1 for number in range(COUNT)}
    assert server.asked["/old/0"] == 1
    for site in sites:
        paths = {row.path for row in visits(tmp_path / "a.db") if row.site == site}
        assert len(paths & {"/old/0", *map(path_of, range(COUNT))}) >= COUNT
