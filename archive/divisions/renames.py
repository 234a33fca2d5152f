"""Renamed places: what a division of an earlier year is called today.

The table follows a division through its names and codes, so that a name of any year is read. For
two names to be those of one place, more is asked: code and name must not contradict each other,
and where neither the code nor the name goes on, it must be the only division of its prefecture
that changed in that year. 沙县 (350427) and 沙县区 (350405) are one place, 郫县 and 郫都区 too.
南郊区 of 大同 was divided in 2018 among 平城区 and 云冈区, so nothing is said of these.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from itertools import pairwise

from nianbao.archive.divisions.table import (
    FIRST_YEAR,
    LAST_YEAR,
    Division,
    DivisionTable,
)

# In 2011 铜仁地区 became 铜仁市.
_SUFFIX = re.compile(r"(?:自治[县旗州]|地区|林区|特区|新区|矿区|[县市区旗盟州])$")
_ChangedUnits = dict[tuple[int, str], set[int]]


def find_latest_division(table: DivisionTable, division: Division) -> Division:
    """Return a division as it was last, as far as it is beyond doubt the same place."""
    latest = division
    for span in table.units[division.unit]:
        if span.first <= latest.last:
            continue
        if not is_same_place(table, latest, span):
            break
        latest = span
    return latest


def is_same_place(table: DivisionTable, old: Division, new: Division) -> bool:
    """Tell whether a unit's span of years and the next one are of one place.

    The ministry keeps the code of a division that gets another name and nothing else (襄樊市,
    襄阳市).
    """
    if old.code == new.code:
        return True
    year = new.first
    if _has_other_unit(table, old.code, year, new.unit):
        return False  # 庐山区 360402: in 2016 that is 濂溪区, and 庐山市 was 星子县
    if _has_other_unit(table, new.code, year - 1, old.unit):
        return False  # 綦江县: the code of 綦江区 was that of 万盛区
    if _remove_suffix(old.name) == _remove_suffix(new.name):
        return True
    changed_units = _list_changed_units(table)
    for place in (_get_parent(old), _get_parent(new)):
        if changed_units[year, place] - {old.unit}:
            return False
    return True


def _has_other_unit(table: DivisionTable, code: str, year: int, unit: int) -> bool:
    """Tell whether another unit had a code in a year."""
    for division in table.codes.get(code, ()):
        if division.unit != unit and division.covers(year):
            return True
    return False


def _get_parent(division: Division) -> str:
    """Return the code of the prefecture of a county, of the province of any other division."""
    return division.prefecture or f"{division.code[:2]}0000"


@cache
def _list_changed_units(table: DivisionTable) -> _ChangedUnits:
    """Return the units that began, ended, or got another name and code, by year and parent."""
    changed_units: _ChangedUnits = defaultdict(set)
    for unit, spans in table.units.items():
        if spans[0].first > FIRST_YEAR:
            changed_units[spans[0].first, _get_parent(spans[0])].add(unit)
        if spans[-1].last < LAST_YEAR:
            changed_units[spans[-1].last + 1, _get_parent(spans[-1])].add(unit)
        for old, new in pairwise(spans):
            has_stem = _remove_suffix(old.name) == _remove_suffix(new.name)
            if old.code != new.code and not has_stem:
                changed_units[new.first, _get_parent(old)].add(unit)
                changed_units[new.first, _get_parent(new)].add(unit)
    return changed_units


def _remove_suffix(name: str) -> str:
    """Return the stem of a name: 沙 of 沙县, but 沙县 of 沙县区."""
    stem = _SUFFIX.sub("", name)
    if len(stem) > 1:
        return stem
    return name
