"""Names of bodies taken apart: the divisions in front, then government, township, zone or
department.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from nianbao.pipelines.reader.regions.table import Division, Table, Township

Kind = Literal["government", "township", "unlisted_township", "zone", "department"]
YearOff = Literal["in_force", "older_name", "newer_name"]
Inside = Callable[[int], bool]

_NAME_LENGTHS = range(
    16, 1, -1
)  # 双江拉祜族佤族布朗族傣族自治县 is the longest with 15
_BACK, _AHEAD = (
    10,
    5,
)  # years within which a name of another time is still, or already, printed

_OFFICE = (
    r"(?:党政综合|党政|综合|党建|党建工作|政务公开|信息公开|政府信息公开|政府|机关)?办(?:公室)?|党群服务中心"
    r"|党政综合办事机构|便民服务中心|党委|党工委|工委|委员会|管理委员会|管委会|机关|本级"
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
    r".{0,20}?(?:开发区|高新区|经开区|工业园区?|产业园区?|示范区|试验区|实验区|保税区|保税港区|度假区|风景区|名胜区"
    r"|保护区|管理区|集聚区|园区|新区|新城|农场|林场|牧场|科学城)"
)
_ZONE_BODY = re.compile(
    r"(?:党?工委|管委会?|管理委员会|管理局|管理处)?(?:党政)?(?:综合)?(?:办公室|办)?"
)
_BODY = re.compile(
    r"(?:[局厅委办院部处队所站会署社馆校室组厂]|中心|大学|学院|公司|集团|银行|机关|政府|小组|机构)(?:[(].{1,20}[)])?$"
)
_PLAIN_WORDS = re.compile(
    r"市委|市场|市政|市容|市民|城市|城乡|城镇|城区|社区|地区|园区|景区|区域|区划|县域|辖区|小区|灾区|库区|林区|山区|牧区"
    r"|湖区|矿区|名胜区|保护区|街区|校区|功能区|港区|乡村|乡镇|村镇|街道|县委|区委|各县|各区|市直|县直|区直|自治区|军区"
)
_NO_DIVISION = re.compile(r".{2,7}?[省市县区州盟旗镇乡]|.{2,7}?街道")
_ABBREVIATED = re.compile(r"(?:我|本)?([省市县区旗州盟])(?!场|容|民|域|划|监|政(?!府))")
_SYSTEMS = re.compile(r"国家税务总局|中共|中国共产党|共青团")
_OTHERS = re.compile(
    r"^(?:国家|国务院|全国|中国|中央|中华|新华)|(?:部|厅|署|社)$|有限公司"
)


_GENERIC = re.compile(
    r"(?:人民政府|政府|党政|综合|政务公开|信息公开|政府信息公开)?"
    r"(?:办公[室厅]|办|机关|中心|委员会|管委会|局|厅|院|所|站|政府|单位|部门|机构|小组|领导小组)"
)


@dataclass(frozen=True, slots=True)
class Path:
    """Divisions named at the beginning of a text, the last one being `unit`."""

    unit: int
    end: int  # where the rest of the text begins
    named: int  # how many divisions were named
    year_off: YearOff
    short: (
        str  # the last one as printed when it lacks its 省 or 市 (平顶山), else empty
    )


@dataclass(frozen=True, slots=True)
class Rest:
    """What follows the divisions: `body` is the name that goes behind the division's (or
    township's) own.
    """

    kind: Kind
    body: str
    townships: tuple[Township, ...] = ()


def paths(table: Table, text: str, year: int) -> list[Path]:
    """Return every reading of the divisions at the beginning of a text."""
    return list(_paths(table, text, year, 0, ()))


def _paths(
    table: Table, text: str, year: int, start: int, above: tuple[Division, ...]
) -> Iterator[Path]:
    for length in _NAME_LENGTHS:
        word = text[start : start + length]
        if len(word) < length:
            continue
        for index, short in ((table.names, ""), (table.shorts, word)):
            for division in index.get(word, ()):
                if _near(division, year) and _is_within(table, division, above):
                    here = (*above, division)
                    yield Path(
                        division.unit,
                        start + length,
                        len(here),
                        _year_off(table, here, year),
                        short,
                    )
                    if division.level != "county":
                        yield from _paths(table, text, year, start + length, here)


def _near(division: Division, year: int) -> bool:
    return division.first - _AHEAD <= year <= division.last + _BACK


def _is_within(table: Table, division: Division, above: tuple[Division, ...]) -> bool:
    """Tell whether a division lies, or at any time lay, in the one named before it."""
    if not above:
        return True
    if above[-1].level == "province":
        return division.level != "province" and division.code[:2] == above[-1].code[:2]
    return division.level == "county" and bool(
        _spans_within(table, division, above[-1])
    )


def _spans_within(table: Table, division: Division, above: Division) -> list[Division]:
    return [
        span
        for span in table.units[division.unit]
        if span.prefecture
        and any(over.unit == above.unit for over in table.codes[span.prefecture])
    ]


def _year_off(table: Table, named: tuple[Division, ...], year: int) -> YearOff:
    """Tell whether names, and the prefecture printed before a county, are those of the year."""
    spans = [
        [s for s in table.units[division.unit] if s.name == division.name]
        for division in named
    ]
    if len(named) > 1 and named[-2].level == "prefecture":
        spans.append(_spans_within(table, named[-1], named[-2]))
    for known in spans:
        if known and not any(span.covers(year) for span in known):
            return "older_name" if known[-1].last < year else "newer_name"
    return "in_force"


def without_system(text: str) -> tuple[str, str]:
    """Split off what a nation-wide body puts in front of the division: 国家税务总局 |
    上高县税务局.
    """
    match = _SYSTEMS.match(text)
    return (match[0], text[match.end() :]) if match else ("", text)


def abbreviated(text: str) -> tuple[str, str] | None:
    """Return (县, 人民政府办公室) for a name that says 县 only, None for any other."""
    match = _ABBREVIATED.match(text)
    return (match[1], text[match.end() :]) if match else None


def rest(table: Table, text: str, inside: Inside) -> Rest | None:
    """Read what follows the divisions, with the townships of units that are `inside`; None when
    it is no body.
    """
    if _GOVERNMENT.fullmatch(text):
        return Rest(
            "government",
            text.replace("政府", "人民政府").replace("人民人民", "人民") or "人民政府",
        )
    inner = re.sub(r"^(?:人民)?政府(?=.)", "", text)
    if _BARE_KIND.fullmatch(inner):
        return None
    if found := township(table, inner, inside):
        return found
    if (match := _UNLISTED.fullmatch(inner)) and not _NO_DIVISION.match(
        _PLAIN_WORDS.sub("", match[1][:-1])
    ):
        return Rest("unlisted_township", _full_body(match[1], match[2]))
    if zone := _zone(table, inner, inside):
        return zone
    if _BODY.search(text) and not _NO_DIVISION.match(_PLAIN_WORDS.sub("", inner)):
        return Rest("department", re.sub("^政府", "人民政府", text))
    return None


def township(table: Table, text: str, inside: Inside) -> Rest | None:
    """Read a township at the beginning of a text, with what may stand behind one."""
    for end in range(min(len(text), 16), 1, -1):
        if not (name := _township_name(text[:end])):
            continue
        tail = text[end:]
        usual = bool(_TAIL.fullmatch(tail))
        if not usual and (
            end < 3 or not _BODY.search(tail) or tail[0] in "管建化市村级"
        ):
            continue
        found = tuple(t for t in table.townships(name) if inside(t.unit))
        if found:
            return Rest("township", _full_body("", tail) if tail else "", found)
    return None


def _township_name(text: str) -> str | None:
    """Return a township's name in the table's form: 佳荣里街 and 北城区街道办事处 as …街道."""
    if text.endswith(("镇", "乡", "苏木", "街道", "地区")):
        return text
    for ending in ("街道办事处", "街道办", "办事处", "街"):
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending) + "街道"
    return None


def _full_body(name: str, tail: str) -> str:
    """Write the kind of body out: 锦江镇 → 锦江镇人民政府, 北城区街道 → 北城区街道办事处."""
    if not tail and name:
        return name + ("办事处" if name.endswith("街道") else "人民政府")
    return name + re.sub(
        r"^街道(?=办)|^人民(?=人民)", "", re.sub(r"^政府", "人民政府", tail)
    )


def body_of(found: Rest, name: str) -> str:
    """Return the full name of a township's body, `name` being the township's."""
    return _full_body(name, found.body)


def _zone(table: Table, text: str, inside: Inside) -> Rest | None:
    """Read a development zone, or a township behind its name (高新技术产业开发区遵化店镇)."""
    match = _ZONE.match(text)
    while match:
        behind = text[match.end() :]
        if behind and (found := township(table, behind, inside)):
            return found
        if _ZONE_BODY.fullmatch(behind):
            return Rest("zone", text)
        match = _ZONE.match(text, match.end())
    return None


def bare(table: Table, text: str, inside: Inside) -> Rest | None:
    """Read a body of the context's own: a bureau or zone named without any division."""
    if _OTHERS.search(text) or _GENERIC.fullmatch(text):
        return None
    found = rest(table, text, inside)
    return found if found and found.kind in ("department", "zone", "township") else None
