"""The parts of reading tables: rows that are missing or empty, columns, labels, spans."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.tables.figures import (
    Figures,
    find_empty_tables,
    find_missing_rows,
    find_unread_tables,
)
from nianbao.pipelines.reader.tables.forms import get_table
from nianbao.pipelines.reader.tables.grid_columns import (
    Columns,
    are_borne_out,
    assign_cells,
    drop_stubs,
    find_columns,
)
from nianbao.pipelines.reader.tables.html_grids import GridCell, GridRow, read_span
from nianbao.pipelines.reader.tables.label_index import (
    find_row_of_key,
    find_rows,
    find_truncated_row,
    get_label_index,
)
from nianbao.pipelines.reader.tables.labelled_rows import (
    count_rows,
    drop_numbering,
    find_label_position,
    find_passed_labels,
    is_caption,
    measure_rows,
    select_figures,
)
from nianbao.pipelines.reader.tables.review_table import (
    is_review_table,
    read_review_table,
    split_grids,
)

LABELS = get_label_index("g2021")
REQUESTS = get_table("g2021.requests")
REVIEW = get_table("g2021.review_litigation")
RULES = get_table("g2021.art20_1")
PERMITS = get_table("g2021.art20_5")
STATISTICS = get_table("g2014.stats")
NUMBERED = get_table("g2008.dingxi")
NAMES = (
    "自然人",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "法律服务机构",
    "其他",
    "总计",
)
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
GROUPS = ("行政复议", "未经复议直接起诉", "复议后起诉")


def grid_row(line: str) -> GridRow:
    """Return a row of cells between bars; "申请人*2" covers two columns, "+2" leaves two out."""
    cells: list[GridCell] = []
    column = 0
    for part in line.split("|"):
        text, _, width = part.strip().partition("*")
        if text.startswith("+") and len(text) == 2:
            column += int(text)
            continue
        end = column + int(width or 1)
        cells.append(GridCell(text, column, end))
        column = end
    return tuple(cells)


def grid(*lines: str) -> tuple[GridRow, ...]:
    return tuple(map(grid_row, lines))


def text_row(line: str) -> GridRow:
    """Return a row of text, which has no columns."""
    return tuple(GridCell(part.strip()) for part in line.split("|"))


def texts(row: GridRow) -> str:
    return "|".join(cell.text for cell in row)


# --- what is missing ------------------------------------------------------------------------


def fill(**rows: str) -> Figures:
    """Return figures of the rows of requests, the same text in every cell of a row."""
    figures = Figures()
    for key, text in rows.items():
        cells = [(column.key, text) for column in REQUESTS.figure_columns]
        figures.add_row(REQUESTS, key, cells)
    return figures


def said(finding: Finding) -> tuple[str | None, ...]:
    assert finding.severity == "warning"
    return finding.rule, finding.table, finding.row, finding.expected


def test_rows_that_are_missing() -> None:
    keys = [row.key for row in REQUESTS.rows if not row.is_heading]
    whole = fill(**dict.fromkeys(keys, "0"))
    assert list(find_missing_rows(whole)) == []
    for count in (1, 2, 3):
        few = fill(**dict.fromkeys(keys[count:], "0"))
        assert list(map(said, find_missing_rows(few))) == [
            ("row.missing", REQUESTS.id, key, "1") for key in keys[:count]
        ]
    (many,) = find_missing_rows(fill(**dict.fromkeys(keys[4:], "0")))
    assert said(many) == ("row.missing", REQUESTS.id, None, "4")
    assert "本年新收政府信息公开申请数量" in many.message
    older = get_table("g2019.art20_1")
    figures = Figures()
    figures.add_row(older, "rules", [(one.key, "0") for one in older.columns])
    assert [said(one)[2] for one in find_missing_rows(figures)] == [
        "normative_documents"
    ]
    groups = Figures()
    groups.add_row(REVIEW, "review", [("total", "0")])
    assert [said(one)[2] for one in find_missing_rows(groups)] == [
        *("litigation_direct", "litigation_after_review"),
    ]


def test_a_table_that_is_printed_empty() -> None:
    empty = ("table.empty", REQUESTS.id, None, None)
    assert list(
        map(said, find_empty_tables(fill(granted="", refused_other_law=" ")))
    ) == [empty]
    for text in ("0", "-", "共2件"):
        for rows in (
            {"granted": text, "carried_in": ""},
            {"carried_in": "", "a": text},
        ):
            assert list(find_empty_tables(fill(**rows))) == [], rows
    ragged = Figures()
    ragged.add_ragged_row(REQUESTS, [("granted", "total")], ["", ""])
    assert list(find_empty_tables(ragged)) == []


LINES = "规章{0}行政规范性文件{0}"
SUPERVISED = "行政处罚{0}行政强制{0}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("规章", {}),
        ("行政规范性文件", {}),
        ("行政规范性文件本年制发件数1", {"art20_1": "tables.unread"}),
        ("行政规范性文件件数1", {}),
        ("本年制发件数1", {}),
        ("行政许可本年处理决定数量", {"art20_5": "tables.unread"}),
        ("行政处罚本年处理决定数量行政强制", {"art20_6": "table.empty"}),
        ("行政处罚本年处理决定数量5行政强制", {"art20_6": "tables.unread"}),
        (
            "行政处罚本年处理决定数量行政强制" + "无" * 30 + "5。",
            {"art20_6": "tables.unread"},
        ),
        (
            "行政处罚本年处理决定数量行政强制" + "无" * 70 + "5。",
            {"art20_6": "table.empty"},
        ),
        ("行政处罚1.本年处理决定数量2)行政强制", {"art20_6": "table.empty"}),
        ("未经复议直接起诉", {"review_litigation": "tables.unread"}),
        ("行政复议", {}),
        ("属于国家秘密、重复申请、其他处理", {}),
        ("属于国家秘密、重复申请、其他处理、部分公开", {"requests": "table.empty"}),
        ("属于国家秘密1重复申请、其他处理、部分公开", {"requests": "tables.unread"}),
        ("属于国家秘密、商业企业", {"requests": "tables.unread"}),
    ],
)
def test_tables_that_are_printed_and_not_read(text: str, found: dict[str, str]) -> None:
    findings = list(find_unread_tables("g2021", text, Figures()))
    assert {one.table: one.rule for one in findings} == {
        f"g2021.{name}": rule for name, rule in found.items()
    }
    assert {one.severity for one in findings} <= {"warning"}
    assert list(find_unread_tables("unknown", text, Figures())) == []
    read = Figures()
    for name in found:
        table = get_table(f"g2021.{name}")
        read.add_row(table, (table.rows or table.groups)[0].key, [("total", "1")])
    assert list(find_unread_tables("g2021", text, read)) == []


# --- rows of the wrong length ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "cells", "value"),
    [
        ("granted", "000000", 0),
        ("granted", "00000", 0),
        ("granted", "000000000", 0),
        ("granted", "0000", None),
        ("granted", "0000000000", None),
        ("granted", "000001", None),
        ("granted", "      ", None),
        ("granted", " 00000", 0),
        ("granted", "-00000", None),
        ("refused", "000000", None),  # a heading
    ],
)
def test_rows_of_zeros(row: str, cells: str, value: int | None) -> None:
    keys = [(row, column.key) for column in REQUESTS.figure_columns]
    figures = Figures()
    figures.add_ragged_row(REQUESTS, keys, [text.strip() for text in cells])
    assert [figure.value for figure in figures.cells.values()] == [value] * 7
    (finding,) = figures.findings
    assert said(finding) == ("row.ragged", REQUESTS.id, row, "7")
    assert finding.found == str(len(cells))
    rules = Figures()  # no total proves anything
    rules.add_ragged_row(RULES, [("rules", "issued"), ("rules", "valid")], ["0"])
    assert [figure.value for figure in rules.cells.values()] == [None] * 2
    for options in ({"labels": 2}, {"foreign_column": "本年新公开数量"}):
        doubtful = Figures()
        doubtful.add_ragged_row(REQUESTS, keys, ["0"] * 6, **options)  # type: ignore[arg-type]
        assert {figure.value for figure in doubtful.cells.values()} == {None}
        (finding,) = doubtful.findings
        assert finding.expected == (None if "foreign_column" in options else "7")


def test_the_first_row_of_a_cell_stays() -> None:
    figures = fill(granted="1")
    figures.add_row(REQUESTS, "granted", [("total", "2")])
    figures.add_ragged_row(REQUESTS, [("granted", "total"), ("a", "total")], ["1"])
    assert {one.value for one in figures.cells.values()} == {1}
    assert len(figures.cells) == 7
    assert figures.findings == []
    unread = Figures()
    unread.add_row(REQUESTS, "granted", [("total", "[图片]"), ("org_other", "共 2 件")])
    unread.add_row(REQUESTS, "refused", [("total", "-"), ("org_other", "")])
    assert [(one.rule, one.column, one.found) for one in unread.findings] == [
        ("cell.not_read", "total", "[图片]"),
        ("cell.not_read", "org_other", "共 2 件"),
    ]
    assert len({one.message for one in unread.findings}) == 2


# --- columns --------------------------------------------------------------------------------

FORM_KEYS = tuple(column.key for column in REQUESTS.figure_columns)
HEADER = (
    "+3|申请人情况*7",
    "+3|自然人|法人或其他组织*5|总计",
    "+4|商业企业|科研机构|社会公益组织|法律服务机构|其他",
)
LOST_SPANS = (
    "自然人|法人或其他组织|总计",
    "商业企业|科研机构|社会公益组织|法律服务机构|其他",
)
SWAPPED = "+3|总计|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他"


def test_the_columns_of_a_header() -> None:
    whole = find_columns(REQUESTS, grid(*HEADER))
    assert (whole.keys, whole.has_header) == (FORM_KEYS, True)
    assert whole.spans == tuple((start, start + 1) for start in range(3, 10))
    assert {whole.is_broken, whole.is_unsure, whole.may_be_displaced} == {False}
    swapped = find_columns(REQUESTS, grid(SWAPPED))
    assert swapped.keys == ("total", *FORM_KEYS[:-1])
    assert swapped.may_be_displaced
    assert not swapped.is_broken
    lost = find_columns(REQUESTS, grid(*LOST_SPANS))
    assert (lost.keys, lost.spans) == (FORM_KEYS, None)
    assert (lost.is_broken, lost.is_unsure, lost.has_header) == (True, False, True)
    assert lost.may_be_displaced
    moved = find_columns(REQUESTS, grid("总计|自然人|法人或其他组织", LOST_SPANS[1]))
    assert moved.keys == ("total", *FORM_KEYS[:-1])
    unsure = find_columns(
        REQUESTS, grid(LOST_SPANS[0].replace("法人或其他组织", "组织"), LOST_SPANS[1])
    )
    assert unsure == Columns(FORM_KEYS, is_unsure=True, has_header=True)
    none = find_columns(REQUESTS, ())
    assert none == Columns(FORM_KEYS)
    some = find_columns(REQUESTS, grid("自然人|商业企业|总计"))
    assert some == Columns(FORM_KEYS)
    turned = find_columns(REQUESTS, grid("总计|商业企业|自然人"))
    assert turned == Columns(FORM_KEYS, is_unsure=True)
    written = find_columns(REQUESTS, [text_row("|".join(NAMES))])
    assert written == Columns(FORM_KEYS, has_header=True)
    backwards = find_columns(REQUESTS, [text_row("|".join(NAMES[::-1]))])
    assert backwards.keys == FORM_KEYS[::-1]
    with_more = find_columns(REQUESTS, [text_row("|".join((*NAMES[::-1], "备注")))])
    assert with_more.keys == FORM_KEYS
    twice = find_columns(REQUESTS, grid(*HEADER, "+3|自然人"))
    assert twice == Columns(FORM_KEYS)
    wide = find_columns(
        REQUESTS, grid(*HEADER[:1], HEADER[1].replace("*5", "*4"), HEADER[2])
    )
    assert wide.spans is None


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        (HEADER, "+3|1|2|3|4|5|6|21", "1234562"),
        (HEADER, "+3|1|2|3|4|5|6|9", "1234569"),  # as it is printed
        (HEADER, "+2||1|2|3|4|5|6|21", "1234562"),
        (HEADER, "+2|1|2|3|4|5|6|21|", "1234562"),  # displaced, borne out by its sum
        (HEADER, "+2|1|2|3|4|5|6|9|", None),
        (HEADER, "+3|1|2|3|4|5|6", None),
        (HEADER, "+3|1*2|3|4|5|6|21", None),
        (HEADER, "+3|1|2|3|4|5|6|21|8", None),
        (LOST_SPANS, "+1|1|2|3|4|5|6|21", "1234562"),
        (LOST_SPANS, "+1|1|2|3|4|5|6|9", None),
        (LOST_SPANS, "+1|1|2|3|4|5|6|21||", "1234562"),
        ((), "+1|1|2|3|4|5|6|21", "1234562"),
        ((), "+1|1|2|3|4|5|6|9", None),
        ((), "+1|件|2|3|4|5|6|20", None),
        (("总计|商业企业|自然人",), "+1|1|2|3|4|5|6|21", None),
    ],
)
def test_the_cells_of_a_row(
    header: tuple[str, ...], line: str, expected: str | None
) -> None:
    columns = find_columns(REQUESTS, grid(*header))
    cells = assign_cells(columns, grid_row(line))
    if expected is None:
        assert cells is None
    else:
        assert cells is not None
        assert [key for key, _ in cells] == list(FORM_KEYS)
        assert "".join(text[0] for _, text in cells) == expected


def test_rows_that_bear_columns_out() -> None:
    turned = Columns(("total", *FORM_KEYS[:-1]), is_broken=True)
    first, last = text_row("21|1|2|3|4|5|6"), text_row("1|2|3|4|5|6|21")
    assert are_borne_out(turned, FORM_KEYS, [first])
    assert assign_cells(turned, first) is not None
    assert assign_cells(turned, last) is None
    written = Columns(turned.keys)
    assert are_borne_out(written, FORM_KEYS, [first, first, last])
    assert are_borne_out(written, FORM_KEYS, [first, last])
    assert not are_borne_out(written, FORM_KEYS, [first, last, last])
    assert are_borne_out(written, FORM_KEYS, [])


@pytest.mark.parametrize(
    ("table", "key", "line", "left"),
    [
        (STATISTICS, "applications", "件|12", "12"),
        (STATISTICS, "applications", "12", "12"),
        (STATISTICS, "applications", "|12", "12"),
        (STATISTICS, "applications", "-|12", "12"),
        (STATISTICS, "applications", "7|12", "7|12"),
        (STATISTICS, "applications", "件|件|12", "12"),
        (NUMBERED, "#0", "件|01|3|4", "3|4"),
        (NUMBERED, "#0", "01|3|4", "3|4"),
        (NUMBERED, "#0", "件|01|3", "3"),
        (NUMBERED, "#0", "01|3", "3"),  # has lost a figure
        (NUMBERED, "#11", "12|3", "12|3"),  # may be a figure
        (NUMBERED, "#11", "件|12|3", "3"),
        (NUMBERED, "#11", "12|3|4", "3|4"),
        (RULES, "rules", "件|1|2|3", "1|2|3"),
        (RULES, "rules", "1|2|3", "1|2|3"),
        (RULES, "rules", "件|2|3", "件|2|3"),
        (RULES, "rules", "-|1|2|3", "-|1|2|3"),
        (RULES, "rules", "5|1|2|3", "5|1|2|3"),
        (PERMITS, "admin_permit", "件|1", "1"),
    ],
)
def test_units_and_codes_before_figures(
    table: object, key: str, line: str, left: str
) -> None:
    form = STATISTICS if table is STATISTICS else table
    assert isinstance(form, type(RULES))
    label = form.rows[int(key[1:])] if key[0] == "#" else find_row_of_key(form, key)
    assert label is not None
    assert texts(drop_stubs(grid_row("+1|" + line), label, form)) == left


# --- labels ---------------------------------------------------------------------------------


def keys_of(core: str) -> set[str]:
    return {match.row.key for match in find_rows("g2021", core)}


def near_labels(core: str) -> list[str]:
    """Return the other labels that have about the same characters."""
    signs = set(core)
    return [
        other
        for other in LABELS.rows
        if other != core and len(signs & set(other)) * 2 > min(len(signs), len(other))
    ]


def test_misprinted_labels_name_one_row_or_none() -> None:
    for core, matches in LABELS.rows.items():
        own = {match.row.key for match in matches}
        assert keys_of(core) == own
        changes = [
            *(core[:place] + "龘" + core[place + 1 :] for place in range(len(core))),
            *(core[:place] + "龘" + core[place:] for place in range(len(core) + 1)),
            *(core[:place] + core[place + 1 :] for place in range(len(core))),
        ]
        for change in changes:
            assert change in LABELS.rows or keys_of(change) in (own, set()), change
        if 7 <= len(core) < 60 and not near_labels(core):
            assert all(keys_of(change) == own for change in changes), core
        if len(core) < 6:
            assert not any(map(keys_of, changes[: len(core)])), core
        if len(core) >= 12 and not near_labels(core):
            assert keys_of(core[:4] + core[6:]) in (own, set())
            assert keys_of(core[0] + core[3:]) == set()
            assert keys_of(core[:-3] + core[-1]) == set()


@pytest.mark.parametrize(
    ("core", "keys"),
    [
        ("属于国家秘密", {"refused_state_secret"}),
        ("属于国家机密", {"refused_state_secret"}),
        ("属于国家", set()),
        ("重复申情", set()),
        ("要求行政机关确认或重新出具已获取信息的", {"not_processed_confirmation"}),
        (
            "要求行政机关确认或重新出具已获取信息" + "的" * 42,
            {"not_processed_confirmation"},
        ),
        ("要求行政机关确认或重新出具已获取信息" + "的" * 43, set()),
        ("要求行政机关或重新出具获取信息", {"not_processed_confirmation"}),
        ("要求行政机关重新获取信息", set()),
        ("没有现成信息需要制作", {"unable_needs_creation"}),
        ("无", set()),
        ("", set()),
    ],
)
def test_a_label(core: str, keys: set[str]) -> None:
    assert keys_of(core) == keys


@pytest.mark.parametrize(
    ("core", "key"),
    [
        ("要求行政机关", "not_processed_confirmation"),
        ("要求行政机", None),
        ("没有现成信息", "unable_needs_creation"),
        ("没有现成信息需要另行制作", "unable_needs_creation"),
        ("申请人无正当理由", "other_no_correction"),
        ("行政机关不掌握", None),
        ("本年新收政府", "new_received"),
    ],
)
def test_a_label_that_is_cut_off(core: str, key: str | None) -> None:
    matches = find_truncated_row("g2021", core)
    assert [match.row.key for match in matches] == ([key] if key else [])


NUMBERINGS = {
    # a first column that counts the rows, and one that does not
    ("1|规章|5", "2|行政规范性文件|7"): True,
    ("序号|内容|件数", "3|规章|5", "8|行政规范性文件|7"): True,
    ("序号|内容|件数", "8|规章|5", "3|行政规范性文件|7"): False,
    ("序号|内容|件数", "1|规章|5", "2|行政规范性文件|7", "1|行政许可|7"): True,
    ("|规章|5", "|行政规范性文件|7"): True,
    ("1|规章|5",): False,
    ("2|规章|5", "3|行政规范性文件|7"): False,
    ("1|规章|5", "3|行政规范性文件|7"): False,
    ("1|规章|5", "合|行政规范性文件|7"): False,
    ("1|5|6", "2|7|8"): False,
    ("1|规章|文", "2|行政规范性文件|字"): False,
    ("1|规章|-", "2|行政规范性文件|-"): True,
    ("1|规章|5", "2|行政规范性文件|7", "合计*2|12"): False,
    ("1|规章|5", "2|行政规范性文件|7", "说明*3"): True,
    ("01|规章|5", "02|行政规范性文件|7"): True,
    ("0|规章|5", "1|行政规范性文件|7"): False,
    ("1000|规章|5", "1001|行政规范性文件|7"): False,
    ("|1|5", "|2|7"): False,
    ("|内容|件数", "|1|5", "|2|7"): True,
    ("+1|规章|5",): False,
}


@pytest.mark.parametrize("lines", NUMBERINGS)
def test_a_column_that_numbers_the_rows(lines: tuple[str, ...]) -> None:
    whole = grid(*lines)
    left = drop_numbering(whole)
    if not NUMBERINGS[lines]:
        assert left is whole
        return
    for line, row in zip(whole, left, strict=True):
        assert row == (line[1:] if line[0].span == (0, 1) else line)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("第二十条第（一）项", True),
        ("|第二十条第（一）项", True),
        ("||第二十条第（一）项", False),
        ("第二十条的规定", False),
        ("规章|1", False),
    ],
)
def test_a_caption(line: str, is_one: bool) -> None:
    assert is_caption(grid_row(line)) is is_one


@pytest.mark.parametrize(
    ("line", "position", "figures"),
    [
        ("三、本年度办理结果|（一）予以公开|3|4", 1, "3|4"),
        ("（一）予以公开|3|重复申请|4", 0, "3|重复申请|4"),
        ("（一）予以公开|-|重复申请|4", 0, "-|重复申请|4"),
        ("（一）予以公开||3", 0, "|3"),
        ("（一）予以公开|文", 0, ""),
        ("没有|3", None, ""),
        ("3|（一）予以公开", None, ""),
    ],
)
def test_the_label_of_a_row(line: str, position: int | None, figures: str) -> None:
    row = grid_row(line)
    assert find_label_position(row, LABELS) == position
    assert texts(select_figures(row, LABELS)) == figures


def test_where_rows_end_and_whose_they_are() -> None:
    lines = (
        "予以公开|1|2|3",
        "部分公开|1|2",
        "重复申请|1|2|3",
        "其他处理|文字|空|空|空",
    )
    assert measure_rows(grid(*lines, "没有|1|2"), LABELS) == {REQUESTS.id: 4}
    assert measure_rows(grid(*lines[:2]), LABELS) == {REQUESTS.id: 4}
    assert measure_rows(grid(*lines[:2], "规章|1"), LABELS) == {
        REQUESTS.id: 4,
        RULES.id: 2,
    }
    assert measure_rows([text_row(lines[0])], LABELS) == {}  # type: ignore[arg-type]
    assert count_rows(grid(*lines, "规章|1", "12|空"), LABELS) == {
        REQUESTS.id: 4,
        RULES.id: 1,
    }
    assert count_rows(grid("a|b|c|予以公开|1", "a|b|c|d|予以公开"), LABELS) == {
        REQUESTS.id: 1
    }


@pytest.mark.parametrize(
    ("before", "label", "passed"),
    [
        ("不予公开", "属于国家秘密", []),
        ("本年度办理结果|不予公开", "属于国家秘密", []),
        ("予以公开|", "属于国家秘密", ["granted"]),
        ("重复申请|予以公开", "属于国家秘密", ["not_processed_duplicate", "granted"]),
        ("属于国家秘密", "属于国家秘密", []),
        ("规章", "属于国家秘密", []),
    ],
)
def test_labels_that_are_passed_over(
    before: str, label: str, passed: list[str]
) -> None:
    (match,) = find_rows("g2021", label)
    found = find_passed_labels(grid_row(before), match, "g2021")
    assert [row.key for row in found] == passed


@pytest.mark.parametrize(
    ("printed", "size"),
    [
        *((None, 1), ("", 1), ("2", 2), (" +2px", 2), ("2.0", 2), ("0", 0)),
        *(("007", 7), ("x", 1), ("-2", 1), ("99999", 99999), ("100000", 99999)),
        *(("\n3", 3), ("\u00a03", 1), ("0000001", 1)),
    ],
)
def test_a_span(printed: str | None, size: int) -> None:
    assert read_span(printed) == size


# --- reviews and litigation -----------------------------------------------------------------

REVIEW_HEADER = (
    "行政复议*5|行政诉讼*10",
    "+5|未经复议直接起诉*5|复议后起诉*5",
    "|".join(OUTCOMES * 3),
)
SUMS = "1|2|0|0|3|0|0|0|0|0|4|0|0|1|5"


def review(*lines: str) -> list[int | float | None]:
    figures = Figures()
    read_review_table(grid(*lines), REVIEW, figures)
    found = {
        (row, column): one.value for (_, row, column), one in figures.cells.items()
    }
    assert list(found) == (REVIEW.list_review_keys() if found else [])
    return list(found.values())


def test_the_row_of_reviews() -> None:
    right = [int(text) for text in SUMS.split("|")]
    wrong = SUMS.replace("5", "6")
    assert review(*REVIEW_HEADER, SUMS) == right
    assert review(*REVIEW_HEADER, wrong) == [*right[:-1], 6]
    assert review(*REVIEW_HEADER, SUMS + "|") == right
    assert review(*REVIEW_HEADER, SUMS[:-2]) == [None] * 15
    assert review(*REVIEW_HEADER, "行政复议") == []
    assert review(*REVIEW_HEADER, "|".join("-" * 15)) == [None] * 15
    # two groups have lost their outcomes: the sums have to say it
    short = (*REVIEW_HEADER[:2], "|".join(OUTCOMES))
    assert review(*short, SUMS) == right
    assert review(*short, wrong) == [None] * 15
    # groups that have lost their spans
    narrow = ("|".join(GROUPS), "|".join(OUTCOMES * 3))
    assert review(*narrow, SUMS) == right
    assert review(*narrow, SUMS.replace("2", "")) == [None] * 15
    # in another order of the groups
    turned = ("复议后起诉*5|行政复议*5|未经复议直接起诉*5", "|".join(OUTCOMES * 3))
    assert review(*turned, SUMS) == [*right[5:], *right[:5]]


def test_a_grid_that_is_one_of_reviews() -> None:
    assert is_review_table(grid(*REVIEW_HEADER), REVIEW)
    assert is_review_table(grid("行政复议*2", "结果维持|结果纠正"), REVIEW)
    assert not is_review_table(grid("行政复议*2", "结果维持|总计"), REVIEW)
    assert not is_review_table(grid("结果维持|结果纠正|其他结果"), REVIEW)
    below = ["空|空"] * 5
    assert is_review_table(grid(*below, "行政复议|结果维持|结果纠正"), REVIEW)
    assert not is_review_table(grid(*below, "空", "行政复议|结果维持|结果纠正"), REVIEW)


@pytest.mark.parametrize(
    ("above", "lines", "sizes"),
    [
        (0, REVIEW_HEADER, [3]),
        (3, REVIEW_HEADER, [4, 2]),
        (3, ("结果维持|结果纠正|其他结果",), [3, 1]),
        (2, ("结果维持|结果纠正|其他结果",), [3]),
        (3, ("行政复议", "结果维持|结果纠正|其他结果"), [3, 2]),
        (3, ("结果维持|结果纠正|总计",), [4]),
        (3, ("结果维持|结果纠正",), [4]),
    ],
)
def test_a_grid_with_reviews_below(
    above: int, lines: tuple[str, ...], sizes: list[int]
) -> None:
    whole = grid(*["规章|1|2"] * above, *lines)
    parts = list(split_grids([whole], LABELS))
    assert list(map(len, parts)) == sizes
    assert sum(parts, ()) == whole
