"""Deadlines: until when each kind of body has to publish, as the regulations say, and who was
late.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when, in the year after, a kind of body has to publish its report."""

    years: range
    kinds: tuple[str, ...]
    day: str  # month and day
    law: str


OLD, NEW = (
    "article 31 of the regulation of 2008",
    "article 49 of the regulation of 2019",
)
GOVERNMENTS = ("province", "prefecture", "county")
DEADLINES = (
    Deadline(range(2008, 2019), (*GOVERNMENTS, "department", "township"), "03-31", OLD),
    Deadline(range(2019, 2100), GOVERNMENTS, "03-31", NEW),
    Deadline(
        range(2019, 2100), ("department",), "01-31", NEW
    ),  # a township has no date in the regulation
)
# three months after the last deadline; a report that is not there then is not just late
SEASON_ENDS = "06-30"

# The office of a government publishes the government's report: the date of the departments is
# not its own.
KINDS = (
    (re.compile(r"[镇乡]人民政府|街道办事处"), "township"),
    (re.compile(r"人民政府办公[室厅]$"), "county"),
)

EARLIEST = """
SELECT min(told.published_on), min(date(visits.visited_at, '+8 hours'))
FROM (
    SELECT sightings.visit_id, sightings.published_on, readings.report_year
    FROM sightings JOIN readings ON readings.version_id = sightings.version_id
    WHERE sightings.document_id IN ({marks}) AND sightings.effect = 'shown'
    UNION ALL
    SELECT readings.visit_id, json_extract(candidate.value, '$.value'), readings.report_year
    FROM versions JOIN readings ON readings.version_id = versions.id
    JOIN json_each(readings.details, '$.date_candidates') AS candidate
    WHERE versions.document_id IN ({marks}) AND json_extract(candidate.value, '$.value') > :year || '-12-31'
) AS told
JOIN visits ON visits.id = told.visit_id
WHERE told.report_year = :year
"""


def deadline(
    agency: str, level: str | None, report_year: int
) -> tuple[str, str] | None:
    """Return the last day (ISO 8601) for a report and where that is written; None where no day
    is known.
    """
    kind = (
        next((kind for pattern, kind in KINDS if pattern.search(agency)), level)
        if level
        else None
    )
    for rule in DEADLINES:
        if report_year in rule.years and kind in rule.kinds:
            return f"{report_year + 1}-{rule.day}", rule.law
    return None


def check(
    db: Database,
    agency: str,
    level: str | None,
    report_year: int,
    published_on: str | None,
    documents: Sequence[int],
) -> list[Finding]:
    """Return the finding that a report was late, if everything known of its pages says so.

    Every date that any page or version gives is looked at, and the first visit that showed the
    report: a page cannot have been published later than it was seen, so such a date is a later
    one's.
    """
    due = deadline(agency, level, report_year)
    if due is None or published_on is None or published_on <= due[0]:
        return []
    marks = ", ".join(f":document{index}" for index in range(len(documents)))
    arguments = {f"document{index}": id_ for index, id_ in enumerate(documents)}
    earliest, seen_on = db.execute(
        EARLIEST.format(marks=marks), {"year": report_year, **arguments}
    ).fetchone()
    if earliest is None or earliest <= due[0] or earliest > seen_on:
        return []
    days = (date.fromisoformat(earliest) - date.fromisoformat(due[0])).days
    message = (
        f"published on {earliest}, {days} days after {due[0]} ({due[1]}). This is the earliest date on any of its"
        " pages; it may be the day of a re-publication, for the archive has not seen the page before it"
    )
    return [Finding("report.late", "warning", message, expected=due[0], found=earliest)]
