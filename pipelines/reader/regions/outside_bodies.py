"""Bodies outside the divisions: known by the name that is printed, and by nothing in front of it.

湛江海关, 台州银保监分局, 国家统计局湖北调查总队, 中山大学. The grammar is kept as data in
rules/outside_bodies.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.archive.divisions.table import Division, DivisionTable
from nianbao.archive.records import Level
from nianbao.pipelines.reader.regions.division_paths import parse_division_paths
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.rules.rule_set import PatternRule

_RULES = load_rules("outside_bodies")
_LEVELS: tuple[tuple[PatternRule, Level], ...] = (
    (_RULES.central, "department"),
    (_RULES.branch, "department"),
    (_RULES.customs, "department"),
    (_RULES.corps, "other"),
    (_RULES.school, "other"),
)


@dataclass(frozen=True, slots=True)
class OutsideBody:
    """A body whose full name is the printed one; `division` is the place in it, where it is one."""

    name: str
    level: Level
    division: Division | None


def parse_outside_body(
    table: DivisionTable, name: str, year: int
) -> OutsideBody | None:
    """Return the body outside the divisions that a name is, None for any other name."""
    for rule, level in _LEVELS:
        match = rule.find(name)
        if match is None:
            continue
        place = "".join(filter(None, match.groups()))
        return OutsideBody(name, level, _find_place(table, place, year))
    return None


def _find_place(table: DivisionTable, place: str, year: int) -> Division | None:
    """Return the one division that a place in a name is, by its name or its short name."""
    units = set(_iterate_units(table, place, year))
    if len(units) != 1:
        return None
    return table.find_unit(units.pop(), year)


def _iterate_units(table: DivisionTable, place: str, year: int) -> Iterator[int]:
    if not place:
        return
    for path in parse_division_paths(table, place, year):
        if path.end == len(place):
            yield path.unit
