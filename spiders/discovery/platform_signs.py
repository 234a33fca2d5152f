"""Signs of publishing platforms: what a page tells about the software of its site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from nianbao.spiders.discovery.page_links import strip_script_comments
from nianbao.spiders.own_hosts import is_open_government_host
from nianbao.spiders.rules import load_signs

# Elements that stand in a comment: they are not on the page. Other comments are signs at times.
COMMENTED_ELEMENTS = re.compile(
    r"<!--(?!\[)[^<]{0,200}<[a-z].*?-->", re.DOTALL | re.IGNORECASE
)
ABSOLUTE_LINK = re.compile(r"//([a-z0-9-]+(?:\.[a-z0-9-]+)+)[^\s'\"<>]*", re.IGNORECASE)
NO_PLATFORM = "generic"  # what a site without signs is read as
LONGEST_TEXT = 60  # characters of a sign that are kept


@dataclass(frozen=True, slots=True)
class PlatformSign:
    """A sign of a platform: how far it alone convinces (0 to 1), and its text on the page."""

    platform: str
    weight: float
    text: str


def find_signs(url: str, text: str) -> list[PlatformSign]:
    """Return the signs of platforms on a page, the strongest first."""
    path = urlsplit(url).path
    text = _keep_own_text(url, text)
    signs = []
    for rule in load_signs():
        place = path if rule.place == "address" else text
        match = rule.pattern.search(place)
        if match:
            words = " ".join(match[0].split())
            sign = PlatformSign(rule.platform, rule.weight, words[:LONGEST_TEXT])
            signs.append(sign)
    signs.sort(key=lambda sign: -sign.weight)
    return signs


def _keep_own_text(url: str, text: str) -> str:
    """Return the text of a page without elements in comments and links to other hosts."""
    text = strip_script_comments(COMMENTED_ELEMENTS.sub("", text))
    own_host = urlsplit(url).hostname or ""
    if own_host.endswith(".invalid"):  # a saved page whose address nobody gave
        return text

    def keep_own_link(match: re.Match[str]) -> str:
        is_own = is_open_government_host(match[1], own_host)
        return match[0] if is_own else "//"

    return ABSOLUTE_LINK.sub(keep_own_link, text)


def judge_signs(signs: Iterable[PlatformSign]) -> tuple[str, float]:
    """Return the platform that signs speak for and the confidence; `generic` and 0 without any.

    Signs add up as independent ones do: two that convince by half convince by three quarters.
    """
    doubts: dict[str, float] = {}
    for sign in set(signs):
        doubt = doubts.get(sign.platform, 1.0)
        doubts[sign.platform] = doubt * (1 - sign.weight)
    if not doubts:
        return NO_PLATFORM, 0.0
    platform = min(doubts, key=doubts.__getitem__)
    confidence = 1 - doubts[platform]
    return platform, round(confidence, 3)
