"""HTTP responses: from a request to a page and back, the same for every page and format.

A page that has not changed is answered 304 without a query: its ETag is made of the archive's
state, the address and the language. A request that takes too long, is wrong, or names what is
not there gets a page that says so and has links.
"""

from __future__ import annotations

import re
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
from nianbao.archive.browse.archive_file import ArchiveFile
from nianbao.archive.browse.page import (
    BrowsePage,
    PageAmbiguous,
    PageMoved,
    PageNotFound,
    PageRequest,
    RawAnswer,
    Route,
    TroublePage,
)
from nianbao.archive.browse.remembered import get_overview
from nianbao.archive.notes.notebook import NotebookUnusable

if TYPE_CHECKING:
    from datasette.app import Datasette

YEAR_SECONDS = 31_536_000
MULTIPLE_CHOICES = 300
# Datasette's time limit is for one query; the queries of a page together have this many times it.
QUERIES = 3
Responder = Callable[..., Awaitable[Response]]


def make_route_pattern(route: Route) -> str:
    """Return the regular expression of a route, with the suffixes of its formats."""
    if not route.formats:
        return f"{route.pattern}$"
    names = "|".join(map(re.escape, route.formats))
    return rf"{route.pattern}(?:\.(?P<format>{names}))?$"


def make_responder(route: Route) -> Responder:
    """Return the function that Datasette calls for a route."""

    async def respond(datasette: Datasette, request: Any) -> Response:
        return await respond_to(datasette, request, route)

    return respond


async def respond_to(datasette: Datasette, http_request: Any, route: Route) -> Response:
    """Answer a request for a page of ours."""
    file: ArchiveFile = datasette.get_database("archive")
    state = file.state()
    request = parse_request(datasette, http_request, file, state)
    headers = _make_headers(request, _make_tag(http_request, request, state))
    content_type = formats.CONTENT_TYPES[request.format]
    if http_request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", 304, headers, content_type=content_type)

    def look(connection: sqlite3.Connection) -> tuple[BrowsePage | RawAnswer, str]:
        return _run_view(connection, datasette, route, request)

    try:
        page, body = await file.execute_fn(look)
    except PageMoved as moved:
        return Response.redirect(moved.address, status=301)
    except (PageNotFound, Base400, NotebookUnusable) as error:
        return respond_with_trouble(request, error)
    except sqlite3.OperationalError as error:
        if error.args != ("interrupted",):
            raise
        return respond_with_trouble(request, error)
    if isinstance(page, RawAnswer):
        headers |= page.headers
        return Response(page.body, headers=headers, content_type=page.content_type)
    headers |= safety.make_policy_header(frames=page.frames)
    if page.judge_form is not None:
        headers |= safety.FORM_HEADERS
    response = Response(body, page.status, headers, content_type=content_type)
    if http_request.args.get("lang") in languages.CODES:
        _remember_language(response, request)
    return response


def _remember_language(response: Response, request: PageRequest) -> None:
    response.set_cookie(
        languages.COOKIE,
        request.language.code,
        max_age=YEAR_SECONDS,
        path=request.to.front(),
    )


def parse_request(
    datasette: Datasette, http_request: Any, file: ArchiveFile, state: str
) -> PageRequest:
    """Return what a request asks for."""
    values = dict(http_request.url_vars)
    format_ = values.pop("format", None) or "html"
    path_values = {}
    for name, value in values.items():
        if value is not None:
            path_values[name] = unquote(value)
    base_url = datasette.setting("base_url")
    path = http_request.scope.get(safety.WANTED, http_request.path)
    path = path.removeprefix(base_url.rstrip("/"))
    path = path.removesuffix(f".{format_}")
    if path == "/index":
        path = "/"
    arguments = http_request.args
    language = languages.choose_language(
        arguments.get("lang"),
        http_request.cookies.get(languages.COOKIE),
        http_request.headers.get("accept-language"),
    )
    last_values = {}
    for name in arguments:
        last_values[name] = arguments.getlist(name)[-1]
    return PageRequest(
        path=path,
        path_values=path_values,
        args=last_values,
        format=format_,
        language=language,
        to=Addresses(base_url),
        cite=Addresses(datasette.absolute_url(http_request, base_url)),
        remember=lambda key, make: file.remember(state, key, make),
        find_judgements=file.notebook.find_judgements,
        report_to=file.report_to,
        can_judge=file.can_judge,
    )


def respond_with_no_page(datasette: Datasette, http_request: Any) -> Response:
    """Return the answer to an address at which neither we nor Datasette have a page."""
    file: ArchiveFile = datasette.get_database("archive")
    request = parse_request(datasette, http_request, file, file.state())
    message = request.language("error.no_page", path=request.path)
    return respond_with_trouble(request, PageNotFound(message))


def respond_with_trouble(request: PageRequest, error: Exception) -> Response:
    """Return the response to a request that cannot be answered."""
    status, message, links = _explain_error(request, error)
    if request.format.endswith("json"):
        answer: dict[str, Any] = {"error": message, "status": status}
        if status == MULTIPLE_CHOICES:
            answer["choices"] = [link.address for link in links]
        return Response.json(answer, status=status)
    is_notebook = isinstance(error, NotebookUnusable)
    title = "error.notebook.title" if is_notebook else f"error.{status}"
    page = BrowsePage(
        "trouble.html",
        request.language(title),
        TroublePage(message, links),
        status=status,
    )
    body = formats.render_html(page, request, formats.NO_CONTEXT)
    headers = {"Cache-Control": "no-cache"} | safety.make_policy_header()
    content_type = formats.CONTENT_TYPES["html"]
    return Response(body, status, headers, content_type=content_type)


def _explain_error(request: PageRequest, error: Exception) -> tuple[int, str, Any]:
    """Return the status, the message and the links for an error."""
    if isinstance(error, PageAmbiguous):
        return MULTIPLE_CHOICES, error.message, error.links
    if isinstance(error, PageNotFound):
        return 404, error.message, error.links
    if isinstance(error, NotebookUnusable):
        # what is said names a file of this machine: to who sits at it
        reason = str(error) if request.can_judge else ""
        return 503, request.language("error.notebook", reason=reason).strip(), ()
    if isinstance(error, Base400):
        message = str(error.args[0]) if error.args else ""
        return error.status, message, ()
    return 503, request.language("error.slow"), ()


def _run_view(
    connection: sqlite3.Connection,
    datasette: Datasette,
    route: Route,
    request: PageRequest,
) -> tuple[BrowsePage | RawAnswer, str]:
    """Return the answer of the view, and its text in the format of the request."""
    time_limit = QUERIES * datasette.sql_time_limit_ms
    with open_snapshot(connection), sqlite_timelimit(connection, time_limit):
        db = Database(connection)
        overview = get_overview(db, request)
        page = route.view(db, request)
    if isinstance(page, RawAnswer):
        return page, ""
    context = {
        "downloads": formats.list_downloads(route.formats),
        "cited": formats.cite_page(page, request),
        "whole": overview,
    }
    return page, formats.format_page(page, request, context)


@contextmanager
def open_snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """See one state of the archive, though a crawl is writing.

    Rows are tuples meanwhile, as the queries of the archive need them.
    """
    row_factory = connection.row_factory
    connection.row_factory = None
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.row_factory = row_factory


def _make_tag(http_request: Any, request: PageRequest, state: str) -> str:
    parts = (
        state,
        request.cite.prefix,
        http_request.full_path,
        request.language.code,
    )
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def _make_headers(request: PageRequest, tag: str) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Content-Language": request.language.tag,
    }
