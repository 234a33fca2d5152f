"""Near-copies: pages that say nearly the same and not quite: a mobile page, a mirror, one
corrected figure.

Compared are pages that carry the same report, and pages of the same title of which one does not
tell whose report or which year it is, or names the body in short. Pages of equal content are
copies, not near-copies. Each pair stands once in the table, the page whose address sorts first
as `document_id`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

# characters: one figure among the zeros of a table changes some, a moved paragraph hardly any
SHINGLE = 5
# In the sample province the most alike of two reports that are not the same one (another year,
# another body, equal forms) have 0.61 of their shingles in common, measured 2026-11; a page
# with its template has over 0.9.
THRESHOLD = 0.7
# More pages than this of one title, or for one report, mean a title that says nothing or a
# misread agency.
MOST = 20

SQUEEZED = re.compile(r"[\W_]+")
PAGES = """
SELECT documents.id, documents.url, documents.content_sha256, documents.title,
       readings.agency_id, agencies.name, readings.report_year
FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
"""
OF_REPORT = """
WHERE documents.current_version_id IN
      (SELECT version_id FROM readings WHERE agency_id = ? AND report_year = ?) LIMIT ?
"""
OF_TITLE = "WHERE documents.title = ? LIMIT ?"


class Page(NamedTuple):
    """A page and what is known of the report on it."""

    id: int
    url: str
    content_sha256: str
    title: str | None
    agency_id: int | None
    agency: str | None
    report_year: int | None


def refresh(
    db: Database, title: str | None, agency_id: int | None, report_year: int | None
) -> None:
    """Find the near-copies anew of every page of a title and of a report."""
    group = cache(partial(_group, db))
    groups = group(OF_REPORT, agency_id, report_year), group(OF_TITLE, title)
    pages = {
        page.id: page for found in groups if len(found) <= MOST + 1 for page in found
    }
    shingled: dict[str, frozenset[str]] = {}
    for page in pages.values():
        wanted = {}
        for mate in _mates(group, page):
            first, second = sorted((page, mate), key=lambda one: one.url)
            alike = _alike(db, first, second, shingled)
            if alike >= THRESHOLD:
                wanted[first.id, second.id] = alike
        _store(db, page.id, wanted)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of shingles that two different texts have in common, 0 to 0.9999."""
    return min(round(len(one & other) / (len(one | other) or 1), 4), 0.9999)


def shingles(text: str) -> frozenset[str]:
    """Return every run of some characters in a text, white space and punctuation left out."""
    squeezed = SQUEEZED.sub("", unicodedata.normalize("NFKC", text))
    return frozenset(
        squeezed[start : start + SHINGLE]
        for start in range(max(1, len(squeezed) - SHINGLE + 1))
    )


def _group(db: Database, where: str, *arguments: object) -> list[Page]:
    if None in arguments:
        return []
    return [
        Page(*row)
        for row in db.execute(PAGES + where, [*arguments, MOST + 2]).fetchall()
    ]


def _mates(group: Callable[..., list[Page]], page: Page) -> list[Page]:
    """Return the pages of other content that a page is compared with."""
    reports = group(OF_REPORT, page.agency_id, page.report_year)
    titles = [mate for mate in group(OF_TITLE, page.title) if _may_be_one(page, mate)]
    found = {
        mate.id: mate
        for mates in (reports, titles)
        if len(mates) <= MOST
        for mate in mates
    }
    return [
        mate for mate in found.values() if mate.content_sha256 != page.content_sha256
    ]


def _may_be_one(one: Page, other: Page) -> bool:
    """Tell whether two pages of one title may carry one report: nothing that is known of them
    speaks against it.
    """
    if (
        None not in (one.report_year, other.report_year)
        and one.report_year != other.report_year
    ):
        return False
    short, long = sorted((one.agency or "", other.agency or ""), key=len)
    return long.endswith(short)


def _alike(
    db: Database, one: Page, other: Page, shingled: dict[str, frozenset[str]]
) -> float:
    for page in (one, other):
        if page.content_sha256 not in shingled:
            text = db.execute(
                "SELECT text FROM readings JOIN documents ON documents.current_version_id = readings.version_id"
                " WHERE documents.id = ?",
                [page.id],
            ).fetchone()[0]
            shingled[page.content_sha256] = shingles(text)
    return similarity(shingled[one.content_sha256], shingled[other.content_sha256])


def _store(
    db: Database, document_id: int, wanted: dict[tuple[int, int], float]
) -> None:
    """Make the near-copies of a page the wanted ones; what stands is left alone."""
    rows = db.execute(
        "SELECT document_id, other_id, similarity FROM near_copies WHERE document_id = ?"
        " UNION ALL SELECT document_id, other_id, similarity FROM near_copies WHERE other_id = ?",
        [document_id, document_id],
    ).fetchall()
    stored = {(row[0], row[1]): row[2] for row in rows}
    for pair in stored.keys() - wanted.keys():
        db.execute(
            "DELETE FROM near_copies WHERE document_id = ? AND other_id = ?", list(pair)
        )
    for pair, alike in wanted.items():
        if stored.get(pair) != alike:
            db.execute(
                "INSERT OR REPLACE INTO near_copies VALUES (?, ?, ?)", [*pair, alike]
            )
