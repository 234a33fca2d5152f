"""One spider for each platform, so that Scrapy and Scrapyd find it by the platform's name.

`scrapy list` prints them, `scrapy crawl trs -a site=xixia` runs one. They differ in nothing but
the list reader that belongs to their name.
"""

from __future__ import annotations

from nianbao.spiders.platforms import PLATFORMS
from nianbao.spiders.report_spider import ReportSpider


def _make_spider(platform: str) -> type[ReportSpider]:
    attributes = {"name": platform, "__module__": __name__}
    return type(f"{platform.capitalize()}Spider", (ReportSpider,), attributes)


SPIDERS = {platform: _make_spider(platform) for platform in PLATFORMS}
# Scrapy takes the spiders that are attributes of a module, each once.
for _spider_class in SPIDERS.values():
    globals()[_spider_class.__name__] = _spider_class
del _spider_class
