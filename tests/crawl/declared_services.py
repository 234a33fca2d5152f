"""Sites on loopback whose lists are services: one for each declaration, and each cut short too.

A service takes only requests as the platform's own script sends them, and answers as the platform
does. What it is asked otherwise is 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nianbao.sample.loopback import run_server
from tests.crawl.hostile_server import send
from tests.crawl.test_troubles import REPORT

ROW_COUNT = 5
MOST_ON_PAGE = 2  # a service gives no more, however many it is asked for
LONG_ROW_COUNT = 21  # of a service that is asked for 20 rows by their places
HEX = "0123456789abcdef0123456789abcdef"
JSON = "application/json; charset=utf-8"
SCRIPT = "application/javascript; charset=utf-8"
HTML = "text/html; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True)
class Row:
    """A report of a site, as a list names it."""

    number: int

    @property
    def path(self) -> str:
        return f"/nb/{self.number}.html"

    @property
    def title(self) -> str:
        return f"西霞县第{self.number + 1}镇人民政府2021年政府信息公开工作年度报告"

    @property
    def day(self) -> str:
        return f"2022-01-{self.number % 28 + 1:02}"

    @property
    def seconds(self) -> int:
        return 1_642_000_000 + self.number * 86_400

    @property
    def markup(self) -> str:
        return f'<li><a href="{self.path}" title="{self.title}">{self.title}</a><span>{self.day}</span></li>'


ROWS = [Row(number) for number in range(ROW_COUNT)]
LONG_ROWS = [Row(number) for number in range(LONG_ROW_COUNT)]


@dataclass(frozen=True)
class Asked:
    """A request for a page of a list."""

    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    json: Any

    def rows(self, number: object, size: object, first: int = 1) -> list[Row]:
        """Return the rows of a page; none behind the last one."""
        size = min(int(str(size)), MOST_ON_PAGE)
        start = (int(str(number)) - first) * size
        return ROWS[start : start + size]


# What becomes of the second page: an answer that is no list, the first page again, no row at all.
FAULTS = ("cut", "stuck", "blank")
Answer = Callable[
    [Asked], tuple[str, str]
]  # the text of an answer and its content type


@dataclass(frozen=True)
class Service:
    """A site whose list is a service.

    `broken` is what the service answers in the place of its second page.
    """

    platform: str
    entry: str
    page: str
    paths: tuple[str, ...]
    answer: Answer
    extra: str = ""  # lines of the site file
    broken: tuple[str, str] = ('{"code": 500}', JSON)
    row_count: int = ROW_COUNT
    fault: str = ""  # one of FAULTS
    says_length: bool = True  # how many rows or pages the list has


def _json(**values: Any) -> tuple[str, str]:
    return json.dumps(values, ensure_ascii=False), JSON


def _check(value: object, expected: object) -> None:
    if value != expected:
        raise ValueError(f"{value!r} is not {expected!r}")


def _answer_epoint(asked: Asked) -> tuple[str, str]:
    fields = asked.json["params"]
    _check((fields["categorynum"], fields["siteGuid"]), ("003", "7eb5-f7f1"))
    rows = asked.rows(fields["pageIndex"], fields["pageSize"], first=0)
    data = [
        {
            "infourl": r.path,
            "title": r.title[:9],
            "realtitle": r.title,
            "infodate": r.day,
        }
        for r in rows
    ]
    return _json(custom=json.dumps({"data": data, "total": ROW_COUNT}))


def _answer_gkmlpt(asked: Asked) -> tuple[str, str]:
    _check((asked.path, asked.query["sid"]), ("/gkmlpt/api/all/45", "755001"))
    rows = asked.rows(max(int(asked.query["page"]), 1), 10)
    articles = [
        {"title": r.title, "url": "", "post_url": r.path, "date": r.seconds}
        for r in rows
    ]
    return _json(articles=articles, total=ROW_COUNT)


def _answer_jpaas(asked: Asked) -> tuple[str, str]:
    _check((asked.query["webId"], asked.query["pageId"]), ("7", "9"))
    numbers = json.loads(asked.query["paramJson"])
    rows = asked.rows(numbers["pageNo"], numbers["pageSize"])
    markup = "".join(row.markup for row in rows)
    return _json(success=True, data={"html": f'<ul count="{ROW_COUNT}">{markup}</ul>'})


def _answer_lonsun(asked: Asked) -> tuple[str, str]:
    _check((asked.query["organId"], asked.query["catId"]), ("6596", "67"))
    rows = asked.rows(asked.query["pageIndex"], asked.query["pageSize"])
    markup = "".join(row.markup for row in rows)
    total = f"<div class='page'>共{ROW_COUNT}条</div>"
    return f'<ul class="clearfix xxgk_nav_list">{markup}</ul>{total}', HTML


def _answer_ucap(asked: Asked) -> tuple[str, str]:
    _check(asked.path, f"/common/search/{HEX}")
    rows = asked.rows(asked.query["page"], asked.query["_pageSize"])
    results = [
        {"title": r.title, "url": r.path, "publishedTime": r.seconds * 1000}
        for r in rows
    ]
    return _json(data={"total": ROW_COUNT, "results": results})


def _answer_truecms(asked: Asked) -> tuple[str, str]:
    _check(asked.query["columnId"], "c-7")
    start, end = int(asked.query["startrecord"]), int(asked.query["endrecord"])
    _check(end - start + 1, int(asked.query["perpage"]))
    rows = LONG_ROWS[start - 1 : end]
    records = "".join(f"<record><![CDATA[{row.markup}]]></record>" for row in rows)
    store = f"<datastore><totalrecord>{LONG_ROW_COUNT}</totalrecord><recordset>{records}</recordset></datastore>"
    return f"{asked.query['callback']}({{result:{json.dumps(store)}}});", SCRIPT


def _answer_igs(asked: Asked) -> tuple[str, str]:
    _check(asked.query["code"], HEX)
    rows = asked.rows(asked.query["pageNumber"], asked.query["pageSize"], first=0)
    content = [
        {"title": f"<em>{r.title}</em>", "url": r.path, "trs_time": f"{r.day} 10:00"}
        for r in rows
    ]
    return _json(page={"content": content, "total": ROW_COUNT})


def _answer_was(asked: Asked) -> tuple[str, str]:
    _check(asked.query["channelid"], "23")
    rows = asked.rows(asked.query["page"], asked.query["perpage"])
    markup = "".join(row.markup for row in rows)
    return f"<html><body><ul>{markup}</ul><p>共{ROW_COUNT}条</p></body></html>", HTML


def _answer_eportal(asked: Asked) -> tuple[str, str]:
    _check((asked.query["pageId"], asked.query["moduleId"]), ("P1", HEX))
    return _make_eportal_page(int(asked.query["currentPage"])), HTML


def _make_eportal_page(number: int) -> str:
    rows = ROWS[(number - 1) * MOST_ON_PAGE :][:MOST_ON_PAGE]
    markup = "".join(row.markup for row in rows)
    pager = f"queryPage('/eportal/ui?pageId=P1&moduleId={HEX}&currentPage=2')"
    return (
        f"<html><body><ul>{markup}</ul><div class='page'>当前第{number}页 共3页"
        f'<input type="hidden" value="{escape(pager)}"></div></body></html>'
    )


def _answer_sitefactory(asked: Asked) -> tuple[str, str]:
    number = asked.path.removeprefix("/Category_97/Index_").removesuffix(".aspx")
    return _make_numbered_page(int(number)), HTML


def _make_numbered_page(number: int) -> str:
    markup = "".join(
        row.markup for row in ROWS[(number - 1) * MOST_ON_PAGE :][:MOST_ON_PAGE]
    )
    pager = (
        "<script>var pages = ['Index.aspx', 'Index_2.aspx', 'Index_3.aspx'];</script>"
    )
    return (
        f"<html><body><ul>{markup}</ul><div>共 <b>3</b> 页</div>{pager}</body></html>"
    )


def _answer_querylist(asked: Asked) -> tuple[str, str]:
    _check(
        (asked.form["webSiteCode[]"], asked.form["channelCode[]"]), ("xixia", "col7")
    )
    rows = asked.rows(asked.form["current"], asked.form["pageSize"])
    results = [
        {
            "source": {
                "title": r.title,
                "pubDate": r.day,
                "urls": json.dumps({"pc": r.path, "h5": "/m/"}),
            }
        }
        for r in rows
    ]
    return _json(code=200, data={"results": results, "total": ROW_COUNT})


def _answer_rss(asked: Asked) -> tuple[str, str]:
    rows = asked.rows(asked.query["p"], 9, first=0)
    items = "".join(
        f'<item id="{r.number}"><title>{r.title}</title><link>{r.path}</link><pubDate>{r.day}</pubDate></item>'
        for r in rows
    )
    return f'<?xml version="1.0"?><list><count>{ROW_COUNT}</count>{items}</list>', XML


def _answer_ids(asked: Asked) -> tuple[str, str]:
    _check(
        asked.json["query"],
        {"column": "c7", "rows": 2, "from": asked.json["query"]["from"]},
    )
    rows = ROWS[asked.json["query"]["from"] :][:2]
    return json.dumps([{"id": r.number, "name": r.title} for r in rows]), JSON


def _answer_pages(asked: Asked) -> tuple[str, str]:
    rows = asked.rows(asked.form["pageNo"], 10)
    data = [
        {"docUrl": r.path, "docTitle": r.title, "docTime": str(r.seconds)} for r in rows
    ]
    return _json(pages=3, list=data)


RSS = """
declaration:
  request: {url: /api/list.xml, method: GET, query: {p: "{page}"}}
  pages: {first: 0}
  answer: {format: xml, rows: item, address: link, title: title, date: pubDate, total: count}
"""
IDS = """
declaration:
  values: {column: {field: "#column"}}
  request:
    url: /api/search
    method: POST
    json: {query: {column: "{column}", from: "{offset}", rows: "{size}"}}
  pages: {first: 1, size: 2, stop: short}
  answer: {format: json, rows: $, address: "/nb/{id}.html", title: name}
"""
PAGES = """
declaration:
  request: {url: /api/pages, method: POST, form: {pageNo: "{page}"}}
  pages: {first: 1}
  answer:
    {format: json, rows: list, address: docUrl, title: docTitle, date: docTime, page_count: pages}
"""
EPOINT_PAGE = (
    "<script>var siteGuid='7eb5-f7f1'; $.post(u, {params: {pageIndex: 0}})</script>"
)
GKMLPT_PAGE = (
    """<script>window._CONFIG = {SID:'755001', TREE:[{"id":3,"name":"指南"},"""
    """{"id":9,"name":"公开","children":[{"id":45,"name":"政府信息公开年报"}]}]};</script>"""
)
QUERYLIST_PAGE = """<script>var params = {current: 1, webSiteCode: ['xixia'], channelCode: ['col7'],
  perPage: '15'}; loadPageData(params, '380055');</script>"""
LONSUN_PAGE = "<script>var siteId = '6788'; load({labelName:'x', file:'/xxgk/list_2020'})</script>"
SERVICES = (
    Service("epoint", "/dynamic/zwgk/govInfoPub.html?deptcode=D1&categorynum=003", EPOINT_PAGE,
            ("/EWB-FRONT/rest/lightfrontaction/getgovinfolist",), _answer_epoint),
    Service("gkmlpt", "/gkmlpt/index", GKMLPT_PAGE, ("/gkmlpt/api/all/45",), _answer_gkmlpt),
    Service("jpaas", "/col/col9/index.html", """<div queryData="{'webId':'7','pageId':'9'}" rows=10></div>""",
            ("/api-gateway/jpaas-publish-server/front/page/build/unit",), _answer_jpaas),
    Service("lonsun", "/public/column/6596?type=4&action=list&catId=67", LONSUN_PAGE,
            ("/site/label/8888",), _answer_lonsun, broken=("<ul class='xxgk_nav_list'></ul>", HTML)),
    Service("ucap", "/c7/list.shtml", f'<meta name="channelid" content="{HEX}">',
            (f"/common/search/{HEX}",), _answer_ucap),
    Service("truecms", "/site/col/content/c-7.html", "<script>var columnId = 'c-7';</script>",
            ("/truecms/messageController/getMessage.do",), _answer_truecms, broken=("cb({code:500})", SCRIPT), row_count=LONG_ROW_COUNT),
    Service("igs", f"/igs/front/search.jhtml?code={HEX}&pageNumber=0&pageSize=10", "",
            ("/igs/front/search.jhtml",), _answer_igs),
    Service("was", "/was5/web/search?channelid=23&perpage=10&page=1", "",
            ("/was5/web/search",), _answer_was, broken=("<ul></ul>", HTML)),
    Service("eportal", "/eportal/ui?pageId=P1", _make_eportal_page(1), ("/eportal/ui",), _answer_eportal,
            broken=("<ul></ul>", HTML)),
    Service("sitefactory", "/Category_97/Index.aspx", _make_numbered_page(1),
            tuple(f"/Category_97/Index_{n}.aspx" for n in range(2, 9)), _answer_sitefactory,
            broken=("<ul></ul>", HTML)),
    Service("querylist", "/xixia/col/col7/index.html", QUERYLIST_PAGE, ("/queryList",), _answer_querylist),
    Service("declared", "/nb/", "<div id='list'></div>", ("/api/list.xml",), _answer_rss, extra=RSS,
            broken=("<error>busy</error>", XML)),
    Service("declared", "/nb/", '<input id="column" value="c7">', ("/api/search",), _answer_ids, extra=IDS,
            says_length=False),
    Service("declared", "/nb/", "<div id='list'></div>", ("/api/pages",), _answer_pages, extra=PAGES),
)  # fmt: skip


@dataclass
class ServiceSites:
    """The running sites, by host; `refused` are requests that no script of theirs would send."""

    sites: dict[str, Service]
    port: int = 0
    first_answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        host = to.headers["Host"].partition(":")[0]
        service = self.sites[host.partition(".")[0]]
        parts = urlsplit(to.path)
        body = to.rfile.read(int(to.headers.get("Content-Length") or 0)).decode()
        rows = {row.path: row for row in LONG_ROWS}
        if parts.path in rows:
            send(to, REPORT.format(title=rows[parts.path].title, text="").encode())
        elif to.path == service.entry and service.page:
            page = f"<html><head><title>年报</title></head><body>{service.page}</body></html>"
            send(to, page.encode(), headers={"Content-Type": HTML})
        elif parts.path in service.paths:
            name = host.partition(".")[0]
            self._answer_service(to, name, _read_request(to, body))
        else:
            send(to, b"404", 404)

    def _answer_service(
        self, to: BaseHTTPRequestHandler, name: str, asked: Asked
    ) -> None:
        service = self.sites[name]
        try:
            answer = service.answer(asked)
        except (KeyError, ValueError, TypeError) as error:
            self.refused.append(f"{name} {to.path}: {error!r}")
            send(to, b"400", 400)
            return
        first = self.first_answers.setdefault(name, answer)
        if answer != first and service.fault:
            answer = _spoil(service, first)
        text, kind = answer
        send(to, text.encode(), headers={"Content-Type": kind})


def _spoil(service: Service, first: tuple[str, str]) -> tuple[str, str]:
    """Return what a service answers after its first page."""
    if service.fault == "cut":
        return service.broken
    if service.fault == "stuck":
        return first
    text, kind = first
    text = re.sub("<record>.*?</record>|<item .*?</item>", "", text)
    for row in LONG_ROWS:
        for part in (row.markup, row.markup.replace('"', '\\"')):
            text = text.replace(part, "")
    if kind == JSON:
        text = re.sub(r"\[\{(?:[^\[\]]|\[\])*\}\]", "[]", text)
    return text, kind


def _read_request(to: BaseHTTPRequestHandler, body: str) -> Asked:
    parts = urlsplit(to.path)
    is_json = "json" in to.headers.get("Content-Type", "")
    return Asked(
        path=parts.path,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        form={} if is_json else dict(parse_qsl(body, keep_blank_values=True)),
        json=json.loads(body) if is_json else None,
    )


@contextmanager
def serve_services(services: Sequence[tuple[str, Service]]) -> Iterator[ServiceSites]:
    """Serve sites under their names while the context lasts."""
    sites = ServiceSites(dict(services))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sites.answer(self)

        def do_POST(self) -> None:
            sites.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        sites.port = http.server_port
        with run_server(http):
            yield sites


def write_site_file(name: str, service: Service, port: int) -> str:
    """Return the site file of a service."""
    return f"""\
id: {name}
name: 西霞县人民政府
region: null
platform: {service.platform}
entries:
  - {{url: "http://{name}.localhost:{port}{service.entry}", column: 政府信息公开年报}}
expect: {{links: 1}}
delay: 0
official: true
{service.extra}"""
