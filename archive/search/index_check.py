"""The search index checked against the documents."""

from __future__ import annotations

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
    from collections.abc import Iterator, Mapping

    from sqlite_utils import Database

_ENTRIES = "SELECT version_id, id, digest, words, is_plain FROM search_entries"
_TERMS_TABLE = """
CREATE VIRTUAL TABLE temp.search_terms USING fts5vocab('main', 'search_index', 'instance')
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


def check_index(db: Database) -> Iterator[IndexDefect]:
    """Yield what is wrong in the index against the documents.

    The connection may be read-only.
    """
    entries: dict[int, _Entry] = {}
    for version_id, *values in db.execute(_ENTRIES):
        if version_id is not None:
            entries[version_id] = _Entry(*values)
    check_sums = _load_check_sums(db)
    for row in db.conn.execute(SOURCES):
        source = SearchSource(*row)
        entry = entries.pop(source.version_id, None)
        defect = _check_entry(source, entry, check_sums)
        if defect is not None:
            yield defect
    for entry in entries.values():
        yield IndexDefect(
            "search.extra",
            "the search index has what is no document",
            f"entry {entry.place}",
        )


def _check_entry(
    source: SearchSource, entry: _Entry | None, check_sums: Mapping[int, int]
) -> IndexDefect | None:
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
    is_text_plain = is_plain("\n".join(source.parts))
    has_own_words = entry.check_sum == check_sums.get(entry.place)
    if not has_own_words or entry.is_plain != is_text_plain:
        return IndexDefect(
            "search.damaged",
            "the words of the document in the search index are not its own",
            source.url,
        )
    return None


def _load_check_sums(db: Database) -> dict[int, int]:
    """Return for each place the check sum of what stands there in the index."""
    db.execute(_TERMS_TABLE)
    try:
        check_sums: dict[int, int] = {}
        rows = db.conn.execute("SELECT term, doc FROM temp.search_terms")
        for term, places in groupby(rows, key=itemgetter(0)):
            number = number_gram(term)
            for _, place in places:
                check_sum = check_sums.get(place, 0)
                check_sums[place] = add_to_check_sum(check_sum, number)
        return check_sums
    finally:
        db.execute("DROP TABLE temp.search_terms")
