"""The page of a report, as it stands or stood at a moment: tables, text, findings, versions,
evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.addresses import NOWHERE
from nianbao.archive.browse.page import Ask, Crumb, NotHere, Page
from nianbao.archive.browse.queries import places, reports, versions
from nianbao.archive.read_model import reports as report_lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from nianbao.archive.browse.queries.reports import Shown
    from nianbao.archive.read_model.reports import Named

SECOND = 19  # characters of a moment that tells any two versions apart


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as a line of CSV."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: float | None
    text: str
    alignment: str


def view(db: Database, ask: Ask) -> Page:
    """Show a report, by agency and year."""
    agency, year = named(db, ask), int(ask.names["year"])
    at = moment(ask, ask.names.get("at"))
    report = report_lookup.report(db, agency, year)
    if report is None:
        raise NotHere(
            ask.language("report.none", agency=agency.name, year=str(year)),
            _years(ask, agency),
        )
    found = reports.report(db, agency, report, at)
    if found is None:
        first = Crumb(
            ask.language("report.as_it_stands"),
            ask.to.report(agency.region, agency.name, year),
        )
        raise NotHere(ask.language("report.not_yet", at=at or ""), [first])
    shown = found.shown
    return Page(
        "report.html",
        shown.title or f"{agency.name} {year}",
        found,
        rows=list(lines(shown)),
        crumbs=agency_crumbs(db, ask, agency.region, agency.name),
        cited=ask.cite.report(
            agency.region, agency.name, year, at=shown.first_seen[:SECOND] + "Z"
        ),
    )


def named(db: Database, ask: Ask) -> Named:
    """Return the agency that an address names; raise NotHere with those whose names hold it."""
    region, name = ask.names["region"], ask.names["agency"]
    agency = report_lookup.agency(db, None if region == NOWHERE else region, name)
    if agency is None:
        links = [
            Crumb(one.name, ask.to.agency(one.region, one.name))
            for one in report_lookup.holding(db, name)
        ]
        links.append(
            Crumb(ask.language("agency.look_for", name=name), ask.to.search(name))
        )
        raise NotHere(ask.language("agency.unknown", name=name), links)
    return agency


def moment(ask: Ask, text: str | None) -> str | None:
    """Return a moment (a day, minute, second or millisecond); raise BadRequest for anything
    else.
    """
    if text and not versions.is_moment(text):
        raise BadRequest(ask.language("report.no_moment", value=text))
    return text or None


def agency_crumbs(
    db: Database, ask: Ask, region: str | None, agency: str
) -> list[Crumb]:
    """Return the path to an agency: its regions, itself."""
    return [
        *region_crumbs(db, ask, region),
        Crumb(agency, ask.to.agency(region, agency)),
    ]


def region_crumbs(db: Database, ask: Ask, region: str | None) -> list[Crumb]:
    """Return the path to a region with itself; none to no region."""
    return places.crumbs(places.places(db, ask), region, ask.to) if region else []


def lines(shown: Shown) -> Iterator[Row]:
    """Yield the figures in the order of the form, with the names that it prints."""
    for table in shown.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                if figure := cell.figure:
                    place = (figure.table, figure.row, figure.column)
                    yield Row(
                        *place,
                        row.name.zh,
                        column.name.zh,
                        figure.value,
                        figure.text,
                        figure.alignment,
                    )


def _years(ask: Ask, agency: Named) -> list[Crumb]:
    of_agency = Crumb(agency.name, ask.to.agency(agency.region, agency.name))
    years = [
        Crumb(str(year), ask.to.report(agency.region, agency.name, year))
        for year in reversed(agency.years)
    ]
    return [of_agency, *years]
