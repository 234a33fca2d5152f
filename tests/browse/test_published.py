"""An archive for strangers: no SQL of theirs, nothing about the server; a frozen file; a path
behind a proxy.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import click
import httpx
import pytest
from playwright.sync_api import Browser, expect

from nianbao.archive import Archive
from nianbao.archive.browse import Serving, serve
from tests.browse.browser_pages import watching
from tests.browse.conftest import FIRST, XIXIA, crawl, serving
from tests.browse.test_page_frame import PAGES
from tests.crawl.commands import NIANBAO


@pytest.mark.parametrize(
    "path",
    [
        "/archive.json?sql=select+1",
        "/archive/reports?_where=1",
        "/archive/reports?_facet=title",
        "/archive/reports.csv?_stream=on",
        "/archive.db",
        "/-/databases.json",
        "/-/plugins",
        "/-/settings.json",
        "/-/threads",
        "/-/allow-debug",
        "/-/patterns",
        "/-/messages",
        "/-/auth-token",
    ],
)
def test_what_strangers_may_not(published: str, path: str) -> None:
    answer = httpx.get(published + path, trust_env=False)
    assert answer.status_code in (400, 403, 404), answer.text
    assert "some.db" not in answer.text
    assert "/-/hidden" not in answer.text


def test_what_strangers_may(published: str) -> None:
    for path in (
        *PAGES,
        "/archive/reports",
        "/archive/panel",
        "/archive/agencies_by_year?year=&region=",
        "/-/static/app.css",
    ):
        assert httpx.get(published + path, trust_env=False).status_code == 200, path
    page = httpx.get(f"{published}/archive", trust_env=False).text
    assert "<textarea" not in page
    assert (
        "facet-report_year"
        in httpx.get(f"{published}/archive/reports", trust_env=False).text
    )


def test_rows_are_limited(published: str) -> None:
    rows = httpx.get(f"{published}/archive/reports.json?_size=max", trust_env=False)
    assert rows.status_code == 200
    assert (
        httpx.get(
            f"{published}/archive/reports.json?_size=100000", trust_env=False
        ).status_code
        == 400
    )


def test_a_frozen_file(archive_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "frozen.db"
    shutil.copy(archive_path, path)
    path.chmod(0o444)
    with (
        serving(path, immutable=True) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        tag = client.get("/coverage").headers["etag"]
        assert (
            client.get("/coverage", headers={"If-None-Match": tag}).status_code == 304
        )
        assert client.get("/index.json").json()["holdings"]["reports"] == 5
    assert sorted(tmp_path.iterdir()) == [path]  # no journal beside it


def test_a_file_that_is_being_written_is_not_frozen(tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    with Archive.create(path) as archive:
        crawl(archive, 1, XIXIA, FIRST[:1])
        with pytest.raises(
            click.ClickException, match=r"live\.db-wal is not empty.*nianbao backup"
        ):
            serve(
                path,
                host="127.0.0.1",
                port=0,
                open_browser=False,
                serving=Serving(immutable=True),
            )


def test_the_command_has_these_options(archive_path: Path) -> None:
    command = [
        NIANBAO,
        "browse",
        "--archive",
        archive_path,
        "--port",
        "0",
        "--publish",
        "--base-url",
        "x",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            address = line.removeprefix("browse: ").strip()
            assert urlsplit(address).path == "/x/"
            assert httpx.get(f"{address}coverage", trust_env=False).status_code == 200
            assert (
                httpx.get(
                    f"{address}archive.json?sql=select+1", trust_env=False
                ).status_code
                == 403
            )
        finally:
            process.terminate()


@contextmanager
def proxy(to: str) -> Iterator[str]:
    """Pass every request on as nginx and Caddy do: the path as it came, the Host and the scheme
    of the outside.
    """

    class Passing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {
                **self.headers,
                "X-Forwarded-Proto": "http",
                "Connection": "close",
            }
            target = urlsplit(to)
            with closing(
                socket.create_connection((target.hostname or "", target.port or 0))
            ) as connection:
                lines = [
                    f"GET {self.path} HTTP/1.1",
                    *(f"{name}: {value}" for name, value in headers.items()),
                ]
                connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
                while part := connection.recv(65536):
                    self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def test_behind_a_proxy_under_a_path(archive_path: Path, chromium: Browser) -> None:
    with (
        serving(archive_path, publish=True, base_url="/reports/2026") as address,
        proxy(address) as outside,
    ):
        base = f"{outside}/reports/2026"
        with watching(chromium, outside) as (page, seen):
            page.goto(f"{base}/")
            expect(page.locator("cite")).to_contain_text(f"{base}/")
            page.locator(".board").get_by_role("link", name="北原市").click()
            page.get_by_role("link", name="数据表").click()
            page.goto(f"{base}/region/样例省北原市西霞县")
            page.get_by_role("link", name="西霞县财政局").first.click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("西霞县财政局")
            page.get_by_role("link", name="English").click()
            page.get_by_role("searchbox").fill("正文")
            page.keyboard.press("Enter")
            expect(page.get_by_role("status")).to_contain_text("3 pages")
            for link in page.locator("a").all():
                assert (link.get_attribute("href") or "").startswith(
                    ("/reports/2026/", "#", base)
                ), link
        assert {
            urlsplit(url).path.startswith("/reports/2026/") for url in seen.sent
        } == {True}
        feed = httpx.get(f"{base}/changes.atom", trust_env=False).text
        assert feed.count(f'href="{base}/') >= 8
