"""Findings counted by rule, about what stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import Ask

# Of readings only those of current versions count; what is about a report among others, a site
# or a visit stands. All of it is in the index findings_by_rule.
STANDS = """
(findings.agency_id IS NOT NULL OR findings.version_id IS NULL
 OR EXISTS (SELECT 1 FROM documents WHERE current_version_id = findings.version_id))
"""
RULES = f"""
SELECT rule, severity, count(*) FROM findings WHERE {STANDS} GROUP BY rule, severity
"""
GROUPS = {  # of rules, by how they begin, in the order in which they are listed
    "sums": ("req.", "rl.", "fj.", "s14.", "a1_", "a5_", "text.", "fee."),
    "late": ("report.late",),
    "missing": ("report.missing",),
    "changed": (
        "report.changed",
        "report.contradicted",
        "published_on.restamped",
        "document.",
    ),
    "blocked": ("blocked.", "host.", "robots."),
    "lists": ("list.", "site.", "page."),
}
READING = "reading"  # all others: what could not be read, or contradicts itself
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with how often it is broken."""

    rule: str
    severity: str
    group: str
    findings: int


def group_of(rule: str) -> str:
    """Return the group a rule belongs to."""
    return next(
        (group for group, starts in GROUPS.items() if rule.startswith(starts)), READING
    )


def rules(db: Database, ask: Ask) -> list[Rule]:
    """Return the rules, the gravest and then the most frequent first; counted once for each
    state of the archive.
    """
    found: list[Rule] = ask.remember("rules", lambda: _count(db))
    return found


def _count(db: Database) -> list[Rule]:
    rows = db.execute(RULES).fetchall()
    counted = [
        Rule(rule, severity, group_of(rule), count) for rule, severity, count in rows
    ]
    return sorted(
        counted,
        key=lambda rule: (SEVERITIES.index(rule.severity), -rule.findings, rule.rule),
    )
