"""The forms: the statistical tables of each generation, as forms.yaml describes them.

The generation of a report is decided from its tables and never from its year: a 2023 report
printed on the 2019 tables, and a 2022 report that cites the 2019 notice above the 2021 tables,
were both seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML

from nianbao.pipelines.reader.payload.normal_form import (
    extract_core,
    remove_enumerator,
    squeeze,
)
from nianbao.pipelines.reader.rules import load_rules

CellKey: TypeAlias = tuple[str, str]  # row (or group) and column of a table
FormsEntry: TypeAlias = Mapping[str, Any]  # an entry of forms.yaml

UNKNOWN = "unknown"  # the generation of a text that prints no form
STUB_COLUMNS = ("indicator", "unit", "code")  # columns that hold no figures
_RULES = load_rules("tables")
CAPTION = _RULES.caption.pattern

_FORMS_FILE = Path(__file__).with_name("forms.yaml")
_OUTLINES = ("g2019", "g2008_local")  # the outlines of sections that differ


@dataclass(frozen=True, slots=True, eq=False)
class FormLabel:
    """A row, a column or a group of columns of a form."""

    key: str
    cores: tuple[
        str, ...
    ]  # what it is called, in the form in which labels are compared
    is_heading: bool = False  # printed without figures of its own
    is_leaf: bool = False  # counts in the sum of all results
    is_optional: bool = False  # a row that a report may leave out
    code: str | None = None  # the line number that is printed beside it
    has_figures: bool = True  # a column of figures, not of labels, units or codes
    parent: str | None = None  # key of the row under which it stands
    spellings: tuple[str, ...] = ()  # as printed, squeezed, without enumerator


@dataclass(frozen=True, slots=True, eq=False)
class FormTable:
    """A table of a form.

    `groups` is set for the table of reviews and litigation only: it has one row of figures
    under groups of columns.
    """

    id: str
    generation: str
    rows: tuple[FormLabel, ...]
    columns: tuple[FormLabel, ...]
    groups: tuple[FormLabel, ...]
    figure_columns: tuple[FormLabel, ...]  # the columns that hold figures

    def list_review_keys(self) -> list[CellKey]:
        """Return the (group, column) keys of the one row of a review table, left to right."""
        keys: list[CellKey] = []
        for group in self.groups:
            for column in self.columns:
                keys.append((group.key, column.key))
        return keys

    def list_row_keys(self, row: FormLabel) -> list[CellKey]:
        """Return the (row, column) keys of a row, left to right."""
        return [(row.key, column.key) for column in self.figure_columns]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule on figures: expressions, limits of an amount, or a statement of the prose."""

    id: str
    tables: tuple[str, ...]
    level: str  # form, soft, text
    axis: str = "row"
    expressions: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    # The statement in squeezed prose; its group is the number.
    pattern: re.Pattern[str] | None = None
    within: re.Pattern[str] | None = None  # what the sentence must contain
    without: re.Pattern[str] | None = None  # what the sentence must not contain
    against: CellKey = ("", "")  # the cell to compare with
    including: tuple[str, ...] = ()  # rows that the prose may count in


@dataclass(frozen=True, slots=True)
class Forms:
    """All that forms.yaml holds."""

    markers: Mapping[str, tuple[str, ...]]  # by generation
    min_markers: int
    tables: Mapping[str, tuple[FormTable, ...]]  # by generation
    constraints: tuple[Constraint, ...]
    sections: Mapping[str, str]  # core of a section title → key
    titles: tuple[str, ...]  # section titles, squeezed
    units: frozenset[str]
    ignored_rows: tuple[str, ...]
    numbering_heads: frozenset[str]  # what stands above the numbers of rows
    row_cores: frozenset[str]


@cache
def load_forms() -> Forms:
    """Return the content of forms.yaml; the file is read once."""
    data = read_forms_file()
    tables = _parse_tables(data["tables"])
    sections = _parse_sections(data["sections"])
    return Forms(
        markers=_parse_markers(data["generations"]),
        min_markers=data["detection"]["min_markers"],
        tables=tables,
        constraints=tuple(map(_parse_constraint, data["constraints"])),
        sections=sections,
        titles=_parse_titles(data["sections"]),
        units=_collect_units(data["tables"]),
        ignored_rows=tuple(data["normalisation"]["ignore_rows"]),
        numbering_heads=frozenset(data["normalisation"]["numbering_heads"]),
        row_cores=_collect_row_cores(tables) - set(sections),
    )


def read_forms_file() -> Any:
    """Return forms.yaml as it is written."""
    return YAML(typ="safe").load(_FORMS_FILE)


@cache
def get_tables(generation: str) -> tuple[FormTable, ...]:
    """Return the tables of a generation; none for an unknown one."""
    return load_forms().tables.get(generation, ())


@cache
def get_table(table_id: str) -> FormTable:
    """Return the table of an id, such as g2021.requests. Raises KeyError."""
    for tables in load_forms().tables.values():
        for table in tables:
            if table.id == table_id:
                return table
    raise KeyError(table_id)


def prints_label(labels: Iterable[FormLabel], squeezed: str, shortest: int = 1) -> bool:
    """Tell whether a squeezed text has one of the labels, by a core that is not too short."""
    for label in labels:
        for core in label.cores:
            if len(core) >= shortest and core in squeezed:
                return True
    return False


def _parse_tables(
    items: list[FormsEntry],
) -> dict[str, tuple[FormTable, ...]]:
    tables: dict[str, tuple[FormTable, ...]] = {}
    for item in items:
        generation = item["generation"]
        earlier = tables.get(generation, ())
        tables[generation] = (*earlier, _parse_table(item))
    return tables


def _parse_table(item: FormsEntry) -> FormTable:
    columns = tuple(map(_parse_column, item["columns"]))
    rows = map(_parse_label, item.get("rows", ()))
    groups = map(_parse_label, item.get("groups", ()))
    return FormTable(
        id=item["id"],
        generation=item["generation"],
        rows=tuple(rows),
        columns=columns,
        groups=tuple(groups),
        figure_columns=tuple(column for column in columns if column.has_figures),
    )


def _parse_column(item: FormsEntry) -> FormLabel:
    """Parse a column; one of an applicant or an outcome counts, though it states no type."""
    return _parse_label(item, has_figures=item["key"] not in STUB_COLUMNS)


def _parse_label(item: FormsEntry, *, has_figures: bool = True) -> FormLabel:
    names = _list_names(item, "label")
    cores = dict.fromkeys(map(extract_core, names))
    spellings: dict[str, None] = {}
    for name in names:
        spellings[remove_enumerator(squeeze(name))] = None
    return FormLabel(
        key=item["key"],
        cores=tuple(cores),
        is_heading=bool(item.get("header")),
        is_leaf=bool(item.get("leaf")),
        is_optional=bool(item.get("optional")),
        code=item.get("code"),
        has_figures=has_figures,
        parent=item.get("parent"),
        spellings=tuple(spellings),
    )


def _list_names(item: FormsEntry, key: str) -> list[str]:
    """Return the name that an entry has under a key, and its variants."""
    names: list[str] = []
    if item.get(key):
        names.append(item[key])
    names.extend(item.get("variants", ()))
    return names


def _parse_markers(items: list[FormsEntry]) -> dict[str, tuple[str, ...]]:
    markers: dict[str, tuple[str, ...]] = {}
    for item in items:
        generation = item["id"]
        markers[generation] = tuple(map(squeeze, item["markers_any"]))
    return markers


def _parse_constraint(item: FormsEntry) -> Constraint:
    row, _, column = item.get("against", "").partition(".")
    return Constraint(
        id=item["id"],
        tables=tuple(item["tables"]),
        level=item["level"],
        axis=item.get("axis", "row"),
        expressions=tuple(item.get("expr", ())),
        limits=item.get("limits", {}),
        pattern=_compile_pattern(item.get("regex")),
        within=_compile_pattern(item.get("within")),
        without=_compile_pattern(item.get("without")),
        against=(row, column),
        including=tuple(item.get("including", ())),
    )


def _compile_pattern(pattern: str | None) -> re.Pattern[str] | None:
    if not pattern:
        return None
    return re.compile(pattern)


def _parse_sections(data: FormsEntry) -> dict[str, str]:
    keys: dict[str, str] = {}
    for key, title in _iterate_section_titles(data):
        keys.setdefault(extract_core(title), key)
    return keys


def _parse_titles(data: FormsEntry) -> tuple[str, ...]:
    titles: dict[str, None] = {}
    for _, title in _iterate_section_titles(data):
        titles[squeeze(title)] = None
    return tuple(titles)


def _iterate_section_titles(data: FormsEntry) -> Iterator[tuple[str, str]]:
    """Yield the key and the title of every section, variants included."""
    for outline in _OUTLINES:
        for item in data[outline]:
            for title in _list_names(item, "title"):
                yield item["key"], title


def _collect_units(items: list[FormsEntry]) -> frozenset[str]:
    units: set[str] = set()
    for item in items:
        for row in item.get("rows", ()):
            if row.get("unit"):
                units.add(row["unit"])
    return frozenset(units)


def _collect_row_cores(
    tables: Mapping[str, tuple[FormTable, ...]],
) -> frozenset[str]:
    cores: set[str] = set()
    for group in tables.values():
        for table in group:
            for row in table.rows:
                cores.update(row.cores)
    return frozenset(cores)
