"""Search with facets: the pages that have the words, counted by what they are.

A page is searched by the last version of each report that it shows or showed. Only some are
counted, :data:`MOST_COUNTED` of them: a word of the form is in every report, and to count a
hundred thousand takes longer than a person waits. By date these are the newest; by relevance those
whose body or region is called by a word, and then the newest. The results say when there are more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.read_model.overviews.unassigned import list_missing_parts
from nianbao.archive.region_names import is_in_region
from nianbao.archive.search.prose import has_prose, is_form_word
from nianbao.archive.search.query import Order, Query
from nianbao.archive.search.query_reading import ReadNames, read_query
from nianbao.archive.search.ranking import (
    MOST_RANKED,
    RankedTexts,
    Relevance,
    compute_relevance,
)
from nianbao.archive.search.snippets import SnippetPiece, make_snippet
from nianbao.archive.search.words import SearchWord, parse_words

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_COUNTED = 500  # pages that are counted, and that can be paged through
MOST_CANDIDATES = 2_500  # that are looked at, about 25 µs each
MOST_PROSE_CANDIDATES = 600  # whose prose is looked at, about 0.2 ms each
MOST_VALUES = 12  # of a facet
FACETS = ("year", "region", "level", "agency", "form", "finding", "unassigned")

CANDIDATES = """
SELECT search_index.rowid, report_pages.version_id, reports.report_year,
       regions.name, agencies.level, agencies.name, readings.agency_printed, readings.form,
       reports.finding_rules
FROM search_index
CROSS JOIN search_entries ON search_entries.id = search_index.rowid
CROSS JOIN report_pages ON report_pages.version_id = search_entries.version_id
CROSS JOIN reports ON reports.id = report_pages.report_id
CROSS JOIN readings ON readings.version_id = report_pages.version_id
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE search_index MATCH ? ORDER BY search_index.rowid LIMIT ?
"""
# The text of a version that another report has followed is stored as what differs from that.
WHOLE_TEXT = """
CASE WHEN readings.text_start IS NULL THEN readings.text
     ELSE (SELECT text FROM version_texts WHERE version_id = readings.version_id) END
"""
# The text is most of a row: it is selected only where the index alone cannot tell.
TEXTS = f"SELECT title, {WHOLE_TEXT} FROM readings WHERE version_id = ?"
HITS = f"""
SELECT readings.title, coalesce(agencies.name, readings.agency_printed),
       reports.document_id IS NULL,
       regions.name, agencies.level, reports.report_year, readings.published_on, readings.form,
       documents.url, documents.site_id,
       CASE WHEN documents.current_version_id = versions.id
            THEN documents.state ELSE 'replaced' END,
       agencies.site_id,
       CASE WHEN documents.current_version_id <> versions.id THEN first.visited_at END,
       versions.number, versions.payload_sha256, agencies.name, {WHOLE_TEXT}
FROM json_each(?) AS wanted
CROSS JOIN versions ON versions.id = wanted.value
CROSS JOIN documents ON documents.id = versions.document_id
CROSS JOIN reports ON reports.id = versions.report_id
CROSS JOIN readings ON readings.version_id = versions.id
JOIN visits AS first ON first.id = versions.first_visit_id
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
ORDER BY wanted.key
"""


class SearchCandidate(NamedTuple):
    """A report on a page that may have the words, by the last version that shows it."""

    place: int  # in the index: by date
    version_id: int
    report_year: int | None
    region: str | None
    level: str | None
    agency: str | None
    agency_printed: str | None
    form: str | None
    finding_rules: str | None  # of the report, JSON

    @property
    def missing_parts(self) -> tuple[str, ...]:
        """What is not known of its report: agency, year."""
        return list_missing_parts(self.agency, self.report_year)

    @property
    def rules(self) -> list[str]:
        """The rules that its report breaks."""
        if not self.finding_rules:
            return []
        rules: list[str] = json.loads(self.finding_rules)
        return rules

    @property
    def facet_values(self) -> dict[str, list[str]]:
        """The values that it counts for, by facet."""
        facets = {
            "year": self.report_year,
            "region": self.region,
            "level": self.level,
            "agency": self.agency,
            "form": self.form,
        }
        values = {}
        for facet, value in facets.items():
            if value is not None:
                values[facet] = [str(value)]
        values["finding"] = self.rules
        values["unassigned"] = list(self.missing_parts)
        return values

    def has_words(self, db: Database, words: Sequence[SearchWord]) -> bool:
        """Tell whether the page has all of some words; the names are searched before the texts."""
        names = (self.agency_printed, self.agency)
        other_words = [word for word in words if not _is_in_any(word, names)]
        if not other_words:
            return True
        texts = self.load_texts(db)
        return all(_is_in_any(word, texts) for word in other_words)

    def has_prose(self, db: Database, words: Sequence[SearchWord]) -> bool:
        """Tell whether the prose of the page has each of some words that it has."""
        if not words:
            return True
        _, text = self.load_texts(db)
        return all(has_prose(word, text) for word in words)

    def compute_relevance(self, db: Database, words: Sequence[SearchWord]) -> Relevance:
        """Return how much the page tells of words that it has."""
        title, text = self.load_texts(db)
        names = (self.agency_printed, self.agency, self.region)
        texts = RankedTexts("\n".join(filter(None, names)), title or "", text)
        return compute_relevance(texts, words)

    def load_texts(self, db: Database) -> tuple[str | None, str]:
        """Return title and text."""
        row: tuple[str | None, str] = db.execute(TEXTS, [self.version_id]).fetchone()
        return row


def _is_in_any(word: SearchWord, texts: Sequence[str | None]) -> bool:
    return any(text and word.find(text) for text in texts)


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What the pages must be of; a region stands for all regions in it."""

    year: int | None = None
    region: str | None = None
    level: str | None = None
    agency: str | None = None
    form: str | None = None
    finding: str | None = None
    unassigned: str | None = None  # agency or year: what is not known of the report
    site: str | None = None

    def fits(self, candidate: SearchCandidate) -> bool:
        """Tell whether a page fits, as far as the index cannot tell."""
        if self.region is not None and not is_in_region(
            candidate.region, (), self.region
        ):
            return False
        names = (candidate.agency, candidate.agency_printed)
        if self.agency is not None and self.agency not in names:
            return False
        if self.level not in (None, candidate.level):
            return False
        if self.form not in (None, candidate.form):
            return False
        return self._fits_flaws(candidate)

    def _fits_flaws(self, candidate: SearchCandidate) -> bool:
        if self.unassigned not in (None, *candidate.missing_parts):
            return False
        return self.finding is None or self.finding in candidate.rules


@dataclass(frozen=True, slots=True)
class FacetedHit:
    """A report on a page that has the words.

    `known`: agency and year are known, so the report has a page. `state` is that of the page for
    this report: `replaced` where it shows another one now; `at` names the version then.
    """

    title: str | None
    agency: str | None
    known: bool
    region: str | None
    level: str | None
    report_year: int | None
    published_on: str | None
    form: str | None
    url: str
    site_id: str
    state: str
    agency_site: str | None  # the site that an agency of no known region belongs to
    at: str | None
    version: int  # of the page
    payload_sha256: str
    missing: tuple[str, ...]  # agency, year: what is not known
    snippet: tuple[SnippetPiece, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many of the counted pages have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of hits. `counted` pages have the words; if not `whole`, there are others too.

    `names` is what words were read as: filters, and no words that are looked for.
    """

    hits: list[FacetedHit]
    counted: int
    whole: bool
    facets: dict[str, list[FacetValue]]
    order: Order
    names: ReadNames


@dataclass(frozen=True, slots=True)
class SearchManner:
    """How words are looked for: see :class:`nianbao.archive.search.query.Query`."""

    order: Order = "relevance"
    prose: bool = False
    literal: bool = False


def search_with_facets(
    db: Database,
    text: str,
    search_filter: SearchFilter,
    limit: int,
    offset: int,
    manner: SearchManner | None = None,
) -> SearchResults:
    """Return a page of the hits that have all the words and fit the filter."""
    search = _FacetedSearch.read(db, text, search_filter, manner or SearchManner())
    counters: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    candidates, whole = search.collect()
    for candidate in candidates:
        for facet, values in candidate.facet_values.items():
            counters[facet].update(values)
    version_ids = [one.version_id for one in candidates[offset : offset + limit]]
    return SearchResults(
        _select_hits(db, version_ids, search.words),
        len(candidates),
        whole,
        _list_facets(counters),
        search.order,
        search.names,
    )


@dataclass(frozen=True, slots=True)
class _FacetedSearch:
    """A search whose query is read."""

    db: Database
    query: Query
    names: ReadNames
    filter: SearchFilter

    @classmethod
    def read(
        cls,
        db: Database,
        text: str,
        search_filter: SearchFilter,
        manner: SearchManner,
    ) -> _FacetedSearch:
        """Return a search; names among its words become filters."""
        query = Query(
            text,
            year=search_filter.year,
            agency=search_filter.agency,
            region=search_filter.region,
            site=search_filter.site,
            order=manner.order,
            prose=manner.prose,
            literal=manner.literal,
        )
        reading = read_query(db, query)
        read_filter = replace(
            search_filter,
            year=reading.names.year or search_filter.year,
            agency=reading.query.agency,
            region=reading.query.region,
        )
        return cls(db, reading.query, reading.names, read_filter)

    @property
    def words(self) -> tuple[SearchWord, ...]:
        """The words that are looked for."""
        return parse_words(self.query.text)

    @property
    def order(self) -> Order:
        """The order of the results; without words there is nothing to rank by."""
        return self.query.order if self.words else "date"

    def collect(self) -> tuple[list[SearchCandidate], bool]:
        """Return the pages that are counted, in their order, and whether there are no others."""
        if self.query.text.strip() and not self.words:
            return [], True  # nothing but punctuation
        if self.order == "date":
            newest, whole = self._collect_until_enough({})
            return list(newest.values()), whole
        most_names = min(MOST_RANKED, MOST_COUNTED)
        with_names = islice(self._find_matches(self.query.name_match), most_names)
        first = {one.place: one for one in with_names if one is not None}
        by_place, whole = self._collect_until_enough(first)
        places = list(by_place)
        first_places = sorted(places[:MOST_RANKED])
        first_places.sort(
            key=lambda place: by_place[place].compute_relevance(self.db, self.words),
            reverse=True,
        )
        in_order = [*first_places, *sorted(places[MOST_RANKED:])]
        return [by_place[place] for place in in_order], whole

    def _collect_until_enough(
        self, by_place: dict[int, SearchCandidate]
    ) -> tuple[dict[int, SearchCandidate], bool]:
        """Return some pages and the newest others by place, and whether there are no more."""
        for candidate in self._find_matches(self.query.match):
            if candidate is None:
                return by_place, False
            if candidate.place in by_place:
                continue
            if len(by_place) == MOST_COUNTED:
                return by_place, False
            by_place[candidate.place] = candidate
        return by_place, True

    def _find_matches(self, match: str) -> Iterator[SearchCandidate | None]:
        """Yield the pages that match, the newest first; None when more candidates are left."""
        inexact_words = [word for word in self.words if not word.exact]
        prose_words = self.words if self.query.prose else ()
        most = MOST_CANDIDATES
        if any(map(is_form_word, prose_words)):
            most = min(MOST_PROSE_CANDIDATES, MOST_CANDIDATES)
        rows = self.db.conn.execute(CANDIDATES, [match, most + 1])
        for count, row in enumerate(rows):
            if count == most:
                yield None
                return
            candidate = SearchCandidate(*row)
            if (
                self.filter.fits(candidate)
                and candidate.has_words(self.db, inexact_words)
                and candidate.has_prose(self.db, prose_words)
            ):
                yield candidate


def _select_hits(
    db: Database, version_ids: list[int], words: tuple[SearchWord, ...]
) -> list[FacetedHit]:
    hits = []
    rows = db.execute(HITS, [json.dumps(version_ids)]).fetchall()
    for row in rows:
        title, agency, is_known, *fields, agency_name, text = row
        report_year = row[5]
        values: list[Any] = [
            title,
            agency,
            bool(is_known),
            *fields,
            list_missing_parts(agency_name, report_year),
            make_snippet(text, words),
        ]
        hits.append(FacetedHit(*values))
    return hits


def _list_facets(counters: dict[str, Counter[str]]) -> dict[str, list[FacetValue]]:
    """Return the most frequent values of each facet; the years in their order."""
    facets = {}
    for facet, counter in counters.items():
        most_frequent = counter.most_common(MOST_VALUES)
        values = [FacetValue(value, count) for value, count in most_frequent]
        if facet == "year":
            values.sort(key=lambda facet_value: facet_value.value, reverse=True)
        facets[facet] = values
    return facets
