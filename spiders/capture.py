"""Captures: what is kept of an answer, or of the lack of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from archive.clock import utc_now
from archive.records import Capture, Hints, Outcome, Role

if TYPE_CHECKING:
    from twisted.python.failure import Failure

NOT_MODIFIED = "not_modified"  # response flag: the server said 304, the body is the archived one
ARCHIVED = "archived"  # response flag: a run that was cut off had fetched it already; nothing was sent
GONE = (404, 410)


class RefusedByBoundary(IgnoreRequest):
    """The address is outside what a crawl of the site may fetch; the message says why."""


def from_response(site: str, response: Response) -> Capture:
    """Return the capture of an answer; the request's meta says what it was asked for."""
    request = response.request
    if request is None:
        raise ValueError(f"an answer without its request: {response.url}")
    redirected = request.meta.get("redirect_urls", [])
    outcome = _outcome(response)
    return Capture(
        site=site,
        url=redirected[0] if redirected else request.url,
        role=_role(request),
        outcome=outcome,
        visited_at=utc_now(),
        status=304 if outcome == "not_modified" else response.status,
        headers=_headers(response),
        payload=response.body if outcome == "fetched" else None,
        payload_sha256=request.meta["payload_sha256"] if outcome == "not_modified" else None,
        redirects=(*redirected[1:], response.url) if redirected else (),
        message=None if outcome in ("fetched", "not_modified") else f"the server answered {response.status}",
        hints=_hints(request),
    )


def from_failure(site: str, failure: Failure, request: Request) -> Capture:
    """Return the capture of a request that got no answer, or was not sent at all."""
    outcome: Outcome = "network_error"
    if isinstance(failure.value, RefusedByBoundary):
        outcome = "refused_by_boundary"
    elif isinstance(failure.value, IgnoreRequest):
        outcome = "refused_by_robots"
    trail = [*request.meta.get("redirect_urls", []), request.url]
    return Capture(
        site=site,
        url=trail[0],
        role=_role(request),
        outcome=outcome,
        visited_at=utc_now(),
        status=None,
        redirects=tuple(trail[1:]),
        message=failure.getErrorMessage() or type(failure.value).__name__,
        hints=_hints(request),
    )


def _outcome(response: Response) -> Outcome:
    if NOT_MODIFIED in response.flags:
        return "not_modified"
    if 200 <= response.status < 300:
        return "fetched"
    return "not_found" if response.status in GONE else "http_error"


def _role(request: Request) -> Role:
    role: Role = request.meta["role"]
    return role


def _hints(request: Request) -> Hints:
    hints: Hints = request.meta.get("hints", Hints())
    return hints


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    pairs = ((name, value) for name, values in response.headers.items() for value in values)
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
