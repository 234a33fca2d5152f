"""The page of an agency: its years as a strip, its figures as small charts, breaks in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.browse.changed_lines import ChangedLine, make_changed_line
from nianbao.archive.browse.charts import Chart, draw_charts
from nianbao.archive.browse.crumbs import make_region_crumbs
from nianbao.archive.browse.page import (
    NOT_IN_JSON,
    BrowsePage,
    FeedEntry,
    PageRequest,
)
from nianbao.archive.browse.pages.report import find_requested_agency
from nianbao.archive.browse.remembered import get_figure_reader
from nianbao.archive.read_model.overviews.agency_history import (
    AgencyChange,
    AgencyFigure,
    AgencyFinding,
    AgencyHistory,
    AgencyYear,
    PrintedName,
    select_agency_figures,
    select_agency_history,
)
from nianbao.archive.read_model.overviews.unassigned import (
    UnassignedEntry,
    select_unassigned_of_agency,
)
from nianbao.archive.read_model.panel.reader import read_figures
from nianbao.archive.read_model.version_changes import (
    CHANGED_KINDS,
    find_version_change,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.addresses import Addresses


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """What the page shows."""

    name: str
    region: str | None
    site: str | None  # the site that an agency of no known region belongs to
    level: str | None
    years: tuple[AgencyYear, ...]
    unassigned: tuple[UnassignedEntry, ...]  # of a year that could not be read
    printed: tuple[PrintedName, ...]
    breaks: tuple[AgencyFinding, ...]
    changes: tuple[AgencyChange, ...]
    lines: dict[int, ChangedLine]  # what changed, by the number of the change
    charts: list[Chart] = field(metadata=NOT_IN_JSON)
    notes: dict[int, AgencyFinding] = field(metadata=NOT_IN_JSON)


def show_agency(db: Database, request: PageRequest) -> BrowsePage:
    """Show an agency over the years."""
    agency = find_requested_agency(db, request)
    history = select_agency_history(db, agency)
    rows: list[AgencyFigure] = []
    if request.format == "csv":
        rows = select_agency_figures(db, agency, request.limit + 1, request.offset)
    unassigned = select_unassigned_of_agency(
        db, get_figure_reader(db, request), agency.id
    )
    to = request.cite if request.format == "atom" else request.to
    lines = _describe_changes(db, request, history, to)
    entries = []
    for change in history.changes:
        line = lines.get(change.id)
        entries.append(_make_entry(request, history, change, line))
    return BrowsePage(
        "agency.html",
        agency.name,
        _make_data(history, tuple(unassigned), lines),
        rows=rows[: request.limit],
        entries=entries,
        crumbs=make_region_crumbs(db, request, agency.region),
        more=len(rows) > request.limit,
    )


def _make_data(
    history: AgencyHistory,
    unassigned: tuple[UnassignedEntry, ...],
    lines: dict[int, ChangedLine],
) -> AgencyPage:
    broken: dict[int, list[str]] = {}
    for finding in history.breaks:
        broken.setdefault(finding.report_year, []).append(finding.rule)
    years = []
    measures = {}
    for one in history.years:
        years.append(one.report_year)
        figures = history.figures.get(one.report_year, ())
        measures[one.report_year] = read_figures(one.form, figures)
    return AgencyPage(
        name=history.name,
        region=history.region,
        site=history.site,
        level=history.level,
        years=history.years,
        unassigned=unassigned,
        printed=history.printed_names,
        breaks=history.breaks,
        changes=history.changes,
        lines=lines,
        charts=draw_charts(measures, years, broken),
        notes=history.notes,
    )


def _describe_changes(
    db: Database, request: PageRequest, history: AgencyHistory, to: Addresses
) -> dict[int, ChangedLine]:
    """Return what changed for each change of content, by the number of the change."""
    lines = {}
    for change in history.changes:
        if change.kind not in CHANGED_KINDS:
            continue
        difference = find_version_change(db, change.url, change.version)
        if difference is not None:
            lines[change.id] = make_changed_line(difference, request.language, to)
    return lines


def _make_entry(
    request: PageRequest,
    agency: AgencyHistory,
    change: AgencyChange,
    line: ChangedLine | None,
) -> FeedEntry:
    kind = request.language.word("kind", change.kind)
    year = change.report_year
    summary = change.url
    if line is not None:
        address = line.address
        summary = f"{line.words} · {change.url}"
    elif year is None:
        address = request.cite.document(change.url)
    else:
        address = request.cite.report(
            agency.region, agency.name, year, site=agency.site
        )
    return FeedEntry(
        id=f"{request.cite.front()}#change-{change.id}",
        title=f"{kind}: {change.title or change.url}",
        address=address,
        updated=change.occurred_at,
        summary=summary,
    )
