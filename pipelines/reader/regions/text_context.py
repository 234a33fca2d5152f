"""The weak context: which place a name is of by the divisions that its text names.

It is asked where no site is known. Of the places that a name could be in (高桥镇, 城中区), it is
the only one whose county or prefecture the text names; for 县统计局 it is the only county that
the text names. Where two are named, it is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from nianbao.archive.divisions.table import (
    Division,
    DivisionTable,
    load_division_table,
)
from nianbao.pipelines.reader.regions.names import split_abbreviation
from nianbao.pipelines.reader.regions.places import PlaceInYear
from nianbao.pipelines.reader.regions.site_context import fold_name

_MOST_CHARACTERS = 20_000  # of a text; what is behind them names other places too
_LONGEST_NAME = 15
_SHORTEST_NAME = 2


def find_region_in_text(
    agency_name: str, year: int, candidates: Iterable[PlaceInYear], text: str
) -> str | None:
    """Return the full name of the division that a squeezed text speaks of, None in doubt."""
    table = load_division_table()
    text = text[:_MOST_CHARACTERS]
    places = tuple(candidates)
    if places:
        return _choose_place(table, places, year, text)
    abbreviation = split_abbreviation(fold_name(agency_name))
    if abbreviation is None:
        return None
    divisions = _find_divisions(table, abbreviation[0], year, text)
    if len(divisions) != 1:
        return None
    return table.get_full_name(divisions[0], year)


def _choose_place(
    table: DivisionTable, places: tuple[PlaceInYear, ...], year: int, text: str
) -> str | None:
    """Return the only place whose county the text names, else whose prefecture it names."""
    divisions = _list_divisions(table, places, year)
    names = {division.name for division in divisions}
    if len(names) > 1:
        counties = [division for division in divisions if division.name in text]
        if counties:
            return _get_only_name(table, counties, year)
    in_prefecture = [
        division
        for division in divisions
        if _names_prefecture(table, division, year, text)
    ]
    return _get_only_name(table, in_prefecture, year)


def _list_divisions(
    table: DivisionTable, places: tuple[PlaceInYear, ...], year: int
) -> list[Division]:
    """Return the divisions of places as they were in a year, each once."""
    divisions: dict[int, Division] = {}
    for place in places:
        for division in table.codes.get(place.code, ()):
            if division.covers(year):
                divisions[division.unit] = division
    return list(divisions.values())


def _names_prefecture(
    table: DivisionTable, division: Division, year: int, text: str
) -> bool:
    prefecture, _ = table.find_parents(division, year)
    return prefecture is not None and prefecture.name in text


def _get_only_name(
    table: DivisionTable, divisions: list[Division], year: int
) -> str | None:
    if len(divisions) != 1:
        return None
    return table.get_full_name(divisions[0], year)


def _find_divisions(
    table: DivisionTable, kind: str, year: int, text: str
) -> list[Division]:
    """Return the divisions of a kind (县, 市) that a text names, each once.

    A name that several divisions bear counts for each of them whose prefecture is named too.
    """
    divisions: dict[int, Division] = {}
    for name in _list_names(table, kind, text):
        bearers = [item for item in table.names[name] if item.covers(year)]
        if len(bearers) > 1:
            bearers = [item for item in bearers if _names_parent(table, item, text)]
        for division in bearers:
            divisions[division.unit] = division
    return list(divisions.values())


def _names_parent(table: DivisionTable, division: Division, text: str) -> bool:
    prefecture, province = table.find_parents(division, division.first)
    return (prefecture or province).name in text


def _list_names(table: DivisionTable, kind: str, text: str) -> set[str]:
    """Return the names of divisions in a text that end in a kind, the longest at each place."""
    names: set[str] = set()
    end = text.find(kind) + 1
    while end:
        name = _find_name_before(table, text, end)
        if name:
            names.add(name)
        end = text.find(kind, end) + 1
    return names


def _find_name_before(table: DivisionTable, text: str, end: int) -> str:
    for length in range(_LONGEST_NAME, _SHORTEST_NAME - 1, -1):
        name = text[max(end - length, 0) : end]
        if len(name) == length and name in table.names:
            return name
    return ""
