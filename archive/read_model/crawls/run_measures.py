"""What a run on a site measured beside its links: blocked answers, and what new pages lack.

Both are compared with what the site's own runs found before, by the limits of `health.yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.read_model.crawls.health_rules import get_limits
from nianbao.archive.read_model.crawls.replaced_pages import MOST_RUNS
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

MANY_BLOCKED = "site.many_blocked"
FIELDS_LOST = "site.fields_lost"
NO_REPORT = "site.no_report"

# Count the addresses of reports that answered in a run; and those of them that never showed one
# and were blocked, where that is no more than some runs old. Known reports are judged by what
# stands in their place (replaced_pages.py).
_ANSWERS = """
SELECT count(DISTINCT url), count(DISTINCT url) FILTER (
    WHERE outcome IN ('blocked', 'replaced')
      AND NOT EXISTS (
          SELECT 1
          FROM visits AS earlier
          JOIN sightings ON sightings.visit_id = earlier.id
          WHERE earlier.url = now.url AND sightings.effect = 'shown'
      )
      AND (SELECT count(DISTINCT run_id) FROM visits WHERE url = now.url) <= :most_runs
)
FROM visits AS now
WHERE run_id = :run_id AND site_id = :site_id AND role = 'report'
  AND status IS NOT NULL
"""
# Count the pages of reports that a run was given and that were read, and those of them that
# showed one. Of a page that is still to be read nothing is known.
_SHOWN = """
SELECT count(*), count(*) FILTER (WHERE sightings.effect = 'shown')
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.run_id = ? AND visits.site_id = ? AND visits.role = 'report'
  AND visits.outcome IN ('fetched', 'not_modified')
"""
# Count the versions that began in a run, and those that began before it, with what was read of
# them.
_FIELDS = """
SELECT visits.run_id = :run_id AS is_new,
       count(*), count(published_on), count(agency_printed), count(nullif(figure_sets.cells, '{}'))
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN readings ON readings.version_id = versions.id
JOIN visits ON visits.id = versions.first_visit_id
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
WHERE documents.site_id = :site_id
  AND (visits.run_id = :run_id OR visits.visited_at >= :since)
GROUP BY is_new
"""
FIELD_NAMES = ("a publication date", "an agency", "tables")


class Share(NamedTuple):
    """How many of some pages have a field."""

    having: int
    pages: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.having / self.pages if self.pages else 0.0


def explain_blocked(db: Database, run_id: int, site_id: str) -> list[Finding]:
    """Return the finding that many answers of a run were blocked, if they were."""
    arguments = {"run_id": run_id, "site_id": site_id, "most_runs": MOST_RUNS}
    answers, blocked = db.execute(_ANSWERS, arguments).fetchone()
    if not are_many_blocked(blocked, answers):
        return []
    parameters = {"blocked": blocked, "answers": answers}
    return [make_finding(MANY_BLOCKED, "warning", parameters)]


def explain_no_report(db: Database, run_id: int, site_id: str) -> list[Finding]:
    """Return the finding that none of the pages of a run showed a report, if none did."""
    fetched, shown = db.execute(_SHOWN, [run_id, site_id]).fetchone()
    if not has_no_report(fetched, shown):
        return []
    return [make_finding(NO_REPORT, "warning", {"pages": fetched})]


def has_no_report(fetched: int, shown: int) -> bool:
    """Tell whether pages came and none of them was a report; one may be anything."""
    return fetched >= get_limits(NO_REPORT)["fewest"] and shown == 0


def are_many_blocked(blocked: int, answers: int) -> bool:
    """Tell whether so many of the answers were blocked that the run is no measure."""
    limits = get_limits(MANY_BLOCKED)
    return blocked >= limits["fewest"] and blocked > limits["share"] * answers


def explain_lost_fields(
    db: Database, run_id: int, site_id: str, since: str | None
) -> list[Finding]:
    """Return the finding that new pages lack what earlier ones had, if they do."""
    arguments = {"run_id": run_id, "site_id": site_id, "since": since or ""}
    counts: dict[int, list[int]] = {0: [0] * 4, 1: [0] * 4}
    for is_new, *row in db.execute(_FIELDS, arguments).fetchall():
        counts[is_new] = row
    before_pages, *before_counts = counts[0]
    now_pages, *now_counts = counts[1]
    losses = []
    pairs = zip(FIELD_NAMES, before_counts, now_counts, strict=True)
    for name, before_count, now_count in pairs:
        before = Share(before_count, before_pages)
        now = Share(now_count, now_pages)
        if is_field_lost(before, now):
            losses.append(_describe_loss(name, before, now))
    if not losses:
        return []
    return [make_finding(FIELDS_LOST, "error", {"losses": losses})]


def is_field_lost(before: Share, now: Share) -> bool:
    """Tell whether new pages have a field so much less often than earlier ones."""
    limits = get_limits(FIELDS_LOST)
    if min(before.pages, now.pages) < limits["fewest"]:
        return False
    if before.value < limits["usual"]:
        return False
    return now.value < limits["share"] * before.value


def _describe_loss(name: str, before: Share, now: Share) -> dict[str, Any]:
    return {
        "field": name,
        "now": now.having,
        "new_pages": now.pages,
        "before": before.having,
        "earlier_pages": before.pages,
    }
