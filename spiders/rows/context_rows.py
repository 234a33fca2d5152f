"""Rows by context: links in the list of a page that are not titled as reports.

In a column of annual reports a row may say 柳河镇 or 2022年 and no more, or have a picture. Rows
are candidates by where they stand; the page behind them decides. Menus, the way to the page,
footers and related links are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.own_hosts import has_host
from nianbao.spiders.report_names import (
    is_bare_year,
    is_report_title,
    may_be_report_title,
    names_other_document,
    names_report,
)
from nianbao.spiders.rows.link_groups import LinkGroup, group_links
from nianbao.spiders.rows.row_links import RowLink, is_further_label
from nianbao.spiders.rules import find_rule

LIST_ADDRESS = find_rule("list_address")
OTHER_FILE = find_rule("other_file")
FRONT_PAGE = find_rule("front_page")
MOST_STEPS = 8  # elements around a link that are looked at
TOOL_LABEL = find_rule("tool_label")
PAGE_LABEL = find_rule("page_label")
NEXT_LABEL = find_rule("next_label")
LONGEST_TITLE = 80  # characters
# A list whose rows are bodies has more than one of them; one alone is the site's name.
FEWEST_BODIES = 2


@dataclass(slots=True)
class ContextRows:
    """Rows by context: those whose words may be a report's, and those that have other words."""

    likely: list[ListRow] = field(default_factory=list)
    doubtful: list[ListRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The list page that links stand on: its address, folder and rows."""

    url: str
    row_urls: frozenset[str]

    @property
    def folder(self) -> str:
        """The path of the page's folder, with the slash at its end."""
        return urlsplit(self.url).path.rpartition("/")[0] + "/"

    def is_candidate(self, link: RowLink) -> bool:
        """Tell whether a link may lead to a report or to a list of them."""
        if not link.url or link.url in self.row_urls or not self._is_own(link.url):
            return False
        path = urlsplit(link.url).path
        if OTHER_FILE.find(path):
            return False
        if FRONT_PAGE.find(path) and not self.is_below(link.url):
            return False
        title = link.title or ""
        if len(title) > LONGEST_TITLE or _is_tool(title):
            return False
        return not names_other_document(title)

    def select_candidates(self, links: Iterable[RowLink]) -> list[RowLink]:
        """Return the links that may lead to a report or to a list of them."""
        return list(filter(self.is_candidate, links))

    def is_link_below(self, link: RowLink) -> bool:
        """Tell whether a link leads to what is below the page."""
        return self.is_below(link.url)

    def is_below(self, url: str) -> bool:
        """Tell whether an address is below the page's folder, or the page with a parameter."""
        path = urlsplit(url).path
        own_path = urlsplit(self.url).path
        return path == own_path or path.startswith(self.folder)

    def _is_own(self, url: str) -> bool:
        """Tell whether an address is another page of the host, and none above this one."""
        parts = urlsplit(self.url)
        if not has_host([parts.netloc], url):
            return False
        if _fold_address(url) == _fold_address(self.url):
            return False
        path = _fold_address(urlsplit(url).path)
        is_above = path.endswith("/") and self.folder.startswith(path)
        return urlsplit(url).query != "" or not is_above


def read_context_rows(
    page: ListPage,
    links: Iterable[RowLink],
    rows: LinkRows,
    row_urls: Collection[str],
) -> ContextRows:
    """Return the rows by context of a list page, beside those of `row_urls`.

    They stand in the groups of these rows; else in groups of years, bodies and reports without
    a year; else in the largest group of links that is no menu.
    """
    surroundings = Surroundings(page.url, frozenset(row_urls))
    leading_links = [link for link in links if link.url]
    context = ContextRows()
    other_groups = []
    for group in group_links(leading_links):
        if any(link.url in surroundings.row_urls for link in group.links):
            _add_rows(context, group.links, surroundings, rows)
        else:
            other_groups.append(group)
    for group in other_groups:
        links_of_kind = _select_likely_group(group, surroundings)
        _add_rows(context, links_of_kind, surroundings, rows)
    _add_rows(context, _select_further(leading_links, surroundings), surroundings, rows)
    if not row_urls and not context.likely:
        largest = _choose_largest(other_groups, surroundings, rows)
        _add_rows(context, largest, surroundings, rows)
    return context


def may_be_branch(row: ListRow) -> bool:
    """Tell whether a row may lead to a list of reports: a year, a body, a column, a folder."""
    if LIST_ADDRESS.find(row.url) is not None or not row.title:
        return True
    if is_report_title(row.title):
        return False
    return is_further_label(row.title) or may_be_report_title(row.title)


def is_list_row(row: ListRow) -> bool:
    """Tell whether a row says that it leads to a list: it is a year, or at a folder's address."""
    return is_bare_year(row.title) or LIST_ADDRESS.find(row.url) is not None


def _add_rows(
    context: ContextRows,
    links: Iterable[RowLink],
    surroundings: Surroundings,
    rows: LinkRows,
) -> None:
    for link in links:
        if not surroundings.is_candidate(link):
            continue
        row = ListRow(link.address or "", link.title, rows.find_date(link.element))
        if _may_be_report(link) or _is_further(link):
            context.likely.append(row)
        elif not _is_elsewhere(link.url, surroundings):
            context.doubtful.append(row)


def _is_elsewhere(url: str, surroundings: Surroundings) -> bool:
    """Tell whether an address is a list that is not below the page: another column."""
    if LIST_ADDRESS.find(urlsplit(url).path) is None:
        return False
    return not surroundings.is_below(url)


def _select_likely_group(
    group: LinkGroup, surroundings: Surroundings
) -> Sequence[RowLink]:
    """Return the links of a group most of which may be reports or lists of them, else none.

    Beside rows of the page they are below it: other blocks name bodies too.
    """
    candidates = surroundings.select_candidates(group.links)
    if surroundings.row_urls:
        candidates = list(filter(surroundings.is_link_below, candidates))
    likely = list(filter(_may_be_report, candidates))
    if not likely or len(likely) * 2 < len(group.links) or group.is_furniture:
        return ()
    if len(likely) < FEWEST_BODIES and not _may_stand_alone(likely[0], surroundings):
        return ()
    return candidates


def _may_be_report(link: RowLink) -> bool:
    return may_be_report_title(link.title or "")


def _is_further(link: RowLink) -> bool:
    return is_further_label(link.title or "")


def _select_further(
    links: Sequence[RowLink], surroundings: Surroundings
) -> list[RowLink]:
    """Return the links that say 更多 or 历年 beside rows of the page: what they lead to is a list.

    The nearest element around that has other links has a row among them.
    """
    row_elements: set[Any] = set()
    for link in links:
        if link.url in surroundings.row_urls or may_be_report_title(link.title or ""):
            row_elements.update(islice(link.element.root.iterancestors(), MOST_STEPS))
    further_links = []
    for link in filter(_is_further, links):
        around = islice(link.element.root.iterancestors(), MOST_STEPS)
        block = next((element for element in around if _has_links(element)), None)
        if block is not None and block in row_elements:
            further_links.append(link)
    return further_links


def _has_links(element: Any) -> bool:
    """Tell whether an element has more than one link."""
    return len(list(islice(element.iter("a"), 2))) > 1


def _may_stand_alone(link: RowLink, surroundings: Surroundings) -> bool:
    """Tell whether one link may be all rows of a list: a body's must be below the page."""
    title = link.title or ""
    if is_bare_year(title) or names_report(title):
        return True
    return surroundings.is_below(link.url)


def _choose_largest(
    groups: Iterable[LinkGroup], surroundings: Surroundings, rows: LinkRows
) -> Sequence[RowLink]:
    """Return the links of the group that looks most like a list, by dates and by number."""
    best: Sequence[RowLink] = ()
    best_score = (0, 0)
    for group in groups:
        candidates = list(_select_articles(group, surroundings))
        if not candidates or group.is_furniture:
            continue
        dates = [rows.find_date(link.element) for link in candidates]
        score = (len(dates) - dates.count(None), len(candidates))
        if score > best_score:
            best, best_score = candidates, score
    return best


def _select_articles(group: LinkGroup, surroundings: Surroundings) -> Iterator[RowLink]:
    for link in surroundings.select_candidates(group.links):
        if not _is_elsewhere(link.url, surroundings):
            yield link


def _is_tool(title: str) -> bool:
    """Tell whether the words of a link are of a pager, a menu or a tool."""
    words = "".join(title.split())
    if PAGE_LABEL.find(words) or NEXT_LABEL.find(words.lower()):
        return True
    return TOOL_LABEL.find(words) is not None


def _fold_address(address: str) -> str:
    """Return an address without its fragment and the name of a folder's first page."""
    plain, _, _ = address.partition("#")
    folder, slash, name = plain.rpartition("/")
    if name.split(".")[0] in ("index", "default"):
        return folder + slash
    return plain
