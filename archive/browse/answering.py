"""Answering: from a request to a page and back, the same for every page and format.

A page that has not changed is answered 304 without a query: its ETag is made of the archive's
state, the address and the language. What takes too long, is not there or asked wrongly gets a
page that says so and leads on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from datasette import Response
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Base400
from sqlite_utils import Database

from nianbao.archive.browse import formats, languages, safety
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.file import ArchiveFile
from nianbao.archive.browse.page import (
    Ask,
    Elsewhere,
    NotHere,
    Page,
    Raw,
    Route,
    Trouble,
)
from nianbao.archive.browse.queries import whole

if TYPE_CHECKING:
    from datasette.app import Datasette

YEAR_SECONDS = 31_536_000
# Datasette's time limit is that of one query; a page has this many times that for all of its
# own
QUERIES = 3
Responding = Callable[..., Awaitable[Response]]


def pattern(route: Route) -> str:
    """Return the regular expression of a route, with the suffixes of its formats."""
    suffix = rf"(?:\.(?P<format>{'|'.join(route.formats)}))?" if route.formats else ""
    return f"{route.pattern}{suffix}$"


def responding(route: Route) -> Responding:
    """Return what Datasette calls for a route."""

    async def respond(datasette: Datasette, request: Any) -> Response:
        return await answer(datasette, request, route)

    return respond


async def answer(datasette: Datasette, request: Any, route: Route) -> Response:
    """Answer a request for a page of ours."""
    file: ArchiveFile = datasette.get_database("archive")
    state = file.state()
    ask = make_ask(datasette, request, file, state)
    tag = _tag(request, ask, state)
    if request.headers.get("if-none-match") == tag:
        return Response(
            b"", 304, _headers(ask, tag), content_type=formats.CONTENT_TYPES[ask.format]
        )
    try:
        page, body = await file.execute_fn(
            lambda connection: _look(connection, datasette, route, ask)
        )
    except Elsewhere as elsewhere:
        return Response.redirect(elsewhere.address, status=301)
    except (NotHere, Base400) as error:
        return trouble(ask, error)
    except sqlite3.OperationalError as error:
        if error.args != ("interrupted",):
            raise
        return trouble(ask, error)
    if isinstance(page, Raw):
        return Response(
            page.body,
            headers=_headers(ask, tag) | dict(page.headers),
            content_type=page.content_type,
        )
    headers = _headers(ask, tag) | safety.policy(frames=page.frames)
    response = Response(
        body, page.status, headers, content_type=formats.CONTENT_TYPES[ask.format]
    )
    if request.args.get("lang") in languages.CODES:
        response.set_cookie(
            languages.COOKIE,
            ask.language.code,
            max_age=YEAR_SECONDS,
            path=ask.to.front(),
        )
    return response


def make_ask(datasette: Datasette, request: Any, file: ArchiveFile, state: str) -> Ask:
    """Return what a request asks for."""
    given = dict(request.url_vars)
    format_ = given.pop("format", None) or "html"
    base = datasette.setting("base_url")
    path = request.path.removeprefix(base.rstrip("/")).removesuffix(f".{format_}")
    return Ask(
        path="/" if path == "/index" else path,
        names={name: unquote(part) for name, part in given.items() if part is not None},
        args={name: request.args.getlist(name)[-1] for name in request.args},
        format=format_,
        language=languages.choose(
            request.args.get("lang"),
            request.cookies.get(languages.COOKIE),
            request.headers.get("accept-language"),
        ),
        to=Addresses(base),
        cite=Addresses(datasette.absolute_url(request, base)),
        remember=lambda key, make: file.remember(state, key, make),
    )


def trouble(ask: Ask, error: Exception) -> Response:
    """Return the page for what cannot be answered."""
    status, message = 503, ask.language("error.slow")
    if isinstance(error, NotHere):
        status, message = 404, error.message
    elif isinstance(error, Base400):
        status, message = error.status, str(error.args[0]) if error.args else ""
    links = error.links if isinstance(error, NotHere) else ()
    if ask.format == "json":
        return Response.json({"error": message, "status": status}, status=status)
    page = Page(
        "trouble.html",
        ask.language(f"error.{status}"),
        Trouble(message, links),
        status=status,
    )
    body = formats.html(page, ask, {"downloads": {}, "cited": None, "whole": None})
    headers = {"Cache-Control": "no-cache"} | safety.policy()
    return Response(body, status, headers, content_type=formats.CONTENT_TYPES["html"])


def _look(
    connection: sqlite3.Connection, datasette: Datasette, route: Route, ask: Ask
) -> tuple[Page | Raw, str]:
    with (
        _snapshot(connection),
        sqlite_timelimit(connection, QUERIES * datasette.sql_time_limit_ms),
    ):
        db = Database(connection)
        held = whole.held(db, ask)
        page = route.view(db, ask)
    if isinstance(page, Raw):
        return page, ""
    context = {
        "downloads": formats.downloads(route.formats),
        "cited": formats.cited(page, ask),
        "whole": held,
    }
    return page, formats.written(page, ask, context)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """See one state of the archive, though a crawl is writing; rows come as tuples, as the
    archive's functions want.
    """
    rows, connection.row_factory = connection.row_factory, None
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.row_factory = rows


def _tag(request: Any, ask: Ask, state: str) -> str:
    known = "\n".join((state, ask.cite.prefix, request.full_path, ask.language.code))
    return f'W/"{sha256(known.encode()).hexdigest()[:24]}"'


def _headers(ask: Ask, tag: str) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Content-Language": ask.language.tag,
    }
