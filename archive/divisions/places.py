"""Places: the divisions under the names that they have last, with the years of their existence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from nianbao.archive.divisions.renames import find_latest_division
from nianbao.archive.divisions.table import (
    LAST_YEAR,
    Division,
    DivisionLevel,
    DivisionTable,
    load_division_table,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A division with its full name and code as they are last; `codes` has the former ones too.

    `spans` are the first and last years of its existence, under whatever names. One that ends
    in the last year of the table is open.
    """

    unit: int
    level: DivisionLevel
    name: str
    own_name: str  # without the divisions around it
    codes: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def code(self) -> str:
        """Its latest code."""
        return self.codes[0]

    @property
    def last_year(self) -> int:
        """The last year of its existence, as far as the table goes."""
        return max(last for _, last in self.spans)

    def exists_in(self, year: int) -> bool:
        """Tell whether it existed at the end of a year."""
        year_in_table = min(year, LAST_YEAR)
        return any(first <= year_in_table <= last for first, last in self.spans)


@cache
def list_places() -> tuple[Place, ...]:
    """Return all places, in the order of their codes; they are made at the first call."""
    table = load_division_table()
    places: list[Place] = []
    for divisions in table.units.values():
        by_latest: dict[Division, list[Division]] = {}
        for division in divisions:
            latest = find_latest_division(table, division)
            by_latest.setdefault(latest, []).append(division)
        for latest, spans in by_latest.items():
            places.append(_make_place(table, latest, spans))
    return tuple(sorted(places, key=lambda place: (place.code, place.name)))


def _make_place(
    table: DivisionTable, latest: Division, divisions: list[Division]
) -> Place:
    codes = [latest.code, *(division.code for division in divisions)]
    return Place(
        unit=latest.unit,
        level=latest.level,
        name=table.get_full_name(latest, latest.last),
        own_name=latest.name,
        codes=tuple(dict.fromkeys(codes)),
        spans=tuple((division.first, division.last) for division in divisions),
    )
