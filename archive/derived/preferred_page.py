"""Preference: which of the pages that carry a report stands for it, by one written rule.

A page is represented by its current version: what it says now or, when it is gone, said last; a
version that its own page has superseded never stands for a report. Every step of the rule is a
property of the page or what it says, never of the order in which things came into the archive.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlite_utils import Database

# The tables that a form prescribes; local forms of the older regulation prescribe none by name.
STATUTORY = {
    "g2021": (
        "art20_1",
        "art20_5",
        "art20_6",
        "art20_8",
        "requests",
        "review_litigation",
    ),
    "g2019": (
        "art20_1",
        "art20_5",
        "art20_6",
        "art20_8",
        "art20_9",
        "requests",
        "review_litigation",
    ),
    "g2014_stats": ("stats",),
    "g2008_local": (),
}
TABLES_OF = {
    "g2014_stats": "g2014",
    "g2008_local": "g2008",
}  # forms whose tables have a shorter prefix

# The first step in which two pages differ decides: those that count, the newest, the last. A
# step that counts has the words for 0, 1, …, the best first; of NEWEST the greater value goes
# first. Last of all, the address decides.
COUNTED = {
    "standing": (
        "it is on the body's own site",
        "nobody knows whose site it is on",
        "it is on another's site",
    ),
    "lack": (
        "its tables are whole",
        "a row could not be read",
        "a statutory table is missing",
        "it has no tables",
    ),
    "gone": ("it is still there", "it is gone"),
}
NEWEST = {"published_on": "published on", "changed_on": "changed on"}
LAST = {
    "filed": ("it is a page", "it is a file")
}  # a report that stands on the page and in a file of it

CARRIERS = """
SELECT documents.id, documents.url, documents.state, versions.id, versions.content_sha256, readings.title,
       readings.form, readings.published_on, agencies.region_id, versions.number,
       CASE readings.official WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END,
       documents.state IN ('vanished', 'moved'),
       CASE WHEN versions.number > 1 THEN date(visits.visited_at, '+8 hours') END, readings.charset IS NULL,
       agencies.name, agencies.level
FROM readings
JOIN versions ON versions.id = readings.version_id
JOIN documents ON documents.current_version_id = versions.id
JOIN agencies ON agencies.id = readings.agency_id
JOIN visits ON visits.id = versions.first_visit_id
WHERE readings.agency_id = ? AND readings.report_year = ?
ORDER BY documents.url
"""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A page that carries a report, with what the rule looks at."""

    document_id: int
    url: str
    state: str
    version_id: int
    content_sha256: str
    title: str | None
    form: str | None
    published_on: str | None
    region_id: int | None
    versions: int
    standing: int  # 0: on the body's own site, 1: not known, 2: elsewhere
    gone: int  # 1: vanished or moved
    changed_on: (
        str | None
    )  # the day (in China) that first showed this version, if it is not the first
    filed: int  # 1: a PDF, Word or Excel file
    agency: str
    level: str | None  # of the agency
    # 0: whole, 1: something in it unread or unaligned, 2: a table missing, 3: no tables
    lack: int = 0


def carriers(db: Database, agency_id: int, report_year: int) -> list[Carrier]:
    """Return the pages that carry a report now, the preferred one first."""
    found = [
        Carrier(*row)
        for row in db.execute(CARRIERS, [agency_id, report_year]).fetchall()
    ]
    if len(found) < 2:  # what it lacks decides nothing, and is not cheap to know
        return found
    found = [
        dataclasses.replace(one, lack=lack(db, one.version_id, one.form))
        for one in found
    ]
    found.sort(key=lambda one: [getattr(one, step) for step in LAST])
    for step in reversed(NEWEST):
        found.sort(key=lambda one: getattr(one, step) or "", reverse=True)
    return sorted(found, key=lambda one: [getattr(one, step) for step in COUNTED])


class Why(NamedTuple):
    """Why the first of some pages is preferred: the step that decides, and what it finds of it
    and of the next.
    """

    step: str  # of COUNTED, NEWEST or LAST; "only" and "address" where none decides
    first: int | str | None = None
    second: int | str | None = None


def why(found: list[Carrier]) -> Why:
    """Return why the first of the pages is preferred to the next."""
    if len(found) < 2:
        return Why("only")
    first, second = found[:2]
    for step in (*COUNTED, *NEWEST, *LAST):
        told = Why(step, getattr(first, step), getattr(second, step))
        if told.first != told.second:
            return told
    return Why("address")


def reason(told: Why) -> str:
    """Return in a sentence why a page is preferred."""
    if told.step == "only":
        return "it is the only page"
    if words := (COUNTED | LAST).get(told.step):
        return f"{words[int(told.first or 0)]}; of the next: {words[int(told.second or 0)]}"
    if told.step in NEWEST:
        return (
            f"{NEWEST[told.step]} {told.first}; the next: {told.second or 'not known'}"
        )
    return "nothing tells it from the next; its address is the first in the alphabet"


def lack(db: Database, version_id: int, form: str | None) -> int:
    """Return how far the tables of a version fall short of the form's: 0 not at all … 3 there
    are none.
    """
    rows = db.execute(
        'SELECT "table", sum(alignment = \'ragged\') FROM figures WHERE version_id = ? GROUP BY "table"',
        [version_id],
    ).fetchall()
    if not rows:
        return 3
    prefix = TABLES_OF.get(form or "", form)
    wanted = {f"{prefix}.{name}" for name in STATUTORY.get(form or "", ("unknown",))}
    if not wanted <= {table for table, _ in rows}:
        return 2
    unread = db.execute(
        "SELECT 1 FROM findings WHERE version_id = ? AND rule IN ('row.ragged', 'tables.unread')",
        [version_id],
    ).fetchone()
    return int(bool(unread) or any(ragged for _, ragged in rows))
