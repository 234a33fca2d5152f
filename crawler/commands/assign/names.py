"""Names that a person types: of a region, of the body of a report, of a body in the archive."""

from __future__ import annotations

from collections.abc import Iterable

import click

from nianbao.archive import Archive
from nianbao.archive.derived.decided import Body, get_former
from nianbao.archive.read_model.agencies import (
    AgencyEntry,
    find_agencies,
    find_agency,
    find_similar_agencies,
)
from nianbao.archive.read_model.regions import select_region_names
from nianbao.pipelines.reader.regions.latest_names import (
    find_latest_body,
    find_latest_region,
)


def find_region(archive: Archive, text: str) -> str:
    """Return the full name of a region that the list of divisions or the archive has.

    One that neither has is new, and taken as it is. Ends the command where it could be several.
    """
    latest = find_latest_region(text)
    if latest is not None:
        return latest
    names = select_region_names(archive.db)
    if text in names:
        return text
    matches = [name for name in names if name.endswith(text)]
    if len(matches) > 1:
        choice = "".join(f"\n  {name}" for name in matches)
        raise click.ClickException(
            f"{text} could be any of {len(matches)} regions; write it out:{choice}"
        )
    if matches:
        return matches[0]
    return text


def find_body(archive: Archive, name: str, region_text: str | None) -> Body | None:
    """Return the body of a name: one of the archive, or a former one that was decided about.

    Returns None when there is none. Ends the command where there are several, or where no
    region is known of the only one.
    """
    agencies = _list_agencies_of_name(archive, name)
    bodies = _list_decided_bodies(archive, name)
    for agency in agencies:
        if agency.region is not None:
            bodies.append(Body(agency.name, agency.region))
    if region_text is not None:
        region = find_region(archive, region_text)
        bodies = [body for body in bodies if body.region == region]
    elif agencies and not bodies:
        raise click.ClickException(
            f"{name}: its region is not known, and bodies of one name on two sites are two"
            " bodies. Give its site a region, or give each of its reports its place:"
            " nianbao assign ADDRESS --agency NAME --region REGION."
        )
    return choose_body(name, bodies)


def choose_body(name: str, bodies: Iterable[Body]) -> Body | None:
    """Return the only one of some bodies, None when there is none; end the command at several."""
    distinct = sorted(set(bodies))
    if len(distinct) > 1:
        choice = "".join(f"\n  {body.name}, {body.region}" for body in distinct)
        raise click.ClickException(
            f"{name} could be any of {len(distinct)} bodies; name the region too:{choice}"
        )
    if distinct:
        return distinct[0]
    return None


def _list_agencies_of_name(archive: Archive, name: str) -> list[AgencyEntry]:
    """Return the agencies that have just this name, or had it before a place was renamed."""
    agencies: list[AgencyEntry] = []
    for agency in find_agencies(archive.db, name):
        full_name = f"{agency.region or ''}{agency.name}"
        if name in (agency.name, full_name):
            agencies.append(agency)
    latest = find_latest_body(name, year=None)
    if not agencies and latest is not None:
        agency_today = find_agency(archive.db, latest.region, latest.name)
        if agency_today is not None:
            agencies.append(agency_today)
    return agencies


def _list_decided_bodies(archive: Archive, name: str) -> list[Body]:
    """Return the former bodies of a name that decisions put under another one."""
    bodies: list[Body] = []
    for decision in archive.standing_decisions():
        if decision.kind != "body":
            continue
        former = get_former(decision)
        if name in (former.name, f"{former.region}{former.name}"):
            bodies.append(former)
    return bodies


def find_target_body(
    archive: Archive, name: str, region_text: str | None, former: Body
) -> Body:
    """Return the body that a former one is; one of the former's region goes first.

    The archive need not have it yet. Ends the command where its region is not known.
    """
    if region_text is None and find_agency(archive.db, former.region, name):
        return Body(name, former.region)
    body = find_body(archive, name, region_text)
    if body is not None:
        return body
    if region_text is not None:
        region = find_region(archive, region_text)
        return complete_body(name, region)
    latest = find_latest_body(name, year=None, region=former.region)
    if latest is not None:
        return Body(latest.name, latest.region)
    hint = suggest_agencies(archive, name)
    raise click.ClickException(
        f"{name}: {archive.path} has no body of this name. If its reports are still to come,"
        f" name its region with --same-region.{hint}"
    )


def complete_body(name: str, region: str, year: int | None = None) -> Body:
    """Return a body of a region by its full name; end the command if it is of another region."""
    latest = find_latest_body(name, year=year, region=region)
    if latest is None:
        return Body(name, region)
    if latest.region != region:
        raise click.UsageError(f"{name} is a body of {latest.region}, not of {region}.")
    return Body(latest.name, region)


def suggest_agencies(archive: Archive, name: str) -> str:
    """Return a hint with the names that are most like one that the archive does not have."""
    agencies = find_similar_agencies(archive.db, name)
    if not agencies:
        return " `nianbao browse` lists the agencies."
    return " Names like it:" + _list_agencies(agencies)


def _list_agencies(agencies: Iterable[AgencyEntry]) -> str:
    lines: list[str] = []
    for agency in agencies:
        lines.append(f"\n  {agency.name}, {agency.region or 'region not known'}")
    return "".join(lines)
