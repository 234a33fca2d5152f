"""Regions as a tree, built from their full names: 样例省 → 样例省北原市 → 样例省北原市西霞县.

A province or prefecture of which the archive has nothing itself is in the tree when a region
below it is in the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.errors import UnknownName
from nianbao.archive.region_names import (
    PREFECTURE,
    PROVINCE,
    find_nearest,
    is_in_region,
    list_boundaries,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

NOWHERE = "-"  # stands for the region of an agency that has none


@dataclass(frozen=True, slots=True)
class RegionNode:
    """A region in the tree. `id` is None where the archive has only regions below it."""

    name: str
    short: str  # without the region above
    above: str | None
    below: tuple[str, ...]
    id: int | None
    code: str | None


class RegionTree:
    """All regions of an archive: by name, by id, and the topmost ones."""

    def __init__(self, rows: list[tuple[int, str, str | None]]) -> None:
        keys = {name: (id_, code) for id_, name, code in rows}
        names = set(keys)
        for name in keys:
            names.update(_names_above(name))
        above = dict(_nest_names(sorted(names)))
        below: dict[str | None, list[str]] = {}
        for name in above:
            below.setdefault(above[name], [])
            below[above[name]].append(name)
        self.top = tuple(below.get(None, ()))
        self.by_name: dict[str, RegionNode] = {}
        self.by_id: dict[int, RegionNode] = {}
        self._by_code: dict[str, RegionNode] = {}
        for name in above:
            id_, code = keys.get(name, (None, None))
            node = RegionNode(
                name=name,
                short=name.removeprefix(above[name] or ""),
                above=above[name],
                below=tuple(below.get(name, ())),
                id=id_,
                code=code,
            )
            self._add_node(node)
        # The agencies of no region are here.
        nowhere = RegionNode(NOWHERE, "", None, (), None, None)
        self._add_node(nowhere)

    def _add_node(self, node: RegionNode) -> None:
        self.by_name[node.name] = node
        if node.id is not None:
            self.by_id[node.id] = node
        if node.code:
            self._by_code[node.code] = node

    def find(self, text: str) -> RegionNode | None:
        """Return the region of a full name, a division code, or the end of one full name."""
        node = self.by_name.get(text) or self._by_code.get(text)
        if node is not None:
            return node
        names = []
        for name in self.by_name:
            if _ends_with(name, text):
                names.append(name)
        if len(names) != 1:
            return None
        return self.by_name[names[0]]

    def require(self, text: str) -> RegionNode:
        """Return the region of a name, its beginning or end, or a division code.

        Raises UnknownName with the nearest names for none, or for several apart.
        """
        node = self.find(text)
        if node is not None and node.name != NOWHERE:
            return node
        matches: list[RegionNode] = []
        for one in self.by_name.values():
            is_below = any(one.name.startswith(match.name) for match in matches)
            if is_in_region(one.name, [one.code], text) and not is_below:
                matches.append(one)
        if len(matches) == 1:
            return matches[0]
        names = [one.name for one in matches]
        raise UnknownName("region", text, names or find_nearest(text, self.by_name))

    def find_similar(self, text: str) -> list[RegionNode]:
        """Return the regions whose name holds a text, or whose short name the text holds."""
        nodes = []
        for node in self.by_name.values():
            is_similar = text in node.name or node.short in text
            if is_similar and node.name != NOWHERE:
                nodes.append(node)
        return nodes

    def walk(self, name: str) -> Iterator[RegionNode]:
        """Yield a region and all regions below it."""
        node = self.by_name[name]
        yield node
        for child in node.below:
            yield from self.walk(child)

    def ids_within(self, name: str) -> list[int | None]:
        """Return the ids of a region and of all regions below it; [None] for no region."""
        if name == NOWHERE:
            return [None]
        return [node.id for node in self.walk(name) if node.id is not None]

    def ancestors(self, name: str) -> list[RegionNode]:
        """Return the regions above a region, the outermost first."""
        above = self.by_name[name].above
        if not above:
            return []
        return [*self.ancestors(above), self.by_name[above]]

    def path_to(self, name: str | None) -> list[RegionNode]:
        """Return the regions above a region and itself; nothing for an unknown name."""
        node = self.by_name.get(name or "")
        if node is None:
            return []
        return [*self.ancestors(node.name), node]

    def innermost_common(self) -> str | None:
        """Return the innermost region that all others are in; None when there is none."""
        common = None
        names = self.top
        while len(names) == 1 and self.by_name[names[0]].id is None:
            common = names[0]
            names = self.by_name[common].below
        return common


def _ends_with(name: str, text: str) -> bool:
    """Tell whether a full name is that of a division with the divisions around it."""
    start = len(name) - len(text)
    return name.endswith(text) and start in list_boundaries(name)


def _names_above(name: str) -> Iterator[str]:
    """Yield the province and the prefecture that a full name begins with."""
    province = PROVINCE.match(name)
    if province is None:
        return
    yield province[0]
    prefecture = PREFECTURE.match(name, province.end())
    if prefecture:
        yield name[: prefecture.end()]


def _nest_names(names: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield sorted names, each with the longest other name that it begins with."""
    around: list[str] = []
    for name in names:
        while around and not name.startswith(around[-1]):
            around.pop()
        yield name, around[-1] if around else None
        around.append(name)


def build_region_tree(db: Database) -> RegionTree:
    """Return the regions of the archive as a tree."""
    rows = db.execute("SELECT id, name, code FROM regions ORDER BY id").fetchall()
    return RegionTree(rows)


class SiteRegion(NamedTuple):
    """The region of a site, as far as it is known."""

    name: str | None
    code: str | None


def find_site_region(db: Database, site_id: str) -> SiteRegion:
    """Return the region of a site."""
    row = db.execute(
        """
        SELECT regions.name, regions.code
        FROM sites
        LEFT JOIN regions ON regions.id = sites.region_id
        WHERE sites.id = ?
        """,
        [site_id],
    ).fetchone()
    return SiteRegion(*row)


def select_region_names(db: Database) -> list[str]:
    """Return the full names of the regions that the archive knows."""
    rows = db.execute("SELECT name FROM regions ORDER BY name").fetchall()
    return [name for (name,) in rows]


def match_regions(db: Database, text: str) -> list[str]:
    """Return the full names of the regions in a region, by its name or code.

    Raises UnknownName with the nearest names where the archive has none.
    """
    rows = db.execute("SELECT name, code FROM regions ORDER BY name").fetchall()
    names = []
    for name, code in rows:
        if is_in_region(name, [code], text):
            names.append(name)
    if names:
        return names
    all_names = [name for name, _ in rows]
    nearest = find_nearest(text, all_names)
    raise UnknownName("region", text, nearest)
