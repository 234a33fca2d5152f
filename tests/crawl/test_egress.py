"""Crawls through a proxy: a real one on loopback, which alone knows where the names lead."""

from __future__ import annotations

import base64
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click
import pytest
from pydantic import ValidationError

from nianbao.crawler.egress.proxies import Proxy, ProxyOption
from nianbao.crawler.middlewares.polite_handler import MOST_PROXY_FAILURES
from nianbao.sample.loopback import run_server
from tests.crawl.commands import free_port, nianbao, summary
from tests.crawl.site_crawler import make_crawler
from tests.crawl.test_transport import SITE, Authority, serving

USER, PASSWORD = "keeper", "s3cret-word"
CLOSED_PORT = 1
LOOPBACK = ("--allow-address", "127.0.0.0/8")


class Asked(NamedTuple):
    method: str
    target: str
    is_authorized: bool


class EgressProxy:
    """An HTTP proxy: every name leads to a port of this machine, by scheme."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.asked: list[Asked] = []
        self.is_open = False  # to everybody
        words = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def is_admitted(self) -> bool:
                is_authorized = self.headers["Proxy-Authorization"] == f"Basic {words}"
                proxy.asked.append(Asked(self.command, self.path, is_authorized))
                if is_authorized or proxy.is_open:
                    return True
                self.send_response_only(407)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return False

            def do_GET(self) -> None:
                if not self.is_admitted():
                    return
                parts = urlsplit(self.path)
                upstream = HTTPConnection("127.0.0.1", ports["http"], timeout=10)
                upstream.request("GET", parts.path, headers={"Host": parts.netloc})
                answer = upstream.getresponse()
                body = answer.read()
                self.send_response_only(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                upstream.close()

            def do_CONNECT(self) -> None:
                if not self.is_admitted():
                    return
                self.send_response_only(200)
                self.end_headers()
                with socket.create_connection(("127.0.0.1", ports["https"])) as there:
                    back = threading.Thread(target=pump, args=(there, self.connection))
                    back.start()
                    pump(self.connection, there)
                    back.join()
                self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}"


def pump(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes until no more does."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def serving_proxy(**ports: int) -> Iterator[EgressProxy]:
    proxy = EgressProxy(ports)
    with run_server(proxy.http):
        yield proxy


def write_site(folder: Path, name: str, scheme: str, host: str, more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    text = SITE.format(id=name, scheme=scheme, host=host) + more
    (folder / f"{name}.yml").write_text(text, "utf-8")


def crawl(folder: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    options = ("--sites", folder, "--archive", folder / "a.db", "--json")
    return summary(nianbao("crawl", *options, *arguments, code=code))


def visits(folder: Path) -> list[tuple[str, str, str | None]]:
    with sqlite3.connect(folder / "a.db") as db:
        rows = db.execute("SELECT site_id, outcome, message FROM visits ORDER BY id")
        return rows.fetchall()


def test_every_request_goes_through_the_proxy(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    authority = Authority(tmp_path)
    with (
        serving() as plain,
        serving(authority.context(host="far.localhost", own=True)) as secure,
        serving_proxy(http=plain, https=secure) as proxy,
        serving_proxy(https=secure) as own,
    ):
        own.is_open = True
        write_site(folder, "near", "http", f"near.localhost:{CLOSED_PORT}")
        more = f"tls: [untrusted]\nproxy: http://127.0.0.1:{own.port}\n"
        write_site(folder, "far", "https", f"far.localhost:{CLOSED_PORT}", more)
        found = crawl(folder, *LOOPBACK, "--proxy", proxy.url)
    assert found["ok"]
    targets = [urlsplit(asked.target).path for asked in proxy.asked]
    assert targets[0] == "/robots.txt"
    assert len(targets) == 3
    assert all(asked.is_authorized for asked in proxy.asked)
    assert {(asked.method, asked.target) for asked in own.asked} == {
        ("CONNECT", f"far.localhost:{CLOSED_PORT}")
    }
    assert {(site, message) for site, _, message in visits(folder)} == {
        ("near", f"through the proxy 127.0.0.1:{proxy.port}"),
        (
            "far",
            "a certificate that nobody known vouches for;"
            f" through the proxy 127.0.0.1:{own.port}",
        ),
    }
    assert PASSWORD.encode() not in (folder / "a.db").read_bytes()
    assert PASSWORD not in str(found)


def test_the_boundary_holds_behind_a_proxy(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    with serving() as plain, serving_proxy(http=plain) as proxy:
        proxy.is_open = True
        write_site(folder, "number", "http", "10.1.2.3")
        write_site(folder, "name", "http", "inside.localhost")
        crawl(folder, "--proxy", proxy.url, code=1)
    assert proxy.asked == []
    assert {(site, outcome) for site, outcome, _ in visits(folder)} == {
        ("number", "refused_by_boundary"),
        ("name", "refused_by_boundary"),
    }


@pytest.mark.parametrize("case", ["silent", "away", "refusing"])
def test_a_proxy_that_does_not_serve(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "sites"
    write_site(
        folder, "near", "http", f"near.localhost:{CLOSED_PORT}", "timeout: 0.3\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent, serving_proxy() as refusing:
        ports = {
            "silent": silent.getsockname()[1],
            "away": free_port(),
            "refusing": refusing.port,
        }
        url = f"http://{USER}:not-{PASSWORD}@127.0.0.1:{ports[case]}"
        found = crawl(folder, *LOOPBACK, "--proxy", url, code=1)
    (error, *_) = found["errors"]
    words = {"silent": "0.3 seconds", "away": "refused", "refusing": "refuses user and"}
    assert words[case] in error
    assert PASSWORD not in str(found)


def test_a_run_ends_when_its_proxy_answers_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    for number in range(12):
        write_site(folder, f"s{number}", "http", f"s{number}.localhost:{CLOSED_PORT}")
    port = free_port()
    found = crawl(folder, *LOOPBACK, "--proxy", f"http://127.0.0.1:{port}", code=1)
    text = f"the proxy 127.0.0.1:{port} gave no answer {MOST_PROXY_FAILURES} times in a row"
    assert any(text in error for error in found["errors"])
    assert found["reason"] == "interrupted", "the other sites were not asked for"


def test_a_mistake_in_a_proxy_shows_no_password(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    url = f"socks5://{USER}:{PASSWORD}@127.0.0.1:1080"
    write_site(folder, "near", "http", "near.localhost")
    options = ("crawl", "--sites", folder, "--archive", folder / "a.db")
    told = nianbao(*options, "--proxy", url, code=2)
    assert "SOCKS and https: proxies are not supported" in told
    write_site(folder, "near", "http", "near.localhost", f"proxy: {url}\n")
    told += nianbao(*options, code=2)
    assert told.count("SOCKS and https: proxies are not supported") == 2
    assert PASSWORD not in told


@pytest.mark.parametrize(
    "address", ["h:99999", "h:0", "a..b:80", f"{'a' * 64}.cn", "[:::1]:80", "[1:2]"]
)
def test_what_can_be_no_proxy_is_a_mistake_and_no_traceback(address: str) -> None:
    url = f"http://{USER}:{PASSWORD}@{address}"
    with pytest.raises(click.BadParameter, match="the address of an HTTP proxy"):
        ProxyOption().convert(url, None, None)
    with pytest.raises(ValidationError, match="the address of an HTTP proxy") as error:
        make_crawler(proxy=url)
    assert PASSWORD not in str(error.value)


def test_a_name_that_cannot_be_looked_up_stands_for_itself() -> None:
    assert Proxy.from_url("http://a..b:80").url == "http://a..b:80"


def test_a_browser_does_not_go_past_a_proxy(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    more = "browser: true\nproxy: http://127.0.0.1:8080\n"
    write_site(folder, "near", "http", "near.localhost", more)
    told = nianbao("crawl", "--sites", folder, "--archive", folder / "a.db", code=2)
    assert "does not go with a proxy" in told


def test_what_a_proxy_is_called() -> None:
    proxy = Proxy.from_url(f"http://{USER}:{PASSWORD}@127.0.0.1:8080/")
    assert (proxy.name, proxy.url) == (
        "127.0.0.1:8080",
        f"http://{USER}:{PASSWORD}@127.0.0.1:8080",
    )
    assert PASSWORD not in repr(proxy)
    assert Proxy.from_url("http://[::1]").url == "http://[::1]:80"
