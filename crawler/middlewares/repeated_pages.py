"""The same bytes at several addresses: one report that several columns list, or no page at all.

Counties list an article in several columns, each with an address of its own. A site's error
page answers 200 with the same bytes under many addresses too. What the bytes carry tells them
apart: they are read as they are, without what a list says of them.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonicalize
from nianbao.archive.charsets import decode_text
from nianbao.archive.clock import CHINA
from nianbao.archive.records import Hints
from nianbao.crawler.middlewares.long_pages import LONG_PAGE
from nianbao.pipelines import reader
from nianbao.pipelines.reader.own_content import has_report_content
from nianbao.pipelines.reader.payload.text_limits import is_binary
from nianbao.pipelines.reading_pool import PageToRead
from nianbao.pipelines.run import has_run, run_of
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.report_names import is_report_title
from nianbao.spiders.reports.files import find_report_files

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import TextResponse

    from nianbao.archive.records import Reading

REPEATS = 3  # addresses at which the same bytes are no page, unless they carry a report
MOST_HEAD_BYTES = 64 * 1024  # of a page, in which its title is looked for
TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})", re.I)


class RepeatedPages:
    """Counts the addresses that answer with the same bytes, and tells what the bytes carry."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        # digest → addresses that answered with it
        self.addresses: defaultdict[str, set[str]] = defaultdict(set)
        # digest → whether the bytes carry a report
        self.answers: dict[str, asyncio.Task[bool]] = {}

    def count_addresses(self, digest: str, response: TextResponse) -> int:
        """Return at how many addresses the bytes of an answer stand, this one among them."""
        addresses = self.addresses[digest]
        addresses.add(canonicalize(response.url))
        return len(addresses)

    async def carry_report(self, digest: str, response: TextResponse) -> bool:
        """Tell whether the bytes of an answer carry a report. They are read once."""
        if digest not in self.answers:
            self.answers[digest] = asyncio.ensure_future(self._judge(response))
        return await asyncio.shield(self.answers[digest])

    async def _judge(self, response: TextResponse) -> bool:
        """Judge by the page's own title, by its files, else by what the reader makes of it.

        A page that the reader fails on is kept: the reader's failure is noted of it.
        """
        if is_binary(response.body):
            return True  # a file under the header of a page
        header = response.headers.get("Content-Type") or b""
        head, _ = decode_text(response.body[:MOST_HEAD_BYTES], header.decode("latin-1"))
        title = TITLE.search(head)
        if title and is_report_title(title[1]):
            return True
        is_short = len(response.body) <= LONG_PAGE
        if is_short and any(
            find_report_files(ListPage(response).without_comments, Hints())
        ):
            return True
        try:
            reading = await self._read(response)
        except Exception:  # noqa: BLE001
            return True
        return has_report_content(reading)

    async def _read(self, response: TextResponse) -> Reading:
        """Read a page in a reading process, or in a thread where there is no run."""
        content_type = response.headers.get("Content-Type", b"") or b""
        hints = Hints(content_type=content_type.decode("latin-1") or None)
        today = datetime.now(CHINA).date()
        if not has_run(self.crawler):
            read = partial(reader.read, url=response.url, hints=hints, today=today)
            return await asyncio.to_thread(read, response.body)
        pool = run_of(self.crawler).pool
        future = pool.submit(PageToRead(response.body, response.url, hints, today))
        return await asyncio.wrap_future(future)
