"""Reading a query: 西霞县 2021 asks for the reports of a county on a year, not for these words.

A word is read as a year where it is one (2021, 2021年), as a region where the archive has one of
this name, as an agency where it has just one. A query with quotes is not read, nor what could be
several things; what an option says already is not read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from nianbao.archive.region_names import list_boundaries
from nianbao.archive.search.folding import HAN, fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from nianbao.archive.search.query import Query

QUOTES = '"“”'
MOST_WORDS = 8  # of a query that are read
LEAST_NAME = 2  # characters
YEAR_WORD = re.compile(r"(\d{4})年?度?")
# A year at the end of a word; 2019-2021 and 2019至2021 are no year.
YEAR_END = re.compile(rf"(\D*[{HAN}])(\d{{4}}年?度?)")
# What may be left out at the end of a region's name: 浙江 for 浙江省.
LEFT_OUT = ("", "省", "市")

_HAS_YEAR = "SELECT 1 FROM reports WHERE report_year = ? LIMIT 1"
_REGIONS = "SELECT name FROM regions WHERE instr(name, ?) > 0"
_AGENCIES = """
SELECT DISTINCT agencies.name, regions.name
FROM agencies
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE substr(agencies.name, -length(:word)) = :word
"""


@dataclass(frozen=True, slots=True)
class ReadNames:
    """What words of a query were read as; None: no word was."""

    region: str | None = None
    agency: str | None = None
    year: int | None = None

    def __bool__(self) -> bool:
        return self != ReadNames()


@dataclass(frozen=True, slots=True)
class QueryReading:
    """A query whose names are filters, and what was read of it."""

    query: Query
    names: ReadNames


def read_query(db: Database, query: Query) -> QueryReading:
    """Return a query with the names and the year in its words as filters.

    A query that is literal stays as it is.
    """
    word_parts = [_part_year(word) for word in query.text.split()]
    is_in_quotes = any(mark in query.text for mark in QUOTES)
    if query.literal or is_in_quotes or len(word_parts) > MOST_WORDS:
        return QueryReading(query, ReadNames())
    filters = _take_filters(db, query, word_parts)
    if not filters:
        return QueryReading(query, ReadNames())
    rest = " ".join("".join(parts) for parts in word_parts if parts)
    new_query = replace(query, text=rest, **filters)
    return QueryReading(new_query, ReadNames(**filters))


def _take_filters(
    db: Database, query: Query, word_parts: list[list[str]]
) -> dict[str, Any]:
    """Return the filters that words stand for, and remove these words."""
    filters: dict[str, Any] = {}
    for name, find in _FINDERS.items():
        is_settled = getattr(query, name) is not None
        # an agency is in its region
        if not is_settled and not (name == "region" and "agency" in filters):
            words = chain.from_iterable(word_parts)
            value = _take(word_parts, {word: find(db, word) for word in words})
            if value is not None:
                filters[name] = value
    return filters


def _part_year(word: str) -> list[str]:
    """Return a word in two where a year stands at its end."""
    match = YEAR_END.fullmatch(word)
    return [word] if match is None else [match[1], match[2]]


def _take(word_parts: list[list[str]], values: dict[str, Any]) -> Any:
    """Return what one word, and no other, stands for, and remove the word; else None."""
    names = [word for word, value in values.items() if value is not None]
    if len(names) != 1:
        return None
    for parts in word_parts:
        parts[:] = [part for part in parts if part != names[0]]
    return values[names[0]]


def _find_year(db: Database, word: str) -> int | None:
    """Return the year that a word is, if there are reports on it."""
    match = YEAR_WORD.fullmatch(fold(word))
    if match is None or not db.execute(_HAS_YEAR, [int(match[1])]).fetchone():
        return None
    return int(match[1])


def _find_region(db: Database, word: str) -> str | None:
    """Return the word in simplified characters if it is the name of a region, with what is around
    it or without.
    """
    name = fold(word)
    if len(name) < LEAST_NAME or not name.isalpha():
        return None
    for (region,) in db.execute(_REGIONS, [name]).fetchall():
        boundaries = (*list_boundaries(region), len(region))
        for start, end in combinations(boundaries, 2):
            if any(region[start:end] == f"{name}{kind}" for kind in LEFT_OUT):
                return name
    return None


def _find_agency(db: Database, word: str) -> str | None:
    """Return the full name of the agency that a word names with a place; None if several are so
    called.
    """
    name = fold(word)
    if len(name) < LEAST_NAME or not name.isalpha():
        return None
    agencies = set()
    for agency, region in db.execute(_AGENCIES, {"word": name}).fetchall():
        start = len(agency) - len(name)
        boundaries = list_boundaries(agency)
        place_end = max(boundaries)
        if region and agency.startswith(region):
            place_end = len(region)
        if start == 0 or (start in boundaries and start < place_end):
            agencies.add(agency)
    return agencies.pop() if len(agencies) == 1 else None


# In the order in which words are looked at.
_FINDERS: dict[str, Callable[[Database, str], Any]] = {
    "year": _find_year,
    "agency": _find_agency,
    "region": _find_region,
}
