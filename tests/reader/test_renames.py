"""Places that were renamed: one place by its latest name, and only where the table leaves no
doubt.
"""

from __future__ import annotations

import pytest

from nianbao.archive.divisions.renames import find_latest_division
from nianbao.archive.divisions.table import Division, load_division_table
from nianbao.pipelines.reader.regions.latest_names import (
    find_latest_body,
    find_latest_region,
)
from nianbao.pipelines.reader.regions.resolve import LatestNames, resolve_agency

SANMING = "福建省三明市"
ARGUABLE = {
    # divided, or joined with another division
    "河北省邢台市任县",
    "山西省大同市城区",
    "山西省大同市矿区",
    "山西省大同市大同县",
    "山西省长治市长治县",
    "黑龙江省伊春市带岭区",
    "安徽省芜湖市芜湖县",
    "安徽省铜陵市铜官山区",
    "安徽省铜陵市铜陵县",
    "河南省开封市开封县",
    # the code says one thing, the name another
    "重庆市綦江县",
    "重庆市大足县",
}


@pytest.mark.parametrize(
    ("printed", "year", "region", "latest"),
    [
        (
            "沙县教育局",
            2018,
            SANMING,
            LatestNames("福建省三明市沙县区教育局", "福建省三明市沙县区", "350405"),
        ),
        (
            "沙县凤岗街道办事处",
            2018,
            None,
            LatestNames(
                "福建省三明市沙县区凤岗街道办事处", "福建省三明市沙县区", "350405"
            ),
        ),
        (
            "郫县人民政府",
            2015,
            None,
            LatestNames("四川省成都市郫都区人民政府", "四川省成都市郫都区", "510117"),
        ),
        # another prefecture, the same name
        (
            "简阳市教育局",
            2014,
            None,
            LatestNames("四川省成都市简阳市教育局", "四川省成都市简阳市", "510185"),
        ),
        # the prefecture was renamed
        (
            "枣阳市人民政府",
            2009,
            None,
            LatestNames("湖北省襄阳市枣阳市人民政府", "湖北省襄阳市枣阳市", "420683"),
        ),
        # another code only
        (
            "三元区人民政府",
            2019,
            SANMING,
            LatestNames("福建省三明市三元区人民政府", "福建省三明市三元区", "350404"),
        ),
        # a zone is named after what the city was called then
        (
            "襄樊高新技术产业开发区管委会",
            2009,
            None,
            LatestNames(None, "湖北省襄阳市", "420600"),
        ),
        ("沙县区教育局", 2022, SANMING, None),
        ("沙县教育局", 2023, SANMING, None),
        ("上高县锦江镇人民政府", 2020, None, None),
        # 庐山区 is 濂溪区 since 2016, and 庐山市 was 星子县
        (
            "庐山区人民政府",
            2014,
            "江西省九江市",
            LatestNames("江西省九江市濂溪区人民政府", "江西省九江市濂溪区", "360402"),
        ),
        (
            "星子县教育局",
            2014,
            None,
            LatestNames("江西省九江市庐山市教育局", "江西省九江市庐山市", "360483"),
        ),
        ("綦江县人民政府", 2010, None, None),
    ],
)
def test_the_latest_names_of_a_body(
    printed: str, year: int, region: str | None, latest: LatestNames | None
) -> None:
    resolution = resolve_agency(printed, report_year=year, context_region=region)
    assert resolution.name or latest
    assert resolution.latest == latest


def test_the_names_of_the_year_stay() -> None:
    resolution = resolve_agency("沙县教育局", report_year=2018, context_region=SANMING)
    assert resolution.name == "福建省三明市沙县教育局"
    assert (resolution.region, resolution.region_code) == (
        "福建省三明市沙县",
        "350427",
    )


def test_every_place_of_the_table() -> None:
    """311 of the 323 places that had several full names since 2008 are one place, 12 are not."""
    table = load_division_table()
    latest_names: dict[str, set[int]] = {}
    joined = 0
    parted: set[str] = set()
    for unit, spans in table.units.items():
        names: dict[str, str] = {}
        for span in spans:
            latest = find_latest_division(table, span)
            latest_name = table.get_full_name(latest, latest.last)
            for year in range(max(span.first, 2008), span.last + 1):
                names[table.get_full_name(span, year)] = latest_name
                latest_names.setdefault(latest_name, set()).add(unit)
        if len(names) < 2:
            continue
        if len(set(names.values())) == 1:
            joined += 1
        else:
            parted.add(next(iter(names)))
    assert joined == 311
    assert parted == ARGUABLE
    shared = {name for name, units in latest_names.items() if len(units) > 1}
    # The county-level city became a prefecture-level one of the same name.
    assert shared == {"海南省儋州市"}


def test_only_later_years_are_looked_at() -> None:
    table = load_division_table()
    division = table.codes["350405"][-1]
    assert find_latest_division(table, division) is division
    former = Division(
        unit=division.unit,
        level="county",
        code="350427",
        name="沙县",
        prefecture="350400",
        first=2003,
        last=2020,
    )
    assert find_latest_division(table, former).name == "沙县区"


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("上高县", "江西省宜春市上高县"),
        ("沙县", "福建省三明市沙县区"),
        ("福建省三明市沙县区", "福建省三明市沙县区"),
        ("江西省", "江西省"),
        ("贵州省毕节市", "贵州省毕节市"),
        ("西霞县", None),
        ("鼓楼区", None),
        ("锦江镇", None),
    ],
)
def test_a_region_that_a_person_names(name: str, region: str | None) -> None:
    assert find_latest_region(name) == region


@pytest.mark.parametrize(
    ("name", "region", "full_name"),
    [
        ("沙县教育局", SANMING, "福建省三明市沙县区教育局"),
        ("福建省三明市沙县教育局", None, "福建省三明市沙县区教育局"),
        ("县教育局", "江西省宜春市上高县", "江西省宜春市上高县教育局"),
        ("西霞县教育局", None, None),
        ("教育局", None, None),
    ],
)
def test_a_body_that_a_person_names(
    name: str, region: str | None, full_name: str | None
) -> None:
    body = find_latest_body(name, year=None, region=region)
    assert (body and body.name) == full_name
