"""Selection: which sites of the catalogue, and which of the reports that their lists name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.region_names import find_nearest, is_in_region
from nianbao.spiders.catalogue import SITES, CatalogueError, Site
from nianbao.spiders.report_names import find_years
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    sites = load_all_sites(folder)
    folder = folder or SITES
    site_ids = set(only)
    unknown_ids = sorted(site_ids - set(sites))
    if unknown_ids:
        raise CatalogueError(
            f"{folder}: no site {', '.join(unknown_ids)}. `nianbao sites` lists what there is."
        )
    if site_ids:
        sites = {name: site for name, site in sites.items() if name in site_ids}
    if not sites:
        raise CatalogueError(
            f"{folder}: no site files in it. Name a folder that has some with --sites."
        )
    if not regions:
        return sites
    chosen = {n: site for n, site in sites.items() if is_within(site, regions)}
    if not chosen:
        nearest = _suggest_regions(sites.values(), regions)
        raise CatalogueError(
            f"{folder}: no site in {', '.join(regions)}. `nianbao sites` lists them"
            f" all.{nearest}"
        )
    return chosen


def is_within(site: Site, regions: tuple[str, ...]) -> bool:
    """Tell whether a site stands in one of the regions, by its region's name or code."""
    region = site.region
    if region is None:
        return False
    return any(is_in_region(region.name, [region.code], name) for name in regions)


def _suggest_regions(sites: Iterable[Site], regions: tuple[str, ...]) -> str:
    names = set()
    for site in sites:
        if site.region is not None:
            names.add(site.region.name)
    nearest: list[str] = []
    for text in regions:
        nearest += find_nearest(text, names)
    if not nearest:
        return ""
    return f" Names like it: {', '.join(nearest)}."


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
