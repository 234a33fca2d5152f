"""The colours of the pages, light and dark: what stands on what can be read (WCAG 2.1, AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nianbao.archive import browse

STATIC = Path(browse.__file__).parent / "static"
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6})\b")
AT_LEAST = 4.5
GRAPHIC = 3.0  # of bars and borders beside what they stand on
# text → what it stands on
TEXTS = {
    "ink": "paper sheet faint mark good-bg warn-bg bad-bg heat-0 heat-1 heat-2 heat-3",
    "soft": "paper sheet faint mark",
    "link": "paper sheet faint mark warn-bg bad-bg",
    "quiet": "paper sheet faint",
    "good": "sheet good-bg",
    "warn": "sheet paper warn-bg",
    "bad": "sheet paper bad-bg mark heat-0",
    "ins": "good-bg",
    "del": "bad-bg",
    "on-ink": "ink",
    "on-flag": "soft warn bad",
    "on-heat-4": "heat-4",
    "on-heat-5": "heat-5",
    "accent": "paper sheet",
}
GRAPHICS = {"part-0": "sheet", "part-2": "sheet", "part-5": "sheet", "control": "sheet"}


def load_tokens() -> dict[str, dict[str, str]]:
    """Return the colours by name, of a light and of a dark screen."""
    light, dark = (
        (STATIC / "pages.css").read_text().split("prefers-color-scheme", 2)[:2]
    )
    return {
        "light": dict(TOKEN.findall(light)),
        "dark": dict(TOKEN.findall(dark.partition("* {")[0])),
    }


def luminance(colour: str) -> float:
    parts = []
    for start in (1, 3, 5):
        part = int(colour[start : start + 2], 16) / 255
        parts.append(
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        )
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("screen", ["light", "dark"])
def test_what_is_written_can_be_read(screen: str) -> None:
    tokens = load_tokens()[screen]
    weak = []
    for pairs, least in ((TEXTS, AT_LEAST), (GRAPHICS, GRAPHIC)):
        for name, grounds in pairs.items():
            for ground in grounds.split():
                found = contrast(tokens[name], tokens[ground])
                if found < least:
                    weak.append(f"{name} on {ground}: {found:.2f}")
    assert weak == []


def test_a_dark_screen_has_every_colour_and_no_rule_has_one_of_its_own() -> None:
    tokens = load_tokens()
    assert set(tokens["dark"]) == set(tokens["light"])
    for name in ("pages.css", "report.css"):
        rules = TOKEN.sub("", (STATIC / name).read_text())
        rules = re.sub(r"--underline: #[0-9a-f]{8}", "", rules)
        # paper that is printed on, and a frame around an archived page
        colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*\})", rules))
        assert colours <= {"#fff"}, name
