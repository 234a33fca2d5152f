"""Divisions without their kind in front of a body: where 滕州 is 滕州市, and where it is not."""

from __future__ import annotations

from nianbao.archive.divisions.table import Division
from nianbao.pipelines.reader.regions.division_paths import DivisionPath
from nianbao.pipelines.reader.regions.names import (
    BodyName,
    begins_with_township_kind,
    is_low_body,
    is_overlapping,
    is_wide_zone,
)
from nianbao.pipelines.reader.regions.site_context import SiteContext

# Characters of a township's name that go on behind a city's: 上海|庙, 江西|沟.
_MOST_BEHIND_SHORT = 2
_KINDS = ("省", "市", "县", "区", "州", "盟", "旗")


def can_be_short(
    context: SiteContext, path: DivisionPath, division: Division, body: BodyName
) -> bool:
    """Tell whether a division without its kind may stand before a body.

    It may before a township that the lists have in it. It never leaves the site's region else,
    unless the division above it is printed (江西上高工业园区). Before a bureau a county's is read
    on its own site (滕州教育局), and everywhere where its 市 is that of 市场. A name that may not
    stand there is a candidate all the same: what is behind it is no body of another place.
    """
    if body.kind == "township":
        return True
    if _can_be_towns_own(context, path, division, body.body):
        return False
    if body.kind == "zone":
        return _can_be_zone_of(context, path, division, body.body)
    return body.kind == "department" and _can_be_bureau_of(
        context, path, division, body.body
    )


def _can_be_bureau_of(
    context: SiteContext, path: DivisionPath, division: Division, bureau: str
) -> bool:
    if context.has_region and not context.is_around(division):
        return False
    if is_overlapping(bureau):
        return True
    if not path.is_stem:
        return context.has_region or not _list_namesakes(context, path)
    # 内江市隆昌生态环境局 is of 内江市.
    return path.length == 1 and context.division is not None


def _can_be_towns_own(
    context: SiteContext, path: DivisionPath, division: Division, tail: str
) -> bool:
    """Tell whether a body can be a town's that has, or begins with, the short name.

    白山派出所, 上海庙经济开发区. It is not asked on the own site, nor behind another division.
    """
    if path.length > 1 or context.is_at(division):
        return False
    return is_low_body(tail) or _is_beginning_of_town(context, path, tail)


def _is_beginning_of_town(context: SiteContext, path: DivisionPath, tail: str) -> bool:
    for length in range(1, _MOST_BEHIND_SHORT + 1):
        for kind in ("镇", "乡"):
            name = path.short_name + tail[:length] + kind
            if any(context.table.iterate_townships(name)):
                return True
    return False


def _list_namesakes(context: SiteContext, path: DivisionPath) -> list[Division]:
    """Return the counties that a city's short name can mean: 抚顺 is 抚顺市, and 抚顺县 in it."""
    if path.length > 1:
        return []
    stems = context.table.county_stems.get(path.short_name, ())
    return [division for division in stems if division.covers(context.year)]


def _can_be_zone_of(
    context: SiteContext, path: DivisionPath, division: Division, zone: str
) -> bool:
    """Tell whether a zone is that of the division whose name without kind it bears.

    That of a county is on the county's own site, or behind its province; never a zone that is
    more than a county, 平潭综合实验区. That of a city is where no county of its name can be
    meant: not 长沙新区 on the site of 长沙县, nor 恩施开发区 on that of the prefecture of 恩施市.
    """
    if path.is_stem:
        is_here = path.length > 1 or context.is_at(division)
        return is_here and not is_wide_zone(zone)
    namesakes = _list_namesakes(context, path)
    if not context.has_region:
        return not namesakes
    if context.is_at(division) and division.name.endswith("市"):
        return True
    if any(context.is_around(namesake) for namesake in namesakes):
        return False
    return context.is_around(division)


def begins_with_kind(tail: str) -> bool:
    """Tell whether a kind of division or township follows, so that it is not left out."""
    if begins_with_township_kind(tail):
        return True
    return tail[:1] in _KINDS and not is_overlapping(tail)


def is_kind_left_out(path: DivisionPath, tail: str) -> bool:
    """Tell whether the full name of the division is meant: 滕州教育局, 淄博市场监督管理局."""
    return path.is_stem or is_overlapping(tail)
