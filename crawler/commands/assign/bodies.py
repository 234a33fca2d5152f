"""Decide that two bodies are one: it was renamed, or merged into another."""

from __future__ import annotations

from dataclasses import dataclass

import click

from nianbao.archive import Archive
from nianbao.archive.derived.decided import (
    Body,
    get_former,
    get_target,
    join_body,
    list_joined_bodies,
)
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.read_model.agencies import find_agency
from nianbao.archive.update.decisions import retract_decision
from nianbao.crawler.commands.assign.names import (
    choose_body,
    find_body,
    find_region,
    find_target_body,
    suggest_agencies,
)


@dataclass(frozen=True, slots=True)
class BodyRequest:
    """What a person asks for about a body."""

    name: str
    region: str | None
    same_as: str
    same_region: str | None
    shared_years: bool  # both may have a report on one year: it is the same report
    reason: str


def decide_body(archive: Archive, request: BodyRequest) -> list[Decision]:
    """Return the decision that a request makes; none if it is decided so already.

    Ends the command for a body that is not there, a circle, and two bodies that both have a
    report on a year.
    """
    former = find_body(archive, request.name, request.region)
    if former is None:
        hint = suggest_agencies(archive, request.name)
        raise click.ClickException(
            f"{request.name}: {archive.path} has no body of this name.{hint}"
        )
    target = find_target_body(archive, request.same_as, request.same_region, former)
    if target == former:
        raise click.UsageError(
            f"{former.name} ({former.region}) is that body itself already."
        )
    standing = _find_standing(archive, former)
    if standing is not None and get_target(standing) == target:
        return []
    _refuse_circle(archive, former, target)
    if not request.shared_years:
        _refuse_shared_years(archive, former, target)
    decision = Decision(
        kind="body",
        reason=request.reason,
        former_agency=former.name,
        former_region=former.region,
        agency=target.name,
        region=target.region,
    )
    return [decision]


def _find_standing(archive: Archive, former: Body) -> Decision | None:
    for decision in archive.standing_decisions():
        if decision.kind == "body" and get_former(decision) == former:
            return decision
    return None


def _refuse_circle(archive: Archive, former: Body, target: Body) -> None:
    if former in list_joined_bodies(archive.db, target):
        raise click.ClickException(
            f"{target.name} counts as {former.name} already, so the two would stand in a circle."
            f' Take that back first: nianbao assign --body "{target.name}"'
            f' --region "{target.region}" --undo --reason TEXT'
        )


def _refuse_shared_years(archive: Archive, former: Body, target: Body) -> None:
    """End the command where both bodies have a report on a year: one would hide the other."""
    final = join_body(archive.db, target)
    shared = _list_years(archive, former) & _list_years(archive, final)
    if not shared:
        return
    years = ", ".join(str(year) for year in sorted(shared))
    raise click.ClickException(
        f"{former.name} and {final.name} both have a report on {years}: as one body they have"
        " one report on a year. If these are the same reports under two names, repeat the"
        " command with --shared-years; if they are not, these are two bodies."
    )


def _list_years(archive: Archive, body: Body) -> set[int]:
    agency = find_agency(archive.db, body.region, body.name)
    if agency is None:
        return set()
    return set(agency.years)


def retract_body(
    archive: Archive, name: str, region_text: str | None, reason: str
) -> list[Decision]:
    """Return the decision that takes back what was decided about a former body."""
    matches = list_body_decisions(archive.standing_decisions(), name)
    if region_text is not None:
        region = find_region(archive, region_text)
        matches = [match for match in matches if match.former_region == region]
    former = choose_body(name, [get_former(match) for match in matches])
    if former is None:
        raise click.ClickException(
            f"{name}: no decision says which body it is. `nianbao assign --list` lists what is"
            " decided."
        )
    return [retract_decision(matches[0], reason)]


def list_body_decisions(decisions: list[Decision], name: str) -> list[Decision]:
    """Return the decisions on a former body of a name, with or without its region before it."""
    matches: list[Decision] = []
    for decision in decisions:
        if decision.kind != "body":
            continue
        full_name = f"{decision.former_region}{decision.former_agency}"
        if name in (decision.former_agency, full_name):
            matches.append(decision)
    return matches
