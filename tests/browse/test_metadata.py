"""What is said of the archive fits its schema: every table, every column, every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from nianbao.archive import Archive
from nianbao.archive.browse import load_metadata
from nianbao.archive.browse.plugins import searching
from nianbao.archive.browse.plugins.cells import JSON_COLUMNS, TARGETS, WORDS
from nianbao.archive.browse.translation.datasette_texts import load_column_texts

CHINESE = re.compile(r"[一-鿿]")
SAID: dict[str, Any] = load_metadata()["databases"]["archive"]
TABLES: dict[str, Any] = SAID["tables"]
MAIN = [
    "panel",
    "reports",
    "findings",
    "changes",
    "documents",
    "versions",
    "readings",
    "figures",
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Archive.create(tmp_path / "a.db") as archive:
        yield archive.db


def test_every_table_and_column_is_described(db: Database) -> None:
    real = {
        source.name: [column.name for column in source.columns]
        for source in (*db.tables, *db.views)
    }
    assert {name: list(table["columns"]) for name, table in TABLES.items()} == real


def test_titles_and_headings_in_both_languages() -> None:
    said = {**TABLES, **SAID["queries"]}
    for name, entry in said.items():
        english, chinese = entry["description"].split("\n")
        assert CHINESE.search(entry["title"]), name
        assert not CHINESE.search(english.replace("（", "")), name
        assert CHINESE.search(chinese), name
        for column, text in entry.get("columns", {}).items():
            assert re.fullmatch(r"[^—]*[一-鿿] — \S[^\n]*", text), (name, column)


def test_every_column_is_explained_in_chinese() -> None:
    english = set()
    for entry in (*TABLES.values(), *SAID["queries"].values()):
        for text in entry.get("columns", {}).values():
            english.add(text.partition(" — ")[2])
    chinese = load_column_texts()
    assert set(chinese) == english
    assert [text for text in chinese.values() if not CHINESE.search(text)] == []


def test_labels_facets_and_orders_name_columns() -> None:
    for name, table in TABLES.items():
        facets = [
            facet if isinstance(facet, str) else facet["array"]
            for facet in table.get("facets", [])
        ]
        orders = [
            table[key] for key in ("label_column", "sort", "sort_desc") if key in table
        ]
        assert set(facets + orders) <= set(table["columns"]), name


def test_the_reports_have_the_facets_a_person_uses() -> None:
    wanted = [
        "report_year",
        "region_id",
        "agency_id",
        "form",
        {"array": "finding_rules"},
        "state",
    ]
    assert TABLES["reports"]["facets"] == wanted


def test_what_a_reader_needs_comes_first_and_the_rest_is_hidden() -> None:
    assert list(TABLES)[: len(MAIN)] == MAIN
    hidden = {name for name, table in TABLES.items() if table.get("hidden")}
    assert hidden == {
        "blobs",
        "dictionaries",
        "header_sets",
        "hint_sets",
        "visit_headers",
        "version_texts",
        "seals",
        "sightings",
        "form_cells",
        "figure_sets",
        "near_copies",
        "announced_findings",
        "announced_reports",
        "announcements",
        "search_entries",
        "search_index",
        "search_index_config",
        "search_index_data",
        "search_index_idx",
        "_sqlite_migrations",
        "sqlite_sequence",
    }


def test_cells_know_every_key_of_the_schema(db: Database) -> None:
    keys = {
        (key.column, key.other_table)
        for table in db.tables
        for key in table.foreign_keys
    }
    assert keys <= set(TARGETS.items())
    assert set(TARGETS.values()) <= set(db.table_names())


def test_cells_know_the_words_of_the_schema(db: Database) -> None:
    for table, column in (
        ("changes", "kind"),
        ("decisions", "kind"),
        ("documents", "state"),
        ("reports", "state"),
        ("announced_reports", "state"),
        ("findings", "severity"),
        ("runs", "kind"),
    ):
        allowed = re.search(
            rf"CHECK \({column} IN \(([^)]*)\)\)", db.table(table).schema
        )
        assert allowed
        assert set(re.findall(r"'(\w+)'", allowed[1])) <= set(WORDS[column])


def test_json_columns_are_columns() -> None:
    assert {
        column for table in TABLES.values() for column in table["columns"]
    } >= JSON_COLUMNS


def test_every_column_of_a_query_has_a_heading(db: Database) -> None:
    common = {column for table in TABLES.values() for column in table["columns"]}
    searching.prepare_connection(db.conn)
    for name, query in SAID["queries"].items():
        shown = db.execute(
            query["sql"], dict.fromkeys(query.get("params", []), "")
        ).description
        assert {column[0] for column in shown} <= common | set(
            query.get("columns", {})
        ), name
        assert set(query.get("params", [])) <= common | set(query.get("columns", {})), (
            name
        )
