"""The bytes of every page: postings poured into the templates of the site's CMS."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from nianbao.sample import carriers, counties
from nianbao.sample.agencies import CARRIERS, GUCHENG, HUIBIAN, LANTING, XIXIA, Site
from nianbao.sample.postings import BUREAU_COLUMN, CHINA, GOVERNMENT_COLUMN, Posting
from nianbao.sample.reports import Notice, Report

GENERATED_AT = {  # when the CMS last published all its pages, in each state
    1: datetime(2025, 3, 20, 9, 12, 45, tzinfo=CHINA),
    2: datetime(2025, 4, 16, 15, 40, 8, tzinfo=CHINA),
}
WEEKDAYS = "一二三四五六日"
DATAPROXY = "/module/web/jpage/dataproxy.jsp"
UNIT_IDS = {BUREAU_COLUMN: "5866427", GOVERNMENT_COLUMN: "5866431"}
COLUMN_NAMES = {
    BUREAU_COLUMN: "部门信息公开年报",
    GOVERNMENT_COLUMN: "市政府信息公开年报",
}
WEB_ID = "3052"
ROWS = {"xixia": 15, "lanting": 10, "gucheng": 8, "huibian": 20}  # list rows on a page
CONTENT_TYPES = {
    "xixia": "text/html; charset=utf-8",
    "lanting": "text/html;charset=UTF-8",
    "gucheng": "text/html",
    "huibian": "text/html",
}
CHARSETS = {"gucheng": "gbk"}
FRAMES = {
    "xixia": "xixia",
    "huibian": "xixia",
    "lanting": "lanting",
    "gucheng": "gucheng",
}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of the server."""

    body: bytes
    content_type: str | None
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200


NOT_FOUND = Page(
    "<html><body><h1>404</h1><p>您访问的页面不存在</p></body></html>".encode(),
    "text/html",
    status=404,
)
ROBOTS = Page(b"User-agent: *\r\nDisallow: /admin/\r\n", "text/plain")


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints the pages of one state; `port` is the one the absolute links carry."""

    state: int
    port: int

    def print_site(
        self, site: Site, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        """Return (path, page) of a site's lists and articles; dead links have no page."""
        prints = {"lanting": self._columns, "gucheng": self._asp_lists}.get(
            site.id, self._static_lists
        )
        yield from self._doors(site)
        yield from (
            self._county_lists(site, postings)
            if site.id in counties.LOOKS
            else prints(site, postings)
        )
        if site is CARRIERS:
            yield from self._carried_articles(postings)
            return
        for index, posting in enumerate(postings):
            if posting.content is not None:
                yield posting.path, self.print_article(postings, index)
        if site is GUCHENG:
            yield "/robots.txt", ROBOTS

    def print_dataproxy(self, postings: Sequence[Posting], query: str) -> Page:
        """Return the records that a Hanweb paging query asks for; a wrong unitid gives an empty
        answer.
        """
        asked = dict(parse_qsl(query))
        column = asked.get("columnid", "")
        rows = [posting for posting in postings if posting.column == column]
        if UNIT_IDS.get(column) != asked.get("unitid") or asked.get("webid") != WEB_ID:
            rows = []
        first, last = _number(asked.get("startrecord")), _number(asked.get("endrecord"))
        chunk = rows[max(first, 1) - 1 : last]
        store = self._datastore(rows, column, chunk, last)
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {self._stamp()} -->\n{store}'
        )
        return self._page(LANTING, text, "text/xml;charset=UTF-8")

    # ---- the way to the lists

    def _doors(self, site: Site) -> Iterator[tuple[str, Page]]:
        """Return a home page and the page on open government information that it leads to."""
        frame = f"{FRAMES.get(site.id, 'county')}_frame.html"
        gate = {"lanting": "/col/col1229340/index.html", "gangting": None}.get(
            site.id, "/zwgk/"
        )
        for path, opened in (("/", False), *(((gate, True),) if gate else ())):
            look = counties.LOOKS.get(site.id)
            door = gate or entry_path(site)
            text = self._render(
                "door", site, frame=frame, gate=door, opened=opened, look=look
            )
            yield path, self._page(site, text)

    # ---- lists

    def _county_lists(
        self, site: Site, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        look = counties.LOOKS[site.id]
        base = f"http://{site.id}.localhost:{self.port}"
        for answer in counties.list_answers(site, postings, base, self._stamp()):
            text = answer.text
            if answer.kind == "html":
                text = self._render(
                    "county_list",
                    site,
                    look=look,
                    content=Markup(answer.text),
                    script=Markup(look.script),
                )
            yield answer.label, self._page(site, text, counties.KINDS[answer.kind])

    def _static_lists(
        self, site: Site, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        folder = entry_path(site)
        chunks = _chunks(postings, ROWS[site.id])
        for index, chunk in enumerate(chunks):
            rows = [(posting, _relative(posting.path, folder)) for posting in chunk]
            text = self._render(
                f"{site.id}_list", site, rows=rows, current=index, pages=len(chunks)
            )
            page = self._page(site, text)
            if index == 0:
                yield folder, page
            yield f"{folder}index{f'_{index}' if index else ''}.html", page

    def _columns(
        self, site: Site, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        size = ROWS[site.id]
        for column, name in COLUMN_NAMES.items():
            rows = [posting for posting in postings if posting.column == column]
            store = self._datastore(rows, column, rows[:size], size)
            text = self._render(
                "lanting_column",
                site,
                store=Markup(store),
                unit_id=UNIT_IDS[column],
                column_name=name,
            )
            yield (
                f"/col/col{column}/index.html",
                self._page(site, text, last_modified=self._modified(int(column))),
            )
            for query in _dataproxy_queries(column, len(rows)):
                yield f"{DATAPROXY}?{query}", self.print_dataproxy(postings, query)

    def _datastore(
        self, rows: Sequence[Posting], column: str, chunk: Sequence[Posting], last: int
    ) -> str:
        more = (
            f"{DATAPROXY}?{_dataproxy_query(column, last + 1)}"
            if 0 < last < len(rows)
            else None
        )
        size = ROWS["lanting"]
        return self._render(
            "lanting_datastore", LANTING, rows=rows, chunk=chunk, more=more, size=size
        )

    def _asp_lists(
        self, site: Site, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        path = entry_path(site)
        chunks = _chunks(postings, ROWS[site.id])
        for number, chunk in enumerate(chunks, 1):
            rows = [(posting, posting.path.rpartition("/")[2]) for posting in chunk]
            text = self._render(
                "gucheng_list", site, rows=rows, current=number, pages=len(chunks)
            )
            page = self._page(site, text)
            if number == 1:
                yield path, page
            yield f"{path}?page={number}", page

    # ---- articles

    def print_article(self, postings: Sequence[Posting], index: int) -> Page:
        """Return the article at an index of a site's postings; links to its neighbours stand
        around it.
        """
        posting = postings[index]
        look = counties.LOOKS.get(posting.site.id)
        views = posting.number * 7 % 900 + 58 + 37 * (self.state - 1)
        text = self._render(
            f"{posting.site.id if look is None else 'county'}_article",
            posting.site,
            look=look,
            header=look
            and look.header.format(
                at=posting.printed_at, source=posting.source, views=views
            ),
            posting=posting,
            body=print_body(posting.content),
            column_name=COLUMN_NAMES.get(posting.column, posting.site.column),
            views=views,
            index_number=f"{posting.site.id_code[:6]}/{posting.number}",
            previous=postings[index - 1] if index else None,
            following=postings[index + 1] if index + 1 < len(postings) else None,
            related=[*postings[:index], *postings[index + 1 :]][:4],
        )
        return self._page(
            posting.site, text, last_modified=self._modified(posting.number)
        )

    def _carried_articles(
        self, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, Page]]:
        """Return the pages that carry reports, as carriers.py prints them."""
        for index, posting in enumerate(postings):
            article = ""
            if posting.content is not None:
                article = self.print_article(postings, index).body.decode()
            views = posting.number % 97 + self.state
            for path, text in carriers.print_carried(posting, article, views):
                yield path, self._page(posting.site, text)

    def _modified(self, number: int) -> str:
        """Return when the page file was written: each state wrote every file anew, one after
        the other.
        """
        written = GENERATED_AT[self.state] - timedelta(seconds=number % 600)
        return format_datetime(written.astimezone(UTC), usegmt=True)

    # ---- what all pages share

    def _render(self, template: str, site: Site, **context: Any) -> str:
        now = GENERATED_AT[self.state]
        return (
            _environment()
            .get_template(f"{template}.html")
            .render(
                site=site,
                entry=entry_path(site),
                base=f"http://{site.id}.localhost:{self.port}",
                clock=f"{now.year}年{now.month}月{now.day}日 星期{WEEKDAYS[now.weekday()]}",
                stamp=self._stamp(),
                **context,
            )
        )

    def _stamp(self) -> str:
        return f"{GENERATED_AT[self.state]:%Y-%m-%d %H:%M:%S}"

    def _page(
        self,
        site: Site,
        text: str,
        content_type: str | None = None,
        last_modified: str | None = None,
    ) -> Page:
        body = text.encode(CHARSETS.get(site.id, "utf-8"))
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"' if site is XIXIA else None
        return Page(
            body,
            content_type or CONTENT_TYPES.get(site.id, "text/html; charset=utf-8"),
            etag,
            last_modified if site is LANTING else None,
        )


def entry_path(site: Site) -> str:
    """Return the path of a site's first list page (Lanting: of its departments' column)."""
    paths: Mapping[str, str] = {
        XIXIA.id: "/zwgk/zfxxgknb/",
        LANTING.id: f"/col/col{BUREAU_COLUMN}/index.html",
        GUCHENG.id: "/zfxxgk/list.asp",
        HUIBIAN.id: "/nb/",
    }
    return paths.get(site.id) or counties.LOOKS[site.id].entry


def list_paths(site: Site, postings: Sequence[Posting]) -> list[str]:
    """Return the paths a crawler fetches to read all lists of a site, each once."""
    if site.id in counties.LOOKS:
        return [
            answer.label
            for answer in counties.list_answers(site, postings, "", "")
            if answer.walked
        ]
    if site is LANTING:
        counts = Counter(posting.column for posting in postings)
        queries = (
            query
            for column in COLUMN_NAMES
            for query in _dataproxy_queries(column, counts[column])
        )
        return [
            *(f"/col/col{column}/index.html" for column in COLUMN_NAMES),
            *(f"{DATAPROXY}?{q}" for q in queries),
        ]
    more = range(1, len(_chunks(postings, ROWS[site.id])))
    entry = entry_path(site)
    return [
        entry,
        *(
            f"{entry}?page={n + 1}" if site is GUCHENG else f"{entry}index_{n}.html"
            for n in more
        ),
    ]


def _dataproxy_queries(column: str, count: int) -> list[str]:
    size = ROWS[LANTING.id]
    return [
        _dataproxy_query(column, start) for start in range(size + 1, count + 1, size)
    ]


def _dataproxy_query(column: str, start: int) -> str:
    end, unit = start + ROWS["lanting"] - 1, UNIT_IDS[column]
    return f"startrecord={start}&endrecord={end}&perpage={ROWS['lanting']}&columnid={column}&unitid={unit}&webid={WEB_ID}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _chunks(postings: Sequence[Posting], size: int) -> list[Sequence[Posting]]:
    return [postings[start : start + size] for start in range(0, len(postings), size)]


def _relative(path: str, folder: str) -> str:
    if path.startswith(folder):
        return f"./{path.removeprefix(folder)}"
    parent = folder.rstrip("/").rpartition("/")[0] + "/"
    return f"../{path.removeprefix(parent)}"


def print_body(content: Report | Notice | None) -> Markup:
    """Return the body of an article as HTML."""
    return Markup(_environment().get_template("body.html").render(content=content))


def _text(text: str) -> Markup:
    return Markup(str(escape(text)).replace("\n", "<br/>").replace("\u00a0", "&nbsp;"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nianbao.sample"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["text"] = _text
    return environment
