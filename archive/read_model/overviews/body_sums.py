"""Sums of a region's reports that count nothing twice: by the kind of the body.

A government's own report may hold the figures of its departments, its towns and the places below.
So its figures stand beside the sums of theirs, and are never added to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ruamel.yaml import YAML

from nianbao.archive.checks.deadlines import GOVERNMENTS
from nianbao.archive.read_model.overviews.main_figures import MainFigures
from nianbao.archive.read_model.roster.column_bodies import guess_level

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.overviews.region_reports import RegionReport

BodyGroup = Literal["government", "departments", "townships", "below"]
Scope = Literal["own", "whole"]

GROUPS: tuple[BodyGroup, ...] = ("government", "departments", "townships", "below")
_GOVERNMENT = re.compile(r"(?:省|自治区|市|州|盟|地区|县|旗|区)(?:人民政府|行政公署)$")
_OFFICE = re.compile(r"(?:人民政府|行政公署)$")
_SCOPE_FILE = Path(__file__).with_name("scope.yaml")
_PREAMBLE = 3000  # characters before the tables in which a report says what it holds
_TEXT = "SELECT substr(text, 1, ?) FROM version_texts WHERE version_id = ?"
_VERSION = """
SELECT versions.id
FROM documents
JOIN versions ON versions.document_id = documents.id
WHERE documents.url = ? AND versions.number = ?
"""


class ScopeRule(NamedTuple):
    """A pattern by which a report says which bodies its figures hold."""

    scope: Scope
    pattern: re.Pattern[str]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupSum:
    """The reports of the bodies of one kind in a region, added up."""

    group: BodyGroup
    reports: int
    main: MainFigures


def find_group(report: RegionReport, region: str) -> BodyGroup:
    """Return which bodies of a region a report is added to.

    `below` are the governments of the places in it. A level that is not known is told by the
    name; what is neither a government nor a town is a department.
    """
    name = report.agency or ""
    level = report.level or guess_level(name)
    is_government = level in GOVERNMENTS or _GOVERNMENT.search(name) is not None
    if level == "township":
        return "townships"
    if not is_government:
        return "departments"
    own_name = _OFFICE.sub("", name)
    is_own = report.level in GOVERNMENTS or region.endswith(own_name)
    if report.region == region and is_own:
        return "government"
    return "below"


def sum_groups(reports: Iterable[RegionReport], region: str) -> list[GroupSum]:
    """Return the figures of a region's own government, and the sums of the other bodies in it.

    Reports of an unknown agency or year are left out.
    """
    counts: dict[BodyGroup, int] = {}
    sums: dict[BodyGroup, MainFigures] = {}
    for report in reports:
        if not report.is_assigned:
            continue
        group = find_group(report, region)
        counts[group] = counts.get(group, 0) + 1
        sums[group] = sums.get(group, MainFigures()) + report.main_figures
    groups = []
    for group in GROUPS:
        if group in counts:
            groups.append(GroupSum(group, counts[group], sums[group]))
    return groups


@cache
def load_scope_rules() -> tuple[ScopeRule, ...]:
    """Return the patterns of scope.yaml, in their order."""
    entries: list[dict[str, Any]] = YAML(typ="safe").load(_SCOPE_FILE)
    rules = []
    for entry in entries:
        pattern = re.compile(entry["pattern"])
        rule = ScopeRule(entry["scope"], pattern, tuple(entry["examples"]))
        rules.append(rule)
    return tuple(rules)


def read_scope(text: str) -> Scope | None:
    """Return what a report says its figures hold; None where it does not say.

    >>> read_scope("本报告由县政府办公室汇总各部门、各乡镇报告编制。")
    'whole'
    """
    preamble = text[:_PREAMBLE]
    for rule in load_scope_rules():
        if rule.pattern.search(preamble):
            return rule.scope
    return None


def find_own_report(
    reports: Iterable[RegionReport], region: str
) -> RegionReport | None:
    """Return the report of a region's own government; None where there is none."""
    for report in reports:
        if report.is_assigned and find_group(report, region) == "government":
            return report
    return None


def select_scope(db: Database, report: RegionReport) -> Scope | None:
    """Return what a report says its figures hold, by its text."""
    version = db.execute(_VERSION, [report.url, report.version]).fetchone()
    if version is None:
        return None
    row = db.execute(_TEXT, [_PREAMBLE, version[0]]).fetchone()
    return read_scope(row[0]) if row else None
