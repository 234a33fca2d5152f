"""Which divisions the name of a region can mean, and whether two names mean one."""

from __future__ import annotations

from functools import lru_cache

from nianbao.archive.divisions.table import (
    FIRST_YEAR,
    LAST_YEAR,
    load_division_table,
)
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.regions.division_paths import parse_division_paths
from nianbao.pipelines.reader.regions.site_context import fold_name

_YEARS_BETWEEN = 5  # names of that many years before and after are understood, too


@lru_cache(maxsize=1024)
def find_region_units(region: str) -> frozenset[int]:
    """Return the units that a whole name of a region can mean, at whatever time.

    A unit is one division under all its names: 富阳市 became 富阳区. There are none for a name
    that the table does not have.
    """
    units = _list_units(fold_name(region))
    if not units:
        units = _list_units(squeeze(region))
    return units


def _list_units(region: str) -> frozenset[int]:
    table = load_division_table()
    units: set[int] = set()
    for year in range(FIRST_YEAR, LAST_YEAR + _YEARS_BETWEEN, _YEARS_BETWEEN):
        for path in parse_division_paths(table, region, year):
            if path.end == len(region) and not path.short_name:
                units.add(path.unit)
    return frozenset(units)


def is_same_region(region: str, other: str) -> bool:
    """Tell whether two names can mean one region: the same text, or one division of the table.

    So are names of different times, and those with and without the prefecture.
    """
    if region == other:
        return True
    return bool(find_region_units(region) & find_region_units(other))
