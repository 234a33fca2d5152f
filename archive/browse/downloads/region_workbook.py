"""The Excel workbook of a region, or of a year there: made while somebody waits, so it is small."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from nianbao.archive.browse.formats import CONTENT_TYPES
from nianbao.archive.browse.page import Crumb, PageNotFound, PageRequest, RawAnswer
from nianbao.archive.export.tables import select_rows
from nianbao.archive.export.workbook import NAMES, write_workbook
from nianbao.archive.read_model.row_filter import RowFilter, resolve_filter
from nianbao.archive.read_model.row_queries import select_carriers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

MOST_REPORTS = 1_000  # a second of the processor
MOST_WITH_FIGURES = 50  # with their long figures, as long
FIGURES = "figures"


def send_region_workbook(
    db: Database,
    request: PageRequest,
    region: str,
    year: int | None,
    years: Sequence[int],
) -> RawAnswer:
    """Return the workbook of the reports in a region.

    Raises PageNotFound, with links to a year each, where there are too many.
    """
    only = resolve_filter(db, RowFilter(year=year, region=region))
    reports = sum(1 for _ in select_carriers(db, only))
    if reports > MOST_REPORTS:
        links = [
            Crumb(str(one), request.to.page(request.path, ".xlsx", year=one))
            for one in years
            if year is None
        ]
        raise PageNotFound(_explain_size(request, reports), links)
    names = [name for name in NAMES if name != FIGURES or reports <= MOST_WITH_FIGURES]
    # All is read before it is written: the time limit of queries is for the reading alone.
    rows = {}
    for name in names:
        table_rows = list(select_rows(db, name, only, _ignore_progress))
        rows[name] = iter(table_rows)
    with TemporaryDirectory(prefix="nianbao-workbook-") as folder:
        path = Path(folder) / "region.xlsx"
        write_workbook(path, rows)
        body = path.read_bytes()
    file_name = region if year is None else f"{region}{year}"
    name = f"nianbao.xlsx; filename*=UTF-8''{quote(file_name)}.xlsx"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return RawAnswer(body, CONTENT_TYPES["xlsx"], headers)


def _explain_size(request: PageRequest, reports: int) -> str:
    return request.language("region.workbook_large", n=reports, most=MOST_REPORTS)


def _ignore_progress(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""
