"""`/-/judge`: takes the form by which a person judges, where this machine alone is served."""

from __future__ import annotations

import asyncio
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest, Request

from nianbao.archive.browse.archive_file import ArchiveFile
from nianbao.archive.browse.judging import form
from nianbao.archive.browse.responses import (
    open_snapshot,
    parse_request,
    respond_with_trouble,
)
from nianbao.archive.notes.judgement import PersonJudgement
from nianbao.archive.notes.notebook import Notebook, NotebookUnusable


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[Any]:
    """Take the form beside Datasette's own pages."""
    return [(rf"^{form.PATH}$", receive_judgement)]


@hookimpl  # type: ignore[untyped-decorator]
def skip_csrf(scope: Any) -> bool:
    """Tell that the form has a check of its own: where it comes from."""
    return bool(scope["path"] == form.PATH)


async def receive_judgement(request: Request, datasette: Datasette) -> Response:
    """Store what a form says, and lead back to the page."""
    file: ArchiveFile = datasette.get_database("archive")
    if not file.can_judge or file.notebook.path is None or request.method != "POST":
        return Response.text("Nothing is judged here.", status=404)
    page_request = parse_request(datasette, request, file, file.state())
    try:
        form.require_own_page(request.headers)
        fields = form.parse_form(await _read_body(request))
        judgement = await file.execute_fn(lambda db: _make_judgement(db, fields))
        await asyncio.to_thread(_store, file, judgement)
    except form.FormRefused:
        return Response.text("This form comes from another page.", status=403)
    except (ValueError, NotebookUnusable) as error:
        message = page_request.language("judged.not_stored", reason=str(error))
        return respond_with_trouble(page_request, BadRequest(message))
    except BadRequest as error:
        return respond_with_trouble(page_request, error)
    otherwise = page_request.to.document(judgement.subject.url)
    base_url = datasette.setting("base_url")
    address = form.choose_way_back(fields.get("back", ""), base_url, otherwise)
    return Response("", 303, {"Location": f"{address}#judgements"})


async def _read_body(request: Request) -> bytes:
    """Return the body of a request, and no more of it than a form may have."""
    body = b""
    has_more = True
    while has_more and len(body) <= form.MOST_BYTES:
        message = await request.receive()
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
    return body


def _make_judgement(connection: Any, fields: dict[str, str]) -> PersonJudgement:
    with open_snapshot(connection):
        return form.make_judgement(connection, fields)


def _store(file: ArchiveFile, judgement: PersonJudgement) -> None:
    assert file.notebook.path is not None, "asked before"
    with Notebook.create(file.notebook.path) as notebook:
        notebook.store(judgement)
