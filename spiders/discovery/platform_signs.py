"""Signs of publishing platforms: what a page tells about the software of its site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from nianbao.spiders.rules import load_signs

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
