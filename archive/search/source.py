"""What is searched: the last version of each report on each page, with what results show of it."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.search.ranking import RankedTexts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.archive.search.words import SearchWord

PLACES_OF_A_DAY = 1 << 20  # for the documents of one day

_FORMAT = b"2"  # of entries: changes when documents are to be indexed otherwise
_LAST_DAY = 1 << 20  # later than any date

# The columns of SearchSource, and the tables they are from, beside `report_pages`. The text of a
# version that another report has followed is stored as what differs from the current one.
COLUMNS = """
report_pages.version_id, documents.id, documents.url, documents.site_id,
CASE WHEN documents.current_version_id = report_pages.version_id
     THEN documents.state ELSE 'replaced' END,
readings.title, readings.report_year, readings.published_on, readings.agency_printed,
agencies.name, regions.name,
CASE WHEN readings.text_start IS NULL THEN readings.text
     ELSE (SELECT text FROM version_texts WHERE version_id = report_pages.version_id) END
"""
JOIN_READING = """
CROSS JOIN documents ON documents.id = report_pages.document_id
CROSS JOIN readings ON readings.version_id = report_pages.version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
# Return all that is searched.
SOURCES = f"""
SELECT {COLUMNS}
FROM report_pages
{JOIN_READING}
"""


class SearchSource(NamedTuple):
    """What is searched of a report on a page, and what a page of results shows of it."""

    version_id: int
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
    def ranked_texts(self) -> RankedTexts:
        """What it is ranked by."""
        names = f"{self.agencies}\n{self.region or ''}"
        return RankedTexts(names, self.title or "", self.text)

    @property
    def digest(self) -> int:
        """64 bits of all that an entry of the index is made of."""
        content = repr((self.site_id, *self[5:]))
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
