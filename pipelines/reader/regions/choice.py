"""The choice among interpretations: the one that is beyond doubt, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nianbao.archive.divisions.table import TOWNSHIP_YEARS, Division
from nianbao.pipelines.reader.regions.interpretations import (
    Interpretation,
    PlaceForm,
)
from nianbao.pipelines.reader.regions.site_context import SiteContext

_FORMS: tuple[PlaceForm, ...] = ("printed", "bare", "short")


def choose_interpretation(
    context: SiteContext, interpretations: Sequence[Interpretation]
) -> Interpretation | None:
    """Return the one interpretation that is beyond doubt, None when there is none.

    The nearest ring around the context that holds an interpretation decides. In it a printed
    division goes before a township that is printed alone, and that before a division without its
    kind; of these, townships that the lists have go before all else.
    """
    eligible = [way for way in interpretations if way.is_eligible]
    for ring in _iterate_rings(context, eligible):
        if ring:
            return _choose_from_ring(context, _select_surest(ring))
    return None


def _select_surest(ring: Sequence[Interpretation]) -> Sequence[Interpretation]:
    for form in _FORMS:
        ways = [way for way in ring if way.form == form]
        townships = [way for way in ways if way.is_township]
        if ways:
            return townships or ways
    return ring


def _iterate_rings(
    context: SiteContext, interpretations: Sequence[Interpretation]
) -> Iterator[list[Interpretation]]:
    """Yield interpretations by nearness to the context; the last ring needs no context."""
    certain = [way for way in interpretations if _is_certain(way)]
    here = context.division
    if here is None:
        if context.has_region:
            yield certain
        else:
            yield _list_without_context(context, interpretations)
        return
    yield _list_around(context, here, interpretations)
    prefecture, _ = context.table.find_parents(here, context.year)
    if prefecture is not None:
        yield _list_within(context, prefecture, interpretations)
    yield [way for way in certain if way.division.code[:2] == here.code[:2]]
    yield certain


def _list_around(
    context: SiteContext, here: Division, interpretations: Sequence[Interpretation]
) -> list[Interpretation]:
    """Return those in the context's own division, or above it."""
    ring: list[Interpretation] = []
    for way in interpretations:
        is_inside = context.contains(here, way.division)
        if is_inside or context.contains(way.division, here):
            ring.append(way)
    return ring


def _list_within(
    context: SiteContext,
    prefecture: Division,
    interpretations: Sequence[Interpretation],
) -> list[Interpretation]:
    """Return those in a prefecture whose divisions are printed."""
    ring: list[Interpretation] = []
    for way in interpretations:
        if way.path_length and context.contains(prefecture, way.division):
            ring.append(way)
    return ring


def _list_without_context(
    context: SiteContext, interpretations: Sequence[Interpretation]
) -> list[Interpretation]:
    """Return those that can be understood where nothing is known of the site."""
    ring: list[Interpretation] = []
    for way in interpretations:
        if way.path_length or _needs_no_context(context, way):
            ring.append(way)
    return ring


def _is_certain(way: Interpretation) -> bool:
    """Tell whether the divisions that are printed are enough.

    A single one is not when it is a district: many a town has a 新城区 of its own making.
    """
    if way.path_length > 1:
        return True
    if way.path_length == 0 or way.form == "short":
        return False
    return bool(way.townships) or not way.division.name.endswith("区")


def _needs_no_context(context: SiteContext, way: Interpretation) -> bool:
    """Tell whether a township without divisions can be understood without a context.

    The lists must reach its year, and it must not be a district that was cut short: 新城区街道.
    """
    if context.year < TOWNSHIP_YEARS[0] - 1:
        return False
    for township in way.townships:
        if township.name.removesuffix("街道") in context.table.names:
            return False
    return True


def _choose_from_ring(
    context: SiteContext, ring: Sequence[Interpretation]
) -> Interpretation | None:
    """Return an interpretation of a ring if all are one unit, or one goes before the others."""
    if len({way.unit for way in ring}) == 1:
        return ring[0]
    if any(way.townships for way in ring):
        return _choose_township(context, ring)
    return _choose_name_in_force(context, ring)


def _choose_township(
    context: SiteContext, ring: Sequence[Interpretation]
) -> Interpretation | None:
    """Return the only one whose township is in the lists of the year.

    Returns None when the lists disagree on another one, or do not reach the year.
    """
    if context.year < TOWNSHIP_YEARS[0]:
        return None
    listed: list[Interpretation] = []
    for way in ring:
        listings = [township.is_listed(context.year) for township in way.townships]
        if None in listings:
            return None
        if True in listings:
            listed.append(way)
    if len(listed) != 1:
        return None
    return listed[0]


def _choose_name_in_force(
    context: SiteContext, ring: Sequence[Interpretation]
) -> Interpretation | None:
    """Return the one whose name is in force in the year; others use a name of another year."""
    in_force = [way for way in ring if way.year_relation == "in_force"]
    if len({way.unit for way in in_force}) != 1:
        return None
    first = in_force[0]
    if context.division is not None or first.path_length > 1:
        return first
    for way in ring:
        if way.year_relation == "in_force":
            continue
        if not context.contains(first.division, way.division):
            return None
    return first
