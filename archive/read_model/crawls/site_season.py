"""Whether a site brought what was due: a report on the last year, or anything new at all.

Only what the archive watched counts: a site that was crawled first when the reports had long been
due tells nothing by what it lacks.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.read_model.crawls.health_rules import get_limits
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

YEAR_MISSING = "site.year_missing"
NOTHING_NEW = "site.nothing_new"

# The day of the run, and that of the first healthy run that teaches anything, in China.
_DAYS = """
SELECT date(now.started_at, '+8 hours'),
       (SELECT date(min(started_at), '+8 hours') FROM site_runs
         WHERE site_id = now.site_id AND healthy AND started_at >= coalesce(now.learn_since, ''))
FROM site_runs AS now
WHERE now.run_id = ? AND now.site_id = ?
"""
# The newest year of a report, and when a version of a page began last.
_NEWEST = """
SELECT max(readings.report_year), date(max(visits.visited_at), '+8 hours')
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN visits ON visits.id = versions.first_visit_id
LEFT JOIN readings ON readings.version_id = versions.id
WHERE documents.site_id = ?
"""
# When the site published the first of its reports on a year.
_PUBLISHED = """
SELECT min(readings.published_on)
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN readings ON readings.version_id = versions.id
WHERE documents.site_id = ? AND readings.report_year = ?
"""


class DueYear(NamedTuple):
    """The newest year on which reports are due, and since which day."""

    year: int
    since: date


def judge_season(db: Database, run_id: int, site_id: str) -> list[Finding]:
    """Return the finding that a site lacks what was due at a run, if it does."""
    row = db.execute(_DAYS, [run_id, site_id]).fetchone()
    if row is None or row[1] is None:
        return []
    today, watched_since = map(date.fromisoformat, row)
    newest, last_new = db.execute(_NEWEST, [site_id]).fetchone()
    if newest is not None:
        published = db.execute(_PUBLISHED, [site_id, today.year - 2]).fetchone()[0]
        due = find_due_year(today, date.fromisoformat(published) if published else None)
        if is_year_missing(newest, due, watched_since):
            return [_describe_year(newest, due)]
    if last_new is not None:
        last_day = date.fromisoformat(last_new)
        if is_nothing_new(last_day, watched_since, today):
            parameters = {"day": last_day.isoformat()}
            return [make_finding(NOTHING_NEW, "warning", parameters)]
    return []


def find_due_year(today: date, published: date | None) -> DueYear:
    """Return the newest year on which reports are due at a day.

    `published`: the first day on which the site published its reports on the year before the
    last; where that was late, the site has as long again.
    """
    limits = get_limits(YEAR_MISSING)
    due_day = date(today.year, int(limits["month"]), 1)
    if published is not None and published.year == today.year - 1:
        usual_day = _move_to_year(published, today.year) + timedelta(limits["slack"])
        latest_day = date(today.year, int(limits["latest"]), 1)
        due_day = max(due_day, min(usual_day, latest_day))
    if today < due_day:
        return DueYear(today.year - 2, date(today.year - 1, int(limits["month"]), 1))
    return DueYear(today.year - 1, due_day)


def _move_to_year(day: date, year: int) -> date:
    """Return the same day of another year; 28 February for the 29th."""
    return day.replace(year=year, day=min(day.day, 28 if day.month == 2 else 31))


def is_year_missing(newest: int, due: DueYear, watched_since: date) -> bool:
    """Tell whether the newest year is older than what became due while it was watched."""
    return newest < due.year and watched_since < due.since


def is_nothing_new(last_new: date, watched_since: date, today: date) -> bool:
    """Tell whether a site that was watched all the time has had nothing new for too long."""
    days = get_limits(NOTHING_NEW)["days"]
    return today - max(last_new, watched_since) > timedelta(days)


def _describe_year(newest: int, due: DueYear) -> Finding:
    parameters = {
        "year": newest,
        "due_year": due.year,
        "day": due.since.isoformat(),
    }
    return make_finding(YEAR_MISSING, "warning", parameters)
