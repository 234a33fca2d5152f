"""Deadlines: until when each kind of body has to publish, by the regulations, and who was late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """Until when, in the year after, some kinds of bodies have to publish their report."""

    years: range
    kinds: tuple[str, ...]
    day: str  # month and day
    law: str


class DueDay(NamedTuple):
    """The last day for a report (ISO 8601), and where that is written."""

    day: str
    law: str


_LAW_OF_2008 = "article 31 of the regulation of 2008"
_LAW_OF_2019 = "article 49 of the regulation of 2019"
GOVERNMENTS = ("province", "prefecture", "county")
DEADLINES = (
    DeadlineRule(
        range(2008, 2019),
        (*GOVERNMENTS, "department", "township"),
        "03-31",
        _LAW_OF_2008,
    ),
    DeadlineRule(range(2019, 2100), GOVERNMENTS, "03-31", _LAW_OF_2019),
    # A township has no date in the regulation of 2019.
    DeadlineRule(range(2019, 2100), ("department",), "01-31", _LAW_OF_2019),
)
# Three months after the last deadline; a report that is not there then is not just late.
SEASON_ENDS = "06-30"

# The office of a government publishes the government's report: the date of the departments is
# not its own.
KINDS = (
    (re.compile(r"[镇乡]人民政府|街道办事处"), "township"),
    (re.compile(r"人民政府办公[室厅]$"), "county"),
)

# Return the earliest date that any version of a report gives, and the day (in China) of the first
# visit that showed it.
_EARLIEST = """
SELECT min(told.published_on), min(date(visits.visited_at, '+8 hours'))
FROM (
    SELECT sightings.visit_id, sightings.published_on
    FROM versions
    JOIN sightings ON sightings.version_id = versions.id AND sightings.effect = 'shown'
    WHERE versions.report_id = :report
    UNION ALL
    SELECT readings.visit_id, json_extract(candidate.value, '$.value')
    FROM versions
    JOIN readings ON readings.version_id = versions.id
    JOIN json_each(readings.details, '$.date_candidates') AS candidate
    WHERE versions.report_id = :report
      AND json_extract(candidate.value, '$.value') > :year || '-12-31'
) AS told
JOIN visits ON visits.id = told.visit_id
"""


def find_deadline(agency: str, level: str | None, report_year: int) -> DueDay | None:
    """Return the last day for a report; None where no day is known."""
    if not level:
        return None
    kind = _classify_agency(agency, level)
    for rule in DEADLINES:
        if report_year in rule.years and kind in rule.kinds:
            return DueDay(f"{report_year + 1}-{rule.day}", rule.law)
    return None


def find_last_day(agency: str, level: str | None, report_year: int) -> str:
    """Return the day until which a report cannot be missing.

    It is the last day for it; where no day is known, that of governments, the latest of all.
    """
    due = find_deadline(agency, level, report_year)
    if due is None:
        return f"{report_year + 1}-03-31"
    return due.day


def _classify_agency(agency: str, level: str) -> str:
    """Return which kind of body an agency is; its name tells more than its level."""
    for pattern, kind in KINDS:
        if pattern.search(agency):
            return kind
    return level


def check_deadline(
    db: Database,
    due: DueDay | None,
    report_year: int,
    published_on: str | None,
    report_id: int,
) -> Finding | None:
    """Return the finding that a report was late, if everything known of its pages says so.

    Every date that any page or version gives is looked at, and the first visit that showed the
    report: a page cannot have been published later than it was seen, so such a date is a later
    one's.
    """
    if due is None or published_on is None or published_on <= due.day:
        return None
    earliest, first_visit_on = _load_earliest(db, report_year, report_id)
    if earliest is None or earliest <= due.day or earliest > first_visit_on:
        return None
    delay = date.fromisoformat(earliest) - date.fromisoformat(due.day)
    parameters = {
        "day": earliest,
        "days": delay.days,
        "due": due.day,
        "law": due.law,
    }
    return make_finding(
        "report.late", "warning", parameters, expected=due.day, found=earliest
    )


def _load_earliest(
    db: Database, report_year: int, report_id: int
) -> tuple[str | None, str]:
    values = {
        "report": report_id,
        "year": report_year,
    }
    row: tuple[str | None, str] = db.execute(_EARLIEST, values).fetchone()
    return row
