"""A hostile archived page in a real browser: nothing in it runs, fetches or leads anywhere,
whichever guard fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.records import Capture
from nianbao.sample.loopback import run_server
from tests.browse.browser_pages import watching
from tests.browse.conftest import XIXIA, serving
from tests.browse.conftest import Page as ReportPage

TO = Addresses("/")
URL = "http://xixia.example.gov.cn/hostile.html"
FILE = "http://xixia.example.gov.cn/2020.pdf"
PDF = b"%PDF-1.7\n<html><script>window.hostile=1</script></html>"
HOSTILE = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>t</title>
<base href="{out}/base/" target="_top">
<meta http-equiv="refresh" content="1;url={out}/refresh">
<link rel="stylesheet" href="{out}/link.css"><link rel="prefetch" href="{out}/prefetch">
<link rel="icon" href="{out}/icon"><link rel="preload" as="image" href="{out}/preload">
<style>@import url("{out}/import.css"); body {{ background: url({out}/style.png) }}
@font-face {{ font-family: f; src: url({out}/font.woff) }} p {{ font-family: f }}</style>
<script src="{out}/script.js"></script>
<script>window.hostile = top.hostile = 1; fetch("{out}/fetch"); new Image().src = "{out}/image";
document.cookie = "hostile=1"; window.open("{out}/open"); alert(1);
try {{ top.location = "{out}/top" }} catch (e) {{}}</script>
</head>
<body background="{out}/background" onload="window.hostile = 2; location = '{out}/onload'">
<h1>西霞县财政局的正文</h1>
<img src="{out}/img.png" srcset="{out}/srcset.png 2x" onerror="window.hostile = 3">
<img src="x" onerror="top.hostile = 4; fetch('{out}/onerror')">
<svg width="9" height="9" onload="top.hostile = 5"><script>top.hostile = 6; fetch("{out}/svg-script")</script>
<image href="{out}/svg-image" width="9" height="9"/><use href="{out}/svg-use#a"/>
<a xlink:href="{out}/svg-link" href="{out}/svg-link"><text y="9">svg</text></a>
<style>@import url({out}/svg-import)</style><animate attributeName="href" to="javascript:top.hostile=7"/></svg>
<iframe src="{out}/iframe"></iframe><iframe srcdoc="<script>top.hostile = 8; fetch('{out}/srcdoc')</script>"></iframe>
<object data="{out}/object"></object><embed src="{out}/embed">
<video src="{out}/video" poster="{out}/poster" autoplay></video><audio src="{out}/audio" autoplay></audio>
<p style="background: url({out}/inline.png); position: fixed; inset: 0">覆盖</p>
<form action="{out}/form" target="_top"><input name="a" autofocus onfocus="top.hostile = 9"><button>提交</button></form>
<a id="one" href="{out}/click" target="_top" ping="{out}/ping">离开</a>
<a id="two" href="javascript:top.hostile = 10">脚本</a> <a id="three" href="{out}/blank" target="_blank">新窗口</a>
<a id="four" href="data:text/html,<script>top.hostile=11</script>">数据</a> <a id="five" href="{out}/self">本窗口</a>
<map name="m"><area shape="default" href="{out}/area"></map><img usemap="#m" width="20" height="20" alt="地图">
<script>document.forms[0].submit()</script></body></html>"""


@dataclass
class Canary:
    """A server that nothing may reach: it writes down what does."""

    base: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def canary(page: bytes = b"") -> Iterator[Canary]:
    """Listen on loopback; `/page` is answered with a page, for the control."""
    heard = Canary()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=gb18030")
            self.end_headers()
            self.wfile.write(
                page.replace(b"{out}", heard.base.encode())
                if self.path == "/page"
                else b""
            )

        do_POST = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.base = f"http://127.0.0.1:{server.server_port}"
    with run_server(server):
        yield heard


@pytest.fixture(scope="module")
def out() -> Iterator[Canary]:
    with canary() as heard:
        yield heard


@pytest.fixture(scope="module")
def hostile(out: Canary) -> bytes:
    """The page as its server would send it, in GBK."""
    return HOSTILE.format(out=out.base).encode("gb18030")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, hostile: bytes) -> Iterator[str]:
    """A server on an archive of two reports: a hostile page and a PDF file."""
    path = tmp_path_factory.mktemp("hostile") / "a.db"
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {})
        archive.begin_sites(run_id, [XIXIA])
        for url, payload, year in ((URL, hostile, 2021), (FILE, PDF, 2020)):
            capture = Capture(
                XIXIA.id,
                url,
                "report",
                "fetched",
                "2026-01-01T08:00:00.000Z",
                200,
                payload=payload,
            )
            visit_id, _ = archive.store_capture(run_id, capture)
            made = ReportPage(url, "西霞县财政局", year, f"正文{year}").reading()
            archive.store_reading(visit_id, replace(made, charset="gb18030"))
        archive.end_site(run_id, XIXIA.id, "finished", 2, lists_whole=True)
        archive.end_run(run_id, "finished", {})
    with serving(path) as base:
        yield base


def digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def frame_of(page: Page) -> Page:
    """Wait until the framed page stands there."""
    expect(
        page.frame_locator("iframe.archived").get_by_text("西霞县财政局的正文")
    ).to_be_visible()
    return page


def click_everything(page: Page) -> None:
    """Click on what looks as if it led somewhere."""
    frame = page.frame_locator("iframe.archived")
    for name in ("离开", "脚本", "新窗口", "数据", "本窗口", "svg", "提交"):
        for found in frame.get_by_text(name, exact=True).all():
            found.click(force=True, no_wait_after=True)
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)  # longer than the refresh that the page asks for


STAYING = (
    ("top.location", "top.other"),
    ("1;url", "600;url"),
    ("location = ", "fetch = "),
    (".submit()", ".length"),
)
CALLS = "link.css import.css script.js fetch image open img.png svg-image iframe object embed video onerror svg-script"


def test_the_page_is_as_hostile_as_it_looks(chromium: Browser) -> None:
    """The control: the same page served as it is, but for what leads away from it at once,
    calls out in every way.
    """
    page_text = HOSTILE.format(out="{out}")
    for leaving, staying in STAYING:
        page_text = page_text.replace(leaving, staying)
    with canary(page_text.encode("gb18030")) as heard:
        context = chromium.new_context()
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(f"{heard.base}/page")
        wanted = {f"/{name}" for name in CALLS.split()}
        for _ in range(100):
            if wanted <= set(heard.asked):
                break
            page.wait_for_timeout(100)
        assert page.evaluate("window.hostile") is not None
        context.close()
    assert wanted - set(heard.asked) == set()


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_nothing_in_an_archived_page_runs_or_leaves(
    chromium: Browser, served: str, hostile: bytes, out: Canary, screen: str
) -> None:
    address = TO.archived(digest(hostile))
    with watching(chromium, served, screen) as (page, seen):
        page.goto(address)
        frame_of(page)
        click_everything(page)
        assert page.url == served + address
        assert [frame.url for frame in page.frames] == [
            page.url,
            f"{served}{address}/page",
        ]
        assert page.context.cookies() == []
        assert {url.removeprefix(served).split("?")[0] for url in seen.sent} == {
            address,
            f"{address}/page",
            "/nianbao/pages.css",
            "/nianbao/report.css",
        }
    assert out.asked == []


def test_the_frame_and_the_policy_hold_what_the_cleaning_would_let_through(
    chromium: Browser, served: str, hostile: bytes, out: Canary
) -> None:
    """The page as it came, put into the frame under the headers of the answer: the second and
    third guard alone.
    """
    address = TO.archived(digest(hostile))

    def uncleaned(route: Route) -> None:
        answer = route.fetch()
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name != "content-length"
        }
        route.fulfill(
            headers=headers | {"content-type": "text/html; charset=gb18030"},
            body=hostile,
        )

    with watching(chromium, served) as (page, seen):
        page.route(f"**{address}/page", uncleaned)
        page.goto(address)
        frame_of(page)
        click_everything(page)
        assert page.url == served + address
        # requests that the browser blocks are told of as well; who was asked counts
        seen.wrong.clear()
    assert out.asked == []


def test_the_bare_frame_is_as_harmless_on_its_own(
    chromium: Browser, served: str, hostile: bytes, out: Canary
) -> None:
    with watching(chromium, served) as (page, _):
        page.goto(f"{TO.archived(digest(hostile))}/page")
        expect(page.get_by_role("heading", name="西霞县财政局的正文")).to_be_visible()
        assert (
            page.evaluate(
                "document.scripts.length + document.forms.length + document.links.length"
            )
            == 0
        )
        page.get_by_text("离开", exact=True).click()
        page.wait_for_timeout(1200)
        assert page.url.endswith("/page")
    assert out.asked == []


def test_a_link_shows_where_it_led(
    chromium: Browser, served: str, hostile: bytes, out: Canary
) -> None:
    with watching(chromium, served) as (page, _):
        page.goto(TO.archived(digest(hostile)))
        link = page.frame_locator("iframe.archived").get_by_text("离开", exact=True)
        expect(link).to_have_attribute("title", f"{out.base}/click")


def test_a_file_is_offered_and_never_shown(
    chromium: Browser, served: str, tmp_path: Path
) -> None:
    address = TO.archived(digest(PDF))
    with watching(chromium, served) as (page, _):
        page.goto(address)
        expect(page.get_by_text("这不是网页，只能作为文件下载。")).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)
        with page.expect_download() as started:
            page.get_by_role("link", name="下载原件").click()
        started.value.save_as(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == PDF
