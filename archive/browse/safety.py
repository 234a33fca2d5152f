"""Headers that protect whoever looks: on our pages no script runs, nothing comes from elsewhere.

Datasette's own pages of tables have scripts and styles within the page; they too load nothing
from another host.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

# What Datasette and we have under `/-/` and strangers may see.
PUBLIC = ("static", "static-plugins", "changes")
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

OUR_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
DATASETTE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; object-src 'none'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
DEFAULT_HEADERS = {
    "Content-Security-Policy": DATASETTE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def make_policy_header(*, frames: bool = False) -> dict[str, str]:
    """Return the Content-Security-Policy header of our pages.

    With `frames`, the page may show frames from this server.
    """
    rules = dict(OUR_POLICY)
    if frames:
        rules["frame-src"] = "'self'"
    policy = "; ".join(f"{name} {value}" for name, value in rules.items())
    return {"Content-Security-Policy": policy}


def protect(app: Application) -> Application:
    """Return the application with `DEFAULT_HEADERS` on every answer that lacks them."""

    async def protect_answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_protected(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = _add_default_headers(message.get("headers", []))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_protected)

    return protect_answer


def _add_default_headers(raw_headers: Any) -> list[tuple[bytes, bytes]]:
    headers = [(bytes(name), bytes(value)) for name, value in raw_headers]
    own_names = {name.lower() for name, _ in headers}
    for name, value in DEFAULT_HEADERS.items():
        if name.lower().encode() not in own_names:
            headers.append((name.encode(), value.encode()))
    return headers


def hide_server_pages(app: Application, base_url: str) -> Application:
    """Return the application with 404 for what tells about the server instead of the archive.

    That is Datasette's pages of paths, settings, plugins and threads.
    """

    async def answer_unless_hidden(
        scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        prefix = base_url.rstrip("/")
        path = str(scope.get("path", "")).removeprefix(prefix)
        if scope["type"] == "http" and _is_hidden(path):
            scope = {**scope, "path": "/-/hidden", "raw_path": b"/-/hidden"}
        await app(scope, receive, send)

    return answer_unless_hidden


def _is_hidden(path: str) -> bool:
    if not path.startswith("/-/"):
        return False
    name = re.split(r"[/.]", path.removeprefix("/-/"))[0]
    return name not in PUBLIC
