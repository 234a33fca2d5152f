"""Datasette's own pages in the language that a request asks for.

See :mod:`nianbao.archive.browse.translation.datasette_texts`.
"""

from __future__ import annotations

from typing import Any

from datasette import Response, hookimpl

from nianbao.archive.browse.languages import choose_words
from nianbao.archive.browse.translation import datasette_texts
from nianbao.archive.browse.translation.request_language import (
    get_request_language,
    note_language,
)

SCRIPT_PATH = "/table.zh.js"
CRUMBS = {"home": "Home 首页", "archive": "Tables 数据表"}


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Note the language of each request."""
    return note_language


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Serve the script of the tables in Chinese."""
    return [(r"^/table\.zh\.js$", send_script)]


def send_script() -> Response:
    """Answer with the script."""
    content_type = "text/javascript; charset=utf-8"
    return Response(datasette_texts.translate_script(), content_type=content_type)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Let Jinja read Datasette's templates in both languages, and give it what these need."""
    tables = datasette.metadata("tables", database="archive") or {}

    def translate_crumb(label: str) -> str:
        table = tables.get(label, {})
        title = CRUMBS.get(label) or table.get("title") or label
        language = get_request_language()
        return choose_words(title, language.code)

    env.add_extension(datasette_texts.TranslatedSources)
    env.filters["crumb"] = translate_crumb
    env.filters["explained"] = datasette_texts.explain_column
    env.filters["operator"] = datasette_texts.translate_operator
    env.filters["error_title"] = datasette_texts.translate_error_title
    env.globals["request_language"] = get_request_language
    env.globals["in_chinese"] = datasette_texts.is_in_chinese
    env.globals["describe_rows"] = datasette_texts.describe_rows
    env.globals["table_script"] = choose_script


def choose_script() -> str:
    """Return the path of the script of tables in the language asked for."""
    if datasette_texts.is_in_chinese():
        return SCRIPT_PATH
    return f"/-/static/{datasette_texts.SCRIPT}"
