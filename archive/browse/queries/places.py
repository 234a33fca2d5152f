"""Regions as a tree: what lies below what is told by their full names (样例省 → 样例省北原市 →
样例省北原市西霞县).

A province or prefecture that the archive has nothing of itself is a place too when it has
something below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.addresses import NOWHERE
from nianbao.archive.browse.page import Crumb

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.addresses import Addresses
    from nianbao.archive.browse.page import Ask

# A full name begins with its province and its prefecture; what is left is a county or a part of
# one.
PROVINCE = re.compile(
    r"(?:北京|天津|上海|重庆)市|.{2,3}?省|.{2,4}?自治区|.{2}?特别行政区|新疆生产建设兵团"
)
PREFECTURE = re.compile(r".{2,12}?(?:自治州|地区|盟|市)(?!市$)")


@dataclass(frozen=True, slots=True)
class Place:
    """A region with its place in the tree; `id` is None where only what is below it is in the
    archive.
    """

    name: str
    short: str  # without the place above
    above: str | None
    below: tuple[str, ...]
    id: int | None
    code: str | None


class Places:
    """All regions of an archive."""

    def __init__(self, rows: list[tuple[int, str, str | None]]) -> None:
        known = {name: (id_, code) for id_, name, code in rows}
        names = sorted({part for name in known for part in (name, *_outer(name))})
        above = dict(_nested(names))
        below: dict[str | None, list[str]] = {}
        for name in names:
            below.setdefault(above[name], []).append(name)
        self.top = tuple(below.get(None, ()))
        self.named = {
            name: Place(
                name,
                name.removeprefix(above[name] or ""),
                above[name],
                tuple(below.get(name, ())),
                *known.get(name, (None, None)),
            )
            for name in names
        }
        self.named[NOWHERE] = Place(
            NOWHERE, "", None, (), None, None
        )  # where agencies of no known region are
        self._codes = {place.code: place for place in self.named.values() if place.code}
        self.by_id = {
            place.id: place for place in self.named.values() if place.id is not None
        }

    def find(self, text: str) -> Place | None:
        """Return the place of a full name or a division code."""
        return self.named.get(text) or self._codes.get(text)

    def like(self, text: str) -> list[Place]:
        """Return the places whose own name holds a text or is held by it."""
        places = (place for place in self.named.values() if place.name != NOWHERE)
        return [place for place in places if text in place.name or place.short in text]

    def within(self, name: str) -> Iterator[Place]:
        """Yield a place and all that is below it."""
        place = self.named[name]
        yield place
        for inner in place.below:
            yield from self.within(inner)

    def ids(self, name: str) -> list[int | None]:
        """Return the ids of the regions from a place downwards."""
        if name == NOWHERE:
            return [None]
        return [place.id for place in self.within(name) if place.id is not None]

    def outer(self, name: str) -> list[Place]:
        """Return the places above, the outermost first."""
        above = self.named[name].above
        return [*self.outer(above), self.named[above]] if above else []


def _outer(name: str) -> Iterator[str]:
    province = PROVINCE.match(name)
    if province is None:
        return
    yield province[0]
    prefecture = PREFECTURE.match(name, province.end())
    if prefecture:
        yield name[: prefecture.end()]


def _nested(names: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield sorted names, each with the longest other name that it begins with."""
    around: list[str] = []
    for name in names:
        while around and not name.startswith(around[-1]):
            around.pop()
        yield name, around[-1] if around else None
        around.append(name)


def places(db: Database, ask: Ask) -> Places:
    """Return the regions of the archive, laid out once for each state of it."""
    found: Places = ask.remember(
        "places",
        lambda: Places(
            db.execute("SELECT id, name, code FROM regions ORDER BY id").fetchall()
        ),
    )
    return found


def crumbs(known: Places, name: str | None, to: Addresses) -> list[Crumb]:
    """Return the way from the country to a region, the region included; nothing for one that is
    not known.
    """
    place = known.named.get(name or "")
    if place is None:
        return []
    return [
        Crumb(one.short, to.region(one.name))
        for one in (*known.outer(place.name), place)
    ]
