"""The data dictionary: what each exported table and column holds, for programs and for people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.read_model import rows
from nianbao.archive.read_model.panel.measures import PLUS, Measure, load_measures

TYPE_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean"}
HEADING = (
    "# Data dictionary 数据字典",
    "",
    "Null, or an empty field in CSV, means: not known, or not printed.",
)


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """A column: `title` in both languages, what it holds, whether it always holds something."""

    name: str
    title: str
    says: str
    type: type
    required: bool


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table; `key` has the columns that identify a row, none where they may be unknown."""

    name: str
    title: str
    says: str
    key: tuple[str, ...]
    columns: tuple[ColumnDescription, ...]


@cache
def dictionary() -> dict[str, TableDescription]:
    """Return every table by its name.

    Raises KeyError when dictionary.yaml and the record classes differ.
    """
    path = Path(__file__).with_name("dictionary.yaml")
    texts: dict[str, Any] = YAML(typ="safe").load(path)
    tables = {}
    texts["panel"]["columns"].update(_describe_measures())
    for name in rows.TABLES:
        tables[name] = describe_table(name, rows.table_record(name), texts[name])
    return tables


def _describe_measures() -> dict[str, str]:
    """Return the texts of the columns that measures.yaml has."""
    texts = {}
    for measure in load_measures():
        texts[measure.key] = _describe_measure(measure)
        texts[measure.source_key] = (
            f"Cells of {measure.en} {measure.zh}（出处） — the cells that"
            f" `{measure.key}` is taken from; null where the form has none for it"
        )
    return texts


def _describe_measure(measure: Measure) -> str:
    says = f"{measure.unit_en} {measure.unit_zh}"
    if measure.note_en:
        says = f"{says}; {measure.note_en} {measure.note_zh}"
    cells = "; ".join(_describe_source(measure, table) for table in measure.sources)
    return f"{measure.en} {measure.zh} — {says}. From {cells}"


def _describe_source(measure: Measure, table: str) -> str:
    sums = []
    for cell_sum in measure.sources[table]:
        names = [f"{row}.{column}" for row, column in cell_sum]
        sums.append(PLUS.join(names))
    return f"{table}: {' or '.join(sums)}"


def describe_table(
    name: str, record_class: type, texts: dict[str, Any]
) -> TableDescription:
    """Return a table by its record class and the texts of its columns."""
    types = rows.column_types(record_class)
    required = rows.required_columns(record_class)
    columns = []
    for column in rows.column_names(record_class):
        title, _, text = texts["columns"][column].partition(" — ")
        is_required = column in required
        columns.append(
            ColumnDescription(column, title, text, types[column], is_required)
        )
    return TableDescription(
        name=name,
        title=texts["title"],
        says=texts["description"],
        key=tuple(texts["key"]),
        columns=tuple(columns),
    )


def format_markdown(names: list[str]) -> str:
    """Return the dictionary of some tables as a page to read."""
    lines = list(HEADING)
    for name in names:
        table = dictionary()[name]
        lines += ["", f"## {table.name}: {table.title}", "", table.says, ""]
        lines += ["| column | type | what it holds |", "|---|---|---|"]
        lines += [_format_column(column) for column in table.columns]
    return "\n".join(lines) + "\n"


def _format_column(column: ColumnDescription) -> str:
    """Return a column as a row of a Markdown table."""
    type_name = TYPE_NAMES[column.type]
    if not column.required:
        type_name = f"{type_name}, or null"
    text = column.says.replace("|", "\\|")
    return f"| `{column.name}` | {type_name} | {column.title} — {text} |"
