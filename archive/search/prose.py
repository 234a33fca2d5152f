"""Prose: what a body writes itself, apart from the wording that the forms print for all.

A word like 行政复议 stands in every report, as a label or a heading. In prose it stands where the
run around it, from break to break, is more than labels of the forms and numbers.

The index knows of each report which pairs of the forms stand in its prose, marked with
:data:`PROSE`: without that, a word that no report has in its prose is looked for in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from nianbao.archive.search.folding import BREAK, fold
from nianbao.archive.search.stop_grams import FORMS, PAIRS, number_pairs
from nianbao.archive.search.words import SearchWord, Span

# Begins what is no text: a character of a private area, which folding makes a break.
MARK = "\ue000"
PROSE = MARK + "p"

_LONG = 40  # characters of a run that is not remembered
_LABELS = "|".join(sorted(FORMS, key=len, reverse=True))
# Runs of labels, numbers and enumerators: nothing is tried twice, so its time grows with the run.
_FORM_RUN = re.compile(f"(?:{_LABELS}|[0-9]+|[一二三四五六七八九十]+)++")


@lru_cache(maxsize=1024)
def is_form_word(word: SearchWord) -> bool:
    """Tell whether a word stands in the wording of the forms, and so in every report."""
    return all(any(run in label for label in FORMS) for run in word.runs)


def iterate_prose_places(word: SearchWord, text: str) -> Iterator[Span]:
    """Yield where the prose of a text has a word.

    >>> from nianbao.archive.search.words import parse_word
    >>> word = parse_word("行政复议")
    >>> list(iterate_prose_places(word, "行政复议\\t3\\n收到行政复议3件"))
    [(9, 13)]
    """
    folded = _fold_once(text)
    is_of_forms = is_form_word(word)
    for match in word.pattern.finditer(folded):
        start, end = match.span()
        if not is_of_forms or not _is_form_wording(folded, start, end):
            yield start, end


@lru_cache(maxsize=2)
def _fold_once(text: str) -> str:
    """Return a text as it is searched: each word of a query looks at the same one."""
    return fold(text)


def has_prose(word: SearchWord, text: str) -> bool:
    """Tell whether the prose of a text has a word that stands in the text."""
    if not is_form_word(word):
        return True
    return next(iterate_prose_places(word, text), None) is not None


def _is_form_wording(folded: str, start: int, end: int) -> bool:
    """Tell whether all runs that a place is in are wording of the forms."""
    run_start = folded.rfind(BREAK, 0, start) + 1
    run_end = folded.find(BREAK, end)
    if run_end < 0:
        run_end = len(folded)
    runs = folded[run_start:run_end].split(BREAK)
    return all(map(_is_form_run, runs))


def _is_form_run(run: str) -> bool:
    """Tell a run of labels and numbers, or of nothing."""
    squeezed = run.replace(" ", "")
    if len(squeezed) > _LONG:
        return _FORM_RUN.fullmatch(squeezed) is not None
    return not squeezed or _is_short_form_run(squeezed)


@lru_cache(maxsize=4096)
def _is_short_form_run(run: str) -> bool:
    """Tell a run of labels and numbers; the same ones stand in every report."""
    return _FORM_RUN.fullmatch(run) is not None


def list_prose_marks(folded: str) -> list[str]:
    """Return the pairs of the forms that stand in the prose of a folded text, each marked.

    >>> list_prose_marks("行政复议\\n3\\n行政复议有3件")
    ['\\ue000p复议', '\\ue000p政复', '\\ue000p行政']
    """
    runs = {run for run in folded.split(BREAK) if not _is_form_run(run)}
    pairs = PAIRS.intersection(number_pairs(BREAK.join(runs).replace(" ", "")))
    return sorted(f"{PROSE}{chr(pair >> 32)}{chr(pair & 0xFFFFFFFF)}" for pair in pairs)


def match_prose(word: SearchWord) -> str | None:
    """Return the FTS5 expression for reports whose prose may have a word of the forms.

    None for other words, and for single characters, which have no pair.
    """
    if not is_form_word(word) or any(len(run) < 2 for run in word.runs):
        return None
    alternatives: list[str] = []
    for run in word.runs:
        marks = dict.fromkeys(f'"{PROSE}{one}{next_}"' for one, next_ in pairwise(run))
        alternatives.append(" AND ".join(marks))
    return f"(({') OR ('.join(alternatives)}))"
