"""The pages of :mod:`nianbao.archive.browse.pages` in Datasette, in front of its own."""

from __future__ import annotations

import sqlite3
from http import HTTPStatus
from typing import Any

from datasette import hookimpl
from datasette.views.base import DatasetteError

from nianbao.archive.browse import safety
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.responses import (
    make_responder,
    make_route_pattern,
    respond_with_no_page,
)

MACHINE_FORMATS = (".json", ".csv", ".blob")


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return every page of ours."""
    return [(make_route_pattern(route), make_responder(route)) for route in ROUTES]


@hookimpl  # type: ignore[untyped-decorator]
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Answer for a table, row or database that there is not, in the reader's language."""
    _correct_status(exception)
    if getattr(exception, "status", None) != HTTPStatus.NOT_FOUND:
        return None
    if request.path.endswith(MACHINE_FORMATS):
        return None
    return respond_with_no_page(datasette, request)


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Add the headers that protect whoever looks."""
    return safety.protect


def _correct_status(exception: Exception) -> None:
    """Say 400 for a request that Datasette cannot answer: a column to sort by that is none.

    It says 500 there, as for what SQLite fails at. The answer is Datasette's own.
    """
    if not isinstance(exception, DatasetteError) or exception.status != 500:
        return
    if not isinstance(exception.__context__, sqlite3.Error):
        exception.status = 400
