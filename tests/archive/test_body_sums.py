"""A region's total counts nothing twice: a government's report stands beside the sums of others."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from nianbao.archive.read_model.overviews.body_sums import (
    find_group,
    load_scope_rules,
    read_scope,
    sum_groups,
)
from nianbao.archive.read_model.overviews.region_reports import RegionReport

COUNTY = "样例省北原市西霞县"
EMPTY: dict[str, Any] = dict.fromkeys(RegionReport.__dataclass_fields__)


def report(agency: str | None, level: str | None = None, **values: Any) -> RegionReport:
    given = {"region": COUNTY, "report_year": 2021, "findings": (), **values}
    return RegionReport(**(EMPTY | given | {"agency": agency, "level": level}))


@pytest.mark.parametrize(
    ("agency", "level", "region", "group"),
    [
        ("西霞县人民政府", None, COUNTY, "government"),
        (f"{COUNTY}人民政府", "county", COUNTY, "government"),
        ("西霞县人民政府", None, "样例省北原市", "below"),
        ("东霞县人民政府", None, COUNTY, "below"),
        ("西霞县青石镇人民政府", None, COUNTY, "townships"),
        ("城关街道办事处", None, COUNTY, "townships"),
        ("某地", "township", COUNTY, "townships"),
        ("西霞县财政局", None, COUNTY, "departments"),
        ("西霞县人民政府办公室", None, COUNTY, "departments"),
        ("西霞县供销社", None, COUNTY, "departments"),
        ("兴安盟行政公署", None, "内蒙古自治区", "below"),
    ],
)
def test_whose_report_is_added_to_what(
    agency: str, level: str | None, region: str, group: str
) -> None:
    assert find_group(report(agency, level), region) == group


def test_sums_hold_each_report_once_and_in_one_group() -> None:
    names = ["西霞县人民政府", "西霞县财政局", "西霞县青石镇人民政府", "东霞县人民政府"]
    choice = random.Random(1)
    for size in range(1, 30):
        reports = [
            report(name, received=2**number)
            for number, name in enumerate(
                itertools.islice(itertools.cycle(names), size)
            )
        ]
        reports += [report(None, received=5), report("西霞县财政局", report_year=None)]
        choice.shuffle(reports)
        groups = sum_groups(reports, COUNTY)
        assert sum(group.reports for group in groups) == size
        assert sum(group.main.received or 0 for group in groups) == 2**size - 1
        assert groups[0].group == "government"


def test_scope_is_read_where_the_preamble_tells() -> None:
    for rule in load_scope_rules():
        for example in rule.examples:
            assert read_scope(f"根据条例要求，{example}。") == rule.scope, example
    assert read_scope("本报告按照要求编制，内容包括总体情况等六个部分。") is None
    assert read_scope("") is None
