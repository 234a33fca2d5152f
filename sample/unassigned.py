"""Two reports that do not say all of what they are: one whose body nothing names, one of no
year.

The second is edited in state 2. Our own prose; their figures are made like all others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from nianbao.sample.figures import make_series, on_form
from nianbao.sample.reports import Report, Section
from nianbao.sample.tables import (
    lay_article_20,
    lay_disputes,
    lay_requests,
    write_figures,
)

CHINA = timezone(timedelta(hours=8))
FORM = "g2021"
YEAR = 2022  # whose figures both have
TOWNSHIP = "盐滩乡人民政府"
REMARK = "村务公开栏新增的两处未计入上述数目。"


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A report without its body or its year, and when the site filed it."""

    report: Report
    posted_at: datetime


def make_unassigned(seed: int, state: int) -> Iterator[Unassigned]:
    """Yield the report without a body and the one without a year, as a state has them."""
    yield Unassigned(
        _compose(
            seed,
            agency=None,
            year=YEAR,
            title=f"{YEAR}年政府信息公开工作年度报告",
            overview=(
                f"{YEAR}年，我单位把常用的表格和办事流程集中在一个栏目里，旧文件逐份注明是否有效。",
                "公开审查由专人负责，未经审查的材料不上网。",
            ),
        ),
        datetime(2023, 1, 30, 10, 0, tzinfo=CHINA),
    )
    remarks = (REMARK,) if state == 2 else ()
    yield Unassigned(
        _compose(
            seed,
            agency=TOWNSHIP,
            year=None,
            title=f"{TOWNSHIP}政府信息公开工作年度报告",
            overview=(
                "本年度，盐滩乡把惠农补贴名单逐村张贴，同时在赶集日讲解查询办法。",
                "全乡公开事项由党政办登记，村级材料由包村干部核对后再发布。",
                *remarks,
            ),
        ),
        datetime(2023, 2, 3, 15, 20, tzinfo=CHINA),
    )


def _compose(
    seed: int,
    *,
    agency: str | None,
    year: int | None,
    title: str,
    overview: tuple[str, ...],
) -> Report:
    dice = random.Random(f"{seed}/unassigned/{title}")
    printed = on_form(make_series(dice, scale=1)[YEAR], FORM)
    write = write_figures(printed, "plain")
    return Report(
        agency=agency,
        year=year,
        title=title,
        form=FORM,
        markup="plain",
        titled=False,
        opening=(),
        sections=(
            Section("一、总体情况", overview),
            Section("二、主动公开政府信息情况", (), (lay_article_20(FORM, write),)),
            Section(
                "三、收到和处理政府信息公开申请情况", (), (lay_requests(FORM, write),)
            ),
            Section(
                "四、政府信息公开行政复议、行政诉讼情况",
                (),
                (lay_disputes(FORM, write),),
            ),
            Section(
                "五、存在的主要问题及改进情况",
                ("村民查询仍以上门为主，网上栏目要再简化。",),
            ),
            Section("六、其他需要报告的事项", ("没有其他需要报告的事项。",)),
        ),
        closing=(),
        signed_on=None,
        figures=tuple((key, float(value)) for key, value in printed.items()),
    )
