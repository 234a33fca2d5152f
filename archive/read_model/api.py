"""What an open archive can be asked for: its tables, as records and as data frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from nianbao.archive.addresses import canonicalize
from nianbao.archive.read_model import frames, row_queries
from nianbao.archive.read_model.panel.query import select_panel
from nianbao.archive.read_model.roster.roster import select_roster
from nianbao.archive.read_model.row_filter import RowFilter, resolve_filter
from nianbao.archive.read_model.rows import (
    TABLES,
    AgencyRow,
    FigureRow,
    FindingRow,
    ReportRow,
    RosterRow,
    VersionRow,
    table_record,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.panel.record import PanelReport
    from nianbao.archive.records import Section

Years = int | tuple[int, ...] | None


class ArchiveTables:
    """The tables of an archive. Rows come one by one; a filter that is None filters nothing.

    `year` is a year or a tuple of years, `region` a region's name, its beginning, or that of its
    division code (浙江, 杭州市, 3301), `agency` a part of its name, `site` the id of a site,
    `table` a statutory table with or without its form (`g2021.requests`, or `requests` for that
    of every form), `row` and `column` ids of `forms.yaml` or labels as a form prints them.
    What the archive has not raises UnknownName, which names the nearest that it has.
    """

    db: Database

    def agencies(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
    ) -> Iterator[AgencyRow]:
        """Yield the bodies that issue reports; with a year, those that have one of it."""
        row_filter = self._filter(year, region, agency)
        for row in row_queries.select_agencies(self.db, row_filter):
            yield AgencyRow(*row)

    def reports(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
    ) -> Iterator[ReportRow]:
        """Yield the reports: one for each agency and year."""
        row_filter = self._filter(year, region, agency, site)
        for row in row_queries.select_reports(self.db, row_filter):
            yield ReportRow(*row)

    def panel(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
    ) -> Iterator[PanelReport]:
        """Yield the reports with their measures, whatever form they are on.

        A measure is a number or None: its form does not print it, or the cell has no sure value.
        """
        row_filter = self._filter(year, region, agency, site)
        record = table_record("panel")
        for row in select_panel(self.db, row_filter):
            yield record(*row)

    def versions(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
        url: str | None = None,
    ) -> Iterator[VersionRow]:
        """Yield the versions of all pages, or of the page at an address, with their text."""
        address = canonicalize(url) if url else None
        row_filter = self._filter(year, region, agency, site, url=address)
        for row in row_queries.select_versions(self.db, row_filter):
            yield VersionRow(*row)

    def sections(self, url: str, version: int) -> tuple[Section, ...]:
        """Return the sections of a version.

        `key` is the id that `forms.yaml` gives a section, None for a local one.
        """
        return row_queries.select_sections(self.db, canonicalize(url), version)

    def figures(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
        table: str | None = None,
        row: str | None = None,
        column: str | None = None,
        every_version: bool = False,
    ) -> Iterator[FigureRow]:
        """Yield the cells of the statutory tables, of the preferred version of each report.

        With `every_version`, of every version of every page.
        """
        row_filter = self._filter(
            year,
            region,
            agency,
            site,
            table=table,
            row=row,
            column=column,
            every_version=every_version,
        )
        for values in row_queries.select_figures(self.db, row_filter):
            yield FigureRow(*values)

    def findings(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
        rule: str | None = None,
        severity: str | None = None,
    ) -> Iterator[FindingRow]:
        """Yield the findings that stand."""
        row_filter = self._filter(
            year, region, agency, site, rule=rule, severity=severity
        )
        for row in row_queries.select_findings(self.db, row_filter):
            yield FindingRow(*row)

    def roster(
        self, *, year: Years = None, region: str | None = None
    ) -> Iterator[RosterRow]:
        """Yield who must publish, year by year, and whether the report is there.

        `region` may be one that the archive has nothing of; without one, the regions that it has.
        """
        years = (year,) if isinstance(year, int) else year
        yield from select_roster(self.db, region, years)

    def _filter(self, *values: Any, **named_values: Any) -> RowFilter:
        """Return a filter with the names by which the archive calls what was named."""
        return resolve_filter(self.db, RowFilter(*values, **named_values))

    def frame(
        self, name: str, library: Literal["pandas", "polars"] = "pandas", **filters: Any
    ) -> Any:
        """Return a table as a data frame: `archive.frame("figures", table="requests")`.

        Raises ValueError for an unknown table, TypeError for a filter that the table has not,
        and FramesMissing, which says what to install.
        """
        if name not in TABLES:
            raise ValueError(f"no table {name}; there are {', '.join(TABLES)}")
        rows = getattr(self, name)(**filters)
        return frames.build_frame(library, table_record(name), rows)
