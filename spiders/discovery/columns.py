"""Columns: how the pages of a site lead to its annual-report columns.

Pure functions of a page. A column is recognised by its name or its folder, never guessed from
its place. Names and folders were seen on real sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from nianbao.spiders.declarations.column_trees import list_columns
from nianbao.spiders.discovery.page_links import read_page_links
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.report_names import YEAR, is_column_name, names_other_document
from nianbao.spiders.rules import find_rule

# Words of the names of pages on the way to the column, with points; the first that a name has
# counts.
GATES = {
    "政府信息公开年报": 5,
    "法定主动公开": 4,
    "政府信息公开": 3,
    "信息公开": 2,
    "政务公开": 1,
}
POINTS_OF_PLAIN_NAME = 4
MOST_POINTS_BESIDE = 1  # of a page that stands beside the column
LONGEST_GATE_NAME = 16  # characters
COLUMN_SLUG = find_rule("column_slug")
GATE_SLUG = find_rule("gate_slug")
GATE_NAME = find_rule("gate_name")
GATE_BESIDE = find_rule("gate_beside")
GATE_OF_BODIES = find_rule("gate_of_bodies")
SITE_MAP = find_rule("site_map")
PLAIN_GATE = find_rule("plain_gate")
ENTRANCE = find_rule("entrance")
BODY_NAME = find_rule("body_name")
TITLE_SEPARATORS = re.compile(r"[-_|—>\s]+")


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A link that leads, or may lead, to the annual reports; `score` orders what to visit
    first.
    """

    url: str
    name: str
    score: int


def find_columns(page: ListPage) -> list[ColumnLink]:
    """Return the links of a page to annual-report columns, the likeliest first."""
    columns: dict[str, ColumnLink] = {}
    for url, name in read_page_links(page):
        score = _score_column(url, name)
        if not score:
            continue
        if url not in columns or columns[url].score < score:
            columns[url] = ColumnLink(url, name, score)
    return _sort_by_score(columns)


def find_gates(page: ListPage) -> list[ColumnLink]:
    """Return the links to the pages about open government information, which lead to the
    column.
    """
    gates: dict[str, ColumnLink] = {}
    for url, name in read_page_links(page):
        score = _score_gate(url, name)
        if score:
            gates.setdefault(url, ColumnLink(url, name, score))
    return _sort_by_score(gates)


def find_site_maps(page: ListPage) -> list[str]:
    """Return the addresses of the pages that name every column of a site."""
    urls = {url for url, name in read_page_links(page) if SITE_MAP.find(name)}
    return sorted(urls)


def is_gate_of_bodies(name: str) -> bool:
    """Tell whether a link leads to the open information of departments or townships."""
    return GATE_OF_BODIES.find(name) is not None


def is_plain_gate_name(name: str) -> bool:
    """Tell whether a link to open government information names no body beside it."""
    return PLAIN_GATE.find(name) is not None


def find_entrances(page: ListPage) -> list[str]:
    """Return where a page leads that is only the door to a site: 进入网站, 中文版."""
    urls: dict[str, None] = {}
    for url, name in read_page_links(page):
        if ENTRANCE.find(name) and url != page.url:
            urls[url] = None
    return list(urls)


def find_column_name(page: ListPage) -> str | None:
    """Return the name of the annual-report column that a page says it is, if it does."""
    names = list_columns(page)
    names += page.xpath("//meta[@name='ColumnName']/@content").getall()
    for title in page.xpath("//title/text()").getall():
        names += TITLE_SEPARATORS.split(title)
    for name in names:
        if is_column_name(name.strip()):
            return name.strip()
    return None


def find_site_name(page: ListPage) -> str | None:
    """Return the site's name: of its meta tag, else the part of its title that names a body."""
    meta_name = page.xpath("//meta[@name='SiteName']/@content").get("")
    if meta_name.strip():
        return meta_name.strip()
    title = page.xpath("//title/text()").get("")
    for part in TITLE_SEPARATORS.split(title):
        if BODY_NAME.find(part):
            return part
    return None


def _score_column(url: str, name: str) -> int:
    """Return how likely a link leads to an annual-report column; 0 where it does not."""
    if names_other_document(name):
        return 0
    score = 0
    if is_column_name(name):
        score += 4
    path = urlsplit(url).path
    if COLUMN_SLUG.find(path) and not YEAR.find(name):
        score += 1
    if score and "公开" in name:
        score += 2
    return score


def _score_gate(url: str, name: str) -> int:
    """Return how directly a link leads to the column; 0 where it does not."""
    if len(name) > LONGEST_GATE_NAME:
        return 0
    if YEAR.find(name) or names_other_document(name):
        return 0
    score = 0
    for gate, gate_score in GATES.items():
        if gate in name:
            score = gate_score
            break
    if GATE_NAME.find(name):
        score += POINTS_OF_PLAIN_NAME
    path = urlsplit(url).path
    if GATE_SLUG.find(path):
        score += 1
    if GATE_BESIDE.find(name):
        return min(score, MOST_POINTS_BESIDE)
    return score


def _sort_by_score(links: dict[str, ColumnLink]) -> list[ColumnLink]:
    return sorted(links.values(), key=lambda link: -link.score)
