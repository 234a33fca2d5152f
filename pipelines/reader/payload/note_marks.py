"""Marks of notes beside a figure or a label: 120①, 27², 120[2], 行政许可*.

They are taken away before a text is folded: NFKC makes a digit of a circled or raised one, and
120① would be 1201.
"""

from __future__ import annotations

import re

_MARK = (
    r"[¹²³⁰⁴-⁹₀-₉①-⓿⑴-⒇㈠-㈩❶-➓*＊※†‡#]"
    r"|[\[【〔](?:注?\d{1,2}|[①-⓿*＊※#]|注)[\]】〕]"
    "|[\U000f0000-\U000ffffd]"  # of numbers that OCR has read (ocr/page_html.py)
)
_ANY_MARK = re.compile(_MARK)
_AT_ENDS = re.compile(rf"^(?:{_MARK})+\s*|\s*(?:{_MARK})+$")
_BEHIND_DIGITS = re.compile(rf"(?<=\d)(?:{_MARK})+")


def remove_marks(text: str) -> str:
    """Return a cell or label without the marks of notes at its ends."""
    if not _ANY_MARK.search(text):
        return text
    return _AT_ENDS.sub("", text)


def remove_marks_behind_digits(text: str) -> str:
    """Return a text without the marks of notes that stand right behind its digits."""
    return _BEHIND_DIGITS.sub("", text)
