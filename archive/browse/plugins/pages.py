"""The pages of :mod:`nianbao.archive.browse.pages` in Datasette, in front of its own."""

from __future__ import annotations

from typing import Any

from datasette import hookimpl

from nianbao.archive.browse import safety
from nianbao.archive.browse.answering import pattern, responding
from nianbao.archive.browse.pages import ROUTES


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return every page of ours."""
    return [(pattern(route), responding(route)) for route in ROUTES]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Add the headers that protect whoever looks."""
    return safety.protecting
