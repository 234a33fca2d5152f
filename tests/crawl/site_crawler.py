"""A crawler of one site, as its middlewares are given one, that fetches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from nianbao.crawler.hosts import HostStates, attach_hosts
from nianbao.crawler.process import project_settings
from nianbao.spiders.catalogue import Site
from nianbao.spiders.platform_spiders import SPIDERS

HOST = "www.example.gov.cn"
URL = f"http://{HOST}/nb/1.html"


def make_crawler(states: HostStates | None = None, **settings: Any) -> Crawler:
    """Return a crawler of the site at HOST; arguments are settings, or fields of its site file."""
    fields: dict[str, Any] = {
        "id": "example",
        "name": "示例站",
        "region": None,
        "entries": [{"url": f"http://{HOST}/nb/", "column": "年报"}],
    }
    scrapy_settings = project_settings()
    for name, value in settings.items():
        if name.isupper():
            scrapy_settings.set(name, value, priority="cmdline")
        else:
            fields[name] = value
    crawler = Crawler(SPIDERS["generic"], scrapy_settings)
    crawler.stats = MemoryStatsCollector(crawler)
    attach_hosts(crawler, states or HostStates())
    site = Site.model_validate(fields)
    crawler.spider = SPIDERS["generic"].from_crawler(crawler, site)
    return crawler


def run_alone(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end, in a thread: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
