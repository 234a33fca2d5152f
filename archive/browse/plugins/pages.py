"""The pages of :mod:`nianbao.archive.browse.pages` in Datasette, in front of its own."""

from __future__ import annotations

from typing import Any

from datasette import hookimpl

from nianbao.archive.browse import safety
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.responses import make_responder, make_route_pattern


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return every page of ours."""
    return [(make_route_pattern(route), make_responder(route)) for route in ROUTES]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Add the headers that protect whoever looks."""
    return safety.protect
