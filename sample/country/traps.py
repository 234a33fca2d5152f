"""Traps: what only looks like a column of annual reports on open government information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """A list of other documents under a name that sounds right, and where it is met.

    `rows` are titles; {year} is filled in, {place} is the government's.
    """

    why: str
    name: str
    folder: str
    rows: str


TRAPS: Mapping[str, Trap] = {
    "rule-of-law": Trap(
        "every government reports on the rule of law each year",
        "法治政府建设年度报告",
        "fzzfjsndbg",
        "{place}人民政府{year}年法治政府建设年度报告",
    ),
    "website": Trap(
        "the yearly sheet on the government's website",
        "政府网站工作年度报表",
        "wznb",
        "{place}政府网站工作年度报表（{year}年度）",
    ),
    "state-firms": Trap(
        "年度报告 of firms that the government owns",
        "年度报告",
        "gqndbg",
        "{place}城市建设投资有限公司{year}年年度报告",
    ),
    "institutions": Trap(
        "public institutions report to their registry",
        "事业单位法人年度报告",
        "sydwndbg",
        "{place}第一中学{year}年度事业单位法人年度报告书",
    ),
    "statistics": Trap(
        "statistical yearbooks are called 年报 too",
        "统计年报",
        "tjnb",
        "{place}{year}年国民经济和社会发展统计公报",
    ),
    "budget": Trap(
        "reports on budgets",
        "预算执行年度报告",
        "ysnb",
        "{place}{year}年预算执行情况报告",
    ),
    "explanations": Trap(
        "pictures and explanations of the annual report",
        "年报解读",
        "nbjd",
        "图解：{place}{year}年政府信息公开工作年度报告",
    ),
    "enforcement": Trap(
        "statistics of administrative enforcement",
        "行政执法年度报告",
        "xzzfndbg",
        "{place}{year}年度行政执法数据年度报告",
    ),
    "enterprises": Trap(
        "the market supervision publishes firms' reports",
        "企业年报公示",
        "qynb",
        "关于开展{year}年度企业年报公示工作的公告",
    ),
    "work-reports": Trap(
        "reports on a year's work",
        "年度工作报告",
        "ndgzbg",
        "{place}{year}年政府工作报告",
    ),
}
