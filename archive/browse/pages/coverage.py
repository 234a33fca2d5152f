"""The coverage of the whole country: region × year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_coverage_counts, get_region_tree
from nianbao.archive.read_model.overviews.coverage import (
    CoverageBoard,
    build_board,
    flatten_board,
)

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What the page shows."""

    board: CoverageBoard


def show_coverage(db: Database, request: PageRequest) -> BrowsePage:
    """Show the board of all regions at the top."""
    counts = get_coverage_counts(db, request)
    tree = get_region_tree(db, request)
    board = build_board(counts, tree, None, request.language("place.none"))
    return BrowsePage(
        "coverage.html",
        request.language("coverage.title"),
        CoveragePage(board),
        rows=flatten_board(board),
    )
