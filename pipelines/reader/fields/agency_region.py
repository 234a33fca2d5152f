"""The region of an agency: its full name, division code and level, or where it could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nianbao.archive.records import Agency, Finding, Hints
from nianbao.pipelines.reader.regions import resolve

_MAX_PLACES = 5  # that a finding names; there are over a hundred 城关镇


def resolve_agency_region(
    agency: Agency,
    year: int | None,
    hints: Hints,
) -> tuple[Agency, list[Finding]]:
    """Return the agency with its full name, region and level.

    The finding says where it could be when its name fits several places or none.
    """
    if agency.printed is None:
        return agency, []
    resolution = resolve.resolve_agency(
        agency.printed,
        report_year=year,
        context_region=hints.region,
        context_code=hints.region_code,
    )
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
        return agency_in_region, []
    message = f"{agency.printed} {_describe_places(places)}"
    finding = Finding("agency.unresolved", "info", message, found=agency.printed)
    return agency_in_region, [finding]


def _describe_places(places: Sequence[dict[str, str]]) -> str:
    if not places:
        return "is in no list of divisions"
    names = [
        f"{place['text']} {place['region_code']}" for place in places[:_MAX_PLACES]
    ]
    description = f"could be in {', '.join(names)}"
    if len(places) > _MAX_PLACES:
        description += f" and {len(places) - _MAX_PLACES} more"
    return description
