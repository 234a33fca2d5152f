"""Selection: which sites of the catalogue, and which of the reports that their lists name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.region_names import find_nearest, is_in_region
from nianbao.spiders.catalogue import SITES, CatalogueError, Site
from nianbao.spiders.register.own_register import load_all_governments
from nianbao.spiders.report_names import find_years
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from nianbao.spiders.lists.page import ListRow


def choose(
    folder: Path | None, only: Iterable[str] = (), regions: tuple[str, ...] = ()
) -> dict[str, Site]:
    """Return the sites of a folder, those of some ids or regions; all without either.

    Without a folder the sites of the catalogue and of the user's own folder. Raises
    CatalogueError for a mistake in a file, and where no site remains.
    """
    choice = SiteChoice(folder, load_all_sites(folder), tuple(only), regions)
    chosen = {}
    for name, site in choice.files.items():
        is_named = not choice.only or name in choice.only
        if is_named and (not regions or is_within(site, regions)):
            chosen[name] = site
    require_sites(choice, chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class SiteChoice:
    """What names the sites that are wanted: ids and regions, all without either.

    `files` are all site files of the folder.
    """

    folder: Path | None
    files: Mapping[str, Site]
    only: tuple[str, ...]
    regions: tuple[str, ...]


def require_sites(
    choice: SiteChoice, chosen_ids: Collection[str], unknown: int = 0
) -> None:
    """Raise CatalogueError where an id is no site's, and where no site was chosen.

    `unknown` counts the governments of the regions that have no site yet.
    """
    folder = choice.folder or SITES
    unknown_ids = sorted({*choice.only} - {*choice.files, *chosen_ids})
    if unknown_ids:
        raise CatalogueError(
            f"{folder}: no site {', '.join(unknown_ids)}. `nianbao sites` lists what there is."
        )
    if chosen_ids:
        return
    if not choice.regions:
        raise CatalogueError(
            f"{folder}: no site files in it. Name a folder that has some with --sites."
        )
    raise CatalogueError(
        f"{folder}: no site in {', '.join(choice.regions)}. {_advise(choice, unknown)}"
    )


def is_within(site: Site, regions: tuple[str, ...]) -> bool:
    """Tell whether a site stands in one of the regions, by its region's name or code."""
    region = site.region
    if region is None:
        return False
    return any(is_in_region(region.name, [region.code], name) for name in regions)


def _advise(choice: SiteChoice, unknown: int) -> str:
    """Return what can be done where regions have no site: names that are like theirs."""
    if unknown:
        return (
            f"{unknown} of its governments have no site yet: --discover looks for them,"
            " with --search-again also for those it lately found no column of."
        )
    advice = "`nianbao sites` lists them all."
    names = {government.name for government in load_all_governments(choice.folder)}
    names |= {site.region.name for site in choice.files.values() if site.region}
    nearest: list[str] = []
    for region in choice.regions:
        nearest += find_nearest(region, names)
    if nearest:
        advice += f" Names like it: {', '.join(nearest)}."
    return advice


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports are visited, by what the lists say of them.

    A row that does not say its date or year is visited, for it may be one of them.
    """

    since: date | None = None  # the first day of the date beside the link
    # of the reports, as their titles have it; empty: all
    years: frozenset[int] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether every report is visited."""
        return self.since is None and not self.years

    def matches(self, row: ListRow) -> bool:
        """Tell whether a row of a list is to be visited."""
        return self._matches_date(row) and self._matches_year(row)

    def _matches_date(self, row: ListRow) -> bool:
        if self.since is None or row.date is None:
            return True
        return row.date >= self.since.isoformat()

    def _matches_year(self, row: ListRow) -> bool:
        title_years = {int(year) for year in find_years(row.title)}
        if not self.years or not title_years:
            return True
        return bool(title_years & self.years)

    def settings(self) -> dict[str, Any]:
        """Return what tells a run with this filter from others."""
        settings: dict[str, Any] = {}
        if self.since:
            settings["since"] = self.since.isoformat()
        if self.years:
            settings["years"] = sorted(self.years)
        return settings


EVERYTHING = ReportFilter()
