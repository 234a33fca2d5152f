"""Searching in Datasette: SQL functions that make MATCH expressions and snippets.

    search_match(words, year)              the expression that matches all documents with the words
    search_snippet(words, text, …)         the passages of the text with them, marked « »; NULL
                                           when text and further texts lack one of the words

The index matches a few documents too many (see :mod:`nianbao.archive.search.index`): rows whose
snippet is NULL are no hits.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from nianbao.archive.search.query import Query
from nianbao.archive.search.snippets import format_snippet, make_snippet
from nianbao.archive.search.words import SearchWord, parse_words

MARKS = "«", "»"
MARKED = re.compile("«([^«»]*)»")


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Register the functions."""
    conn.create_function("search_match", 2, search_match, deterministic=True)
    conn.create_function("search_snippet", -1, search_snippet, deterministic=True)


def search_match(text: str | None, year: Any) -> str:
    """Return the MATCH expression; without words that of all documents."""
    digits = str(year or "").strip()
    report_year = int(year) if digits.isdecimal() else None
    return Query(text or "", year=report_year).match


def search_snippet(text: str | None, body: str, *others: str | None) -> str | None:
    """Return the passages of `body` that hold the words; None when it is no hit."""
    text = text or ""
    query_words = parse_words(text)
    if text.strip() and not query_words:
        return None  # nothing but punctuation
    parts = [body]
    for other in others:
        if other:
            parts.append(other)
    for word in query_words:
        if not _is_in_any(word, parts):
            return None
    pieces = make_snippet(body, query_words)
    return format_snippet(pieces, *MARKS)


def _is_in_any(word: SearchWord, parts: list[str]) -> bool:
    return any(word.find(part) for part in parts)


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator]
def render_cell(value: Any, column: str, database: str) -> Markup | None:
    """Return a snippet's HTML, the words in it marked."""
    if column != "snippet" or database != "archive" or not isinstance(value, str):
        return None
    html = Markup("")
    for index, part in enumerate(MARKED.split(value)):
        is_marked = index % 2 == 1
        template = "<mark>{}</mark>" if is_marked else "{}"
        html += Markup(template).format(part)
    return Markup('<span class="snippet">{}</span>').format(html)
