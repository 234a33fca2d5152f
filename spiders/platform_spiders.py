"""One spider for each platform, so that Scrapy and Scrapyd find it by the platform's name.

`scrapy list` prints them, `scrapy crawl trs -a site=xixia` runs one. They differ in nothing but
the list reader that belongs to their name.
"""

from __future__ import annotations

from nianbao.spiders.platforms import READERS
from nianbao.spiders.report_spider import ReportSpider


def _make_spider(platform: str) -> type[ReportSpider]:
    attributes = {"name": platform, "__module__": __name__}
    return type(f"{platform.capitalize()}Spider", (ReportSpider,), attributes)


SPIDERS: dict[str, type[ReportSpider]] = {}
for reader in READERS:
    spider = _make_spider(reader.platform)
    SPIDERS[reader.platform] = spider
    globals()[spider.__name__] = spider  # where Scrapy looks for spiders
