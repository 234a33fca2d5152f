"""Sweeps: the name of every division and of every township, before each kind of body, with and
without the region of a site. Against the table itself: none may be another place's, and how
many stay open is counted. And each is a name where titles and sentences have it.

Every SWEEP_STEP-th division is taken and of the townships a quarter of that; `make sweeps` takes all.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from nianbao.archive.divisions.table import (
    TOWNSHIP_YEARS,
    Division,
    DivisionTable,
    Township,
    load_division_table,
)
from nianbao.pipelines.reader.fields.agency_names import (
    extract_title_agency,
    find_first_body,
    is_agency,
)
from nianbao.pipelines.reader.fields.agency_phrases import (
    iterate_phrases,
    prepare_opening,
)
from nianbao.pipelines.reader.fields.title_lines import find_report_title
from nianbao.pipelines.reader.regions.resolve import resolve_agency

YEAR = 2021
# Words of sentences stand in these names, or the lists have spoilt them.
HARD = (
    "可可以力更镇",
    "向阳小区街道",
    "向阳社区",
    "综合保税区",
    "新发布依族乡",
    "礼让街街道",
)
PHRASES = (
    "本报告由{}根据条例编制。",
    "现将{}2021年政府信息公开工作情况报告如下。",
    "2021年,{}认真贯彻条例。",
    "根据要求,{}现向社会公开《2021年政府信息公开工作年度报告》。",
    "现发布《{}2021年政府信息公开工作年度报告》。",
    "如有疑问,请与{}联系(电话:1)。",
)
STEP = int(os.environ.get("SWEEP_STEP", "20"))
TOWNSHIP_STEP = STEP if STEP == 1 else 4 * STEP
OFFICES = (
    "人民政府",
    "人民政府办公室",
    "教育局",
    "民政局",
    "民族宗教事务局",
    "市场监督管理局",
    "市政管理局",
    "区域合作办公室",
    "城市管理局",
    "政府采购中心",
    "生态环境分局",
    "税务局",
    "烟草专卖局",
    "人民法院",
    "融媒体中心",
)
RANKS = ("省", "市", "县", "区", "州", "旗", "盟", "地区", "自治县", "自治州")
RANK_OFFICES = (
    "教育局",
    "人民政府",
    "人民医院",
    "直属机关工委",
    "委办公室",
    "公安分局",
)
# What stands behind the first characters of a town's name as behind a city's.
LOW_OFFICES = (
    "派出所",
    "市政所",
    "市场监督管理所",
    "中心卫生院",
    "中学",
    "林场",
    "综合执法队",
)
TOWN_OFFICES = ("", "人民政府", "政府", "党政办公室")
STREET_OFFICES = ("", "办事处", "党工委")


class Probe(NamedTuple):
    """A name as it could be printed, and what it is the name of."""

    form: str  # how the place is printed
    printed: str
    site: str | None  # the region of the site
    code: str
    name: str | None = None  # None: not asked


def probe_divisions(table: DivisionTable, step: int) -> Iterator[Probe]:
    units = list(table.units)
    for unit in units[::step]:
        division = table.find_unit(unit, YEAR)
        if division is None:
            continue
        for office in OFFICES:
            yield from probe_division(table, division, office)


def probe_division(
    table: DivisionTable, division: Division, office: str
) -> Iterator[Probe]:
    code = division.code
    full = table.get_full_name(division, YEAR)
    name = full + office
    yield Probe("all names", name, None, code, name)
    yield Probe("own name", division.name + office, None, code, name)
    yield Probe("own name, site", division.name + office, full, code, name)
    yield Probe("kind, site", division.name[-1] + office, full, code, name)
    prefecture, province = table.find_parents(division, YEAR)
    short = re.sub(r"(?:[省市县区旗盟州])$", "", division.name)
    if len(short) < 2 or "自治" in division.name:
        return
    if division.level == "county":
        above = table.get_full_name(prefecture or province, YEAR)
        yield Probe("own name, city's site", division.name + office, above, code, name)
        yield Probe("no kind, site", short + office, full, code, name)
        yield Probe("no place, site", office, full, code, name)
    yield Probe("no kind", short + office, None, code)


def probe_townships(table: DivisionTable, step: int) -> Iterator[Probe]:
    for township in list(iterate_listed(table))[::step]:
        division = table.find_unit(township.unit, YEAR)
        if division is None:
            continue
        is_street = township.name.endswith("街道")
        for office in STREET_OFFICES if is_street else TOWN_OFFICES:
            yield from probe_township(table, division, township.name, office)


def iterate_listed(table: DivisionTable) -> Iterator[Township]:
    bit = TOWNSHIP_YEARS.index(YEAR)
    for line in table._township_lines:
        name = line.split("\t")[1]
        for township in table.iterate_townships(name):
            if township.name == name and township.list_bits >> bit & 1:
                yield township


def probe_township(
    table: DivisionTable, division: Division, township: str, office: str
) -> Iterator[Probe]:
    code = division.code
    full = table.get_full_name(division, YEAR)
    prefecture, province = table.find_parents(division, YEAR)
    above = prefecture.name if prefecture else ""
    # The lists put the county in front of some, 濮阳县庆祖镇.
    fronts = (province.name, f"(?:{above})?{division.name}")
    inner = re.sub(f"^(?:{'|'.join(fronts)})(?=...)", "", township)
    name = None
    if office in ("", "人民政府", "政府", "办事处"):
        kind = "办事处" if township.endswith("街道") else "人民政府"
        name = full + inner + kind
    printed = township + office
    yield Probe("all names", full + printed, None, code, name)
    yield Probe("county", division.name + printed, None, code, name)
    yield Probe("county, site", division.name + printed, full, code, name)
    yield Probe("alone, site", printed, full, code, name)
    city = table.get_full_name(prefecture or province, YEAR)
    yield Probe("alone, city's site", printed, city, code, name)
    yield Probe("alone", printed, None, code, name)


def sweep(probes: Iterator[Probe]) -> tuple[list[str], Counter[str]]:
    """Return what is wrong, and how many of each form stay open."""
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for probe in probes:
        answer = resolve_agency(
            probe.printed, report_year=YEAR, context_region=probe.site
        )
        counts[f"{probe.form}: all"] += 1
        if answer.name is None:
            counts[probe.form] += 1
        elif (
            (answer.region_code != probe.code and probe.form != "no kind")
            or probe.name not in (None, answer.name)
            or (
                probe.form == "no kind" and not is_short_for(probe, answer.region or "")
            )
        ):
            wrong.append(f"{probe} {answer.name}")
    return wrong, counts


def is_short_for(probe: Probe, region: str) -> bool:
    """Tell whether a region can be what a name without its kind means: 抚顺 is a city too."""
    short = next(
        probe.printed.removesuffix(office)
        for office in OFFICES
        if probe.printed.endswith(office)
    )
    return short in region


# How many names of each form stay open in the whole table, at most.
DIVISIONS_OPEN = {
    "all names": 0,
    "own name": 1035,  # 城关区教育局: of several
    "own name, site": 0,
    "own name, city's site": 45,
    "kind, site": 3448,  # the branches of a city's bureaus
    "no place, site": 5238,
    "no kind, site": 3190,
    "no kind": 32848,  # one more: what could be a town of that name stays open
}
TOWNSHIPS_OPEN = {
    "all names": 1,
    "county": 35,
    "county, site": 1,
    "alone, site": 45,
    "alone, city's site": 2713,
    "alone": 45400,  # 高桥镇: of several
}


@pytest.mark.parametrize(
    ("probes", "step", "most_open"),
    [
        (probe_divisions, STEP, DIVISIONS_OPEN),
        (probe_townships, TOWNSHIP_STEP, TOWNSHIPS_OPEN),
    ],
    ids=["divisions", "townships"],
)
def test_no_name_is_taken_for_another_places(
    probes: Callable[[DivisionTable, int], Iterator[Probe]],
    step: int,
    most_open: dict[str, int],
) -> None:
    wrong, counts = sweep(probes(load_division_table(), step))
    assert wrong == []
    for form, most in most_open.items():
        assert counts[f"{form}: all"] > 0, form
        assert counts[form] <= estimate_most(most, step), form


def estimate_most(most: int, step: int) -> float:
    """Return how many names may be open where each `step`-th place is taken.

    Chance has a part in it, and the names of one place are open together.
    """
    if step == 1 or most == 0:
        return most
    expected = most / step
    return expected + 8 * expected**0.5 + 5


def list_ranked(division: Division, kind: str, above: list[Division]) -> list[str]:
    """Return the code of the division that a kind alone means on a division's site."""
    for each in (division, *above):
        is_county = each.level == "county"
        if each.name.endswith(kind) and (kind != "区" or is_county):
            return [each.code]
    return []


def test_a_kind_of_place_alone_is_the_sites_own_or_one_around_it() -> None:
    """区教育局 on a city's site names no district; 省 is no municipality."""
    table = load_division_table()
    wrong: list[str] = []
    for unit in list(table.units)[::STEP]:
        division = table.find_unit(unit, YEAR)
        if division is None:
            continue
        site = table.get_full_name(division, YEAR)
        above = [each for each in table.find_parents(division, YEAR) if each]
        for kind in RANKS:
            codes = [None, *list_ranked(division, kind, above)]
            for office in RANK_OFFICES:
                answer = resolve_agency(
                    kind + office, report_year=YEAR, context_region=site
                )
                if answer.region_code not in codes:
                    wrong.append(f"{kind}{office} on {site}: {answer.name}")
    assert wrong == []


def list_likenesses(table: DivisionTable) -> Iterator[tuple[str, Township]]:
    """Yield the townships that begin as a city or county does, without their kind: 金华 of 金华镇."""
    short_names = {*table.short_names, *table.county_stems}
    for township in list(iterate_listed(table))[::STEP]:
        # 嘉定镇街道 gives 嘉定
        stem = re.sub(r"(?:镇|乡|街)?(?:镇|乡|街道)$", "", township.name)
        beginnings = {stem[:length] for length in range(2, len(stem) + 1)}
        # the lists have a 西城区街道
        is_division = not beginnings.isdisjoint(table.names)
        if not is_division and not beginnings.isdisjoint(short_names):
            yield stem, township


def test_a_town_that_begins_like_a_city_is_not_that_citys() -> None:
    """金华镇 of 剑川县 in Yunnan is no part of 金华市, and neither is 金华派出所 anywhere."""
    table = load_division_table()
    wrong: list[str] = []
    for stem, township in list_likenesses(table):
        division = table.find_unit(township.unit, YEAR)
        code = division.code if division else None
        for office in LOW_OFFICES:
            for printed in (stem + office, township.name + office):
                answer = resolve_agency(printed, report_year=YEAR)
                if answer.region_code not in (None, code):
                    wrong.append(f"{printed} of {code}: {answer.name}")
    assert [text for text in wrong if "科学城" not in text] == []


def list_bodies(table: DivisionTable) -> Iterator[str]:
    """Yield a body of every township, and some of every division, by their names alone."""
    townships = {line.split("\t")[1] for line in table._township_lines}
    for name in sorted(townships):
        if "?" not in name and "社区公共服务站" not in name:
            yield name + ("办事处" if name.endswith("街道") else "人民政府")
    divisions = {item.name for spans in table.units.values() for item in spans}
    for name in sorted(divisions):
        for office in ("人民政府", "教育局", "民政局", "发展和改革委员会"):
            yield name + office


def test_every_body_of_the_table_is_a_name_wherever_it_stands() -> None:
    """In a title, as who wrote the report, who publishes it, and as the subject of a sentence."""
    wrong: list[str] = []
    for name in list(list_bodies(load_division_table()))[::STEP]:
        title = f"{name}2021年政府信息公开工作年度报告"
        if extract_title_agency(title) not in (name, name.replace("办事处街道", "")):
            wrong.append(title)
        if find_report_title([title, "根据条例编制。"]) != title:
            wrong.append(title)
        for phrase in PHRASES:
            opening = prepare_opening(phrase.format(name))
            names = [text for _, text in iterate_phrases(opening) if is_agency(text)]
            if not names or names[0] != name:
                wrong.append(opening.text)
        if find_first_body(f"{name}不断加强公开") != name:
            wrong.append(name)
    assert [text for text in wrong if not any(word in text for word in HARD)] == []
