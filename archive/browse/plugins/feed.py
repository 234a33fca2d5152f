"""The change feed over HTTP: `/-/changes.json?since=120`, for programs on other machines.

    since   the last change you have; you get what follows (0)
    kind    only this kind; may be given several times
    limit   at most so many, up to 1000 (100)
    wait    when there is nothing yet, wait so many seconds for something, up to 60 (0)

The answer has `changes`, as `nianbao changes --json` prints them, `next`, the cursor for the
next request, and `last`, the number of the last line of the feed.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from sqlite_utils import Database

from nianbao.archive.events import feed

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
MAX_WAIT = 60  # seconds

FeedLines = list[dict[str, Any]]


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[Any]:
    """Serve the feed beside Datasette's own pages."""
    return [(r"^/-/changes\.json$", send_changes)]


async def send_changes(request: Request, datasette: Datasette) -> Response:
    """Answer with the lines after a cursor; 400 says which argument is wrong."""
    try:
        since = _get_number(request, "since", 0)
        limit = min(_get_number(request, "limit", DEFAULT_LIMIT), MAX_LIMIT)
        wait = min(_get_number(request, "wait", 0), MAX_WAIT)
        kinds = tuple(request.args.getlist("kind"))
        feed.require_kinds(kinds)
    except ValueError as error:
        answer = {"ok": False, "error": str(error)}
        return Response.json(answer, status=400)
    until = time.monotonic() + wait
    lines, last = await _select_lines(datasette, since, limit, kinds)
    while not lines and time.monotonic() < until:
        await asyncio.sleep(feed.SECONDS)
        lines, last = await _select_lines(datasette, since, limit, kinds)
    cursor = _next_cursor(lines, since, limit, last)
    return Response.json({"changes": lines, "next": cursor, "last": last})


def _next_cursor(lines: FeedLines, since: int, limit: int, last: int) -> int:
    """Return the cursor to continue at: behind these lines, or behind all of the feed."""
    cursor: int = lines[-1]["id"] if lines else since
    if len(lines) == limit:
        return cursor
    return max(cursor, last)


async def _select_lines(
    datasette: Datasette, since: int, limit: int, kinds: tuple[str, ...]
) -> tuple[FeedLines, int]:
    """Return the lines after a cursor, and the number of the feed's last line."""

    def select(connection: Any) -> tuple[FeedLines, int]:
        db = Database(connection)
        # First, so that lines written meanwhile come at the next request.
        last = feed.load_last_number(db)
        changes = feed.iterate_changes(db, since, limit, kinds)
        return [dataclasses.asdict(change) for change in changes], last

    database = datasette.get_database("archive")
    answer: tuple[FeedLines, int] = await database.execute_fn(select)
    return answer


def _get_number(request: Request, name: str, default: int) -> int:
    text = request.args.get(name) or str(default)
    if not text.isdecimal():
        raise ValueError(f"{name} is to be a number from 0 on, not {text!r}")
    return int(text)
