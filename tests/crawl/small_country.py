"""Seven governments over the ways a search can end: their register, and the hosts that the sample
does not have.
"""

from __future__ import annotations

from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from nianbao.crawler.middlewares.long_pages import MOST_BYTES
from nianbao.spiders.register.governments import COLUMNS, FILE_NAME
from tests.crawl.commands import free_port
from tests.crawl.hostile_server import send

FOUND = ("yuanhe", "lucha")  # sites of the sample province
OUTCOMES = {
    **dict.fromkeys(FOUND, "found"),
    "bureau": "found",
    "wall": "blocked",
    "plain": "no_column",
    "script": "needs_browser",
    "gone": "unreachable",
}
NAMES = {
    "yuanhe": "沅禾县",
    "lucha": "芦岔县",
    "bureau": "局下县",
    "wall": "墙里县",
    "plain": "平白县",
    "script": "脚本县",
    "gone": "无踪县",
}
WALL = "<html><script>document.cookie='__jsl_clearance_s=1';location.href=location.pathname</script></html>"
TITLE = "局下县财政局{year}年政府信息公开工作年度报告"
ROW = '<li><a href="/nb/{year}.html" title="{title}">{title}</a><span>{day}</span></li>'
PAGES = {
    ("plain", "/"): "<title>平白县人民政府</title><a href='/xw/'>新闻</a>",
    ("script", "/"): "<title>脚本县人民政府</title><a href='/nb/'>政府信息公开年报</a>",
    ("script", "/nb/"): "<title>政府信息公开年报</title><div id='list'></div>",
    (
        "bureau",
        "/",
    ): "<title>局下县人民政府</title><a href='/nb/'>财政局信息公开年报</a><a href='/all/'>各部门年报</a>",
    ("bureau", "/all/"): "<title>各部门年报</title>" + "<p>x" * (MOST_BYTES // 4),
}
YEARS = range(2020, 2024)
REPORT = """<title>{title}</title><h1>{title}</h1><div class="TRS_Editor">
<p>一、总体情况</p><p>{year}年，局下县财政局公开政府信息。</p>
<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>
<p>四、政府信息公开行政复议、行政诉讼情况</p><p>五、存在的主要问题及改进情况</p>
<p>六、其他需要报告的事项</p><p>局下县财政局</p></div>"""


class Strangers(BaseHTTPRequestHandler):
    """The hosts: a wall, a home page that leads nowhere, an empty list, one body's column and a page
    that is too long to be searched.
    """

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        host = self.headers["Host"].split(".")[0]
        self.asked[f"{host}{self.path}"] += 1
        if self.path == "/robots.txt":
            self.send_error(404)
        elif host == "wall":
            send(self, WALL.encode(), 521, {"Content-Type": "text/html"})
        else:
            page = _make_page(host, self.path)
            status = 404 if page is None else 200
            body = f"<meta charset='utf-8'>{page or 'nothing'}".encode()
            send(self, body, status, {"Content-Type": "text/html; charset=utf-8"})

    def log_message(self, *_: object) -> None:
        pass


def _make_page(host: str, path: str) -> str | None:
    if (host, path) in PAGES:
        return PAGES[host, path]
    if host != "bureau" or not path.startswith("/nb/"):
        return None
    if path == "/nb/":
        rows = []
        for year in YEARS:
            title = TITLE.format(year=year)
            rows.append(ROW.format(year=year, title=title, day=f"{year + 1}-01-20"))
        return f"<title>财政局信息公开年报</title><ul>{''.join(rows)}</ul>"
    year = int(path.removeprefix("/nb/").removesuffix(".html"))
    return REPORT.format(title=TITLE.format(year=year), year=year)


def make_server() -> ThreadingHTTPServer:
    Strangers.asked = Counter()
    return ThreadingHTTPServer(("127.0.0.1", 0), Strangers)


def write_register(folder: Path, sample_port: int, strangers_port: int) -> Path:
    """Write the governments into a folder of site files, which has no others."""
    folder.mkdir()
    gone_port = free_port()
    rows = ["\t".join(COLUMNS)]
    for number, (host, name) in enumerate(NAMES.items(), 1):
        port = gone_port if host == "gone" else strangers_port
        if host in FOUND:
            port = sample_port
        home = f"http://{host}.localhost:{port}/"
        path = f"样例省/{name}"
        rows.append(
            "\t".join((path, "county", f"9901{number:02}", "", home, "none", ""))
        )
    (folder / FILE_NAME).write_text("\n".join(rows) + "\n", "utf-8")
    return folder
