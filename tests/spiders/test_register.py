"""The register of governments, against the table of divisions and the catalogue."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from nianbao.archive.divisions.table import LAST_YEAR, load_division_table
from nianbao.spiders.catalogue import SITES, load_sites
from nianbao.spiders.register.governments import (
    Government,
    load_governments,
    select_governments,
)

# Not divisions of the table: the management areas of 大兴安岭, and the Corps beside 新疆.
WITHOUT_CODE = {
    "黑龙江省大兴安岭地区加格达奇区",
    "黑龙江省大兴安岭地区呼中区",
    "黑龙江省大兴安岭地区新林区",
    "黑龙江省大兴安岭地区松岭区",
    "新疆维吾尔自治区新疆生产建设兵团",
}
# Divisions of the table without a government on the mainland's web, or too young for the list.
NOT_LISTED = {
    "台湾省",
    "香港特别行政区",
    "澳门特别行政区",
    "金门县",
    "西沙区",
    "南沙区",
    "和康县",
    "和安县",
    "岑岭县",
    "草湖市",
}


def test_every_government_has_a_code_valid_today_or_is_known_to_have_none() -> None:
    table = load_division_table()
    without = set()
    for government in load_governments():
        if government.code is None:
            without.add(government.name)
            continue
        today = [one for one in table.codes[government.code] if one.last == LAST_YEAR]
        assert len(today) == 1, government
        assert table.units[today[0].unit][0].code in government.codes
    assert without == WITHOUT_CODE


def test_every_division_of_today_is_a_government_of_the_register_once() -> None:
    table = load_division_table()
    codes = Counter(one.code for one in load_governments() if one.code)
    assert [code for code, count in codes.items() if count > 1] == []
    missing = set()
    for divisions in table.units.values():
        today = [one for one in divisions if one.last == LAST_YEAR]
        missing |= {one.name for one in today if one.code not in codes}
    # 南沙区 is also a district of 广州, which is there
    assert missing == NOT_LISTED


def test_homes_are_addresses_of_hosts_of_their_own() -> None:
    homes = [urlsplit(one.home) for one in load_governments()]
    assert {home.scheme for home in homes} == {"http", "https"}
    assert all(home.hostname and "." in home.hostname for home in homes)
    assert {one.access for one in load_governments()} == {
        "direct",
        "protocol-switch",
        "ua-mobile",
        "none",
    }


@pytest.mark.parametrize(
    ("region", "count"),
    [("浙江", 102), ("33", 102), ("浙江省", 102), ("杭州", 14), ("3301", 14)],
)
def test_a_region_by_name_or_code(region: str, count: int) -> None:
    assert len(select_governments(load_governments(), [region])) == count


def test_each_province_is_whole_by_name_and_by_code() -> None:
    provinces = [one for one in load_governments() if one.level == "province"]
    assert len(provinces) == 31
    total = 0
    for province in provinces:
        assert province.code
        by_name = select_governments(load_governments(), [province.name])
        of_code = [one for one in load_governments() if one.path[0] == province.path[0]]
        assert by_name == of_code
        total += len(by_name)
    assert total == len(load_governments()) == 3209


def test_a_division_is_found_by_the_code_it_had() -> None:
    (shaxian,) = select_governments(load_governments(), ["350427"])
    assert (shaxian.path[-1], shaxian.code) == ("沙县区", "350405")


def test_a_name_inside_a_name_is_no_region() -> None:
    names = {one.name for one in select_governments(load_governments(), ["朝阳"])}
    assert {"北京市朝阳区", "辽宁省朝阳市"} <= names
    assert not any(name.startswith("广东省汕头市") for name in names)


def test_sites_of_the_catalogue_stand_in_divisions_of_the_register() -> None:
    by_code: dict[str, Government] = {
        code: one for one in load_governments() for code in one.codes
    }
    strange = {
        site.id: site.region.code
        for site in load_sites(SITES).values()
        if site.region and site.region.code and site.region.code not in by_code
    }
    assert strange == {}
