"""The data dictionary: what each exported table and column holds, for programs and for people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.read_model import rows


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading in both languages, what it holds, its type, whether it always holds
    something.
    """

    name: str
    title: str
    says: str
    type: type
    required: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what a row is known by; `key` is empty where that may be unknown."""

    name: str
    title: str
    says: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@cache
def dictionary() -> dict[str, Table]:
    """Return every table by its name; raise KeyError when the file and the records differ."""
    said: dict[str, Any] = YAML(typ="safe").load(
        Path(__file__).with_name("dictionary.yaml")
    )
    return {name: _table(name, kind, said[name]) for name, kind in rows.TABLES.items()}


def _table(name: str, kind: type, said: dict[str, Any]) -> Table:
    types, required = rows.column_types(kind), rows.required_columns(kind)
    columns = []
    for column in rows.column_names(kind):
        title, _, text = said["columns"][column].partition(" — ")
        columns.append(Column(column, title, text, types[column], column in required))
    return Table(
        name, said["title"], said["description"], tuple(said["key"]), tuple(columns)
    )


TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def markdown(names: list[str]) -> str:
    """Return the dictionary of some tables as a page to read."""
    lines = [
        "# Data dictionary 数据字典",
        "",
        "Null, or an empty field in CSV, means: not known, or not printed.",
    ]
    for table in (dictionary()[name] for name in names):
        lines += [
            "",
            f"## {table.name}: {table.title}",
            "",
            table.says,
            "",
            "| column | type | what it holds |",
        ]
        lines.append("|---|---|---|")
        for column in table.columns:
            kind = TYPES[column.type] + ("" if column.required else ", or null")
            lines.append(
                f"| `{column.name}` | {kind} | {column.title} — {column.says.replace('|', chr(92) + '|')} |"
            )
    return "\n".join(lines) + "\n"
