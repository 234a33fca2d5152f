"""Names of governments and of their bodies, all invented."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from nianbao.sample.country.arrangements import DEPARTMENTS, GOVERNMENT, TOWNSHIPS

PROVINCE = "样例省"
PREFECTURES = ("北原市", "兰汀市", "东岚市", "西漳市", "南屿市", "中淮市")
FIRST = "青柳霜苔鹭槐桐桂莲芦檀榆枫荻菱茶砚笔墨"
SECOND = "砚溪渚汀屿崖坞塘洲浦岫峪泾湄沚涧"
RANKS = ("县", "县", "县", "区", "市")
BODIES = {
    GOVERNMENT: ("人民政府",),
    DEPARTMENTS: (
        "审计局",
        "市场监督管理局",
        "财政局",
        "统计局",
        "司法局",
        "教育局",
        "卫生健康局",
        "应急管理局",
        "水务局",
        "国有资产监督管理局",
        "人民政府办公室",
        "档案局",
        "发展和改革局",
        "自然资源局",
    ),
    TOWNSHIPS: (
        "柳河镇人民政府",
        "城关街道办事处",
        "白塔乡人民政府",
        "石桥镇人民政府",
        "三岔乡人民政府",
    ),
}
MOST_BODIES = {GOVERNMENT: 1, DEPARTMENTS: 4, TOWNSHIPS: 3}


def make_path(number: int) -> tuple[str, str, str]:
    """Return the names of the divisions of a government, the widest first; each is of one only."""
    first = FIRST[number % len(FIRST)]
    second = SECOND[number // len(FIRST) % len(SECOND)]
    rank = RANKS[number % len(RANKS)]
    prefecture = PREFECTURES[number % len(PREFECTURES)]
    return PROVINCE, prefecture, f"{first}{second}{rank}"


def choose_bodies(random: Random, kinds: Sequence[str]) -> list[str]:
    """Return bodies of some kinds, at least one of each."""
    bodies = []
    for kind in kinds:
        names = BODIES[kind]
        count = random.randint(min(2, len(names)), min(MOST_BODIES[kind], len(names)))
        bodies += random.sample(names, count)
    return bodies
