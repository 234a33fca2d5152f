"""What stands in exported tables: every format has the same rows, and the package describes them."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from nianbao.archive import Archive
from nianbao.archive.export import formats, slim
from nianbao.archive.export.dictionary import (
    ColumnDescription,
    TableDescription,
    dictionary,
    format_markdown,
)
from nianbao.archive.export.formats import FORMATS, ParquetMissing
from nianbao.archive.export.tables import NAMES, export_tables
from nianbao.archive.read_model import row_queries, rows
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.records import Figure, Finding
from tests.conftest import Crawl, make_reading

COLUMNS = (
    ColumnDescription("name", "名称", "A name.", str, required=True),
    ColumnDescription("count", "数", "A number | of things.", int, required=False),
    ColumnDescription("share", "份", "A part.", float, required=False),
    ColumnDescription("sound", "好", "Whether.", bool, required=False),
)
TABLE = TableDescription("things", "Things", "All things.", ("name",), COLUMNS)
ROWS = [
    ('西霞县\n, "甲"', 1, 0.5, True),
    ("b", None, None, None),
    ("", 0, -1.0, False),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Two reports of two years with figures and a finding, one of them changed once."""

    def make(text: str) -> Any:
        year = 2020 if text.startswith("a") else 2021
        figures = (
            Figure("applications", "accepted", "natural", 3, "3", "exact"),
            Figure("applications", "accepted", "total", None, "约3", "unclear"),
            Figure("applications", "carried", "total", 7, "7件", "exact"),
        )
        findings = (
            Finding("check.sum", "error", "3 is not 4", "t", "r", "c", "4", "3"),
        )
        return make_reading(text, report_year=year, figures=figures, findings=findings)

    with Archive.create(tmp_path_factory.mktemp("played") / "archive.db") as archive:
        crawl = Crawl(archive, make)
        pages: dict[str, str | None] = {"http://x.cn/a": "a1", "http://x.cn/b": "b1"}
        crawl.run(pages)
        crawl.run(pages | {"http://x.cn/a": "a2"})
        yield archive


def select_rows(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Return what each table of an export has, as programs are given it."""
    only = RowFilter()
    selected = {
        name: list(row_queries.TABLE_QUERIES[name](archive.db, only))
        for name in NAMES
        if name != "figures"
    }
    figures = row_queries.select_figures(archive.db, only, lambda _count: None)
    return selected | {"figures": list(figures)}


def export(archive: Archive, kind: str, target: Path) -> list[tuple[Any, ...]]:
    """Export; return what was said of the progress."""
    steps: list[tuple[Any, ...]] = []
    counts = export_tables(
        archive, kind, target, RowFilter(), lambda *step: steps.append(step)
    )
    expected = {name: len(values) for name, values in select_rows(archive).items()}
    assert counts == (expected if kind != "sqlite" else counts)
    assert counts["figures"] == 6
    return steps


def test_every_format_has_the_rows_that_programs_are_given(
    archive: Archive, tmp_path: Path
) -> None:
    expected = select_rows(archive)
    assert len(expected["reports"]) == 2
    assert len(expected["findings"]) > 1
    for kind in FORMATS:
        export(archive, kind, tmp_path / kind)
    for name, values in expected.items():
        names = rows.column_names(rows.table_record(name))
        lines = (tmp_path / "jsonl" / f"{name}.jsonl").read_text("utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [
            dict(zip(names, row, strict=True)) for row in values
        ]
        table = parquet.read_table(tmp_path / "parquet" / f"{name}.parquet")
        assert tuple(table.column_names) == names
        assert [tuple(row.values()) for row in table.to_pylist()] == values
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8") as file:
            heading, *fields = csv.reader(file)
        assert tuple(heading) == names
        assert fields == [[spell(value) for value in row] for row in values]


def spell(value: Any) -> str:
    """Return a value as a field of a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_marker_names_the_files_of_an_export(
    archive: Archive, tmp_path: Path, kind: str
) -> None:
    """By it a later export knows what it may replace."""
    export(archive, kind, tmp_path / "x")
    text = (tmp_path / "x" / ".nianbao-export").read_text("utf-8")
    names = [
        *("DICTIONARY.md", "datapackage.json"),
        *(f"{one}.{kind}" for one in NAMES),
    ]
    marker = {"format": "nianbao-export/1", "kind": kind, "files": sorted(names)}
    assert text == json.dumps(marker, indent=2) + "\n"


def test_progress_is_told_of_each_table(archive: Archive, tmp_path: Path) -> None:
    steps = export(archive, "jsonl", tmp_path / "x")
    assert {step for step in steps if step[0] != "figures"} == {
        (name, 0, 0) for name in NAMES if name != "figures"
    }
    of_figures = [step for step in steps if step[0] == "figures"]
    assert of_figures == [("figures", 0, 2), ("figures", 1, 2)]


def test_the_panel_has_the_figures(archive: Archive, tmp_path: Path) -> None:
    export(archive, "sqlite", tmp_path / "panel.db")
    names = ", ".join(f'"{name}"' for name in rows.column_names(rows.FigureRow))
    with closing(sqlite3.connect(tmp_path / "panel.db")) as db:
        found = db.execute(f"SELECT {names} FROM figures").fetchall()
        pages = db.execute("SELECT id, url FROM pages ORDER BY id").fetchall()
        cells = db.execute('SELECT id, "row", "column" FROM cells').fetchall()
        short = db.execute("SELECT value, text, status FROM cell_values").fetchall()
    expected = select_rows(archive)["figures"]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert [number for number, _ in pages] == [1, 2]
    assert cells == [
        (1, "accepted", "natural"),
        (2, "accepted", "total"),
        (3, "carried", "total"),
    ]
    # a text that repeats its number, and the usual status, take no room
    assert short == 2 * [(3, None, None), (None, "约3", "unclear"), (7, "7件", None)]


def test_what_the_panel_leaves_out_is_what_it_works_out() -> None:
    def shorten(value: object, text: object, status: str) -> tuple[Any, ...]:
        row: list[Any] = [None] * len(slim.COLUMNS)
        values = {"value": value, "text": text, "status": status}
        for name, one in values.items():
            row[slim.COLUMNS.index(name)] = one
        return slim._shorten_values(tuple(row))

    assert shorten(3, "3", "exact") == (3, None, None)
    assert shorten(3, "3.0", "exact") == (3, "3.0", None)
    assert shorten(3.5, "3.5", "rounded") == (3.5, "3.5", "rounded")
    assert shorten(None, "None", "exact") == (None, "None", None)


@pytest.mark.parametrize("batch", [1, 2, 3, 4_000])
def test_the_bytes_of_each_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(formats, "BATCH_ROWS", min(batch, 2))
    monkeypatch.setattr(formats, "GROUP_ROWS", batch)
    for kind, table_format in FORMATS.items():
        table_format.write(tmp_path / kind, TABLE, iter(ROWS))
    assert (tmp_path / "jsonl").read_bytes().decode() == (
        '{"name":"西霞县\\n, \\"甲\\"","count":1,"share":0.5,"sound":true}\n'
        '{"name":"b","count":null,"share":null,"sound":null}\n'
        '{"name":"","count":0,"share":-1.0,"sound":false}\n'
    )
    assert (tmp_path / "csv").read_bytes().decode() == (
        'name,count,share,sound\n"西霞县\n, ""甲""",1,0.5,true\nb,,,\n,0,-1.0,false\n'
    )
    file = parquet.ParquetFile(tmp_path / "parquet")
    assert [tuple(row.values()) for row in file.read().to_pylist()] == ROWS
    assert [str(field.type) for field in file.schema_arrow] == [
        *("string", "int64", "double", "bool")
    ]
    assert [field.nullable for field in file.schema_arrow] == [False, True, True, True]
    assert file.metadata.num_row_groups == -(-len(ROWS) // batch)
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    # rows with long texts fill a group by their bytes
    monkeypatch.setattr(formats, "GROUP_BYTES", 10)
    FORMATS["parquet"].write(tmp_path / "parquet", TABLE, iter(ROWS))
    file = parquet.ParquetFile(tmp_path / "parquet")
    assert [tuple(row.values()) for row in file.read().to_pylist()] == ROWS
    assert file.metadata.num_row_groups == -(-len(ROWS) // min(batch, 2))


def test_a_mark_is_all_that_excel_wants_of_csv(
    archive: Archive, tmp_path: Path
) -> None:
    for name, mark in {"plain": False, "marked": True}.items():
        export_tables(
            archive, "csv", tmp_path / name, RowFilter(), lambda *_: None, bom=mark
        )
    for name in NAMES:
        plain, marked = (
            (tmp_path / kind / f"{name}.csv").read_bytes()
            for kind in ("plain", "marked")
        )
        assert marked == codecs.BOM_UTF8 + plain
        assert not plain.startswith(codecs.BOM_UTF8)


def test_a_row_with_a_column_too_few_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        FORMATS["jsonl"].write(tmp_path / "x", TABLE, [("a", 1, 2.0)])


def test_parquet_without_its_library_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_nothing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(formats, "import_module", import_nothing)
    with pytest.raises(ParquetMissing, match=r"pip install 'nianbao\[parquet\]'"):
        FORMATS["parquet"].write(tmp_path / "x", TABLE, [])


# --- the package and the dictionary --------------------------------------------------------

KINDS = {
    "jsonl": ("application/jsonl", "utf-8"),
    "csv": ("text/csv", "utf-8"),
    "parquet": ("application/vnd.apache.parquet", None),
}
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_package_describes_its_files(
    archive: Archive, tmp_path: Path, kind: str
) -> None:
    mediatype, encoding = KINDS[kind]
    export(archive, kind, tmp_path / "x")
    text = (tmp_path / "x" / "datapackage.json").read_text("utf-8")
    assert text.endswith("}\n")
    assert "政府信息公开" in text
    package = json.loads(text)
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["name"] == "nianbao"
    assert "DICTIONARY.md describes every column" in package["description"]
    assert [one["name"] for one in package["resources"]] == NAMES
    for resource in package["resources"]:
        path = tmp_path / "x" / resource["path"]
        assert path.name == f"{resource['name']}.{kind}"
        assert resource["bytes"] == path.stat().st_size
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}"
        assert (resource["format"], resource["mediatype"]) == (kind, mediatype)
        assert (resource["type"], resource.get("encoding")) == ("table", encoding)
        check_schema(resource)


def check_schema(resource: dict[str, Any]) -> None:
    table = dictionary()[resource["name"]]
    assert (resource["title"], resource["description"]) == (table.title, table.says)
    schema = resource["schema"]
    assert schema["missingValues"] == [""]
    assert schema.get("primaryKey", []) == list(table.key)
    for field, column in zip(schema["fields"], table.columns, strict=True):
        assert field["name"] == column.name
        assert field["type"] == TYPES[column.type]
        assert (field["title"], field["description"]) == (column.title, column.says)
        expected = {"required": True} if column.required else None
        assert field.get("constraints") == expected
    keys = schema.get("foreignKeys")
    if resource["name"] not in ("figures", "panel"):
        assert keys is None
        return
    link = ["url", "version"]
    reference = {"resource": "reports", "fields": link}
    assert keys == [{"fields": link, "reference": reference}]


def test_figures_of_every_version_are_not_all_of_a_report(
    archive: Archive, tmp_path: Path
) -> None:
    only = RowFilter(every_version=True)
    counts = export_tables(archive, "csv", tmp_path / "x", only, lambda *_: None)
    assert counts["figures"] == 9
    package = json.loads((tmp_path / "x" / "datapackage.json").read_text("utf-8"))
    (figures,) = (one for one in package["resources"] if one["name"] == "figures")
    assert "foreignKeys" not in figures["schema"]


def test_the_dictionary_describes_every_column(
    archive: Archive, tmp_path: Path
) -> None:
    export(archive, "csv", tmp_path / "x")
    text = (tmp_path / "x" / "DICTIONARY.md").read_text("utf-8")
    assert text == format_markdown(NAMES)
    lines = text.splitlines()
    assert lines[:3] == [
        "# Data dictionary 数据字典",
        "",
        "Null, or an empty field in CSV, means: not known, or not printed.",
    ]
    for name in NAMES:
        table = dictionary()[name]
        start = lines.index(f"## {name}: {table.title}")
        assert lines[start - 1 : start + 6] == [
            "",
            f"## {name}: {table.title}",
            "",
            table.says,
            "",
            "| column | type | what it holds |",
            "|---|---|---|",
        ]
        for number, column in enumerate(table.columns):
            kind = TYPES[column.type] + ("" if column.required else ", or null")
            says = column.says.replace("|", r"\|")
            line = f"| `{column.name}` | {kind} | {column.title} — {says} |"
            assert lines[start + 6 + number] == line
    assert text.endswith("|\n")


def test_every_column_has_a_title_in_both_languages() -> None:
    for table in dictionary().values():
        assert table.columns, table.name
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            assert column.title, where
            assert column.says, where
            assert not column.title.isascii(), where
