"""Searching: the documents that a query finds, by relevance or by date.

Words of one or two characters the index answers alone. For longer ones and for phrases it names
the documents that have all their grams, and the stored text says which of them have the word. So
what a query finds is what LIKE finds in the folded text, all of it and nothing else. Slow is only
a word that hardly any document has, while many have all of its grams.

Order by date: newest publication date first, documents without one last; on one day, what came into
the index first. That is the order of the row ids, so the first page needs no sorting. Order by
relevance: the words of the form stand in every report, and ranking would look at all of them. So
those are ranked whose names have a word, which the index tells, and the newest of the others,
:data:`MOST_RANKED` of both; what is left follows by date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from nianbao.archive.errors import UnknownName
from nianbao.archive.region_names import find_nearest, is_in_region
from nianbao.archive.search.index import AGENCY, REGION, SITE, YEAR, encode_value
from nianbao.archive.search.prose import MARK, has_prose, match_prose
from nianbao.archive.search.ranking import MOST_RANKED, compute_relevance
from nianbao.archive.search.snippets import SnippetPiece, make_snippet
from nianbao.archive.search.source import COLUMNS, JOIN_READING, SearchSource
from nianbao.archive.search.words import SearchWord, parse_words

if TYPE_CHECKING:
    from sqlite_utils import Database

Order: TypeAlias = Literal["relevance", "date"]

PAGE = 20  # results on a page
ORDERS: tuple[Order, ...] = ("relevance", "date")

# Return the documents of the entries that an FTS5 expression matches, the newest first.
_MATCHES = f"""
SELECT search_index.rowid, {COLUMNS}, search_entries.is_plain
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

    `prose`: the words must stand in what a body writes itself, not only in the wording of the
    forms. `literal`: a word that is a year or a name is looked for as it stands; else
    :func:`nianbao.archive.search.query_reading.read_query` makes a filter of it.
    """

    text: str = ""
    year: int | tuple[int, ...] | None = None
    agency: str | None = None
    region: str | None = None
    site: str | None = None
    order: Order = "relevance"
    prose: bool = False
    literal: bool = False

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
        if self.region is not None and not self.region.strip().isdecimal():
            terms += _list_terms(REGION, self.region)
        terms += _list_terms("", self.text)
        if self.prose:
            terms += filter(None, map(match_prose, parse_words(self.text)))
        if not terms:
            return f'"{MARK}"'
        return " AND ".join(terms)

    @property
    def name_match(self) -> str:
        """The FTS5 expression for those of them whose body or region is called by a word."""
        names = []
        for word in parse_words(self.text):
            for mark in (AGENCY, REGION):
                terms = " AND ".join(_list_word_terms(mark, word))
                names.append(f"({terms})")
        return f"{self.match} AND ({' OR '.join(names)})"


def _list_terms(mark: str, text: str | None) -> list[str]:
    """Return the terms that find all entries with the words of a text under a mark."""
    terms: list[str] = []
    for word in parse_words(text):
        terms += _list_word_terms(mark, word)
    return terms


def _list_word_terms(mark: str, word: SearchWord) -> list[str]:
    terms = [f'"{mark}{gram}"' for gram in word.grams]
    if word.beginning:
        terms.append(f'"{mark}{word.beginning}" *')
    return terms


def search(
    db: Database, query: Query, limit: int = PAGE, offset: int = 0
) -> list[SearchHit]:
    """Return a page of the documents that a query finds, in its order.

    Raises UnknownName where it asks for a region, an agency or a site that the archive has not.
    """
    words = parse_words(query.text)
    if query.order == "relevance" and words:
        sources = _rank_sources(db, query, words)
    else:
        sources = find_sources(db, query)
    page = islice(sources, offset, offset + limit)
    hits = [_to_hit(source, words) for source in page]
    if not hits:
        _require_names(db, query)
    return hits


def _rank_sources(
    db: Database, query: Query, words: Sequence[SearchWord]
) -> Iterator[SearchSource]:
    """Yield the documents that a query finds: those that are ranked, then the others by date."""
    with_names = _find_places(db, query, query.name_match)
    first = dict(islice(with_names, MOST_RANKED))
    rest = _find_places(db, query, query.match)
    while len(first) < MOST_RANKED:
        newest = next(rest, None)
        if newest is None:
            break
        first.update([newest])
    by_date = [source for _, source in sorted(first.items())]
    yield from sorted(
        by_date,
        key=lambda source: compute_relevance(source.ranked_texts, words),
        reverse=True,
    )
    for place, source in rest:
        if place not in first:
            yield source


def find_sources(db: Database, query: Query) -> Iterator[SearchSource]:
    """Yield the documents that a query finds, the newest first, as they are looked for."""
    for _, source in _find_places(db, query, query.match):
        yield source


def _find_places(
    db: Database, query: Query, match: str
) -> Iterator[tuple[int, SearchSource]]:
    """Yield those of the documents that a query finds which an expression matches, by place."""
    regions = _select_regions(db, query.region)
    words = parse_words(query.text)
    if query.text.strip() and not words:
        return  # nothing but punctuation
    agency_words = parse_words(query.agency)
    if query.agency is not None and not agency_words:
        return
    unsure_words = [word for word in words if not word.exact]
    prose_words = words if query.prose else ()

    def fits(source: SearchSource, *, plain: bool) -> bool:
        return (
            source.has_all(unsure_words, plain=plain)
            and _has_words(source.agencies, agency_words)
            and (regions is None or source.region in regions)
            and all(has_prose(word, source.text) for word in prose_words)
        )

    rows = db.conn.execute(_MATCHES, [match])
    for place, *row, is_plain in rows:
        source = SearchSource(*row)
        if fits(source, plain=bool(is_plain)):
            yield place, source


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
    if query.agency is None:
        return
    words = parse_words(query.agency)
    rows = db.execute(_AGENCY_NAMES).fetchall()
    names = [name for (name,) in rows]
    if not words or not any(_has_words(name, words) for name in names):
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
