"""Looks a site over: from any page of it to its annual-report columns, in a dozen requests.

A column counts as found when its list, read as the platform is read, names reports. What only
sounds like one is told apart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http import Request, Response, TextResponse

from nianbao.spiders import catalogue, detect
from nianbao.spiders.base import Paging, ReportSpider
from nianbao.spiders.detect import Evidence
from nianbao.spiders.lists import Link, Post
from nianbao.spiders.platforms import spider_of

if TYPE_CHECKING:
    from twisted.python.failure import Failure

MOST_REQUESTS = 14
DEEPEST = 3  # pages from the one that was named to the column
SURE = 0.6  # less than this on a column's own page: what the other pages showed decides


@dataclass(frozen=True, slots=True)
class Found:
    """A column whose list was read: how it is entered, and the page that shows its first rows."""

    url: str
    name: str
    platform: str
    confidence: float
    tree: (
        str | None
    )  # the option of that name, where the rows stand in lists below the column
    rows: tuple[Link, ...]
    shown_on: str  # the address of the page with the rows
    sent: str  # the body that was sent for it
    page: bytes
    content_type: str


@dataclass(slots=True)
class Discovery:
    """What was found out about a site."""

    url: str
    name: str | None = None
    signs: set[Evidence] = field(default_factory=set)
    columns: list[Found] = field(default_factory=list)
    unread: dict[str, str] = field(
        default_factory=dict
    )  # columns by address whose lists named no report: name
    troubles: list[str] = field(default_factory=list)
    requests: int = 0

    @property
    def platform(self) -> tuple[str, float]:
        """The platform and how sure that is; the one that the columns are read with, where
        there are any.
        """
        best = max(self.columns, key=lambda column: column.confidence, default=None)
        return (best.platform, best.confidence) if best else detect.judge(self.signs)


class Scout(ReportSpider):
    """Look one site over; what it finds is in `found`."""

    name = "scout"

    def __init__(self, found: Discovery, delay: float, **kwargs: Any) -> None:
        super().__init__(provisional("generic", found.url, "?", delay=delay), **kwargs)
        self.found = found

    async def start(self) -> AsyncIterator[Any]:
        for request in self._ask(self.found.url, level=0, name=None, score=0):
            yield request

    def _ask(
        self, url: str, *, level: int, name: str | None, score: int
    ) -> Iterator[Request]:
        if url not in self.lists and self.found.requests < MOST_REQUESTS:
            self.lists.add(url)
            self.found.requests += 1
            given = {"level": level, "name": name}
            wanted = score + (100 if name else 0)
            yield Request(
                url,
                self.page,
                errback=self.failed,
                cb_kwargs=given,
                meta={"role": "list"},
                priority=wanted,
            )

    def page(
        self, response: Response, level: int, name: str | None
    ) -> Iterator[Request]:
        """Take the signs of a page; try it as a column, or go on to what it names as one."""
        if not isinstance(response, TextResponse) or response.status != 200:
            self.found.troubles.append(
                f"{response.url}: the server answered {response.status}"
            )
            return
        self.found.name = self.found.name or detect.site_name(response)
        signs = detect.evidence(response.url, response.text)
        self.found.signs |= set(signs)
        name = detect.name_of(response) or name
        if name:
            yield from self._try(response, name, signs)
        columns = detect.columns(response)
        ways = columns or ([] if name else detect.gates(response))
        for way in ways if level < DEEPEST else ():
            yield from self._ask(
                way.url,
                level=level + 1,
                name=way.name if columns else None,
                score=way.score,
            )

    def _try(
        self, response: TextResponse, name: str, signs: list[Evidence]
    ) -> Iterator[Request]:
        """Read a page as a column of its platform, else as any list; ask for where its rows are."""
        platform, confidence = detect.judge(signs)
        if confidence < SURE:
            platform, confidence = detect.judge(self.found.signs)
        spider = spider_of(platform)(provisional(platform, response.url, name))
        if self._keep(response, spider, name, response.url, confidence):
            return
        if platform != "generic":
            plain = spider_of("generic")(provisional("generic", response.url, name))
            if self._keep(response, plain, name, response.url, 0.0):
                return
        self.found.unread[response.url] = name
        yield from self._follow(response, spider, name, response.url, confidence)

    def _follow(
        self,
        response: TextResponse,
        spider: ReportSpider,
        name: str,
        entry: str,
        confidence: float,
    ) -> Iterator[Request]:
        pages = list(spider.next_lists(response))[:1]
        below = (
            []
            if pages
            else [response.urljoin(branch.url) for branch in spider.branches(response)][
                :1
            ]
        )
        if not pages and not below and not spider.site.options:
            below = [
                response.urljoin(branch.url) for branch in detect.branches(response)
            ][:1]
            spider = spider_of(spider.name)(
                provisional(spider.name, entry, name, tree="below")
            )
        for page in (*pages, *below):
            if self.found.requests < MOST_REQUESTS:
                self.found.requests += 1
                given = {
                    "spider": spider,
                    "name": name,
                    "entry": entry,
                    "confidence": confidence,
                }
                joined = page if isinstance(page, Post) else response.urljoin(page)
                if isinstance(joined, Post):
                    joined = Post(
                        response.urljoin(joined.url), joined.fields, joined.as_json
                    )
                request = self.list_request(joined, Paging(name))
                yield request.replace(callback=self.rows, cb_kwargs=given, priority=200)

    def rows(
        self,
        response: Response,
        spider: ReportSpider,
        name: str,
        entry: str,
        confidence: float,
    ) -> Iterator[Request]:
        """Read a page that a column's page leads to."""
        if not isinstance(response, TextResponse) or response.status != 200:
            self.found.troubles.append(
                f"{response.url}: the server answered {response.status}"
            )
        elif not self._keep(response, spider, name, entry, confidence):
            yield from self._follow(response, spider, name, entry, confidence)

    def _keep(
        self,
        response: TextResponse,
        spider: ReportSpider,
        name: str,
        entry: str,
        confidence: float,
    ) -> bool:
        """Keep a column when the page names reports; a year alone is a title where one list is
        one body's.
        """
        rows = tuple(spider.links(response))
        if not any(
            spider.name == "xxgk" or detect.is_report_title(row.title or "")
            for row in rows
        ):
            return False
        self.found.unread.pop(entry, None)
        self.found.columns.append(
            Found(
                url=entry,
                name=name,
                platform=spider.name,
                confidence=confidence,
                tree=spider.site.options.get("tree"),
                rows=rows,
                shown_on=response.url,
                sent=response.request.body.decode() if response.request else "",
                page=response.body,
                content_type=(
                    response.headers.get("Content-Type") or b"text/html"
                ).decode("latin-1"),
            )
        )
        return True

    def failed(self, failure: Failure) -> Iterator[Any]:
        """Remember a request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.found.troubles.append(f"{request.url}: {failure.getErrorMessage()}")
        return iter(())


def look(found: Discovery, response: TextResponse) -> list[Request]:
    """Look at one saved page as the scout would; return what it would ask for next."""
    return list(Scout(found, 0).page(response, 0, None))


def provisional(
    platform: str, url: str, column: str, *, delay: float = 2.0, tree: str | None = None
) -> catalogue.Site:
    """Return a site that is not in the catalogue yet."""
    return catalogue.Site.model_validate(
        {
            "id": "found",
            "name": urlsplit(url).netloc,
            "region": None,
            "platform": platform,
            "entries": [{"url": url, "column": column}],
            "expect": {"links": 0},
            "delay": delay,
            "options": {"tree": tree} if tree else {},
        }
    )
