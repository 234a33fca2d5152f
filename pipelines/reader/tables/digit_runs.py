"""Glued figures: labels and digits with nothing in between, 规章000行政规范性文件055.

Digits are cut into cells only where one cut alone is possible: numbers without leading zeros, whose
sum is the total where the row has one. Anything else stays whole, and the row is ragged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from nianbao.pipelines.reader.payload.normal_form import fold_forms
from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.forms import Table
from nianbao.pipelines.reader.tables.label_index import Index

_DIGIT_AFTER_LABEL = re.compile(r"[\u4e00-\u9fff)）”\"][+\-]?[0-9０-９]")
_FIGURE = re.compile(r"[+\-]?\d[\d,]*(?:\.\d+)?(?:万元|元)?")
_DIGITS = re.compile(
    r"(?P<figure>[+\-]?\d[\d.,+\-]*(?:万元|元)?)?(?P<rest>.*)", re.DOTALL
)
_ENUMERATOR = re.compile(r"[1-9][.、]$")
_LONGEST = 200_000  # characters of one run of text; beyond any report
_MOST_DIGITS = {True: 42, False: 12}  # with and without a total
_LONGEST_NUMBER = 6


def may_be(word: str) -> bool:
    """Tell cheaply whether a text could be labels and digits with nothing in between."""
    return len(word) <= _LONGEST and _DIGIT_AFTER_LABEL.search(word) is not None


def parted(squeezed: str, labels: Index) -> list[tuple[str, bool]] | None:
    """Return the parts of a squeezed text, each with whether it is figures; None when it holds
    none.

    Figures count only between a label and the next, or the end: those of prose are followed by
    a word.
    """
    found = list(_labels(labels.generation).finditer(squeezed))
    parts: list[tuple[str, bool]] = []
    before = squeezed[: found[0].start()] if found else ""
    before = "" if _ENUMERATOR.fullmatch(before) else before
    if before:
        parts.append((before, False))
    alone, figures = not before, False
    for number, label in enumerate(found):
        follows = number + 1 < len(found)
        gap = squeezed[
            label.end() : found[number + 1].start() if follows else len(squeezed)
        ]
        parts.append((label[0], False))
        enumerator = _ENUMERATOR.search(gap) if follows else None
        digits = gap[: enumerator.start()] if enumerator else gap
        match = _DIGITS.fullmatch(digits)
        whole = match is not None and not match["rest"]
        if whole and digits and alone:
            parts.append((digits, True))
            figures = True
        elif gap and not whole:
            parts.append((gap, False))
        alone = whole
    return parts if figures else None


def cut(digits: str, table: Table, size: int) -> list[str] | None:
    """Return the one way to cut digits into the cells of a row; None when there is none or more
    than one.

    A row of requests or outcomes is one or three groups of counts, each with its total behind it.
    """
    totals = any(column.key == "total" for column in table.figures) or bool(
        table.groups
    )
    digits = fold_forms(digits)
    if size == 1:
        return [digits] if _FIGURE.fullmatch(digits) else None
    if not (
        digits.isascii()
        and digits.isdecimal()
        and size <= len(digits) <= _MOST_DIGITS[totals]
    ):
        return None
    if not totals:
        found = _first_two(_compositions(digits, size))
    else:
        groups = len(table.groups) or 1
        found = _first_two(_grouped(digits, groups, size // groups))
    return list(found[0]) if len(found) == 1 else None


def _first_two(ways: Iterator[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [way for _, way in zip(range(2), ways, strict=False)]


def _compositions(digits: str, size: int) -> Iterator[tuple[str, ...]]:
    """Yield every way to cut digits into `size` numbers without leading zeros."""
    if size == 1:
        if digits == "0" or (digits and digits[0] != "0"):
            yield (digits,)
        return
    for end in range(1, 2 if digits[0] == "0" else len(digits) - size + 2):
        for rest in _compositions(digits[end:], size - 1):
            yield (digits[:end], *rest)


def _grouped(digits: str, groups: int, size: int) -> Iterator[tuple[str, ...]]:
    """Yield every way to cut digits into groups of counts with their total behind them."""
    for end in (
        range(size, len(digits) - size * (groups - 1) + 1)
        if groups > 1
        else (len(digits),)
    ):
        for group in _totalled(digits[:end], size):
            if groups == 1:
                yield group
            else:
                for rest in _grouped(digits[end:], groups - 1, size):
                    yield (*group, *rest)


@lru_cache(maxsize=4096)
def _totalled(digits: str, size: int) -> tuple[tuple[str, ...], ...]:
    """Return the ways to cut digits into counts and their total."""
    found: list[tuple[str, ...]] = []
    for length in range(1, _LONGEST_NUMBER + 1):
        total, counts = digits[-length:], digits[:-length]
        if len(counts) < size - 1 or (total[0] == "0" and length > 1):
            continue
        if len(counts) > (size - 1) * length:
            continue
        found += [(*way, total) for way in _adding_up(counts, size - 1, int(total))]
        if len(found) > 1:
            break
    return tuple(found[:2])


def _adding_up(digits: str, size: int, total: int) -> Iterator[tuple[str, ...]]:
    """Yield the ways to cut digits into numbers that add up to a total."""
    if size == 1:
        if (digits == "0" or digits[0] != "0") and int(digits) == total:
            yield (digits,)
        return
    longest = 1 if digits[0] == "0" else min(len(digits) - size + 1, len(str(total)))
    for end in range(1, longest + 1):
        left = total - int(digits[:end])
        if left < 0:
            break
        for rest in _adding_up(digits[end:], size - 1, left):
            yield (digits[:end], *rest)


@cache
def _labels(generation: str) -> re.Pattern[str]:
    """Return the pattern of all that stands in the tables of a form beside figures, and of what
    follows them.
    """
    names: set[str] = set()
    for table in forms.tables(generation):
        for label in (*table.rows, *table.columns, *table.groups):
            names |= {*label.printed, *label.cores}
    names |= {"信息内容", "申请人情况", "法人或其他组织", "行政诉讼"}
    known = "|".join(sorted(map(re.escape, filter(None, names)), key=len, reverse=True))
    titles = "|".join(sorted(map(re.escape, _titles()), key=len, reverse=True))
    gloss = r"(?:\([^()]{0,60}\))?"
    enumerator = r"(?:[一二三四五六七]、|\([一二三四五六七]\))?(?:其中:)?"
    return re.compile(
        rf"{forms.CAPTION.pattern}|\(?本列数据的勾稽关系为[^()]{{0,60}}\)?"
        rf"|[一二三四五六七]、(?:{titles})|{enumerator}(?:{known}){gloss}"
    )


def _titles() -> Sequence[str]:
    return [title for title in forms.load().titles if title]
