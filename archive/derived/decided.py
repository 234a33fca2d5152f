"""What decisions of a person change of what was read.

A decision on a report overrides the agency and the year that the reader found; one on a body puts
the reports of a former body under the other one. Whatever the order in which visits, decisions
and other archives come, the same follows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from nianbao.archive.raw import decisions
from nianbao.archive.records import Agency

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.raw.decisions import Decision

BASIS = "decision"
# A year of this basis is printed on the page; a decision on an address does not override it.
_PAGE = "page"


class Attribution(NamedTuple):
    """Whose report a version is and on which year, each with what says so."""

    agency: Agency
    agency_basis: str | None
    report_year: int | None
    year_basis: str | None


class Body(NamedTuple):
    """A body: its name in its region."""

    name: str
    region: str


FindDecision: TypeAlias = "Callable[[Body], Decision | None]"


def decide_attribution(
    db: Database, version_id: int, attribution: Attribution
) -> Attribution:
    """Return the attribution of a version, with what a person decided about it."""
    of_content, of_address = decisions.find_version_decisions(db, version_id)
    return apply_report_decisions(attribution, of_content, of_address)


def apply_report_decisions(
    attribution: Attribution,
    of_content: Decision | None,
    of_address: Decision | None,
) -> Attribution:
    """Return an attribution overridden by the decisions on a content and on its address.

    That on the content goes first. That on the address names the year only where the page
    prints none: next year's report may stand there.
    """
    if of_address is not None:
        has_own_year = (
            attribution.report_year is not None
            and attribution.year_basis in (_PAGE, None)
        )
        if not has_own_year:
            attribution = _override_year(attribution, of_address)
        attribution = _override_agency(attribution, of_address)
    if of_content is not None:
        attribution = _override_year(attribution, of_content)
        attribution = _override_agency(attribution, of_content)
    return attribution


def _override_year(attribution: Attribution, decision: Decision) -> Attribution:
    if decision.report_year is None:
        return attribution
    return attribution._replace(report_year=decision.report_year, year_basis=BASIS)


def _override_agency(attribution: Attribution, decision: Decision) -> Attribution:
    if decision.agency is None:
        return attribution
    agency = Agency(
        printed=attribution.agency.printed,
        name=decision.agency,
        region=decision.region,
    )
    return attribution._replace(agency=agency, agency_basis=BASIS)


def join_body(db: Database, body: Body) -> Body:
    """Return the body that one is by the decisions on it, itself when there are none."""
    return resolve_same_body(body, partial(_find_body_decision, db))


def list_joined_bodies(db: Database, body: Body) -> list[Body]:
    """Return a body, the one that it is by a decision, the one that this is, and so on."""
    decisions_on_way = _follow_decisions(body, partial(_find_body_decision, db))
    return [body, *(get_target(decision) for decision in decisions_on_way)]


def _find_body_decision(db: Database, former: Body) -> Decision | None:
    return decisions.find_body_decision(db, former.name, former.region)


def resolve_same_body(body: Body, find_decision: FindDecision) -> Body:
    """Return the body at the end of a chain of decisions.

    A circle can come from two archives that are merged, each of which decided otherwise. The
    earliest decision of the circle does not count then.
    """
    chain = _follow_decisions(body, find_decision)
    if not chain:
        return body
    formers = [get_former(decision) for decision in chain]
    end = get_target(chain[-1])
    if end not in formers:
        return end
    circle = chain[formers.index(end) :]
    return get_former(min(circle, key=_get_rank))


def _follow_decisions(body: Body, find_decision: FindDecision) -> list[Decision]:
    """Return the chain of decisions that begins at a body; in a circle, each once."""
    chain: list[Decision] = []
    formers: set[Body] = set()
    former = body
    while former not in formers:
        decision = find_decision(former)
        if decision is None:
            break
        chain.append(decision)
        formers.add(former)
        former = get_target(decision)
    return chain


def _get_rank(decision: Decision) -> tuple[str, str]:
    return decision.rank


def get_target(decision: Decision) -> Body:
    """Return the body that a decision names for a former one."""
    if decision.agency is None or decision.region is None:
        raise ValueError("the decision names no body")
    return Body(decision.agency, decision.region)


def get_former(decision: Decision) -> Body:
    """Return the former body that a decision is about."""
    if decision.former_agency is None or decision.former_region is None:
        raise ValueError("the decision is not about a body")
    return Body(decision.former_agency, decision.former_region)
