"""The forms as the program holds them: what their file prints, and keys that are promises."""

from __future__ import annotations

import re

import pytest

from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from nianbao.pipelines.reader.tables.forms import (
    FormTable,
    get_table,
    get_tables,
    load_forms,
)
from nianbao.pipelines.reader.tables.label_index import (
    find_row_of_key,
    get_label_index,
    list_counterparts,
    list_foreign_columns,
    list_foreign_columns_of_all,
)

# rows, headings, leaves, optional rows, rows with a code, columns, columns of figures, groups
SIZES = {
    "g2019.art20_1": (3, 0, 0, 1, 0, 3, 3, 0),
    "g2019.art20_5": (2, 0, 0, 0, 0, 3, 3, 0),
    "g2019.art20_6": (2, 0, 0, 0, 0, 3, 3, 0),
    "g2019.art20_8": (1, 0, 0, 0, 0, 2, 2, 0),
    "g2019.art20_9": (1, 0, 0, 0, 0, 2, 2, 0),
    "g2019.requests": (27, 4, 19, 0, 0, 7, 7, 0),
    "g2019.review_litigation": (0, 0, 0, 0, 0, 5, 5, 3),
    "g2021.art20_1": (2, 0, 0, 0, 0, 3, 3, 0),
    "g2021.art20_5": (1, 0, 0, 0, 0, 1, 1, 0),
    "g2021.art20_6": (2, 0, 0, 0, 0, 1, 1, 0),
    "g2021.art20_8": (1, 0, 0, 0, 0, 1, 1, 0),
    "g2021.requests": (30, 5, 21, 0, 0, 7, 7, 0),
    "g2021.review_litigation": (0, 0, 0, 0, 0, 5, 5, 3),
    "g2014.stats": (65, 7, 0, 0, 0, 3, 1, 0),
    "g2008.fujian": (15, 0, 0, 0, 0, 4, 2, 0),
    "g2008.dingxi": (35, 0, 0, 0, 35, 5, 2, 0),
}
GENERATIONS = {"g2008_local": 2, "g2014_stats": 1, "g2019": 7, "g2021": 6}
TABLES = [get_table(name) for name in SIZES]


def test_the_tables_of_the_forms() -> None:
    found = {
        table.id: (
            len(table.rows),
            sum(row.is_heading for row in table.rows),
            sum(row.is_leaf for row in table.rows),
            sum(row.is_optional for row in table.rows),
            sum(row.code is not None for row in table.rows),
            len(table.columns),
            len(table.figure_columns),
            len(table.groups),
        )
        for table in TABLES
    }
    assert found == SIZES
    assert {name: len(get_tables(name)) for name in GENERATIONS} == GENERATIONS
    assert set(load_forms().tables) == set(GENERATIONS)
    assert get_tables("unknown") == ()
    with pytest.raises(KeyError, match=re.escape("g2021.art20_9")):
        get_table("g2021.art20_9")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_the_labels_of_a_table(table: FormTable) -> None:
    for labels in (table.rows, table.columns, table.groups):
        keys = [label.key for label in labels]
        assert len(set(keys)) == len(keys)
        for label in labels:
            assert re.fullmatch("[a-z][a-z0-9_]*", label.key)
            assert label.is_heading in (True, False)
            assert type(label.has_figures) is bool
            assert type(label.cores) is type(label.spellings) is tuple
            assert not any(squeeze(name) != name for name in label.spellings)
            assert {extract_core(name) for name in label.spellings} == set(label.cores)
    row_keys = {row.key for row in table.rows}
    for row in table.rows:
        assert row.has_figures
        assert row.parent is None or row.parent in row_keys
        assert row.cores[0]
        assert find_row_of_key(table, row.key) is row
        assert table.list_row_keys(row) == [
            (row.key, column.key) for column in table.columns if column.has_figures
        ]
    assert find_row_of_key(table, "no row") is None
    pairs = table.list_review_keys()
    assert len(pairs) == len(set(pairs)) == len(table.groups) * len(table.columns)
    assert pairs == sorted(
        pairs, key=lambda pair: [group.key for group in table.groups].index(pair[0])
    )
    for order, row in enumerate(table.rows):
        generation = get_label_index(table.generation)
        assert all(
            (table, row, order) in generation.rows[core] for core in row.cores if core
        )


def test_what_stands_in_the_forms() -> None:
    forms = load_forms()
    requests = {row.key: row for row in get_table("g2021.requests").rows}
    fees = requests["other_fee_unpaid"]
    assert fees.cores[-1] == "逾期未缴费"
    assert fees.spellings[-1] == "逾期未缴费"
    assert fees.spellings[0].startswith("申请人逾期未按收费通知要求缴纳费用、行政机关")
    assert (fees.parent, fees.is_leaf, fees.is_heading) == (
        *("other_processing", True, False),
    )
    columns = {column.key: column for column in get_table("g2021.requests").columns}
    assert columns["org_enterprise"].parent == "法人或其他组织"
    assert columns["total"].parent is None
    codes = [row.code for row in get_table("g2008.dingxi").rows]
    assert codes[:2] == ["01", "02"]
    (optional,) = [row for row in get_table("g2019.art20_1").rows if row.is_optional]
    assert optional.key == "other_disclosed_documents"
    assert {"件", "条", "元"} & forms.units
    assert "" not in forms.units
    assert forms.ignored_rows == ("编写说明", "填表说明", "注", "说明")
    assert {"序号", "行次", "No"} <= forms.numbering_heads
    assert forms.min_markers == 2
    assert set(forms.markers) == set(GENERATIONS)
    assert "本年制发件数" in forms.markers["g2021"]
    assert "本年增/减" in forms.markers["g2019"]
    assert {"规章", "本年新收政府信息公开申请数量"} <= forms.row_cores
    assert forms.row_cores.isdisjoint(forms.sections)
    stubs = [
        column.key
        for table in TABLES
        for column in table.columns
        if not column.has_figures
    ]
    assert set(stubs) == {"indicator", "unit", "code"}


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("总体情况", "overview"),
        ("概述", "overview"),
        ("主动公开政府信息情况", "proactive_disclosure"),
        ("收到和处理政府信息公开申请", "requests"),
        ("政府信息公开行政复议、行政诉讼情况", "review_litigation"),
        ("存在的主要问题及改进情况", "problems_improvements"),
        ("需要说明的其他事项", "other_matters"),
        ("收费及减免情况", "fees"),
    ],
)
def test_the_title_of_a_section(title: str, key: str) -> None:
    forms = load_forms()
    assert forms.sections[extract_core(title)] == key
    assert squeeze(title) in forms.titles
    assert len(forms.titles) == len(set(forms.titles))


def test_the_constraints() -> None:
    constraints = {one.id: one for one in load_forms().constraints}
    assert {name: (one.level, one.axis) for name, one in constraints.items()} == {
        "req.balance": ("form", "column"),
        "req.row_total": ("form", "row"),
        "req.result_sum_2019": ("form", "column"),
        "req.result_sum_2021": ("form", "column"),
        "rl.group_total": ("form", "row"),
        "a1_2019.disclosed": ("soft", "row"),
        "fj.parts": ("form", "column"),
        "fj.cumulative": ("soft", "row"),
        "s14.parts": ("form", "column"),
        "text.new": ("text", "row"),
        "text.review": ("text", "row"),
        "fee.unit": ("soft", "row"),
    }
    for name, one in constraints.items():
        for table in map(get_table, one.tables):
            names = {"leaves", *(row.key for row in table.rows)}
            names |= {label.key for label in (*table.columns, *table.groups)}
            for expression in one.expressions:
                assert set(re.findall(r"\w+", expression)) <= names, name
            if one.level == "text":
                assert set(one.against) | set(one.including) <= names, name
        assert bool(one.expressions) + bool(one.limits) + bool(one.pattern) == 1, name
        assert type(one.tables) is type(one.expressions) is tuple
        is_text = one.level == "text"
        given = (one.pattern, one.within, one.without)
        assert all(type(part) is re.Pattern for part in given) is is_text
        assert any(part is not None for part in given) is is_text
        assert one.against == ("", "") or is_text
    assert constraints["text.new"].against == ("new_received", "total")
    assert constraints["text.new"].including == ("carried_in",)
    assert constraints["text.review"].including == ()
    assert constraints["fee.unit"].limits["most_township"] == 10000
    assert constraints["req.balance"].limits == {}
    assert len(constraints["s14.parts"].expressions) == 7


def test_columns_of_the_forms_of_other_years() -> None:
    rules = get_table("g2021.art20_1")
    assert [table.id for table in list_counterparts(rules)] == ["g2019.art20_1"]
    assert list_counterparts(get_table("g2014.stats")) == ()
    foreign = list_foreign_columns(rules)
    assert {"本年新制作数量", "对外公开总数量"} <= foreign
    assert foreign.isdisjoint({"本年制发件数", "现行有效件数"})
    assert list_foreign_columns(get_table("g2021.requests")) == frozenset()
    assert foreign <= list_foreign_columns_of_all("g2021")
    own = get_label_index("g2021").columns
    assert list_foreign_columns_of_all("g2021").isdisjoint(own)
    assert "本年制发件数" in list_foreign_columns_of_all("g2019")
    (review,) = get_label_index("g2021").review_tables
    assert review.id == "g2021.review_litigation"


def test_the_labels_of_cells() -> None:
    cells = {(one.table, one.row, one.column): one for one in load_cell_labels()}
    sizes = {
        table.id: len(table.groups or table.rows) * len(table.figure_columns)
        for table in TABLES
    }
    assert len(cells) == len(load_cell_labels()) == sum(sizes.values())
    for (name, row_key, column_key), one in cells.items():
        table = get_table(name)
        row = next(row for row in table.groups or table.rows if row.key == row_key)
        column = next(one for one in table.columns if one.key == column_key)
        assert column.has_figures
        assert extract_core(one.row_label) == row.cores[0]
        if column.cores:
            assert extract_core(one.column_label) == column.cores[0]
        else:
            assert one.column_label == column_key
        is_heading = one.kind == "heading"
        assert (is_heading, one.kind == "optional") == (row.is_heading, row.is_optional)
        assert one.kind in ("cell", "heading", "optional")
    total = cells["g2021.review_litigation", "review", "total"]
    assert (total.row_label, total.column_label) == ("行政复议", "总计")
