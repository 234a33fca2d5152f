"""Datasette's own pages in both languages: what it says in English has Chinese beside it.

Its templates stay its own. While Jinja reads one, each part that `datasette_texts.yaml` names
becomes that part in the language asked for; the page itself says which language it is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import datasette
from datasette.filters import Filters
from jinja2 import pass_context
from jinja2.ext import Extension
from ruamel.yaml import YAML

from nianbao.archive.browse.languages import choose_words
from nianbao.archive.browse.translation.request_language import get_request_language

HERE = Path(__file__).parent
DATASETTE = Path(datasette.__file__).parent
SCRIPT = "table.js"
# What becomes something else in either language.
REPLACEMENTS = {
    "<html>": '<html lang="{{ request_language().tag }}">',
    "<dd>{{ column_description }}</dd>": "<dd>{{ column_description|explained }}</dd>",
    "{{ item.label }}": "{{ item.label|crumb }}",
    "{{ metadata.title or database }}": "{{ (metadata.title or database)|in_language }}",
    '"message-error">{{ error }}': '"message-error" lang="en">{{ error }}',
    "{{ urls.static('table.js') }}": "{{ urls.path(table_script()) }}",
}
_BOTH = "{{% if in_chinese() %}}{}{{% else %}}{}{{% endif %}}"


@cache
def load_datasette_texts() -> Mapping[str, Mapping[str, str]]:
    """Return Datasette's texts: file → what stands there → the same in Chinese."""
    path = HERE / "datasette_texts.yaml"
    texts: dict[str, dict[str, str]] = YAML(typ="safe").load(path)
    return texts


@cache
def load_column_texts() -> Mapping[str, str]:
    """Return what columns hold: English → Chinese."""
    texts: dict[str, str] = YAML(typ="safe").load(HERE / "columns.zh.yaml")
    return texts


def is_in_chinese() -> bool:
    """Tell whether the request being answered asks for Chinese."""
    return get_request_language().code == "zh"


class TranslatedSources(Extension):
    """Datasette's templates with the texts of both languages."""

    def preprocess(
        self, source: str, name: str | None, filename: str | None = None
    ) -> str:
        """Return the source of a template; that of ours as it is."""
        del name  # which ours and Datasette's have alike
        if filename is None or not Path(filename).is_relative_to(DATASETTE):
            return source
        return translate_source(source, Path(filename).name)


def translate_source(source: str, name: str) -> str:
    """Return the source of a template of Datasette with both languages."""
    parts = load_datasette_texts().get(name, {})
    for english, chinese in parts.items():
        both = _BOTH.format(chinese, english)
        source = source.replace(english, both)
    for part, replacement in REPLACEMENTS.items():
        source = source.replace(part, replacement)
    return source


@cache
def translate_script() -> str:
    """Return Datasette's script of tables with its menu in Chinese."""
    path = DATASETTE / "static" / SCRIPT
    source = path.read_text("utf-8")
    parts = load_datasette_texts()[SCRIPT]
    for english, chinese in parts.items():
        source = source.replace(english, chinese)
    return source


def explain_column(text: str) -> str:
    """Return what is said of a column in the language asked for.

    >>> explain_column("Page 网页 — the page")
    '网页：网页'
    """
    heading, dash, english = text.partition(" — ")
    if not dash:
        return text
    language = get_request_language().code
    heading = choose_words(heading, language)
    if language != "zh":
        return f"{heading} — {english}"
    chinese = load_column_texts().get(english)
    if chinese is None:
        return f"{heading} — {english}"
    return f"{heading}：{chinese}"


@pass_context
def describe_rows(
    context: Any,
    filters: Any,
    sort: str | None,
    sort_desc: str | None,
    search: str | None,
) -> str:
    """Return in Chinese which rows of a table are shown, and in which order."""
    columns = context["metadata"].get("columns")
    heading = partial(context.environment.filters["heading"], described=columns)
    conditions = []
    for column, lookup, value in filters.selections():
        condition = _describe_condition(context, lookup, value, column)
        conditions.append(f"{heading(column)}{condition}")
    if search:
        conditions.append(f"检索“{search}”")
    parts = []
    if conditions:
        text = "、".join(conditions)
        parts.append(f"条件：{text}")
    if sort:
        parts.append(f"按{heading(sort)}升序排列")
    if sort_desc:
        parts.append(f"按{heading(sort_desc)}降序排列")
    return "；".join(parts)


def _describe_condition(context: Any, lookup: str, value: str, column: str) -> str:
    """Return how values of a column are compared, and with what."""
    operator = _list_operators().get(lookup)
    if operator is None:
        return lookup
    if not operator.has_value:
        return operator.name
    worded = context.environment.filters["worded"]
    word = worded(value, column)
    return f"{operator.name}“{word}”"


class Operator(NamedTuple):
    """A way to compare: what it is called in Chinese, and whether it has a value."""

    name: str
    has_value: bool


@cache
def _list_operators() -> Mapping[str, Operator]:
    """Return each way to compare by what it is called in addresses."""
    operators = {}
    for key, display, lacks_value in Filters([]).lookups():
        name = translate_operator(display)
        operators[key] = Operator(name, not lacks_value)
    return operators


def translate_operator(display: str) -> str:
    """Return what Datasette calls a way to compare, in Chinese."""
    names = load_datasette_texts()["operators"]
    return names.get(display, display)


def translate_error_title(title: str) -> str:
    """Return the title of an error of Datasette in the language asked for."""
    if not is_in_chinese():
        return title
    titles = load_datasette_texts()["errors"]
    return titles.get(title, title)
