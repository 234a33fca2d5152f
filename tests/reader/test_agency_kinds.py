"""Whose report it is, and who wrote it, kind by kind: offices, wording, stop words, endings."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.fields.agency_names import (
    find_first_body,
    is_agency,
    split_bodies,
)

BODY = """一、总体情况
{}
二、主动公开政府信息情况
收到申请三件，均已办结。
三、收到和处理政府信息公开申请情况
四、政府信息公开行政复议、行政诉讼情况
"""
TITLE = "2021年政府信息公开工作年度报告"


def read_text(
    *lines: str, prose: str = "全年公开信息六十三条。", **hints: str
) -> Reading:
    text = "\n".join([*lines, BODY.format(prose)])
    return read(text.encode(), hints=Hints(**hints))


def rules(reading: Reading) -> set[str]:
    return {finding.rule for finding in reading.findings}


# --- who wrote it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "office", "agency"),
    [
        ("青石县人民政府", "青石县人民政府办公室", "青石县人民政府"),
        ("青石县", "青石县政府办公室", "青石县"),
        ("青石县", "青石县政务服务管理局", "青石县"),
        ("青石县教育局", "青石县教育局办公室", "青石县教育局"),
        ("青石县柳河镇", "青石县柳河镇党政办公室", "青石县柳河镇"),
        ("青石县人民政府办公室", "青石县人民政府办公室", "青石县人民政府办公室"),
    ],
)
def test_the_title_says_whose_it_is_and_the_preamble_who_wrote_it(
    title: str, office: str, agency: str
) -> None:
    reading = read_text(title + TITLE, f"本报告由{office}根据条例编制。")
    assert (reading.agency.printed, reading.compiled_by) == (agency, office)
    assert reading.compiled_by_evidence is not None
    assert reading.compiled_by_evidence.startswith(f"由{office}")


@pytest.mark.parametrize(
    "body",
    [
        "审计局",
        "教育厅",
        "卫生健康委员会",
        "人民检察院",
        "政务服务中心",
        "机关事务管理局",
    ],
)
@pytest.mark.parametrize(
    "office", ["政府政务公开领导小组办公室", "政府信息公开办公室", "政府信息公开科"]
)
def test_a_bureau_has_no_government_of_its_own(body: str, office: str) -> None:
    name = f"青石县{body}"
    contact = f"如有疑问,请与{name}{office}联系(地址:青石县一路1号)。"
    for title in (name + TITLE, "政府信息公开工作年度报告"):
        assert read_text(title, contact).agency.printed == name


@pytest.mark.parametrize(
    ("office", "prose", "agency"),
    [
        ("青石县人民政府办公室", "全县公开信息六十三条。", "青石县人民政府"),
        ("青石县人民政府办公室", "我办公开信息六十三条。", "青石县人民政府办公室"),
        ("青石县人民政府办公室", "本机关公开信息六十三条。", None),
        ("青石县教育局办公室", "本机关公开信息六十三条。", "青石县教育局"),
        ("青石县柳河镇党政办公室", "我镇公开信息六十三条。", "青石县柳河镇"),
        ("青石县政府信息公开工作领导小组办公室", "我县公开信息三条。", "青石县"),
        ("青石县人民政府外事办公室", "公开信息三条。", "青石县人民政府外事办公室"),
        ("青石县扶贫开发办公室", "公开信息三条。", "青石县扶贫开发办公室"),
    ],
)
def test_an_office_without_a_title(office: str, prose: str, agency: str | None) -> None:
    """The one that speaks; where nobody does, and the office may have a report of its own, none."""
    reading = read_text(TITLE, f"本报告由{office}根据条例编制。", prose=prose)
    assert (reading.agency.printed, reading.compiled_by) == (agency, office)
    assert ("agency.ambiguous" in rules(reading)) is (agency is None)


@pytest.mark.parametrize(
    ("office", "agency"),
    [
        ("云岭学院信息公开工作领导小组办公室", "云岭学院"),
        ("云岭大学信息公开办公室", "云岭大学"),
        ("云岭大学学校办公室", "云岭大学"),
        ("青石县卫生健康局政务公开领导小组办公室", "青石县卫生健康局"),
        ("青石县中心医院党政办公室", "青石县中心医院"),
        ("青石县气象局办公室政务公开处", "青石县气象局"),
    ],
)
def test_the_group_for_disclosure_writes_the_report_of_its_body(
    office: str, agency: str
) -> None:
    reading = read_text(TITLE, f"本报告由{office}编制完成。", prose="公开信息三条。")
    assert (reading.agency.printed, reading.compiled_by) == (agency, office)


def test_an_office_that_sums_up_the_reports_of_others() -> None:
    reading = read_text(
        TITLE, "本报告由青石县人民政府办公室汇总各乡镇和县直各单位的报告编制而成。"
    )
    assert reading.agency.printed == "青石县人民政府"


def test_a_source_that_is_an_office() -> None:
    for prose, agency in (
        ("全县公开信息三条。", "青石县人民政府"),
        ("公开信息三条。", None),
    ):
        reading = read_text(TITLE, "来源：青石县人民政府办公室", prose=prose)
        assert reading.agency.printed == agency


def test_a_place_in_the_title_and_a_bureau_that_wrote_it() -> None:
    bureau = "本报告由青石县统计局编制。"
    assert read_text("青石县" + TITLE, bureau).agency.printed is None
    spoken = read_text("青石县" + TITLE, bureau, prose="我县公开信息三条。")
    assert spoken.agency.printed == "青石县"


def test_who_wrote_it_is_null_where_nobody_is_named() -> None:
    reading = read_text("青石县教育局" + TITLE)
    assert (reading.compiled_by, reading.compiled_by_evidence) == (None, None)


# --- wording --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (
            "根据要求，青石县文体局现向社会公开《2021年政府信息公开工作年度报告》。",
            "青石县文体局",
        ),
        ("现发布《青石县司法局2021年政府信息公开工作年度报告》。", "青石县司法局"),
        (
            "根据《市人民政府办公室关于做好年报编制工作的通知》要求，编写青石县2021年度政府信息"
            "公开工作年度报告。",
            "青石县",
        ),
        (
            "现公布青石县人民政府办公室（以下简称县政府办）2021年政府信息公开工作年度报告。",
            "青石县人民政府办公室",
        ),
        ("2021年，青石县林业局不断加强栏目建设。", "青石县林业局"),
        ("一年来，青石县柳河镇稳步提升公开质量。", "青石县柳河镇"),
        ("我局公开及时。2021年，在青石县民政局网站公开信息三条。", "青石县民政局"),
        ("我县公开及时。2021年，通过青石县政府门户网站公开信息三条。", "青石县"),
        (
            "根据规定，青石县水务局就2021年度政府信息公开工作情况公布如下。",
            "青石县水务局",
        ),
        ("现就青石县林业局2021年度政府信息公开工作情况报告如下。", "青石县林业局"),
        (
            "按规定公布，青石县高新区管委会2021年年报根据条例规定进行编制。2021年,高新区管委会认真公开。",
            "青石县高新区管委会",
        ),
        (
            "青石县气象局2021年政府信息公开工作年度报告是根据条例编制的报告。",
            "青石县气象局",
        ),
        (
            "按照有关规定，云岭大学学校办公室结合学校2021年信息公开工作实际情况,编制发布本报告。",
            "云岭大学",
        ),
        (
            "如有疑问,请联系:青石县公安局白桥区分局指挥中心警讯组,电话110。",
            "青石县公安局白桥区分局",
        ),
        ("如有疑问,请与青石县林业局法规宣教科联系。", "青石县林业局"),
        (
            "如有疑问,请与青石县人民政府办公室联系。我办公开及时。",
            "青石县人民政府办公室",
        ),
        (
            "如有疑问,请与青石县人民政府办公室信息公开科联系。我办公开及时。",
            "青石县人民政府办公室",
        ),
        ("如有疑问,请与云岭大学学校办公室联系。", "云岭大学"),
        ("根据通知要求，青石县林业局认真梳理，编制本报告。", "青石县林业局"),
        ("青石县林草局编制了政府信息公开2021年度报告。", "青石县林草局"),
        ("我镇修订了《青石县柳河镇人民政府信息公开指南》。", "青石县柳河镇人民政府"),
        ("我市公开及时。2021年，市政府新闻办共组织发布会三场。", None),
        ("我局公开及时。2021年，在省政府网站公开信息三条。", None),
        ("紧紧围绕县委和政府中心工作。", None),
    ],
)
def test_a_body_in_the_wording(text: str, agency: str | None) -> None:
    assert read_text(TITLE, prose=text).agency.printed == agency


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("青石县林业局不断加强公开", "青石县林业局"),
        ("青石县交通运输局公路管理站认真", "青石县交通运输局公路管理站"),
        ("青石县自然资源和规划局积极", "青石县自然资源和规划局"),
        ("青石县审计局政府信息公开工作", "青石县审计局"),
        ("由旺镇人民政府严格", "由旺镇人民政府"),
        ("全县各部门积极", ""),
        ("共收到申请", ""),
    ],
)
def test_the_body_with_which_a_sentence_begins(text: str, body: str) -> None:
    assert find_first_body(text) == body


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "其塔木镇人民政府",
        "由旺镇",
        "新华区民政局",
        "和平区教育局",
        "各莫镇人民政府",
        "于都县审计局",
        "向阳区人民政府",
        "自治区教育厅",
        "自治州财政局",
        "自治县民政局",
        "一四三团",
        "第七师123团",
    ],
)
def test_a_listed_place_goes_before_a_stop_word(name: str) -> None:
    assert is_agency(name)


@pytest.mark.parametrize(
    "name",
    [
        "其他单位",
        "和政府",
        "各镇",
        "在线办",
        "新华社",
        "由审计局",
        "某县审计局",
        "**市审计局",
        "全国海关",
    ],
)
def test_a_stop_word_begins_no_name(name: str) -> None:
    assert not is_agency(name)


@pytest.mark.parametrize(
    "body",
    [
        "党校",
        "科协",
        "监狱",
        "贸促会",
        "政协",
        "气象台",
        "水库",
        "图书馆",
        "团委",
        "体校",
        "青少年宫",
        "公路段",
        "研究室",
        "供销社",
        "红十字会",
        "史志",
        "一中",
        "日报社",
    ],
)
def test_a_title_names_a_body_of_any_kind(body: str) -> None:
    assert read_text(f"青石县{body}{TITLE}").agency.printed == f"青石县{body}"


@pytest.mark.parametrize("words", ["各乡镇", "教育系统", "县直部门", "重点领域"])
def test_words_for_many_bodies_in_a_title_are_none(words: str) -> None:
    assert read_text(f"青石县{words}{TITLE}").agency.printed is None


@pytest.mark.parametrize(
    "town", ["附城镇人民政府", "由旺镇人民政府", "其塔木镇人民政府", "现河街道办事处"]
)
def test_a_town_whose_name_begins_as_a_sentence_does(town: str) -> None:
    reading = read_text(town + TITLE)
    assert (reading.title, reading.agency.printed) == (town + TITLE, town)


@pytest.mark.parametrize("place", ["**市", "某县", "XX县", "×××镇"])
def test_a_specimen_is_nobodys(place: str) -> None:
    reading = read_text(f"{place}粮食局{TITLE}", f"本年报由{place}粮食局编制。")
    assert reading.agency.printed is None


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        (("州林业局", "湘西自治州林业局"), "湘西自治州林业局"),
        (("云岭市人民政府", "青石县白桥镇人民政府"), "青石县白桥镇人民政府"),
        (("青石县人民政府", "青石县白桥镇人民政府"), "青石县白桥镇人民政府"),
    ],
)
def test_two_lines_above_the_title(lines: tuple[str, str], agency: str) -> None:
    assert read_text(*lines, TITLE).agency.printed == agency
    reading = read_text(lines[0], lines[1] + TITLE)
    assert (reading.title, reading.agency.printed) == (agency + TITLE, agency)


@pytest.mark.parametrize(
    "name",
    [
        "云岭市公安局白桥区分局",
        "国家税务总局青石县税务局",
        "越秀区人民政府北京街道办事处",
        "章贡区人民政府水东镇办公室",
        "青石县人民政府办公室",
    ],
)
def test_a_name_that_holds_another_stays_whole(name: str) -> None:
    assert split_bodies(name) == name


# --- the weak context -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "prose", "name"),
    [
        ("高桥镇", "按照沙县区的部署公开。", "福建省三明市沙县区高桥镇人民政府"),
        (
            "高桥镇",
            "按照沙县区和上高县的部署公开。",
            "福建省三明市沙县区高桥镇人民政府",
        ),
        ("高桥镇", "按照县里的部署公开。", None),
        ("县统计局", "在平武县的网站公开。", "四川省绵阳市平武县统计局"),
        ("县统计局", "在平武县和上高县的网站公开。", None),
        ("城中区教育局", "按照西宁市的部署公开。", "青海省西宁市城中区教育局"),
        ("城中区教育局", "按照西宁市、柳州市的部署公开。", None),
    ],
)
def test_divisions_in_the_text_where_no_site_is_known(
    printed: str, prose: str, name: str | None
) -> None:
    reading = read_text(printed + TITLE, prose=prose)
    assert (reading.agency.printed, reading.agency.name) == (printed, name)


def test_the_site_goes_before_the_text() -> None:
    reading = read_text(
        "县统计局" + TITLE, prose="在平武县的网站公开。", region="江西省宜春市上高县"
    )
    assert reading.agency.name == "江西省宜春市上高县统计局"


def test_a_township_has_its_own_code() -> None:
    reading = read_text("上高县锦江镇" + TITLE)
    assert (reading.agency.region_code, reading.agency.township_code) == (
        "360923",
        "360923102",
    )
    assert read_text("上高县教育局" + TITLE).agency.township_code is None


@pytest.mark.parametrize("kind", ["园区", "景区", "社区"])
def test_a_kind_of_place_in_a_sentence_is_no_body(kind: str) -> None:
    prose = f"2021年，{kind}坚持依法公开。"
    assert read_text(TITLE, prose=prose).agency.printed is None


@pytest.mark.parametrize(
    "body",
    [
        "云岭职业技术大学",
        "青石县机关事务服务中心",
        "云岭市公安局交警支队",
        "青石县档案馆",
        "青石县国有林场",
        "青石县水库管理所",
        "青石县扶贫办",
        "青石县公路管理段",
        "中国农业发展银行青石县支行",
    ],
)
def test_a_body_of_any_kind_above_the_title(body: str) -> None:
    reading = read_text(body, TITLE)
    assert (reading.title, reading.agency.printed) == (body + TITLE, body)


@pytest.mark.parametrize("writer", ["政务服务中心", "行政审批局", "大数据发展管理局"])
@pytest.mark.parametrize(
    ("prose", "speaks_as_body"),
    [
        ("2021年，我县公开信息三条。", False),
        ("2021年，青石县人民政府坚持依法公开。", False),
        ("2021年，我局公开信息三条，我中心办结。", True),
        ("公开信息三条。", True),
    ],
)
def test_a_body_that_discloses_for_its_county(
    writer: str, prose: str, speaks_as_body: bool
) -> None:
    """Without a title it is either's report where the text speaks of the county."""
    body = f"青石县{writer}"
    reading = read_text("2021年度", f"本报告由{body}根据条例编制。", prose=prose)
    assert reading.agency.printed == (body if speaks_as_body else None)
    assert ("agency.ambiguous" in rules(reading)) is not speaks_as_body
    titled = read_text(body + TITLE, prose=prose)
    assert titled.agency.printed == body


@pytest.mark.parametrize("line", ["青石县融媒体中心", "新闻中心", "政务公开平台"])
def test_a_line_above_the_title_that_is_no_issuer(line: str) -> None:
    assert read_text(line, TITLE, prose="公开信息三条。").agency.printed is None
