"""The front page: what the archive holds, its coverage, the latest changes, where to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.changed_lines import (
    ChangedLine,
    describe_changes,
    make_change_entries,
)
from nianbao.archive.browse.page import BrowsePage, FeedEntry, PageRequest
from nianbao.archive.browse.remembered import (
    get_coverage_counts,
    get_overview,
    get_region_tree,
    get_rule_counts,
)
from nianbao.archive.read_model.changes import PageChange, select_latest_changes
from nianbao.archive.read_model.findings import RuleCount
from nianbao.archive.read_model.holdings import ArchiveOverview
from nianbao.archive.read_model.overviews.coverage import (
    CoverageBoard,
    build_board,
    flatten_board,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_CHANGES = 12
MOST_RULES = 10


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What the front page shows."""

    holdings: ArchiveOverview
    region: str | None  # whose board it is; None for the country
    board: CoverageBoard
    changes: list[PageChange]
    lines: dict[int, ChangedLine]  # what changed, by the number of the change
    rules: list[RuleCount]


def show_front(db: Database, request: PageRequest) -> BrowsePage:
    """Show the front page."""
    tree = get_region_tree(db, request)
    counts = get_coverage_counts(db, request)
    region = tree.innermost_common()
    board = build_board(counts, tree, region, request.language("place.none"))
    entries: Sequence[FeedEntry] = ()
    if request.format == "atom":
        changes = select_latest_changes(db, request.limit)
        entries = make_change_entries(db, changes, request)
    else:
        changes = select_latest_changes(db, MOST_CHANGES)
    data = FrontPage(
        holdings=get_overview(db, request),
        region=region,
        board=board,
        changes=changes,
        lines=describe_changes(db, changes[:MOST_CHANGES], request, request.to),
        rules=get_rule_counts(db, request)[:MOST_RULES],
    )
    return BrowsePage(
        "front.html",
        request.language("site.title"),
        data,
        rows=flatten_board(board),
        entries=entries,
    )
