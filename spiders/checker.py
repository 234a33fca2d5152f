"""Checks a site of the catalogue: its home page, and the first pages of its columns, as its
file states them.

Nothing is looked for beyond that; `spiders.scout` does, for a site whose column has gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonical
from nianbao.archive.records import Hints
from nianbao.spiders import detect
from nianbao.spiders.base import Paging, ReportSpider, joined
from nianbao.spiders.capture import HostLeftOut, verdict_of
from nianbao.spiders.lists import Post
from nianbao.spiders.platforms import spider_of
from nianbao.spiders.scout import SURE

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.catalogue import Entry, Site, State
    from nianbao.spiders.detect import Evidence

DEEPEST = 2  # pages behind an entry that are asked for when its own page has no rows


@dataclass(slots=True)
class Seen:
    """What was seen of one page of a site: the home page, or a column."""

    url: str
    column: str | None  # None: the home page
    answer: str = (
        "was not asked for"  # such as "200", "404", a block's class, why there was none
    )
    links: int | None = (
        None  # rows on the column's first page that has any; None where it could not be read
    )

    @property
    def alive(self) -> bool:
        """Whether the server answered with a page."""
        return self.answer == "200"


@dataclass(slots=True)
class Check:
    """What a check of a site saw."""

    site: Site
    pages: list[Seen] = field(default_factory=list)
    signs: set[Evidence] = field(default_factory=set)
    blocked: bool = False
    left_out: HostLeftOut | None = None  # why nothing more was asked of a host
    requests: int = 0

    @property
    def columns(self) -> list[Seen]:
        """What was seen of the columns."""
        return [page for page in self.pages if page.column is not None]

    @property
    def links(self) -> int | None:
        """Report links on the first pages of the columns; None where none could be read."""
        read = [page.links for page in self.columns if page.links is not None]
        return sum(read) if read else None

    @property
    def platform(self) -> str | None:
        """The platform that the pages speak for; None without signs."""
        return detect.judge(self.signs)[0] if self.signs else None

    @property
    def state(self) -> State:
        """What is to be said of the site as a whole."""
        if self.blocked:
            return "blocked"
        if self.left_out is not None:
            return (
                "unreachable"
                if self.left_out.finding.severity == "error"
                else "left_out"
            )
        if not any(page.answer[:1].isdigit() for page in self.pages):
            return "unreachable"
        return "changed" if self.notes() else "as_stated"

    def notes(self) -> list[str]:
        """Return what is not as the site file states."""
        notes = [
            f"{page.column}: {page.url}: {page.answer}"
            for page in self.columns
            if not page.alive
        ]
        empty = [page for page in self.columns if page.alive and not page.links]
        notes += [f"{page.column}: {page.url} names no report" for page in empty]
        platform, confidence = detect.judge(self.signs)
        if (
            platform != self.site.platform
            and confidence >= SURE
            and (empty or not any(p.alive for p in self.columns))
        ):
            notes.append(
                f"the pages are signed as {platform} ({confidence:.0%}), not {self.site.platform}"
            )
        return notes


def homes(site: Site) -> list[str]:
    """Return the home pages of a site's hosts, but for one that is a column itself."""
    entries = [entry.url for entry in site.entries]
    return [
        url
        for url in dict.fromkeys(urljoin(entry, "/") for entry in entries)
        if url not in entries
    ]


class Checker(ReportSpider):
    """Check one site; what it sees is in `check`."""

    name = "checker"

    def __init__(self, check: Check, **kwargs: Any) -> None:
        super().__init__(check.site, **kwargs)
        self.check = check
        self.reader = spider_of(check.site.platform)(check.site)

    async def start(self) -> AsyncIterator[Any]:
        for entry in self.site.entries:
            yield self._column(entry)
        for url in homes(self.site):
            page = Seen(url, None)
            self.check.pages.append(page)
            yield self._ask(Request(url, self.home), page)

    def _column(self, entry: Entry) -> Request:
        page = Seen(entry.url, entry.column)
        self.check.pages.append(page)
        return self._ask(
            Request(entry.url, self.column, cb_kwargs={"level": 0}, priority=10), page
        )

    def _ask(self, request: Request, page: Seen) -> Request:
        self.check.requests += 1
        meta = request.meta | {"role": "list", "hints": Hints(column=page.column)}
        return request.replace(
            meta=meta, cb_kwargs=request.cb_kwargs | {"page": page}, errback=self.failed
        )

    def home(self, response: Response, page: Seen) -> None:
        """Take the signs of the home page."""
        self._take(response, page)

    def column(self, response: Response, page: Seen, level: int) -> Iterator[Request]:
        """Count the rows of a column's page; where there are none, ask for the page that has
        them.
        """
        if not self._take(response, page):
            return
        text = cast(TextResponse, response)
        rows = [
            row
            for row in self.reader.links(text)
            if row.title is None or detect.is_report_title(row.title)
        ]
        page.links = len({canonical(text.urljoin(row.url)) for row in rows})
        if not page.links and level < DEEPEST:
            for request in self._behind(text, page)[:1]:
                yield self._ask(
                    request.replace(
                        callback=self.column, cb_kwargs={"level": level + 1}
                    ),
                    page,
                )

    def _behind(self, response: TextResponse, page: Seen) -> list[Request]:
        """Return the requests for the next list page, or else the lists below this one."""
        following: list[str | Post] = list(self.reader.next_lists(response))
        following += (
            [branch.url for branch in self.reader.branches(response)]
            if not following
            else []
        )
        return [
            self.list_request(joined(response, one), Paging(page.column or ""))
            for one in following
        ]

    def _take(self, response: Response, page: Seen) -> bool:
        """Take what an answer says of the site; return whether it is a page."""
        verdict = verdict_of(response)
        if verdict is not None:
            page.answer = str(verdict)
            self.check.blocked |= verdict.outcome == "blocked"
            return False
        page.answer = str(response.status)
        if response.status != 200 or not isinstance(response, TextResponse):
            page.answer = (
                page.answer if response.status != 200 else "the answer is not text"
            )
            return False
        self.check.signs |= set(detect.evidence(response.url, response.text))
        return True

    def failed(self, failure: Failure) -> Iterator[Any]:
        """Remember why a page was not had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        page: Seen = request.cb_kwargs["page"]
        page.answer = failure.getErrorMessage() or type(failure.value).__name__
        if isinstance(failure.value, HostLeftOut):
            self.check.left_out = failure.value
        return iter(())
