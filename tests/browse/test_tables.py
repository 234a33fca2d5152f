"""Drawn tables: in the order of the form, with its names, and with everything that is found
marked in its place.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from nianbao.archive import Archive
from nianbao.archive.browse.drawn_tables import (
    BilingualName,
    DrawnTable,
    find_marked_place,
    format_figure,
)
from nianbao.archive.browse.table_drawer import draw_tables
from nianbao.archive.cell_anchors import anchor
from nianbao.archive.derived import figures
from nianbao.archive.derived.figures import CellName
from nianbao.archive.records import Figure, Finding
from nianbao.pipelines.reader.tables import form_labels, forms

FORMS = YAML(typ="safe").load(Path(form_labels.__file__).with_name("forms.yaml"))[
    "tables"
]
NAMES = [
    CellName(label.table, label.row, label.column, label.row_label, label.column_label)
    for label in form_labels.load_cell_labels()
]
REQUESTS = "g2021.requests"


def named(*wanted: str) -> list[CellName]:
    return [name for name in NAMES if name.table in wanted]


def whole(table: str) -> list[Figure]:
    """Return every cell of a form's table that holds a figure."""
    headings = {
        row["key"]
        for one in FORMS
        if one["id"] == table
        for row in one.get("rows", ())
        if row.get("header")
    }
    return [
        Figure(table, name.row, name.column, index, str(index))
        for index, name in enumerate(named(table))
        if name.row not in headings
    ]


def one(
    *cells: Figure,
    findings: tuple[Finding, ...] = (),
    before: list[Figure] | None = None,
) -> DrawnTable:
    (table,) = draw_tables(
        cells, named(*{cell.table for cell in cells}), findings, before
    )
    return table


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form["id"]))
def test_every_name_of_every_form_is_there_in_both_languages(
    form: dict[str, object],
) -> None:
    (table,) = draw_tables(whole(str(form["id"])), named(str(form["id"])))
    names = [
        table.name,
        *(row.name for row in table.rows),
        *(column.name for column in table.columns),
    ]
    names += [span.name for span in table.spans if span.name] + [
        row.over for row in table.rows if row.over
    ]
    assert [name for name in names if not name.en] == []
    assert [name for name in names if not re.search(r"[一-鿿]", name.zh)] == []
    assert table.section == form["section"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form["id"]))
def test_rows_stand_as_the_form_has_them(form: dict[str, list[dict[str, str]]]) -> None:
    (table,) = draw_tables(whole(str(form["id"])), named(str(form["id"])))
    rows = form.get("groups") or form["rows"]
    assert [row.key for row in table.rows] == [row["key"] for row in rows]
    assert [row.key for row in table.rows if row.heading] == [
        row["key"] for row in rows if row.get("header")
    ]
    depth = {row.key: row.depth for row in table.rows}
    for row in rows:
        if (
            row.get("parent") in depth
            and "其中" not in row["label"]
            and str(form["id"]) != "g2014.stats"
        ):
            assert depth[row["key"]] > depth[row["parent"]], row["key"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form["id"]))
def test_common_headings_are_those_of_the_form(
    form: dict[str, list[dict[str, str]]],
) -> None:
    (table,) = draw_tables(whole(str(form["id"])), named(str(form["id"])))
    headings: list[str] = []
    for span in table.spans:
        headings += [span.name.zh if span.name else ""] * span.columns
    wanted = [
        column.get("parent", "")
        for column in form["columns"]
        if column["key"] not in forms.STUB_COLUMNS
    ]
    assert headings == (wanted if any(wanted) else [])
    over = [row.over.zh for row in table.rows if row.over]
    assert over == list(
        dict.fromkeys(
            group["parent"] for group in form.get("groups", ()) if "parent" in group
        )
    )


def test_a_local_row_stands_last_under_its_printed_name() -> None:
    local = Figure(REQUESTS, "（八）其他 情形", "total", 2, "2")
    table = one(Figure(REQUESTS, "granted", "total", 1, "1"), local)
    last = table.rows[-1]
    assert (last.name, last.local, last.depth) == (
        BilingualName("（八）其他 情形"),
        True,
        0,
    )
    assert last.anchor == "g2021.requests-（八）其他_情形"
    assert [row.key for row in table.rows if row.local] == ["（八）其他 情形"]
    assert last.cells[-1].figure is local


def test_what_a_cell_shows() -> None:
    assert (
        format_figure(Figure(REQUESTS, "granted", "total", 93.525, "93.5250"))
        == "93.5250"
    )
    assert format_figure(Figure(REQUESTS, "granted", "total", 1234, "1,234")) == "1,234"
    assert format_figure(Figure(REQUESTS, "granted", "total", 7, "7件")) == "7"
    assert (
        format_figure(Figure(REQUESTS, "granted", "total", None, "12?", "ragged"))
        == "12?"
    )
    assert format_figure(Figure(REQUESTS, "granted", "total", 0, "")) == "0"
    assert format_figure(None) == ""
    cells = one(
        Figure(REQUESTS, "granted", "total", 7, "7件"),
        Figure(REQUESTS, "carried_in", "total", 7, "7"),
    )
    assert [
        cell.printed_text for row in cells.rows for cell in row.cells if cell.figure
    ] == ["", "7件"]


def test_findings_are_marked_where_they_belong() -> None:
    findings = (
        Finding("title.odd", "info", "no place"),
        Finding("req.balance", "error", "a cell", REQUESTS, "new_received", "total"),
        Finding("req.row", "warning", "a row", REQUESTS, "granted"),
        Finding("tables.unread", "warning", "a table", REQUESTS),
        Finding("req.column", "warning", "a column", REQUESTS, None, "total"),
        Finding("tables.missing", "warning", "another table", "g2021.art20_1"),
    )
    table = one(Figure(REQUESTS, "new_received", "total", 3, "3"), findings=findings)
    rows = {row.key: row for row in table.rows}
    assert [mark.number for mark in table.marks] == [4]
    assert [mark.number for mark in rows["granted"].marks] == [3]
    assert [mark.number for mark in table.columns[-1].marks] == [5]
    marked = {
        cell.anchor: [mark.rule for mark in cell.marks]
        for cell in rows["new_received"].cells
        if cell.marks
    }
    assert marked == {"g2021.requests-new_received-total": ["req.balance"]}
    spots = [find_marked_place([table], finding) for finding in findings]
    assert [found and found.anchor for found in spots] == [
        None,
        "g2021.requests-new_received-total",
        "g2021.requests-granted",
        "g2021.requests",
        "g2021.requests",
        None,
    ]
    assert spots[1] is not None
    assert (
        spots[1].name("en")
        == "Requests received and how they were handled · New requests received this year · Total"
    )
    assert (
        spots[1].name("zh")
        == "收到和处理政府信息公开申请情况 · 一、本年新收政府信息公开申请数量 · 总计"
    )


def test_compared_with_another_version_only_other_numbers_are_changed() -> None:
    same, other = (
        Figure(REQUESTS, "granted", "total", 7, "7件"),
        Figure(REQUESTS, "carried_in", "total", 1, "1"),
    )
    gone = Figure(REQUESTS, "carried_out", "total", 4, "4")
    now = [same, other]
    then = [
        Figure(REQUESTS, "granted", "total", 7, "7"),
        Figure(REQUESTS, "carried_in", "total", 2, "2"),
        gone,
    ]
    table = one(*now, before=then)
    changed = {
        cell.anchor: (cell.content_before, cell.content)
        for row in table.rows
        for cell in row.cells
        if cell.changed
    }
    assert changed == {
        "g2021.requests-carried_in-total": ("2", "1"),
        "g2021.requests-carried_out-total": ("4", ""),
    }
    assert table.changed == len(figures.compare_figures(then, now)) == 2
    assert one(*now).changed == 0


def test_a_table_that_is_gone_is_drawn_beside_what_it_was() -> None:
    (table,) = draw_tables(
        [], named(REQUESTS), before=[Figure(REQUESTS, "granted", "total", 1, "1")]
    )
    assert table.changed == 1


def test_without_names_the_ids_stand_for_them() -> None:
    (table,) = draw_tables([Figure("g2030.new", "somewhere", "total", 1, "1")], [])
    assert (table.name.zh, table.rows[0].name.zh, table.rows[0].local) == (
        "g2030.new",
        "somewhere",
        False,
    )


PLACES = st.sampled_from(
    [(name.table, name.row, name.column) for name in named(REQUESTS, "g2021.art20_1")]
)


@given(st.dictionaries(PLACES, st.integers(0, 99), min_size=1))
def test_every_cell_is_drawn_once_and_has_an_anchor_of_its_own(
    cells: dict[tuple[str, str, str], int],
) -> None:
    made = [Figure(*place, value, str(value)) for place, value in cells.items()]
    drawn = draw_tables(made, named(REQUESTS, "g2021.art20_1"))
    all_cells = [cell for table in drawn for row in table.rows for cell in row.cells]
    assert sorted(str(cell.figure) for cell in all_cells if cell.figure) == sorted(
        map(str, made)
    )
    anchors = [cell.anchor for cell in all_cells]
    anchors += [
        one
        for table in drawn
        for one in (table.anchor, *(row.anchor for row in table.rows))
    ]
    assert len(anchors) == len(set(anchors))


def test_names_come_from_the_archive_in_the_order_of_the_form(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a.db") as archive:
        archive.store_cell_labels(
            dataclasses.astuple(label) for label in form_labels.load_cell_labels()
        )
        assert figures.list_cell_names(archive.db, [REQUESTS]) == named(REQUESTS)
        assert figures.list_cell_names(archive.db, []) == []


def test_anchor() -> None:
    assert (
        anchor("g2021.requests", "new_received", "total")
        == "g2021.requests-new_received-total"
    )
    assert anchor("g2021.requests") == "g2021.requests"
