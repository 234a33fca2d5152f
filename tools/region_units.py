"""Units: divisions followed through their renamings and new codes, from year to year."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

# Renamings that the stem of a name links wrongly: 庐山区 became 濂溪区 in 2016, and in the same
# year 星子县 became 庐山市.
_RENAMED = {
    ("360402", "濂溪区"): ("360402", "庐山区"),
    ("360483", "庐山市"): ("360427", "星子县"),
}
_SUFFIX = re.compile(r"(?:自治[县旗州]|林区|特区|新区|矿区|[县市区旗])$")


@dataclass(frozen=True)
class DivisionVersion:
    """A division as it was in one year."""

    code: str
    name: str
    prefecture: (
        str  # its code, empty when the division stands directly under the province
    )
    alias: str  # a shorter form that stands alone: 恩施州, 青龙县
    short_name: str  # 恩施, 平顶山: only read before another name
    identity: str  # as the source sees it; used only when name and code do not tell


class UnitVersion(NamedTuple):
    """A version with the number of its unit."""

    unit: int
    version: DivisionVersion


class UnitSpan(NamedTuple):
    """Years in which nothing about a unit changed."""

    unit: int
    first: int
    last: int
    version: DivisionVersion


_IsSame: TypeAlias = Callable[[DivisionVersion, DivisionVersion], bool]


@dataclass
class Units:
    """Divisions of one level by year and code."""

    years: dict[int, dict[str, UnitVersion]] = field(default_factory=dict)
    identity_links: list[str] = field(default_factory=list)  # for a person to look at

    def add_year(
        self, year: int, versions: Sequence[DivisionVersion], numbers: Iterator[int]
    ) -> None:
        """Give every division of a year the number it had the year before, or a new one.

        It is the same unit by code and name, or by `_RENAMED`; else by the stem of the name
        (沙县, 沙县区), else by the identity that the source gives it.
        """
        previous = self.years.get(year - 1, {})
        current: dict[str, UnitVersion] = {}
        for version in versions:
            old = previous.get(version.code)
            if old is not None and old.version.name == version.name:
                current[version.code] = UnitVersion(old.unit, version)
        _link_units(previous, current, versions, _is_renamed)
        _link_units(previous, current, versions, _have_same_stem)
        links = _link_units(previous, current, versions, _have_same_identity)
        for old_version, version in links:
            self.identity_links.append(
                f"{year} {old_version.code} {old_version.name}"
                f" → {version.code} {version.name}"
            )
        for version in versions:
            if version.code not in current:
                current[version.code] = UnitVersion(next(numbers), version)
        self.years[year] = current

    def find_unit(self, code: str, year: int) -> int | None:
        """Return the number of the division that had a code in or about a year."""
        for near_year in (year, year - 1, year + 1, year - 2, year - 3):
            divisions = self.years.get(near_year, {})
            if code in divisions:
                return divisions[code].unit
        return None

    def iterate_spans(self) -> Iterator[UnitSpan]:
        """Yield the spans of all units, sorted by unit and year."""
        versions_by_unit: dict[int, list[tuple[int, DivisionVersion]]] = defaultdict(
            list
        )
        for year in sorted(self.years):
            for unit, version in self.years[year].values():
                versions_by_unit[unit].append((year, version))
        for unit in sorted(versions_by_unit):
            yield from _join_years(unit, versions_by_unit[unit])


def _join_years(
    unit: int, versions: Sequence[tuple[int, DivisionVersion]]
) -> Iterator[UnitSpan]:
    """Yield the spans of one unit, whose versions are sorted by year."""
    span: UnitSpan | None = None
    for year, version in versions:
        if span is None:
            span = UnitSpan(unit, year, year, version)
        elif year == span.last + 1 and _is_unchanged(span.version, version):
            span = span._replace(last=year)
        else:
            yield span
            span = UnitSpan(unit, year, year, version)
    if span is not None:
        yield span


def _is_unchanged(old: DivisionVersion, new: DivisionVersion) -> bool:
    if old.code != new.code or old.name != new.name:
        return False
    return old.prefecture == new.prefecture


def _link_units(
    previous: dict[str, UnitVersion],
    current: dict[str, UnitVersion],
    versions: Sequence[DivisionVersion],
    is_same: _IsSame,
) -> list[tuple[DivisionVersion, DivisionVersion]]:
    """Add the versions to `current` that are the same unit as a single one of the year before.

    Returns these pairs of versions.
    """
    links: list[tuple[DivisionVersion, DivisionVersion]] = []
    linked_units = {unit for unit, _ in current.values()}
    for version in versions:
        if version.code in current:
            continue
        candidates: list[UnitVersion] = []
        for old in previous.values():
            if old.unit not in linked_units and is_same(old.version, version):
                candidates.append(old)
        if len(candidates) != 1:
            continue
        old = candidates[0]
        current[version.code] = UnitVersion(old.unit, version)
        linked_units.add(old.unit)
        links.append((old.version, version))
    return links


def _is_renamed(old: DivisionVersion, new: DivisionVersion) -> bool:
    return _RENAMED.get((new.code, new.name)) == (old.code, old.name)


def _have_same_stem(old: DivisionVersion, new: DivisionVersion) -> bool:
    if old.code[:2] != new.code[:2]:
        return False
    return _remove_suffix(old.name) == _remove_suffix(new.name)


def _have_same_identity(old: DivisionVersion, new: DivisionVersion) -> bool:
    return bool(new.identity) and old.identity == new.identity


def _remove_suffix(name: str) -> str:
    """Return the stem of a name: 沙 of 沙县, but 沙县 of 沙县区."""
    stem = _SUFFIX.sub("", name)
    if len(stem) > 1:
        return stem
    return name
