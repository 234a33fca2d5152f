"""The filters of the five tables, as SQL conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class SqlCondition(NamedTuple):
    """An SQL condition with the values of its placeholders."""

    sql: str
    arguments: list[Any]


NO_CONDITION = SqlCondition("1", [])


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are selected: those that fit every filter that is not None."""

    year: int | tuple[int, ...] | None = None
    region: str | None = None  # the beginning of its name or of its division code
    agency: str | None = None  # a part of its name
    site: str | None = None  # the id of a site
    table: str | None = None  # g2021.requests, or requests for that of every form
    row: str | None = None
    column: str | None = None
    rule: str | None = None
    severity: str | None = None
    url: str | None = None
    every_version: bool = False  # of every page, not only of the preferred ones

    def place_condition(self) -> SqlCondition:
        """Return the condition on year, region, agency, site and address."""
        parts = ["1"]
        arguments: list[Any] = []
        if self.year is not None:
            years = (self.year,) if isinstance(self.year, int) else self.year
            marks = ", ".join("?" * len(years))
            parts.append(f"report_year IN ({marks})")
            arguments += years
        if self.region is not None:
            parts.append(
                "(substr(region, 1, length(?)) = ? OR substr(region_code, 1, length(?)) = ?)"
            )
            arguments += [self.region] * 4
        if self.agency is not None:
            parts.append("instr(agency, ?) > 0")
            arguments.append(self.agency)
        equal = self._equality("site", "url")
        parts.append(equal.sql)
        return SqlCondition(" AND ".join(parts), arguments + equal.arguments)

    def cell_condition(self) -> SqlCondition:
        """Return the condition on table, row and column."""
        return self._table_condition("row", "column")

    def finding_condition(self) -> SqlCondition:
        """Return the condition on table, row, column, rule and severity."""
        return self._table_condition("row", "column", "rule", "severity")

    def _table_condition(self, *columns: str) -> SqlCondition:
        equal = self._equality(*columns)
        if self.table is None:
            return equal
        table_is = """("table" = ? OR substr("table", instr("table", '.') + 1) = ?)"""
        arguments = [self.table, self.table, *equal.arguments]
        return SqlCondition(f"{table_is} AND {equal.sql}", arguments)

    def _equality(self, *columns: str) -> SqlCondition:
        """Return the condition that columns equal the filters of the same name."""
        parts = ["1"]
        arguments: list[Any] = []
        for column in columns:
            value = getattr(self, column)
            if value is not None:
                parts.append(f'"{column}" = ?')
                arguments.append(value)
        return SqlCondition(" AND ".join(parts), arguments)
