"""Findings: all rules that something breaks, and what breaks one of them, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Crumb, Entry, NotHere, Page
from nianbao.archive.browse.queries import findings, rules, whole

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.findings import Found
    from nianbao.archive.browse.queries.rules import Rule


@dataclass(frozen=True, slots=True)
class Rules:
    """What the page of all rules shows."""

    groups: dict[str, list[Rule]]


@dataclass(frozen=True, slots=True)
class OfRule:
    """What the page of one rule shows."""

    rule: str
    counted: list[Rule]  # by severity
    findings: list[Found]


def overview(db: Database, ask: Ask) -> Page:
    """Show every rule with how often it is broken."""
    counted = rules.rules(db, ask)
    groups = {
        group: [rule for rule in counted if rule.group == group]
        for group in (*rules.GROUPS, rules.READING)
    }
    shown = Rules({group: found for group, found in groups.items() if found})
    return Page("findings.html", ask.language("findings.title"), shown, rows=counted)


def view(db: Database, ask: Ask) -> Page:
    """Show what breaks a rule, what was noted last first."""
    rule = ask.names["rule"]
    counted = [one for one in rules.rules(db, ask) if one.rule == rule]
    if not counted:
        alike = [
            one.rule
            for one in rules.rules(db, ask)
            if one.rule.startswith(rule.split(".")[0])
        ]
        links = [Crumb(name, ask.to.findings(name)) for name in dict.fromkeys(alike)]
        raise NotHere(ask.language("findings.none", rule=rule), links)
    found = findings.of_rule(db, rule, ask.limit + 1, ask.offset)
    shown = found[: ask.limit]
    as_of = (
        whole.held(db, ask).as_of or "1970-01-01T00:00:00Z"
    )  # what has no time of its own
    return Page(
        "rule.html",
        ask.language.word("rule", rule),
        OfRule(rule, counted, shown),
        rows=shown,
        entries=[_entry(one, rule, ask, as_of) for one in shown],
        crumbs=[Crumb(ask.language("findings.title"), ask.to.findings())],
        more=len(found) > ask.limit,
    )


def _entry(one: Found, rule: str, ask: Ask, as_of: str) -> Entry:
    if one.agency and one.report_year:
        address = ask.cite.report(one.region, one.agency, one.report_year)
    else:
        address = (
            ask.cite.document(one.url)
            if one.title and one.url
            else ask.cite.findings(rule)
        )
    where = " · ".join(
        str(part) for part in (one.agency, one.report_year, one.url) if part
    )
    said = repr(
        (
            rule,
            one.url,
            one.agency,
            one.report_year,
            one.table,
            one.row,
            one.column,
            one.message,
        )
    )
    digest = sha256(said.encode()).hexdigest()[
        :24
    ]  # a row's id is another after a reread
    updated = one.visited_at or one.run_at or as_of
    return Entry(
        f"{ask.cite.findings(rule)}#{digest}",
        f"{rule}: {where}",
        address,
        updated,
        one.message,
    )
