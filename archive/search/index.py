"""The search index: full text over every report on every page, without the text.

Of each report that a page shows or showed, the last version is indexed.

The index (`search_index`, FTS5, contentless) knows for each pair of neighbouring characters,
folded as :mod:`nianbao.archive.search.folding` does it, which versions have it; not where, which
would make it three times as large. The row id of an entry is its place in the results
(:func:`nianbao.archive.search.source.compute_first_place`).

A contentless table of the older SQLite versions forgets a row only if it is told all that it was
made of, which is gone when a page was read anew. So what has changed gets a new entry and its old
one stays in the index, named by nobody (`search_entries.version_id` is NULL), until
:func:`rebuild_stale_index` finds too many of those and builds the index anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from nianbao.archive.search.grams import (
    add_to_check_sum,
    make_grams,
    make_report_grams,
)
from nianbao.archive.search.prose import MARK
from nianbao.archive.search.source import (
    PLACES_OF_A_DAY,
    SOURCES,
    SearchSource,
    compute_first_place,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Grams, Reading

YEAR, SITE, AGENCY, REGION = (MARK + letter for letter in "ysar")
STALE_SHARE = 4  # one entry in so many may be a document's no longer

_SOURCE = f"{SOURCES} WHERE report_pages.version_id = ?"
_SOURCES_OF_DOCUMENT = f"{SOURCES} WHERE report_pages.document_id = ?"
# Return the entries of a document's versions.
_ENTRIES = """
SELECT search_entries.version_id, search_entries.id, digest
FROM versions
JOIN search_entries ON search_entries.version_id = versions.id
WHERE versions.document_id = ?
"""
_RELEASE = "UPDATE search_entries SET version_id = NULL WHERE id = ?"
_LAST_PLACE = "SELECT max(id) FROM search_entries WHERE id BETWEEN ? AND ?"
_INSERT_ENTRY = """
INSERT INTO search_entries (id, version_id, digest, words, is_plain) VALUES (?, ?, ?, ?, ?)
"""
_INSERT_WAITING = "INSERT INTO temp.search_waiting (id, words) VALUES (?, ?)"
_INSERT_WORDS = """
INSERT INTO search_index (rowid, words)
SELECT id, words FROM temp.search_waiting ORDER BY id
"""
# Return the versions that are searched, in the order of the index.
_IN_ORDER = """
SELECT report_pages.version_id, readings.published_on
FROM report_pages
JOIN readings ON readings.version_id = report_pages.version_id
ORDER BY readings.published_on DESC, report_pages.version_id
"""
_COUNTS = "SELECT count(*) - count(version_id), count(*) FROM search_entries"


def prepare_reading(reading: Reading) -> Reading:
    """Return a reading with the grams of what is searched of it.

    So the writer need not work them out.
    """
    text, *names = _list_parts(reading)
    return replace(reading, grams=make_report_grams(text, "\n".join(names)))


def _list_parts(reading: Reading) -> tuple[str, ...]:
    """Return what :attr:`SearchSource.parts` will be of a document that is read so."""
    agency_printed = reading.agency.printed or ""
    agency = reading.agency.name or agency_printed
    return (reading.text, reading.title or "", agency_printed, agency)


def index_document(
    db: Database, document_id: int, reading: Reading | None = None
) -> None:
    """Bring a document's entries up to date with what is stored of it.

    Nothing is written when nothing changed. A `reading` that is prepared spares working out the
    grams, if it is what is stored.
    """
    entries: dict[int, tuple[int, int]] = {}
    for version_id, *values in db.execute(_ENTRIES, [document_id]).fetchall():
        entries[version_id] = (values[0], values[1])
    for row in db.execute(_SOURCES_OF_DOCUMENT, [document_id]).fetchall():
        source = SearchSource(*row)
        entry = entries.pop(source.version_id, None)
        if entry is not None and entry[1] == source.digest:
            continue
        if entry is not None:
            db.execute(_RELEASE, [entry[0]])
        _index_source(db, source, reading)
    for entry_id, _ in entries.values():
        db.execute(_RELEASE, [entry_id])


def _index_source(db: Database, source: SearchSource, reading: Reading | None) -> None:
    """Add the entry of a version, with the grams of a reading if it is what is stored."""
    text_grams = None
    if reading is not None and _list_parts(reading) == source.parts:
        text_grams = reading.grams
    place = _find_free_place(db, source.published_on)
    _add_entry(db, source, place, text_grams)


def _add_entry(
    db: Database, source: SearchSource, place: int, text_grams: Grams | None = None
) -> None:
    """Add the entry of a version; its words wait until :func:`write_waiting_entries`."""
    if text_grams is None:
        text, *names = source.parts
        text_grams = make_report_grams(text, "\n".join(names))
    attribute_grams = _make_attribute_grams(source)
    words = f"{text_grams.words} {attribute_grams.words}"
    db.execute(_INSERT_WAITING, [place, words])
    check_sum = add_to_check_sum(text_grams.check_sum, attribute_grams.check_sum)
    entry = [
        place,
        source.version_id,
        source.digest,
        check_sum,
        text_grams.is_plain,
    ]
    db.execute(_INSERT_ENTRY, entry)


def write_waiting_entries(db: Database) -> None:
    """Put into the index what waits for it, and is not found before; a transaction ends with it.

    All at once and in the order of the places: FTS5 writes what it was given as a piece of the
    index whenever a smaller row id comes or a savepoint begins or ends, and one piece for each
    page takes three times as long.
    """
    db.execute(_INSERT_WORDS)
    db.execute("DELETE FROM temp.search_waiting")


def _make_attribute_grams(source: SearchSource) -> Grams:
    """Return what a version is looked up by besides its text; nothing of it is in any text."""
    words = {MARK, SITE + encode_value(source.site_id)}
    if source.report_year is not None:
        words.add(YEAR + encode_value(source.report_year))
    words.update(_mark_grams(AGENCY, source.agencies))
    words.update(_mark_grams(REGION, source.region or ""))
    return make_grams("", words)


@lru_cache(maxsize=1024)
def _mark_grams(mark: str, name: str) -> frozenset[str]:
    grams = make_grams(name).words.split()
    return frozenset(mark + gram for gram in grams)


def encode_value(value: object) -> str:
    """Return a year or a site as it is written behind its mark: as hexadecimal digits."""
    return str(value).encode().hex()


def _find_free_place(db: Database, published_on: str | None) -> int:
    """Return the next free row id of a day."""
    first = compute_first_place(published_on)
    last: int | None = db.execute(
        _LAST_PLACE, [first, first + PLACES_OF_A_DAY - 1]
    ).fetchone()[0]
    return first if last is None else last + 1


def rebuild_index(
    db: Database, progress: Callable[[int, int], None] | None = None
) -> None:
    """Build the index anew from what is stored.

    `progress` is called with the number of versions indexed and the number of all.
    """
    clear_index(db)
    versions = db.execute(_IN_ORDER).fetchall()
    count = 0
    for published_on, versions_of_day in groupby(versions, key=itemgetter(1)):
        first = compute_first_place(published_on)
        for place, (version_id, _) in enumerate(versions_of_day, start=first):
            row = db.execute(_SOURCE, [version_id]).fetchone()
            source = SearchSource(*row)
            _add_entry(db, source, place)
            count += 1
            if progress is not None:
                progress(count, len(versions))
        write_waiting_entries(db)
    db.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")


def clear_index(db: Database) -> None:
    """Empty the index."""
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    db.execute("DELETE FROM temp.search_waiting")
    db.execute("DELETE FROM search_entries")


def rebuild_stale_index(db: Database) -> None:
    """Build the index anew when many of its entries are of versions that have changed since."""
    stale_count, count = db.execute(_COUNTS).fetchone()
    if stale_count * STALE_SHARE > count:
        rebuild_index(db)
