"""The records of the tables that programs and exports are given. They hold no row id.

`archive/export/dictionary.yaml` says what each column means;
:mod:`nianbao.archive.read_model.row_queries` selects the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from nianbao.archive.read_model.panel.record import load_panel_record

RowValues = tuple[Any, ...]  # the values of a record, in the order of its columns
COLUMN_TYPES: tuple[type, ...] = (str, int, bool, float)


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A body that issues reports."""

    agency: str
    region: str | None
    region_code: str | None
    level: str | None
    site: str | None
    reports: int
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The report of an agency for a year, as its preferred page gives it.

    Where it could not be read whose report it is, or of which year, that is None.
    """

    agency: str | None
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int | None
    title: str | None
    form: str | None
    published_on: str | None
    published_basis: str | None
    signed_on: str | None
    state: str
    site: str
    url: str
    version: int
    pages: int
    versions: int
    first_seen: str
    last_seen: str
    content_sha256: str
    payload_sha256: str
    reader_version: str
    compiled_by: str | None
    township_code: str | None
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a page, with its reading and its text."""

    site: str
    url: str
    version: int
    current: bool
    state: str
    title: str | None
    agency: str | None
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int | None
    form: str | None
    published_on: str | None
    published_basis: str | None
    signed_on: str | None
    official: bool | None
    first_seen: str
    last_seen: str
    content_sha256: str
    payload_sha256: str
    reader_version: str
    text: str
    compiled_by: str | None
    township_code: str | None
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A cell of a statutory table in one version of a page."""

    agency: str | None
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int | None
    form: str | None
    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: float | None
    text: str | None
    status: str
    site: str
    url: str
    version: int
    content_sha256: str
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding that stands: what does not add up, and where."""

    site: str
    url: str | None
    version: int | None
    agency: str | None
    region: str | None
    region_code: str | None
    report_year: int | None
    rule: str
    severity: str
    message: str
    table: str | None
    row: str | None
    column: str | None
    expected: str | None
    found: str | None
    message_zh: str
    parameters: str | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A body that must publish in a year, and whether its report is there."""

    agency: str
    region: str | None
    region_code: str | None
    level: str | None
    township_code: str | None
    report_year: int
    state: str
    obstacle: str | None
    due_on: str
    read_whole_on: str | None
    first_year: int | None
    last_year: int | None
    reports: int
    siblings: int
    siblings_with_report: int
    unassigned_on_sites: int
    sites: str | None
    source: str
    url: str | None


_RECORDS: dict[str, type] = {
    "reports": ReportRow,
    "figures": FigureRow,
    "findings": FindingRow,
    "agencies": AgencyRow,
    "roster": RosterRow,
    "versions": VersionRow,
}
TABLES = ("reports", "panel", "figures", "findings", "agencies", "roster", "versions")


def table_record(name: str) -> type:
    """Return the record class of a table. Raises KeyError for an unknown one."""
    if name == "panel":
        return load_panel_record()
    return _RECORDS[name]


def column_names(record: type) -> tuple[str, ...]:
    """Return the names of the columns of a record class."""
    return tuple(field.name for field in fields(record))


def column_types(record: type) -> dict[str, type]:
    """Return the type of each column: str, int, float or bool, also where None is allowed."""
    types = {}
    for name, hint in get_type_hints(record).items():
        types[name] = _column_type(hint)
    return types


def _column_type(hint: Any) -> type:
    for column_type in COLUMN_TYPES:
        if hint in (column_type, column_type | None):
            return column_type
    raise TypeError(f"no column can have the type {hint}")


def required_columns(record: type) -> frozenset[str]:
    """Return the columns that always hold a value."""
    hints = get_type_hints(record)
    return frozenset(name for name in hints if hints[name] in COLUMN_TYPES)
