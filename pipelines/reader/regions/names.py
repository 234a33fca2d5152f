"""Names of bodies: what stands behind the divisions, a government, township, zone or department."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nianbao.archive.divisions.table import DivisionTable, Township
from nianbao.pipelines.reader.rules import load_rules

BodyKind = Literal["government", "township", "unlisted_township", "zone", "department"]
IsInside: TypeAlias = Callable[[int], bool]  # whether a unit is inside the divisions

_LONGEST_DEPARTMENT = 200  # characters; what is longer is no name
_RULES = load_rules("regions")
_LONGEST_TOWNSHIP = 24  # characters, with the word for its office
_TOWNSHIP_ENDINGS = ("镇", "乡", "苏木", "街道", "地区")
_STREET_ENDINGS = ("街道办事处", "街道办", "办事处", "街")
_WORD_KINDS = ("市", "区", "县")  # that begin words: 市场, 区域, 县域
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
    match = _RULES.system.find(text)
    if not match:
        return "", text
    return match[0], text[match.end() :]


def split_abbreviation(text: str) -> tuple[str, str] | None:
    """Return (县, 人民政府办公室) for a name that says 县 only, None for any other.

    市直机关工委 gives (市, 市直机关工委): the 市 is a part of its name.
    """
    for rule in (_RULES.direct_body, _RULES.abbreviation):
        match = rule.find(text)
        if match:
            return match[1], text[match.end() :]
    return None


def parse_body(table: DivisionTable, text: str, is_inside: IsInside) -> BodyName | None:
    """Return the body that follows the divisions; None when the text is no body.

    Townships count only in units that are inside. 锦江镇政府 gives the township 锦江镇 with the
    body 人民政府; 教育局 gives a department.
    """
    if _RULES.government.find(text):
        return BodyName("government", _write_government(text))
    inner = _RULES.leading_government.pattern.sub("", text)
    if _RULES.bare_kind.find(inner):
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
    if not _RULES.body.find(text):
        return None
    if _names_division(inner) and not _is_branch_in(table, inner, is_inside):
        return None
    return _parse_department(text)


def _is_branch_in(table: DivisionTable, text: str, is_inside: IsInside) -> bool:
    """Tell whether a text is the branch of a bureau in a division that is inside."""
    match = _RULES.branch_in_division.find(text)
    if match is None:
        return False
    return any(is_inside(division.unit) for division in table.names.get(match[1], ()))


def _parse_department(text: str) -> BodyName | None:
    """Return a department, None where its name begins in the middle of a word."""
    if len(text) > _LONGEST_DEPARTMENT:
        return None
    if begins_with_half_word(text) or _RULES.said_twice.find(text):
        return None
    return BodyName(
        "department", _RULES.short_government.pattern.sub("人民政府", text, 1)
    )


def is_overlapping(text: str) -> bool:
    """Tell whether a text begins with a word whose 市 can be a city's too: 市场监督管理局."""
    return text[:1] in _WORD_KINDS and begins_with_half_word(text[1:])


def is_branch_office(text: str) -> bool:
    """Tell whether a body is the branch of a bureau of the division above: 公安分局."""
    return _RULES.branch_office.find(text) is not None


def is_low_body(body: str) -> bool:
    """Tell whether a body is one that towns and villages have: a station, a school, a farm."""
    return _RULES.low_body.find(body) is not None


def begins_with_township_kind(tail: str) -> bool:
    """Tell whether a text goes on with the kind of a township: 镇林场, behind 金华."""
    return _RULES.township_kind.find(tail) is not None


def is_wide_zone(zone: str) -> bool:
    """Tell whether a zone can hold counties, or parts of several."""
    return _RULES.wide_zone.find(zone) is not None


def begins_with_half_word(text: str) -> bool:
    """Tell whether a text begins with the second half of a word: 场监督管理局."""
    return _RULES.half_word.find(text) is not None


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

    A national body (国家统计局) or a mere kind of body (办公室) is none. Neither is a mere kind
    of zone that is more than a county (新区管委会).
    """
    for rule in (_RULES.national, _RULES.generic, _RULES.any_of_its_kind):
        if rule.find(text):
            return None
    body = parse_body(table, text, is_inside)
    if body is None or body.kind not in ("department", "zone", "township"):
        return None
    if body.kind == "zone" and is_wide_zone(text):
        return None
    return body


def write_township_body(body: BodyName, township_name: str) -> str:
    """Return the full name of a township's body: 锦江镇 gives 锦江镇人民政府."""
    return _write_body(township_name, body.body)


def _write_government(text: str) -> str:
    """Return 人民政府 for 政府 or nothing, with what stands behind it, 行政公署 for 行署."""
    if not text:
        return "人民政府"
    if text.endswith("署"):
        return "行政公署"
    return text.replace("政府", "人民政府").replace("人民人民", "人民")


def _parse_unlisted_township(text: str) -> BodyName | None:
    """Return a township that no list has, by its name alone."""
    match = _RULES.unlisted_township.find(text)
    if not match or _names_division(match[1][:-1]):
        return None
    return BodyName("unlisted_township", _write_body(match[1], match[2]))


def _names_division(text: str) -> bool:
    """Tell whether a text begins with a division that was not recognised before."""
    return (
        _RULES.other_division.find(_RULES.plain_words.pattern.sub("", text)) is not None
    )


def _may_follow_township(tail: str, end: int) -> bool:
    """Tell whether a text may stand behind a township's name of `end` characters."""
    if _RULES.township_tail.find(tail):
        return True
    if end < 3 or not _RULES.body.find(tail):
        return False
    if _RULES.township_word.find(tail):
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
    tail = _RULES.short_government.pattern.sub("人民政府", tail, 1)
    return name + re.sub(r"^街道(?=办)|^人民(?=人民)", "", tail)


def _parse_zone(
    table: DivisionTable, text: str, is_inside: IsInside
) -> BodyName | None:
    """Return a zone, or a township behind its name (高新技术产业开发区遵化店镇)."""
    match = _RULES.zone.find(text)
    while match:
        tail = text[match.end() :]
        if tail:
            township = parse_township(table, tail, is_inside)
            if township is not None:
                return township
        if _RULES.zone_body.find(tail):
            return BodyName("zone", text)
        match = _RULES.zone.find(text, match.end())
    return None
