"""The search index checked against the documents.

The index of a country has a thousand million postings. All of them together are checked by one
sum, for which SQLite counts the postings of each term; where that is not the sum of the entries,
or each posting is to be checked, they are read one by one, for the document that lacks its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.search.folding import is_plain
from nianbao.archive.search.grams import add_to_check_sum, number_gram
from nianbao.archive.search.source import (
    PLACES_OF_A_DAY,
    SOURCES,
    SearchSource,
    compute_first_place,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlite_utils import Database

_ENTRIES = "SELECT version_id, id, digest, words, is_plain FROM search_entries"
_TERMS_TABLE = """
CREATE VIRTUAL TABLE temp.search_terms USING fts5vocab('main', 'search_index', '{rows}')
"""


class IndexDefect(NamedTuple):
    """What is wrong with the index: a rule (`search.missing`, …), a sentence, where it is."""

    rule: str
    message: str
    where: str  # the address of a document, or an entry


class _Entry(NamedTuple):
    """The entry of a document as it is stored."""

    place: int
    digest: int
    check_sum: int
    is_plain: int


def check_index(db: Database, *, each_posting: bool = True) -> Iterator[IndexDefect]:
    """Yield what is wrong in the index against the documents.

    Without `each_posting` it is not seen, where the sum of all postings is right, when some stand
    at another document than their own, and when an entry calls a text plain that is not. The
    connection may be read-only.
    """
    entries, stale_entries, total = _load_entries(db)
    check_sums: dict[int, int] | None = None
    if each_posting or _sum_up_terms(db) != total:
        check_sums = _load_check_sums(db)
    for row in db.conn.execute(SOURCES):
        source = SearchSource(*row)
        entry = entries.pop(source.version_id, None)
        defect = _check_entry(source, entry, check_sums)
        if defect is not None:
            yield defect
        if entry is not None and check_sums is not None:
            check_sums.pop(entry.place, None)
    for entry in entries.values():
        yield _make_extra(entry.place)
    if check_sums is not None:
        yield from _check_others(entries.values(), stale_entries, check_sums)


def _load_entries(db: Database) -> tuple[dict[int, _Entry], list[_Entry], int]:
    """Return the entries of versions, those of none, and the sum of all their check sums."""
    entries: dict[int, _Entry] = {}
    stale_entries = []
    total = 0
    for version_id, *values in db.execute(_ENTRIES):
        entry = _Entry(*values)
        total = add_to_check_sum(total, entry.check_sum)
        if version_id is None:
            stale_entries.append(entry)
        else:
            entries[version_id] = entry
    return entries, stale_entries, total


def _check_others(
    extra_entries: Iterable[_Entry],
    stale_entries: Iterable[_Entry],
    check_sums: dict[int, int],
) -> Iterator[IndexDefect]:
    """Yield what is wrong at the places of no document.

    `check_sums` are those of what the index has there; `extra_entries` are known to be wrong.
    """
    for entry in extra_entries:
        check_sums.pop(entry.place, None)
    for entry in stale_entries:
        if check_sums.pop(entry.place, 0) != entry.check_sum:
            yield IndexDefect(
                "search.damaged",
                "the words of a former document in the search index are not its own",
                f"entry {entry.place}",
            )
    for place in check_sums:
        yield _make_extra(place)


def _make_extra(place: int) -> IndexDefect:
    return IndexDefect(
        "search.extra",
        "the search index has what is no document",
        f"entry {place}",
    )


def _check_entry(
    source: SearchSource, entry: _Entry | None, check_sums: Mapping[int, int] | None
) -> IndexDefect | None:
    """Return what is wrong with the entry of a document.

    `check_sums` are those of what the index has by place, None where all of it is right.
    """
    if entry is None:
        return IndexDefect(
            "search.missing", "the document is not in the search index", source.url
        )
    day = compute_first_place(source.published_on) // PLACES_OF_A_DAY
    if entry.digest != source.digest or entry.place // PLACES_OF_A_DAY != day:
        return IndexDefect(
            "search.outdated",
            "the search index has something else than the document says",
            source.url,
        )
    if check_sums is not None and not _has_own_words(source, entry, check_sums):
        return IndexDefect(
            "search.damaged",
            "the words of the document in the search index are not its own",
            source.url,
        )
    return None


def _has_own_words(
    source: SearchSource, entry: _Entry, check_sums: Mapping[int, int]
) -> bool:
    """Tell whether the index has a document's words, and its entry whether they are plain."""
    if entry.check_sum != check_sums.get(entry.place):
        return False
    return entry.is_plain == is_plain("\n".join(source.parts))


def _load_check_sums(db: Database) -> dict[int, int]:
    """Return for each place the check sum of what stands there in the index."""
    check_sums: dict[int, int] = {}
    with _open_terms(db, "instance"):
        rows = db.conn.execute("SELECT term, doc FROM temp.search_terms")
        for term, places in groupby(rows, key=itemgetter(0)):
            number = number_gram(term)
            for _, place in places:
                check_sum = check_sums.get(place, 0)
                check_sums[place] = add_to_check_sum(check_sum, number)
    return check_sums


def _sum_up_terms(db: Database) -> int:
    """Return the sum of the check sums of all places."""
    total = 0
    with _open_terms(db, "row"):
        rows = db.conn.execute("SELECT term, doc FROM temp.search_terms")
        for term, place_count in rows:
            total = add_to_check_sum(total, place_count * number_gram(term))
    return total


@contextmanager
def _open_terms(db: Database, rows: str) -> Iterator[None]:
    """Have a table of the terms of the index: a row for each `instance`, or for each term."""
    db.execute(_TERMS_TABLE.format(rows=rows))
    try:
        yield
    finally:
        db.execute("DROP TABLE temp.search_terms")
