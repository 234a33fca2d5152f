"""The context of a name: the report's year, and the region of the site that printed it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nianbao.archive.divisions.table import Division, DivisionTable
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_glosses,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.regions.division_paths import parse_division_paths

_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class SiteContext:
    """The year and the division of a site.

    `division` is None when the site states no region, or one that the table does not have;
    `has_region` tells these two from each other.
    """

    table: DivisionTable
    year: int
    has_region: bool
    division: Division | None

    def contains(self, outer: Division, inner: Division) -> bool:
        """Tell whether a division is another one, or was in it in the year."""
        prefecture, province = self.table.find_parents(inner, self.year)
        if outer.unit in (inner.unit, province.unit):
            return True
        return prefecture is not None and outer.unit == prefecture.unit

    def is_inside(self, unit: int, division: Division) -> bool:
        """Tell whether a unit was a division, or in it, in the year."""
        if unit == division.unit:
            return True
        inner = self.table.find_unit(unit, self.year)
        return inner is not None and self.contains(division, inner)

    def is_at(self, division: Division) -> bool:
        """Tell whether a division is the site's own."""
        return self.division is not None and self.division.unit == division.unit

    def is_around(self, division: Division) -> bool:
        """Tell whether a division is the site's, in it, or around it."""
        here = self.division
        if here is None:
            return False
        return self.contains(here, division) or self.contains(division, here)

    def find_abbreviated_division(self, kind: str, body: str) -> Division | None:
        """Return the division that 省, 市, 县 or 自治县 means on this site, before a body.

        区 is an autonomous region only before a body that no district has (区教育厅), and a
        district never is one there.
        """
        if self.division is None:
            return None
        prefecture, province = self.table.find_parents(self.division, self.year)
        divisions = (self.division, prefecture, province)
        level = "province" if body.endswith("厅") else "county"
        for division in divisions:
            if division is None or not division.name.endswith(kind):
                continue
            if kind != "区" or division.level == level:
                return division
        return None


def fold_name(name: str) -> str:
    """Return a name without glosses and white space, its characters as they are.

    They are not simplified: 乾县 has no simplified form.
    """
    return remove_space(fold_forms(remove_glosses(name)))


@lru_cache(maxsize=256)
def find_site_context(
    table: DivisionTable, year: int, region: str | None, code: str | None
) -> SiteContext:
    """Return the context of a site: by its division code when the table has it, else by name."""
    if not region and not code:
        return SiteContext(table, year, has_region=False, division=None)
    units = list_units_of_code(table, code or "")
    if not units:
        units = list_units_of_name(table, fold_name(region or ""), year)
    if not units:
        units = list_units_of_name(table, squeeze(region or ""), year)
    division = None
    divisions = [table.find_unit(unit, year) for unit in units]
    existing = [division for division in divisions if division is not None]
    if len(existing) == 1:
        division = existing[0]
    return SiteContext(table, year, has_region=True, division=division)


def list_units_of_code(table: DivisionTable, code: str) -> set[int]:
    """Return the units that have or had a code, of which more digits may be given."""
    divisions = table.codes.get(code[:_CODE_LENGTH], ())
    return {division.unit for division in divisions}


def list_units_of_name(table: DivisionTable, region: str, year: int) -> set[int]:
    """Return the units that a whole name of a region can mean."""
    units: set[int] = set()
    for path in parse_division_paths(table, region, year):
        if path.end == len(region) and not path.short_name:
            units.add(path.unit)
    return units
