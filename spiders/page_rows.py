"""The rows of a list page, read whole: those of its platform, and those of any list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from nianbao.archive.addresses import canonicalize
from nianbao.archive.charsets import join_surrogates
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.own_hosts import has_host
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.report_names import may_be_report_title
from nianbao.spiders.rows.context_rows import read_context_rows
from nianbao.spiders.rows.link_groups import group_links, stands_in_furniture
from nianbao.spiders.rows.row_links import ROW_TAGS, RowLink, read_row_links
from nianbao.spiders.rows.script_parts import read_script_parts
from nianbao.spiders.rows.titled_rows import build_titled_rows, read_year_rows

Rows = dict[str, ListRow]  # of a list, by the canonical addresses that they lead to


@dataclass(frozen=True, slots=True)
class PagePart:
    """The links of a page, or of what its scripts hold."""

    page: ListPage
    links: tuple[RowLink, ...]
    rows: LinkRows


@dataclass(slots=True)
class PageRows:
    """The rows of a list page."""

    titled: Rows = field(default_factory=dict)  # by the platform, or titled as reports
    # A year, a body, a report without a year.
    likely: Rows = field(default_factory=dict)
    doubtful: Rows = field(default_factory=dict)  # others in the place of rows
    lost: list[ListRow] = field(default_factory=list)  # that lead to no web page
    # Whatever leads on from the page; none where its platform knows all its rows.
    links: list[RowLink] = field(default_factory=list, compare=False, repr=False)

    @property
    def named(self) -> Rows:
        """The rows that the list names for sure; where it names none, the likely ones."""
        return self.titled or self.likely


def read_page_rows(reader: ListReader, page: ListPage) -> PageRows:
    """Return the rows of a list page, each address once.

    Lists of the platform are no rows, nor what the site file leaves out. Rows of the platform
    that have other words than reports have are doubtful, as those of any list.
    """
    page_rows = PageRows()
    platform_rows: list[ListRow] = []
    if not reader.reads_all_rows:
        platform_rows = list(reader.read_rows(page))
    if not reader.takes_titled_rows:
        _add_rows(page_rows, page_rows.titled, page, platform_rows)
        return page_rows
    other_rows = [row for row in platform_rows if _has_other_words(row)]
    named_rows = [row for row in platform_rows if not _has_other_words(row)]
    _add_rows(page_rows, page_rows.titled, page, named_rows)
    _add_general_rows(page_rows, reader, page, other_rows)
    return page_rows


def _has_other_words(row: ListRow) -> bool:
    return row.title is not None and not may_be_report_title(row.title)


def count_other_rows(reader: ListReader, page: ListPage, page_rows: PageRows) -> int:
    """Return how many titled rows of a list page a reader does not know."""
    if not page.is_markup:
        return 0
    known_rows = PageRows()
    _add_rows(known_rows, known_rows.titled, page, reader.read_rows(page))
    return len(page_rows.titled.keys() - known_rows.titled.keys())


def describe_other_rows(platform: str, page_rows: PageRows, count: int) -> Finding:
    """Return the finding on rows that the platform of a site file does not know."""
    row_count = len(page_rows.titled)
    parameters = {
        "count": count,
        "rows": row_count,
        "platform": platform,
    }
    return make_finding(
        "list.readers_differ",
        "info",
        parameters,
    )


def _add_general_rows(
    page_rows: PageRows,
    reader: ListReader,
    page: ListPage,
    other_rows: Iterable[ListRow],
) -> None:
    """Add the rows that any list has, but for the lists below and the page itself."""
    parts = _read_parts(page)
    for part in parts:
        page_rows.links += part.links
        titled_rows = build_titled_rows(part.links, part.rows)
        _add_rows(page_rows, page_rows.titled, page, titled_rows)
    _drop_foreign_furniture(page_rows, page, parts)
    _add_context(page_rows, page, parts)
    _add_rows(page_rows, page_rows.likely, page, read_year_rows(reader, page))
    _add_rows(page_rows, page_rows.doubtful, page, other_rows)
    list_addresses = _list_branches(reader, page)
    for address in list_addresses:
        page_rows.titled.pop(address, None)
    for address in list_addresses | _list_further_pages(page):
        page_rows.likely.pop(address, None)
        page_rows.doubtful.pop(address, None)
    for address in _find_furniture(page, parts) - page_rows.likely.keys():
        page_rows.doubtful.pop(address, None)


def _add_context(
    page_rows: PageRows, page: ListPage, parts: Iterable[PagePart]
) -> None:
    """Add the rows by context, beside the titled ones of the page's own host.

    What a script holds beside other rows of the page may be anything; alone it is the list,
    where its rows have dates.
    """
    row_urls = {page.urljoin(row.url) for row in page_rows.titled.values()}
    own_host = urlsplit(page.url).netloc
    row_urls = {url for url in row_urls if has_host([own_host], url)}
    for part in parts:
        context = read_context_rows(part.page, part.links, part.rows, row_urls)
        _add_rows(page_rows, page_rows.likely, page, context.likely)
        doubtful_rows = context.doubtful
        if part.page is not page and not row_urls:
            is_alone = not (page_rows.likely or page_rows.doubtful)
            doubtful_rows = [row for row in doubtful_rows if row.date and is_alone]
        _add_rows(page_rows, page_rows.doubtful, page, doubtful_rows)


def _drop_foreign_furniture(
    page_rows: PageRows, page: ListPage, parts: Iterable[PagePart]
) -> None:
    """Drop titled links to other hosts that stand in menus: they are rows of others' lists."""
    own_host = urlsplit(page.url).netloc
    for part in parts:
        for link in part.links:
            if not link.url or has_host([own_host], link.url):
                continue
            if stands_in_furniture(link.element.root):
                page_rows.titled.pop(canonicalize(link.url), None)


def _find_furniture(page: ListPage, parts: Iterable[PagePart]) -> set[str]:
    """Return the canonical addresses of links in menus, footers and related links."""
    addresses: set[str] = set()
    for part in parts:
        if part.page is not page:
            continue
        links = [link for link in part.links if link.url]
        for group in group_links(links):
            if group.is_furniture:
                addresses.update(canonicalize(link.url) for link in group.links)
    return addresses


def _list_branches(reader: ListReader, page: ListPage) -> set[str]:
    """Return the canonical addresses of a page and of the lists below it."""
    addresses = {canonicalize(page.url)}
    if page.is_markup:
        for branch in reader.read_branches(page):
            addresses.add(canonicalize(page.urljoin(branch.url)))
    return addresses


def _list_further_pages(page: ListPage) -> set[str]:
    """Return the canonical addresses of the pages that a pager leads to."""
    further_pages: set[str] = set()
    if not page.is_markup:
        return further_pages
    for link in find_pager_links(page):
        if isinstance(link.address, str):
            further_pages.add(canonicalize(page.urljoin(link.address)))
    return further_pages


def _read_parts(page: ListPage) -> list[PagePart]:
    """Return the parts of a page that links stand in: its elements, and its scripts."""
    parts = []
    if page.is_markup:
        parts.append(_read_part(page))
    parts += map(_read_part, read_script_parts(page))
    return parts


def _read_part(page: ListPage) -> PagePart:
    rows = LinkRows(page.root, ROW_TAGS)
    links = tuple(read_row_links(page, rows))
    return PagePart(page, links, rows)


def _add_rows(
    page_rows: PageRows, target: Rows, page: ListPage, rows: Iterable[ListRow]
) -> None:
    """Add rows to those of one kind, unless another kind has them already."""
    lost_before = frozenset(page_rows.lost)
    for found_row in rows:
        url = page.urljoin(found_row.url)
        row = _replace_surrogates(found_row)
        if not url:
            if row not in lost_before:
                page_rows.lost.append(row)
            continue
        address = canonicalize(url)
        kinds = (page_rows.titled, page_rows.likely, page_rows.doubtful)
        if not any(address in kind for kind in kinds):
            target[address] = row


def _replace_surrogates(row: ListRow) -> ListRow:
    """Return a row without halves of characters: JSON can hold them, and no file or archive."""
    title = row.title
    if title is not None:
        title = join_surrogates(title)
    return replace(row, url=join_surrogates(row.url), title=title)
