"""What lists are made of, whatever the platform: rows, dates, printed pagers, requests that
carry a body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from parsel import Selector
from scrapy.http import TextResponse

DATE = re.compile(r"(20\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
# createPageHTML(25, 0, "index", "shtml"): page count, current page from 0, prefix, extension
COUNT_FIRST = re.compile(
    r"createPageHTML\(\s*(\d+)\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
# createPageHTML('page_div', 5, 1, 'fg', 'shtml', 89): element, page count, current page from 1,
# prefix, extension, rows
ELEMENT_FIRST = re.compile(
    r"createPageHTML\(\s*['\"][\w-]+['\"]\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
COUNT_PAGE = re.compile(
    r"\bcountPage\s*=\s*(\d+)"
)  # with `currentPage`, from 0; pages are index_N.html (hb.yl.gov.cn)
CURRENT_PAGE = re.compile(r"\bcurrentPage\s*=\s*(\d+)")
NEXT = ("下一页", "下页", "后一页", "下一頁", "next", "›", ">", "»")
TRIMMED = " []【】<\t\r\n\u3000\xa0"
OWN_TEXT = ".//text()[not(ancestor::a) and not(ancestor::script)]"
CHINA = timedelta(hours=8)
VOLATILE = (
    "__VIEWSTATE",
    "__VIEWSTATEGENERATOR",
    "__EVENTVALIDATION",
)  # another on every view of the same page


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a list: the page's address, its title, the date printed beside it."""

    url: str
    title: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """A list page that is asked for by sending fields, as a form or, where `as_json`, as JSON."""

    url: str
    fields: Mapping[str, Any]
    as_json: bool = False

    @property
    def body(self) -> str:
        """The body to send."""
        return (
            json.dumps(self.fields, ensure_ascii=False)
            if self.as_json
            else urlencode(self.fields)
        )

    @property
    def address(self) -> str:
        """The address with a digest of the fields in its fragment, which is never sent.

        It is what the visit is recorded under: two pages of one endpoint are two addresses, and
        the same page is the same address in every crawl, so fields that differ with every view
        do not count.
        """
        fields = json.dumps(
            {k: v for k, v in self.fields.items() if k not in VOLATILE}, sort_keys=True
        )
        return f"{self.url.partition('#')[0]}#post-{sha256(fields.encode()).hexdigest()[:16]}"


def link(anchor: Selector, row: str = "ancestor::*[self::li or self::tr][1]") -> Link:
    """Return the row an anchor stands in: its title attribute before its text, the date outside
    of it.
    """
    title = anchor.attrib.get("title") or " ".join(anchor.xpath(".//text()").getall())
    around = " ".join(anchor.xpath(row).xpath(OWN_TEXT).getall())
    return Link(
        anchor.attrib["href"].strip(), " ".join(title.split()) or None, date_in(around)
    )


def date_in(text: str) -> str | None:
    """Return the first date in a text as ISO 8601."""
    found = DATE.search(text)
    return "-".join(f"{int(part):02}" for part in found.groups()) if found else None


def date_of(stamp: Any) -> str | None:
    """Return the day in China of a time in seconds or, as it is larger than any of those,
    milliseconds.
    """
    if not isinstance(stamp, (int, float)) or stamp <= 0:
        return None
    seconds = stamp / 1000 if stamp > 10**11 else stamp
    return (datetime.fromtimestamp(seconds, UTC) + CHINA).date().isoformat()


def scripted_pager(text: str) -> str | None:
    """Return the file of the next page that a script prints: a `createPageHTML(…)` call or its
    two variables.
    """
    found, first = COUNT_FIRST.search(text), 0
    if found is None:
        found, first = ELEMENT_FIRST.search(text), 1
    if found is None:
        pages, at = COUNT_PAGE.search(text), CURRENT_PAGE.search(text)
        more = pages and at and int(at[1]) + 1 < int(pages[1])
        return f"index_{int(at[1]) + 1}.html" if at and more else None
    count, current = int(found[1]), int(found[2]) - first
    return f"{found[3]}_{current + 1}.{found[4]}" if current + 1 < count else None


def next_anchors(response: TextResponse) -> Iterator[Selector]:
    """Yield the links that are printed as the way to the next page."""
    for anchor in response.xpath("//a[@href]"):
        text = (
            "".join(anchor.xpath(".//text()").getall())
            .strip(TRIMMED)
            .rstrip(">")
            .strip(TRIMMED)
            .lower()
        )
        if text in NEXT or (not text and anchor.attrib.get("title", "") in NEXT):
            yield anchor


def query(url: str) -> dict[str, str]:
    """Return the parameters of an address, empty ones too."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def with_query(url: str, **changed: Any) -> str:
    """Return an address with some of its parameters changed or added, the order of the others
    kept.
    """
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(query=urlencode(query(url) | changed), fragment="")
    )


def parsed(response: TextResponse) -> dict[str, Any]:
    """Return the answer's JSON object; an empty one where it is something else."""
    try:
        found = json.loads(response.text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
