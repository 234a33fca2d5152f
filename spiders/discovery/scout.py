"""The scout: a spider that visits a site's pages for a search of its annual-report columns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.records import Hints
from nianbao.spiders.base import SiteSpider, build_list_request
from nianbao.spiders.capture import (
    EXAMINATION,
    READING_FAILURE,
    HostLeftOut,
    describe_failure,
    read_verdict,
)
from nianbao.spiders.catalogue import TlsFault, make_provisional_site
from nianbao.spiders.discovery.column_search import ColumnSearch, SearchExamination
from nianbao.spiders.discovery.records import NOT_SEARCHED, Discovery
from nianbao.spiders.discovery.steps import PageStep, RowsStep, Step
from nianbao.spiders.lists.page import ListPage

if TYPE_CHECKING:
    from twisted.python.failure import Failure


class Scout(SiteSpider):
    """Search one site; the result is in the discovery that it is given."""

    name = "scout"

    def __init__(
        self,
        discovery: Discovery,
        delay: float,
        tls: tuple[TlsFault, ...] = (),
        **kwargs: Any,
    ) -> None:
        site = make_provisional_site(
            "generic", discovery.url, "?", delay=delay, tls=tls
        )
        super().__init__(site, **kwargs)
        self.search = ColumnSearch(discovery)

    async def start(self) -> AsyncIterator[Any]:
        for step in self.search.start():
            yield self._build_request(step)

    def parse_page(self, response: Response, step: PageStep) -> Iterator[Request]:
        """Have a page examined; request what it leads to."""
        steps = self._examine(response, step)
        yield from self._build_requests(steps, response.url)

    def parse_rows(self, response: Response, step: RowsStep) -> Iterator[Request]:
        """Have a page of a candidate's list examined; request what it leads to."""
        steps = self._examine(response, step)
        yield from self._build_requests(steps, response.url)

    def owns_host(self, url: str) -> bool:
        """Tell whether an address is the site's, as far as a search of it goes."""
        return super().owns_host(url) or self.search.is_own_address(url)

    def parse_failure(self, failure: Failure) -> Iterator[Request]:
        """Remember a request that got no answer; request what can stand in its place."""
        request: Request = failure.request  # type: ignore[attr-defined]
        message = describe_failure(failure)
        error = failure.value
        is_block = isinstance(error, HostLeftOut) and error.reason == "blocked"
        self.search.note_trouble(request.url, message, is_block=is_block)
        step = request.cb_kwargs["step"]
        for next_step in self.search.pass_over(step):
            yield self._build_request(next_step)

    def _examine(self, response: Response, step: Step) -> Iterator[Step]:
        """Return what to visit behind an answer; another process has had a long page."""
        examination = response.meta.pop(EXAMINATION, None)
        if isinstance(examination, SearchExamination):
            self.search.take_over(examination.search)
            return iter(examination.steps)
        page = self._read_page(response)
        if page is None:
            return self.search.pass_over(step)
        return self.search.examine(page, step)

    def _read_page(self, response: Response) -> ListPage | None:
        """Return the page of an answer; None for one that is no page, or is not to be read."""
        verdict = read_verdict(response)
        if verdict is not None:
            is_block = verdict.outcome == "blocked"
            self.search.note_trouble(response.url, str(verdict), is_block=is_block)
            return None
        failure = response.meta.get(READING_FAILURE)
        if failure is not None:
            self.search.note_trouble(response.url, f"{NOT_SEARCHED}: {failure}")
            return None
        if response.status == 200 and isinstance(response, TextResponse):
            return ListPage(response)
        message = f"the server answered {response.status}"
        self.search.note_trouble(response.url, message)
        return None

    def _build_requests(self, steps: Iterator[Step], url: str) -> Iterator[Request]:
        """Yield the requests of steps; a page that cannot be read ends itself only."""
        try:
            for step in steps:
                yield self._build_request(step)
        except Exception as error:  # noqa: BLE001 — pages of any kind are visited
            message = f"{NOT_SEARCHED}: {type(error).__name__}: {error}"
            self.search.note_trouble(url, message)
            for step in self.search.go_on():
                yield self._build_request(step)

    def _build_request(self, step: Step) -> Request:
        if isinstance(step, RowsStep):
            hints = Hints(column=step.candidate.name)
            request = build_list_request(
                step.page, hints, self.parse_rows, self.parse_failure
            )
            return request.replace(cb_kwargs={"step": step}, dont_filter=True)
        return Request(
            step.url,
            self.parse_page,
            errback=self.parse_failure,
            cb_kwargs={"step": step},
            meta={"role": "list"},
            dont_filter=True,  # a search that waits for an answer must get one
        )
