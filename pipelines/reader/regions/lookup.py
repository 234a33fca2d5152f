"""Look up a division that a person names: by its code, or by its name in any year."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from nianbao.archive.divisions.table import (
    LAST_YEAR,
    Division,
    DivisionTable,
    load_division_table,
)
from nianbao.pipelines.reader.regions.site_context import (
    list_units_of_code,
    list_units_of_name,
)

_MOST_NAMES = 5  # that an error names
_LONGEST_NAME = 60
_LEAST_ALIKE = 0.5


class UnknownRegionError(ValueError):
    """A region that is in no list of divisions, or could be several; the message names some."""


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """A division as it was last: its name with province and prefecture in front, its code."""

    name: str
    code: str


def find_region(text: str) -> NamedRegion:
    """Return the division of a code or name; raise UnknownRegionError where it is not one."""
    table = load_division_table()
    plain = text.strip()[:_LONGEST_NAME]
    units = list_units_of_code(table, plain)
    if not units:
        units = list_units_of_name(table, plain, LAST_YEAR)
    divisions = [table.find_nearest_unit(unit, LAST_YEAR) for unit in units]
    if len(divisions) == 1:
        return _build_region(table, divisions[0])
    if divisions:
        raise UnknownRegionError(_describe_several(table, plain, divisions))
    raise UnknownRegionError(_describe_unknown(table, plain))


def _build_region(table: DivisionTable, division: Division) -> NamedRegion:
    name = table.get_full_name(division, division.last)
    return NamedRegion(name, division.code)


def _describe_several(
    table: DivisionTable, text: str, divisions: list[Division]
) -> str:
    divisions.sort(key=lambda division: division.code)
    return f"{text} could be {_join_names(table, divisions)}"


def _describe_unknown(table: DivisionTable, text: str) -> str:
    """Return what is said of a region that is not known, with those of a name like it."""
    if text.isdecimal():
        return f"no division has or had the code {text}"
    divisions = _find_alike(table, text)
    if not divisions:
        return f"no division is or was called {text}"
    return f"no division is or was called {text}; near it are {_join_names(table, divisions)}"


def _find_alike(table: DivisionTable, text: str) -> list[Division]:
    """Return the divisions of names most like a text, alone or with those around it in front."""
    divisions: dict[str, Division] = {}
    for name, named_divisions in table.names.items():
        for division in named_divisions:
            divisions[table.get_full_name(division, division.last)] = division
        divisions[name] = named_divisions[-1]
    alike: dict[int, Division] = {}
    for name in get_close_matches(text, divisions, 2 * _MOST_NAMES, _LEAST_ALIKE):
        alike.setdefault(divisions[name].unit, divisions[name])
    return list(alike.values())[:_MOST_NAMES]


def _join_names(table: DivisionTable, divisions: list[Division]) -> str:
    regions = [_build_region(table, division) for division in divisions[:_MOST_NAMES]]
    names = ", ".join(f"{region.name} {region.code}" for region in regions)
    if len(divisions) > _MOST_NAMES:
        names += f" and {len(divisions) - _MOST_NAMES} more"
    return names
