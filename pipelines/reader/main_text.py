"""The main text of a page on which no known container stands: trafilatura says where it is.

Its text is used to find the first and the last line in the page's own lines; what is kept and
digested has the same form as on a page with a container.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

from pipelines.reader import header, text
from pipelines.reader.page import Page

_KEY = 14  # characters of a squeezed line that are compared
_LONGEST, _MOST_TAGS = 1_000_000, 15_000  # trafilatura takes seconds and a gigabyte over more
_LEAST = 200  # characters of text below which a page has no prose to look for


def narrowed(found: Page, source: str) -> Page:
    """Return the page with head, body and tail told apart; unchanged when no main text is found."""
    lines = found.body
    if sum(map(len, lines)) < _LEAST or len(source) > _LONGEST or source.count("<") > _MOST_TAGS:
        return found
    span = _span(lines, _main_lines(source))
    if span is None:
        return dataclasses.replace(found, body=lines[: header.footer(lines)])
    start, end = span
    return dataclasses.replace(found, head=lines[:start], body=lines[start:end], tail=lines[end:])


def _main_lines(source: str) -> list[str]:
    """Return the lines of the main text that trafilatura finds; imported here, it takes a second."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # it warns of pages without main text
    extracted = trafilatura.extract(source, fast=True, include_tables=True, include_comments=False)
    return (extracted or "").split("\n")


def _span(lines: Sequence[str], wanted: Sequence[str]) -> tuple[int, int] | None:
    keys = {key for line in wanted for part in line.split("|") if len(key := _key(part)) >= 6}
    hits = [n for n, line in enumerate(lines) if any(_key(cell) in keys for cell in line.split("\t") if len(cell) > 5)]
    if not hits:
        return None
    return hits[0], hits[-1] + 1


def _key(line: str) -> str:
    return text.SPACE.sub("", line)[:_KEY]
