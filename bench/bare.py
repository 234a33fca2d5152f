"""The rivals of `bench.crawl`: Scrapy spiders that follow the lists and fetch every page.

One stores nothing. With `--store FILE` it extracts each page with trafilatura on the way, and puts
the page and its text into a table of SQLite.
"""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import scrapy
import trafilatura
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response, TextResponse

CREATE = "CREATE TABLE pages (url TEXT PRIMARY KEY, body BLOB, title TEXT, day TEXT, text TEXT)"


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


class StoringSpider(BareSpider):
    """What a first crawler of such pages does: extract, insert, commit."""

    def __init__(self, database: sqlite3.Connection, **arguments: object) -> None:
        super().__init__(**arguments)
        self.database = database

    def parse_report(self, response: Response) -> None:
        """Store a page with its title, date and text."""
        document = trafilatura.bare_extraction(
            response.body, url=response.url, with_metadata=True
        )
        fields = (None, None, None)
        if document is not None:
            fields = (document.title, document.date, document.text)
        with self.database:
            row = (response.url, response.body, *fields)
            self.database.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?)", row)


def main() -> None:
    """Crawl what the lists at some addresses name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, metavar="FILE")
    parser.add_argument("entries", nargs="+")
    options = parser.parse_args()
    process = AsyncCrawlerProcess(
        {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False}
    )
    if options.store is None:
        process.crawl(BareSpider, start_urls=options.entries)
    else:
        database = sqlite3.connect(options.store)
        database.execute(CREATE)
        process.crawl(StoringSpider, start_urls=options.entries, database=database)
    process.start()


if __name__ == "__main__":
    main()
