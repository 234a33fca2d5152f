"""Titles in one form: simplified characters, half-width signs, years in digits.

政府信息公開年報 and 二〇二二年 are matched as 政府信息公开年报 and 2022年.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import opencc

NUMERALS = "〇一二三四五六七八九"
ZEROS = "零○◯０oO〇"
CHINESE_YEAR = re.compile(f"[二2][{ZEROS}0][{NUMERALS}{ZEROS}0-9]{{2}}(?=\\D|$)")
DIGITS = {**dict.fromkeys(ZEROS, "0"), **dict(zip(NUMERALS, "0123456789", strict=True))}


SURROGATES = range(0xD800, 0xE000)  # halves of characters, which nothing converts


class _CharacterTable(dict[int, str]):
    """Character → the one that it is matched as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if code in SURROGATES:
            return "\ufffd"
        compatible = unicodedata.normalize("NFKC", chr(code))
        folded = str(_load_simplifier().convert(compatible))
        self[code] = folded
        return folded


_TABLE = _CharacterTable()


@cache
def _load_simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=4096)
def fold_title(title: str) -> str:
    """Return a title as it is matched, without the spaces around it.

    >>> fold_title("青石縣二○二二年政府信息公開年報")
    '青石县2022年政府信息公开年报'
    """
    folded = title.translate(_TABLE)
    folded = CHINESE_YEAR.sub(_write_digits, folded)
    return " ".join(folded.split())


def _write_digits(match: re.Match[str]) -> str:
    digits = [DIGITS.get(character, character) for character in match[0]]
    return "".join(digits)
