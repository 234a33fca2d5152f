"""What is read of a page that was requested as a report; of a long one in another process.

Each part is worked out once, when it is asked for. None depends on what else the run has visited,
so a reading process can work out all that will be asked for and hand it to the crawl.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrapy.http import TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders.list_reading import ListReading
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.reports.content import PageContent
from nianbao.spiders.reports.files import find_report_files
from nianbao.spiders.reports.further_pages import (
    ImageAddress,
    WayOn,
    find_ways_on,
)
from nianbao.spiders.reports.images import find_images
from nianbao.spiders.reports.targets import (
    Target,
    find_plain_targets,
    find_titled_targets,
)
from nianbao.spiders.rows.context_rows import may_be_branch

if TYPE_CHECKING:
    from nianbao.spiders.lists.reader import ListReader

SHORTEST_TITLE = 18  # characters of one that names a body, a year and what it is
MOST_TEXT_OF_LIST = 200  # Chinese characters outside of links
MOST_TEXT_BESIDE_IMAGES = 600  # of a page whose report stands in images
# In a request's meta: how many pages sent on to it; the row that led to it.
DEPTH, ROW = "depth", "row"
DEEPEST_TARGET = 3  # pages that send on, one to the other
ReportFile = tuple[str, Hints]  # address, and what is known of it


class ListedPage:
    """What is read of one page. `reader` is that of the site's platform.

    `meta` is that of its request.
    """

    def __init__(self, response: TextResponse, reader: ListReader) -> None:
        self._content: PageContent | None = PageContent(response)
        self._reader: ListReader | None = reader
        self.meta: dict[str, Any] = response.meta
        self._had_cut_fragments = False  # of a page that was let go

    @property
    def content(self) -> PageContent:
        """The page itself, where it was not read in another process."""
        if self._content is None:
            raise RuntimeError("the page was read in another process")
        return self._content

    @property
    def reader(self) -> ListReader:
        """What reads the lists of the site."""
        if self._reader is None:
            raise RuntimeError("the page was read in another process")
        return self._reader

    # --- the report -------------------------------------------------------------------------

    @cached_property
    def has_chapters(self) -> bool:
        """Whether the page has the chapters of a report."""
        return self.content.has_chapters

    @cached_property
    def text_length(self) -> int:
        """How many Chinese characters stand outside of links and scripts."""
        return self.content.text_length

    @cached_property
    def has_scripts(self) -> bool:
        """Whether a script can fill the page."""
        return self.content.has_scripts

    @cached_property
    def titles(self) -> frozenset[str]:
        """The titles of the page, without those of its site."""
        return self.content.titles

    @cached_property
    def shows_own_title(self) -> bool:
        """Whether the page has the whole title of its row as a text of its own."""
        title = "".join((self.meta["hints"].list_title or "").split())
        return len(title) >= SHORTEST_TITLE and title in self.content.own_text

    @property
    def may_be_list(self) -> bool:
        """Whether the page may be a list of reports, by its row."""
        return may_be_list(self.meta)

    # --- what it leads to -------------------------------------------------------------------

    @cached_property
    def files(self) -> tuple[ReportFile, ...]:
        """The files that carry the report of the page, with the hints for each."""
        files = find_report_files(
            self.content.page.without_comments,
            self.meta["hints"],
            has_text=self.has_chapters,
        )
        return tuple(files)

    @cached_property
    def images(self) -> tuple[ImageAddress, ...]:
        """The images in which the report may stand."""
        if self.files or not (self.has_chapters or self.leads_by_links):
            return ()
        if not self.has_chapters and self.text_length > MOST_TEXT_BESIDE_IMAGES:
            return ()
        return tuple(find_images(self.content.page))

    @cached_property
    def ways_on(self) -> tuple[WayOn, ...]:
        """The ways to other pages that the page shows, the surest first."""
        return tuple(find_ways_on(self.content))

    @property
    def leads_by_links(self) -> bool:
        """Whether a link of the page can lead to its report, and is not just a row of a list."""
        return "doubts" not in self.meta and not self.may_be_list

    @cached_property
    def plain_targets(self) -> tuple[Target, ...]:
        """Where the page sends on to by its frames, scripts and words; none within a depth."""
        if self.meta.get(DEPTH, 0) >= DEEPEST_TARGET:
            return ()
        targets = find_plain_targets(
            self.content, self.meta["hints"], by_links=self.leads_by_links
        )
        return tuple(targets)

    @cached_property
    def titled_targets(self) -> tuple[Target, ...]:
        """Where the page sends on to by the title of a report, where it is no list of them."""
        if self.meta.get(DEPTH, 0) >= DEEPEST_TARGET or not self.leads_by_links:
            return ()
        return tuple(find_titled_targets(self.content, self.meta["hints"]))

    @property
    def has_cut_fragments(self) -> bool:
        """Whether markup that its scripts write lost attributes, as far as it was read.

        What the page itself lost is told where its report is read.
        """
        if self._content is None:
            return self._had_cut_fragments
        return self._content.page.has_cut_fragments

    # --- as a list --------------------------------------------------------------------------

    @cached_property
    def titled_addresses(self) -> frozenset[str]:
        """The canonical addresses of the reports that a page without a report's text names.

        One with the title of its row above it all has them beside its own.
        """
        if self.has_chapters or self.text_length > MOST_TEXT_OF_LIST:
            return frozenset()
        if self.shows_own_title:
            return frozenset()
        return frozenset(read_page_rows(self.reader, self.content.page).titled)

    @cached_property
    def list_below(self) -> ListReading | None:
        """The list that the page may be: none where it has files, or the text of a report."""
        if "list_level" not in self.meta or self.files or self.has_chapters:
            return None
        reading = ListReading(self.content.page, self.reader, Pagination("").platform)
        if not self.may_be_list:
            reading.rows.likely.clear()
            reading.rows.doubtful.clear()
        return reading

    # --- from one process to another --------------------------------------------------------

    def complete(self) -> None:
        """Work out all that is asked for of a page, but for the parts of the list that it is."""
        for name, attribute in vars(ListedPage).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)

    def release_page(self) -> None:
        """Let the page go, what reads it, and what the crawl knows of it."""
        self._had_cut_fragments = self.has_cut_fragments
        self._content = self._reader = None
        self.meta = {}


def may_be_list(meta: dict[str, Any]) -> bool:
    """Tell by its row whether a page may be a list of reports."""
    return ROW in meta and may_be_branch(meta[ROW])
