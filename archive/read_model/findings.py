"""Findings: those of one version or report, counted by rule, and one rule's with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.events.standing_findings import STANDS
from nianbao.archive.records import FINDING_COLUMNS, Finding, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

FINDING_NAMES = ", ".join(f'"{name}"' for name in FINDING_COLUMNS)
VERSION_FINDINGS = f"""
SELECT {FINDING_NAMES} FROM findings
WHERE version_id = ? AND agency_id IS NULL ORDER BY id
"""
REPORT_FINDINGS = f"""
SELECT {FINDING_NAMES} FROM findings
WHERE agency_id = ? AND report_year = ?
ORDER BY rule, version_id, "table", "row", "column", message
"""
REPORT_OF_VERSION = "SELECT agency_id, report_year FROM readings WHERE version_id = ?"


def select_version_findings(db: Database, version_id: int) -> tuple[Finding, ...]:
    """Return the findings of a version's reading."""
    rows = db.execute(VERSION_FINDINGS, [version_id]).fetchall()
    return tuple(map(Finding.from_row, rows))


def select_report_findings(
    db: Database, agency_id: int, report_year: int
) -> tuple[Finding, ...]:
    """Return the findings about a report among others: earlier years, other pages, deadlines."""
    rows = db.execute(REPORT_FINDINGS, [agency_id, report_year]).fetchall()
    return tuple(map(Finding.from_row, rows))


def select_report_findings_of(db: Database, version_id: int) -> tuple[Finding, ...]:
    """Return the findings about the report of a version; none where that is not known."""
    row = db.execute(REPORT_OF_VERSION, [version_id]).fetchone()
    if row is None or None in row:
        return ()
    return select_report_findings(db, *row)


# --- counted by rule --------------------------------------------------------------------

STANDING_COUNTS = f"""
SELECT rule, severity, count(*) FROM findings WHERE {STANDS} GROUP BY rule, severity
"""
# Groups of rules by how they begin, in the order in which pages list them.
RULE_GROUPS = {
    "sums": (
        "req.",
        "rl.",
        "fj.",
        "s14.",
        "a1_",
        "a5_",
        "text.new",
        "text.review",
        "fee.",
    ),
    "late": ("report.late",),
    "missing": ("report.missing",),
    "changed": (
        "report.changed",
        "report.reverted",
        "report.contradicted",
        "published_on.restamped",
        "page.images_changed",
        "document.",
    ),
    "blocked": ("blocked.", "host.", "robots."),
    "lists": ("list.", "site.", "page."),
}
READING_GROUP = "reading"  # all other rules: what was not read, or contradicts itself
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class RuleCount:
    """A rule with the number of its findings."""

    rule: str
    severity: str
    group: str
    findings: int


def group_of_rule(rule: str) -> str:
    """Return the group that a rule belongs to."""
    for group, beginnings in RULE_GROUPS.items():
        if rule.startswith(beginnings):
            return group
    return READING_GROUP


def count_standing_findings(db: Database) -> list[RuleCount]:
    """Count what stands now, by rule: the gravest rules first, then the most frequent."""
    counts = []
    for rule, severity, count in db.execute(STANDING_COUNTS).fetchall():
        counts.append(RuleCount(rule, severity, group_of_rule(rule), count))

    def gravity(count: RuleCount) -> tuple[int, int, str]:
        return SEVERITIES.index(count.severity), -count.findings, count.rule

    return sorted(counts, key=gravity)


# --- one rule, with evidence ------------------------------------------------------------

# The findings of a page are selected first, by the index alone, then what they are about. The
# finding of a reading concerns the report that the reading is of.
RULE_FINDINGS = f"""
SELECT findings.id, findings.severity, findings.message, findings."table", findings."row",
       findings."column", findings.expected, findings.found,
       coalesce(findings.site_id, documents.site_id), coalesce(documents.url, findings.url),
       coalesce(readings.title, documents.title), findings.visit_id, visits.visited_at,
       visits.outcome,
       coalesce(own.name, agencies.name), coalesce(own_region.name, regions.name),
       coalesce(findings.report_year, readings.report_year), findings.run_id, runs.started_at,
       form_cells.row_label, form_cells.column_label, coalesce(own.site_id, agencies.site_id),
       CASE WHEN documents.current_version_id <> findings.version_id
            THEN first.visited_at END,
       findings.rule, findings.parameters
FROM (
  SELECT id FROM findings WHERE rule = :rule AND {STANDS}
  ORDER BY id DESC LIMIT :limit OFFSET :offset
) AS wanted
JOIN findings ON findings.id = wanted.id
LEFT JOIN form_cells ON form_cells."table" = findings."table"
     AND form_cells."row" = findings."row" AND form_cells."column" = findings."column"
LEFT JOIN documents ON documents.id = findings.document_id
LEFT JOIN versions ON versions.id = findings.version_id
LEFT JOIN visits AS first ON first.id = versions.first_visit_id
LEFT JOIN readings ON readings.version_id = findings.version_id
LEFT JOIN agencies AS own ON own.id = findings.agency_id
LEFT JOIN regions AS own_region ON own_region.id = own.region_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN visits ON visits.id = findings.visit_id
LEFT JOIN runs ON runs.id = findings.run_id
ORDER BY findings.id DESC
"""


@dataclass(frozen=True, slots=True)
class FindingEvidence:
    """A finding of a rule, with what it is about.

    `agency` and `report_year` name the report, `visit_id` the visit, `url` the page or address.
    """

    id: int
    severity: str
    message: str
    table: str | None
    row: str | None
    column: str | None
    expected: str | None
    found: str | None
    site_id: str | None
    url: str | None
    title: str | None
    visit_id: int | None
    visited_at: str | None
    outcome: str | None
    agency: str | None
    region: str | None
    report_year: int | None
    run_id: int | None
    run_at: str | None
    row_label: str | None  # as the form prints it
    column_label: str | None
    agency_site: str | None  # the site that an agency of no known region belongs to
    at: str | None  # names the version, where its page shows another one now
    rule: str
    parameters: Mapping[str, Any] | None  # what `message` is made of


def select_rule_findings(
    db: Database, rule: str, limit: int, offset: int
) -> list[FindingEvidence]:
    """Return findings of a rule with their evidence, the newest first."""
    arguments = {"rule": rule, "limit": limit, "offset": offset}
    rows = db.execute(RULE_FINDINGS, arguments).fetchall()
    findings: list[FindingEvidence] = []
    for row in rows:
        values = [*row[:-1], read_json(row[-1])]
        findings.append(FindingEvidence(*values))
    return findings
