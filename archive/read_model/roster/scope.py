"""Regions of a roster: those of the archive, and the places of the division table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.derived.agencies import LAST_DIVISION
from nianbao.archive.divisions.places import Place, list_places
from nianbao.archive.errors import UnknownName
from nianbao.archive.region_names import find_nearest, is_in_region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

_REGIONS = "SELECT id, name, code FROM regions ORDER BY name"


@dataclass(frozen=True, slots=True)
class RosterRegion:
    """A region with its id in the archive, None where the archive does not have it.

    `places` are what the division table has of this name, the latest last: two where a division
    was made anew.
    """

    name: str
    code: str | None
    id: int | None
    places: tuple[Place, ...]

    @property
    def own_name(self) -> str:
        """Its name without the regions around it."""
        if self.places:
            return self.places[-1].own_name
        division = LAST_DIVISION.search(self.name)
        return division[0] if division else self.name

    def exists_in(self, year: int) -> bool:
        """Tell whether it existed at the end of a year; one that no table has always does."""
        if not self.places:
            return True
        return any(place.exists_in(year) for place in self.places)

    def find_nearest_year(self, year: int) -> int:
        """Return the year of its existence that is nearest to a year."""
        if self.exists_in(year):
            return year
        ends = [end for place in self.places for span in place.spans for end in span]
        return min(ends, key=lambda end: abs(end - year))

    def is_in(self, text: str) -> bool:
        """Tell whether it is in the region that a person names."""
        codes = [code for place in self.places for code in place.codes]
        return is_in_region(self.name, [*codes, self.code], text)


NO_REGION = RosterRegion("", None, None, ())  # of bodies whose region is not known


def select_regions(db: Database, text: str | None = None) -> list[RosterRegion]:
    """Return the regions that the archive has; with a text, all regions within that one.

    The text is what :mod:`nianbao.archive.region_names` understands: 浙江, 西霞县, 3601. Raises
    UnknownName.
    """
    regions = join_regions(db)
    if text is None:
        own_regions = [region for region in regions.values() if region.id is not None]
        return [NO_REGION, *own_regions]
    scope = [region for region in regions.values() if region.is_in(text)]
    if not scope:
        own_names = [name for name, one in regions.items() if one.id is not None]
        nearest = find_nearest(text, own_names) or find_nearest(text, list(regions))
        raise UnknownName("region", text, nearest)
    return scope


def find_region(db: Database, name: str) -> RosterRegion | None:
    """Return the region of a full name, of the archive or of the division table."""
    return join_regions(db).get(name)


def join_regions(db: Database) -> dict[str, RosterRegion]:
    """Return the regions of the archive and of the division table by name."""
    places: dict[str, list[Place]] = {}
    for place in sorted(list_places(), key=lambda place: place.last_year):
        places.setdefault(place.name, []).append(place)
    regions: dict[str, RosterRegion] = {}
    for id_, name, code in db.execute(_REGIONS).fetchall():
        own_places = tuple(places.pop(name, ()))
        if own_places:
            code = own_places[-1].code
        regions[name] = RosterRegion(name, code, id_, own_places)
    for name, others in places.items():
        regions[name] = RosterRegion(name, others[-1].code, None, tuple(others))
    return dict(sorted(regions.items()))


def list_nested(names: Iterable[str]) -> dict[str, str]:
    """Return each name, in order, with the shortest of them that it begins with."""
    tops: dict[str, str] = {}
    top = ""
    for name in sorted(names):
        if not top or not name.startswith(top):
            top = name
        tops[name] = top
    return tops
