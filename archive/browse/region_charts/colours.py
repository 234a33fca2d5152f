"""The colours of a chart that stands on a page of somebody else: those of our style sheet."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

STYLE_SHEET = Path(__file__).parents[1] / "static" / "pages.css"
TOKEN = re.compile(r"--((?:sheet|ink|soft|part-\d)): (#[0-9a-f]{6})")
DARK_SCREEN = "prefers-color-scheme: dark"

Theme = Literal["light", "dark", ""]


@cache
def load_colours() -> tuple[str, str]:
    """Return the declarations of a light screen and those of a dark one."""
    light, _, rest = STYLE_SHEET.read_text("utf-8").partition(DARK_SCREEN)
    dark, _, _ = rest.partition("* {")
    return _write_declarations(light), _write_declarations(dark)


def _write_declarations(rules: str) -> str:
    declarations = []
    for name, colour in TOKEN.findall(rules):
        declarations.append(f"--{name}: {colour};")
    return " ".join(declarations)


def write_rules(theme: Theme) -> tuple[str, str]:
    """Return the declarations of the drawing, and a rule for dark screens.

    With a theme they are always its own; without one the screen decides.
    """
    light, dark = load_colours()
    if theme == "light":
        return light, ""
    if theme == "dark":
        return dark, ""
    return light, f"@media ({DARK_SCREEN}) {{ svg {{ {dark} }} }}"
