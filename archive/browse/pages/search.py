"""Search: full text with facets, in simplified or traditional characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Entry, Page
from nianbao.archive.browse.queries import search
from nianbao.archive.search.snippets import format_snippet

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.search import Hit, Narrowed, Results

HITS = 20  # on a page


@dataclass(frozen=True, slots=True)
class Search:
    """What the page shows."""

    q: str
    narrowed: Narrowed
    results: Results
    pages: int


def view(db: Database, ask: Ask) -> Page:
    """Show a page of hits with the facets of all that were counted."""
    text = ask.text("q")
    limit = HITS if ask.format == "html" else min(ask.limit, search.COUNTED)
    results = search.search(db, text, _narrowed(ask), limit, (ask.page - 1) * limit)
    data = Search(text, _narrowed(ask), results, -(-results.counted // limit))
    title = ask.language("search.of", q=text) if text else ask.language("search.title")
    return Page(
        "search.html",
        title,
        data,
        rows=[_flat(hit) for hit in results.hits] if ask.format == "csv" else (),
        entries=[_entry(hit, ask) for hit in results.hits]
        if ask.format == "atom"
        else (),
        more=ask.page * limit < results.counted,
    )


def _narrowed(ask: Ask) -> Narrowed:
    named = {
        name: ask.text(name) or None
        for name in ("region", "level", "agency", "form", "finding", "site")
    }
    return search.Narrowed(year=ask.number("year"), **named)


@dataclass(frozen=True, slots=True)
class Line:
    """A hit as CSV has it."""

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
    passages: str


def _flat(hit: Hit) -> Line:
    passages = format_snippet(hit.snippet, "«", "»")
    return Line(
        hit.title,
        hit.agency,
        hit.region,
        hit.level,
        hit.report_year,
        hit.published_on,
        hit.form,
        hit.url,
        hit.site_id,
        hit.state,
        passages,
    )


def address(hit: Hit, ask: Ask) -> str:
    """Return the address of a hit: its report, or its page where it is not known whose report
    it is.
    """
    if hit.known and hit.agency is not None and hit.report_year is not None:
        return ask.cite.report(hit.region, hit.agency, hit.report_year)
    return ask.cite.document(hit.url)


def _entry(hit: Hit, ask: Ask) -> Entry:
    day = hit.published_on or "1970-01-01"
    summary = format_snippet(hit.snippet, "", "")
    return Entry(
        ask.cite.document(hit.url),
        hit.title or hit.url,
        address(hit, ask),
        f"{day}T00:00:00Z",
        summary,
    )
