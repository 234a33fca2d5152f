"""The text of scripts: without comments, and with the place where each bracket closes."""

from __future__ import annotations

import re

STRINGS = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`"""
# A comment that is not closed goes on to the end. `<!--` begins a comment of one line.
COMMENTS = re.compile(
    rf"(?P<kept>{STRINGS})|/\*(?:.*?\*/|.*\Z)|(?<!:)//[^\n]*|<!--[^\n]*", re.DOTALL
)
BRACKETS = re.compile(rf"{STRINGS}|(?P<bracket>[(){{}}\[\]])", re.DOTALL)
PAIRS = {")": "(", "}": "{", "]": "["}


def strip_comments(script: str) -> str:
    """Return a script without its comments; what is in quotes stays."""
    return COMMENTS.sub(_keep_string, script)


def match_brackets(script: str) -> dict[int, int]:
    """Return the place of the closing bracket for the place of each bracket that opens.

    A bracket that is never closed has none.
    """
    closings: dict[int, int] = {}
    open_places: dict[str, list[int]] = {"(": [], "{": [], "[": []}
    for match in BRACKETS.finditer(script):
        bracket = match["bracket"]
        if bracket is None:
            continue
        if bracket in open_places:
            open_places[bracket].append(match.start())
            continue
        places = open_places[PAIRS[bracket]]
        if places:
            closings[places.pop()] = match.start()
    return closings


def _keep_string(match: re.Match[str]) -> str:
    return match["kept"] or " "
