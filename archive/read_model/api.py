"""What can be asked of an archive that is open, to read or to write: its tables, as records and
as data frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from nianbao.archive.addresses import canonical
from nianbao.archive.read_model import frames, tables
from nianbao.archive.read_model import rows as model_rows
from nianbao.archive.read_model.rows import Only
from nianbao.archive.records import Section

if TYPE_CHECKING:
    from sqlite_utils import Database

Years = int | tuple[int, ...] | None


class Contents:
    """The tables of an archive. Rows come one by one; what an argument leaves out is not asked for.

    `year` is a year or a tuple of years, `region` the beginning of a region's name or division
    code, `agency` a part of its name, `site` the id of a site, `table` a statutory table with
    or without its form (`g2021.requests`, or `requests` for that of every form), `row` and
    `column` ids of `forms.yaml`.
    """

    db: Database

    def agencies(
        self, *, region: str | None = None, agency: str | None = None
    ) -> Iterator[tables.Agency]:
        """Yield the bodies that issue reports."""
        only = Only(region=region, agency=agency)
        return (tables.Agency(*row) for row in model_rows.agencies(self.db, only))

    def reports(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
    ) -> Iterator[tables.Report]:
        """Yield the reports: one for each agency and year."""
        only = Only(year, region, agency, site)
        return (tables.Report(*row) for row in model_rows.reports(self.db, only))

    def versions(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
        url: str | None = None,
    ) -> Iterator[tables.Version]:
        """Yield the versions of all pages, or of the one at an address, with their text."""
        only = Only(year, region, agency, site, url=canonical(url) if url else None)
        return (tables.Version(*row) for row in model_rows.versions(self.db, only))

    def sections(self, url: str, version: int) -> tuple[Section, ...]:
        """Return the sections of a version; `key` is the id that `forms.yaml` gives them, None
        for a local one.
        """
        return model_rows.sections(self.db, canonical(url), version)

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
    ) -> Iterator[tables.Figure]:
        """Yield the cells of the statutory tables, of the version that stands for each report,
        or of every one.
        """
        only = Only(
            year,
            region,
            agency,
            site,
            table=table,
            row=row,
            column=column,
            every_version=every_version,
        )
        return (tables.Figure(*one) for one in model_rows.figures(self.db, only))

    def findings(
        self,
        *,
        year: Years = None,
        region: str | None = None,
        agency: str | None = None,
        site: str | None = None,
        rule: str | None = None,
        severity: str | None = None,
    ) -> Iterator[tables.Finding]:
        """Yield the findings that stand."""
        only = Only(year, region, agency, site, rule=rule, severity=severity)
        return (tables.Finding(*row) for row in model_rows.findings(self.db, only))

    def frame(
        self, name: str, library: Literal["pandas", "polars"] = "pandas", **filters: Any
    ) -> Any:
        """Return a table as a data frame: `archive.frame("figures", year=2021, table="requests")`.

        Raises ValueError for a table that there is not, TypeError for a filter that it has not, and
        FramesMissing, which says what to install.
        """
        if name not in tables.TABLES:
            raise ValueError(f"no table {name}; there are {', '.join(tables.TABLES)}")
        rows = getattr(self, name)(**filters)
        return frames.frame(library, tables.TABLES[name], rows)
