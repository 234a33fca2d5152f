"""A report's text by section: nothing of it is lost, tables stand where their section is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive.browse.report_parts import TextBlock, build_parts, split_blocks
from nianbao.archive.browse.table_drawer import draw_tables
from nianbao.archive.records import Figure, Section

PROACTIVE = (
    "发布信息305条。\n第二十条第（一）项\n信息内容\t本年制发件数\n规章\t0\n以上为全部。"
)


@given(st.lists(st.text(alphabet="甲乙。\t1", max_size=50), max_size=40).map("\n".join))
def test_no_line_is_lost(text: str) -> None:
    shown = [
        "\t".join(row)
        for block in split_blocks(text)
        for row in block.cells or [(block.text,)]
    ]
    assert [line.split() for line in shown] == [
        line.split() for line in text.splitlines() if line.strip()
    ]


def test_the_lines_of_a_table_are_one_block_with_the_caption_before_it() -> None:
    first, table, last = split_blocks(PROACTIVE)
    assert (first, last) == (TextBlock("发布信息305条。"), TextBlock("以上为全部。"))
    assert table.cells == (
        ("第二十条第（一）项",),
        ("信息内容", "本年制发件数"),
        ("规章", "0"),
    )


def test_cells_on_lines_of_their_own_are_a_table_too() -> None:
    (block,) = split_blocks("\n".join(["信息内容", "规章", *"0123456789"]))
    assert len(block.cells) == 12
    assert [one.text for one in split_blocks("西霞县财政局\n2023年1月20日")] == [
        "西霞县财政局",
        "2023年1月20日",
    ]


def test_a_table_stands_in_the_section_of_its_form() -> None:
    tables = draw_tables(
        [Figure("g2021.art20_5", "admin_permit", "decisions_this_year", 1, "1")], []
    )
    sections = [
        Section("overview", "一、总体情况", "平稳。"),
        Section("proactive_disclosure", "二、主动公开", "甲。"),
    ]
    found = build_parts(sections, tables)
    assert [(part.title, len(part.tables)) for part in found] == [
        ("一、总体情况", 0),
        ("二、主动公开", 1),
    ]
    last = build_parts(sections[:1], tables)[-1]
    assert (last.title, last.blocks, len(last.tables)) == ("", (), 1)
    assert build_parts([], []) == []
