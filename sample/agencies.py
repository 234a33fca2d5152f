"""Who is in the sample province: its sites and the agencies that report on them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap

from nianbao.sample.figures import Series, make_series, total


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and the first and last year it reports on; `scale` sets the size of its numbers.

    `seat` tells bodies of one name apart; nothing prints it.
    """

    name: str
    first: int
    last: int
    scale: int
    kind: str  # government (adds up its members), township, bureau
    seat: str = ""

    @property
    def body(self) -> str:
        """What no other agency of the province is called."""
        return f"{self.seat}/{self.name}" if self.seat else self.name


@dataclass(frozen=True, slots=True)
class Site:
    """A portal: what its meta tags and its footer say."""

    id: str
    name: str
    id_code: str
    column: str
    markups: tuple[str, ...]  # how bodies were pasted into this CMS
    agencies: tuple[Agency, ...] = ()
    shows_time: bool = False  # whether the header prints the time of day
    article: str | None = (
        None  # how its CMS names a page; sites of more than one shape have None
    )


XIXIA = Site(
    id="xixia",
    name="西霞县人民政府",
    id_code="9901210001",
    column="政府信息公开年报",
    markups=("word", "word", "plain"),
    shows_time=True,
    agencies=(
        Agency("西霞县人民政府", 2018, 2024, 8, "government"),
        Agency("西霞县沙溪镇人民政府", 2019, 2023, 1, "township"),
        Agency("西霞县云岭乡人民政府", 2019, 2022, 1, "township"),
        Agency("西霞县石桥镇人民政府", 2020, 2024, 2, "township"),
        Agency("西霞县白塘镇人民政府", 2020, 2022, 1, "township"),
        Agency("西霞县财政局", 2020, 2023, 3, "bureau"),
        Agency("西霞县教育局", 2021, 2023, 4, "bureau"),
        Agency("西霞县自然资源局", 2022, 2024, 6, "bureau"),
    ),
)
LANTING = Site(
    id="lanting",
    name="兰汀市人民政府",
    id_code="9902000003",
    column="部门信息公开年报",
    markups=("plain", "word"),
    agencies=(
        Agency("兰汀市人民政府", 2016, 2023, 30, "government"),
        Agency("兰汀市财政局", 2019, 2022, 8, "bureau"),
        Agency("兰汀市教育局", 2019, 2022, 9, "bureau"),
        Agency("兰汀市公安局", 2020, 2023, 16, "bureau"),
        Agency("兰汀市市场监督管理局", 2020, 2022, 12, "bureau"),
        Agency("兰汀市卫生健康委员会", 2021, 2024, 7, "bureau"),
        Agency("兰汀市交通运输局", 2019, 2021, 6, "bureau"),
    ),
)
GUCHENG = Site(
    id="gucheng",
    name="谷澄县人民政府",
    id_code="9901240002",
    column="信息公开年度报告",
    markups=("lines", "plain"),
    agencies=(
        Agency("谷澄县人民政府", 2016, 2020, 6, "government"),
        Agency("谷澄县柳湾镇人民政府", 2017, 2020, 2, "township"),
        Agency("谷澄县青石乡人民政府", 2018, 2020, 1, "township"),
        Agency("谷澄县水利局", 2018, 2019, 3, "bureau"),
        Agency("谷澄县民政局", 2019, 2020, 3, "bureau"),
    ),
)
HUIBIAN = Site(
    id="huibian",
    name="基层政府信息公开年报汇编",
    id_code="N000000000",
    column="年报汇编",
    markups=("plain",),
    shows_time=True,
)


def _county(
    site_id: str,
    place: str,
    town: str,
    bureau: str,
    article: str,
    *,
    shows_time: bool = False,
) -> Site:
    """Return a small county: its government, a town and a bureau, five reports."""
    return Site(
        id=site_id,
        name=f"{place}人民政府",
        id_code=f"99{sum(map(ord, site_id)):04}0001",
        column="政府信息公开年报",
        markups=("plain", "word"),
        agencies=(
            Agency(f"{place}人民政府", 2021, 2022, 5, "government"),
            Agency(f"{place}{town}人民政府", 2021, 2022, 1, "township"),
            Agency(f"{place}{bureau}", 2022, 2022, 3, "bureau"),
        ),
        shows_time=shows_time,
        article=article,
    )


COUNTIES = (  # one for each platform that the four above do not show
    _county(
        "yuanhe",
        "沅禾县",
        "竹坝镇",
        "农业农村局",
        "/art/{day:%Y}/{day.month}/{day.day}/art_77001_{number}.html",
    ),
    _county(
        "qiaoling",
        "樵岭县",
        "石滩镇",
        "审计局",
        "/module/xxgk/xxgkAnnualReport.jsp?area=QL0{place}&fbtime={year}",
    ),
    _county(
        "jingxi",
        "泾曦县",
        "柏木镇",
        "统计局",
        "/art/{day:%Y}/art_{hex}.html",
        shows_time=True,
    ),
    _county(
        "gangting",
        "港汀县",
        "麻涌口镇",
        "司法局",
        "/gkmlpt/content/9/9103/post_{number}.html",
    ),
    _county(
        "beimu",
        "北沐县",
        "桦甸岗镇",
        "水利局",
        "/beimu/c100277/{day:%Y%m}/{hex}.shtml",
        shows_time=True,
    ),
    _county(
        "huaipu",
        "槐浦县",
        "双桥铺镇",
        "交通运输局",
        "/public/6596/{number}.html",
        shows_time=True,
    ),
    _county("xiyan", "析岩县", "马头崖镇", "民政局", "/info/1308/{number}.htm"),
    _county(
        "dongcang",
        "栋沧县",
        "盐仓湾镇",
        "应急管理局",
        "/zwgk/003/003005/{day:%Y%m%d}/{number}.html",
    ),
    _county("laogang", "崂岗县", "沙坝头镇", "商务局", "/zwgk/show.aspx?id={number}"),
    _county(
        "shanquan",
        "杉泉县",
        "清水湾镇",
        "林业局",
        "/xxgk/xxgknb/{hex:.24}.html",
        shows_time=True,
    ),
)
LUCHA = Site(  # its addresses do not stay with a report: see reused_addresses.py
    id="lucha",
    name="芦岔县人民政府",
    id_code="9901550001",
    column="政府信息公开年报",
    markups=("plain", "word"),
    agencies=(
        Agency("芦岔县人民政府", 2023, 2024, 5, "government"),
        Agency("芦岔县柳埠滩镇人民政府", 2021, 2024, 1, "township"),
        Agency("芦岔县水务局", 2022, 2023, 3, "bureau"),
    ),
    article="/nb/{number}.html",
)


def _chengguan(site_id: str, code: int) -> Site:
    """Return the site of one of two towns of the same name; no page says in which county it is."""
    return Site(
        id=site_id,
        name="城关镇人民政府",
        id_code=f"9901{code}0001",
        column="政府信息公开年报",
        markups=("plain", "word"),
        agencies=(Agency("城关镇人民政府", 2022, 2023, 2, "township", seat=site_id),),
        article="/xxgk/{number}.html",
    )


CHENGDONG, CHENGXI = _chengguan("chengdong", 61), _chengguan("chengxi", 62)
SHIYI = Site(  # a collection: one report names no body, the other no year
    id="shiyi",
    name="乡镇年报拾遗",
    id_code="N000000001",
    column="年报拾遗",
    markups=("plain",),
    article="/nb/{number}.html",
)


def _shape(site_id: str, place: str, town: str) -> Site:
    """Return a county whose list has a shape of its own (list_shapes.py): three reports."""
    return Site(
        id=site_id,
        name=f"{place}人民政府",
        id_code=f"98{sum(map(ord, site_id)):04}0001",
        column="政府信息公开年报",
        markups=("plain", "word"),
        agencies=(
            Agency(f"{place}人民政府", 2021, 2022, 4, "government"),
            Agency(f"{place}{town}人民政府", 2022, 2022, 1, "township"),
        ),
        article="/zwgk/{day:%Y%m}/{number}.html",
    )


SHAPES = tuple(
    starmap(
        _shape,
        (
            ("fuyan", "浮堰县", "竹湾镇"),
            ("nianhe", "年禾县", "土桥镇"),
            ("yanting", "雁亭县", "双塘镇"),
            ("caidan", "采丹县", "河口镇"),
            ("dianjiang", "滇绛县", "龙潭镇"),
            ("biaogang", "彪岗县", "石门镇"),
            ("zongshu", "棕树县", "东坪镇"),
            ("shuju", "姝居县", "新圩镇"),
            ("wanwei", "皖薇县", "长岭镇"),
            ("kuangtang", "筐塘县", "西渡镇"),
            ("kuangji", "匡集县", "南溪镇"),
            ("zhuanwan", "砖湾县", "北塔镇"),
        ),
    )
)
CARRIERS = Site(  # each of its pages carries its report in another way: see carriers.py
    id="zaiti",
    name="载梯县人民政府",
    id_code="9900530001",
    column="政府信息公开年报",
    markups=("plain",),
    agencies=(
        Agency("载梯县人民政府", 2021, 2022, 4, "government"),
        Agency("载梯县柳坝镇人民政府", 2021, 2022, 1, "township"),
        Agency("载梯县水务局", 2021, 2022, 2, "bureau"),
    ),
    article="/zwgk/{day:%Y%m}/{number}.html",
)
REPORTS_OVER_ADDRESSES = (LUCHA, CHENGDONG, CHENGXI, SHIYI)
SITES = {
    site.id: site
    for site in (
        XIXIA,
        LANTING,
        GUCHENG,
        HUIBIAN,
        *COUNTIES,
        *REPORTS_OVER_ADDRESSES,
        *SHAPES,
        CARRIERS,
    )
}


def make_figures(site: Site, seed: int) -> Mapping[str, Series]:
    """Return every agency's figures; the government's are its own and all its members' together."""
    series = {
        agency.body: make_series(
            random.Random(f"{seed}/figures/{agency.body}"),
            scale=agency.scale,
            makes_rules=site is LANTING and agency.kind == "government",
        )
        for agency in site.agencies
    }
    for agency in site.agencies:
        if agency.kind == "government":
            series[agency.body] = total(series.values())
    return series
