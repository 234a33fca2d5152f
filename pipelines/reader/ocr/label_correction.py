"""Labels of forms in which OCR has mistaken a character: 危及三安全一稳走 is 危及三安全一稳定.

The labels are prescribed, so that one that is nearly like a single prescribed one is that. Digits
are never corrected.
"""

from __future__ import annotations

from functools import cache, lru_cache

from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables.forms import load_forms

_SHORTEST = 4  # characters: of shorter labels too many differ by one
_CHARACTERS_A_MISTAKE = 5


@lru_cache(maxsize=4096)
def correct_label(text: str) -> str:
    """Return the label of a form that a cell nearly is; else the text as it is."""
    core = extract_core(text)
    labels = _list_labels()
    if len(core) < _SHORTEST or core in labels:
        return text
    near: dict[int, list[str]] = {}
    for label in labels:
        most = max(1, len(label) // _CHARACTERS_A_MISTAKE)
        if abs(len(label) - len(core)) > most:
            continue
        distance = count_edits(core, label)
        if distance <= most:
            near.setdefault(distance, []).append(label)
    if not near:
        return text
    nearest = near[min(near)]
    return nearest[0] if len(nearest) == 1 else text


@cache
def _list_labels() -> frozenset[str]:
    """Return the cores of all rows, columns and groups of all forms."""
    cores: set[str] = set()
    for tables in load_forms().tables.values():
        for table in tables:
            for label in (*table.rows, *table.columns, *table.groups):
                cores.update(core for core in label.cores if len(core) >= _SHORTEST)
    return frozenset(cores)


def count_edits(one: str, other: str) -> int:
    """Return how many characters are to be changed, added or left out to make one the other."""
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            change = above[column - 1] + (letter != wanted)
            current.append(
                min(
                    change,
                    above[column] + 1,
                    current[-1] + 1,
                )
            )
        above = current
    return above[-1]
