"""The issuing agency as printed: chosen among its places, in its fullest form, never a news
source.
"""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader import read
from tests.reader import pages


def printed(text: str) -> str | None:
    return read(text.encode()).agency.printed


def report(title: str, preamble: str = "", signature: str = "", head: str = "") -> str:
    return "\n".join(
        [
            title,
            head,
            preamble or "一、总体情况",
            pages.PROSE[1],
            "二、主动公开政府信息情况",
            pages.PROSE[2],
            signature,
        ]
    )


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("青石县柳河镇2021年政府信息公开工作年度报告", "青石县柳河镇"),
        ("2021年青石县教育局政府信息公开工作年度报告", "青石县教育局"),
        ("青石县审计局2021年度政府信息公开年报", "青石县审计局"),
        ("本溪市和平县上高镇2021年政府信息公开工作年度报告", "本溪市和平县上高镇"),
        ("下各镇2021年政府信息公开工作年度报告", "下各镇"),
        ("青石综合实验区2021年度政府信息公开工作年度报告", "青石综合实验区"),
        ("关于青石县水利局2021年政府信息公开工作情况的报告", "青石县水利局"),
        ("乾县薛录镇2021年政府信息公开工作年度报告", "乾县薛录镇"),
        ("2021年政府信息公开工作年度报告", None),
        ("柳河街道办事处街道办事处2021年政府信息公开工作年度报告", "柳河街道办事处"),
        ("2021年青石县柳河镇人民政府信息公开年度报告", "青石县柳河镇人民政府"),
        (
            "青石县教育局办公室关于2021年青石县水利局政府信息公开工作年度报告的公告",
            "青石县水利局",
        ),
        ("【年报】青石县水务局2021年政府信息公开工作年度报告", "青石县水务局"),
        (
            "[政府信息公开年报]青石县水务局2021年政府信息公开工作年度报告",
            "青石县水务局",
        ),
        ("【青石县水务局】2021年政府信息公开工作年度报告", "青石县水务局"),
        ("附件1 青石县水务局2021年政府信息公开工作年度报告", "青石县水务局"),
        ("附件：青石县水务局2021年政府信息公开工作年度报告", "青石县水务局"),
        ("1.青石县水务局2021年政府信息公开工作年度报告", "青石县水务局"),
        ("青石县水务局2021年政府信息公开工作年度报告（含统计表）", "青石县水务局"),
        (
            "中国人民银行青石县支行2021年政府信息公开工作年度报告",
            "中国人民银行青石县支行",
        ),
        ("青石海关2021年海关政府信息公开年度报告", "青石海关"),
        ("青石海关关区2021年政府信息公开年报", "青石海关"),
        (
            "標(biāo)    題 青石县水务(wù)局2021年政府信息公开工作年度报告",
            "青石县水务局",
        ),
        ("青石县融媒体中心2021年政府信息公开工作年度报告", "青石县融媒体中心"),
        (
            "国家税务总局青石县税务局2021年政府信息公开工作年度报告",
            "国家税务总局青石县税务局",
        ),
        (
            "青石县林业和草原局（绿化委员会办公室）2021年政府信息公开工作年度报告",
            "青石县林业和草原局(绿化委员会办公室)",
        ),
    ],
)
def test_a_title(title: str, agency: str | None) -> None:
    assert printed(report(title)) == agency


def test_a_title_below_an_agency_with_another_name_in_brackets() -> None:
    reading = read(
        f"青石县农业农村局（县茶叶局）\n{report('2021年政府信息公开工作年度报告')}".encode()
    )
    assert reading.title == "青石县农业农村局(县茶叶局)2021年政府信息公开工作年度报告"


def test_the_office_that_put_it_online_is_not_the_issuer() -> None:
    head = "发布机构：青石县气象局办公室"
    assert (
        printed(
            report(
                "青石县气象局2021年政府信息公开工作年度报告",
                "现将我局工作报告如下。",
                head=head,
            )
        )
        == "青石县气象局"
    )


def test_a_title_below_the_name_of_its_site() -> None:
    title = "青石县气象局2021年政府信息公开工作年度报告"
    reading = read(f"青石县人民政府\n{report(title)}".encode())
    assert (reading.title, reading.agency.printed) == (title, "青石县气象局")


def test_a_title_that_begins_with_its_agencys_line() -> None:
    text = "关于2021年度政府信息公开工作的年度报告"
    reading = read(
        f"{text}\n来源：柳河镇党政办\n青石县柳河镇人民政府\n{report(text)}".encode()
    )
    assert (reading.title, reading.agency.printed) == (
        f"青石县柳河镇人民政府{text}",
        "青石县柳河镇人民政府",
    )


def test_a_title_below_site_and_column() -> None:
    above = "青石县人民政府\n政府信息公开\n"
    assert (
        printed(above + report("青石县柳河街道办事处2021年政府信息公开工作年度报告"))
        == "青石县柳河街道办事处"
    )
    assert (
        printed("青石县人民政府\n政府信息公开\n2021年度报告\n" + report(""))
        == "青石县人民政府"
    )


@pytest.mark.parametrize(
    "text",
    [
        "四、政府信息公开的收费及减免情况\n我局开展政府信息公开工作以来，没有收取费用。",
        "我镇的政务公开工作按照县政务信息公开工作的要求进行。",
        "在区委的领导下,严格遵循区政务公开领导小组的部署。",
        "2021年度，中心未收到依申请公开件。",
        "制定并公布<高等学校信息公开事项清单>。",
    ],
)
def test_words_that_are_no_body(text: str) -> None:
    assert printed(report("2021年政府信息公开工作年度报告", text)) is None


def test_a_body_named_behind_other_words() -> None:
    asked = "如有疑问，请联系青石海关办公厅政务公开处，地址：青石县一路1号。"
    assert printed(report("2021年政府信息公开工作年度报告", asked)) == "青石海关"
    announced = (
        "根据有关规定，编制本报告现向社会公开安乐乡2021年政府信息公开工作年度报告。"
    )
    assert printed(f"{announced}\n一、概述\n{pages.PROSE[1]}") == "安乐乡"


def test_an_agency_with_another_name_in_brackets_between_title_and_text() -> None:
    text = "青石经开区管委会（滨江商务区管委会）\n2022年1月8日\n一、总体情况\n2021年，管委会推进政务公开。"
    assert (
        printed(f"政府信息公开工作年度报告\n{text}")
        == "青石经开区管委会(滨江商务区管委会)"
    )


def test_a_name_that_is_cut_is_whole_where_to_ask() -> None:
    text = "市水利局2021年依法公开政府信息。如有疑问，请与青石市水利局联系（电话：1）。"
    assert (
        printed(report("市水利局2021年政府信息公开工作年度报告", text))
        == "青石市水利局"
    )


def test_a_text_announces_itself_below_the_name_of_a_column() -> None:
    text = (
        "根据条例，现公布青石县水务局2021年政府信息公开工作年度报告。\n一、概述\n"
        + pages.PROSE[1]
    )
    reading = read(f"政府信息公开年报\n{text}".encode())
    assert (reading.title, reading.agency.printed) == (
        "青石县水务局2021年政府信息公开工作年度报告",
        "青石县水务局",
    )


def test_a_title_broken_after_the_agency() -> None:
    assert (
        printed("青石县柳河镇\n" + report("2021年政府信息公开工作年度报告"))
        == "青石县柳河镇"
    )


def test_a_title_below_a_caption_that_is_its_beginning() -> None:
    assert (
        printed("柳河街道\n" + report("柳河街道办事处2021年政府信息公开工作年度报告"))
        == "柳河街道办事处"
    )


def test_whom_to_ask_where_nobody_else_is_named() -> None:
    text = "所列数据的统计期限自2021年1月1日起至2021年12月31日止。如有疑问，请联系：青石县人民政府柳河街道办事处；电话1。"
    assert (
        printed(f"{text}\n一、总体情况\n本街道依法公开政府信息。")
        == "青石县人民政府柳河街道办事处"
    )


@pytest.mark.parametrize(
    "text",
    [
        report(
            "柳河镇2021年政府信息公开工作年度报告", "本报告由青石县柳河镇人民政府编制。"
        ),
        report(
            "柳河镇2021年政府信息公开工作年度报告",
            signature="青石县柳河镇人民政府\n2022年1月10日",
        ),
        report(
            "柳河镇2021年政府信息公开工作年度报告",
            head="来源：青石县柳河镇人民政府 发布时间：2022-01-11",
        ),
        report(
            "柳河镇2021年政府信息公开工作年度报告",
            "如有疑问，请与青石县柳河镇人民政府党政办公室联系（电话：1）。",
        ),
    ],
)
def test_the_fullest_form(text: str) -> None:
    assert printed(text) == "青石县柳河镇人民政府"


def test_pinyin_and_traditional_characters() -> None:
    text = (
        "現(xiàn)將青石縣柳河鎮(zhèn)2021年度政府信息公開工作情況報(bào)告如下：\n一、主動公開情況\n"
        + "我鎮依法公開信息。" * 9
    )
    assert printed(text) == "青石县柳河镇"


@pytest.mark.parametrize(
    "source",
    [
        "本站",
        "本网原创",
        "中国政府网",
        "青石日报",
        "青石县融媒体中心",
        "互联网",
        "1",
        "",
    ],
)
def test_a_source_that_is_no_agency(source: str) -> None:
    head = f"来源：{source} 发布时间：2022-01-11"
    assert (
        printed(
            report(
                "2021年政府信息公开工作年度报告", "2021年度工作情况如下。", head=head
            )
        )
        is None
    )


def test_a_source_that_contradicts_the_text_is_not_taken() -> None:
    head = "来源：青石县人民政府 发布时间：2022-01-11"
    own = report(
        "2021年政府信息公开工作年度报告", "我乡认真做好政府信息公开工作。", head=head
    )
    reading = read(own.encode())
    assert reading.agency.printed is None
    assert {"basis": "source", "text": "青石县人民政府"} in reading.agency.candidates
    assert "agency.missing" in {finding.rule for finding in reading.findings}
    other = report("柳河镇2021年政府信息公开工作年度报告", head=head)
    assert printed(other) == "柳河镇"


def test_the_candidates_keep_their_basis() -> None:
    reading = read(pages.trs(pages.body()).encode())
    assert reading.agency.printed == "青石县柳河镇人民政府"
    assert [candidate["basis"] for candidate in reading.agency.candidates] == [
        "title",
        "preamble",
        "source",
        "meta:ContentSource",
    ]
    assert reading.agency.name is None
