"""What a command is about: which sites of the catalogue, and which of the reports that their
lists name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nianbao.spiders.catalogue import CatalogueError, Site, load_sites
from nianbao.spiders.report_names import YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from nianbao.spiders.lists.page import ListRow

RANGE = re.compile(r"(20\d\d)(?:\s*[-–]\s*(20\d\d))?")


def choose(
    folder: Path, only: Iterable[str] = (), regions: tuple[str, ...] = ()
) -> dict[str, Site]:
    """Return the sites of a folder, those of some ids or regions (a name's or code's
    beginning); all without either.

    Raises CatalogueError for a mistake in a file, and where nothing is left.
    """
    sites = load_sites(folder)
    names = set(only)
    if unknown := sorted(names - set(sites)):
        raise CatalogueError(
            f"{folder}: no site {', '.join(unknown)}. `nianbao sites` lists what there is."
        )
    chosen = {name: site for name, site in sites.items() if not names or name in names}
    if not chosen:
        raise CatalogueError(
            f"{folder}: no site files in it. Name a folder that has some with --sites."
        )
    within = {
        name: site
        for name, site in chosen.items()
        if not regions or _is_within(site, regions)
    }
    if not within:
        raise CatalogueError(
            f"{folder}: no site in {', '.join(regions)}. `nianbao sites` lists them all."
        )
    return within


def _is_within(site: Site, regions: tuple[str, ...]) -> bool:
    region = site.region
    return region is not None and (
        region.name.startswith(regions) or (region.code or "").startswith(regions)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reports to visit, by what the lists say of them; a row that does not say is visited,
    for it may be one.
    """

    since: date | None = None  # the first day of the date beside the link
    years: frozenset[int] = (
        frozenset()
    )  # of the reports, as their titles have it; empty: all

    def __bool__(self) -> bool:
        return self.since is not None or bool(self.years)

    def takes(self, row: ListRow) -> bool:
        """Tell whether a row of a list is to be visited."""
        if (
            self.since is not None
            and row.date is not None
            and row.date < self.since.isoformat()
        ):
            return False
        named = {int(year) for year in YEAR.findall(row.title or "")}
        return not self.years or not named or bool(named & self.years)

    def settings(self) -> dict[str, Any]:
        """Return what tells a run with this choice from others."""
        chosen: dict[str, Any] = {"since": self.since.isoformat()} if self.since else {}
        return chosen | ({"years": sorted(self.years)} if self.years else {})


EVERYTHING = Wanted()


class Years(click.ParamType[frozenset[int]]):
    """A year, or a range of years, on the command line."""

    name = "years"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[int]:
        """Return the years; fail with what is wanted when it names none."""
        if isinstance(value, frozenset):
            return value
        found = RANGE.fullmatch(str(value).strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            self.fail(
                f"{value!r} names no years. A year (2015) or a range (2008-2018) is wanted.",
                param,
                ctx,
            )
        return frozenset(range(first, last + 1))
