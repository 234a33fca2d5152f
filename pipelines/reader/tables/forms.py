"""Forms: the statistical tables of each generation, and which generation a text prints.

The generation is decided from the tables and never from the report year: a 2023 report printed on
the 2019 tables and a 2022 report citing the 2019 notice over the 2021 tables were both seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.pipelines.reader.payload.normal_form import (
    extract_core,
    remove_enumerator,
    squeeze,
)

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A row or column of a form: its key and the cores under which it is printed."""

    key: str
    cores: tuple[str, ...]
    header: bool = False  # printed without figures of its own
    leaf: bool = False
    code: str | None = None
    counted: bool = True  # a column of figures, not of labels, units or codes
    parent: str | None = None  # key of the row under which it stands
    printed: tuple[str, ...] = ()  # squeezed, as it is printed, without enumerator


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a form. `groups` is set for the review and litigation table, which has one row
    of figures.
    """

    id: str
    generation: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    groups: tuple[Label, ...]
    figures: tuple[Label, ...]  # the columns that hold figures


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule on figures: expressions, limits of an amount, or what the prose says against a
    cell.
    """

    id: str
    tables: tuple[str, ...]
    level: str  # form, soft, text
    axis: str = "row"
    expressions: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = (
        None  # of a statement in squeezed prose; its group is the number
    )
    within: re.Pattern[str] | None = None  # what its sentence says
    without: re.Pattern[str] | None = None  # what its sentence does not say
    against: tuple[str, str] = ("", "")  # row and column
    including: tuple[str, ...] = ()  # rows that the prose may count in


@dataclass(frozen=True, slots=True)
class Forms:
    markers: Mapping[str, tuple[str, ...]]
    min_markers: int
    tables: Mapping[str, tuple[Table, ...]]  # by generation
    constraints: tuple[Constraint, ...]
    sections: Mapping[str, str]  # core of a section title → key
    titles: tuple[str, ...]  # section titles, squeezed
    units: frozenset[str]
    ignored_rows: tuple[str, ...]
    row_cores: frozenset[str]


def detect(squeezed: str) -> str:
    """Return the generation whose markers a squeezed text prints most of, or "unknown"."""
    known = load()
    counts = {
        name: sum(mark in squeezed for mark in marks)
        for name, marks in known.markers.items()
    }
    best = max(counts.values())
    winners = [name for name, count in counts.items() if count == best]
    return winners[0] if best >= known.min_markers and len(winners) == 1 else UNKNOWN


@cache
def load() -> Forms:
    """Read forms.yaml once."""
    data = YAML(typ="safe").load(Path(__file__).with_name("forms.yaml"))
    tables: dict[str, tuple[Table, ...]] = {}
    for item in data["tables"]:
        tables[item["generation"]] = (*tables.get(item["generation"], ()), _table(item))
    sections = _sections(data["sections"])
    every = [table for group in tables.values() for table in group]
    return Forms(
        markers={
            g["id"]: tuple(squeeze(mark) for mark in g["markers_any"])
            for g in data["generations"]
        },
        min_markers=data["detection"]["min_markers"],
        tables=tables,
        constraints=tuple(_constraint(item) for item in data["constraints"]),
        sections=sections,
        titles=tuple(_titles(data["sections"])),
        units=frozenset(
            row["unit"]
            for item in data["tables"]
            for row in item.get("rows", ())
            if row.get("unit")
        ),
        ignored_rows=tuple(data["normalisation"]["ignore_rows"]),
        row_cores=frozenset(
            core for table in every for row in table.rows for core in row.cores
        )
        - set(sections),
    )


@cache
def tables(generation: str) -> tuple[Table, ...]:
    """Return the tables of a generation; none of an unknown one."""
    return load().tables.get(generation, ())


def _table(item: Mapping[str, Any]) -> Table:
    columns = tuple(_column(column) for column in item["columns"])
    return Table(
        id=item["id"],
        generation=item["generation"],
        rows=tuple(_label(row) for row in item.get("rows", ())),
        columns=columns,
        groups=tuple(_label(group) for group in item.get("groups", ())),
        figures=tuple(column for column in columns if column.counted),
    )


def _label(item: Mapping[str, Any], *, counted: bool = True) -> Label:
    printed = [item.get("label"), *item.get("variants", ())]
    cores = dict.fromkeys(extract_core(name) for name in printed if name)
    bare = dict.fromkeys(remove_enumerator(squeeze(name)) for name in printed if name)
    header, leaf = bool(item.get("header")), bool(item.get("leaf"))
    return Label(
        item["key"],
        tuple(cores),
        header,
        leaf,
        item.get("code"),
        counted,
        item.get("parent"),
        tuple(bare),
    )


def _column(item: Mapping[str, Any]) -> Label:
    """Make a column; those of an applicant or outcome kind hold counts though they state no
    type.
    """
    stub = item["key"] in ("indicator", "unit", "code")
    return _label(item, counted=not stub)


def _constraint(item: Mapping[str, Any]) -> Constraint:
    row, _, column = item.get("against", "").partition(".")
    return Constraint(
        id=item["id"],
        tables=tuple(item["tables"]),
        level=item["level"],
        axis=item.get("axis", "row"),
        expressions=tuple(item.get("expr", ())),
        limits=item.get("limits", {}),
        pattern=_pattern(item.get("regex")),
        within=_pattern(item.get("within")),
        without=_pattern(item.get("without")),
        against=(row, column),
        including=tuple(item.get("including", ())),
    )


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


def _sections(data: Mapping[str, Any]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for key, title in _section_titles(data):
        keys.setdefault(extract_core(title), key)
    return keys


def _titles(data: Mapping[str, Any]) -> Iterator[str]:
    yield from dict.fromkeys(squeeze(title) for _, title in _section_titles(data))


def _section_titles(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for generation in ("g2019", "g2008_local"):
        for item in data[generation]:
            for title in (item.get("title"), *item.get("variants", ())):
                if title:
                    yield item["key"], title


CAPTION = re.compile(r"第二十条第?[(]?[一二三四五六七八九十]+[)]?项")
