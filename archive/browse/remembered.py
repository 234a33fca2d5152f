"""Query results that many pages show: selected once for each state of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.read_model.crawls.site_status import (
    SiteStatus,
    select_site_statuses,
)
from nianbao.archive.read_model.findings import RuleCount, count_standing_findings
from nianbao.archive.read_model.holdings import ArchiveOverview, read_overview
from nianbao.archive.read_model.overviews.coverage import CoverageCounts
from nianbao.archive.read_model.overviews.main_figures import (
    MainFigureReader,
    open_figure_reader,
)
from nianbao.archive.read_model.regions import RegionTree, build_region_tree
from nianbao.archive.read_model.roster.scope import RosterRegion, join_regions

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import PageRequest


def get_overview(db: Database, request: PageRequest) -> ArchiveOverview:
    """Return the size of the archive and how current it is."""
    overview: ArchiveOverview = request.remember("overview", lambda: read_overview(db))
    return overview


def get_region_tree(db: Database, request: PageRequest) -> RegionTree:
    """Return the regions as a tree."""
    tree: RegionTree = request.remember("regions", lambda: build_region_tree(db))
    return tree


def get_roster_regions(db: Database, request: PageRequest) -> dict[str, RosterRegion]:
    """Return the regions of the archive and of the division table by name."""
    regions: dict[str, RosterRegion] = request.remember(
        "roster regions", lambda: join_regions(db)
    )
    return regions


def get_coverage_counts(db: Database, request: PageRequest) -> CoverageCounts:
    """Return the reports and agencies of each region and year."""

    def count_coverage() -> CoverageCounts:
        return CoverageCounts(db, get_region_tree(db, request))

    counts: CoverageCounts = request.remember("coverage", count_coverage)
    return counts


def get_rule_counts(db: Database, request: PageRequest) -> list[RuleCount]:
    """Return the number of findings of each rule."""
    counts: list[RuleCount] = request.remember(
        "rules", lambda: count_standing_findings(db)
    )
    return counts


def get_figure_reader(db: Database, request: PageRequest) -> MainFigureReader:
    """Return what takes the main figures out of a report."""
    reader: MainFigureReader = request.remember(
        "main figures", lambda: open_figure_reader(db)
    )
    return reader


def get_site_statuses(db: Database, request: PageRequest) -> list[SiteStatus]:
    """Return the status of every site."""
    statuses: list[SiteStatus] = request.remember(
        "sites", lambda: select_site_statuses(db)
    )
    return statuses
