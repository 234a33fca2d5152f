"""Sites of every shape: what is chosen for each, and its pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from nianbao.sample.country.answers import Answer, Row
from nianbao.sample.country.lists import layout
from nianbao.sample.country.lists.nesting import NESTINGS, Leaf
from nianbao.sample.country.lists.pagers import PAGERS, View
from nianbao.sample.country.lists.row_markup import DRAWINGS
from nianbao.sample.country.lists.titles import (
    TITLINGS,
    Report,
    make_other_row,
    make_reports,
    make_row,
)
from nianbao.sample.country.lists.totals import TOTALS
from tests.crawl.list_sites.site import ListSite

PLATFORMS = ("", "", "", "generic", "trs", "hanweb", "vsb", "ucap", "webforms")
ARTICLES = (
    "{folder}{year}/t{year}0120_{number}.html",
    "/art/{year}/1/20/art_12_{number}.html",
    "/info/1001/{number}.htm",
    "{folder}content_{number}.shtml",
    "{folder}show.asp?id={number}",
    "{folder}{number:032x}.html",
)
LINK_FORMS = ("root", "root", "absolute", "www", "protocol", "blanks")


@dataclass
class Maker:
    """Makes one site of what was chosen for it."""

    random: Random
    site: ListSite
    titling: str
    drawing: str
    pager: str
    noise: list[str]
    other_rows: int
    article: str = ""
    link_form: str = ""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(101))

    def make(self, reports: Sequence[Report]) -> None:
        """Make the pages of the reports, and the lists that lead to them."""
        self.article = self.random.choice(ARTICLES)
        self.link_form = self.random.choice(LINK_FORMS)
        leaves = NESTINGS[self.site.traits["nesting"]](self.site.entry, reports)
        for leaf in leaves.leaves:
            self._add_list(leaf)
        for path, page in leaves.pages.items():
            self._add_page(path, page)
        for path, words in layout.ASIDE_PAGES.items():
            self._add_page(path, layout.print_article(words))

    def _add_page(self, path: str, page: str) -> None:
        body, content_type = layout.ENCODINGS[self.site.traits["charset"]](page)
        self.site.answers[path] = Answer(body, content_type)

    def _add_list(self, leaf: Leaf) -> None:
        rows = [self._add_report(leaf, report) for report in leaf.reports]
        for number in range(self.other_rows):
            path = self._make_path(leaf.folder, 2020)
            row = make_other_row(self.random, number, self._link(path))
            self._add_page(path, layout.print_article(f"{row.whole}{number}"))
            rows.insert(self.random.randint(0, len(rows)), row)
        page_size = int(self.site.traits["page-size"])
        pager = PAGERS[self.pager]
        count = -(-len(rows) // page_size)
        for number in range(1, count + 1):
            view = View(leaf.folder, number, count, page_size, len(rows))
            part = rows[(number - 1) * page_size : number * page_size]
            self._add_page(
                pager.address(leaf.folder, number, count), self._print(view, part)
            )

    def _print(self, view: View, rows: Sequence[Row]) -> str:
        drawn = DRAWINGS[self.drawing](rows)
        if self.site.traits["twin"] == "twice":
            drawn = f'<div class="pc">{drawn}</div><div class="wap" style="display:none">{drawn}</div>'
        pager = ""
        if view.count > 1 or self.site.traits["one-page"] == "pager":
            pager = PAGERS[self.pager].draw_on(view)
        total = TOTALS[self.site.traits["total"]](view)
        return layout.print_list_page(self.noise, drawn, pager, total)

    def _add_report(self, leaf: Leaf, report: Report) -> Row:
        path = self._make_path(leaf.folder, report.year + 1)
        number = int(self.random.random() * 1000)
        self._add_page(path, layout.print_report(report, number))
        self.site.reports.add(path)
        return make_row(
            report, self.titling, self._link(path), f"{report.year + 1}-01-20"
        )

    def _make_path(self, folder: str, year: int) -> str:
        return self.article.format(folder=folder, year=year, number=next(self.numbers))

    def _link(self, path: str) -> str:
        """Return the address of a page as the list prints it."""
        forms = {
            "root": path,
            "absolute": f"http://{self.site.host}{path}",
            "www": f"http://www.{self.site.host}{path}",
            "protocol": f"//{self.site.host}{path}",
            "blanks": f" {path} ",
        }
        if self.link_form == "blanks" and self.drawing != "items":
            return path
        return forms[self.link_form]


def make_site(seed: int, number: int, port: int) -> ListSite:
    """Return the site of a number: rows and pagers take turns, the rest is drawn by lot."""
    random = Random(f"{seed}/{number}")
    drawing = sorted(DRAWINGS)[number % len(DRAWINGS)]
    pager = sorted(PAGERS)[(number * 5 + number // len(DRAWINGS)) % len(PAGERS)]
    titling = random.choice(sorted(TITLINGS))
    noise = layout.choose_noise(random)
    traits = {
        "rows": drawing,
        "pager": pager,
        "titles": titling,
        "total": random.choice(("none", *TOTALS)),
        "charset": random.choice(("utf-8", "utf-8", "gbk", *layout.ENCODINGS)),
        "nesting": random.choice(("none", "none", "none", *NESTINGS)),
        "twin": random.choice(("once", "once", "once", "once", "twice")),
        "one-page": random.choice(("pager", "bare")),
        "page-size": str(random.choice((2, 3, 4, 20))),
        "noise": "+".join(noise) or "none",
    }
    site = ListSite(f"s{number}", port, random.choice(PLATFORMS), traits)
    other_rows = random.choice((0, 0, 1, 2))
    traits["others"] = str(other_rows)
    reports = make_reports(random, titling, random.randint(3, 8))
    Maker(random, site, titling, drawing, pager, noise, other_rows).make(reports)
    return site


def make_sites(seed: int, count: int, port: int) -> list[ListSite]:
    """Return the sites 0 to `count` of a seed."""
    return [make_site(seed, number, port) for number in range(count)]
