"""Builds the site of one government from the shapes that were chosen for it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from nianbao.sample.country.answers import Answer
from nianbao.sample.country.arrangements import ARRANGEMENTS, Part
from nianbao.sample.country.column_builder import ColumnBuilder
from nianbao.sample.country.government import Government
from nianbao.sample.country.homes import HOMES
from nianbao.sample.country.lists import layout
from nianbao.sample.country.menus import MENUS, Link
from nianbao.sample.country.routes import (
    NEIGHBOURS,
    OLD_NEIGHBOURS,
    ROUTES,
    Stop,
)
from nianbao.sample.country.services import SERVICES
from nianbao.sample.country.traps import TRAPS

HOME_LINKS: Sequence[Link] = (("/", "首页"), ("/xw/", "新闻中心"), ("/zjx/", "县情"))
TRAP_YEARS = range(2021, 2025)
# Addresses of columns: {parent} is the page that names them, {folder} the column's own.
ADDRESSES: Mapping[str, str] = {
    "by-name": "{parent}{folder}/",
    "below-affairs": "/zwgk/zfxxgk/{folder}/",
    "col": "/col/col{number}/",
    "channels": "/channels/{number}/",
    "codes": "/site/c{number}/",
    "uuid": "/columns/{number:08x}-6b1f-4a52-9d0e-3c7f1a2b4d5e/",
    "root": "/{folder}/",
    "query": "/zwgk/public/column?type=4&catId={number}&action=list",
    "other-query": "/info/iList.jsp?cat_id={number}&node_id=GKqs",
}
GATE_PAGES: Mapping[str, str] = {
    "side-menu": (
        "<title>{name}-{site}</title></head><body><div class='crumb'>当前位置：<a href='/'>首页</a> &gt; {name}</div>"
        "<div class='left'>{menu}</div><div class='right'><h2>{name}</h2><p>为了更好地提供政府信息公开服务，编制本指南。</p></div>"
    ),
    "menu-first": (
        "<title>{name}</title><meta name='ColumnName' content='{name}'></head><body>{menu}<div>最新公开</div>"
        "<ul><li><a href='/zc/2024/1.html'>关于印发实施方案的通知</a><span>2024-05-06</span></li></ul>"
    ),
    "framed-menu": (
        "<title>{name}_{site}</title></head><body><iframe src='{frame}'></iframe><div>公开内容</div>"
    ),
}


@dataclass
class SiteBuilder:
    """Builds the pages of a government's site; its traits say which shapes to take."""

    random: Random
    government: Government
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1021))

    @property
    def traits(self) -> dict[str, str]:
        """Which shapes the site has, by kind."""
        return self.government.traits

    def build(self) -> None:
        """Build the site: home page, gates, columns, traps."""
        route = ROUTES[self.traits["route"]]
        last = route.stops[-1] if route.stops else Stop("", "/")
        links, beside = self._build_columns(last)
        traps = [self._build_trap(name, last) for name in self._list_traps()]
        neighbours = self.random.choice((NEIGHBOURS, OLD_NEIGHBOURS))
        named = [*neighbours, *links, *traps, *beside]
        for stop in reversed(route.stops):
            self._build_gate(stop, named)
            named = [(self._link(stop.path, stop.host), stop.name), *neighbours[:1]]
        self._build_home(named[:1] if route.stops else [*links, *traps, *beside])

    def _build_columns(self, last: Stop) -> tuple[list[Link], list[Link]]:
        """Build the columns; return links to those that the last stop names, and beside them."""
        links: list[Link] = []
        pages: dict[str, list[Link]] = {}
        parts = ARRANGEMENTS[self.traits["columns"]].parts
        if self.government.state == "no-column":
            parts = ()
        for place, part in enumerate(parts):
            entry = self._address(part, last)
            service = SERVICES.get(self.traits["service"]) if place == 0 else None
            if service is not None:
                entry = service.entry
            builder = ColumnBuilder(
                self.random, self.government, last.host, self.numbers
            )
            builder.build(self._name(part), entry, part.covers, service)
            url = self._link(self._vary(entry), last.host)
            named = pages.setdefault(part.beside, []) if part.beside else links
            named.append((url, self._name(part)))
        beside = []
        for name, named in pages.items():
            path = "/bmxxgk/"
            names = [*named, ("/bmxxgk/jyj/", "教育局"), ("/bmxxgk/czj/", "财政局")]
            self._build_gate(Stop(name, path, last.host), names)
            beside.append((self._link(path, last.host), name))
        return links, beside

    def _address(self, part: Part, last: Stop) -> str:
        parent = last.path if last.path.endswith("/") else "/xxgk/"
        pattern = ADDRESSES[self.traits["addresses"]]
        return pattern.format(
            parent=parent, folder=part.folder, number=next(self.numbers)
        )

    def _vary(self, entry: str) -> str:
        """Return the address of a folder, or that of its first page."""
        if self.traits["index"] == "folder" or not entry.endswith("/"):
            return entry
        page = f"{entry}index.html"
        host = self.government.host.partition(":")[0].removeprefix("www.")
        for address in list(self.government.answers):
            if address.startswith("//") and address.endswith(f"{host}{entry}"):
                self.government.answers[f"{address}index.html"] = (
                    self.government.answers[address]
                )
        return page

    def _name(self, part: Part) -> str:
        """Return the name of a column, for the rank of its government."""
        rank = self.government.name[-1]
        name = part.name.replace("县政府", f"{rank}政府").replace("县直", f"{rank}直")
        return name.replace("乡镇", "街镇") if rank == "区" else name

    def _list_traps(self) -> list[str]:
        names = self.traits["traps"]
        return [] if names == "none" else names.split("+")

    def _build_trap(self, name: str, last: Stop) -> Link:
        """Build a list of other documents; return the link to it."""
        trap = TRAPS[name]
        path = f"/zwgk/{trap.folder}/"
        rows = []
        for year in TRAP_YEARS:
            title = trap.rows.format(place=self.government.name, year=year)
            address = f"{path}t{year + 1}0301_{year}.html"
            self.add(address, layout.print_article(title), last.host)
            rows.append(
                f"<li><a href='{address}' title='{title}'>{title}</a><span>{year + 1}-03-01</span></li>"
            )
        body = f"<ul class='list'>{''.join(rows)}</ul>"
        page = layout.print_list_page([], body, "", "", trap.name, self.site_name)
        self.add(path, page, last.host)
        return self._link(path, last.host), trap.name

    def _build_gate(self, stop: Stop, named: Sequence[Link]) -> None:
        kind = self.random.choice(sorted(GATE_PAGES))
        menu = MENUS[self.traits["gate-menu"]].draw(named)
        frame = "/inc/left_" + stop.path.strip("/").replace("/", "_") + ".html"
        page = GATE_PAGES[kind].format(
            name=stop.name, site=self.site_name, menu=menu, frame=frame
        )
        self.add(stop.path, page, stop.host)
        if kind == "framed-menu":
            self.add(frame, f"<title>left</title></head><body>{menu}", stop.host)

    def _build_home(self, named: Sequence[Link]) -> None:
        home = HOMES[self.traits["home"]]
        self.government.start = home.start
        menu = MENUS[self.traits["home-menu"]].draw([*HOME_LINKS, *named])
        for path, template in home.pages.items():
            if template.startswith("302 "):
                target = f"http://{self.government.host}{template[4:]}"
                self._put(path, Answer(b"", status=302, location=target))
                continue
            page = template.replace("{menu}", menu)
            page = page.replace("{written}", f"document.write({json.dumps(menu)});")
            page = page.replace("{name}", self.site_name)
            page = page.replace("{place}", self.government.name)
            if path.endswith(".js"):
                self._put(path, Answer(page.encode(), "application/javascript"))
            else:
                self.add(path, page)

    @property
    def site_name(self) -> str:
        """The name of the site."""
        return f"{self.government.name}人民政府"

    def _link(self, path: str, host: str = "") -> str:
        """Return the address of a page as the site prints it."""
        if host:
            return f"http://{host}{self.government.host.removeprefix('www.')}{path}"
        if self.traits["links"] == "absolute":
            return f"http://{self.government.host}{path}"
        return path

    def add(self, path: str, page: str, host: str = "") -> None:
        """Add a page in the site's charset; `host` is that of a sibling."""
        body, content_type = layout.ENCODINGS[self.traits["charset"]](page)
        self._put(path, Answer(body, content_type), host)

    def _put(self, path: str, answer: Answer, host: str = "") -> None:
        name = self.government.host.partition(":")[0].removeprefix("www.")
        self.government.answers[f"//{host}{name}{path}"] = answer
