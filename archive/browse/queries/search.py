"""Search with facets: what has the words, the newest first, and what those pages are.

Only so many pages are counted (:data:`COUNTED`), the newest ones: a word of the form stands in
every report, and nobody counts a hundred thousand while a person waits. The answer says when
there are more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.search.query import Query
from nianbao.archive.search.snippets import SnippetPiece, make_snippet
from nianbao.archive.search.words import SearchWord, parse_words

if TYPE_CHECKING:
    from sqlite_utils import Database

COUNTED = 500  # pages that are counted, and can be paged through
LOOKED = 2_500  # candidates that are looked at, about 25 µs each
VALUES = 12  # of a facet
FACETS = ("year", "region", "level", "agency", "form", "finding")

CANDIDATES = """
SELECT documents.id, readings.report_year, regions.name, agencies.level, agencies.name, readings.agency_printed,
       readings.form, reports.finding_rules, readings.id
FROM search_index
CROSS JOIN search_entries ON search_entries.id = search_index.rowid
CROSS JOIN documents ON documents.id = search_entries.document_id
CROSS JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN reports ON reports.agency_id = readings.agency_id AND reports.report_year = readings.report_year
WHERE search_index MATCH ? ORDER BY search_index.rowid LIMIT ?
"""
# where the index alone does not know: it is most of a row
TEXTS = "SELECT title, text FROM readings WHERE id = ?"
HITS = """
SELECT documents.id, readings.title, coalesce(agencies.name, readings.agency_printed), agencies.name IS NOT NULL,
       regions.name, agencies.level, readings.report_year, readings.published_on, readings.form, documents.url,
       documents.site_id, documents.state, readings.text
FROM json_each(?) AS wanted
CROSS JOIN documents ON documents.id = wanted.value
CROSS JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
ORDER BY wanted.key
"""


class Candidate(NamedTuple):
    """A page that may have the words."""

    document_id: int
    report_year: int | None
    region: str | None
    level: str | None
    agency: str | None
    printed: str | None
    form: str | None
    finding_rules: str | None  # of the report it carries, JSON
    reading_id: int

    @property
    def values(self) -> dict[str, list[str]]:
        """What it counts for: facet → values."""
        single = (self.report_year, self.region, self.level, self.agency, self.form)
        named = {
            facet: [str(value)]
            for facet, value in zip(FACETS, single, strict=False)
            if value is not None
        }
        return named | {"finding": json.loads(self.finding_rules or "[]")}

    def has(self, db: Database, wanted: list[SearchWord]) -> bool:
        """Tell whether the texts have all of some words; the names, which are at hand, are
        looked at first.
        """
        missing = [
            word
            for word in wanted
            if not any(word.find(text) for text in (self.printed, self.agency) if text)
        ]
        texts = db.execute(TEXTS, [self.reading_id]).fetchone() if missing else ()
        return all(any(word.find(text) for text in texts if text) for word in missing)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the pages must be of; a region stands for all that is in it."""

    year: int | None = None
    region: str | None = None
    level: str | None = None
    agency: str | None = None
    form: str | None = None
    finding: str | None = None
    site: str | None = None

    def fits(self, one: Candidate) -> bool:
        """Tell whether a page is of it, as far as the index does not know."""
        return (
            (self.region is None or (one.region or "").startswith(self.region))
            and (self.agency is None or self.agency in (one.agency, one.printed))
            and (self.level is None or one.level == self.level)
            and (self.form is None or one.form == self.form)
            and (
                self.finding is None
                or self.finding in json.loads(one.finding_rules or "[]")
            )
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that has the words. `known`: whether it is known whose report for which year it is."""

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
    snippet: tuple[SnippetPiece, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet, and how many of the counted pages have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. `counted` pages have the words; when not `whole`, there are more, older
    ones.
    """

    hits: list[Hit]
    counted: int
    whole: bool
    facets: dict[str, list[Value]]


def search(
    db: Database, text: str, narrowed: Narrowed, limit: int, offset: int
) -> Results:
    """Return a page of what has all the words and is what it is narrowed down to."""
    wanted = parse_words(text)
    if text.strip() and not wanted:
        return Results([], 0, True, {})  # nothing but punctuation
    counters: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    found: list[int] = []
    for one in _found(db, text, narrowed):
        if one is None or len(found) == COUNTED:
            break
        found.append(one.document_id)
        for facet, values in one.values.items():
            counters[facet].update(values)
    else:
        return Results(
            _hits(db, found[offset : offset + limit], wanted),
            len(found),
            True,
            _facets(counters),
        )
    return Results(
        _hits(db, found[offset : offset + limit], wanted),
        len(found),
        False,
        _facets(counters),
    )


def _found(db: Database, text: str, narrowed: Narrowed) -> Iterator[Candidate | None]:
    """Yield what fits, the newest first; None when there may be more than was looked at."""
    unsure = [word for word in parse_words(text) if not word.exact]
    query = Query(
        text,
        year=narrowed.year,
        agency=narrowed.agency,
        region=narrowed.region,
        site=narrowed.site,
    )
    for looked, row in enumerate(
        db.conn.execute(CANDIDATES, [query.match, LOOKED + 1])
    ):
        if looked == LOOKED:
            yield None
            return
        one = Candidate(*row)
        if narrowed.fits(one) and one.has(db, unsure):
            yield one


def _hits(db: Database, ids: list[int], wanted: tuple[SearchWord, ...]) -> list[Hit]:
    rows = db.execute(HITS, [json.dumps(ids)]).fetchall()
    return [_hit(row, wanted) for row in rows]


def _hit(row: tuple[Any, ...], wanted: tuple[SearchWord, ...]) -> Hit:
    values: list[Any] = [
        *row[1:3],
        bool(row[3] and row[6]),
        *row[4:12],
        make_snippet(row[12], wanted),
    ]
    return Hit(*values)


def _facets(counters: dict[str, Counter[str]]) -> dict[str, list[Value]]:
    """Return of each facet the most frequent values; the years in their order."""
    facets = {}
    for facet, counter in counters.items():
        values = [Value(value, count) for value, count in counter.most_common(VALUES)]
        facets[facet] = (
            sorted(values, key=lambda one: one.value, reverse=True)
            if facet == "year"
            else values
        )
    return facets
