"""Headers that protect whoever looks: on our pages no script runs, nothing comes from elsewhere.

Datasette's own pages of tables have scripts and styles within the page; they too load nothing
from another host.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address
from typing import Any

from nianbao.archive.browse.formats import escape_formulas

# What Datasette and we have under `/-/` and strangers may see.
PUBLIC = ("static", "static-plugins", "changes")
# Datasette's pages for those who write programs in it, in English and about nothing here.
DEBUG = ("patterns", "messages", "allow-debug", "permissions", "logout", "auth-token")
HIDDEN = "/-/hidden"  # where there is no page
WANTED = "nianbao.path"  # of a request that is sent there: the path that was asked for
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
METHODS = ("GET", "HEAD")
LONGEST_ADDRESS = 8192  # bytes of path and query
HOST_HEADER = re.compile(
    r"(?P<name>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?"
)
# Of what is CSV: Datasette says text/plain where it is to be shown, and not to be downloaded.
CSV_TYPES = (b"text/csv", b"text/plain")

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


# Without it, a browser does not say that the form comes from a page of ours.
FORM_HEADERS = {"Referrer-Policy": "same-origin"}


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


def admit(
    app: Application,
    names: Collection[str] | None,
    forms: Collection[str] = (),
) -> Application:
    """Return the application with an error for requests that no visitor of the pages makes.

    These are methods other than GET and HEAD, addresses that are too long, and a Host header
    that is none of the `names` (:func:`is_local_name` always is one); None: any that is sound.
    A page of another site whose name leads here reads nothing so. To the paths of `forms` a form
    may be sent.
    """

    async def answer_if_admitted(
        scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        refusal = _refuse(scope, names, forms) if scope["type"] == "http" else None
        if refusal is None:
            await app(scope, receive, send)
            return
        status, message = refusal
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": f"{message}\n".encode()})

    return answer_if_admitted


def _refuse(
    scope: dict[str, Any],
    names: Collection[str] | None,
    forms: Collection[str],
) -> tuple[int, str] | None:
    """Return the status and the message for a request that is not answered; None for others."""
    if not _is_answered(scope, forms):
        return 405, "Nothing is written here: GET and HEAD are the methods."
    address_bytes = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    if address_bytes > LONGEST_ADDRESS:
        return 414, f"The address is longer than {LONGEST_ADDRESS} bytes."
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1:
        return 400, "Two Host headers."
    if not hosts:
        return None
    match = HOST_HEADER.fullmatch(hosts[0].decode("latin-1").lower())
    if match is None:
        return 400, "The Host header names no host."
    name = match["name"].removesuffix(".")
    if names is None or name in names or is_local_name(name):
        return None
    return 421, (
        "This server is not known by that name."
        " `nianbao browse --server-name NAME` names what it is known by."
    )


def _is_answered(scope: dict[str, Any], forms: Collection[str]) -> bool:
    """Tell whether a method is answered: where a form is taken, POST too."""
    is_form = scope["method"] == "POST" and scope["path"] in forms
    return is_form or scope["method"] in METHODS


def is_local_name(name: str) -> bool:
    """Tell whether nobody can make a name lead elsewhere: localhost, or an address in digits."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def quote_formulas(app: Application) -> Application:
    """Return the application with the CSV of Datasette's tables as spreadsheets may open it.

    It comes in whole rows. What is quoted already, as on our own pages, stays as it is.
    """

    async def answer_quoted(scope: dict[str, Any], receive: Any, send: Any) -> None:
        is_csv = False

        async def send_quoted(message: dict[str, Any]) -> None:
            nonlocal is_csv
            if message["type"] == "http.response.start":
                headers = dict(message.get("headers", []))
                is_csv = bytes(headers.get(b"content-type", b"")).startswith(CSV_TYPES)
            elif is_csv:
                text = message.get("body", b"").decode()
                message = {**message, "body": escape_formulas(text).encode()}
            await send(message)

        await app(scope, receive, send_quoted)

    return answer_quoted


def _add_default_headers(raw_headers: Any) -> list[tuple[bytes, bytes]]:
    headers = [(bytes(name), bytes(value)) for name, value in raw_headers]
    own_names = {name.lower() for name, _ in headers}
    for name, value in DEFAULT_HEADERS.items():
        if name.lower().encode() not in own_names:
            headers.append((name.encode(), value.encode()))
    return headers


def strip_prefix(app: Application, base_url: str) -> Application:
    """Return the application for paths with the proxy's prefix, and for paths without it.

    Datasette puts the prefix before the path that it was asked for, whether it has it or not.
    """
    prefix = base_url.rstrip("/")
    raw_prefix = prefix.encode()

    async def answer_without_prefix(
        scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        path = str(scope.get("path", ""))
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            raw_path = bytes(scope.get("raw_path") or path.encode())
            bare_path = raw_path.removeprefix(raw_prefix) or b"/"
            scope = {
                **scope,
                "path": path.removeprefix(prefix) or "/",
                "raw_path": bare_path,
            }
        await app(scope, receive, send)

    return answer_without_prefix


def hide_server_pages(app: Application, base_url: str, publish: bool) -> Application:
    """Return the application with 404 for what tells about the server instead of the archive.

    For strangers (`publish`) that is Datasette's pages of paths, settings, plugins and threads;
    for everybody those in `DEBUG`.
    """

    async def answer_unless_hidden(
        scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        prefix = base_url.rstrip("/")
        path = str(scope.get("path", "")).removeprefix(prefix)
        if scope["type"] == "http" and _is_hidden(path, publish):
            scope = {**scope, "path": HIDDEN, "raw_path": HIDDEN.encode(), WANTED: path}
        await app(scope, receive, send)

    return answer_unless_hidden


def _is_hidden(path: str, publish: bool) -> bool:
    if not path.startswith("/-/"):
        return False
    name = re.split(r"[/.]", path.removeprefix("/-/"))[0]
    return name not in PUBLIC if publish else name in DEBUG
