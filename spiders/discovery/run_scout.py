"""The scout within a run: what it asks for is kept, so that a search that was cut off goes on.

Every answer is a visit of the run, in the role `other`. A run that is resumed has them already,
and so has the crawl of a column that was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nianbao.spiders.capture import (
    ARCHIVED,
    SEARCHED,
    FailedBefore,
    HostLeftOut,
    NotSent,
    capture_failure,
    capture_response,
)
from nianbao.spiders.discovery.scout import Scout

UNREACHABLE = "host.unreachable"  # the rule of a host that gives no answer

if TYPE_CHECKING:
    from scrapy.http import Request, Response
    from twisted.python.failure import Failure

    from nianbao.archive.records import Capture
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.discovery.records import Discovery
    from nianbao.spiders.discovery.steps import PageStep, RowsStep, Step

Output = Iterator["Request | Capture"]


class RunScout(Scout):
    """Search a site within a run; the result is in the discovery that it is given."""

    name = "run_scout"

    def __init__(self, discovery: Discovery, site: Site, **kwargs: Any) -> None:
        super().__init__(discovery, delay=site.delay, tls=site.tls, **kwargs)
        self.site = site
        self.waiting_count = 0  # requests that wait until the run is resumed
        # the host that is not to be asked for the time being, and why
        self.postponement: HostLeftOut | None = None

    def parse_page(self, response: Response, step: PageStep) -> Output:  # type: ignore[override]
        """Keep a page, and have it examined; request what it leads to."""
        yield from self._keep(response)
        yield from super().parse_page(response, step)

    def parse_rows(self, response: Response, step: RowsStep) -> Output:  # type: ignore[override]
        """Keep a page of a candidate's list, and have it examined; request what it leads to."""
        yield from self._keep(response)
        yield from super().parse_rows(response, step)

    def parse_failure(self, failure: Failure) -> Output:  # type: ignore[override]
        """Keep that a request got no answer, or remember that it was not sent.

        What failed before in the run is kept already.
        """
        if isinstance(failure.value, NotSent):
            self.waiting_count += 1
            return
        if isinstance(failure.value, HostLeftOut):
            self._note_host_left_out(failure.value)
        elif not isinstance(failure.value, FailedBefore):
            request: Request = failure.request  # type: ignore[attr-defined]
            capture = capture_failure(self.site.id, failure, request)
            yield replace(capture, role="other")
        yield from super().parse_failure(failure)

    def _note_host_left_out(self, exclusion: HostLeftOut) -> None:
        """Remember that a host is not to be asked for the time being.

        One that gives no answer is only unreachable.
        """
        is_unreachable = exclusion.finding.rule == UNREACHABLE
        if exclusion.reason != "blocked" and not is_unreachable:
            self.postponement = exclusion

    def _build_request(self, step: Step) -> Request:
        request = super()._build_request(step)
        request.meta[SEARCHED] = True
        return request

    def _keep(self, response: Response) -> Iterator[Capture]:
        """Yield the capture of an answer, unless the run has it from before it was cut off."""
        if ARCHIVED not in response.flags:
            yield replace(capture_response(self.site.id, response), role="other")
