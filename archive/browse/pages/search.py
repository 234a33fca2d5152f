"""Search: full text with facets, in simplified or traditional characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.page import BrowsePage, FeedEntry, PageRequest
from nianbao.archive.browse.remembered import get_region_tree
from nianbao.archive.read_model.faceted_search import (
    MOST_COUNTED,
    FacetedHit,
    SearchFilter,
    SearchManner,
    SearchResults,
    search_with_facets,
)
from nianbao.archive.search.query import ORDERS, Order
from nianbao.archive.search.snippets import format_snippet

if TYPE_CHECKING:
    from sqlite_utils import Database

HITS = 20  # on a page
NO_DAY = "1970-01-01"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What the page shows."""

    q: str
    narrowed: SearchFilter
    manner: SearchManner
    results: SearchResults
    pages: int


@dataclass(frozen=True, slots=True)
class HitLine:
    """A hit as a line of CSV."""

    title: str | None
    agency: str | None
    region: str | None
    level: str | None
    report_year: int | None
    published_on: str | None
    form: str | None
    url: str
    site: str
    state: str
    unassigned: tuple[str, ...]  # what is not known: agency, year
    at: str | None  # names the version where the page shows another report now
    passages: str
    version: int  # of the page
    payload_sha256: str


def show_search(db: Database, request: PageRequest) -> BrowsePage:
    """Show a page of hits with the facets of all counted pages."""
    text = request.get_text("q")
    search_filter = _get_filter(db, request)
    limit = HITS
    if request.format != "html":
        limit = min(request.limit, MOST_COUNTED)
    offset = (request.page - 1) * limit
    manner = _get_manner(request)
    results = search_with_facets(db, text, search_filter, limit, offset, manner)
    pages = -(-results.counted // limit)  # rounded up
    title = request.language("search.title")
    if text:
        title = request.language("search.of", q=text)
    return BrowsePage(
        "search.html",
        title,
        SearchPage(text, search_filter, manner, results, pages),
        rows=[_make_line(hit) for hit in results.hits],
        entries=[_make_entry(hit, request) for hit in results.hits],
        more=request.page * limit < results.counted,
    )


def _get_manner(request: PageRequest) -> SearchManner:
    """Return how the words are looked for; a feed has the newest first unless it says otherwise."""
    default: Order = "date" if request.format == "atom" else "relevance"
    order = request.get_text("order") or default
    if order not in ORDERS:
        values = " / ".join(ORDERS)
        raise BadRequest(
            request.language("search.no_order", order=order, values=values)
        )
    return SearchManner(
        order,
        prose=bool(request.get_text("prose")),
        literal=bool(request.get_text("literal")),
    )


def _get_filter(db: Database, request: PageRequest) -> SearchFilter:
    return SearchFilter(
        year=request.get_number("year"),
        region=_find_region_name(db, request),
        level=request.get_text("level") or None,
        agency=request.get_text("agency") or None,
        form=request.get_text("form") or None,
        finding=request.get_text("finding") or None,
        unassigned=request.get_text("unassigned") or None,
        site=request.get_text("site") or None,
    )


def _find_region_name(db: Database, request: PageRequest) -> str | None:
    """Return the name of the region that is asked for, also by its code; None without one."""
    text = request.get_text("region")
    if not text:
        return None
    region = get_region_tree(db, request).find(text)
    return region.name if region else text


def _make_line(hit: FacetedHit) -> HitLine:
    return HitLine(
        title=hit.title,
        agency=hit.agency,
        region=hit.region,
        level=hit.level,
        report_year=hit.report_year,
        published_on=hit.published_on,
        form=hit.form,
        url=hit.url,
        site=hit.site_id,
        state=hit.state,
        unassigned=hit.missing,
        at=hit.at,
        passages=format_snippet(hit.snippet, "«", "»"),
        version=hit.version,
        payload_sha256=hit.payload_sha256,
    )


def _make_entry(hit: FacetedHit, request: PageRequest) -> FeedEntry:
    day = hit.published_on or NO_DAY
    return FeedEntry(
        id=request.cite.document(hit.url, at=hit.at),
        title=hit.title or hit.url,
        address=_hit_address(hit, request),
        updated=f"{day}T00:00:00Z",
        summary=format_snippet(hit.snippet, "", ""),
        is_quotation=True,
    )


def _hit_address(hit: FacetedHit, request: PageRequest) -> str:
    """Return the address of the report, or of the document if the report is unknown."""
    if hit.known and hit.agency is not None and hit.report_year is not None:
        return request.cite.report(
            hit.region, hit.agency, hit.report_year, site=hit.agency_site
        )
    return request.cite.document(hit.url, at=hit.at)
