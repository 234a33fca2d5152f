"""Digit runs: labels and digits with nothing in between, such as 规章000行政规范性文件055.

Digits are cut into cells only where one cut alone is possible: numbers without leading zeros,
whose sum is the total where the row has one. Anything else stays whole, and the row is ragged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import TypeAlias

from nianbao.pipelines.reader.payload.normal_form import fold_forms
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.forms import FormTable
from nianbao.pipelines.reader.tables.label_index import LabelIndex

Cut: TypeAlias = tuple[str, ...]  # the numbers into which digits were cut

_RULES = load_rules("tables")
_LABEL_ENUMERATOR = r"(?:[一二三四五六七]、|\([一二三四五六七]\))?(?:其中:)?"
_LABEL_GLOSS = r"(?:\([^()]{0,60}\))?"
_BALANCE_NOTE = r"\(?本列数据的勾稽关系为[^()]{0,60}\)?"
_HEADINGS = ("信息内容", "申请人情况", "法人或其他组织", "行政诉讼")  # of columns
_LONGEST_TEXT = 200_000  # characters of one run of text; beyond any report
_MOST_DIGITS = 12  # of a row without a total
_MOST_DIGITS_WITH_TOTAL = 42
_LONGEST_NUMBER = 6


def may_have_digit_runs(word: str) -> bool:
    """Tell cheaply whether a text could be labels and digits with nothing in between."""
    if len(word) > _LONGEST_TEXT:
        return False
    return _RULES.digit_after_label.find(word) is not None


def split_labels_and_digits(
    squeezed: str, labels: LabelIndex
) -> list[tuple[str, bool]] | None:
    """Return the parts of a squeezed text, each with whether it is digits.

    "规章000行政规范性文件055" gives 规章, 000, 行政规范性文件, 055. Digits count only between
    a label and the next one, or the end: those of prose are followed by a word. Returns None
    when no digits count.
    """
    matches = list(_compile_labels(labels.generation).finditer(squeezed))
    if not matches:
        return None
    parts: list[tuple[str, bool]] = []
    before = squeezed[: matches[0].start()]
    is_behind_prose = bool(before) and not _RULES.row_number.pattern.fullmatch(before)
    if is_behind_prose:
        parts.append((before, False))
    has_digits = False
    last = len(matches) - 1
    for number, match in enumerate(matches):
        parts.append((match[0], False))
        if number == last:
            gap = squeezed[match.end() :]
            digits = gap
        else:
            next_match = matches[number + 1]
            gap = squeezed[match.end() : next_match.start()]
            digits = _RULES.row_number.pattern.sub("", gap)
        if digits and not _RULES.digit_run.find(digits):
            parts.append((gap, False))
            is_behind_prose = True
            continue
        if digits and not is_behind_prose:
            parts.append((digits, True))
            has_digits = True
        is_behind_prose = False
    if not has_digits:
        return None
    return parts


def cut_digits(digits: str, table: FormTable, size: int) -> list[str] | None:
    """Return the one way to cut digits into the `size` cells of a row.

    "1203" in a row of four cells gives 1, 2, 0, 3, its last cell being the total. Returns None
    when there is no way or more than one. A row of requests or outcomes is one or three groups
    of counts, each with its total behind it.
    """
    digits = fold_forms(digits)
    if size == 1:
        if _RULES.single_figure.find(digits):
            return [digits]
        return None
    if not digits.isascii() or not digits.isdecimal():
        return None
    has_total = _has_total(table)
    longest = _MOST_DIGITS
    if has_total:
        longest = _MOST_DIGITS_WITH_TOTAL
    if not size <= len(digits) <= longest:
        return None
    if has_total:
        groups = len(table.groups) or 1
        cuts = _cut_into_groups(digits, groups, size // groups)
    else:
        cuts = _cut_into_numbers(digits, size)
    first_cuts = list(islice(cuts, 2))
    if len(first_cuts) != 1:
        return None
    return list(first_cuts[0])


def _has_total(table: FormTable) -> bool:
    if table.groups:
        return True
    return any(column.key == "total" for column in table.figure_columns)


def _cut_into_numbers(digits: str, size: int) -> Iterator[Cut]:
    """Yield every way to cut digits into `size` numbers without leading zeros."""
    if size == 1:
        if digits == "0" or not digits.startswith("0"):
            yield (digits,)
        return
    longest = 1
    if not digits.startswith("0"):
        longest = len(digits) - size + 1
    for end in range(1, longest + 1):
        number = digits[:end]
        for rest in _cut_into_numbers(digits[end:], size - 1):
            yield (number, *rest)


def _cut_into_groups(digits: str, groups: int, size: int) -> Iterator[Cut]:
    """Yield every way to cut digits into groups of counts, each with its total behind it."""
    if groups == 1:
        yield from _cut_counts_and_total(digits, size)
        return
    longest = len(digits) - size * (groups - 1)
    for end in range(size, longest + 1):
        rest_digits = digits[end:]
        for group in _cut_counts_and_total(digits[:end], size):
            for rest in _cut_into_groups(rest_digits, groups - 1, size):
                yield (*group, *rest)


@lru_cache(maxsize=4096)
def _cut_counts_and_total(digits: str, size: int) -> tuple[Cut, ...]:
    """Return the ways to cut digits into counts and their total, at most two.

    The last of the `size` numbers is the sum of the others.
    """
    ways: list[Cut] = []
    count = size - 1
    for length in range(1, _LONGEST_NUMBER + 1):
        total = digits[-length:]
        counts = digits[:-length]
        if not count <= len(counts) <= count * length:
            continue
        if length > 1 and total.startswith("0"):
            continue
        for way in _cut_into_sum(counts, count, int(total)):
            ways.append((*way, total))
        if len(ways) > 1:
            break
    return tuple(ways[:2])


def _cut_into_sum(digits: str, size: int, total: int) -> Iterator[Cut]:
    """Yield the ways to cut digits into `size` numbers that add up to a total."""
    if size == 1:
        if digits == str(total):
            yield (digits,)
        return
    longest = 1
    if not digits.startswith("0"):
        longest = len(digits) - size + 1
        longest = min(longest, len(str(total)))
    for end in range(1, longest + 1):
        number = digits[:end]
        remainder = total - int(number)
        if remainder < 0:
            break
        for rest in _cut_into_sum(digits[end:], size - 1, remainder):
            yield (number, *rest)


@cache
def _compile_labels(generation: str) -> re.Pattern[str]:
    """Return the pattern of all that a form prints beside figures, and of what follows them.

    It matches a caption, the note on the balance of columns, a section title, and a label with
    its enumerator and gloss.
    """
    label = _LABEL_ENUMERATOR + _join_longest_first(_collect_names(generation))
    titles = forms.load_forms().titles
    title = "[一二三四五六七]、" + _join_longest_first(set(titles))
    return re.compile(
        f"{forms.CAPTION.pattern}|{_BALANCE_NOTE}|{title}|{label}{_LABEL_GLOSS}"
    )


def _collect_names(generation: str) -> set[str]:
    """Return all names of the rows, columns and groups of a generation's tables."""
    names = set(_HEADINGS)
    for table in forms.get_tables(generation):
        for label in (*table.rows, *table.columns, *table.groups):
            names.update(label.spellings)
            names.update(label.cores)
    return names


def _join_longest_first(names: set[str]) -> str:
    """Return a pattern of names; a name goes before those that it begins with."""
    alternatives = [re.escape(name) for name in names if name]
    alternatives.sort(key=len, reverse=True)
    return f"(?:{'|'.join(alternatives)})"
