"""Lists in a comment: where a script draws the rows, the server leaves its own ones so.

They stand, with the call of the pager, in the element that the script fills (甘肃 2025). Other
comments are what a site has taken off its pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.spiders.lists.dates import DATE

COMMENT_START = "<!--"
COMMENT_END = "-->"
ELEMENT_START = re.compile(
    r"<(ul|ol|dl|tbody|table|div)\b[^<>]{0,300}>\s*\Z", re.IGNORECASE
)
LINK = re.compile(r"<a\s", re.IGNORECASE)
LONGEST_EDGE = 400  # characters beside a comment that are looked at
FEWEST_ROWS = 2


def show_commented_lists(text: str) -> str:
    """Return a page with its list, where it stands in a comment that is all an element holds.

    The page itself prints fewer dates than the list does: else it has rows of its own.
    """
    if COMMENT_START not in text:
        return text
    comments = list(_find_comments(text))
    lists = [comment for comment in comments if _is_list(text, *comment)]
    if not lists:
        return text
    date_count = sum(_count_dates(text, *comment) for comment in comments)
    hidden_count = sum(_count_dates(text, *comment) for comment in lists)
    shown_count = len(DATE.findall(text)) - date_count
    return text if shown_count >= hidden_count else _uncomment(text, lists)


def _find_comments(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each comment of a page begins and ends."""
    start = text.find(COMMENT_START)
    while start >= 0:
        end = text.find(COMMENT_END, start)
        if end < 0:
            return
        yield start, end + len(COMMENT_END)
        start = text.find(COMMENT_START, end)


def _is_list(
    text: str,
    start: int,
    end: int,
) -> bool:
    """Tell whether a comment holds links with dates, and is all that its element holds."""
    element = ELEMENT_START.search(text[max(0, start - LONGEST_EDGE) : start])
    if element is None:
        return False
    behind = text[end : end + LONGEST_EDGE].lstrip().lower()
    if not behind.startswith(f"</{element[1].lower()}"):
        return False
    row_count = len(LINK.findall(text, start, end))
    return row_count >= FEWEST_ROWS and _count_dates(text, start, end) >= row_count


def _count_dates(
    text: str,
    start: int,
    end: int,
) -> int:
    return len(DATE.findall(text, start, end))


def _uncomment(
    text: str,
    comments: list[tuple[int, int]],
) -> str:
    """Return a text without the marks of some comments; what stands in them stays."""
    pieces = []
    place = 0
    for start, end in comments:
        pieces.append(text[place:start])
        pieces.append(text[start + len(COMMENT_START) : end - len(COMMENT_END)])
        place = end
    pieces.append(text[place:])
    return "".join(pieces)
