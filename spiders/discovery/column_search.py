"""The search for the annual-report columns of a site, from any page of it.

It judges pages and says which to visit next, one at a time and the likeliest first; it fetches
nothing (`scout.py` does). A column counts when its list, read as its platform is read, names
reports on government information. A page that only has the name of such a column is listed as
unread. The search ends when columns of several kinds of bodies are found, when nothing leads
further, or at its limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from nianbao.spiders.discovery.column_trial import ColumnTrial
from nianbao.spiders.discovery.columns import (
    ColumnLink,
    find_column_name,
    find_columns,
    find_entrances,
    find_gates,
    find_site_maps,
    find_site_name,
    is_gate_of_bodies,
    is_plain_gate_name,
)
from nianbao.spiders.discovery.frontier import Frontier, Priority
from nianbao.spiders.discovery.list_signs import is_home_page, is_list
from nianbao.spiders.discovery.page_links import (
    find_frames,
    find_menu_scripts,
    is_shell,
    show_script,
)
from nianbao.spiders.discovery.platform_signs import PlatformSign, find_signs
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.start_address import fold_address, swap_scheme
from nianbao.spiders.discovery.steps import PageStep, RowsStep, Step
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.own_hosts import has_same_domain, is_open_government_host

MOST_REQUESTS = 40
# The trouble of a search that would have gone on.
LIMIT_REACHED = f"the search ended after {MOST_REQUESTS} pages, and others wait"
# Pages of departments and townships that are visited when the government's own column is found.
MOST_GATES_OF_BODIES = 6
MOST_FRAMES = 3  # of one page that are visited
MOST_GATES = 6  # of one page
MOST_SCRIPTS = 3  # of one page
# What a column is called whose page does not say it.
USUAL_NAME = "政府信息公开年报"
MOST_ENTRANCES = 2  # of a page that only leads into the site
DEEPEST_LEVEL = 6  # gates from the first page
POINTS_OF_LEVEL = 2  # that a gate loses for each page before it


@dataclass(frozen=True, slots=True)
class SearchExamination:
    """What a search is when it has taken in a page, and what it visits next."""

    search: ColumnSearch
    steps: tuple[Step, ...]


class ColumnSearch:
    """Search a site in at most `MOST_REQUESTS` pages; the result is in `discovery`."""

    def __init__(self, discovery: Discovery) -> None:
        self.discovery = discovery
        self._frontier = Frontier()
        self._trial = ColumnTrial(discovery, self._frontier)
        self._gates_of_bodies = 0  # that were visited
        # Hosts that the entry to open government leads to.
        self._sibling_hosts: set[str] = set()

    def start(self) -> Iterator[Step]:
        """Yield the first page to visit."""
        self._plan(PageStep(self.discovery.url), Priority.GATE)
        yield from self.go_on()

    def go_on(self) -> Iterator[Step]:
        """Yield the likeliest of the pages that wait, if one is wanted still."""
        step = self._frontier.pop(self._is_wanted)
        if step is None:
            return
        if self.discovery.requests >= MOST_REQUESTS:
            self._note_limit()
            return
        self.discovery.requests += 1
        is_gate_of_bodies = isinstance(step, PageStep) and step.is_gate_of_bodies
        self._gates_of_bodies += is_gate_of_bodies
        yield step

    def take_over(self, other: ColumnSearch) -> None:
        """Go on as another search, which examined a page in another process."""
        self.discovery.take_over(other.discovery)
        self._frontier = other._frontier
        self._trial = ColumnTrial(self.discovery, self._frontier)
        self._gates_of_bodies = other._gates_of_bodies
        self._sibling_hosts = other._sibling_hosts

    def examine(self, page: ListPage, step: Step) -> Iterator[Step]:
        """Take in a page that a step asked for; yield the next page."""
        if isinstance(step, RowsStep):
            return self.examine_rows(page, step)
        return self.examine_page(page, step)

    def examine_page(self, page: ListPage, step: PageStep) -> Iterator[Step]:
        """Take in a page: its signs, itself as a column, where it leads; yield the next page."""
        if step.shown_on is not None:
            page = show_script(page, step.shown_on)
            step = replace(step, url=step.shown_on, shown_on=None)
        discovery = self.discovery
        discovery.answers += 1
        if not discovery.name:
            discovery.name = find_site_name(page)
        signs = find_signs(page.url, page.text)
        discovery.signs |= set(signs)
        self._frontier.mark(page.url)
        redirect = find_redirect(page)
        if redirect:
            self._plan_form(replace(step, url=redirect), Priority.REDIRECT)
        name = find_column_name(page) or step.column_name
        if not name and step.level == 0:
            name = self._name_first_page(page, signs)
        columns = find_columns(page)
        self._plan_columns(columns, step.level + 1)
        if name:
            is_gate = any(self._is_further_column(link, page) for link in columns)
            self._trial.try_page(page, name, signs, is_gate=is_gate)
        self._follow_links(page, step, name, columns)
        yield from self.go_on()

    def examine_rows(self, page: ListPage, step: RowsStep) -> Iterator[Step]:
        """Try a page that a candidate's page leads to; yield the next page."""
        self._trial.examine_rows(page, step)
        yield from self.go_on()

    def pass_over(self, step: Step) -> Iterator[Step]:
        """Yield what to visit in the place of a page that could not be read.

        It is the next page of a candidate, or the first page by its other scheme.
        """
        if isinstance(step, RowsStep):
            self._trial.pass_over(step)
        elif step.url == self.discovery.url:
            url = swap_scheme(step.url)
            if url:
                self._plan_form(replace(step, url=url), Priority.GATE)
        yield from self.go_on()

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

    def _note_limit(self) -> None:
        """Remember, once, that pages were left which the search would have visited."""
        trouble = f"{self.discovery.url}: {LIMIT_REACHED}"
        if trouble not in self.discovery.troubles:
            self.discovery.troubles.append(trouble)

    def _is_wanted(self, step: Step, priority: int) -> bool:
        """Tell whether a page is worth a visit, with the columns that are found so far.

        Links that are named as columns always are. Where a column has several kinds of bodies
        nothing else is; with the government's own alone, or one of nobody knows whom, the pages
        of the other bodies.
        """
        columns = self.discovery.columns
        if isinstance(step, RowsStep):
            is_behind = priority <= Priority.BEHIND  # columns that its page names
            if columns and is_behind:
                return False
            return not self._is_column(step.candidate.url)
        common_columns = [one for one in columns if not one.bodies.is_one_body]
        if priority >= Priority.COLUMN or not common_columns:
            return True
        kinds = frozenset().union(*(one.bodies.kinds for one in common_columns))
        if len(kinds) > 1:
            return False
        return step.is_gate_of_bodies and self._gates_of_bodies < MOST_GATES_OF_BODIES

    def _plan(self, step: PageStep, priority: int) -> None:
        """Let a page wait, if it is the site's own."""
        if self._admit(step):
            self._frontier.add(step, step.url, priority)

    def _plan_form(self, step: PageStep, priority: int) -> None:
        """Let a page wait, also where only the form of its address is new."""
        if self._admit(step):
            self._frontier.add_form(step, step.url, priority)

    def _admit(self, step: PageStep) -> bool:
        """Tell whether a page is the site's own; remember columns that stand elsewhere."""
        is_own = self.is_own_address(step.url)
        if not is_own and step.column_name:
            self.discovery.elsewhere[step.url] = step.column_name
        return is_own

    def _plan_columns(self, columns: list[ColumnLink], level: int) -> None:
        for link in columns:
            self._admit_sibling(link)
            step = PageStep(link.url, level, link.name)
            self._plan(step, Priority.COLUMN + link.score)

    def _follow_links(
        self,
        page: ListPage,
        step: PageStep,
        name: str | None,
        columns: list[ColumnLink],
    ) -> None:
        """Plan the frames of a page and, unless it is a column, the ways to columns.

        `name` is the one that the page has as a column. Its list may stand in a frame.
        """
        gates = find_gates(page)
        self._plan_frames(page, step, name, has_links=bool(columns or gates))
        if self._is_column(page.url) or step.level >= DEEPEST_LEVEL:
            return
        for link in gates[:MOST_GATES]:
            self._plan_gate(link, step.level + 1)
        for link in filter(lambda gate: is_gate_of_bodies(gate.name), gates):
            self._plan_gate(link, step.level + 1)
        if not columns and not gates:
            self._plan_scripts(page, step)
        if is_shell(page):
            self.discovery.unread[page.url] = name or USUAL_NAME
        if step.level == 0:
            self._plan_ways_round(page)

    def _plan_frames(
        self, page: ListPage, step: PageStep, name: str | None, *, has_links: bool
    ) -> None:
        if self._is_column(page.url):
            return
        priority = Priority.PART if has_links else Priority.SHOWN
        if name:
            priority = Priority.ROWS
        for url in find_frames(page)[:MOST_FRAMES]:
            frame_step = replace(step, url=url, column_name=name)
            self._plan(frame_step, priority)

    def _plan_gate(self, link: ColumnLink, level: int) -> None:
        self._admit_sibling(link)
        points = link.score * 4 - level * POINTS_OF_LEVEL
        step = PageStep(link.url, level, None, is_gate_of_bodies(link.name))
        self._plan(step, Priority.GATE + points)

    def _plan_scripts(self, page: ListPage, step: PageStep) -> None:
        """Plan the script files that may write the menu of a page that has none."""
        for url in find_menu_scripts(page)[:MOST_SCRIPTS]:
            script_step = replace(step, url=url, shown_on=page.url)
            self._plan(script_step, Priority.PART)

    def _plan_ways_round(self, page: ListPage) -> None:
        """Plan what is visited when nothing else leads on: entrances, the map of the site."""
        for url in find_entrances(page)[:MOST_ENTRANCES]:
            self._plan(PageStep(url), Priority.WAY_ROUND + 1)
        for url in find_site_maps(page)[:1]:
            self._plan(PageStep(url, 1), Priority.WAY_ROUND)

    def _admit_sibling(self, link: ColumnLink) -> None:
        """Take the host of the entry to open government information as the site's own.

        It must be below the registered domain of the site, and the name of the entry must be
        that of no other body: 某县政府信息公开 on a prefecture's page is the county's.
        """
        host = urlsplit(link.url).hostname or ""
        own_host = urlsplit(self.discovery.url).hostname or ""
        if is_plain_gate_name(link.name) and has_same_domain(host, own_host):
            self._sibling_hosts.add(host)

    def _is_column(self, url: str) -> bool:
        """Tell whether the page at an address is a column that was found."""
        address = fold_address(url)
        return any(
            fold_address(column.url) == address for column in self.discovery.columns
        )

    def _is_further_column(self, link: ColumnLink, page: ListPage) -> bool:
        """Tell whether a link of a page leads to another column of the site."""
        if fold_address(link.url) == fold_address(page.url):
            return False
        return self.is_own_address(link.url)

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


def search_saved_page(discovery: Discovery, page: ListPage) -> None:
    """Search one page that was saved; what it leads to is not visited."""
    search = ColumnSearch(discovery)
    steps = search.examine_page(page, PageStep(page.url))
    for _ in steps:
        continue
    discovery.requests = 0
