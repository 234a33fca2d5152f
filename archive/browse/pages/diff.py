"""Two versions of a report side by side: fields, figures, text, and who changed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.browse.compared_versions import make_page_crumb, select_pair
from nianbao.archive.browse.crumbs import make_report_crumbs
from nianbao.archive.browse.drawn_tables import DrawnTable
from nianbao.archive.browse.page import NOT_IN_JSON, BrowsePage, PageRequest
from nianbao.archive.browse.shown_version import SECOND
from nianbao.archive.browse.table_drawer import draw_tables
from nianbao.archive.browse.text_differences import DiffHunk, compare_texts
from nianbao.archive.derived import figures
from nianbao.archive.read_model.documents import FieldDifference, compare_fields
from nianbao.archive.read_model.timeline import Cause, find_cause

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.compared_versions import PlacedVersion
    from nianbao.archive.derived.figures import FigureDifference


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One of the two versions; `url` and `at` name it in addresses."""

    url: str
    number: int
    at: str
    first_seen: str
    last_seen: str
    title: str | None
    reader_version: str
    payload_sha256: str


class ComparedFigure(NamedTuple):
    """A figure that differs as a line of CSV, with both versions."""

    table: str
    row: str
    column: str
    before: str | None
    after: str | None
    from_url: str
    from_version: int
    from_payload_sha256: str
    url: str
    version: int
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """What differs between the versions; `tables` draw the figures of both."""

    url: str  # of the old version
    site_name: str
    old: DiffSide
    new: DiffSide
    # all versions of the report on the page; the two that are compared where they are of two pages
    sides: tuple[DiffSide, ...]
    cause: Cause
    equals: int | None  # the first version of the page that the new one takes back to
    fields: tuple[FieldDifference, ...]
    cells: tuple[FigureDifference, ...]
    text: tuple[DiffHunk, ...]
    tables: list[DrawnTable] = field(metadata=NOT_IN_JSON)


def show_diff(db: Database, request: PageRequest) -> BrowsePage:
    """Show two versions of a report, each named by a moment; by default the last two.

    They are of one page (`url`) or of two (`url` and `to_url`) that showed the report.
    """
    old, new = select_pair(db, request)
    data = _make_data(db, old, new)
    crumbs = make_report_crumbs(db, request, new.name)
    if not new.name.is_assigned:
        crumbs.append(make_page_crumb(request, new.reports))
    lines = [_make_line(cell, old, new) for cell in data.cells]
    target_url = None
    if old.url != new.url:
        target_url = new.url
    return BrowsePage(
        "diff.html",
        request.language("diff.title", title=new.version.title or new.url),
        data,
        rows=lines,
        crumbs=crumbs,
        cited=request.cite.diff(
            old.url, _name_moment(old), _name_moment(new), target_url
        ),
    )


def _make_line(
    cell: FigureDifference, old: PlacedVersion, new: PlacedVersion
) -> ComparedFigure:
    return ComparedFigure(
        *cell,
        from_url=old.url,
        from_version=old.version.number,
        from_payload_sha256=old.version.payload_sha256,
        url=new.url,
        version=new.version.number,
        payload_sha256=new.version.payload_sha256,
    )


def _name_moment(placed: PlacedVersion) -> str:
    return f"{placed.version.first_seen[:SECOND]}Z"


def _make_data(db: Database, old: PlacedVersion, new: PlacedVersion) -> DiffPage:
    old_version, new_version = old.version, new.version
    all_figures = old_version.figures + new_version.figures
    table_ids = {figure.table for figure in all_figures}
    cell_names = figures.list_cell_names(db, table_ids)
    equal = new.reports.find_equal(new_version)
    cells = figures.compare_figures(old_version.figures, new_version.figures)
    return DiffPage(
        url=old.url,
        site_name=old.reports.document.site_name,
        old=_make_side(old),
        new=_make_side(new),
        sides=_list_sides(old, new),
        cause=find_cause(db, old_version, new_version),
        equals=equal.number if equal else None,
        fields=tuple(compare_fields(old_version, new_version)),
        cells=tuple(cells),
        text=tuple(compare_texts(old_version.text, new_version.text)),
        tables=draw_tables(new_version.figures, cell_names, before=old_version.figures),
    )


def _list_sides(old: PlacedVersion, new: PlacedVersion) -> tuple[DiffSide, ...]:
    if old.url != new.url:
        return (_make_side(old), _make_side(new))
    sides = []
    for version in new.reports.list_versions(new.name):
        sides.append(_make_side(new._replace(version=version)))
    return tuple(sides)


def _make_side(placed: PlacedVersion) -> DiffSide:
    version = placed.version
    return DiffSide(
        url=placed.url,
        number=version.number,
        at=placed.moment,
        first_seen=version.first_seen,
        last_seen=version.last_seen,
        title=version.title,
        reader_version=version.reader_version,
        payload_sha256=version.payload_sha256,
    )
