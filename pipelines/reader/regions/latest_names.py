"""What a body or a region that a person names is called last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.pipelines.reader.regions.resolve import REPORT_YEARS, resolve_agency

if TYPE_CHECKING:
    from nianbao.pipelines.reader.regions.resolve import Resolution

_DIVISION_LEVELS = ("province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class LatestBody:
    """A body by the latest names of its place."""

    name: str
    region: str


def find_latest_body(
    name: str, *, year: int | None, region: str | None = None, code: str | None = None
) -> LatestBody | None:
    """Return the body that a name stands for on a site of a region, None where it is not sure.

    Without a year the name may be that of any year, but of one body only.
    """
    years: list[int] = [year] if year is not None else [*REPORT_YEARS]
    bodies: set[LatestBody] = set()
    for report_year in years:
        resolution = resolve_agency(
            name,
            report_year=report_year,
            context_region=region,
            context_code=code,
        )
        body = _get_latest_body(resolution)
        if body is not None:
            bodies.add(body)
    if len(bodies) != 1:
        return None
    return bodies.pop()


def _get_latest_body(resolution: Resolution) -> LatestBody | None:
    if resolution.name is None or resolution.region is None:
        return None
    latest = resolution.latest
    if latest is None:
        return LatestBody(resolution.name, resolution.region)
    return LatestBody(latest.name or resolution.name, latest.region)


def find_latest_region(name: str) -> str | None:
    """Return the full name that a division has last, by any of its names (上高县, 沙县).

    The division that has the name today goes first (毕节市 was a county until 2011). Returns None
    where it is not sure, or no division of county level or above.
    """
    resolutions = [
        resolve_agency(f"{name}人民政府", report_year=year) for year in REPORT_YEARS
    ]
    today = resolutions[-1]
    if "older_name" not in today.notes and _names_division(today):
        return today.region
    regions: set[str] = set()
    for resolution in resolutions:
        body = _get_latest_body(resolution)
        if body is not None and _names_division(resolution):
            regions.add(body.region)
    if len(regions) != 1:
        return None
    return regions.pop()


def _names_division(resolution: Resolution) -> bool:
    return resolution.name is not None and resolution.level in _DIVISION_LEVELS
