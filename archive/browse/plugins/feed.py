"""The change feed over HTTP: `/-/changes.json?since=120`, for programs that are not on this
machine.

    since   the last change you have; you get what follows (0)
    kind    only this kind; may be given several times
    limit   at most so many, up to 1000 (100)
    wait    when there is nothing yet, answer only when something has come or so many seconds are over, up to 60 (0)

The answer has `changes`, as `nianbao changes --json` prints them, `next`, the cursor to ask
with again, and `last`, the number of the last line of the feed.
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

MOST, USUAL, LONGEST = 1000, 100, 60


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[Any]:
    """Serve the feed beside Datasette's own pages."""
    return [(r"^/-/changes\.json$", changes)]


async def changes(request: Request, datasette: Datasette) -> Response:
    """Answer with the lines after a cursor; 400 says which argument is wrong."""
    try:
        since, limit, wait = (
            _number(request, *of)
            for of in (("since", 0), ("limit", USUAL), ("wait", 0))
        )
        kinds = tuple(request.args.getlist("kind"))
        feed.require_kinds(kinds)
    except ValueError as error:
        return Response.json({"ok": False, "error": str(error)}, status=400)
    until = time.monotonic() + min(wait, LONGEST)
    while True:
        lines, last = await _lines(datasette, since, min(limit, MOST), kinds)
        if lines or time.monotonic() >= until:
            break
        await asyncio.sleep(feed.SECONDS)
    reached = lines[-1]["id"] if lines else since
    following = reached if len(lines) == min(limit, MOST) else max(reached, last)
    return Response.json({"changes": lines, "next": following, "last": last})


async def _lines(
    datasette: Datasette, since: int, limit: int, kinds: tuple[str, ...]
) -> tuple[list[dict[str, Any]], int]:
    def read(connection: Any) -> tuple[list[dict[str, Any]], int]:
        db = Database(connection)
        last = feed.load_last_number(
            db
        )  # first: what is written meanwhile comes at the next time
        return [
            dataclasses.asdict(line)
            for line in feed.iterate_changes(db, since, limit, kinds)
        ], last

    found: tuple[list[dict[str, Any]], int] = await datasette.get_database(
        "archive"
    ).execute_fn(read)
    return found


def _number(request: Request, name: str, usual: int) -> int:
    text = request.args.get(name) or str(usual)
    if not text.isdecimal():
        raise ValueError(f"{name} is to be a number from 0 on, not {text!r}")
    return int(text)
