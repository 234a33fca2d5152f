"""The rival of `bench.crawl`: a bare Scrapy spider that follows the lists, fetches every page
and stores nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response, TextResponse


class BareSpider(scrapy.Spider):
    """Lists, and the pages they name; Scrapy's own settings."""

    name = "bare"

    def parse(self, response: Response) -> Iterator[Request]:
        if isinstance(response, TextResponse):
            yield from response.follow_all(response.xpath("//li/a"), self.parse_report)
            yield from response.follow_all(
                response.xpath("//a[@class='next']"), self.parse
            )

    def parse_report(self, response: Response) -> None:
        """Do nothing with a page."""


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False}
    )
    process.crawl(BareSpider, start_urls=sys.argv[1:])
    process.start()
