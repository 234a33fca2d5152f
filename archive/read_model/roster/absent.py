"""Bodies of a name that have no report on a year, for one who asked for that report."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.roster.roster import Roster
from nianbao.archive.read_model.roster.scope import (
    NO_REGION,
    join_regions,
    select_regions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.read_model.roster.bodies import RosterBody
    from nianbao.archive.read_model.roster.scope import RosterRegion
    from nianbao.archive.read_model.rows import RosterRow


class AbsentBody(NamedTuple):
    """A body without a report on a year, and the ids of the agencies that the archive has of it."""

    row: RosterRow
    agency_ids: tuple[int, ...]


def select_absent(
    db: Database, name: str, year: int, agencies: Sequence[AgencyEntry]
) -> list[AbsentBody]:
    """Return the bodies of a name that have no report on a year.

    They are those of `agencies`, which the archive has of this name; if it has none, all bodies
    of its regions that answer to the name.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for agency in agencies:
        names[agency.region or NO_REGION.name].append(agency.name)

    def is_asked_for(body: RosterBody) -> bool:
        own_names = names[body.region.name] if agencies else [name]
        return any(map(body.answers_to, own_names))

    roster = Roster(db, _choose_regions(db, names))
    return [
        AbsentBody(row, tuple(sorted(body.agency_ids)))
        for body, row in roster.list_body_rows([year], is_asked_for)
        if row.state != "published"
    ]


def _choose_regions(
    db: Database, names: Mapping[str, Sequence[str]]
) -> list[RosterRegion]:
    """Return the regions of some full names, "" for none that is known; of no name, all."""
    if not names:
        return select_regions(db)
    regions = [NO_REGION, *join_regions(db).values()]
    return [region for region in regions if region.name in names]
