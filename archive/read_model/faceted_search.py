"""Search with facets: the pages that have the words, the newest first, counted by what they are.

A page is searched by the last version of each report that it shows or showed. Only the newest
are counted, :data:`MOST_COUNTED` of them: a word of the form is in every report, and to count a
hundred thousand takes longer than a person waits. The results say when there are more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.read_model.overviews.unassigned import list_missing_parts
from nianbao.archive.region_names import is_in_region
from nianbao.archive.search.query import Query
from nianbao.archive.search.snippets import SnippetPiece, make_snippet
from nianbao.archive.search.words import SearchWord, parse_words

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_COUNTED = 500  # pages that are counted, and that can be paged through
MOST_CANDIDATES = 2_500  # that are looked at, about 25 µs each
MOST_VALUES = 12  # of a facet
FACETS = ("year", "region", "level", "agency", "form", "finding", "unassigned")

CANDIDATES = """
SELECT report_pages.version_id, reports.report_year, regions.name, agencies.level,
       agencies.name, readings.agency_printed, readings.form, reports.finding_rules
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
        texts = db.execute(TEXTS, [self.version_id]).fetchone()
        return all(_is_in_any(word, texts) for word in other_words)


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
    """A page of hits. `counted` pages have the words; if not `whole`, there are older ones too."""

    hits: list[FacetedHit]
    counted: int
    whole: bool
    facets: dict[str, list[FacetValue]]


def search_with_facets(
    db: Database, text: str, search_filter: SearchFilter, limit: int, offset: int
) -> SearchResults:
    """Return a page of the hits that have all the words and fit the filter."""
    words = parse_words(text)
    if text.strip() and not words:
        return SearchResults([], 0, True, {})  # nothing but punctuation
    counters: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    version_ids: list[int] = []
    whole = True
    for candidate in _find_matches(db, text, search_filter):
        if candidate is None or len(version_ids) == MOST_COUNTED:
            whole = False
            break
        version_ids.append(candidate.version_id)
        for facet, values in candidate.facet_values.items():
            counters[facet].update(values)
    hits = _select_hits(db, version_ids[offset : offset + limit], words)
    return SearchResults(hits, len(version_ids), whole, _list_facets(counters))


def _find_matches(
    db: Database, text: str, search_filter: SearchFilter
) -> Iterator[SearchCandidate | None]:
    """Yield the pages that match, the newest first; None when more candidates are left."""
    inexact_words = [word for word in parse_words(text) if not word.exact]
    query = Query(
        text,
        year=search_filter.year,
        agency=search_filter.agency,
        region=search_filter.region,
        site=search_filter.site,
    )
    rows = db.conn.execute(CANDIDATES, [query.match, MOST_CANDIDATES + 1])
    for count, row in enumerate(rows):
        if count == MOST_CANDIDATES:
            yield None
            return
        candidate = SearchCandidate(*row)
        if search_filter.fits(candidate) and candidate.has_words(db, inexact_words):
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
