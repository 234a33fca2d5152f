"""The language that a request asks for, for whatever answers it.

Datasette hands its request to templates, but neither to cells nor to its page of an error.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from datasette.utils.asgi import Request

from nianbao.archive.browse.languages import (
    COOKIE,
    DEFAULT,
    Language,
    choose_language,
)
from nianbao.archive.browse.safety import Application

ARGUMENT = "_lang"  # Datasette takes a name without a stroke for a column
_code: ContextVar[str] = ContextVar("language", default=DEFAULT)


def get_request_language() -> Language:
    """Return the language that the request being answered asks for."""
    return Language(_code.get())


def note_language(app: Application) -> Application:
    """Return the application with the language of each request noted."""

    async def answer_in_language(
        scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            language = _choose_language(request)
            _code.set(language.code)
        await app(scope, receive, send)

    return answer_in_language


def _choose_language(request: Request) -> Language:
    argument = request.args.get(ARGUMENT)
    cookie = request.cookies.get(COOKIE)
    return choose_language(argument, cookie, request.headers.get("accept-language"))
