"""Row labels in text: which of the texts before figures, and behind them, are the row's label.

A label may be wrapped over many lines, misprinted, cut off, or have the figures in its middle:
the text of a PDF gives 2.重复 | 0 0 0 | 申请 where the label stands in the middle of its cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables.forms import FormTable, load_forms
from nianbao.pipelines.reader.tables.label_index import (
    LabelIndex,
    find_rows,
    find_truncated_row,
)
from nianbao.pipelines.reader.tables.tokens import Tokens

_MOST_LINES = 14  # over which a label is wrapped
_MOST_LINES_BEHIND = 7  # of them behind the figures
_LONGEST_LABEL = 120
_SHORTEST_NAME = 2  # characters of the name of a row


class RowLabel(NamedTuple):
    """The label of a row, its table, and how many texts behind the figures belong to it."""

    text: str
    table: FormTable
    count_behind: int = 0


def find_row_label(
    texts: Tokens, texts_behind: Tokens, labels: LabelIndex
) -> RowLabel | None:
    """Return the label that stands before figures, or around them; None when none does."""
    names = [token.text for token in texts]
    units = load_forms().units
    while names and squeeze(names[-1]) in units:
        names.pop()
    candidates = _join_names(names)
    label = _find_exact_label(candidates, names, labels)
    if label is None:
        label = _find_label_around_figures(candidates, texts_behind, labels)
    if label is None:
        label = _find_near_label(candidates, names, labels)
    if label is None:
        label = _find_truncated_label(candidates, labels)
    return label


def _join_names(names: Sequence[str]) -> list[str]:
    """Return what a label may be: the last texts joined, the longest first.

    The texts 一、, 本年 and 新收 give 一、本年新收, 本年新收 and 新收.
    """
    candidates: list[str] = []
    first = max(0, len(names) - _MOST_LINES)
    for start in range(first, len(names)):
        name = "".join(names[start:])
        if len(name) <= _LONGEST_LABEL:
            candidates.append(name)
    return candidates


def _find_exact_label(
    candidates: Sequence[str], names: Sequence[str], labels: LabelIndex
) -> RowLabel | None:
    for name in candidates:
        core = extract_core(name)
        matches = labels.rows.get(core)
        if matches and not _is_column_name(core, names, labels):
            return RowLabel(name, matches[0].table)
    return None


def _is_column_name(core: str, names: Sequence[str], labels: LabelIndex) -> bool:
    """Tell 总计 and 其他 as columns from the rows of that name: a column stands before them."""
    if core not in labels.columns or len(names) < 2:
        return False
    return extract_core(names[-2]) in labels.columns


def _find_label_around_figures(
    candidates: Sequence[str], texts_behind: Tokens, labels: LabelIndex
) -> RowLabel | None:
    """Return a label in whose middle the figures stand."""
    for name in reversed(candidates):
        if not extract_core(name):
            continue
        whole = name
        near_texts = texts_behind[:_MOST_LINES_BEHIND]
        for count, token in enumerate(near_texts, start=1):
            whole += token.text
            if len(whole) > _LONGEST_LABEL:
                break
            matches = labels.rows.get(extract_core(whole))
            if matches:
                return RowLabel(whole, matches[0].table, count)
    return None


def _find_near_label(
    candidates: Sequence[str], names: Sequence[str], labels: LabelIndex
) -> RowLabel | None:
    """Return a label that is misprinted or has lost characters."""
    if has_sub_row(names, labels):
        return None
    for name in reversed(candidates):
        matches = find_rows(labels.generation, extract_core(name))
        if matches:
            return RowLabel(name, matches[0].table)
    return None


def has_sub_row(names: Sequence[str], labels: LabelIndex) -> bool:
    """Tell whether texts end with a whole label and the name of a row below it.

    其他对外管理服务事项 | 行政检查 | 12 are the figures of 行政检查 alone.
    """
    if len(names) < 2:
        return False
    core = extract_core(names[-1])
    if len(core) < _SHORTEST_NAME or find_rows(labels.generation, core):
        return False
    for label in _join_names(names[:-1]):
        matches = labels.rows.get(extract_core(label), ())
        if any(not match.row.is_heading for match in matches):
            return True
    return False


def _find_truncated_label(
    candidates: Sequence[str], labels: LabelIndex
) -> RowLabel | None:
    """Return a label that was cut off, as the form prints it."""
    for name in candidates:
        matches = find_truncated_row(labels.generation, extract_core(name))
        if matches:
            match = matches[0]
            return RowLabel(match.row.cores[0], match.table)
    return None
