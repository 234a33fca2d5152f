"""Hosts that do what a crawler must bear: a loopback server whose virtual hosts each have one
trouble.
"""

from __future__ import annotations

import gzip
import random
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
import zstandard

from nianbao.sample.loopback import run_server
from tests.crawl.test_troubles import REPORT, ROW, TITLE

REPORT_PATHS = tuple(f"/nb/202201/t20220120_{number}.html" for number in range(1, 6))
BOMB_BYTES = 100 * 1024 * 1024
HEX40 = "1A" * 20


@dataclass(frozen=True, slots=True)
class Block:
    """What a firewall answers, and what it is to be recorded as."""

    kind: str
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


BLOCKS = {
    "jiasule": Block(
        "js_challenge",
        521,
        "<script>document.cookie=('_')+('_')+('j')+';max-age=3600';location.href=location.pathname</script>",
        {"Set-Cookie": "__jsluid_s=0a1b; max-age=31536000"},
    ),
    "jiasule2": Block(
        "js_challenge",
        521,
        '<script>function go(a){};go({"bts":["1"],"chars":"ab","ct":"c","ha":"md5","tn":"__jsl_clearance_s"})</script>',
    ),
    "ruishu": Block(
        "js_challenge",
        412,
        '<html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="x" r="m">'
        '<script r="m">$_ts=window["$_ts"];$_ts={};$_ts.nsd=1;$_ts.cd="q";</script></head><body></body></html>',
        {"Set-Cookie": "FSSBBIl1UgzbN7NS=5x; Path=/"},
    ),
    "ruishu200": Block(
        "js_challenge",
        200,
        '<html><head><script type="text/javascript" r="m">$_ts={};$_ts.cd="qq"</script></head><body></body></html>',
    ),
    "yundun": Block(
        "js_challenge",
        200,
        f"<html><script>var arg1='{HEX40}';function setCookie(n,v){{}};setCookie('acw_sc__v2',x)</script></html>",
        {"Set-Cookie": "acw_tc=1; path=/"},
    ),
    "yundun405": Block(
        "waf_block",
        405,
        "<html><title>405</title><body>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</body></html>",
    ),
    "c3vk": Block(
        "js_challenge",
        200,
        '<html><script>document.cookie="C3VK=1f2e; path=/";location.reload()</script>',
    ),
    "yunsuo": Block(
        "waf_block",
        200,
        '<html><script>function YunSuoAutoJump(){self.location="/?security_verify_data=31"}</script></html>',
        {"Set-Cookie": "security_session_mid_verify=9; path=/"},
    ),
    "safedog": Block(
        "waf_block",
        200,
        '<html><a href="http://404.safedog.cn/sitedog_stat.html"></a></html>',
    ),
    "wzws": Block(
        "waf_block", 493, "<html><title>访问禁止</title></html>", {"WZWS-Ray": "1-2-3"}
    ),
    "yunfanghu": Block(
        "waf_block", 403, "<html><title>403 - 云防护</title><body>拦截</body></html>"
    ),
    "leichi": Block(
        "waf_block",
        403,
        "<html><body>Forbidden</body></html><!-- event_id: 5f2a TYPE: A -->",
    ),
    "wts": Block(
        "waf_block", 403, "<html>denied</html>", {"X-Server": "", "Server": "wts/1.7"}
    ),
    "baota": Block(
        "waf_block",
        200,
        "<html><title>宝塔网站防火墙</title><body>请求不合法</body></html>",
    ),
    "abroad": Block(
        "geo_block_suspected",
        403,
        "<html><body>本站仅限境内访问，您所在地区无法打开。</body></html>",
    ),
    "often": Block("throttled", 200, '{"code": 1, "msg": "访问过于频繁，请稍后再试"}'),
    "toomany": Block("throttled", 429, "slow down"),
    "captcha": Block(
        "captcha",
        200,
        "<html><title>安全验证</title><body>请输入验证码 <img src='/captcha'></body></html>",
    ),
    "login": Block(
        "login",
        200,
        "<html><title>统一身份认证平台</title><body>请登录<input name=u><input type='password' name=p></body></html>",
    ),
    "hijacked": Block(
        "mirror_or_hijack",
        200,
        "<html><title>澳门威尼斯人娱乐城官网</title><body>开户</body></html>",
    ),
}
SOFT = "<html><head><title>提示</title></head><body><h1>抱歉，您访问的页面不存在或已被删除</h1></body></html>"
HOME = f"<html><title>首页</title><body><p>县人民政府门户网站</p>{'<p>本县要闻</p>' * 60}</body></html>"


def report(host: str, number: int) -> bytes:
    """Return a sound report page, each of another content."""
    return REPORT.format(title=TITLE, text=f"{host}第{number}件").encode()


def listing(paths: tuple[str, ...], tail: str = "") -> bytes:
    """Return a list page of these reports."""
    rows = "".join(
        ROW.format(path=path.removeprefix("/nb"), title=TITLE) for path in paths
    )
    return f"<html><meta charset=utf-8><ul>{rows}</ul>{tail}</html>".encode()


@cache
def bomb(encoding: str) -> bytes:
    """Return few bytes that decompress into BOMB_BYTES."""
    data = b"\0" * BOMB_BYTES
    if encoding == "br":
        return bytes(brotli.compress(data, quality=1))
    makers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "zstd": zstandard.compress,
    }
    return makers[encoding](data)


ENCODINGS = ("gzip", "deflate", "br", "zstd")


@dataclass
class Asked:
    """One request, by the monotonic clock."""

    host: str
    path: str
    begun: float
    ended: float | None = None


class Hostile:
    """The running server and the log of what it was asked."""

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.busy = {"busy": 1}  # answers of 429 left
        self.stopping = threading.Event()
        hostile = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = Asked(
                    self.headers["Host"].split(".")[0], self.path, time.monotonic()
                )
                hostile.log.append(asked)
                with suppress(BrokenPipeError, ConnectionResetError):
                    hostile.answer(self, asked.host, self.path)
                asked.ended = time.monotonic()

            def version_string(self) -> str:
                return "hostile"

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port

    def paths(self, host: str) -> list[str]:
        """Return what was asked of a host."""
        return [asked.path for asked in self.log if asked.host == host]

    def answer(self, to: BaseHTTPRequestHandler, host: str, path: str) -> None:
        """Answer as the host does."""
        if path == "/robots.txt":
            self.robots(to, host)
        elif host in BLOCKS:
            block = BLOCKS[host]
            send(to, block.body.encode(), block.status, block.headers)
        elif host == "patience":
            send(to, b"come back tomorrow", 503, {"Retry-After": "86400"})
        elif host == "index":
            send(to, listing(REPORT_PATHS))
        elif trouble := getattr(self, f"_{host}", None):
            trouble(to, path)
        else:
            self._sound(to, host, path)

    def robots(self, to: BaseHTTPRequestHandler, host: str) -> None:
        if host == "norobots":
            send(to, b"down", 503)
        elif host == "silent":
            self.stopping.wait(30)
        else:
            send(to, b"", 404)

    def _sound(self, to: BaseHTTPRequestHandler, host: str, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS))
        elif path in REPORT_PATHS:
            send(to, report(host, REPORT_PATHS.index(path)))
        else:
            send(to, b"404", 404)

    def _pager(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path.startswith("/nb/202201"):
            return self._sound(to, "pager", path)
        page = int("".join(filter(str.isdigit, path)) or 0)
        script = f'<script>createPageHTML(1000000, {page}, "index", "html")</script>'
        return send(to, listing(REPORT_PATHS[:1], script))

    def _loop(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS[:1]))
        else:
            send(
                to,
                b"",
                302,
                {"Location": "/nb/202201/" + ("a" if path.endswith("b") else "b")},
            )

    def _wall(self, to: BaseHTTPRequestHandler, path: str) -> None:
        send(to, b"", 302, {"Location": path, "Set-Cookie": "CT6T=1f; path=/"})

    def _slow(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            return send(to, listing(REPORT_PATHS[:1]))
        begin(to, 200, {"Content-Length": "100000"})
        while not self.stopping.wait(0.2):
            to.wfile.write(b"<p>")
        return None

    def _endless(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            return send(to, listing(REPORT_PATHS[:2]))
        length = (
            {"Content-Length": str(10 * 1024**3)} if path == REPORT_PATHS[0] else {}
        )
        begin(to, 200, length)
        block = b"<p>without end</p>" * 4096
        while not self.stopping.is_set():
            to.wfile.write(block)
        return None

    def _bomb(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS[: len(ENCODINGS)]))
        else:
            encoding = ENCODINGS[REPORT_PATHS.index(path)]
            send(to, bomb(encoding), 200, {"Content-Encoding": encoding})

    def _gone(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS))
        to.close_connection = True

    def _short(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            return send(to, listing(REPORT_PATHS[:1]))
        begin(to, 200, {"Content-Length": "100000"})
        to.wfile.write(report("short", 1))
        to.close_connection = True
        return None

    def _long(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            return send(to, listing(REPORT_PATHS[:1]))
        body = report("long", 1)
        begin(to, 200, {"Content-Length": str(len(body))})
        to.wfile.write(body + b"<p>more than was said</p>")
        to.close_connection = True
        return None

    def _busy(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path != "/nb/" and self.busy["busy"]:
            self.busy["busy"] -= 1
            send(to, b"busy", 429, {"Retry-After": "2"})
        else:
            self._sound(to, "busy", path)

    def _soft(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS))
        else:
            send(to, SOFT.encode())

    def _same(self, to: BaseHTTPRequestHandler, path: str) -> None:
        send(to, listing(REPORT_PATHS) if path == "/nb/" else HOME.encode())

    def _homeward(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS[:2]))
        elif path == "/":
            send(to, HOME.encode())
        else:
            send(to, b"", 302, {"Location": "/"})

    def _inside(self, to: BaseHTTPRequestHandler, path: str) -> None:
        if path == "/nb/":
            send(to, listing(REPORT_PATHS[:1]))
        else:
            send(to, b"", 302, {"Location": "http://169.254.169.254/latest/meta-data/"})

    def _session(self, to: BaseHTTPRequestHandler, path: str) -> None:
        """Print a new session id into every address."""
        plain = path.partition(";")[0]
        if plain in REPORT_PATHS:
            return self._sound(to, "session", plain)
        ids = [f";jsessionid={random.getrandbits(64):X}" for _ in range(2)]
        paths = tuple(REPORT_PATHS[0] + one for one in ids)
        return send(
            to, listing(paths, f'<a class="next" href="/nb/more{ids[0]}">下一页</a>')
        )


SOUND = (
    "good",
    "better",
    "pager",
    "long",
    "busy",
    "session",
)  # hosts whose reports are real
REPORTS = {"good": 5, "better": 5, "pager": 1, "long": 1, "busy": 5, "session": 1}
# what each trouble is found as: one finding for a host, or one for each page where pages fail
FOUND = {
    "loop": {"page.failed": 1},
    "wall": {"blocked.cookie_wall": 1},
    "slow": {"page.failed": 1},
    "endless": {"page.failed": 2},
    "bomb": {"page.failed": len(ENCODINGS)},
    "short": {"page.failed": 1},
    "gone": {"host.unreachable": 1},
    "norobots": {"host.unreachable": 1},
    "silent": {"host.unreachable": 1},
    "patience": {"host.retry_later": 1},
    "soft": {"page.soft_404": 1},
    "homeward": {"page.replaced": 2, "site.many_blocked": 1},
    "same": {
        "page.replaced": 3,
        "page.report_unread": 2,
        "site.many_blocked": 1,
        "site.no_report": 1,
    },
    "index": {"blocked.throttled": 1, "page.replaced": 4},
    "inside": {"page.refused_by_boundary": 1},
    **{name: {f"blocked.{block.kind}": 1} for name, block in BLOCKS.items()},
}


def begin(to: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
    to.send_response_only(status)
    for name, value in {
        "Content-Type": "text/html; charset=utf-8",
        "Connection": "close",
        **headers,
    }.items():
        to.send_header(name, value)
    to.end_headers()


def send(
    to: BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    begin(to, status, {"Content-Length": str(len(body)), **(headers or {})})
    to.wfile.write(body)


@contextmanager
def hostile() -> Iterator[Hostile]:
    """Serve the hosts while the context lasts."""
    server = Hostile()
    with run_server(server.http):
        try:
            yield server
        finally:
            server.stopping.set()
