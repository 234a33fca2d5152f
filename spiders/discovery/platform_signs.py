"""Signs of publishing platforms: what a page tells about the software of its site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from nianbao.spiders.own_hosts import is_open_government_host
from nianbao.spiders.rules import load_signs
from nianbao.spiders.scripts.text import strip_comments

COMMENT = re.compile(r"<!--(?!\[)(.*?)(?:-->|\Z)", re.DOTALL)
ELEMENT = re.compile(r"<[a-z]", re.IGNORECASE)
SCRIPT_START = re.compile(r"(<script\b)", re.IGNORECASE)
SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
ABSOLUTE_LINK = re.compile(r"//([a-z0-9-]+(?:\.[a-z0-9-]+)+)[^\s'\"<>]*", re.IGNORECASE)
NO_PLATFORM = "generic"  # what a site without signs is read as
LONGEST_TEXT = 60  # characters of a sign that are kept
# With less confidence a page is of no platform: the class of an editor comes with pasted text.
LEAST_CONFIDENCE = 0.45


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
    text = _strip_scripts(COMMENT.sub(_keep_comment, text))
    own_host = urlsplit(url).hostname or ""
    if own_host.endswith(".invalid"):  # a saved page whose address nobody gave
        return text

    def keep_own_link(match: re.Match[str]) -> str:
        is_own = is_open_government_host(match[1], own_host)
        return match[0] if is_own else "//"

    return ABSOLUTE_LINK.sub(keep_own_link, text)


def _keep_comment(match: re.Match[str]) -> str:
    """Return a comment, empty where elements stand in it: they are not on the page.

    Other comments are signs at times.
    """
    return "" if ELEMENT.search(match[1]) else match[0]


def _strip_scripts(text: str) -> str:
    """Return a page whose scripts have no comments; what stands outside of scripts stays."""
    before, *pieces = SCRIPT_START.split(text)
    parts = [before]
    for piece in pieces:
        end = SCRIPT_END.search(piece)
        place = end.start() if end else len(piece)
        parts.append(strip_comments(piece[:place]))
        parts.append(piece[place:])
    return "".join(parts)


def judge_signs(signs: Iterable[PlatformSign]) -> tuple[str, float]:
    """Return the platform that signs speak for and the confidence; `generic` and 0 without one.

    Signs add up as independent ones do: two that convince by half convince by three quarters.
    """
    doubts: dict[str, float] = {}
    for sign in set(signs):
        doubt = doubts.get(sign.platform, 1.0)
        doubts[sign.platform] = doubt * (1 - sign.weight)
    platform = min(doubts, key=doubts.__getitem__, default=NO_PLATFORM)
    confidence = round(1 - doubts.get(platform, 1.0), 3)
    if confidence < LEAST_CONFIDENCE:
        return NO_PLATFORM, 0.0
    return platform, confidence
