"""The archive as tables for people and programs: what a row of each holds. No row id is in them.

`archive/export/dictionary.yaml` says what each column means;
:mod:`nianbao.archive.read_model.rows` finds the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Agency:
    """A body that issues reports."""

    agency: str
    region: str | None
    region_code: str | None
    level: str | None
    reports: int
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """A year's report of an agency, as the page says it that stands for it."""

    agency: str
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int
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


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a page, and what it says."""

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


@dataclass(frozen=True, slots=True)
class Figure:
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
class Finding:
    """Something that stands to be looked at: what and where."""

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


def names(kind: type) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    return tuple(field.name for field in fields(kind))


def types(kind: type) -> dict[str, type]:
    """Return the type of each column: str, int, float or bool; and of those that may be None
    the same.
    """
    hints = get_type_hints(kind)
    return {
        name: next(
            one for one in (str, int, bool, float) if hints[name] in (one, one | None)
        )
        for name in hints
    }


def required(kind: type) -> frozenset[str]:
    """Return the columns that always hold a value."""
    return frozenset(
        name
        for name, hint in get_type_hints(kind).items()
        if hint in (str, int, float, bool)
    )


TABLES: dict[str, type] = {
    "reports": Report,
    "figures": Figure,
    "findings": Finding,
    "agencies": Agency,
    "versions": Version,
}
