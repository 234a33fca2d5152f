"""Searching in Datasette: SQL functions that turn a person's words into a MATCH expression and
into snippets.

    search_match(words, year)              the expression that names all documents that have the words
    search_snippet(words, text, …)         the passages of the text that hold them, marked « »; NULL when neither
                                           the text nor what follows it has all of the words

The index names a few documents too many (see :mod:`nianbao.archive.search.index`): rows whose
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
from nianbao.archive.search.words import parse_words

MARKS = "«", "»"
MARKED = re.compile("«([^«»]*)»")


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Register the functions."""
    conn.create_function("search_match", 2, search_match, deterministic=True)
    conn.create_function("search_snippet", -1, search_snippet, deterministic=True)


def search_match(text: str | None, year: Any) -> str:
    """Return the MATCH expression; without words that of all documents."""
    return Query(
        text or "", year=int(year) if str(year or "").strip().isdecimal() else None
    ).match


def search_snippet(text: str | None, body: str, *others: str | None) -> str | None:
    """Return the passages of `body` that hold the words; None when it is no hit."""
    wanted = parse_words(text)
    if (text or "").strip() and not wanted:
        return None
    parts = [body, *(other for other in others if other)]
    if not all(any(map(word.find, parts)) for word in wanted):
        return None
    return format_snippet(make_snippet(body, wanted), *MARKS)


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator]
def render_cell(value: Any, column: str, database: str) -> Markup | None:
    """Return a snippet's HTML, the words in it marked."""
    if column != "snippet" or database != "archive" or not isinstance(value, str):
        return None
    parts = MARKED.split(value)
    shown = [
        Markup("<mark>{}</mark>" if at % 2 else "{}").format(part)
        for at, part in enumerate(parts)
    ]
    return Markup('<span class="snippet">{}</span>').format(Markup("").join(shown))
