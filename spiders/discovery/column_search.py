"""The search for the annual-report columns of a site, from any page of it.

It judges pages and says which to visit next; it fetches nothing (`scout.py` does). A column
counts when its list, read as its platform is read, names reports. A page that only has the name
of such a column is listed as unread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from nianbao.spiders.discovery.columns import (
    ColumnLink,
    find_column_name,
    find_columns,
    find_entrances,
    find_gates,
    find_site_name,
    is_plain_gate_name,
)
from nianbao.spiders.discovery.list_signs import (
    find_lists,
    is_home_page,
    is_list,
    select_reports,
)
from nianbao.spiders.discovery.page_links import find_frames
from nianbao.spiders.discovery.platform_signs import (
    NO_PLATFORM,
    PlatformSign,
    find_signs,
    judge_signs,
)
from nianbao.spiders.discovery.records import Discovery, ReportColumn
from nianbao.spiders.discovery.start_address import fold_address, swap_scheme
from nianbao.spiders.discovery.steps import ColumnCandidate, PageStep, RowsStep, Step
from nianbao.spiders.lists.branches import find_branches
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage, read_address
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.own_hosts import has_same_domain, is_open_government_host
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.rows.titled_rows import is_report_text
from nianbao.spiders.rules import find_rule

FILE_ADDRESS = find_rule("file_address")
MOST_REQUESTS = 14
MOST_FRAMES = 3  # of one page that are visited
FRAME_SCORE = 3  # as a link to the pages about open government information
# What a column is called whose page does not say it.
USUAL_NAME = "政府信息公开年报"
MOST_BRANCHES = 4  # lists below one page that are tried
MOST_ENTRANCES = 2  # of a page that only leads into the site
DEEPEST_LEVEL = 3  # pages from the first one to the column
# With less confidence on a column's own page, the signs of all pages decide.
SURE = 0.6


class ColumnSearch:
    """Search a site in at most `MOST_REQUESTS` pages; the result is in `discovery`."""

    def __init__(self, discovery: Discovery) -> None:
        self.discovery = discovery
        self._addresses: set[str] = set()  # of the pages that were requested
        self._sibling_hosts: set[str] = (
            set()
        )  # that the entry to open government leads to

    def start(self) -> Iterator[Step]:
        """Yield the first page to visit."""
        first_step = PageStep(self.discovery.url)
        yield from self._plan_visit(first_step)

    def examine_page(self, page: ListPage, step: PageStep) -> Iterator[Step]:
        """Take in the signs of a page; try it as a column, and yield the pages to visit next."""
        self.discovery.answers += 1
        if not self.discovery.name:
            self.discovery.name = find_site_name(page)
        signs = find_signs(page.url, page.text)
        self.discovery.signs |= set(signs)
        self._addresses.add(page.url)
        redirect = find_redirect(page)
        if redirect:
            yield from self._plan_visit(replace(step, url=redirect))
        name = find_column_name(page) or step.column_name
        if not name and step.level == 0:
            name = self._name_first_page(page, signs)
        if name:
            yield from self._try_column(page, name, signs)
        if step.level < DEEPEST_LEVEL:
            yield from self._follow_links(page, step.level + 1, name)

    def examine_rows(self, page: ListPage, step: RowsStep) -> Iterator[Step]:
        """Try a page that a candidate's page leads to, or else what is below and beside it.

        Where it is a report, the rows that led to it are those of the candidate's own page.
        """
        candidate = step.candidate
        if is_report_text(page):
            reader = reader_for(candidate.reader.platform)  # there is no tree of lists
            candidate = replace(candidate, reader=reader)
            self._add_column(candidate, candidate.page, candidate.rows)
        elif not self._accept_column(page, candidate):
            yield from self._follow_list(page, candidate, step.others)

    def pass_over(self, step: Step) -> Iterator[Step]:
        """Yield what to visit in the place of a page that could not be read.

        It is the next page of a candidate, or the first page by its other scheme.
        """
        if isinstance(step, RowsStep):
            yield from self._plan_rows(step.candidate, step.others)
        elif step.url == self.discovery.url:
            url = swap_scheme(step.url)
            if url:
                yield from self._plan_visit(replace(step, url=url))

    def is_own_address(self, url: str) -> bool:
        """Tell whether an address is the site's.

        It is under its host, its open-government host, or one that its entry to open government
        information leads to.
        """
        host = urlsplit(url).hostname or ""
        own_host = urlsplit(self.discovery.url).hostname or ""
        if host in self._sibling_hosts:
            return True
        return is_open_government_host(host, own_host)

    def note_trouble(self, url: str, message: str, *, is_block: bool = False) -> None:
        """Remember a page that could not be visited, and whether a block page stood there."""
        self.discovery.is_blocked |= is_block
        self.discovery.troubles.append(f"{url}: {message}")

    def _plan_visit(self, step: PageStep) -> Iterator[Step]:
        """Yield the page, unless it was requested already or the search is at its limit."""
        if step.url in self._addresses or not self._may_request():
            return
        if not self.is_own_address(step.url):
            if step.column_name:
                self.discovery.elsewhere[step.url] = step.column_name
            return
        self._addresses.add(step.url)
        self.discovery.requests += 1
        yield step

    def _may_request(self) -> bool:
        return self.discovery.requests < MOST_REQUESTS

    def _follow_links(
        self, page: ListPage, level: int, name: str | None
    ) -> Iterator[Step]:
        """Yield what the page names as columns; else, unless it is one, the ways to them.

        `name` is the one that the page has as a column. Its list may stand in a frame.
        """
        if fold_address(page.url) not in self._column_addresses():
            for url in find_frames(page)[:MOST_FRAMES]:
                yield from self._plan_visit(PageStep(url, level, name, FRAME_SCORE))
        columns = find_columns(page)
        for link in columns:
            step = PageStep(link.url, level, link.name, link.score)
            yield from self._plan_visit(step)
        if name or any(self.is_own_address(link.url) for link in columns):
            return
        gates = find_gates(page)
        for link in gates:
            self._admit_sibling(link)
            step = PageStep(link.url, level, None, link.score)
            yield from self._plan_visit(step)
        if level == 1 and not gates:
            for url in find_entrances(page)[:MOST_ENTRANCES]:
                yield from self._plan_visit(PageStep(url, level))

    def _admit_sibling(self, link: ColumnLink) -> None:
        """Take the host of the entry to open government information as the site's own.

        It must be below the registered domain of the site, and the name of the entry must be
        that of no other body: 某县政府信息公开 on a prefecture's page is the county's.
        """
        host = urlsplit(link.url).hostname or ""
        own_host = urlsplit(self.discovery.url).hostname or ""
        if is_plain_gate_name(link.name) and has_same_domain(host, own_host):
            self._sibling_hosts.add(host)

    def _column_addresses(self) -> set[str]:
        return {fold_address(column.url) for column in self.discovery.columns}

    def _name_first_page(self, page: ListPage, signs: list[PlatformSign]) -> str | None:
        """Return the name of the page that the search began with, if it is a column itself.

        It is one that links to itself as a column, or a list of reports or of years.
        """
        links = find_columns(page)
        own_address = fold_address(page.url)
        columns = [link for link in links if fold_address(link.url) != own_address]
        is_a_way = bool(columns or find_gates(page))
        if is_a_way and is_home_page(page.url):
            return None
        for link in links:
            if fold_address(link.url) == own_address:
                return link.name
        if is_list(page, signs, has_columns=bool(columns)):
            return USUAL_NAME
        return None

    def _try_column(
        self, page: ListPage, name: str, signs: list[PlatformSign]
    ) -> Iterator[Step]:
        """Read a page as a list of its platform, else as any list; else go on to its rows."""
        platform, confidence = judge_signs(signs)
        if confidence < SURE:
            platform, confidence = judge_signs(self.discovery.signs)
        reader = reader_for(platform)
        rows = tuple(read_page_rows(reader, page).likely.values())
        candidate = ColumnCandidate(page.url, name, reader, confidence, page, rows)
        if self._accept_column(page, candidate):
            return
        if any(FILE_ADDRESS.find(row.url) for row in rows):  # years that are files
            self._add_column(candidate, page, rows)
            return
        if platform != NO_PLATFORM:
            plain_reader = reader_for(NO_PLATFORM)
            plain_candidate = replace(candidate, reader=plain_reader, confidence=0.0)
            if self._accept_column(page, plain_candidate):
                return
        self.discovery.unread[page.url] = name
        yield from self._follow_list(page, candidate)

    def _accept_column(self, page: ListPage, candidate: ColumnCandidate) -> bool:
        """Add a column to the discovery if the page names reports of it; return whether it does.

        A row of a list that is one body's counts whatever its title is.
        """
        reader = candidate.reader
        rows = tuple(read_page_rows(reader, page).titled.values())
        if not select_reports(rows, reader):
            return False
        self._add_column(candidate, page, rows)
        return True

    def _add_column(
        self,
        candidate: ColumnCandidate,
        page: ListPage,
        rows: tuple[ListRow, ...],
    ) -> None:
        """Add a column to the discovery, once, with the rows that a page of it has."""
        reader = candidate.reader
        self.discovery.unread.pop(candidate.url, None)
        if fold_address(candidate.url) in self._column_addresses():
            return
        column = ReportColumn(
            url=candidate.url,
            name=candidate.name,
            platform=reader.platform,
            confidence=candidate.confidence,
            tree=reader.options.get("tree"),
            rows=rows,
            rows_url=page.url,
            page_body=page.body,
            content_type=page.content_type,
        )
        self.discovery.columns.append(column)

    def _follow_list(
        self,
        page: ListPage,
        candidate: ColumnCandidate,
        others: tuple[NextPage, ...] = (),
    ) -> Iterator[Step]:
        """Yield the next page of a candidate's list, or else the first list below it.

        Where its reader knows of no list below, a tree is tried. `others` are the lists beside
        the page, for which there is no report so far.
        """
        reader = candidate.reader
        pages = find_lists(page, reader)
        if not pages and not reader.options:
            pages = [page.urljoin(branch.url) for branch in find_branches(page)]
            tree_reader = reader_for(reader.platform, {"tree": "below"})
            candidate = replace(candidate, reader=tree_reader)
        yield from self._plan_rows(candidate, (*pages[:MOST_BRANCHES], *others))

    def _plan_rows(
        self, candidate: ColumnCandidate, pages: tuple[NextPage, ...]
    ) -> Iterator[Step]:
        """Yield the first of the pages that was not requested; the others wait for it."""
        for place, page in enumerate(pages):
            address = read_address(page)
            if not address or address in self._addresses:
                continue
            if not self._may_request():
                return
            self.discovery.requests += 1
            self._addresses.add(address)
            yield RowsStep(page, candidate, pages[place + 1 :])
            return


def search_saved_page(discovery: Discovery, page: ListPage) -> None:
    """Search one page that was saved; what it leads to is not visited."""
    search = ColumnSearch(discovery)
    steps = search.examine_page(page, PageStep(page.url))
    for _ in steps:
        continue
