"""Captures: what is stored of an answer, or of the lack of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from nianbao.archive.clock import utc_now
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Capture, Finding, Hints, Outcome, Role

if TYPE_CHECKING:
    from twisted.python.failure import Failure

# Response flag: the server said 304, the body is that of the archive.
NOT_MODIFIED = "not_modified"
# Response flag: a run that was cut off had fetched it already; nothing was sent.
ARCHIVED = "archived"
# Response flag: the run has it from another visit, of another site or behind a redirect.
SHARED = "shared"
# In a request's meta: the capture of that visit.
SHARED_CAPTURE = "shared_capture"
# How the message of a visit begins for which nothing was sent.
SHARED_MESSAGE = "shared: this run had the page already"
# In a request's meta: the role in which the run stored an answer that comes from the archive.
ARCHIVED_ROLE = "archived_role"
# In a request's meta: a search for columns asks for it; what the page is shows itself then.
SEARCHED = "searched"
GONE = (404, 410)
# In a request's meta: whether the page is to be drawn by a browser.
DRAWN = "playwright"
DRAWN_MESSAGE = "drawn by a browser"  # of the visit to such a page
# In a request's meta: how its answer was received, if a visit must tell.
IRREGULAR = "irregular"
# In a request's meta: the proxy that it was sent through.
EGRESS = "egress"
# In a request's meta: the list as it was before, where it has changed and the server says that
# it has not.
BEFORE = "before"
# In a request's meta: what another process has read of the long page that it was answered with,
# as a list or as the page of a report; why a long page is not looked into.
READ_LIST = "read_list"
READ_PAGE = "read_page"
READING_FAILURE = "reading_failure"
# In a request's meta: what another process made of the long page that a search or a check of a
# site was answered with.
EXAMINATION = "examination"
# In a request's meta: what its answer is, where it is no page.
VERDICT = "verdict"
EVIDENCE_BYTES = 2048  # of an answer that is no page, so many are stored


class RefusedByBoundary(IgnoreRequest):
    """The address is outside what a crawl of the site may fetch; the message says why."""


class RefusedByRobots(IgnoreRequest):
    """robots.txt asks us not to fetch the address."""


class EndlessRedirect(IgnoreRequest):
    """Redirects lead in a circle, or are more than are followed."""


class NotSent(IgnoreRequest):
    """The crawl is being stopped, or is at its limit: the request waits until it is resumed."""


class FailedBefore(IgnoreRequest):
    """The run sent the request before its limit made it wait, and it failed.

    That result stands for the whole run.
    """


class HostLeftOut(IgnoreRequest):
    """Nothing more is requested from the host in this run; `finding` says why.

    `reason` is how the site's run ends: `postponed` or `blocked`.
    """

    def __init__(self, host: str, finding: Finding, reason: str) -> None:
        super().__init__(finding.message)
        self.host = host
        self.finding = finding
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is that stands in the place of a page."""

    outcome: Outcome  # blocked, replaced or soft_404
    kind: str  # class of section "Blocks" in docs/crawling.md, such as js_challenge
    signs: tuple[str, ...]
    system: str | None = None  # the firewall, where it is known

    def __str__(self) -> str:
        signs = ", ".join(self.signs)
        if self.system:
            return f"{self.kind}: {self.system}; {signs}"
        return f"{self.kind}: {signs}"

    def finding(self, url: str) -> Finding:
        """Return the finding on the site, one for each class; the address is an example."""
        parameters = {
            "url": url,
            "signs": str(self),
        }
        if self.outcome == "soft_404":
            return make_finding(
                "page.soft_404",
                "warning",
                parameters,
            )
        if self.outcome == "replaced":
            parameters["case"] = "verdict"
            return make_finding(
                "page.replaced",
                "warning",
                parameters,
            )
        return make_finding(
            f"blocked.{self.kind}",
            "error",
            parameters,
        )


def capture_response(site: str, response: Response) -> Capture:
    """Return the capture of an answer; the request's meta says what it was requested for.

    Raises ValueError for an answer without a request.
    """
    request = response.request
    if request is None:
        raise ValueError(f"an answer without its request: {response.url}")
    shared: Capture | None = request.meta.get(SHARED_CAPTURE)
    if shared is not None and SHARED in response.flags and not read_verdict(response):
        return _capture_shared(site, shared, request)
    outcome = _decide_outcome(response)
    status = response.status
    payload_sha256 = None
    if outcome == "not_modified":
        status = 304
        payload_sha256 = request.meta["payload_sha256"]
    url = request.url
    redirects: tuple[str, ...] = ()
    redirect_urls = request.meta.get("redirect_urls", [])
    if redirect_urls:
        url = redirect_urls[0]
        redirects = (*redirect_urls[1:], response.url)
    return Capture(
        site=site,
        url=url,
        role=_read_role(request),
        outcome=outcome,
        visited_at=utc_now(),
        status=status,
        headers=_read_headers(response),
        payload=_read_payload(response, outcome),
        payload_sha256=payload_sha256,
        redirects=redirects,
        message=_add_egress(_write_message(response, outcome), request, outcome),
        hints=_read_hints(request),
    )


def _capture_shared(site: str, shared: Capture, request: Request) -> Capture:
    """Return the capture of a page that another visit of the run has brought.

    It is a visit of its own, with what this site's list says of the page. What led to the page
    by a redirect was asked for; nothing else was.
    """
    redirect_urls: list[str] = request.meta.get("redirect_urls", [])
    trail = [*redirect_urls, request.url]
    if shared.url == request.url:
        trail += shared.redirects
    return replace(
        shared,
        site=site,
        url=trail[0],
        role=_read_role(request),
        visited_at=utc_now(),
        redirects=tuple(trail[1:]),
        message=_describe_sharing(shared, is_redirected=bool(redirect_urls)),
        hints=_read_hints(request),
    )


def _describe_sharing(shared: Capture, *, is_redirected: bool) -> str | None:
    """Return the message of a visit for which nothing was sent, or nothing but a redirect."""
    parts = (shared.message or "").split("; ")
    origin = f"{SHARED_MESSAGE}, of site {shared.site}"
    if parts[0].startswith(SHARED_MESSAGE):
        origin = parts.pop(0)
    if not is_redirected:
        parts.insert(0, origin)
    return "; ".join(filter(None, parts)) or None


def capture_failure(site: str, failure: Failure, request: Request) -> Capture:
    """Return the capture of a request that got no answer, or was not sent at all."""
    outcome: Outcome = "network_error"
    if isinstance(failure.value, RefusedByBoundary):
        outcome = "refused_by_boundary"
    elif isinstance(failure.value, RefusedByRobots):
        outcome = "refused_by_robots"
    redirect_urls = request.meta.get("redirect_urls", [])
    trail = [*redirect_urls, request.url]
    return Capture(
        site=site,
        url=trail[0],
        role=_read_role(request),
        outcome=outcome,
        visited_at=utc_now(),
        status=None,
        redirects=tuple(trail[1:]),
        message=_add_egress(describe_failure(failure), request, outcome),
        hints=_read_hints(request),
    )


def describe_failure(failure: Failure) -> str:
    """Return why a request failed: the message of the error, or its name."""
    message = failure.getErrorMessage()
    if message:
        return message
    return type(failure.value).__name__


def read_verdict(response: Response) -> Verdict | None:
    """Return what an answer is that is no page; None for a page."""
    verdict: Verdict | None = response.meta.get(VERDICT)
    return verdict


def is_from_archive(response: Response) -> bool:
    """Tell whether the body of an answer is one that the archive had, and was looked at then."""
    return any(flag in response.flags for flag in (ARCHIVED, SHARED, NOT_MODIFIED))


def _decide_outcome(response: Response) -> Outcome:
    verdict = read_verdict(response)
    if verdict:
        return verdict.outcome
    if NOT_MODIFIED in response.flags:
        return "not_modified"
    if 200 <= response.status < 300:
        return "fetched"
    if response.status in GONE:
        return "not_found"
    return "http_error"


def _read_payload(response: Response, outcome: Outcome) -> bytes | None:
    if outcome == "fetched":
        return response.body
    if read_verdict(response):
        return response.body[:EVIDENCE_BYTES]
    return None


def _add_egress(message: str | None, request: Request, outcome: Outcome) -> str | None:
    """Return the message of a visit with the proxy that saw it, where something was sent."""
    egress: str | None = request.meta.get(EGRESS)
    if egress is None or outcome in ("refused_by_robots", "refused_by_boundary"):
        return message
    return "; ".join(filter(None, (message, f"through the proxy {egress}")))


def _write_message(response: Response, outcome: Outcome) -> str | None:
    verdict = read_verdict(response)
    if verdict:
        digest = sha256(response.body).hexdigest()
        return f"{verdict} ({len(response.body)} bytes, sha256 {digest})"
    if outcome in ("fetched", "not_modified"):
        irregular: str | None = response.meta.get(IRREGULAR)
        return irregular
    return f"the server answered {response.status}"


def _read_role(request: Request) -> Role:
    role: Role = request.meta["role"]
    return role


def _read_hints(request: Request) -> Hints:
    hints: Hints = request.meta.get("hints", Hints())
    return hints


def _read_headers(response: Response) -> tuple[tuple[str, str], ...]:
    pairs = []
    for name, values in response.headers.items():
        for value in values:
            pair = (name.decode("latin-1"), value.decode("latin-1"))
            pairs.append(pair)
    return tuple(pairs)
