"""Names of bodies: what stands behind the divisions, a government, township, zone or department."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nianbao.pipelines.reader.regions.table import DivisionTable, Township

BodyKind = Literal["government", "township", "unlisted_township", "zone", "department"]
IsInside: TypeAlias = Callable[[int], bool]  # whether a unit is inside the divisions

_LONGEST_TOWNSHIP = 16
_OFFICE = (
    r"(?:党政综合|党政|综合|党建|党建工作|政务公开|信息公开|政府信息公开|政府|机关)?办(?:公室)?"
    r"|党群服务中心|党政综合办事机构|便民服务中心|党委|党工委|工委|委员会|管理委员会|管委会|机关|本级"
)
_TAIL = re.compile(rf"(?:(?:人民)?政府|街道办事处|办事处|{_OFFICE})*")
_GOVERNMENT = re.compile(r"(?:人民)?政府(?:机关|本级)?|")
_BARE_KIND = re.compile(
    r"街道(?:办(?:事处)?)?|[镇乡街](?:人民政府|政府)?|[镇乡街道办事处]{1,3}"
)
_UNLISTED = re.compile(
    rf"([^局委厅院]{{1,9}}?(?:镇|乡|苏木|街道))((?:人民政府|政府|办事处|{_OFFICE})*)"
)
_ZONE = re.compile(
    r".{0,20}?(?:开发区|高新区|经开区|工业园区?|产业园区?|示范区|试验区|实验区|保税区|保税港区"
    r"|度假区|风景区|名胜区|保护区|管理区|集聚区|园区|新区|新城|农场|林场|牧场|科学城)"
)
_ZONE_BODY = re.compile(
    r"(?:党?工委|管委会?|管理委员会|管理局|管理处)?(?:党政)?(?:综合)?(?:办公室|办)?"
)
_BODY = re.compile(
    r"(?:[局厅委办院部处队所站会署社馆校室组厂]|中心|大学|学院|公司|集团|银行|机关|政府|小组|机构)"
    r"(?:[(].{1,20}[)])?$"
)
_PLAIN_WORDS = re.compile(
    r"市委|市场|市政|市容|市民|城市|城乡|城镇|城区|社区|地区|园区|景区|区域|区划|县域|辖区|小区"
    r"|灾区|库区|林区|山区|牧区|湖区|矿区|名胜区|保护区|街区|校区|功能区|港区|乡村|乡镇|村镇"
    r"|街道|县委|区委|各县|各区|市直|县直|区直|自治区|军区"
)
_OTHER_DIVISION = re.compile(r".{2,7}?[省市县区州盟旗镇乡]|.{2,7}?街道")
_ABBREVIATION = re.compile(
    r"(?:我|本)?([省市县区旗州盟])(?!场|容|民|域|划|监|政(?!府))"
)
_SYSTEMS = re.compile(r"国家税务总局|中共|中国共产党|共青团")
_NATIONAL = re.compile(
    r"^(?:国家|国务院|全国|中国|中央|中华|新华)|(?:部|厅|署|社)$|有限公司"
)
_GENERIC = re.compile(
    r"(?:人民政府|政府|党政|综合|政务公开|信息公开|政府信息公开)?"
    r"(?:办公[室厅]|办|机关|中心|委员会|管委会|局|厅|院|所|站|政府|单位|部门|机构|小组|领导小组)"
)
_TOWNSHIP_ENDINGS = ("镇", "乡", "苏木", "街道", "地区")
_STREET_ENDINGS = ("街道办事处", "街道办", "办事处", "街")
# What stands behind a township's name and shows that the name goes on: 城关镇管…, 高桥镇村…
_CONTINUATIONS = "管建化市村级"


@dataclass(frozen=True, slots=True)
class BodyName:
    """What follows the divisions: the name that goes behind the division's or township's own."""

    kind: BodyKind
    body: str
    townships: tuple[Township, ...] = ()


def split_system(text: str) -> tuple[str, str]:
    """Split off what a nation-wide body puts in front of the division.

    国家税务总局上高县税务局 gives 国家税务总局 and 上高县税务局.
    """
    match = _SYSTEMS.match(text)
    if not match:
        return "", text
    return match[0], text[match.end() :]


def split_abbreviation(text: str) -> tuple[str, str] | None:
    """Return (县, 人民政府办公室) for a name that says 县 only, None for any other."""
    match = _ABBREVIATION.match(text)
    if not match:
        return None
    return match[1], text[match.end() :]


def parse_body(table: DivisionTable, text: str, is_inside: IsInside) -> BodyName | None:
    """Return the body that follows the divisions; None when the text is no body.

    Townships count only in units that are inside. 锦江镇政府 gives the township 锦江镇 with the
    body 人民政府; 教育局 gives a department.
    """
    if _GOVERNMENT.fullmatch(text):
        return BodyName("government", _write_government(text))
    inner = re.sub(r"^(?:人民)?政府(?=.)", "", text)
    if _BARE_KIND.fullmatch(inner):
        return None
    township = parse_township(table, inner, is_inside)
    if township is not None:
        return township
    unlisted = _parse_unlisted_township(inner)
    if unlisted is not None:
        return unlisted
    zone = _parse_zone(table, inner, is_inside)
    if zone is not None:
        return zone
    if _BODY.search(text) and not _names_division(inner):
        return BodyName("department", re.sub("^政府", "人民政府", text))
    return None


def parse_township(
    table: DivisionTable, text: str, is_inside: IsInside
) -> BodyName | None:
    """Return the township at the beginning of a text, with what may stand behind one."""
    for end in range(min(len(text), _LONGEST_TOWNSHIP), 1, -1):
        name = _normalize_township(text[:end])
        if not name or not _may_follow_township(text[end:], end):
            continue
        townships = [
            township
            for township in table.iterate_townships(name)
            if is_inside(township.unit)
        ]
        if townships:
            body = ""
            if text[end:]:
                body = _write_body("", text[end:])
            return BodyName("township", body, tuple(townships))
    return None


def parse_body_of_context(
    table: DivisionTable, text: str, is_inside: IsInside
) -> BodyName | None:
    """Return a body of the site's own region: a bureau, zone or township without a division.

    A national body (国家统计局) or a mere kind of body (办公室) is none.
    """
    if _NATIONAL.search(text) or _GENERIC.fullmatch(text):
        return None
    body = parse_body(table, text, is_inside)
    if body is None or body.kind not in ("department", "zone", "township"):
        return None
    return body


def write_township_body(body: BodyName, township_name: str) -> str:
    """Return the full name of a township's body: 锦江镇 gives 锦江镇人民政府."""
    return _write_body(township_name, body.body)


def _write_government(text: str) -> str:
    """Return 人民政府 for 政府 or nothing, with what stands behind it."""
    if not text:
        return "人民政府"
    return text.replace("政府", "人民政府").replace("人民人民", "人民")


def _parse_unlisted_township(text: str) -> BodyName | None:
    """Return a township that no list has, by its name alone."""
    match = _UNLISTED.fullmatch(text)
    if not match or _names_division(match[1][:-1]):
        return None
    return BodyName("unlisted_township", _write_body(match[1], match[2]))


def _names_division(text: str) -> bool:
    """Tell whether a text begins with a division that was not recognised before."""
    return _OTHER_DIVISION.match(_PLAIN_WORDS.sub("", text)) is not None


def _may_follow_township(tail: str, end: int) -> bool:
    """Tell whether a text may stand behind a township's name of `end` characters."""
    if _TAIL.fullmatch(tail):
        return True
    if end < 3 or not _BODY.search(tail):
        return False
    return tail[0] not in _CONTINUATIONS


def _normalize_township(text: str) -> str | None:
    """Return a township's name in the table's form: 佳荣里街 and 北城区街道办事处 as …街道."""
    if text.endswith(_TOWNSHIP_ENDINGS):
        return text
    for ending in _STREET_ENDINGS:
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending) + "街道"
    return None


def _write_body(name: str, tail: str) -> str:
    """Write the kind of body out: 锦江镇 → 锦江镇人民政府, 北城区街道 → 北城区街道办事处."""
    if name and not tail:
        if name.endswith("街道"):
            return name + "办事处"
        return name + "人民政府"
    tail = re.sub(r"^政府", "人民政府", tail)
    return name + re.sub(r"^街道(?=办)|^人民(?=人民)", "", tail)


def _parse_zone(
    table: DivisionTable, text: str, is_inside: IsInside
) -> BodyName | None:
    """Return a zone, or a township behind its name (高新技术产业开发区遵化店镇)."""
    match = _ZONE.match(text)
    while match:
        tail = text[match.end() :]
        if tail:
            township = parse_township(table, tail, is_inside)
            if township is not None:
                return township
        if _ZONE_BODY.fullmatch(tail):
            return BodyName("zone", text)
        match = _ZONE.match(text, match.end())
    return None
