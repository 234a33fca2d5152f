"""Flattened tables in plain text: read where the layout tells the cells, left alone where it
does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from tests.reader import pages

HEAD = [
    "第二十条第（一）项",
    "信息内容",
    "本年制发件数",
    "本年废止件数",
    "现行有效件数",
]
APPLICANTS = [
    "申请人情况",
    "自然人",
    "法人或其他组织",
    "总计",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "法律服务机构",
    "其他",
]
KINDS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]


def rows(requests: pages.Rows) -> Iterator[list[str]]:
    """The rows of a 2021 report, label cells and figures, as an extractor sees them."""
    yield HEAD
    yield ["规章", "0", "0", "0"]
    yield ["行政规范性文件", "3", "1", "25"]
    yield ["第二十条第（五）项", "信息内容", "本年处理决定数量"]
    yield ["行政许可", "120"]
    yield APPLICANTS
    for item in pages.table("g2021", "requests").rows:
        if not item.is_heading:
            yield [item.cores[0], *map(str, requests.get(item.key, [0] * 7))]
    yield [
        "行政复议",
        "行政诉讼",
        *KINDS,
        "未经复议直接起诉",
        "复议后起诉",
        *KINDS,
        *KINDS,
    ]
    yield [str(value) for value in pages.OUTCOMES]


def tab(lines: list[list[str]]) -> str:
    return "\n".join("\t".join(line) for line in lines)


def markdown(lines: list[list[str]]) -> str:
    return "\n".join(" | ".join(line) + " | ||" for line in lines)


def bar_behind(lines: list[list[str]]) -> str:
    return "\n|\n".join("\n".join(f"{part} |" for part in line) for line in lines)


def lone_bars(lines: list[list[str]]) -> str:
    return "\n|\n".join(itertools.chain.from_iterable(lines))


def cell_a_line(lines: list[list[str]]) -> str:
    return "\n\n".join(itertools.chain.from_iterable(lines))


def begun_by_tab(lines: list[list[str]]) -> str:
    return "\n\n".join("\n".join(f"\t{part}" for part in line) for line in lines)


def text_of(table: str) -> bytes:
    return "\n".join(
        [
            pages.TITLE,
            pages.PREAMBLE,
            *pages.SECTIONS[:2],
            table,
            pages.SECTIONS[4],
            pages.PROSE[1],
        ]
    ).encode()


LAYOUTS = [tab, markdown, bar_behind, lone_bars, cell_a_line, begun_by_tab]


def values(reading: Reading, table: str, line: str) -> list[int | float | None]:
    return [
        figure.value
        for figure in reading.figures
        if (figure.table, figure.row) == (table, line)
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout(layout) -> None:  # type: ignore[no-untyped-def]
    reading = read(text_of(layout(list(rows(pages.REQUESTS_2021)))))
    assert reading.form == "g2021"
    assert values(reading, "g2021.art20_1", "normative_documents") == [3, 1, 25]
    for item in pages.table("g2021", "requests").rows:
        if not item.is_heading:
            assert values(
                reading, "g2021.requests", item.key
            ) == pages.REQUESTS_2021.get(item.key, [0] * 7), item.key
    assert [
        f.value for f in reading.figures if f.table == "g2021.review_litigation"
    ] == pages.OUTCOMES
    assert not [f for f in reading.findings if f.severity == "error"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lost_cells_leave_no_figures(layout) -> None:  # type: ignore[no-untyped-def]
    short = {
        **pages.REQUESTS_2021,
        "granted": [1, 0, 0, 0, 7],
        "refused_state_secret": [0, 0, 0, 0, 0],
    }
    reading = read(text_of(layout(list(rows(short)))))
    assert values(reading, "g2021.requests", "granted") == [None] * 7
    assert values(reading, "g2021.requests", "refused_state_secret") == [0] * 7
    assert {
        f.alignment for f in reading.figures if f.row == "refused_state_secret"
    } == {"assumed"}


def test_fillers_of_a_tab_layout_are_no_cells() -> None:
    """An extractor that cuts to a fixed grid leaves an empty field in front and loses the last
    column.
    """
    table = tab(list(rows(pages.REQUESTS_2021))).replace(
        "予以公开\t6\t1\t0\t0\t0\t0\t7", "\t予以公开\t\t6\t1\t0\t0\t0\t0"
    )
    reading = read(text_of(table))
    granted = [figure for figure in reading.figures if figure.row == "granted"]
    assert {(figure.value, figure.alignment) for figure in granted} == {
        (None, "ragged")
    }


def test_an_empty_cell_that_the_layout_marks() -> None:
    table = begun_by_tab(list(rows(pages.REQUESTS_2021))).replace(
        "\t6\n\t1\n\t0", "\t6\n\t1\n\t\u00a0", 1
    )
    reading = read(text_of(table))
    assert values(reading, "g2021.requests", "granted") == [6, 1, None, 0, 0, 0, 7]


def test_figures_without_separators() -> None:
    """Cut where the sums allow one cut only; 3125 in three columns does not."""
    reading = read(
        text_of("".join(itertools.chain.from_iterable(rows(pages.REQUESTS_2021))))
    )
    assert reading.form == "g2021"
    assert values(reading, "g2021.requests", "new_received") == [9, 2, 0, 0, 1, 0, 12]
    assert values(reading, "g2021.art20_1", "rules") == [0, 0, 0]
    assert values(reading, "g2021.art20_1", "normative_documents") == [None] * 3
    assert values(reading, "g2021.art20_5", "admin_permit") == [120]
    assert [
        f.value for f in reading.figures if f.table == "g2021.review_litigation"
    ] == pages.OUTCOMES
    assert {f.alignment for f in reading.figures if f.row == "new_received"} == {
        "assumed"
    }
    assert [f.row for f in reading.findings if f.rule == "row.ragged"] == [
        "normative_documents"
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "全年作出行政许可2629件。",
        "作出行政许可2629",
        "行政许可2629件，行政处罚1330件",
        "规章 0 件",
    ],
)
def test_prose_is_no_table(prose: str) -> None:
    lines = [*itertools.islice(rows(pages.REQUESTS_2021), 3)]
    reading = read(
        text_of(
            tab(lines)
            + "\n第二十条第（五）项\n信息内容\t本年处理决定数量\n行政许可\n"
            + prose
        )
    )
    assert not [figure for figure in reading.figures if figure.table == "g2021.art20_5"]


def test_labels_across_lines_and_pages() -> None:
    """As read from a PDF: 其他法律行政法规禁止公开 lost characters, a page number stands
    between rows.
    """
    table = """申请人情况
自然人
法人或其他组织
总计
一、本年新收政府信息公开申请数量 21 0 0 0 0 0 21
三
、
本
年
度
办
理
结
果
（一）予以公开 0 0 0 0 0 0 0
（二）部分公开（区分处理的，只计这一情 形，不
计其他情形）
4 0 0 0 0 0 4
2.其他法律行政止公开 1 0 0 0 0 0 1
- 4 -
5.要求行政机关确认或重 新出具
已获取信息
0 0 0 0 0 0 0
5
（七）总计 21 0 0 0 0 0 21
申请人无正当理由逾期不补正
申请人逾期未按收费通知要求缴纳费用"""
    reading = read(text_of(table))
    assert reading.form == "g2021"
    assert values(reading, "g2021.requests", "partially_granted") == [
        4,
        0,
        0,
        0,
        0,
        0,
        4,
    ]
    assert values(reading, "g2021.requests", "refused_other_law") == [
        1,
        0,
        0,
        0,
        0,
        0,
        1,
    ]
    assert values(reading, "g2021.requests", "not_processed_confirmation") == [0] * 7
    assert values(reading, "g2021.requests", "result_total") == [21, 0, 0, 0, 0, 0, 21]


def test_an_upright_header_read_across() -> None:
    table = "行政复议 行政诉讼\n未经复议直接起诉 复议后起诉\n" + "\n".join(
        [
            " ".join(line * 3)
            for line in (["结", "结", "其", "尚", "总"], ["果", "果", "他", "未", "计"])
        ]
        + [
            " ".join(line * 3)
            for line in (["维", "纠", "结", "审"], ["持", "正", "果", "结"])
        ]
        + [" ".join(map(str, pages.OUTCOMES))]
    )
    reading = read(
        text_of(tab([*itertools.islice(rows(pages.REQUESTS_2021), 3)]) + "\n" + table)
    )
    assert [
        f.value for f in reading.figures if f.table == "g2021.review_litigation"
    ] == pages.OUTCOMES


def test_columns_of_a_text_go_by_its_header() -> None:
    table = (
        "信息内容\t现行有效件数\t本年制发件数\t本年废止件数\n行政规范性文件\t25\t3\t1"
    )
    found = {
        f.column: f.value for f in read(text_of("第二十条第（一）项\n" + table)).figures
    }
    assert found == {
        "currently_valid": 25,
        "issued_this_year": 3,
        "repealed_this_year": 1,
    }


def test_a_column_head_of_a_table_that_was_turned_is_no_row() -> None:
    """总计 names a row and a column: seven figures behind it are the row's where their sum is right."""
    turned = {**pages.REQUESTS_2021, "result_total": [465, 0, 0, 0, 0, 0, 0]}
    for requests in (pages.REQUESTS_2021, turned):
        reading = read(text_of(cell_a_line(list(rows(requests)))))
        totals = values(reading, "g2021.requests", "result_total")
        is_whole = requests is pages.REQUESTS_2021
        assert totals == (requests["result_total"] if is_whole else [])
