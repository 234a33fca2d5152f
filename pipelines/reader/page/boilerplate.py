"""Boilerplate: lines of a page that belong to the site and not to the document.

Counters, print, share and scan links, previous and next article, breadcrumbs, generation stamps:
they change at every fetch or with the template, so they are cut before text is shown or digested.
The patterns are rules, in rules/boilerplate.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from nianbao.pipelines.reader.payload.normal_form import join_words
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("boilerplate")

_MAX_LINE_LENGTH = 80


@lru_cache(maxsize=2048)
def is_boilerplate(line: str) -> bool:
    """Tell whether a line is nothing but boilerplate.

    Header, body and signature ask about the same lines, so answers are kept for a while.
    """
    if len(line) > _MAX_LINE_LENGTH:
        return False
    return _RULES.line.find(join_words(line)) is not None


def remove_boilerplate(lines: Iterable[str]) -> list[str]:
    """Return the lines that are not boilerplate."""
    return [line for line in lines if not is_boilerplate(line)]
