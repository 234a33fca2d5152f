"""The coverage of the whole country, or of a region: region × year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, Crumb, PageNotFound, PageRequest
from nianbao.archive.browse.remembered import get_coverage_counts, get_region_tree
from nianbao.archive.read_model.overviews.coverage import (
    CoverageBoard,
    build_board,
    flatten_board,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_SIMILAR = 10  # regions that are named where there is none


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What the page shows."""

    board: CoverageBoard


def find_asked_region(db: Database, request: PageRequest) -> str | None:
    """Return the name of the region that is asked for; raise PageNotFound where it is none."""
    text = request.get_text("region")
    if not text:
        return None
    tree = get_region_tree(db, request)
    region = tree.find(text)
    if region is not None:
        return region.name
    links = []
    for node in tree.find_similar(text)[:MOST_SIMILAR]:
        address = request.to.coverage(node.name)
        links.append(Crumb(node.name, address))
    raise PageNotFound(request.language("region.none", name=text), links)


def show_coverage(db: Database, request: PageRequest) -> BrowsePage:
    """Show the board of all regions at the top, or of those in the region that is asked for."""
    region = find_asked_region(db, request)
    counts = get_coverage_counts(db, request)
    tree = get_region_tree(db, request)
    board = build_board(counts, tree, region, request.language("place.none"))
    title = request.language("coverage.title")
    if region is not None:
        title = request.language("coverage.of", region=region)
    return BrowsePage(
        "coverage.html",
        title,
        CoveragePage(board),
        rows=flatten_board(board),
    )
