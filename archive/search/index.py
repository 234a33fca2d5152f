"""Search: full text over the current version of every document, on an index that holds no text.

The index (`search_index`, FTS5, contentless) knows for each pair of neighbouring characters,
folded as
:mod:`nianbao.archive.search.folding` does it, which documents have it; not where, which would
make it three times as large. Words of one or two characters it answers alone; for longer ones
and for phrases it names the documents that have all their pairs, and the stored text says which
of them have the word. So what is found is what LIKE finds in the folded text, all of it and
nothing else. Slow is only a word that hardly any document has, while many have all of its
pairs.

Order: newest publication date first, documents without one last. The order is that of the row
ids (:func:`_place`), so the first page needs no ranking and no sorting: the words of the form
stand in every report, and ranking would look at all of them. On one day, what came into the
index first comes first.

A contentless table of the older SQLite versions forgets a row only if it is told all that it
was made of, which is gone when a page was read anew. So a changed document gets a new entry and
its old one stays in the index, named by nobody (`search_entries.document_id` is NULL), until
:func:`tidy` finds too many of those and builds the index anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.search import folding
from nianbao.archive.search.grams import added, grams, value
from nianbao.archive.search.snippets import Piece, snippet

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Reading
    from nianbao.archive.search.grams import Grams

PAGE = 20  # results on a page
MARK = (
    "\ue000"  # begins what is no text: of a private area, which folding makes a break
)
YEAR, SITE, AGENCY, REGION = (MARK + letter for letter in "ysar")
A_DAY = 1 << 20  # places for the documents of one day
STALE = 4  # one entry in so many may be a document's no longer

_FORMAT = b"1"  # of entries: changes when documents are to be indexed otherwise
_LAST_DAY = 1 << 20  # later than any date


class Source(NamedTuple):
    """What is searched of a document, and what a page of results shows of it."""

    document_id: int
    url: str
    site_id: str
    state: str
    title: str | None
    report_year: int | None
    published_on: str | None
    printed: str | None  # the agency as printed
    agency: str | None
    region: str | None
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts that are searched."""
        return (self.text, self.title or "", self.printed or "", self.agency or "")

    @property
    def agencies(self) -> str:
        """The names of the agency."""
        return f"{self.printed or ''}\n{self.agency or ''}"

    def has(self, word: folding.Word, *, plain: bool) -> bool:
        """Tell whether one of the texts has a word."""
        return any(word.find(part, plain=plain) for part in self.parts)


_COLUMNS = """
SELECT documents.id, documents.url, documents.site_id, documents.state, readings.title, readings.report_year,
       readings.published_on, readings.agency_printed, agencies.name, regions.name, readings.text
"""
_READ = """
CROSS JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
SOURCES = f"{_COLUMNS} FROM documents {_READ}"
MATCHES = f"""{_COLUMNS}, search_entries.is_plain FROM search_index
CROSS JOIN search_entries ON search_entries.id = search_index.rowid
CROSS JOIN documents ON documents.id = search_entries.document_id {_READ}
WHERE search_index MATCH ? ORDER BY search_index.rowid
"""
IN_ORDER = """
SELECT documents.id, readings.published_on FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
ORDER BY readings.published_on DESC, documents.id
"""


# --- searching ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
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
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words that a document must have all of, and what it must be of.

    `agency` and `region` may be a part of the name, `site` is an id. Without words, all documents.
    """

    text: str = ""
    year: int | None = None
    agency: str | None = None
    region: str | None = None
    site: str | None = None

    @property
    def match(self) -> str:
        """The FTS5 expression that finds all documents of the query, and perhaps others."""
        wanted = []
        for mark, wanted_of in ((YEAR, self.year), (SITE, self.site)):
            wanted += [f'"{mark}{_coded(wanted_of)}"'] if wanted_of is not None else []
        for mark, name in (
            (AGENCY, self.agency),
            (REGION, self.region),
            ("", self.text),
        ):
            for word in folding.words(name):
                wanted += [f'"{mark}{gram}"' for gram in word.grams]
                wanted += [f'"{mark}{word.beginning}" *'] if word.beginning else []
        return " AND ".join(wanted or [f'"{MARK}"'])


def search(db: Database, query: Query, limit: int = PAGE, offset: int = 0) -> list[Hit]:
    """Return a page of the documents that a query finds, the newest first."""
    wanted = folding.words(query.text)
    return [
        _hit(source, wanted)
        for source in islice(found(db, query), offset, offset + limit)
    ]


def found(db: Database, query: Query) -> Iterator[Source]:
    """Yield the documents that a query finds, the newest first, as they are looked for."""
    wanted = [word for word in folding.words(query.text) if not word.exact]
    agency, region = folding.words(query.agency), folding.words(query.region)
    if query.text.strip() and not folding.words(query.text):
        return  # nothing but punctuation
    for *row, plain in db.conn.execute(MATCHES, [query.match]):
        source = Source(*row)
        if (
            all(source.has(word, plain=bool(plain)) for word in wanted)
            and all(word.find(source.agencies) for word in agency)
            and all(word.find(source.region or "") for word in region)
        ):
            yield source


def _hit(source: Source, wanted: Sequence[folding.Word]) -> Hit:
    return Hit(
        document_id=source.document_id,
        title=source.title,
        agency=source.agency or source.printed,
        region=source.region,
        report_year=source.report_year,
        published_on=source.published_on,
        url=source.url,
        site=source.site_id,
        state=source.state,
        snippet=snippet(source.text, wanted),
    )


# --- indexing -------------------------------------------------------------------------------


def prepare(reading: Reading) -> Reading:
    """Return a reading with the grams of what is searched of it, so that the writer need not
    work them out.
    """
    return replace(reading, grams=grams("\n".join(_parts(reading))))


def _parts(reading: Reading) -> tuple[str, ...]:
    """Return what :attr:`Source.parts` will be of a document that is read so."""
    printed, name = reading.agency.printed, reading.agency.name
    return (reading.text, reading.title or "", printed or "", name or printed or "")


def index(db: Database, document_id: int, reading: Reading | None = None) -> None:
    """Bring a document's entry up to date with what is stored of it; nothing is written when
    nothing changed.

    A `reading` that is prepared spares working out the grams, if it is what is stored.
    """
    row = db.execute(f"{SOURCES} WHERE documents.id = ?", [document_id]).fetchone()
    had = db.execute(
        "SELECT id, digest FROM search_entries WHERE document_id = ?", [document_id]
    ).fetchone()
    source = Source(*row) if row else None
    digest = _digest(source) if source else 0
    if had and source and had[1] == digest:
        return
    if had:
        db.execute(
            "UPDATE search_entries SET document_id = NULL WHERE id = ?", [had[0]]
        )
    if source:
        ready = (
            reading.grams
            if reading is not None and _parts(reading) == source.parts
            else None
        )
        _put(db, source, digest, _place(db, source.published_on), ready)


def _put(
    db: Database, source: Source, digest: int, place: int, ready: Grams | None = None
) -> None:
    said, about = ready or grams("\n".join(source.parts)), _about(source)
    db.execute(
        "INSERT INTO temp.search_waiting (id, words) VALUES (?, ?)",
        [place, f"{said.words} {about.words}"],
    )
    entry = [
        place,
        source.document_id,
        digest,
        added(said.check_sum, about.check_sum),
        said.is_plain,
    ]
    db.execute(
        "INSERT INTO search_entries (id, document_id, digest, words, is_plain) VALUES (?, ?, ?, ?, ?)",
        entry,
    )


def enter(db: Database) -> None:
    """Put into the index what waits for it, and is not found before; a transaction ends with it.

    All at once and in the order of the places: FTS5 writes what it was given as a piece of the
    index whenever a smaller row id comes or a savepoint begins or ends, and one piece for each
    page takes three times as long.
    """
    db.execute(
        "INSERT INTO search_index (rowid, words) SELECT id, words FROM temp.search_waiting ORDER BY id"
    )
    db.execute("DELETE FROM temp.search_waiting")


def _about(source: Source) -> Grams:
    """Return what a document is looked up by besides its text; nothing of it is in any text."""
    about = {MARK, SITE + _coded(source.site_id)}
    if source.report_year is not None:
        about.add(YEAR + _coded(source.report_year))
    return grams(
        "",
        about.union(
            _marked(AGENCY, source.agencies), _marked(REGION, source.region or "")
        ),
    )


@lru_cache(maxsize=1024)
def _marked(mark: str, name: str) -> frozenset[str]:
    return frozenset(mark + gram for gram in grams(name).words.split())


def _coded(value: object) -> str:
    return str(value).encode().hex()


def _first_place(published_on: str | None) -> int:
    day = date.fromisoformat(published_on).toordinal() if published_on else 0
    return (_LAST_DAY - day) * A_DAY


def _place(db: Database, published_on: str | None) -> int:
    """Return the next free row id of a day; the later the day, the smaller."""
    first = _first_place(published_on)
    last = db.execute(
        "SELECT max(id) FROM search_entries WHERE id BETWEEN ? AND ?",
        [first, first + A_DAY - 1],
    )
    taken: int | None = last.fetchone()[0]
    return first if taken is None else taken + 1


def rebuild(db: Database, progress: Callable[[int, int], None] | None = None) -> None:
    """Build the index anew from the documents; `progress` is given documents done and documents
    in all.
    """
    clear(db)
    documents = db.execute(IN_ORDER).fetchall()
    done = 0
    for published_on, of_one_day in groupby(documents, key=lambda row: row[1]):
        for place, (document_id, _) in enumerate(
            of_one_day, start=_first_place(published_on)
        ):
            source = Source(
                *db.execute(
                    f"{SOURCES} WHERE documents.id = ?", [document_id]
                ).fetchone()
            )
            _put(db, source, _digest(source), place)
            done += 1
            if progress is not None:
                progress(done, len(documents))
        enter(db)
    db.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")


def clear(db: Database) -> None:
    """Empty the index."""
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    db.execute("DELETE FROM temp.search_waiting")
    db.execute("DELETE FROM search_entries")


def tidy(db: Database) -> None:
    """Build the index anew when many of its entries are of documents that have changed since."""
    stale, entries = db.execute(
        "SELECT count(*) - count(document_id), count(*) FROM search_entries"
    ).fetchone()
    if stale * STALE > entries:
        rebuild(db)


# --- checking -------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """What is wrong with the index: a rule (`search.missing`, …), a sentence, an address or
    entry.
    """

    rule: str
    what: str
    where: str


def check(db: Database) -> Iterator[Wrong]:
    """Yield what is wrong in the index against the documents. The connection may be read-only."""
    entries = {
        row[0]: row[1:]
        for row in db.execute(
            "SELECT document_id, id, digest, words, is_plain FROM search_entries"
        )
    }
    entries.pop(None, None)
    sums = _sums(db)
    for row in db.conn.execute(SOURCES):
        source = Source(*row)
        place, digest, *entered = entries.pop(
            source.document_id, (None, None, None, None)
        )
        if place is None:
            yield Wrong(
                "search.missing", "the document is not in the search index", source.url
            )
        elif (
            digest != _digest(source)
            or place // A_DAY != _first_place(source.published_on) // A_DAY
        ):
            yield Wrong(
                "search.outdated",
                "the search index has something else than the document says",
                source.url,
            )
        elif entered != [sums.get(place), folding.is_plain("\n".join(source.parts))]:
            yield Wrong(
                "search.damaged",
                "the words of the document in the search index are not its own",
                source.url,
            )
    for place, *_ in entries.values():
        yield Wrong(
            "search.extra", "the search index has what is no document", f"entry {place}"
        )


def _sums(db: Database) -> dict[int, int]:
    """Return for each place the check sum of what stands there in the index."""
    db.execute(
        "CREATE VIRTUAL TABLE temp.search_terms USING fts5vocab('main', 'search_index', 'instance')"
    )
    try:
        sums: dict[int, int] = {}
        rows = db.conn.execute("SELECT term, doc FROM temp.search_terms")
        for term, places in groupby(rows, key=lambda row: row[0]):
            gram = value(term)
            for _, place in places:
                sums[place] = added(sums.get(place, 0), gram)
        return sums
    finally:
        db.execute("DROP TABLE temp.search_terms")


def _digest(source: Source) -> int:
    """Return 64 bits of all that an entry is made of."""
    return _hashed(_FORMAT + repr((source.site_id, *source[4:])).encode())


def _hashed(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True)
