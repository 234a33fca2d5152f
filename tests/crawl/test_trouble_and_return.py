"""Sites that go into some trouble for three runs and come back: only what answers 404 has vanished.

One server has a site for each trouble, by the name of its host. Each has two reports; in trouble one
of them, or both, answer with something else, and the list stays.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.crawl.commands import nianbao, summary
from tests.crawl.hostile_server import send
from tests.reader import pages

TITLES = {
    "/nb/1.html": "青石县柳河镇2022年政府信息公开工作年度报告",
    "/nb/2.html": "青石县柳河镇2021年政府信息公开工作年度报告",
}
HOME = f"<html><title>青石县人民政府</title><body><h1>青石县人民政府</h1>{'<p>本县要闻</p>' * 40}</body></html>"
SITE = """\
id: {name}
name: 青石县人民政府
region: null
platform: generic
entries:
  - {{url: "http://{name}.localhost:{port}/nb/", column: 年报}}
expect: {{links: 1}}
vanish_after: 2
delay: 0
official: true
"""


class Trouble(NamedTuple):
    """What a site answers in the place of a report."""

    body: str
    status: int = 200
    location: str | None = None


TROUBLES = {
    "maintenance": Trouble(
        "<html><title>系统维护</title><body>网站升级改造中，暂停访问，敬请谅解。</body></html>"
    ),
    "challenge": Trouble(
        "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"
    ),
    "empty": Trouble(""),
    "shell": Trouble(
        "<html><title>青石县</title><body><div id=app></div><script src=/app.js></script></body></html>"
    ),
    "login": Trouble(
        "<html><title>统一身份认证</title><body>请登录<input type=password></body></html>"
    ),
    "home": Trouble(HOME),
    "homeward": Trouble("", 302, "/"),
    "other": Trouble(
        f"<html><title>植树</title><body><h1>我县开展植树活动</h1>{'<p>春日里。</p>' * 90}</body></html>"
    ),
    "error": Trouble(
        "<html><title>500</title><body>服务器内部错误 java.lang.NullPointerException</body></html>"
    ),
    "gone": Trouble("<html><title>404</title></html>", 404),
}
# the runs; in those between, the sites are in trouble, the last of them for one report only
STATES = ("sound", "all", "all", "one", "sound")


@contextmanager
def serve_troubles(folder: Path, state: dict[str, str]) -> Iterator[list[Any]]:
    """Serve a site for each trouble, in the state that is now; yield the options of a crawl."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, state["now"])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        sites = folder / "sites"
        sites.mkdir()
        for name in TROUBLES:
            text = SITE.format(name=name, port=http.server_port)
            (sites / f"{name}.yml").write_text(text)
        archive = folder / "a.db"
        yield [
            *("--sites", sites, "--allow-address", "127.0.0.0/8"),
            *("--archive", archive, "--json", "--distrust", "1"),
        ]
        http.shutdown()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """Crawl all sites in each state; return the archive and what each crawl said."""
    folder = tmp_path_factory.mktemp("troubles")
    state = {"now": "sound"}
    said = []
    with serve_troubles(folder, state) as options:
        for name in STATES:
            state["now"] = name
            code = 0 if name == "sound" else 1
            said.append(summary(nianbao("crawl", *options, code=code)))
    return folder / "a.db", said


@pytest.fixture(scope="module")
def first_sight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Crawl all sites in trouble, with nothing known of them; return the archive and the summary."""
    folder = tmp_path_factory.mktemp("first")
    with serve_troubles(folder, {"now": "all"}) as options:
        said = summary(nianbao("crawl", *options, code=1))
    return folder / "a.db", said


def answer(to: BaseHTTPRequestHandler, state: str) -> None:
    """Answer as the site of the host does in a state."""
    path = to.path
    if path == "/nb/":
        rows = [
            f'<li><a href="{url}">{title}</a></li>' for url, title in TITLES.items()
        ]
        send(to, f"<meta charset=utf-8><ul>{''.join(rows)}</ul>".encode())
    elif path == "/":
        send(to, HOME.encode())
    elif path not in TITLES:
        send(to, b"", 404)
    elif state == "all" or (state == "one" and path == "/nb/1.html"):
        trouble = TROUBLES[to.headers["Host"].split(".")[0]]
        headers = {"Location": trouble.location} if trouble.location else {}
        send(to, trouble.body.encode(), trouble.status, headers)
    else:
        year = TITLES[path][6:10]
        page = pages.trs(pages.body(), title=TITLES[path]).replace(
            "2022年", f"{year}年"
        )
        send(to, page.encode())


def query(archive: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(archive)) as db:
        return db.execute(sql).fetchall()


@pytest.mark.parametrize("name", TROUBLES)
def test_only_what_answers_404_has_vanished(
    crawled: tuple[Path, list[Any]], name: str
) -> None:
    rows = query(
        crawled[0],
        f"""
        SELECT kind, url FROM changes
        WHERE site_id = '{name}' AND kind NOT LIKE 'finding%' AND kind NOT LIKE 'report%'
        ORDER BY id
        """,
    )
    told = [
        (kind, url.rpartition("localhost")[2].partition("/")[2]) for kind, url in rows
    ]
    expected = [("new", "nb/1.html"), ("new", "nb/2.html")]
    if name == "gone":
        expected += [("vanished", "nb/1.html"), ("vanished", "nb/2.html")]
        expected += [("returned", "nb/2.html"), ("returned", "nb/1.html")]
    assert told == expected


def test_no_report_is_told_to_have_changed(crawled: tuple[Path, list[Any]]) -> None:
    kinds = query(
        crawled[0], "SELECT DISTINCT kind FROM changes WHERE kind LIKE 'report%'"
    )
    assert {kind for (kind,) in kinds} == {
        "report_new",
        "report_vanished",
        "report_returned",
    }
    assert query(crawled[0], "SELECT count(*) FROM versions") == [(2 * len(TROUBLES),)]


@pytest.mark.parametrize("name", TROUBLES)
def test_a_run_in_trouble_is_not_healthy_and_names_the_address(
    crawled: tuple[Path, list[Any]], name: str
) -> None:
    rows = query(
        crawled[0],
        f"SELECT healthy FROM site_runs WHERE site_id = '{name}' ORDER BY run_id",
    )
    healthy = [bool(value) for (value,) in rows]
    if name == "gone":
        assert healthy == [True] * 5
        return
    assert healthy == [True, False, False, False, True]
    addresses = query(
        crawled[0],
        f"""
        SELECT url FROM findings
        WHERE site_id = '{name}' AND run_id = 2 AND severity IN ('warning', 'error')
        """,
    )
    assert any(url and url.endswith("/nb/1.html") for (url,) in addresses)
    rules = query(
        crawled[0],
        f"""
        SELECT run_id FROM findings
        WHERE site_id = '{name}' AND severity = 'error'
          AND (rule = 'site.pages_replaced' OR rule LIKE 'blocked.%')
        """,
    )
    assert {run_id for (run_id,) in rules} == {2, 3, 4}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_site_in_trouble_at_first_sight_says_so(
    first_sight: tuple[Path, Any], name: str
) -> None:
    """Nothing of it was ever known; each listed page is accounted for, and only 404 is healthy."""
    archive, said = first_sight
    assert not said["ok"]
    rules = query(
        archive,
        f"SELECT rule, severity FROM findings WHERE site_id = '{name}' AND severity <> 'info'",
    )
    healthy = query(archive, f"SELECT healthy FROM site_runs WHERE site_id = '{name}'")
    assert healthy == [(int(name == "gone"),)]
    assert rules
    if name in ("challenge", "maintenance", "login"):
        assert ("page.replaced", "warning") in rules
        assert any(rule.startswith("blocked.") for rule, _ in rules)
    assert query(archive, "SELECT count(*) FROM documents") == [(0,)]
