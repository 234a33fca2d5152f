"""Answers of a service that say a list is at its end; others without rows are errors and shells."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.rules import find_rule

NO_MORE = find_rule("no_more")
TEXTS = "//body//text()[not(ancestor::script or ancestor::style)]"
LONGEST_EMPTY = 20  # characters of an answer that says nothing
MOST_TEXTS = 400  # of a page that are looked at
MOST_PARTS = 2_000  # of an answer in JSON


def is_empty_answer(page: ListPage) -> bool:
    """Tell whether an answer without rows says that there are no more."""
    if not page.is_markup:
        return _has_empty_list(page.text)
    pieces = islice(page.xpath(TEXTS), MOST_TEXTS)
    text = "".join("".join(piece.get().split()) for piece in pieces)
    return len(text) <= LONGEST_EMPTY or NO_MORE.find(text) is not None


def _has_empty_list(text: str) -> bool:
    """Tell whether an answer in JSON has a list without rows, or nothing where one would be."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return False
    count = 0
    while waiting and count < MOST_PARTS:
        part = waiting.pop()
        count += 1
        if part in ([], None):
            return True
        if isinstance(part, dict):
            waiting += [value for value in part.values() if not isinstance(value, str)]
        elif isinstance(part, list):
            waiting += part[:MOST_PARTS]
    return False
