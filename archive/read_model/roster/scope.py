"""Regions of a roster: those of the archive, and the places of the division table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.derived.agencies import LAST_DIVISION
from nianbao.archive.divisions.places import Place, list_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

_REGIONS = "SELECT id, name, code FROM regions ORDER BY name"
_MOST_SUGGESTIONS = 10


class RegionUnknown(ValueError):
    """No region has the name or code that was given, or several have it; the message says which."""


@dataclass(frozen=True, slots=True)
class RosterRegion:
    """A region with its id in the archive, None where the archive does not have it.

    `places` are what the division table has of this name: two where a division was made anew.
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

    def answers_to(self, text: str) -> bool:
        """Tell whether a text is its name, the end of its name or a code of it."""
        codes = {code for place in self.places for code in place.codes}
        return self.name.endswith(text) or text in codes or text == self.code


NO_REGION = RosterRegion("", None, None, ())  # of bodies whose region is not known


def select_regions(db: Database, text: str | None = None) -> list[RosterRegion]:
    """Return the regions that the archive has; with a text, all regions within that one.

    The text is the name of a region, its beginning (浙江) or its end (西霞县), or a code or the
    beginning of one. Raises RegionUnknown.
    """
    regions = join_regions(db)
    if text is None:
        own_regions = [region for region in regions.values() if region.id is not None]
        return [NO_REGION, *own_regions]
    tops = _find_tops(regions.values(), text)
    return [region for region in regions.values() if region.name.startswith(tops)]


def find_region(db: Database, name: str) -> RosterRegion | None:
    """Return the region of a full name, of the archive or of the division table."""
    return join_regions(db).get(name)


def join_regions(db: Database) -> dict[str, RosterRegion]:
    """Return the regions of the archive and of the division table by name."""
    places: dict[str, list[Place]] = {}
    for place in list_places():
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


def _find_tops(regions: Iterable[RosterRegion], text: str) -> tuple[str, ...]:
    """Return the names that the regions within the one that a text means begin with."""
    candidates = [region for region in regions if _fits(region, text)]
    exact = [region for region in candidates if region.answers_to(text)]
    names = _remove_nested(region.name for region in exact or candidates)
    if text in names:
        return (text,)
    if not names:
        raise RegionUnknown(
            f"{text}: no region of the archive or of the division table. A region is"
            " the beginning or the end of its name (浙江, 上高县), or a code (3609)."
        )
    if exact and len(names) > 1:
        listing = "、".join(names[:_MOST_SUGGESTIONS])
        raise RegionUnknown(f"{text} could be any of {len(names)}: {listing}")
    return tuple(names)


def _fits(region: RosterRegion, text: str) -> bool:
    if text.isascii():
        codes = [code for place in region.places for code in place.codes]
        return any(code.startswith(text) for code in (*codes, region.code or ""))
    return region.name.startswith(text) or region.name.endswith(text)


def _remove_nested(names: Iterable[str]) -> list[str]:
    """Return the names that begin with no other one of them."""
    return list(dict.fromkeys(list_nested(names).values()))


def list_nested(names: Iterable[str]) -> dict[str, str]:
    """Return each name, in order, with the shortest of them that it begins with."""
    tops: dict[str, str] = {}
    top = ""
    for name in sorted(names):
        if not top or not name.startswith(top):
            top = name
        tops[name] = top
    return tops
