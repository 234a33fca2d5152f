"""A region: the places in it, its agencies with their years, and how they compare in one year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import feeds
from nianbao.archive.browse.addresses import NOWHERE
from nianbao.archive.browse.page import Ask, Crumb, Elsewhere, NotHere, Page
from nianbao.archive.browse.queries import changes, coverage, places, region

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.coverage import Board
    from nianbao.archive.browse.queries.places import Place, Places
    from nianbao.archive.browse.queries.region import Standing, Strip

STRIPS = 100  # agencies on a page
RANKED = 100
ORDERS = ("received", "granted", "late", "missing")


@dataclass(frozen=True, slots=True)
class Region:
    """What the page shows."""

    name: str
    code: str | None
    agencies: int  # of the region itself
    board: Board  # of the places in it
    years: tuple[int, ...]
    strips: list[Strip]
    year: int | None  # that is compared
    order: str
    places: list[Standing]
    bodies: list[Standing]


def view(db: Database, ask: Ask) -> Page:
    """Show a region by its name; a code leads to the name."""
    known = places.places(db, ask)
    place = _place(known, ask)
    counted = coverage.counts(db, ask)
    board = coverage.board(counted, known, place.name, "")
    year = ask.number("year") or (board.years[0] if board.years else None)
    if ask.format in ("csv", "atom"):
        return _download(db, ask, known, place)
    found = region.reports(db, ask, known.ids(place.name), year) if year else []
    order = ask.text("by") if ask.text("by") in ORDERS else ORDERS[0]
    own = place.id is not None or place.name == NOWHERE
    strips = (
        region.strips(db, place.id, board.years, STRIPS + 1, (ask.page - 1) * STRIPS)
        if own
        else []
    )
    lacking = region.missing(db, place.id, year) if own and year else []
    bodies = region.agency_standings(
        found, lacking, None if place.name == NOWHERE else place.name
    )
    data = Region(
        name=place.name,
        code=place.code,
        agencies=counted.own.get(place.id, 0) if own else 0,
        board=board,
        years=board.years,
        strips=strips[:STRIPS],
        year=year,
        order=order,
        places=_ranked(
            region.standings(found, _missing(board, year), known, place.name), order
        ),
        bodies=_ranked(bodies, order),
    )
    title = ask.language("place.none") if place.name == NOWHERE else place.name
    return Page(
        "region.html",
        title,
        data,
        crumbs=_crumbs(known, place, ask),
        more=len(strips) > STRIPS,
    )


def _place(known: Places, ask: Ask) -> Place:
    name = ask.names["region"]
    place = known.find(name)
    if place is None:
        alike = [
            Crumb(one.name, ask.to.region(one.name)) for one in known.like(name)[:10]
        ]
        raise NotHere(ask.language("region.none", name=name), alike)
    if place.name != name:
        raise Elsewhere(ask.to.region(place.name))
    return place


def _crumbs(known: Places, place: Place, ask: Ask) -> list[Crumb]:
    return [
        Crumb(ask.language("nav.coverage"), ask.to.coverage()),
        *places.crumbs(known, place.above, ask.to),
    ]


def _download(db: Database, ask: Ask, known: Places, place: Place) -> Page:
    """Return the table of all reports in the region, or the feed of its latest changes."""
    ids = known.ids(place.name)
    if ask.format == "csv":
        found = region.reports(
            db, ask, ids, ask.number("year"), ask.limit + 1, ask.offset
        )
        return Page(
            "region.html",
            place.name,
            None,
            rows=found[: ask.limit],
            more=len(found) > ask.limit,
        )
    latest = changes.of_agencies(db, region.agencies(db, ids), ask.limit)
    return Page("region.html", place.name, None, entries=feeds.of_changes(latest, ask))


def _missing(board: Board, year: int | None) -> dict[str | None, int]:
    return {
        row.name: cell.count.missing
        for row in board.rows
        for cell in row.cells
        if cell.year == year
    }


def _ranked(found: list[Standing], order: str) -> list[Standing]:
    """Return the first of a ranking; what is not known comes last."""

    def key(one: Standing) -> tuple[bool, float, str]:
        value = (
            getattr(one, order)
            if order in ("late", "missing")
            else getattr(one.main, order)
        )
        return value is None, -(value or 0), one.short

    return sorted(found, key=key)[:RANKED]
