"""Bodies that the columns of a site name: 教育局, 柳河镇, 柳河镇人民政府信息公开年报.

A column that is named after a body is that body's; a body of such a column must publish, also
where the column is empty.
"""

from __future__ import annotations

import re

from nianbao.archive.divisions.township_names import write_body

_REPORT_WORDS = re.compile(
    r"(?:政府)?(?:信息)?(?:公开)?(?:工作)?(?:年度报告|年报)$|信息公开$"
)
_BODY = re.compile(
    r".+(?:局|厅|委员会|[发健改]委|办公室|[镇乡]|[镇乡]人民政府|苏木|街道|街道办事处)$"
)
# Names of groups of bodies, and of what is no body: 各镇, 市直部门, 乡镇街道, 2021年.
_GROUP = re.compile(
    r"各|所属|直属|其他|部门|单位|机构|年|公开|历|汇总|及|和街|、|[/\s]"
    r"|乡镇|镇乡|镇街|街镇|^(?:乡|镇|街道|委员会|办公室|局|县级|区级|市级).{0,2}$"
)
# The division before the body: 县教育局. 市场 and 市政 begin a body's own name.
_OWN_DIVISION = re.compile(r"^(?:[县旗]|[市区州省](?![场政容划直域]))(?=.{3})")
_TOWNSHIP = re.compile(r"(?:镇|乡|苏木|街道)(?:人民政府|办事处)?$")
_DEPARTMENT = re.compile(r"(?:局|厅|委员会|[发健改]委|办公室)$")
# What follows a township in the names of its body and of its offices: 党政办, 人民政府办公室. A
# hospital, a school or a station of a township is neither. No word is two others: linear.
_OWN_OFFICE = re.compile(
    r"(?:人民政府|政府|街道办事处|办事处|管理委员会|管委会|委员会|工委|机关|本级|便民服务中心"
    r"|党工委|党委|党政|党群|党建|综合|工作|政务公开|信息公开|办公室|办事机构|办|服务中心)*"
)
_PLAIN_TOWNSHIP = re.compile(r"(?:镇|乡|苏木|街道)$")


def parse_column_body(column: str, region: str, own_name: str) -> str | None:
    """Return the name, without the region, of the body that a column is named after.

    None where it is named after none, or after more than one.
    """
    name = _REPORT_WORDS.sub("", column.strip())
    name = shorten_name(name, region, own_name)
    if not 3 <= len(name) <= 20 or _GROUP.search(name) or not _BODY.match(name):
        return None
    if _PLAIN_TOWNSHIP.search(name):
        return write_body(name)
    return name


def shorten_name(name: str, region: str, own_name: str) -> str:
    """Return the name of a body without that of its region, whole, short or as 县."""
    for front in (region, own_name):
        if name.startswith(front) and len(name) > len(front):
            return name.removeprefix(front)
    return _OWN_DIVISION.sub("", name)


def is_own_office(rest: str) -> bool:
    """Tell whether what follows a township's name makes it that of its body or office."""
    return _OWN_OFFICE.fullmatch(rest) is not None


def guess_level(name: str) -> str | None:
    """Return the level of a body by the end of its name; None where that does not tell."""
    if _TOWNSHIP.search(name):
        return "township"
    return "department" if _DEPARTMENT.search(name) else None
