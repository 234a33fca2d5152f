"""Searching: the documents that a query finds, the newest first.

Words of one or two characters the index answers alone. For longer ones and for phrases it names
the documents that have all their grams, and the stored text says which of them have the word. So
what a query finds is what LIKE finds in the folded text, all of it and nothing else. Slow is only
a word that hardly any document has, while many have all of its grams.

Order: newest publication date first, documents without one last; on one day, what came into the
index first. That is the order of the row ids, so the first page needs no ranking and no sorting:
the words of the form stand in every report, and ranking would look at all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from nianbao.archive.errors import UnknownName
from nianbao.archive.region_names import find_nearest, is_in_region
from nianbao.archive.search.index import AGENCY, MARK, REGION, SITE, YEAR, encode_value
from nianbao.archive.search.snippets import SnippetPiece, make_snippet
from nianbao.archive.search.source import COLUMNS, JOIN_READING, SearchSource
from nianbao.archive.search.words import SearchWord, parse_words

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGE = 20  # results on a page

# Return the documents of the entries that an FTS5 expression matches, the newest first.
_MATCHES = f"""
SELECT {COLUMNS}, search_entries.is_plain
FROM search_index
CROSS JOIN search_entries ON search_entries.id = search_index.rowid
CROSS JOIN report_pages ON report_pages.version_id = search_entries.version_id
{JOIN_READING}
WHERE search_index MATCH ?
ORDER BY search_index.rowid
"""
_AGENCY_NAMES = """
SELECT name FROM agencies
UNION
SELECT agency_printed FROM readings WHERE agency_printed IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document that has the words."""

    document_id: int
    title: str | None
    agency: str | None  # the full name, or as printed where it is not known whose it is
    region: str | None
    report_year: int | None
    published_on: str | None
    url: str
    site: str
    state: str
    snippet: tuple[SnippetPiece, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words that a document must have all of, and what it must be of.

    `year` is a year or several, `agency` may be a part of the name, `region` is a region's name,
    its beginning, or that of its code; `site` is an id. Without words, all documents.
    """

    text: str = ""
    year: int | tuple[int, ...] | None = None
    agency: str | None = None
    region: str | None = None
    site: str | None = None

    @property
    def match(self) -> str:
        """The FTS5 expression that finds all documents of the query, and perhaps others."""
        terms: list[str] = []
        if self.year is not None:
            years = (self.year,) if isinstance(self.year, int) else self.year
            marks = [f'"{YEAR}{encode_value(year)}"' for year in years]
            terms.append(f"({' OR '.join(marks)})")
        if self.site is not None:
            terms.append(f'"{SITE}{encode_value(self.site)}"')
        terms += _list_terms(AGENCY, self.agency)
        if self.region is not None and not self.region.isdecimal():
            terms += _list_terms(REGION, self.region)
        terms += _list_terms("", self.text)
        if not terms:
            return f'"{MARK}"'
        return " AND ".join(terms)


def _list_terms(mark: str, text: str | None) -> list[str]:
    """Return the terms that find all entries with the words of a text under a mark."""
    terms: list[str] = []
    for word in parse_words(text):
        terms += [f'"{mark}{gram}"' for gram in word.grams]
        if word.beginning:
            terms.append(f'"{mark}{word.beginning}" *')
    return terms


def search(
    db: Database, query: Query, limit: int = PAGE, offset: int = 0
) -> list[SearchHit]:
    """Return a page of the documents that a query finds, the newest first.

    Raises UnknownName where it asks for a region, an agency or a site that the archive has not.
    """
    words = parse_words(query.text)
    sources = islice(find_sources(db, query), offset, offset + limit)
    hits = [_to_hit(source, words) for source in sources]
    if not hits:
        _require_names(db, query)
    return hits


def find_sources(db: Database, query: Query) -> Iterator[SearchSource]:
    """Yield the documents that a query finds, the newest first, as they are looked for."""
    regions = _select_regions(db, query.region)
    words = parse_words(query.text)
    if query.text.strip() and not words:
        return  # nothing but punctuation
    agency_words = parse_words(query.agency)
    unsure_words = [word for word in words if not word.exact]
    rows = db.conn.execute(_MATCHES, [query.match])
    for *row, is_plain in rows:
        source = SearchSource(*row)
        if (
            source.has_all(unsure_words, plain=bool(is_plain))
            and _has_words(source.agencies, agency_words)
            and (regions is None or source.region in regions)
        ):
            yield source


def _select_regions(db: Database, text: str | None) -> frozenset[str] | None:
    """Return the names of the regions in a region; None without one.

    Raises UnknownName with the nearest names where the archive has none.
    """
    if text is None:
        return None
    rows = db.execute("SELECT name, code FROM regions").fetchall()
    names = []
    for name, code in rows:
        if is_in_region(name, [code], text):
            names.append(name)
    if names:
        return frozenset(names)
    all_names = [name for name, _ in rows]
    nearest = find_nearest(text, all_names)
    raise UnknownName("region", text, nearest)


def _require_names(db: Database, query: Query) -> None:
    """Raise UnknownName for an agency or a site that the archive has not."""
    if query.site is not None:
        rows = db.execute("SELECT id FROM sites").fetchall()
        sites = [site_id for (site_id,) in rows]
        if query.site not in sites:
            nearest = find_nearest(query.site, sites)
            raise UnknownName("site", query.site, nearest)
    words = parse_words(query.agency)
    if query.agency is None:
        return
    rows = db.execute(_AGENCY_NAMES).fetchall()
    names = [name for (name,) in rows]
    if not any(_has_words(name, words) for name in names):
        nearest = find_nearest(query.agency, names)
        raise UnknownName("agency", query.agency, nearest)


def _has_words(text: str, words: Sequence[SearchWord]) -> bool:
    return all(word.find(text) for word in words)


def _to_hit(source: SearchSource, words: Sequence[SearchWord]) -> SearchHit:
    return SearchHit(
        document_id=source.document_id,
        title=source.title,
        agency=source.agency or source.agency_printed,
        region=source.region,
        report_year=source.report_year,
        published_on=source.published_on,
        url=source.url,
        site=source.site_id,
        state=source.state,
        snippet=make_snippet(source.text, words),
    )
