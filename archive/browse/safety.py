"""What a browser is told not to do: on our pages nothing runs and nothing comes from another host.

Datasette's own pages of tables have scripts and styles within the page; they too load nothing
from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

PUBLIC = (
    "static",
    "static-plugins",
    "changes",
)  # of what Datasette and we have under `/-/`
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

OURS = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
DATASETTES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALL = {
    "Content-Security-Policy": DATASETTES,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def policy(*, frames: bool = False) -> dict[str, str]:
    """Return the Content-Security-Policy of a page of ours; `frames`: it may show frames from
    this server.
    """
    rules = OURS | ({"frame-src": "'self'"} if frames else {})
    return {
        "Content-Security-Policy": "; ".join(
            f"{name} {value}" for name, value in rules.items()
        )
    }


def protecting(app: Application) -> Application:
    """Add to every answer the headers that it does not have."""

    async def protected(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                sent = [
                    (bytes(name), bytes(value))
                    for name, value in message.get("headers", [])
                ]
                named = {name.lower() for name, _ in sent}
                wanted = [
                    (name.encode(), value.encode()) for name, value in ALL.items()
                ]
                added = [
                    (name, value) for name, value in wanted if name.lower() not in named
                ]
                message = {**message, "headers": [*sent, *added]}
            await send(message)

        await app(scope, receive, sending)

    return protected


def hiding(app: Application, base_url: str) -> Application:
    """Answer 404 for what tells about the server rather than the archive: paths, settings,
    plugins, threads.
    """

    async def hidden(scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = str(scope.get("path", "")).removeprefix(base_url.rstrip("/"))
        about = path.removeprefix("/-/") if path.startswith("/-/") else None
        if (
            scope["type"] == "http"
            and about is not None
            and re.split(r"[/.]", about)[0] not in PUBLIC
        ):
            scope = {**scope, "path": "/-/hidden", "raw_path": b"/-/hidden"}
        await app(scope, receive, send)

    return hidden
