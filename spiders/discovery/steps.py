"""Steps of a search: the pages to visit, and what each may be."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.spiders.discovery.bodies import find_crumbs
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage
from nianbao.spiders.lists.reader import ListReader


@dataclass(frozen=True, slots=True)
class ColumnPage:
    """What is kept of a page that may be a column's, when its elements have gone."""

    url: str
    body: bytes
    content_type: str
    crumbs: str  # the way to it, as it prints it

    @classmethod
    def keep(cls, page: ListPage) -> ColumnPage:
        """Return what is kept of a page."""
        return cls(page.url, page.body, page.content_type, find_crumbs(page))


@dataclass(frozen=True, slots=True)
class ColumnCandidate:
    """A page that has the name of a report column, and how its list is read.

    `rows` are those of the page that may lead to reports: years, bodies.
    """

    url: str
    name: str
    reader: ListReader
    confidence: float
    page: ColumnPage
    rows: tuple[ListRow, ...]


@dataclass(frozen=True, slots=True)
class PageStep:
    """A page to visit: it may be a column, or lead to one."""

    url: str
    level: int = 0  # pages from the first one
    column_name: str | None = None  # where a link names it as a column
    is_gate_of_bodies: bool = False  # of departments or townships
    shown_on: str | None = None  # the page that includes it, where it is a script


@dataclass(frozen=True, slots=True)
class FurtherLists:
    """Lists that are tried where no row proves a column, and how they are read.

    Nothing below them is tried.
    """

    candidate: ColumnCandidate
    pages: tuple[NextPage, ...]


@dataclass(frozen=True, slots=True)
class RowsStep:
    """A page to visit for the rows of a candidate."""

    page: NextPage
    candidate: ColumnCandidate
    # The page is a row of the candidate, which must be a report for the column to be one.
    is_proof: bool = False
    # Pages that are tried where this one, and what is below it, names no report.
    others: tuple[NextPage, ...] = ()
    # What is tried where the row proves nothing, and where the page is such a list itself.
    further: FurtherLists | None = None


Step = PageStep | RowsStep
