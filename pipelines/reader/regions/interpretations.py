"""Interpretations: all ways to understand a body's name as a body of a division."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from nianbao.archive.divisions.table import Division, Township
from nianbao.pipelines.reader.regions.division_paths import (
    DivisionPath,
    YearRelation,
    parse_division_paths,
)
from nianbao.pipelines.reader.regions.names import (
    BodyName,
    is_branch_office,
    parse_body,
    parse_body_of_context,
    parse_township,
    split_abbreviation,
)
from nianbao.pipelines.reader.regions.short_names import (
    begins_with_kind,
    can_be_short,
    is_kind_left_out,
)
from nianbao.pipelines.reader.regions.site_context import SiteContext

# How the place of a body is printed, the surest first: its name, nothing but the name of a listed
# township, a name that lacks its kind (滕州, 江西).
PlaceForm = Literal["printed", "bare", "short"]


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
    form: PlaceForm = "bare"

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

    The divisions that are printed come first; then a township that the lists have, and divisions
    that lack their kind; then what the context's own divisions are called in short, then a
    bureau of the context. A body of a nation-wide system (国家税务总局) needs a printed division.
    """
    paths = parse_division_paths(context.table, name, context.year, with_stems=True)
    full_ways = _interpret_paths(context, name, paths, "printed")
    short_ways = _interpret_paths(context, name, paths, "short")
    if full_ways and _measure_paths(short_ways) > _measure_paths(full_ways):
        return short_ways  # 江苏省扬州地方税务局
    if full_ways:
        return full_ways
    if has_system:
        return short_ways
    town_ways = _interpret_listed_township(context, name)
    if short_ways or town_ways:
        return [*town_ways, *short_ways]
    return _interpret_without_divisions(context, name)


def _measure_paths(interpretations: list[Interpretation]) -> int:
    """Return how many divisions the longest path has that may stand there."""
    lengths = [way.path_length for way in interpretations if way.is_eligible]
    return max(lengths, default=0)


def _interpret_paths(
    context: SiteContext, name: str, paths: list[DivisionPath], form: PlaceForm
) -> list[Interpretation]:
    """Return the ways with the most divisions in front of something that is a body."""
    form_paths = [path for path in paths if bool(path.short_name) == (form == "short")]
    ends = {path.end for path in form_paths}
    for end in sorted(ends, reverse=True):
        interpretations: list[Interpretation] = []
        for path in form_paths:
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
    short_name = path.short_name
    is_eligible = division.covers(context.year)
    if short_name:
        if body.kind != "township" and begins_with_kind(tail):
            return
        is_eligible = is_eligible and can_be_short(context, path, division, body)
        if body.kind == "department" and is_kind_left_out(path, tail):
            short_name = ""
    form: PlaceForm = "short" if path.short_name else "printed"
    if body.kind == "township":
        for way in _interpret_townships(context, body, path.length, path.year_relation):
            yield replace(way, form=form)
        return
    yield Interpretation(
        division=division,
        is_eligible=is_eligible,
        body=body,
        path_length=path.length,
        year_relation=path.year_relation,
        short_name=short_name,
        form=form,
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


def _interpret_listed_township(context: SiteContext, name: str) -> list[Interpretation]:
    """Return the ways to understand a township without divisions: 高桥镇, 上海庙镇."""
    here = context.division
    if here is None:
        return _interpret_township_anywhere(context, name)
    township = parse_township(
        context.table, name, lambda unit: context.is_inside(unit, here)
    )
    if township is None:
        return []
    return list(_interpret_townships(context, township))


def _interpret_without_divisions(
    context: SiteContext, name: str
) -> list[Interpretation]:
    """Return the ways to understand a name without a place: 县人民政府, 林业局."""
    here = context.division
    if here is None:
        return []
    # After the townships: 市同乡 and 省庄镇 begin as if they said 市 or 省 only.
    abbreviation = split_abbreviation(name)
    if abbreviation is not None:
        return _interpret_abbreviation(context, *abbreviation)
    body = parse_body_of_context(
        context.table, name, lambda unit: context.is_inside(unit, here)
    )
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
    division = context.find_abbreviated_division(kind, tail)
    if division is None or is_branch_office(tail):
        return []
    body = parse_body(
        context.table, tail, lambda unit: context.is_inside(unit, division)
    )
    if body is None or body.kind == "unlisted_township":
        return []
    if body.kind == "township":
        return list(_interpret_townships(context, body))
    return [Interpretation(division, True, body)]
