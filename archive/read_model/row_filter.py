"""The filters of the tables, as SQL conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.errors import UnknownName
from nianbao.archive.finding_texts import describe_rule, load_finding_rules
from nianbao.archive.read_model.agencies import find_similar_agencies
from nianbao.archive.read_model.findings import SEVERITIES
from nianbao.archive.read_model.regions import match_regions
from nianbao.archive.read_model.version_changes import strip_enumerator
from nianbao.archive.region_names import find_nearest
from nianbao.archive.table_layout import find_titled_tables, load_titles

if TYPE_CHECKING:
    from sqlite_utils import Database


class SqlCondition(NamedTuple):
    """An SQL condition with the values of its placeholders."""

    sql: str
    arguments: list[Any]


NO_CONDITION = SqlCondition("1", [])


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are selected: those that fit every filter that is not None.

    What a person names is made into what the archive calls it by :func:`resolve_filter`.
    """

    year: int | tuple[int, ...] | None = None
    # its name or the beginning of it, with or without what is around it, or that of its code
    region: str | tuple[str, ...] | None = None
    agency: str | None = None  # a part of its name
    site: str | None = None  # the id of a site
    # g2021.requests, or requests for that of every form, or the printed title
    table: str | tuple[str, ...] | None = None
    row: str | tuple[str, ...] | None = None  # an id, or a label as a form prints it
    column: str | tuple[str, ...] | None = None
    rule: str | tuple[str, ...] | None = None  # an id, or what it is called
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
            parts.append("region IN (SELECT value FROM json_each(?))")
            arguments.append(json.dumps(_list_names(self.region)))
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
        names = json.dumps(_list_names(self.table))
        bare_name = """substr("table", instr("table", '.') + 1)"""
        among = "IN (SELECT value FROM json_each(?))"
        table_is = f"""("table" {among} OR {bare_name} {among})"""
        arguments = [names, names, *equal.arguments]
        return SqlCondition(f"{table_is} AND {equal.sql}", arguments)

    def _equality(self, *columns: str) -> SqlCondition:
        """Return the condition that columns equal the filters of the same name."""
        parts = ["1"]
        arguments: list[Any] = []
        for column in columns:
            value = getattr(self, column)
            if value is not None:
                marks = ", ".join("?" * len(_list_names(value)))
                parts.append(f'"{column}" IN ({marks})')
                arguments += _list_names(value)
        return SqlCondition(" AND ".join(parts), arguments)


def _list_names(value: str | tuple[str, ...]) -> list[str]:
    if isinstance(value, str):
        return [value]
    return list(value)


# --- what a person names ----------------------------------------------------------------

NOTES = re.compile(r"[（(][^（()）]*[）)]")
MARKS = re.compile(r"[\s、，,。.：:；;“”]+")
_HAS_AGENCY = "SELECT 1 FROM agencies WHERE instr(name, ?) > 0 LIMIT 1"
_TABLES = """SELECT DISTINCT "table" FROM form_cells"""
_LABELS = 'SELECT DISTINCT "{0}", {0}_label FROM form_cells'
_SITES = "SELECT id FROM sites"
_RULES = "SELECT DISTINCT rule FROM findings"


def resolve_filter(db: Database, row_filter: RowFilter) -> RowFilter:
    """Return a filter with the names by which the archive calls what a person named.

    A printed label stands for all rows or columns that bear it; one of a column, given for a
    row, for the column. Raises UnknownName with the nearest names for what the archive has not.
    """
    resolved = replace(
        row_filter,
        region=_resolve(row_filter.region, lambda text: match_regions(db, text)),
        table=_resolve(row_filter.table, lambda text: _find_tables(db, text)),
        column=_resolve(row_filter.column, lambda text: _find_ids(db, "column", text)),
        rule=_resolve(row_filter.rule, lambda text: _find_rules(db, text)),
    )
    _require_agency(db, row_filter.agency)
    if row_filter.site is not None:
        _require_one_of("site", row_filter.site, _select_names(db, _SITES))
    if row_filter.severity is not None:
        _require_one_of("severity", row_filter.severity, SEVERITIES)
    return _resolve_row(db, resolved)


def _resolve(
    value: str | tuple[str, ...] | None, find: Callable[[str], Iterable[str]]
) -> tuple[str, ...] | None:
    """Return what a name stands for; what was found before stays as it is."""
    if value is None or isinstance(value, tuple):
        return value
    return tuple(find(value))


def _resolve_row(db: Database, row_filter: RowFilter) -> RowFilter:
    try:
        rows = _resolve(row_filter.row, lambda text: _find_ids(db, "row", text))
    except UnknownName:
        if row_filter.column is not None or not isinstance(row_filter.row, str):
            raise
        columns = _match_labels(db, "column", row_filter.row)
        if not columns:
            raise
        return replace(row_filter, row=None, column=tuple(columns))
    return replace(row_filter, row=rows)


def _find_tables(db: Database, text: str) -> list[str]:
    names = _select_names(db, _TABLES)
    for name in list(names):
        _, _, bare_name = name.partition(".")
        names.append(bare_name)
    tables = [table for table in find_titled_tables(text) if table in names]
    if tables:
        return tables
    _require_one_of("table", text, names, load_titles().values())
    return [text]


def _find_ids(db: Database, kind: str, text: str) -> list[str]:
    """Return the ids of the rows or columns of an id or a printed label."""
    ids = _match_labels(db, kind, text)
    if ids:
        return ids
    names: dict[str, None] = {}
    query = _LABELS.format(kind)
    for key, label in db.execute(query).fetchall():
        names[key] = None
        bare_label = strip_enumerator(label)
        names[bare_label] = None
    nearest = find_nearest(text, names)
    raise UnknownName(kind, text, nearest)


def _match_labels(db: Database, kind: str, text: str) -> list[str]:
    pairs = db.execute(_LABELS.format(kind)).fetchall()
    core = reduce_label(text)
    ids = []
    labelled_ids = []
    for key, label in pairs:
        if key == text:
            ids.append(key)
        if core and reduce_label(label) == core:
            labelled_ids.append(key)
    unique = dict.fromkeys(ids or labelled_ids)
    return list(unique)


def reduce_label(label: str) -> str:
    """Return a printed label without number, notes and punctuation.

    >>> reduce_label("（二）部分公开（区分处理的，只计这一情形，不计其他情形）")
    '部分公开'
    """
    bare_label = strip_enumerator(label)
    return MARKS.sub("", NOTES.sub("", bare_label) or bare_label)


def _find_rules(db: Database, text: str) -> list[str]:
    rules = list(load_finding_rules())
    rules += _select_names(db, _RULES)
    if text in rules:
        return [text]
    titles = {}
    for rule in rules:
        for language in ("zh", "en"):
            description = describe_rule(rule, language)
            if description is not None:
                titles[description.title] = rule
    _require_one_of("rule", text, titles, rules)
    return [titles[text]]


def _require_agency(db: Database, text: str | None) -> None:
    if text is None or db.execute(_HAS_AGENCY, [text]).fetchone() is not None:
        return
    names: dict[str, None] = {}
    for agency in find_similar_agencies(db, text):
        names[agency.name] = None
    raise UnknownName("agency", text, list(names))


def _require_one_of(
    kind: str, text: str, names: Iterable[str], others: Iterable[str] = ()
) -> None:
    all_names = list(names)
    if text in all_names:
        return
    all_names += others
    nearest = find_nearest(text, all_names)
    raise UnknownName(kind, text, nearest)


def _select_names(db: Database, query: str) -> list[str]:
    return [name for (name,) in db.execute(query).fetchall()]
