"""Why a site is not well, as its latest runs say it, each with what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.read_model.crawls.health_rules import find_advice
from nianbao.archive.read_model.crawls.run_measures import MANY_BLOCKED, NO_REPORT
from nianbao.archive.read_model.crawls.site_health import UNREAD_LIST_RULES
from nianbao.archive.read_model.crawls.site_season import NOTHING_NEW, YEAR_MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.records import Severity

ENDED_EARLY = "site.ended_early"
NO_COLUMN = "site.no_column"
ONE_BODY = "site.one_body"
# Runs that end so have findings that say why, if there is a why.
EXPLAINED = ("finished", "postponed", "blocked", "abandoned")
SITE_RULES = """
rule LIKE 'list.%' OR rule LIKE 'host.%' OR rule LIKE 'blocked.%' OR rule LIKE 'site.%'
"""
# Warnings after which a site is not well, though its run was.
SEASON_RULES = (YEAR_MISSING, NOTHING_NEW)

_REASONS = f"""
SELECT rule, severity, message, parameters
FROM findings
WHERE run_id = ? AND site_id = ?
  AND (
    severity = 'error' AND ({SITE_RULES})
    OR severity = 'warning' AND ({UNREAD_LIST_RULES})
    OR rule IN ('{MANY_BLOCKED}', '{NO_REPORT}', '{YEAR_MISSING}', '{NOTHING_NEW}')
    OR rule IN ('{NO_COLUMN}', '{ONE_BODY}')
  )
ORDER BY id
"""
_SITE_RUN = """
SELECT name, end_reason FROM site_runs JOIN sites ON sites.id = site_id
WHERE run_id = ? AND site_id = ?
"""


@dataclass(frozen=True, slots=True)
class HealthReason:
    """One thing that is wrong with a site: its rule, what was found, and what to do."""

    rule: str
    severity: Severity
    message: str
    advice: str | None
    parameters: str | None = None  # of the finding, JSON, where it is one

    @property
    def is_failure(self) -> bool:
        """Whether something did not work that should have: a command ends with exit code 1."""
        return self.severity == "error"

    @property
    def is_alarm(self) -> bool:
        """Whether somebody should look at the site soon."""
        return self.is_failure or self.rule in SEASON_RULES


def make_reason(rule: str, severity: Severity, message: str) -> HealthReason:
    """Return a reason with the advice of its rule."""
    return HealthReason(rule, severity, message, find_advice(rule))


def select_reasons(db: Database, run_id: int, site_id: str) -> list[HealthReason]:
    """Return what was wrong with a site as a whole in a run, but for single pages."""
    reasons = []
    for finding in db.execute(_REASONS, [run_id, site_id]).fetchall():
        rule, severity, message, parameters = finding
        advice = find_advice(rule)
        reasons.append(HealthReason(rule, severity, message, advice, parameters))
    row = db.execute(_SITE_RUN, [run_id, site_id]).fetchone()
    if row[1] is not None and row[1] not in EXPLAINED:
        message = f"the crawl of the site ended early: {row[1]}"
        reasons.append(make_reason(ENDED_EARLY, "error", message))
    return reasons


def write_sentences(
    site_id: str, name: str, reasons: Iterable[HealthReason]
) -> list[str]:
    """Return a line for each reason; the last one of a rule says what to do too."""
    lines: list[str] = []
    last_lines: dict[str, int] = {}
    advice: dict[str, str] = {}
    for reason in reasons:
        last_lines[reason.rule] = len(lines)
        lines.append(f"{site_id} ({name}): {reason.message}")
        if reason.advice is not None:
            advice[reason.rule] = reason.advice
    for rule, sentence in advice.items():
        line = last_lines[rule]
        lines[line] = f"{lines[line]}. {sentence}"
    return lines
