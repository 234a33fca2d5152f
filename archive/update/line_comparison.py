"""Texts of a page that differ in nothing but the digits of some lines.

Which lines may be such is narrow, for what a report says must never be taken for a counter: short
lines outside tables with words of their own, without a date, a sentence, or a word by which
figures of reports are named. So a figure of a statutory table, one in prose and a date are never
learned away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_LINE = 40  # characters; a longer one is prose
DIGITS = re.compile(r"\d+(?:[.,:：]\d+)*")
WORD_SIGN = re.compile(r"[^\W\d_]")
SENTENCE = re.compile(r"[。；;！？]")
DATE = re.compile(
    r"\d{4}\s*[年./-]\s*\d{1,2}|\d{1,2}\s*月\s*\d{1,2}\s*日|(?:19|20)\d{6}|(?:19|20)\d\d\s*年"
)
# By these a report names what it counts, in prose and where a table is given as plain text.
REPORT_WORDS = re.compile(
    r"申请|公开|答复|办理|受理|结转|复议|诉讼|收费|许可|处罚|强制"
    r"|规章|规范性|行政|采购|投诉|咨询|政策|解读"
    r"|合计|总计|小计|结果|予以|不予|纠正|维持|金额|预算|决算|万元|[件条项篇份宗元]\s*$"
    r"|电话|传真|邮编|地址"
)


def mask_digits(line: str) -> str:
    """Return a line with `#` in the place of its numbers.

    >>> mask_digits("本文热度 1,013 ℃")
    '本文热度 # ℃'
    """
    return DIGITS.sub("#", line)


def may_be_volatile(line: str) -> bool:
    """Tell whether a line may be one that changes by itself."""
    if "\t" in line or len(line) > LONGEST_LINE:
        return False
    if len(WORD_SIGN.findall(line)) < 2 or DIGITS.search(line) is None:
        return False
    return not any(rule.search(line) for rule in (SENTENCE, DATE, REPORT_WORDS))


def compare_texts(
    before: str, after: str, ignored: Sequence[re.Pattern[str]] = ()
) -> frozenset[str] | None:
    """Return the masked lines in whose digits two texts differ; None where they differ in more.

    Lines that `ignored` matches are left out of both.
    """
    lines_before = _drop_ignored(before, ignored)
    lines_after = _drop_ignored(after, ignored)
    if len(lines_before) != len(lines_after):
        return None
    masked: set[str] = set()
    for line_before, line_after in zip(lines_before, lines_after, strict=True):
        if line_before == line_after:
            continue
        mask = mask_digits(line_before)
        if mask != mask_digits(line_after):
            return None
        if not (may_be_volatile(line_before) and may_be_volatile(line_after)):
            return None
        masked.add(mask)
    return frozenset(masked)


def _drop_ignored(text: str, ignored: Sequence[re.Pattern[str]]) -> list[str]:
    lines = text.split("\n")
    if not ignored:
        return lines
    return [line for line in lines if not any(rule.search(line) for rule in ignored)]
