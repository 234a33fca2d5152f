"""The measures of the wide panel, as measures.yaml has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("measures.yaml")
# Tables of one name and of the same rows and columns, in these forms.
COMMON_FORMS = ("g2021", "g2019")
TOTAL = "total"
PLUS = " + "

CellName = tuple[str, str]  # row and column of a table
CellSum = tuple[CellName, ...]  # cells that are added up; mostly one


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: what it is called, what it counts, and from which cells of each form.

    `sources` has for each table the sums of cells that tell it; the first that is whole counts.
    """

    key: str
    en: str
    zh: str
    unit_en: str
    unit_zh: str
    note_en: str
    note_zh: str
    sources: Mapping[str, tuple[CellSum, ...]]

    @property
    def source_key(self) -> str:
        """The name of the column that says which cells a value is from."""
        return f"{self.key}_source"


@cache
def load_measures() -> tuple[Measure, ...]:
    """Return the measures, in the order of their columns."""
    data = _load_file()
    units = data["units"]
    return tuple(_make_measure(item, units) for item in data["measures"])


@cache
def load_parts_of_totals() -> Mapping[str, tuple[str, ...]]:
    """Return the columns that the column `total` of a table is the sum of."""
    totals: Mapping[str, list[str]] = _load_file()["totals"]
    parts = {}
    for name, columns in totals.items():
        for table in _expand_table(name):
            parts[table] = tuple(columns)
    return parts


@cache
def _load_file() -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe").load(FILE)
    return data


def _make_measure(
    item: Mapping[str, Any], units: Mapping[str, Mapping[str, str]]
) -> Measure:
    unit = units[item["unit"]]
    note = item.get("note", {})
    return Measure(
        key=item["key"],
        en=item["en"],
        zh=item["zh"],
        unit_en=unit["en"],
        unit_zh=unit["zh"],
        note_en=note.get("en", ""),
        note_zh=note.get("zh", ""),
        sources=dict(_parse_sources(item["cells"])),
    )


def _parse_sources(
    cells: Mapping[str, str | list[str]],
) -> Iterator[tuple[str, tuple[CellSum, ...]]]:
    for name, texts in cells.items():
        sums = [texts] if isinstance(texts, str) else texts
        parsed = tuple(_parse_sum(text) for text in sums)
        for table in _expand_table(name):
            yield table, parsed


def _parse_sum(text: str) -> CellSum:
    """Return the cells of a sum.

    >>> _parse_sum("review.total + litigation_direct.total")
    (('review', 'total'), ('litigation_direct', 'total'))
    """
    cells = []
    for name in text.split(PLUS):
        row, _, column = name.partition(".")
        cells.append((row, column))
    return tuple(cells)


def _expand_table(name: str) -> list[str]:
    """Return the tables that a name stands for: without a form, those of both newer forms."""
    if "." in name:
        return [name]
    return [f"{form}.{name}" for form in COMMON_FORMS]
