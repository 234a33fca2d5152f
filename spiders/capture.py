"""Captures: what is kept of an answer, or of the lack of one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from nianbao.archive.clock import utc_now
from nianbao.archive.records import Capture, Finding, Hints, Outcome, Role

if TYPE_CHECKING:
    from twisted.python.failure import Failure

NOT_MODIFIED = (
    "not_modified"  # response flag: the server said 304, the body is the archived one
)
# response flag: a run that was cut off had fetched it already; nothing was sent
ARCHIVED = "archived"
GONE = (404, 410)
DRAWN = "playwright"  # in a request's meta: the page is to be drawn by a browser
IRREGULAR = (
    "irregular"  # in a request's meta: what its answer came by that a visit has to tell
)
# in a request's meta: what a list was before, where it has changed and the server says it has
# not
BEFORE = "before"
VERDICT = "verdict"  # in a request's meta: what its answer is, where it is no page
EVIDENCE_BYTES = 2048  # what is kept of an answer that is no page


class RefusedByBoundary(IgnoreRequest):
    """The address is outside what a crawl of the site may fetch; the message says why."""


class RefusedByRobots(IgnoreRequest):
    """robots.txt asks us not to fetch the address."""


class NotSent(IgnoreRequest):
    """The crawl is being stopped, or is at its limit: the request waits for it to go on."""


class FailedBefore(IgnoreRequest):
    """The run asked for it before its limit made it wait, and it failed: that stands for this
    run.
    """


class HostLeftOut(IgnoreRequest):
    """Nothing more is asked of the host in this run; `finding` says why.

    `reason` is how the site's run ends: `postponed` or `blocked`.
    """

    def __init__(self, host: str, finding: Finding, reason: str) -> None:
        super().__init__(finding.message)
        self.host, self.finding, self.reason = host, finding, reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is that stands in the place of a page: its class, what was looked at,
    whose it is.
    """

    outcome: Outcome  # blocked or soft_404
    kind: str  # class of section "Blocks" in docs/crawling.md, such as js_challenge
    signs: tuple[str, ...]
    system: str | None = None  # the firewall, where it is known

    def __str__(self) -> str:
        of = f"{self.system}; " if self.system else ""
        return f"{self.kind}: {of}{', '.join(self.signs)}"

    def finding(self, url: str) -> Finding:
        """Return what is noted of the site, once for each class, with an address as the example."""
        if self.outcome == "soft_404":
            return Finding(
                "page.soft_404", "warning", f"{url} answers 200 and is no page; {self}"
            )
        return Finding(
            f"blocked.{self.kind}",
            "error",
            f"{url} is kept from us; {self}. Nothing is done to get past it",
        )


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
        payload=_payload(response, outcome),
        payload_sha256=request.meta["payload_sha256"]
        if outcome == "not_modified"
        else None,
        redirects=(*redirected[1:], response.url) if redirected else (),
        message=_message(response, outcome),
        hints=_hints(request),
    )


def from_failure(site: str, failure: Failure, request: Request) -> Capture:
    """Return the capture of a request that got no answer, or was not sent at all."""
    outcome: Outcome = "network_error"
    if isinstance(failure.value, RefusedByBoundary):
        outcome = "refused_by_boundary"
    elif isinstance(failure.value, RefusedByRobots):
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


def verdict_of(response: Response) -> Verdict | None:
    """Return what an answer is that is no page; None for a page."""
    verdict: Verdict | None = response.meta.get(VERDICT)
    return verdict


def _payload(response: Response, outcome: Outcome) -> bytes | None:
    if outcome == "fetched":
        return response.body
    return response.body[:EVIDENCE_BYTES] if verdict_of(response) else None


def _message(response: Response, outcome: Outcome) -> str | None:
    if verdict := verdict_of(response):
        return f"{verdict} ({len(response.body)} bytes, sha256 {sha256(response.body).hexdigest()})"
    irregular: str | None = response.meta.get(IRREGULAR)
    return (
        irregular
        if outcome in ("fetched", "not_modified")
        else f"the server answered {response.status}"
    )


def _outcome(response: Response) -> Outcome:
    if verdict := verdict_of(response):
        return verdict.outcome
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
    pairs = (
        (name, value) for name, values in response.headers.items() for value in values
    )
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs
    )
