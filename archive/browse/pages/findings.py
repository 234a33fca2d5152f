"""Findings: all rules that something breaks, and the findings of one of them with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.browse.changed_lines import ChangedLine, make_changed_line
from nianbao.archive.browse.page import (
    NO_TIME,
    BrowsePage,
    Crumb,
    FeedEntry,
    PageNotFound,
    PageRequest,
)
from nianbao.archive.browse.remembered import get_overview, get_rule_counts
from nianbao.archive.read_model.findings import (
    READING_GROUP,
    RULE_GROUPS,
    FindingEvidence,
    RuleCount,
    select_rule_findings,
)
from nianbao.archive.read_model.version_changes import find_version_change

if TYPE_CHECKING:
    from sqlite_utils import Database

CHANGE_RULES = ("report.changed", "report.reverted")


@dataclass(frozen=True, slots=True)
class RulesPage:
    """What the page of all rules shows."""

    groups: dict[str, list[RuleCount]]


@dataclass(frozen=True, slots=True)
class RulePage:
    """What the page of one rule shows."""

    rule: str
    counted: list[RuleCount]  # by severity
    findings: list[FindingEvidence]
    lines: dict[int, ChangedLine]  # what changed, by the id of the finding


def show_rules(db: Database, request: PageRequest) -> BrowsePage:
    """Show every rule with the number of its findings."""
    counts = get_rule_counts(db, request)
    groups = {}
    for group in (*RULE_GROUPS, READING_GROUP):
        group_counts = [count for count in counts if count.group == group]
        if group_counts:
            groups[group] = group_counts
    title = request.language("findings.title")
    return BrowsePage("findings.html", title, RulesPage(groups), rows=counts)


def show_rule(db: Database, request: PageRequest) -> BrowsePage:
    """Show the findings of a rule, the newest first."""
    rule = request.path_values["rule"]
    counts = [count for count in get_rule_counts(db, request) if count.rule == rule]
    if not counts:
        message = request.language("findings.none", rule=rule)
        raise PageNotFound(message, _link_similar_rules(db, request, rule))
    rows = select_rule_findings(db, rule, request.limit + 1, request.offset)
    findings = rows[: request.limit]
    default_time = get_overview(db, request).as_of or NO_TIME
    entries = []
    for finding in findings:
        entries.append(_make_entry(finding, rule, request, default_time))
    lines = {}
    if rule in CHANGE_RULES and request.format == "html":
        lines = _describe_changes(db, request, findings)
    all_rules = Crumb(request.language("findings.title"), request.to.findings())
    return BrowsePage(
        "rule.html",
        request.language.rule(rule),
        RulePage(rule, counts, findings, lines),
        rows=findings,
        entries=entries,
        crumbs=[all_rules],
        more=len(rows) > request.limit,
    )


def _describe_changes(
    db: Database, request: PageRequest, findings: list[FindingEvidence]
) -> dict[int, ChangedLine]:
    """Return what each finding of a change is about, with the address of both versions."""
    lines = {}
    for finding in findings:
        parameters = finding.parameters or {}
        version = parameters.get("version", {}).get("number")
        earlier = parameters.get("earlier", {})
        if finding.url is None or version is None:
            continue
        difference = find_version_change(
            db, finding.url, version, earlier.get("url"), earlier.get("number")
        )
        if difference is not None:
            lines[finding.id] = make_changed_line(
                difference, request.language, request.to
            )
    return lines


def _link_similar_rules(db: Database, request: PageRequest, rule: str) -> list[Crumb]:
    """Return links to the rules of the same family."""
    family = rule.split(".")[0]
    links = {}
    for count in get_rule_counts(db, request):
        if count.rule.startswith(family):
            address = request.to.findings(count.rule)
            links[count.rule] = Crumb(count.rule, address)
    return list(links.values())


def _make_entry(
    finding: FindingEvidence, rule: str, request: PageRequest, default_time: str
) -> FeedEntry:
    place_parts = (finding.agency, finding.report_year, finding.url)
    place = " · ".join(str(part) for part in place_parts if part)
    return FeedEntry(
        id=f"{request.cite.findings(rule)}#{_identify(finding, rule)}",
        title=f"{rule}: {place}",
        address=_finding_address(finding, rule, request),
        updated=finding.visited_at or finding.run_at or default_time,
        summary=request.language.finding(finding),
    )


def _finding_address(finding: FindingEvidence, rule: str, request: PageRequest) -> str:
    """Return the address of the report, else of the document, else of the rule."""
    year = finding.report_year
    if finding.agency and year:
        return request.cite.report(
            finding.region, finding.agency, year, site=finding.agency_site
        )
    if finding.title and finding.url:
        return request.cite.document(finding.url, at=finding.at)
    return request.cite.findings(rule)


def _identify(finding: FindingEvidence, rule: str) -> str:
    """Return a name for a finding that stays after a reread; its row id does not."""
    identity = (
        rule,
        finding.url,
        finding.agency,
        finding.report_year,
        finding.table,
        finding.row,
        finding.column,
        finding.message,
    )
    return sha256(repr(identity).encode()).hexdigest()[:24]
