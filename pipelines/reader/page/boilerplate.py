"""Boilerplate: lines of a page that belong to the site and not to the document.

Counters, print, share and scan links, previous, next and other articles, breadcrumbs, clocks and
stamps: they change at every fetch or with the template, so they are cut before text is shown or
digested.
The patterns are rules, in rules/boilerplate.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from nianbao.pipelines.reader.payload.normal_form import join_words
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("boilerplate")

_MAX_LINE_LENGTH = 80
_MAX_HEADING_LENGTH = 20
_MAX_TITLE_LENGTH = 60  # of another article
_CLOSING_BRACKETS = ("】", "]", ")", "）")  # with one of which a counter ends


@lru_cache(maxsize=2048)
def is_boilerplate(line: str) -> bool:
    """Tell whether a line is nothing but boilerplate.

    Header, body and signature ask about the same lines, so answers are kept for a while.
    """
    if len(line) > _MAX_LINE_LENGTH:
        return False
    if _RULES.prose.find(line):
        return False
    return _RULES.line.find(join_words(line)) is not None


def remove_boilerplate(lines: Iterable[str]) -> list[str]:
    """Return the lines that are not boilerplate, without the counters behind them."""
    kept_lines = []
    is_among_articles = False
    for line in lines:
        if is_among_articles and _is_article(line):
            continue
        is_among_articles = _heads_articles(line)
        if not is_boilerplate(line):
            kept_lines.append(_remove_counter(line))
    return kept_lines


def _remove_counter(line: str) -> str:
    """Return a line without the counter in brackets behind it."""
    if not line.rstrip().endswith(_CLOSING_BRACKETS):
        return line
    return _RULES.counter_behind.remove_from(line)


def _heads_articles(line: str) -> bool:
    """Tell whether a line is the heading above the titles of other articles."""
    if len(line) > _MAX_HEADING_LENGTH:
        return False
    return _RULES.other_articles.find(join_words(line)) is not None


def _is_article(line: str) -> bool:
    """Tell whether a line below such a heading can be the title of another article."""
    if len(line) > _MAX_TITLE_LENGTH or "\t" in line:
        return False
    return _RULES.end_of_articles.find(join_words(line)) is None
