"""HTML tables: spans, splits, paddings and rows that do not fit; never a wrong cell."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Figure, Reading
from nianbao.pipelines.reader import read
from tests.reader import pages
from tests.reader.pages import cell, html_table, row

Key = tuple[str, str, str]


def reading_of(*tables: str, generation: str = "g2021") -> Reading:
    return read(pages.trs(pages.body(generation, tables=tables)).encode())


def figures(reading: Reading) -> dict[Key, Figure]:
    return {
        (figure.table, figure.row, figure.column): figure for figure in reading.figures
    }


def values(reading: Reading, table: str, line: str) -> list[int | float | None]:
    return [
        figure.value
        for figure in reading.figures
        if (figure.table, figure.row) == (table, line)
    ]


@pytest.mark.parametrize(("generation", "count"), [("g2021", 200), ("g2019", 198)])
def test_every_cell_of_both_forms(generation: str, count: int) -> None:
    reading = read(pages.trs(pages.body(generation)).encode())
    given = pages.REQUESTS_2021 if generation == "g2021" else pages.REQUESTS_2019
    assert len(reading.figures) == count
    assert {figure.alignment for figure in reading.figures} == {"exact"}
    for item in pages.table(generation, "requests").rows:
        if not item.is_heading:
            assert values(reading, f"{generation}.requests", item.key) == given.get(
                item.key, [0] * 7
            ), item.key
    outcomes = [
        f.value for f in reading.figures if f.table == f"{generation}.review_litigation"
    ]
    assert outcomes == pages.OUTCOMES
    assert [finding.rule for finding in reading.findings if finding.table] == []


def test_article_20_keeps_what_was_printed() -> None:
    found = figures(read(pages.trs(pages.body("g2019")).encode()))
    assert found["g2019.art20_5", "admin_permit", "items_change"].value == 5
    assert found["g2019.art20_5", "admin_permit", "items_change"].text == "+5"
    assert found["g2019.art20_6", "admin_penalty", "items_change"].value == -3
    amount = found["g2019.art20_9", "government_procurement", "procurement_amount"]
    assert (amount.value, amount.text) == (251000, "251000元")


def test_a_request_table_split_in_two() -> None:
    rows = pages.request_rows("g2021", pages.REQUESTS_2021)
    half = html_table(*pages.request_header(), *rows[:12])
    reading = reading_of(
        pages.disclosed("g2021"),
        half + "<p>&nbsp;</p>" + html_table(*rows[12:]),
        pages.outcomes(),
    )
    assert values(reading, "g2021.requests", "result_total") == [9, 2, 0, 0, 1, 0, 12]
    assert len(reading.figures) == 200


def test_one_table_for_everything() -> None:
    rows = pages.disclosed("g2021").removesuffix("</tbody></table>")
    whole = rows + "".join(
        [
            *pages.request_header(),
            *pages.request_rows("g2021", pages.REQUESTS_2021),
            *pages.outcome_rows(),
        ]
    )
    reading = reading_of(whole + "</tbody></table>")
    assert len(reading.figures) == 200
    assert values(reading, "g2021.review_litigation", "litigation_direct") == [
        3,
        0,
        0,
        0,
        3,
    ]


def test_tables_within_a_layout_table() -> None:
    inner = f"<table><tr><td>{pages.requests('g2021')}</td></tr></table>"
    reading = reading_of(pages.disclosed("g2021"), inner, pages.outcomes())
    assert len(reading.figures) == 200


def test_a_cut_header_goes_by_order() -> None:
    table = (
        pages.disclosed("g2019")
        .replace("本年新制作数量", "本年新")
        .replace("本年新公开数量", "本年新")
    )
    reading = reading_of(
        table, pages.requests("g2019"), pages.outcomes(), generation="g2019"
    )
    assert values(reading, "g2019.art20_1", "normative_documents") == [4, 4, 31]


def test_columns_in_another_order_go_by_the_header() -> None:
    table = html_table(
        row(cell("第二十条第（一）项", colspan=4)),
        row(
            cell("信息内容"),
            cell("现行有效件数"),
            cell("本年制发件数"),
            cell("本年废止件数"),
        ),
        row(cell("行政规范性文件"), cell(25), cell(3), cell(1)),
    )
    found = figures(reading_of(table, pages.requests("g2021"), pages.outcomes()))
    assert found["g2021.art20_1", "normative_documents", "currently_valid"].value == 25
    assert found["g2021.art20_1", "normative_documents", "issued_this_year"].value == 3


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1,234", 1234),
        ("２２", 22),
        ("22(其中修订16件)", 22),
        ("<span>2</span><span>0</span>", 20),
        ("", None),
        ("&nbsp;", None),
        ("-", None),
        ("——", None),
        ("无", None),
        ("约三十", None),
        ("2</p><p>5", None),
        ("7件", 7),
        ("？4", 4),
        ("减8", -8),
    ],
)
def test_a_cell(printed: str, value: int | None) -> None:
    table = html_table(
        row(
            cell("信息内容"),
            cell("本年制发件数"),
            cell("本年废止件数"),
            cell("现行有效件数"),
        ),
        row(cell("行政规范性文件"), cell(printed), cell(1), cell(25)),
    )
    figure = figures(reading_of(table, pages.requests("g2021"), pages.outcomes()))[
        "g2021.art20_1", "normative_documents", "issued_this_year"
    ]
    assert (figure.value, figure.alignment) == (value, "exact")


def test_short_rows_are_ragged_and_zeros_assumed() -> None:
    rows = pages.request_rows(
        "g2021",
        {
            **pages.REQUESTS_2021,
            "granted": [0, 0, 0, 1, 7],
            "refused_state_secret": [0] * 6,
        },
    )
    reading = reading_of(
        pages.disclosed("g2021"),
        html_table(*pages.request_header(), *rows),
        pages.outcomes(),
    )
    granted = [figure for figure in reading.figures if figure.row == "granted"]
    assert [figure.value for figure in granted] == [None] * 7
    assert granted[0].text == "0 | 0 | 0 | 1 | 7"
    assert {figure.alignment for figure in granted} == {"ragged"}
    assumed = [
        figure for figure in reading.figures if figure.row == "refused_state_secret"
    ]
    assert {(figure.value, figure.alignment) for figure in assumed} == {(0, "assumed")}
    ragged = [finding for finding in reading.findings if finding.rule == "row.ragged"]
    assert {finding.row for finding in ragged} == {"granted", "refused_state_secret"}
    assert not [finding for finding in reading.findings if finding.severity == "error"]


def test_zeros_that_are_many_more_than_the_columns_are_none_of_them() -> None:
    for size, count in ((6, 7), (8, 7), (25, 0)):
        rows = pages.request_rows(
            "g2021", {**pages.REQUESTS_2021, "refused_state_secret": [0] * size}
        )
        reading = reading_of(
            pages.disclosed("g2021"),
            html_table(*pages.request_header(), *rows),
            pages.outcomes(),
        )
        zeros = values(reading, "g2021.requests", "refused_state_secret").count(0)
        assert zeros == count, size


def test_a_row_shifted_by_a_wrong_rowspan_goes_by_its_count() -> None:
    broken = pages.requests("g2021").replace('rowspan="22"', 'rowspan="30"')
    reading = reading_of(pages.disclosed("g2021"), broken, pages.outcomes())
    assert values(reading, "g2021.requests", "carried_out") == [1, 0, 0, 0, 0, 0, 1]


def test_padding_and_empty_rows_are_no_figures() -> None:
    rows = [
        line.replace("</tr>", cell("") + cell("&nbsp;") + "</tr>")
        for line in pages.request_rows("g2021", pages.REQUESTS_2021)
    ]
    empty = row(*[cell("&nbsp;")] * 10)
    reading = reading_of(
        pages.disclosed("g2021"), html_table(*rows, empty), pages.outcomes()
    )
    assert values(reading, "g2021.requests", "new_received") == [9, 2, 0, 0, 1, 0, 12]
    assert len(reading.figures) == 200


def test_a_local_row_is_kept_under_its_printed_label() -> None:
    table = html_table(
        row(cell("第二十条第（六）项", colspan=2)),
        row(cell("信息内容"), cell("本年处理决定数量")),
        row(cell("行政处罚"), cell(14)),
        row(cell("行政检查"), cell(31)),
    )
    found = figures(reading_of(table, pages.requests("g2021"), pages.outcomes()))
    assert found["g2021.art20_6", "行政检查", "decisions_this_year"].value == 31


def test_misprinted_labels() -> None:
    table = pages.requests("g2021").replace(
        "属于三类内部事务信息", "属于三类内部事物信息"
    )
    outcomes = pages.outcomes().replace("行政复议", "行政法复议")
    reading = reading_of(pages.disclosed("g2021"), table, outcomes)
    assert len(reading.figures) == 200


@pytest.mark.parametrize(
    ("printed", "spelling", "row"),
    [
        ("其他法律行政法规禁止公开", "法律、行政法规禁止公开", "refused_other_law"),
        ("属于行政执法案卷", "属于行政执法案卷信息", "refused_enforcement_file"),
        ("补正后申请内容仍不明确", "补正后申请内容依然不明确", "unable_unclear"),
        ("要求提供公开出版物", "要求提供公开出版物类申请", "not_processed_publication"),
        ("无正当理由大量反复申请", "大量反复申请", "not_processed_excessive"),
        ("总计", "小计", "result_total"),
        ("行政许可", "行政许可决定", "admin_permit"),
        ("行政处罚", "行政处罚事项", "admin_penalty"),
    ],
)
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_labels_as_some_write_them(
    printed: str, spelling: str, row: str, generation: str
) -> None:
    plain = pages.body(generation)
    changed = plain.replace(f">{printed}<", f">{spelling}<")
    if changed == plain:
        changed = plain.replace(printed, spelling)
    assert changed != plain
    readings = [read(pages.trs(text).encode()) for text in (plain, changed)]
    figures = [
        {cell.column: cell.value for cell in reading.figures if cell.row == row}
        for reading in readings
    ]
    assert figures[0] == figures[1] != {}
    assert "row.missing" not in {finding.rule for finding in readings[1].findings}


def test_outcomes_printed_empty_or_short() -> None:
    blank = reading_of(
        pages.disclosed("g2021"), pages.requests("g2021"), pages.outcomes([""] * 15)
    )
    assert values(blank, "g2021.review_litigation", "review") == [None] * 5
    short = reading_of(
        pages.disclosed("g2021"),
        pages.requests("g2021"),
        pages.outcomes(pages.OUTCOMES[:12]),
    )
    found = [
        figure for figure in short.figures if figure.table == "g2021.review_litigation"
    ]
    assert {figure.value for figure in found} == {None}
    assert {figure.alignment for figure in found} == {"ragged"}


def test_the_form_goes_by_the_tables_and_not_by_the_year() -> None:
    page = pages.trs(
        pages.body("g2019").replace("2022", "2023"),
        title="柳河镇2023年政府信息公开工作年度报告",
    )
    assert read(page.encode()).form == "g2019"


def test_a_report_without_tables() -> None:
    reading = reading_of()
    assert (reading.form, reading.is_report, reading.figures) == ("unknown", True, ())
    assert "tables.missing" in {finding.rule for finding in reading.findings}


def test_statistics_of_2014() -> None:
    rows = [
        ("一、主动公开情况", "——", "——"),
        ("（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", "412"),
        ("其中：主动公开规范性文件数", "条", "6"),
        ("制发规范性文件总数", "件", "6"),
        ("三、依申请公开情况", "——", "——"),
        ("（一）收到申请数", "件", "3"),
        ("1.当面申请数", "件", "1"),
        ("2.传真申请数", "件", "0"),
        ("3.网络申请数", "件", "1"),
        ("4.信函申请数", "件", "0"),
        ("（二）申请办结数", "件", "3"),
        ("四、行政复议数量", "件", "1"),
        ("（二）被依法纠错数", "件", "1"),
        ("五、行政诉讼数量", "件", "2"),
        ("（二）被依法纠错数", "件", "0"),
    ]
    head = row(cell("统计指标"), cell("单位"), cell("统计数"))
    table = html_table(head, *[row(*map(cell, line)) for line in rows])
    page = pages.trs(
        f"<p>{pages.PROSE[0]}</p>{table}", title="柳河镇2016年政府信息公开工作年度报告"
    )
    reading = read(page.encode())
    found = figures(reading)
    assert reading.form == "g2014_stats"
    assert found["g2014.stats", "proactive_total", "value"].value == 412
    assert found["g2014.stats", "reviews_corrected", "value"].value == 1
    assert found["g2014.stats", "lawsuits_corrected", "value"].value == 0
    (finding,) = [
        finding for finding in reading.findings if finding.rule == "s14.parts"
    ]
    assert (finding.row, finding.expected, finding.found) == ("applications", "2", "3")


def test_a_local_table_of_fujian() -> None:
    rows = [
        ("主动公开文件数", "条", "208", "2758"),
        ("其中:1.政府网站公开数", "条", "200", "2624"),
        ("受理政府信息公开申请总数", "件", "2", "9"),
        ("其中:1.当面申请数", "件", "2", "5"),
        ("2.网络申请数", "件", "0", "4"),
        ("3.信函、传真申请数", "件", "0", "0"),
        ("对申请的答复总数", "件", "2", "9"),
    ]
    head = row(cell("指标名称"), cell("单位"), cell("2017年度"), cell("历年累计"))
    table = html_table(head, *[row(*map(cell, line)) for line in rows])
    reading = read(
        pages.trs(
            f"<p>{pages.PROSE[0]}</p>{table}",
            title="柳河镇2017年政府信息公开工作年度报告",
        ).encode()
    )
    assert reading.form == "g2008_local"
    assert values(reading, "g2008.fujian", "applications") == [2, 9]
    assert values(reading, "g2008.fujian", "disclosed_website") == [200, 2624]


def test_a_table_of_another_years_form_is_read_as_that() -> None:
    """What 本年新公开数量 counts is not what 本年废止件数 does."""
    table = html_table(
        row(cell("第二十条第（一）项", colspan=4)),
        row(*map(cell, ("信息内容", "本年新", "本年新", "对外公开总数量"))),
        row(*map(cell, ("规章", 0, 0, 0))),
        row(*map(cell, ("行政规范性文件", 1, 2, 9))),
    )
    reading = reading_of(table, pages.requests("g2021"), pages.outcomes())
    assert values(reading, "g2021.art20_1", "rules") == []
    assert values(reading, "g2019.art20_1", "rules") == [0, 0, 0]
    assert values(reading, "g2019.art20_1", "normative_documents") == [1, 2, 9]
    assert reading.form == "g2021"


def test_some_columns_of_another_years_form_give_no_figures() -> None:
    table = html_table(
        row(cell("第二十条第（一）项", colspan=4)),
        row(*map(cell, ("信息内容", "本年制发件数", "本年新", "对外公开总数量"))),
        row(*map(cell, ("规章", 0, 0, 0))),
    )
    reading = reading_of(table, pages.requests("g2021"), pages.outcomes())
    assert values(reading, "g2021.art20_1", "rules") == [None, None, None]
    ragged = [
        finding.message for finding in reading.findings if finding.rule == "row.ragged"
    ]
    assert ragged == ["the column 本年新 is of another year's form: 0 | 0 | 0"]


def test_another_name_for_the_one_column_is_no_other_form() -> None:
    table = html_table(
        row(cell("第二十条第（五）项", colspan=2)),
        row(cell("信息内容"), cell("处理决定数量")),
        row(cell("行政许可"), cell("7")),
    )
    reading = reading_of(table, pages.requests("g2021"), pages.outcomes())
    assert values(reading, "g2021.art20_5", "admin_permit") == [7]


@pytest.mark.parametrize("stub", ["件", "条", "——"])
def test_a_unit_between_label_and_figures_is_no_figure_and_a_dash_is_one(
    stub: str,
) -> None:
    """Below a header without a head for it, and with an empty cell at the end of each row."""
    rows = [
        pages.row(pages.cell("第二十条第（一）项")),
        pages.row(
            *map(
                pages.cell, ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")
            )
        ),
        pages.row(*map(pages.cell, ("规章", stub, 2, 3, 4))),
        pages.row(*map(pages.cell, ("行政规范性文件", stub, 5, 6, ""))),
    ]
    table = pages.html_table(*rows)
    tables = [table, pages.requests("g2021"), pages.outcomes()]
    reading = read(pages.trs(pages.body("g2021", tables=tables)).encode())
    values = [f.value for f in reading.figures if f.table == "g2021.art20_1"]
    if stub == "——":
        assert values == [None, None, None, None, 5, 6]
    else:
        assert values == [2, 3, 4, 5, 6, None]
