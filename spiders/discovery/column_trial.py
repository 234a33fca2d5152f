"""The trial of a page that is named as a column: whether its list names annual reports."""

from __future__ import annotations

from dataclasses import replace

from nianbao.spiders.discovery.bodies import (
    find_body,
    find_column_bodies,
    find_kind,
)
from nianbao.spiders.discovery.frontier import Frontier, Priority
from nianbao.spiders.discovery.list_signs import find_lists, select_reports
from nianbao.spiders.discovery.platform_signs import (
    NO_PLATFORM,
    PlatformSign,
    judge_signs,
)
from nianbao.spiders.discovery.records import Discovery, ReportColumn
from nianbao.spiders.discovery.start_address import fold_address
from nianbao.spiders.discovery.steps import (
    ColumnCandidate,
    ColumnPage,
    FurtherLists,
    RowsStep,
)
from nianbao.spiders.lists.branches import find_branches
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage, read_address
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_names import YEAR, is_bare_year
from nianbao.spiders.rows.titled_rows import is_report_text
from nianbao.spiders.rules import find_rule
from nianbao.spiders.title_folding import fold_title

FILE_ADDRESS = find_rule("file_address")
OPEN_INFORMATION = find_rule("open_information")
OWN_COLUMN_NAME = find_rule("own_column_name")
CUT_TITLE = find_rule("cut_title")
MOST_BRANCHES = 4  # lists below one page that are tried
FEWEST_YEARS = 2  # rows of a column that is taken by its name
MOST_PROOFS = 2  # rows of one page that are visited
# With less confidence on a column's own page, the signs of all pages decide.
SURE = 0.6


class ColumnTrial:
    """Tries pages as columns; what must be visited for it goes into the frontier."""

    def __init__(self, discovery: Discovery, frontier: Frontier) -> None:
        self.discovery = discovery
        self._frontier = frontier

    def try_page(
        self, page: ListPage, name: str, signs: list[PlatformSign], *, is_gate: bool
    ) -> None:
        """Read a page as a list of its platform, else as any list; else plan its rows.

        `is_gate`: it names further columns, which are visited before its rows.
        """
        if is_report_text(page):
            return
        platform, confidence = judge_signs(signs)
        if confidence < SURE:
            platform, confidence = judge_signs(self.discovery.signs)
        reader = reader_for(platform)
        rows = tuple(read_page_rows(reader, page).likely.values())
        column_page = ColumnPage.keep(page)
        candidate = ColumnCandidate(
            page.url, name, reader, confidence, column_page, rows
        )
        if self._accept_column(page, candidate):
            return
        if platform != NO_PLATFORM:
            plain_reader = reader_for(NO_PLATFORM)
            plain_candidate = replace(candidate, reader=plain_reader, confidence=0.0)
            if self._accept_column(page, plain_candidate):
                return
        self.discovery.unread[page.url] = name
        priority = Priority.BEHIND if is_gate else Priority.ROWS
        first_rows = tuple(page.urljoin(row.url) for row in rows[:MOST_PROOFS])
        self._follow_list(page, candidate, first_rows, priority)

    def examine_rows(self, page: ListPage, step: RowsStep) -> None:
        """Try a page that a candidate's page leads to, or else what is below and beside it.

        Where it is a report, the rows that led to it are those of the candidate's own page.
        """
        candidate = step.candidate
        if is_report_text(page):
            reader = reader_for(candidate.reader.platform)  # there is no tree of lists
            if not step.is_proof:
                candidate = replace(candidate, reader=reader)
            self._add_column(candidate, candidate.page, candidate.rows)
        elif step.is_proof:
            if not self._plan_others(step):
                self.discovery.unread.pop(candidate.url, None)
                self._plan_further(step)
        elif step.further is not None:
            further = replace(step.further, pages=step.others)
            if not self._accept_column(page, candidate, further):
                self._plan_others(step)
        elif not self._accept_column(page, candidate):
            self._follow_list(page, candidate, step.others, Priority.ROWS)

    def pass_over(self, step: RowsStep) -> None:
        """Plan what to visit in the place of a page that could not be read."""
        if not self._plan_others(step) and step.is_proof:
            self._plan_further(step)

    def _plan_others(self, step: RowsStep) -> bool:
        """Plan the first of the pages that wait for a step's; return whether there is one."""
        is_further = step.further is not None and not step.is_proof
        return self._plan_rows(
            step.candidate,
            step.others,
            Priority.PART if is_further else Priority.ROWS,
            is_proof=step.is_proof,
            further=step.further,
        )

    def _plan_further(self, step: RowsStep) -> None:
        """Plan the lists of a candidate that no row has proved: the next page, those below."""
        if step.further is not None:
            candidate, pages = step.further.candidate, step.further.pages
            last = FurtherLists(candidate, ())
            self._plan_rows(candidate, pages, Priority.PART, further=last)

    def _accept_column(
        self,
        page: ListPage,
        candidate: ColumnCandidate,
        further: FurtherLists | None = None,
    ) -> bool:
        """Add a column to the discovery if the page names reports of it; return whether it does.

        A row of a list that is one body's counts whatever its title is. Where neither the rows
        nor the column's name say what is reported on, a row must prove it first; where none
        does, `further` is tried, or else what the page leads to.
        """
        reader = candidate.reader
        page_rows = read_page_rows(reader, page)
        rows = tuple(page_rows.titled.values())
        reports = select_reports(rows, reader)
        likely_rows = tuple(page_rows.likely.values())
        if not reports and _are_reports_by_context(candidate.name, likely_rows):
            self._add_column(candidate, ColumnPage.keep(page), likely_rows)
            return True
        if not reports or _is_article(candidate.name, reports):
            return False
        has_files = any(FILE_ADDRESS.find(row.url) for row in reports)
        if has_files or _says_open_information(candidate.name, reports):
            self._add_column(candidate, ColumnPage.keep(page), rows)
            return True
        proven = replace(candidate, page=ColumnPage.keep(page), rows=rows)
        self.discovery.unread[candidate.url] = candidate.name
        addresses = tuple(page.urljoin(row.url) for row in reports[:MOST_PROOFS])
        further = further or _find_further(page, candidate)
        self.pass_over(RowsStep("", proven, True, addresses, further))
        return True

    def _add_column(
        self,
        candidate: ColumnCandidate,
        page: ColumnPage,
        rows: tuple[ListRow, ...],
    ) -> None:
        """Add a column to the discovery, once, with the rows that a page of it has."""
        reader = candidate.reader
        self.discovery.unread.pop(candidate.url, None)
        addresses = {fold_address(column.url) for column in self.discovery.columns}
        if fold_address(candidate.url) in addresses:
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
            bodies=find_column_bodies(page.crumbs, candidate.name, rows),
        )
        self.discovery.columns.append(column)

    def _follow_list(
        self,
        page: ListPage,
        candidate: ColumnCandidate,
        others: tuple[NextPage, ...],
        priority: int,
    ) -> None:
        """Plan the next page of a candidate's list, or else the first list below it.

        `others` are the first rows of the page, or the lists beside it, for which there is no
        report so far.
        """
        further = _find_further(page, candidate)
        self._plan_rows(further.candidate, (*further.pages, *others), priority)

    def _plan_rows(
        self,
        candidate: ColumnCandidate,
        pages: tuple[NextPage, ...],
        priority: int,
        *,
        is_proof: bool = False,
        further: FurtherLists | None = None,
    ) -> bool:
        """Plan the first of the pages that was not requested; return whether there is one.

        The others wait for it.
        """
        for place, page in enumerate(pages):
            address = read_address(page)
            if not address or self._frontier.has(address):
                continue
            step = RowsStep(page, candidate, is_proof, pages[place + 1 :], further)
            self._frontier.add_form(step, address, priority)
            return True
        if further is None:
            self._accept_years(candidate)
        return False

    def _accept_years(self, candidate: ColumnCandidate) -> None:
        """Take a column whose name is sure, and whose rows are years that lead to no list.

        What carries the reports is then found in a crawl: a frame, a script, a page between.
        """
        years = [row for row in candidate.rows if is_bare_year(row.title)]
        if len(years) >= FEWEST_YEARS and OWN_COLUMN_NAME.find(candidate.name):
            plain_reader = reader_for(candidate.reader.platform)
            plain_candidate = replace(candidate, reader=plain_reader)
            self._add_column(plain_candidate, candidate.page, candidate.rows)


def _find_further(page: ListPage, candidate: ColumnCandidate) -> FurtherLists:
    """Return the next page of a candidate's list, or else the first lists below it.

    Where its reader knows of no list below, a tree is tried.
    """
    reader = candidate.reader
    pages: list[NextPage] = list(find_lists(page, reader))
    if not pages and not reader.options:
        pages = [page.urljoin(branch.url) for branch in find_branches(page)]
        tree_reader = reader_for(reader.platform, {"tree": "below"})
        candidate = replace(candidate, reader=tree_reader)
    return FurtherLists(candidate, tuple(pages[:MOST_BRANCHES]))


def _are_reports_by_context(name: str, rows: tuple[ListRow, ...]) -> bool:
    """Tell whether rows without the words of a report are reports, by the column's name.

    They are years that are files, or titles that are cut off.
    """
    if any(FILE_ADDRESS.find(row.url) for row in rows):
        return True
    if not OWN_COLUMN_NAME.find(name):
        return False
    return any(_is_cut_report(fold_title(row.title or "")) for row in rows)


def _is_cut_report(title: str) -> bool:
    """Tell whether a title is cut off behind a body or a year: a menu's is behind neither."""
    if CUT_TITLE.find(title) is None:
        return False
    return YEAR.find(title) is not None or find_kind(find_body(title)) is not None


def _is_article(name: str, reports: list[ListRow]) -> bool:
    """Tell whether a page is that of one report, which it has as a file.

    The row that led to it says no year, and so looks like the name of a column.
    """
    if len(reports) > 1 or not FILE_ADDRESS.find(reports[0].url):
        return False
    body = find_body(name)
    return find_kind(body) is not None and find_body(reports[0].title or "") == body


def _says_open_information(name: str, reports: list[ListRow]) -> bool:
    """Tell whether a column's name, or the titles of its rows, speak of open information."""
    if OWN_COLUMN_NAME.find(name):
        return True
    titles = [row.title or "" for row in reports]
    named = sum(OPEN_INFORMATION.find(title) is not None for title in titles)
    return named * 2 >= len(titles)
