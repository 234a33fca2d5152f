"""The wording of the statutory forms, which stands in every report and so tells none from another.

A word all of whose pairs stand in every report is looked up by more: by each three neighbours
whose two pairs are of the forms and that are not of the forms themselves. Few documents have
such, so the index hardly grows.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = "utf-32-le"

# The runs of Chinese characters in titles, labels and headings of the forms of 2019 and 2021,
# and in the opening that the forms' explanations ask for; a test compares them with the labels
# that the reader knows.
_WORDING = """
规章 本年新制作数量 本年新公开数量 对外公开总数量 规范性文件 行政规范性文件 其他主动公开文件
行政许可 上一年项目数量 本年增 减 处理决定数量 本年处理决定数量 其他对外管理服务事项 行政处罚
行政强制 行政事业性收费 政府集中采购 采购项目数量 采购总金额 本年制发件数 本年废止件数
现行有效件数 本年收费金额 单位 万元 信息内容 第二十条第 项 申请人情况 法人或其他组织
本列数据的勾稽关系为 第一项加第二项之和 等于第三项加第四项之和 本年新收政府信息公开申请数量
上年结转政府信息公开申请数量 自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计
本年度办理结果 予以公开 部分公开 区分处理的 只计这一情形 不计其他情形 不予公开 属于国家秘密
其他法律行政法规禁止公开 危及 三安全一稳定 保护第三方合法权益 属于三类内部事务信息
属于四类过程性信息 属于行政执法案卷 属于行政查询事项 无法提供 本机关不掌握相关政府信息
没有现成信息需要另行制作 补正后申请内容仍不明确 不予处理 信访举报投诉类申请 重复申请
要求提供公开出版物 无正当理由大量反复申请 要求行政机关确认或重新出具已获取信息 其他处理
结转下年度继续办理 申请人无正当理由逾期不补正 行政机关不再处理其政府信息公开申请
申请人逾期未按收费通知要求缴纳费用 行政复议 行政诉讼 结果维持 结果纠正 其他结果 尚未审结
未经复议直接起诉 复议后起诉 总体情况 主动公开政府信息情况 收到和处理政府信息公开申请情况
因政府信息公开工作被申请行政复议 提起行政诉讼情况 政府信息公开行政复议 行政诉讼情况
存在的主要问题及改进情况 其他需要报告的事项 年度政府信息公开工作年度报告 根据
中华人民共和国政府信息公开条例 要求 编制本年度报告 本年度报告由 部分组成 所列数据的统计期限自 月
日起至 日止 主动公开 依申请公开 政府信息管理 政府信息公开平台建设 监督保障
"""
FORMS = tuple(_WORDING.split())


def number_pairs(line: str) -> Sequence[int]:
    """Return the pairs of neighbouring characters of a line, in order, as numbers.

    The number of a pair has the code points of both characters in 64 bits.
    """
    codes = array("I", line.encode(CODE))
    if len(codes) < 2:
        return ()
    size = 8 * (len(codes) - 1)
    pairs = array("I", bytes(size))
    pairs[0::2] = codes[1:]
    pairs[1::2] = codes[:-1]
    return memoryview(pairs).cast("B").cast("Q").tolist()


def list_threes(run: str) -> list[str]:
    """Return each three neighbours of a run."""
    return [run[at : at + 3] for at in range(len(run) - 2)]


def _collect_form_pairs() -> frozenset[int]:
    pairs: set[int] = set()
    for run in FORMS:
        pairs.update(number_pairs(run))
    return frozenset(pairs)


def _collect_form_threes() -> frozenset[str]:
    threes: set[str] = set()
    for run in FORMS:
        threes.update(list_threes(run))
    return frozenset(threes)


PAIRS = _collect_form_pairs()
THREES = _collect_form_threes()
_NEIGHBOURS = re.compile(rb"\x01{2,}")


def find_unusual_threes(line: str, pairs: Sequence[int] | None = None) -> set[str]:
    """Return the three neighbours whose pairs are both of the forms, and that are not themselves.

    `pairs` are those of :func:`number_pairs`, if they are at hand.

    >>> find_unusual_threes("政府信息公开条例规章")
    set()
    >>> find_unusual_threes("信息公开总体")
    {'开总体'}
    """
    if pairs is None:
        pairs = number_pairs(line)
    is_form_pair = bytes(map(PAIRS.__contains__, pairs))
    threes: set[str] = set()
    for match in _NEIGHBOURS.finditer(is_form_pair):
        start, end = match.span()
        for at in range(start, end - 1):
            threes.add(line[at : at + 3])
    return threes - THREES
