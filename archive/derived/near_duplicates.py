"""Near-duplicates: pages that say almost the same: a mobile page, a mirror, a corrected figure.

Compared are pages that carry the same report, and pages of the same title of which one does not
tell whose report or which year it is, or names the body in short. Pages of equal content are
duplicates, not near-duplicates. Each pair stands once in the table `near_copies`, the page whose
address sorts first as `document_id`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.reports import ReportKey

# Characters: one figure among the zeros of a table changes some, a moved paragraph hardly any.
SHINGLE_LENGTH = 5
# In the sample province the most alike of two reports that are not the same one (another year,
# another body, equal forms) have 0.61 of their shingles in common, measured 2026-11; a page
# with its template has over 0.9.
THRESHOLD = 0.7
# More pages than this of one title, or for one report, mean a title that says nothing or a
# misread agency.
LARGEST_GROUP = 20

SQUEEZED = re.compile(r"[\W_]+")
_PAGES = """
SELECT documents.id, documents.url, documents.content_sha256, documents.title,
       readings.agency_id, agencies.name, readings.report_year
FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
"""
_PAGES_OF_REPORT = f"""
{_PAGES}
WHERE documents.current_version_id IN (
    SELECT version_id FROM readings WHERE agency_id = ? AND report_year = ?
)
LIMIT ?
"""
_PAGES_OF_TITLE = f"""
{_PAGES}
WHERE documents.title = ?
LIMIT ?
"""
_TEXT = """
SELECT text
FROM readings
JOIN documents ON documents.current_version_id = readings.version_id
WHERE documents.id = ?
"""
_PAIRS = """
SELECT document_id, other_id, similarity FROM near_copies WHERE document_id = ?
UNION ALL
SELECT document_id, other_id, similarity FROM near_copies WHERE other_id = ?
"""

# Two documents, that whose address sorts first before the other → their similarity.
Pairs = dict[tuple[int, int], float]


class ComparedPage(NamedTuple):
    """A page and what is known of the report on it."""

    id: int
    url: str
    content_sha256: str
    title: str | None
    agency_id: int | None
    agency: str | None
    report_year: int | None


class ComparedGroups:
    """The pages of a report or of a title, each group fetched once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._groups: dict[tuple[object, ...], list[ComparedPage]] = {}

    def load_report(
        self, agency_id: int | None, report_year: int | None
    ) -> list[ComparedPage]:
        """Return the pages that carry a report now; none if its key is not whole."""
        return self._load(_PAGES_OF_REPORT, agency_id, report_year)

    def load_title(self, title: str | None) -> list[ComparedPage]:
        """Return the pages of a title; none if there is no title."""
        return self._load(_PAGES_OF_TITLE, title)

    def _load(self, query: str, *values: object) -> list[ComparedPage]:
        if None in values:
            return []
        key = (query, *values)
        if key not in self._groups:
            limit = LARGEST_GROUP + 2
            rows = self._db.execute(query, [*values, limit]).fetchall()
            self._groups[key] = [ComparedPage(*row) for row in rows]
        return self._groups[key]


def derive_near_duplicates(db: Database, key: ReportKey) -> None:
    """Find the near-duplicates anew of every page of a title and of a report."""
    groups = ComparedGroups(db)
    pages: dict[int, ComparedPage] = {}
    for group in (
        groups.load_report(key.agency_id, key.report_year),
        groups.load_title(key.title),
    ):
        if len(group) <= LARGEST_GROUP + 1:
            pages.update((page.id, page) for page in group)
    shingles: dict[str, frozenset[str]] = {}
    for page in pages.values():
        pairs = _find_pairs(db, page, groups, shingles)
        _write_pairs(db, page.id, pairs)


def _find_pairs(
    db: Database,
    page: ComparedPage,
    groups: ComparedGroups,
    shingles: dict[str, frozenset[str]],
) -> Pairs:
    """Return the pairs of near-duplicates that a page is in, with their similarity."""
    pairs: Pairs = {}
    for candidate in _list_candidates(groups, page):
        own_shingles = _load_shingles(db, page, shingles)
        other_shingles = _load_shingles(db, candidate, shingles)
        share = measure_similarity(own_shingles, other_shingles)
        if share < THRESHOLD:
            continue
        if page.url <= candidate.url:
            pairs[page.id, candidate.id] = share
        else:
            pairs[candidate.id, page.id] = share
    return pairs


def _list_candidates(groups: ComparedGroups, page: ComparedPage) -> list[ComparedPage]:
    """Return the pages of other content that a page is compared with."""
    of_report = groups.load_report(page.agency_id, page.report_year)
    of_title: list[ComparedPage] = []
    for other in groups.load_title(page.title):
        if _may_carry_one_report(page, other):
            of_title.append(other)
    candidates: dict[int, ComparedPage] = {}
    for group in (of_report, of_title):
        if len(group) <= LARGEST_GROUP:
            candidates.update((other.id, other) for other in group)
    return [
        other
        for other in candidates.values()
        if other.content_sha256 != page.content_sha256
    ]


def _may_carry_one_report(page: ComparedPage, other: ComparedPage) -> bool:
    """Tell whether two pages of one title may carry one report.

    They may if nothing that is known of them speaks against it.
    """
    years = {page.report_year, other.report_year} - {None}
    if len(years) > 1:
        return False
    names = [page.agency or "", other.agency or ""]
    short_name, long_name = sorted(names, key=len)
    return long_name.endswith(short_name)


def _load_shingles(
    db: Database, page: ComparedPage, shingles: dict[str, frozenset[str]]
) -> frozenset[str]:
    """Return the shingles of a page's text; `shingles` holds those made so far, by content."""
    if page.content_sha256 not in shingles:
        row = db.execute(_TEXT, [page.id]).fetchone()
        shingles[page.content_sha256] = make_shingles(row[0])
    return shingles[page.content_sha256]


def make_shingles(text: str) -> frozenset[str]:
    """Return every run of some characters in a text, without white space and punctuation."""
    compatible = unicodedata.normalize("NFKC", text)
    squeezed = SQUEEZED.sub("", compatible)
    count = max(1, len(squeezed) - SHINGLE_LENGTH + 1)
    return frozenset(squeezed[at : at + SHINGLE_LENGTH] for at in range(count))


def measure_similarity(shingles: frozenset[str], others: frozenset[str]) -> float:
    """Return the share of shingles that two different texts have in common, 0 to 0.9999."""
    total = len(shingles | others) or 1
    share = len(shingles & others) / total
    return min(round(share, 4), 0.9999)


def _write_pairs(db: Database, document_id: int, pairs: Pairs) -> None:
    """Make the near-duplicates of a page these pairs; rows that are right are left alone."""
    stored_pairs: Pairs = {}
    rows = db.execute(_PAIRS, [document_id, document_id]).fetchall()
    for first_id, second_id, share in rows:
        stored_pairs[first_id, second_id] = share
    for pair in stored_pairs.keys() - pairs.keys():
        db.execute(
            "DELETE FROM near_copies WHERE document_id = ? AND other_id = ?", list(pair)
        )
    for pair, share in pairs.items():
        if stored_pairs.get(pair) != share:
            db.execute(
                "INSERT OR REPLACE INTO near_copies VALUES (?, ?, ?)", [*pair, share]
            )
