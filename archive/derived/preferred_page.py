"""Preference: which of the pages that carry a report stands for it, by one written rule.

A page is represented by the last of its versions that shows the report: what it says now or,
when it is gone or shows another report, said last. A version that a later one of the same report
on the same page has superseded never stands for it. Every step of the rule is a property of the
page or what it says, never of the order in which things came into the archive.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

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
# Forms whose tables have a shorter prefix.
TABLE_PREFIXES = {"g2014_stats": "g2014", "g2008_local": "g2008"}

# The first step in which two pages differ decides: the ranked ones, the newest, the last. A
# ranked step has the words for 0, 1, …, the best first; of NEWEST the greater value goes first.
# Last of all, the address decides.
RANKED = {
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
    "uncorrected": (
        "its title says that it is a correction",
        "its title says nothing of a correction",
    ),
}
NEWEST = {"published_on": "published on", "changed_on": "changed on"}
# A report that stands on the page and in a file of it.
LAST = {"filed": ("it is a page", "it is a file")}

# Return the pages that show or showed a report, each with the last version that shows it and
# what the rule looks at.
_CARRIERS = """
SELECT documents.id, documents.url, stay.state, versions.id, versions.content_sha256,
       readings.title, readings.form, readings.published_on, agencies.region_id,
       stay.versions,
       CASE readings.official WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END,
       stay.state IN ('vanished', 'moved', 'replaced'),
       CASE WHEN stay.versions > 1 THEN date(visits.visited_at, '+8 hours') END,
       readings.charset IS NULL, agencies.name, agencies.level
FROM (
    SELECT report_pages.document_id, report_pages.version_id,
           CASE WHEN documents.current_version_id = report_pages.version_id
                THEN documents.state ELSE 'replaced' END AS state,
           (
               SELECT count(*) FROM versions
               WHERE versions.document_id = report_pages.document_id
                 AND versions.report_id = report_pages.report_id
           ) AS versions
    FROM report_pages
    JOIN documents ON documents.id = report_pages.document_id
    WHERE report_pages.report_id = ?
) AS stay
JOIN documents ON documents.id = stay.document_id
JOIN versions ON versions.id = stay.version_id
JOIN readings ON readings.version_id = versions.id
JOIN visits ON visits.id = versions.first_visit_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
ORDER BY documents.url
"""
# Return the tables of a version, and how many cells of each are ragged.
_TABLES = """
SELECT "table", sum(alignment = 'ragged') FROM figures WHERE version_id = ? GROUP BY "table"
"""
_UNREAD = """
SELECT 1 FROM findings WHERE version_id = ? AND rule IN ('row.ragged', 'tables.unread')
"""

WHOLE, ROW_UNREAD, TABLE_MISSING, WITHOUT_TABLES = range(4)
# How titles say that a report corrects one that was published before: 2022年…年度报告（更正版）.
CORRECTION = re.compile(r"更正|勘误|订正|修正|修订")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A page that shows or showed a report, with what the rule looks at."""

    document_id: int
    url: str
    state: str  # of the page; `replaced` when it shows another report now
    version_id: int
    content_sha256: str
    title: str | None
    form: str | None
    published_on: str | None
    region_id: int | None
    versions: int  # of the report on the page
    standing: int  # 0: on the body's own site, 1: not known, 2: elsewhere
    gone: int  # 1: vanished, moved or replaced
    # The day (in China) that first showed this version, if it is not the first.
    changed_on: str | None
    filed: int  # 1: a PDF, Word or Excel file
    agency: str | None
    level: str | None  # of the agency
    lack: int = WHOLE  # as measure_lack returns it

    @property
    def uncorrected(self) -> int:
        """0: the title says that the page corrects another one, 1: it does not."""
        if self.title is not None and CORRECTION.search(self.title):
            return 0
        return 1


def load_carriers(db: Database, report_id: int) -> list[Carrier]:
    """Return the pages that show or showed a report, the preferred one first."""
    rows = db.execute(_CARRIERS, [report_id]).fetchall()
    carriers = [Carrier(*row) for row in rows]
    if len(carriers) < 2:
        return carriers  # what a page lacks decides nothing, and is not cheap to know
    return _sort_carriers([_with_lack(db, carrier) for carrier in carriers])


def _with_lack(db: Database, carrier: Carrier) -> Carrier:
    lack = measure_lack(db, carrier.version_id, carrier.form)
    return dataclasses.replace(carrier, lack=lack)


def _sort_carriers(carriers: Sequence[Carrier]) -> list[Carrier]:
    """Return pages in the order of the rule; they come in the order of the address.

    Sorting is stable, so the steps are applied from the last to the first.
    """
    in_order = list(carriers)
    for step in reversed(LAST):
        in_order.sort(key=attrgetter(step))
    for step in reversed(NEWEST):
        in_order.sort(key=partial(_get_day, step), reverse=True)
    for step in reversed(RANKED):
        in_order.sort(key=attrgetter(step))
    return in_order


def _get_day(step: str, carrier: Carrier) -> str:
    day: str | None = getattr(carrier, step)
    return day or ""


class PreferenceReason(NamedTuple):
    """Why a page is preferred to the next: the step that decides, and the values of the two.

    `step` is one of RANKED, NEWEST or LAST; `only` and `address` where none of these decides.
    """

    step: str
    first: int | str | None = None
    second: int | str | None = None


def explain_preference(carriers: Sequence[Carrier]) -> PreferenceReason:
    """Return why the first of some pages is preferred to the next."""
    if len(carriers) < 2:
        return PreferenceReason("only")
    preferred, following = carriers[:2]
    for step in (*RANKED, *NEWEST, *LAST):
        value = getattr(preferred, step)
        next_value = getattr(following, step)
        if value != next_value:
            return PreferenceReason(step, value, next_value)
    return PreferenceReason("address")


def describe_preference(reason: PreferenceReason) -> str:
    """Return in a sentence why a page is preferred."""
    if reason.step == "only":
        return "it is the only page"
    words = (RANKED | LAST).get(reason.step)
    if words is not None:
        first_words = words[int(reason.first or 0)]
        second_words = words[int(reason.second or 0)]
        return f"{first_words}; of the next: {second_words}"
    if reason.step in NEWEST:
        next_day = reason.second or "not known"
        return f"{NEWEST[reason.step]} {reason.first}; the next: {next_day}"
    return "nothing tells it from the next; its address is the first in the alphabet"


def measure_lack(db: Database, version_id: int, form: str | None) -> int:
    """Return how far the tables of a version fall short of the form's.

    WHOLE, ROW_UNREAD (a row in them is unread or ragged), TABLE_MISSING, or WITHOUT_TABLES.
    """
    rows = db.execute(_TABLES, [version_id]).fetchall()
    ragged_cells = dict(rows)
    if not ragged_cells:
        return WITHOUT_TABLES
    prefix = TABLE_PREFIXES.get(form or "", form)
    for name in STATUTORY.get(form or "", ("unknown",)):
        if f"{prefix}.{name}" not in ragged_cells:
            return TABLE_MISSING
    is_ragged = any(ragged_cells.values())
    if is_ragged or db.execute(_UNREAD, [version_id]).fetchone():
        return ROW_UNREAD
    return WHOLE
