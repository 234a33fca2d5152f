"""The page on the schema, docs/schema.md: made of the schema itself and of what the metadata
says of it.

python -m tools.schema_page > docs/schema.md
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from nianbao.archive.browse.server import metadata
from nianbao.archive.storage.schema import DERIVED, RAW, migrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEAD = """# The schema

Made by `make docs` from `archive/storage/schema.py` and `archive/browse/metadata.yaml`; do not edit it. What hangs
together how, and what is promised, is in [archive.md](archive.md). Instants are UTC, ISO 8601; row ids are those
of one archive and may be others in another one, also after a merge or a repair: addresses, numbers of
versions, names and digests stay.
"""
LAYERS = (
    ("Raw", RAW, "What was seen; only added to."),
    (
        "Derived",
        DERIVED,
        "A function of the raw layer and the reader version; and the feed: what was announced.",
    ),
)


def page() -> str:
    """Return the page."""
    db = Database(memory=True)
    try:
        migrations.apply(db)
        return "\n".join(_lines(db)) + "\n"
    finally:
        db.conn.close()


def _lines(db: Database) -> Iterator[str]:
    said = metadata()["databases"]["archive"]["tables"]
    yield HEAD
    for name, text, about in LAYERS:
        names = re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", text)
        yield from (f"## {name} layer", "", about, "")
        yield from _diagram(db, names)
        for table in names:
            yield from _table(db, table, said[table])
    yield from ("## Kept by SQLite and sqlite-utils", "")
    for table in ("search_index", "_sqlite_migrations"):
        yield f"- `{table}`: {_english(said[table])}"


def _diagram(db: Database, names: list[str]) -> Iterator[str]:
    """Yield an entity diagram of the tables that name others, in Mermaid."""
    yield from ("```mermaid", "erDiagram")
    for table in names:
        for key in _keys(db, table):
            required = next(
                column for column in _columns(db, table) if column[1] == key[3]
            )[3]
            one = "||" if required else "|o"
            yield f'    {key[2]} {one}--o{{ {table} : "{key[3]}"'
    yield from ("```", "")


def _table(db: Database, table: str, said: dict[str, Any]) -> Iterator[str]:
    links = {key[3]: key[2] for key in _keys(db, table)}
    yield from (
        f"### {table}",
        "",
        _english(said),
        "",
        "| column | type | what it holds |",
        "|---|---|---|",
    )
    for _, name, kind, required, _, key in _columns(db, table):
        told = [
            kind.lower() or "any",
            *(["key"] if key else []),
            *([] if required or key else ["or null"]),
        ]
        told += [f"→ [{links[name]}](#{links[name]})"] if name in links else []
        yield f"| `{name}` | {', '.join(told)} | {said['columns'][name].replace('|', chr(92) + '|')} |"
    yield ""


def _english(said: dict[str, Any]) -> str:
    return f"{said['title']}. {said['description'].splitlines()[0]}"


def _keys(db: Database, table: str) -> Iterable[tuple[Any, ...]]:
    return sorted(
        db.execute(f"PRAGMA foreign_key_list({table})").fetchall(),
        key=lambda key: key[3],
    )


def _columns(db: Database, table: str) -> list[tuple[Any, ...]]:
    columns: list[tuple[Any, ...]] = db.execute(
        f"PRAGMA table_info({table})"
    ).fetchall()
    return columns


if __name__ == "__main__":
    sys.stdout.write(page())
