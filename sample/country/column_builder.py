"""Builds a column of annual reports: its lists and the pages of its reports."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from nianbao.sample.counties import KINDS
from nianbao.sample.country.answers import Answer, Row
from nianbao.sample.country.carriers import CARRIERS, UNREADABLE
from nianbao.sample.country.government import Column, Government
from nianbao.sample.country.government import Report as ServedReport
from nianbao.sample.country.lists import layout
from nianbao.sample.country.lists.nesting import NESTINGS, Leaf
from nianbao.sample.country.lists.pagers import PAGERS, View
from nianbao.sample.country.lists.row_markup import DRAWINGS
from nianbao.sample.country.lists.titles import Report, make_other_row, make_row
from nianbao.sample.country.lists.totals import TOTALS
from nianbao.sample.country.names import choose_bodies
from nianbao.sample.country.services import (
    ListedReport,
    Service,
    list_service_answers,
)

LAST_YEAR = 2024
ARTICLES = (
    "{folder}{year}/t{year}0120_{number}.html",
    "/art/{year}/1/20/art_12_{number}.html",
    "/info/1001/{number}.htm",
    "{folder}content_{number}.shtml",
    "{folder}show.asp?id={number}",
    "/content/{number}/{number:032x}.html",
)
# Those for a list whose address is a query.
ARTICLES_BESIDE = ("/art/{year}/1/20/art_12_{number}.html", "/info/1001/{number}.htm")
# Titles that say no body are for the reports of one, those without a year for the reports of one.
ONE_BODY_TITLES = ("year", "year-of", "year-and-word")
ONE_YEAR_TITLES = ("body", "without-year")


@dataclass
class ColumnBuilder:
    """Builds one column of a government's site on one of its hosts."""

    random: Random
    government: Government
    host: str  # before the site's own: that of a sibling
    numbers: itertools.count[int]

    def build(
        self,
        name: str,
        entry: str,
        covers: Sequence[str],
        service: Service | None = None,
    ) -> None:
        """Build the pages of a column; declare it and its reports."""
        bodies = choose_bodies(self.random, covers)
        reports = self._make_reports(bodies)
        if service is not None:
            reports = reports[: service.most_reports]
        self.article = self.random.choice(ARTICLES)
        self.name = name
        self.titling = self._choose_titling(bodies)
        if "?" in entry:
            self.article = self.random.choice(ARTICLES_BESIDE)
        if service is not None:
            self._add_service(service, name, entry, reports)
            place = self._locate(entry)
            column = Column(name, place, tuple(covers), (place,))
            self.government.columns.append(column)
            return
        nesting = "none" if "?" in entry else self.government.traits["nesting"]
        tree = NESTINGS[nesting](entry, reports)
        for path, page in tree.pages.items():
            self._add_page(path, page.replace("政府信息公开年报", name))
        for leaf in tree.leaves:
            self._add_list(leaf)
        lists = tuple(self._locate(leaf.folder) for leaf in tree.leaves)
        column = Column(name, self._locate(entry), tuple(covers), lists)
        self.government.columns.append(column)

    def _make_reports(self, bodies: Sequence[str]) -> list[Report]:
        years = (
            self.random.randint(2, 3) if len(bodies) > 1 else self.random.randint(3, 6)
        )
        reports = []
        for year in range(LAST_YEAR, LAST_YEAR - years, -1):
            for body in bodies:
                reports.append(Report(f"{self.government.name}{body}", year))
        return reports

    def _choose_titling(self, bodies: Sequence[str]) -> str:
        """Return the titling of the site where it can stand for these bodies, else whole titles."""
        titling = self.government.traits["titles"]
        if titling in ONE_BODY_TITLES and len(bodies) > 1:
            return "whole"
        is_by_year = self.government.traits["nesting"] == "years"
        if titling in ONE_YEAR_TITLES and not is_by_year:
            return "whole"
        return titling

    def _add_list(self, leaf: Leaf) -> None:
        traits = self.government.traits
        rows = [self._add_report(leaf, report) for report in leaf.reports]
        for number in range(int(traits["others"])):
            path = self._make_path(leaf.folder, 2020)
            row = make_other_row(self.random, number, path)
            self._add_page(path, layout.print_article(f"{row.whole}{number}"))
            rows.insert(self.random.randint(0, len(rows)), row)
        page_size = len(rows) if "?" in leaf.folder else int(traits["page-size"])
        pager = PAGERS[traits["pager"]]
        count = -(-len(rows) // page_size)
        for number in range(1, count + 1):
            view = View(leaf.folder, number, count, page_size, len(rows))
            part = rows[(number - 1) * page_size : number * page_size]
            address = pager.address(leaf.folder, number, count)
            self._add_page(address, self._print_list(view, part))

    def _add_service(
        self, service: Service, name: str, entry: str, reports: Sequence[Report]
    ) -> None:
        """Add the answers of a service's list, and the pages of its reports."""
        self.article = self.random.choice(ARTICLES_BESIDE)
        listed = []
        for number, report in enumerate(reports, 101):
            row = self._add_report(Leaf(entry, reports), report)
            listed.append(ListedReport(report, row.link, number))
        base = self._locate("")
        for answer in list_service_answers(service, listed, base):
            content_type = KINDS[answer.kind]
            text = answer.text
            if answer.kind == "html":
                site = f"{self.government.name}人民政府"
                page = layout.print_list_page([], text, "", "", name, site)
                text = f"<html><head>{service.head}{page}</body></html>"
            self._put(answer.label, Answer(text.encode(), content_type))

    def _print_list(self, view: View, rows: Sequence[Row]) -> str:
        traits = self.government.traits
        drawn = DRAWINGS[traits["rows"]](rows)
        pager = PAGERS[traits["pager"]].draw_on(view) if view.count > 1 else ""
        total = TOTALS[traits["total"]](view)
        noise = [] if traits["noise"] == "none" else traits["noise"].split("+")
        site = f"{self.government.name}人民政府"
        crumbs = f"<p>当前位置：<a href='/'>首页</a> &gt; <a href='/zwgk/'>政务公开</a> &gt; {self.name}</p>"
        page = layout.print_list_page(noise, drawn, pager, total, self.name, site)
        return page.replace("<body>", f"<body>{crumbs}", 1)

    def _add_report(self, leaf: Leaf, report: Report) -> Row:
        path = self._make_path(leaf.folder, report.year + 1)
        number = self.random.randint(1, 999)
        carrier = self._choose_carrier()
        pages = CARRIERS[carrier].carry(path, report, number)
        for page_path, page in pages.items():
            if isinstance(page, bytes):
                self._put(page_path, Answer(page, "application/octet-stream"))
            else:
                self._add_page(page_path, page)
        place = list(pages)[-1] if CARRIERS[carrier].is_behind else path
        served = ServedReport(
            report.body, report.year, self._locate(place), self._locate(path)
        )
        if carrier not in UNREADABLE:
            self.government.reports.append(served)
        return make_row(report, self.titling, path, f"{report.year + 1}-01-20")

    def _choose_carrier(self) -> str:
        """Return how a report is carried: as those of its site are, two times in three."""
        if self.random.random() < 0.67:
            return self.government.traits["carrier"]
        return "inline"

    def _make_path(self, folder: str, year: int) -> str:
        return self.article.format(folder=folder, year=year, number=next(self.numbers))

    def _locate(self, path: str) -> str:
        """Return the absolute address of a page."""
        return f"http://{self.host}{self.government.host.removeprefix('www.')}{path}"

    def _add_page(self, path: str, page: str) -> None:
        encoding = layout.ENCODINGS[self.government.traits["charset"]]
        body, content_type = encoding(page)
        self._put(path, Answer(body, content_type))

    def _put(self, path: str, answer: Answer) -> None:
        """Add an answer; the pages of some pagers are `POST path field=value`."""
        name = self.government.host.partition(":")[0].removeprefix("www.")
        target = path.removeprefix("POST ")
        key = f"//{self.host}{name}{target}"
        if target != path:
            key = f"POST {key}"
        self.government.answers[key] = answer
