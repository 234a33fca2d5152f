"""What is searched of a document: the current version, with what a page of results shows of it."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.archive.search.words import SearchWord

PLACES_OF_A_DAY = 1 << 20  # for the documents of one day

_FORMAT = b"1"  # of entries: changes when documents are to be indexed otherwise
_LAST_DAY = 1 << 20  # later than any date

# The columns of SearchSource, and the tables they are from, beside `documents`.
COLUMNS = """
documents.id, documents.url, documents.site_id, documents.state, readings.title,
readings.report_year, readings.published_on, readings.agency_printed, agencies.name,
regions.name, readings.text
"""
JOIN_READING = """
CROSS JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
# Return what is searched of every document that has been read.
SOURCES = f"""
SELECT {COLUMNS}
FROM documents
{JOIN_READING}
"""


class SearchSource(NamedTuple):
    """What is searched of a document, and what a page of results shows of it."""

    document_id: int
    url: str
    site_id: str
    state: str
    title: str | None
    report_year: int | None
    published_on: str | None
    agency_printed: str | None
    agency: str | None
    region: str | None
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts that are searched."""
        return (
            self.text,
            self.title or "",
            self.agency_printed or "",
            self.agency or "",
        )

    @property
    def agencies(self) -> str:
        """The names of the agency."""
        return f"{self.agency_printed or ''}\n{self.agency or ''}"

    @property
    def digest(self) -> int:
        """64 bits of all that an entry of the index is made of."""
        content = repr((self.site_id, *self[4:]))
        data = _FORMAT + content.encode()
        digest = blake2b(data, digest_size=8).digest()
        return int.from_bytes(digest, signed=True)

    def has_all(self, words: Iterable[SearchWord], *, plain: bool) -> bool:
        """Tell whether each of some words is in one of the texts."""
        return all(self._has(word, plain=plain) for word in words)

    def _has(self, word: SearchWord, *, plain: bool) -> bool:
        return any(word.find(part, plain=plain) for part in self.parts)


def compute_first_place(published_on: str | None) -> int:
    """Return the first row id of the entries of a day; the later the day, the smaller.

    Documents without a publication date come last.
    """
    day = 0
    if published_on:
        day = date.fromisoformat(published_on).toordinal()
    return (_LAST_DAY - day) * PLACES_OF_A_DAY
