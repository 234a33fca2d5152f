"""Labels that were passed over: rows of the form whose figures may be those of the next label.

Where two labels stand before one row of figures, the figures belong to neither for certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables.forms import FormLabel, FormTable
from nianbao.pipelines.reader.tables.html_grids import GridRow
from nianbao.pipelines.reader.tables.label_index import LabelIndex, RowMatch, find_rows
from nianbao.pipelines.reader.tables.tokens import Tokens

_MOST_TEXTS = 12  # before a label in which another one can stand


def find_passed_labels(
    cells: GridRow, match: RowMatch, generation: str
) -> list[FormLabel]:
    """Return the rows that cells in front of a label name, with figures of their own."""
    passed: list[FormLabel] = []
    for cell in cells:
        if not cell.core:
            continue
        for other in find_rows(generation, cell.core):
            if other.table is match.table and _is_passed(other.row, match):
                passed.append(other.row)
    return passed


def _is_passed(label: FormLabel, match: RowMatch) -> bool:
    if label.is_heading or label.key == match.row.key:
        return False
    return label.key not in _list_ancestors(match.table, match.row)


def _list_ancestors(table: FormTable, label: FormLabel) -> list[str]:
    parents = {row.key: row.parent for row in table.rows}
    ancestors: list[str] = []
    key = label.parent
    while key is not None and key not in ancestors:
        ancestors.append(key)
        key = parents.get(key)
    return ancestors


def find_passed_texts(
    texts: Tokens, label_text: str, figures: Tokens, labels: LabelIndex
) -> list[str]:
    """Return the labels of a text that stand before the label of a row of figures.

    A label on the line of its figures is theirs, whatever stands above it.
    """
    start = _find_label_start(texts, label_text)
    if start is None or texts[-1].line == figures[0].line:
        return []
    names = [token.text for token in texts[:start]]
    passed: list[str] = []
    position = max(0, len(names) - _MOST_TEXTS)
    while position < len(names):
        end = _find_label_end(names, position, labels)
        if end is None:
            position += 1
        else:
            passed.append("".join(names[position:end]))
            position = end
    return passed


def _find_label_start(texts: Tokens, label_text: str) -> int | None:
    """Return the number of the text with which the label begins that ends a text."""
    for start in range(len(texts)):
        if "".join(token.text for token in texts[start:]) == label_text:
            return start
    return None


def _find_label_end(names: Sequence[str], start: int, labels: LabelIndex) -> int | None:
    """Return the number behind the texts from `start` on that make a label of a row."""
    for end in range(len(names), start, -1):
        core = extract_core("".join(names[start:end]))
        if core in labels.rows and core not in labels.columns:
            return end
    return None
