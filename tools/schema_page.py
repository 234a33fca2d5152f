"""The page on the schema, docs/schema.md, made of the schema itself and of the metadata.

python -m tools.schema_page > docs/schema.md
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlite_utils import Database

from nianbao.archive.browse.server import load_metadata
from nianbao.archive.storage.derived_tables import DERIVED
from nianbao.archive.storage.raw_tables import RAW
from nianbao.archive.storage.schema import migrations
from nianbao.archive.storage.schema_2 import DERIVED_2, RAW_2
from nianbao.archive.storage.schema_6 import PANEL_6, RAW_6
from nianbao.archive.storage.schema_7 import RAW_7

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# The schema

Made by `make docs` from `archive/storage/` and `archive/browse/metadata.yaml`; do not edit it. What hangs
together how, and what is promised, is in [archive.md](archive.md). Instants are UTC, ISO 8601; row ids are those
of one archive and may be others in another one, also after a merge or a repair: addresses, numbers of
versions, names and digests stay.
"""
LAYERS = (
    ("Raw", RAW + RAW_2 + RAW_6 + RAW_7, "What was seen and decided; only added to."),
    (
        "Derived",
        DERIVED + DERIVED_2 + PANEL_6,
        "A function of the raw layer and the reader version; and the feed: what was announced.",
    ),
)
LIBRARY_TABLES = ("search_index", "_sqlite_migrations")


class SchemaColumn(NamedTuple):
    """A column as `PRAGMA table_info` gives it."""

    number: int
    name: str
    type: str
    required: int
    default: Any
    key: int  # its place in the primary key, 0 outside


class ForeignKey(NamedTuple):
    """A foreign key as `PRAGMA foreign_key_list` gives it."""

    id: int
    sequence: int
    target: str
    column: str


def build_page() -> str:
    """Return the page."""
    db = Database(memory=True)
    try:
        migrations.apply(db)
        return "\n".join(_write_page(db)) + "\n"
    finally:
        db.conn.close()


def _write_page(db: Database) -> Iterator[str]:
    descriptions = load_metadata()["databases"]["archive"]["tables"]
    yield HEAD
    for layer, schema, about in LAYERS:
        tables = re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", schema)
        yield from (f"## {layer} layer", "", about, "")
        yield from _write_diagram(db, tables)
        for table in tables:
            yield from _write_table(db, table, descriptions[table])
    yield from ("## Kept by SQLite and sqlite-utils", "")
    for table in LIBRARY_TABLES:
        yield f"- `{table}`: {_describe(descriptions[table])}"


def _write_diagram(db: Database, tables: list[str]) -> Iterator[str]:
    """Yield an entity diagram of the tables that name others, in Mermaid."""
    yield from ("```mermaid", "erDiagram")
    for table in tables:
        required_columns = {
            column.name for column in _list_columns(db, table) if column.required
        }
        for key in _list_foreign_keys(db, table):
            cardinality = "||" if key.column in required_columns else "|o"
            yield f'    {key.target} {cardinality}--o{{ {table} : "{key.column}"'
    yield from ("```", "")


def _write_table(
    db: Database, table: str, description: dict[str, Any]
) -> Iterator[str]:
    targets = {key.column: key.target for key in _list_foreign_keys(db, table)}
    yield from (f"### {table}", "", _describe(description), "")
    yield from ("| column | type | what it holds |", "|---|---|---|")
    for column in _list_columns(db, table):
        column_type = ", ".join(_describe_type(column, targets.get(column.name)))
        text = description["columns"][column.name].replace("|", "\\|")
        yield f"| `{column.name}` | {column_type} | {text} |"
    yield ""


def _describe_type(column: SchemaColumn, target: str | None) -> list[str]:
    """Return the type of a column in words, with a link to the table that it names."""
    words = [column.type.lower() or "any"]
    if column.key:
        words.append("key")
    elif not column.required:
        words.append("or null")
    if target:
        words.append(f"→ [{target}](#{target})")
    return words


def _describe(description: dict[str, Any]) -> str:
    first_line = description["description"].splitlines()[0]
    return f"{description['title']}. {first_line}"


def _list_foreign_keys(db: Database, table: str) -> list[ForeignKey]:
    rows = db.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    keys = [ForeignKey(*row[:4]) for row in rows]
    return sorted(keys, key=lambda key: key.column)


def _list_columns(db: Database, table: str) -> list[SchemaColumn]:
    rows = db.execute(f"PRAGMA table_info({table})").fetchall()
    return [SchemaColumn(*row) for row in rows]


if __name__ == "__main__":
    sys.stdout.write(build_page())
