"""The region of an agency: its full name, division code and level, or where it could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Agency, Finding, Hints
from nianbao.pipelines.reader.regions import resolve
from nianbao.pipelines.reader.regions.text_context import find_region_in_text

_MAX_PLACES = 5  # that a finding names; there are over a hundred 城关镇


class AgencyRegion(NamedTuple):
    """An agency with its region, what is wrong with it, and the rule that gave the region."""

    agency: Agency
    findings: Sequence[Finding] = ()
    rule: str = "no_name"


class _RuledResolution(NamedTuple):
    resolution: resolve.Resolution
    rule: str


def resolve_agency_region(
    agency: Agency,
    year: int | None,
    hints: Hints,
    text: str = "",
) -> AgencyRegion:
    """Return the agency with its full name, region and level.

    The finding says where it could be when its name fits several places or none. The divisions
    that the squeezed `text` names count where no region of a site is known.
    """
    if agency.printed is None:
        return AgencyRegion(agency)
    resolution, rule = _resolve_name(agency.printed, year, hints, text)
    places = [
        {
            "basis": "place",
            "text": f"{place.name}{place.township or ''}",
            "region_code": place.code,
        }
        for place in resolution.candidates
    ]
    agency_in_region = replace(
        agency,
        name=resolution.name,
        region=resolution.region,
        region_code=resolution.region_code,
        level=resolution.level,
        township_code=_get_township_code(resolution),
        candidates=(*agency.candidates, *places),
    )
    if resolution.latest is not None:
        agency_in_region = replace(
            agency_in_region,
            latest_name=resolution.latest.name,
            latest_region=resolution.latest.region,
            latest_region_code=resolution.latest.region_code,
        )
    if resolution.name is not None:
        return AgencyRegion(agency_in_region, (), rule)
    finding = make_finding(
        "agency.unresolved",
        "info",
        _describe_places(agency.printed, places),
        found=agency.printed,
    )
    return AgencyRegion(agency_in_region, (finding,), rule)


def _get_township_code(resolution: resolve.Resolution) -> str | None:
    if resolution.place is None:
        return None
    return resolution.place.township_code


def _resolve_name(
    name: str, year: int | None, hints: Hints, text: str
) -> _RuledResolution:
    resolution = resolve.resolve_agency(
        name,
        report_year=year,
        context_region=hints.region,
        context_code=hints.region_code,
    )
    by_name = _RuledResolution(resolution, _name_rule(resolution))
    if resolution.name or year is None or hints.region or hints.region_code:
        return by_name
    region = find_region_in_text(name, year, resolution.candidates, text)
    if region is None:
        return by_name
    in_region = resolve.resolve_agency(name, report_year=year, context_region=region)
    if in_region.name is None or in_region.region != region:
        return by_name
    return _RuledResolution(in_region, "named_in_text")


def _name_rule(resolution: resolve.Resolution) -> str:
    """Return the name of what a resolution rests on."""
    if resolution.name is None:
        return "several_places" if resolution.candidates else "not_listed"
    if "context" in resolution.notes:
        return "site_region"
    if resolution.region is None:
        return "outside_divisions"
    return "printed_place"


def _describe_places(name: str, places: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return the parameters that say which places a name could be of."""
    if not places:
        return {
            "case": "not_listed",
            "name": name,
        }
    parameters: dict[str, Any] = {
        "case": "places",
        "name": name,
        "places": [
            {"name": place["text"], "code": place["region_code"]}
            for place in places[:_MAX_PLACES]
        ],
    }
    if len(places) > _MAX_PLACES:
        more = len(places) - _MAX_PLACES
        parameters |= {
            "case": "more_places",
            "more": more,
        }
    return parameters
