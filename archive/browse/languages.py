"""The interface in Chinese and English: its texts stand in `texts.yaml`, one entry for each,
with both languages.

    language("search.found", n=3)    the text with its values put in; an unknown key is an error

A text with a plural is a list of two in English, told apart by the value `n`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CODES = {"zh": "zh-CN", "en": "en"}  # language → its tag in HTML
NAMES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
COOKIE = "nianbao_lang"
_ACCEPTED = re.compile(r"\s*([a-zA-Z*]+)(?:-[\w-]+)?\s*(?:;\s*q=([0-9.]+))?\s*")


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Return the catalogue: key → language → text."""
    loaded: dict[str, dict[str, Any]] = YAML(typ="safe").load(
        Path(__file__).with_name("texts.yaml")
    )
    return loaded


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface."""

    code: str

    @property
    def tag(self) -> str:
        """The tag of the language in HTML."""
        return CODES[self.code]

    @property
    def others(self) -> dict[str, str]:
        """The other languages: code → name."""
        return {code: name for code, name in NAMES.items() if code != self.code}

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text of the catalogue; raise KeyError when there is none."""
        text = texts()[key][self.code]
        if isinstance(text, list):
            text = text[0] if values.get("n") == 1 else text[1]
        shown = {
            name: f"{value:,}" if type(value) is int else value
            for name, value in values.items()
        }
        return str(text).format(**shown)

    def word(self, family: str, value: Any) -> str:
        """Return the word for a stored value (`state`, `vanished`); the value itself where
        there is none.
        """
        return (
            self(f"{family}.{value}") if f"{family}.{value}" in texts() else str(value)
        )


def choose(asked: str | None, cookie: str | None, accepted: str | None) -> Language:
    """Return the language that is asked for, else the one chosen before, else the browser's
    first, else Chinese.
    """
    for code in (asked, cookie):
        if code in CODES:
            return Language(code)
    weighted = [_ACCEPTED.fullmatch(part) for part in (accepted or "").split(",")]
    wanted = [
        (float(found[2] or 1), found[1].lower())
        for found in weighted
        if found and _is_number(found[2])
    ]
    for _, code in sorted(wanted, key=lambda pair: -pair[0]):
        if code in CODES:
            return Language(code)
    return Language(DEFAULT)


def _is_number(text: str | None) -> bool:
    try:
        return text is None or float(text) >= 0
    except ValueError:
        return False
