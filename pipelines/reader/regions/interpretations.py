"""Interpretations: all ways to understand a body's name as a body of a division."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.pipelines.reader.regions.division_paths import (
    DivisionPath,
    YearRelation,
    parse_division_paths,
)
from nianbao.pipelines.reader.regions.names import (
    BodyName,
    parse_body,
    parse_body_of_context,
    parse_township,
    split_abbreviation,
)
from nianbao.pipelines.reader.regions.site_context import SiteContext
from nianbao.pipelines.reader.regions.table import Division, Township


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to understand a name.

    `division` is the unit as it was in the year, or in the nearest year in which it existed.
    One that is not eligible is a candidate at most: the division did not exist in the year, or
    the body may be that of another division.
    """

    division: Division
    is_eligible: bool
    body: BodyName
    townships: tuple[Township, ...] = ()
    path_length: int = 0  # how many divisions are printed in front
    year_relation: YearRelation = "in_force"
    short_name: str = ""  # 武汉, for 武汉经济技术开发区

    @property
    def is_township(self) -> bool:
        return self.body.kind == "township"

    @property
    def unit(self) -> int:
        return self.division.unit


def interpret_name(
    context: SiteContext, name: str, *, has_system: bool
) -> list[Interpretation]:
    """Return all ways to understand a name.

    The divisions that are printed come first; then what the context's own divisions are called
    in short, then a township or a bureau of the context. A body of a nation-wide system
    (国家税务总局) needs a printed division.
    """
    interpretations = _interpret_with_divisions(context, name)
    if interpretations or has_system:
        return interpretations
    return _interpret_without_divisions(context, name)


def _interpret_with_divisions(context: SiteContext, name: str) -> list[Interpretation]:
    """Return the ways with the most divisions in front of something that is a body."""
    paths = parse_division_paths(context.table, name, context.year)
    ends = {path.end for path in paths}
    for end in sorted(ends, reverse=True):
        interpretations: list[Interpretation] = []
        for path in paths:
            if path.end == end:
                interpretations += _interpret_tail(context, path, name[end:])
        if interpretations:
            return interpretations
    return []


def _interpret_tail(
    context: SiteContext, path: DivisionPath, tail: str
) -> Iterator[Interpretation]:
    """Yield the ways to understand what stands behind divisions."""
    division = context.table.find_nearest_unit(path.unit, context.year)
    body = parse_body(
        context.table, tail, lambda unit: context.is_inside(unit, division)
    )
    if body is None:
        return
    if path.short_name and body.kind not in ("township", "zone"):
        return
    if body.kind == "township":
        yield from _interpret_townships(context, body, path.length, path.year_relation)
        return
    yield Interpretation(
        division=division,
        is_eligible=division.covers(context.year),
        body=body,
        path_length=path.length,
        year_relation=path.year_relation,
        short_name=path.short_name,
    )


def _interpret_townships(
    context: SiteContext,
    body: BodyName,
    path_length: int = 0,
    year_relation: YearRelation = "in_force",
) -> Iterator[Interpretation]:
    """Yield a way for each unit that has a township of the name."""
    townships_by_unit: dict[int, list[Township]] = {}
    for township in body.townships:
        townships_by_unit.setdefault(township.unit, []).append(township)
    for unit, townships in townships_by_unit.items():
        division = context.table.find_nearest_unit(unit, context.year)
        yield Interpretation(
            division=division,
            is_eligible=division.covers(context.year),
            body=body,
            townships=tuple(townships),
            path_length=path_length,
            year_relation=year_relation,
        )


def _interpret_without_divisions(
    context: SiteContext, name: str
) -> list[Interpretation]:
    """Return the ways to understand a name without divisions: 高桥镇, 县人民政府, 林业局."""
    here = context.division
    if here is None:
        return _interpret_township_anywhere(context, name)

    def is_inside(unit: int) -> bool:
        return context.is_inside(unit, here)

    township = parse_township(context.table, name, is_inside)
    if township is not None:
        return list(_interpret_townships(context, township))
    # After the townships: 市同乡 and 省庄镇 begin as if they said 市 or 省 only.
    abbreviation = split_abbreviation(name)
    if abbreviation is not None:
        return _interpret_abbreviation(context, *abbreviation)
    body = parse_body_of_context(context.table, name, is_inside)
    if body is None:
        return _interpret_township_anywhere(context, name)
    if body.kind == "township":
        return list(_interpret_townships(context, body))
    # A city's site also carries what its counties publish: a bureau may be any of theirs.
    return [Interpretation(here, here.level == "county", body)]


def _interpret_township_anywhere(
    context: SiteContext, name: str
) -> list[Interpretation]:
    township = parse_township(context.table, name, lambda _: True)
    if township is None:
        return []
    return list(_interpret_townships(context, township))


def _interpret_abbreviation(
    context: SiteContext, kind: str, tail: str
) -> list[Interpretation]:
    """Return the ways to understand 县 or 市 alone, with what stands behind it."""
    division = context.find_abbreviated_division(kind)
    if division is None:
        return []
    body = parse_body(
        context.table, tail, lambda unit: context.is_inside(unit, division)
    )
    if body is None or body.kind == "unlisted_township":
        return []
    if body.kind == "township":
        return list(_interpret_townships(context, body))
    return [Interpretation(division, True, body)]
