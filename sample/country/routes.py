"""Routes: the pages between a home page and the page that names the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A page on the way: what leads to it, its path, and the host that it stands on.

    `host` is put before the site's own: a sibling host.
    """

    name: str
    path: str
    host: str = ""


@dataclass(frozen=True)
class Route:
    """The stops of a way, none for columns that the home page names; and where it is met."""

    why: str
    stops: tuple[Stop, ...]
    weight: int = 1


ROUTES: Mapping[str, Route] = {
    "named-at-home": Route("the home page names the columns", ()),
    "one-gate": Route(
        "政府信息公开 of the main menu has the four columns of the order of 2019",
        (Stop("政府信息公开", "/zwgk/zfxxgk/"),),
        weight=5,
    ),
    "gate-of-affairs": Route(
        "政务公开 names the columns itself", (Stop("政务公开", "/zwgk/"),), weight=3
    ),
    "two-gates": Route(
        "政务公开 leads to 政府信息公开",
        (Stop("政务公开", "/zwgk/"), Stop("政府信息公开", "/zwgk/zfxxgk/")),
        weight=4,
    ),
    "three-gates": Route(
        "公开, its own page, then the statutory contents",
        (
            Stop("政务公开", "/gk/"),
            Stop("政府信息公开", "/gk/xxgk/"),
            Stop("法定主动公开内容", "/gk/xxgk/fdzdgknr/"),
        ),
        weight=2,
    ),
    "short-name": Route(
        "公开 alone (portals with two characters a menu)", (Stop("公开", "/gongkai/"),)
    ),
    "catalogue": Route(
        "信息公开目录 (sites before 2019)", (Stop("信息公开目录", "/xxgkml/"),)
    ),
    "special-topic": Route(
        "政府信息公开专栏 behind 政务",
        (Stop("政务", "/zw/"), Stop("政府信息公开专栏", "/zw/xxgkzl/")),
    ),
    "platform": Route(
        "信息公开平台 by a number, the address says nothing",
        (Stop("政府信息公开平台", "/channels/1203.html"),),
    ),
    "sibling-host": Route(
        "open government has a host of its own",
        (Stop("政府信息公开", "/", "zfxxgk."),),
        weight=2,
    ),
    "other-sibling-host": Route(
        "open government has a host of its own, below a folder",
        (Stop("政务公开", "/zwgk/"), Stop("政府信息公开", "/xxgk/index.html", "xxgk.")),
    ),
    "odd-sibling-host": Route(
        "the host's name says nothing",
        (Stop("政府信息公开", "/portal/", "info."),),
    ),
    "gates-by-level": Route(
        "本级政府信息公开 beside those of departments",
        (Stop("政务公开", "/zwgk/"), Stop("县政府信息公开", "/zwgk/xzf/")),
    ),
    "year-column-gate": Route(
        "信息公开年度报告 is a page of links, not a list",
        (
            Stop("政府信息公开", "/zfxxgk/"),
            Stop("政府信息公开年报", "/zfxxgk/nbzl/"),
        ),
    ),
}
# What stands beside the columns: names of the page of the order of 2019, and of older ones.
NEIGHBOURS = (
    ("/zwgk/zfxxgkzn/", "政府信息公开指南"),
    ("/zwgk/zfxxgkzd/", "政府信息公开制度"),
    ("/zwgk/fdzdgknr/", "法定主动公开内容"),
    ("/zwgk/ysqgk/", "依申请公开"),
)
OLD_NEIGHBOURS = (
    ("/xxgk/zn.html", "公开指南"),
    ("/xxgk/ml.html", "公开目录"),
    ("/xxgk/sq.html", "依申请公开"),
    ("/xxgk/ldzc/", "领导之窗"),
)
