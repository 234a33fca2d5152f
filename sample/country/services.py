"""Services: lists that come from the service of a platform, page by page.

They are those of the counties of the sample province, with reports of this country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from nianbao.sample import counties
from nianbao.sample.country.lists.titles import Report
from nianbao.sample.list_parts import Answer


@dataclass(frozen=True)
class Service:
    """A platform whose lists are asked for, the county that has it, and where it is met."""

    why: str
    county: str
    most_reports: int = 100  # that it gives

    @property
    def entry(self) -> str:
        """The address of its column, without the host."""
        return counties.LOOKS[self.county].entry

    @property
    def head(self) -> str:
        """What its pages have of their platform: the head, and the script of the list."""
        look = counties.LOOKS[self.county]
        return f"{look.head}{look.script}"


SERVICES: Mapping[str, Service] = {
    "jpage": Service("Hanweb's old paging, parameters encrypted", "yuanhe"),
    "jpaas": Service("Hanweb's units: HTML inside JSON", "jingxi", 6),
    "gkmlpt": Service("Guangdong's platform: a tree and an API", "gangting"),
    "ucap": Service("a channel's JSON", "beimu"),
    "lonsun": Service("Anhui's label service", "huaipu"),
    "vsb": Service("files numbered from the oldest page", "xiyan"),
    "epoint": Service("a JSON body is posted", "dongcang"),
    "webforms": Service("a page posts itself back", "laogang"),
}


@dataclass(frozen=True)
class ListedReport:
    """A report as a list names it: its path, and the number that the CMS gave it."""

    report: Report
    path: str
    number: int

    @property
    def title(self) -> str:
        """The title of its row."""
        return self.report.title

    @property
    def listed_on(self) -> date:
        """The day that its row has."""
        return date(self.report.year + 1, 1, 20)

    @property
    def posted_at(self) -> datetime:
        """The time that the CMS has."""
        return datetime(self.report.year + 1, 1, 20, 1, 30, tzinfo=UTC)


def list_service_answers(
    service: Service, reports: Sequence[ListedReport], base: str
) -> Iterator[Answer]:
    """Return every page of a service's list; `base` is the address of its host."""
    site: Any = SimpleNamespace(id=service.county)
    postings = cast(Any, list(reports))
    yield from counties.list_answers(site, postings, base, "2025-03-01 08:00")


def find_label(path: str, body: str) -> str | None:
    """Return the address of the answer that a request to a service asks for, None for others."""
    page, _, query = path.partition("?")
    label = counties.label_of(urlsplit(page), query, body.encode())
    return f"{page}#{label}" if label is not None else None
