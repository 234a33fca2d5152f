"""The front page: what the archive holds, how far it covers the country, what changed last,
where to begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import feeds
from nianbao.archive.browse.page import Ask, Page
from nianbao.archive.browse.queries import changes, coverage, places, rules, whole

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.changes import Changed
    from nianbao.archive.browse.queries.coverage import Board
    from nianbao.archive.browse.queries.rules import Rule
    from nianbao.archive.browse.queries.whole import Holdings

LATEST = 12  # changes
RULES = 10


@dataclass(frozen=True, slots=True)
class Front:
    """What the front page shows."""

    holdings: Holdings
    region: str | None  # what the board is of; None for the country
    board: Board
    changes: list[Changed]
    rules: list[Rule]


def view(db: Database, ask: Ask) -> Page:
    """Show the front page."""
    known = places.places(db, ask)
    region = coverage.fullest(known)
    board = coverage.board(
        coverage.counts(db, ask), known, region, ask.language("place.none")
    )
    latest = changes.latest(db, ask.limit if ask.format == "atom" else LATEST)
    data = Front(
        whole.held(db, ask), region, board, latest, rules.rules(db, ask)[:RULES]
    )
    return Page(
        "front.html",
        ask.language("site.title"),
        data,
        rows=coverage.lines(board),
        entries=feeds.of_changes(latest, ask) if ask.format == "atom" else (),
    )
