"""Fates: what stands in the way of a site, and how it answers then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fate:
    """What becomes of a request, and where it is met.

    `answer` is sent for every address instead of the site's own pages; `closed` means that
    nothing listens at its address.
    """

    why: str
    status: int = 200
    answer: str = ""
    closed: bool = False


CHALLENGE = (
    "<html><head></head><body><script>document.cookie='__jsl_clearance_s=1.2|-1|abc;max-age=3600;path=/';"
    "location.href=location.pathname</script></body></html>"
)
WALL = (
    "<html><head><title>访问被拦截</title></head><body>您的请求疑似攻击行为，访问被阻断。"
    "event_id: 0a1b2c3d 安全狗网站防护系统已拦截</body></html>"
)
RIVER = (
    '<!DOCTYPE html><html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="x">'
    '<script type="text/javascript" r="m">$_ts=window["$_ts"];if(!$_ts)$_ts={};$_ts.nsd=1;</script></head><body></body></html>'
)
FATES: Mapping[str, Fate] = {
    "challenge": Fate("a script must be run first (status 521)", 521, CHALLENGE),
    "river": Fate("an obfuscated script must be run first (status 412)", 412, RIVER),
    "wall": Fate("a firewall's page under status 200", 200, WALL),
    "forbidden": Fate("a firewall's page under status 403", 403, WALL),
    "gone": Fate(
        "the domain was given up", 404, "<html><body>404 Not Found</body></html>"
    ),
    "failing": Fate(
        "the server fails", 502, "<html><body>502 Bad Gateway</body></html>"
    ),
    "closed": Fate("nothing listens", closed=True),
}
