"""Coverage of the whole country: region × year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Page
from nianbao.archive.browse.queries import coverage, places

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.coverage import Board


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the page shows."""

    board: Board


def view(db: Database, ask: Ask) -> Page:
    """Show the board of all regions at the top."""
    board = coverage.board(
        coverage.counts(db, ask),
        places.places(db, ask),
        None,
        ask.language("place.none"),
    )
    return Page(
        "coverage.html",
        ask.language("coverage.title"),
        Coverage(board),
        rows=coverage.lines(board),
    )
