"""Which place a body's name belongs to: its full name, region and code in the report's year.

A name whose divisions are printed (上高县锦江镇人民政府) is resolved from them; one that could
be several places (高桥镇, 鼓楼区) only with the region of the site it stands on. Nothing is
guessed: what stays open, or is not in the table, has no name and comes with its candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nianbao.archive.divisions.renames import find_latest_division
from nianbao.archive.divisions.table import (
    FIRST_YEAR,
    LAST_YEAR,
    TOWNSHIP_YEARS,
    Division,
    load_division_table,
)
from nianbao.archive.divisions.township_names import remove_divisions
from nianbao.archive.records import Level
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.regions.choice import choose_interpretation
from nianbao.pipelines.reader.regions.interpretations import (
    Interpretation,
    interpret_name,
)
from nianbao.pipelines.reader.regions.names import split_system, write_township_body
from nianbao.pipelines.reader.regions.outside_bodies import (
    OutsideBody,
    parse_outside_body,
)
from nianbao.pipelines.reader.regions.places import (
    PlaceInYear,
    build_place,
    sort_places,
)
from nianbao.pipelines.reader.regions.site_context import (
    SiteContext,
    find_site_context,
    fold_name,
)

ResolutionNote = Literal["older_name", "newer_name", "context", "township_not_listed"]

REPORT_YEARS = range(2008, LAST_YEAR + 1)
_LONGEST_NAME = 60
_GOVERNMENTS = ("人民政府", "行政公署")  # the second is a prefecture's or a league's


@dataclass(frozen=True, slots=True)
class LatestNames:
    """What a body and its region are called last, where the place was renamed or given a code."""

    name: str | None  # None: the name is not resolved, or not made of the place's name
    region: str
    region_code: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for.

    `name`, `region` and `region_code` are None unless there is no doubt; `region` and
    `region_code` are of the county (or higher) division, also for a township. `notes` say on
    what the answer rests besides the name in force: a name of another year, the context, or a
    township that no list of 2015 to 2026 has in the county that is printed with it. `latest` is
    there when the place has other names or another code since: 沙县教育局 is 沙县区教育局 today.
    """

    name: str | None
    region: str | None
    region_code: str | None
    level: Level | None
    candidates: tuple[PlaceInYear, ...]
    place: PlaceInYear | None = None
    notes: tuple[ResolutionNote, ...] = ()
    latest: LatestNames | None = None


UNRESOLVED = Resolution(None, None, None, None, ())


def resolve_agency(
    agency_name: str,
    *,
    report_year: int | None,
    context_region: str | None = None,
    context_code: str | None = None,
) -> Resolution:
    """Resolve a body's name as printed; the context is the region of the site that printed it.

    Without a year it gives an answer only when that is the same for all years since 2008.
    """
    plain = fold_name(agency_name[: 4 * _LONGEST_NAME])
    if not 1 < len(plain) <= _LONGEST_NAME or "某" in plain:
        return UNRESOLVED
    if report_year is None:
        return _resolve_in_all_years(plain, context_region, context_code)
    if report_year < FIRST_YEAR:
        return UNRESOLVED
    year = min(report_year, LAST_YEAR)
    return _resolve_in_year(plain, year, context_region, context_code)


def _resolve_in_all_years(
    plain: str, region: str | None, code: str | None
) -> Resolution:
    """Return the resolution that all years agree on, else all candidates of all years."""
    resolutions = [_resolve_in_year(plain, year, region, code) for year in REPORT_YEARS]
    answers = {
        (resolution.name, resolution.region_code, resolution.level)
        for resolution in resolutions
    }
    if len(answers) == 1:
        return resolutions[-1]
    places: set[PlaceInYear] = set()
    for resolution in resolutions:
        places.update(resolution.candidates)
        if resolution.place is not None:
            places.add(resolution.place)
    return Resolution(None, None, None, None, sort_places(places))


@lru_cache(maxsize=4096)
def _resolve_in_year(
    plain: str, year: int, region: str | None, code: str | None
) -> Resolution:
    """Resolve a name as it is printed, and if that fails in simplified characters."""
    context = find_site_context(load_division_table(), year, region, code)
    resolution = _resolve_in_context(context, plain)
    if resolution.name:
        return resolution
    simplified = squeeze(plain)
    if simplified == plain:
        return resolution
    second = _resolve_in_context(context, simplified)
    if second.name or not resolution.candidates:
        return second
    return resolution


def _resolve_in_context(context: SiteContext, plain: str) -> Resolution:
    outside = parse_outside_body(context.table, plain, context.year)
    if outside is not None:
        return _build_outside(context, outside)
    system, name = split_system(plain)
    interpretations = interpret_name(context, name, has_system=bool(system))
    choice = choose_interpretation(context, interpretations)
    if choice is not None:
        return _build_resolution(context, choice, system)
    places = {build_place(context, way) for way in interpretations}
    return Resolution(None, None, None, None, sort_places(places))


def _build_outside(context: SiteContext, body: OutsideBody) -> Resolution:
    """Return the resolution for a body outside the divisions."""
    region = None
    region_code = None
    if body.division is not None:
        region = context.table.get_full_name(body.division, context.year)
        region_code = body.division.code
    return Resolution(body.name, region, region_code, body.level, ())


def _build_resolution(
    context: SiteContext, choice: Interpretation, system: str
) -> Resolution:
    """Return the resolution for the interpretation that was chosen."""
    region = context.table.get_full_name(choice.division, context.year)
    place = build_place(context, choice)
    notes = _list_notes(context, choice)
    # The lists of the year would have it.
    if "township_not_listed" in notes and context.year >= TOWNSHIP_YEARS[0]:
        return Resolution(
            name=None,
            region=region,
            region_code=choice.division.code,
            level=_get_level(choice),
            candidates=(place,),
            notes=notes,
            latest=_find_latest_names(context, choice, None),
        )
    body = choice.body.body
    if place.township:
        township_name = remove_divisions(place.township, region, choice.division.name)
        body = write_township_body(choice.body, township_name)
    name = _write_name(system, region, choice.division, choice.short_name, body)
    return Resolution(
        name=name,
        region=region,
        region_code=choice.division.code,
        level=_get_level(choice),
        candidates=(),
        place=place,
        notes=notes,
        latest=_find_latest_names(context, choice, (system, body)),
    )


def _write_name(
    system: str, region: str, division: Division, short_name: str, body: str
) -> str:
    """Return a body's full name; a zone has the short name of its division (武汉…开发区).

    The government of a prefecture or a league is its 行政公署, until it is a city. The office of
    a county's government is its 办公室; above the counties it can be a 办公厅.
    """
    front = region
    if short_name:
        front = region.removesuffix(division.name) + short_name
    if body in _GOVERNMENTS:
        body = _GOVERNMENTS[division.name.endswith(("地区", "盟"))]
    if body == "人民政府办" and division.level == "county":
        body = "人民政府办公室"
    return system + front + body


def _find_latest_names(
    context: SiteContext, choice: Interpretation, parts: tuple[str, str] | None
) -> LatestNames | None:
    """Return what a body is called last; None when that is what it was called in the year.

    `parts` are what stands before and behind the region in its name. A zone whose name has a
    short name that is no longer its division's keeps the name.
    """
    division = choice.division
    latest = find_latest_division(context.table, division)
    region = context.table.get_full_name(latest, latest.last)
    is_renamed = region != context.table.get_full_name(division, context.year)
    if not is_renamed and latest.code == division.code:
        return None
    is_short_name_gone = choice.short_name and latest.name != division.name
    if parts is None or is_short_name_gone:
        return LatestNames(None, region, latest.code)
    system, body = parts
    name = _write_name(system, region, latest, choice.short_name, body)
    return LatestNames(name, region, latest.code)


def _list_notes(
    context: SiteContext, choice: Interpretation
) -> tuple[ResolutionNote, ...]:
    notes: list[ResolutionNote] = []
    if choice.year_relation != "in_force":
        notes.append(choice.year_relation)
    if context.division is not None and not choice.path_length:
        notes.append("context")
    if choice.body.kind == "unlisted_township":
        notes.append("township_not_listed")
    return tuple(notes)


def _get_level(way: Interpretation) -> Level:
    match way.body.kind:
        case "government":
            return way.division.level
        case "township" | "unlisted_township":
            return "township"
        case "department":
            return "department"
        case _:
            return "other"
