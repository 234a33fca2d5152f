"""Looks: crawls that keep nothing. They have the manners, the boundary and the blocks of every
other crawl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from nianbao.crawler import hosts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

NOT_NEEDED = (
    "nianbao.crawler.middlewares.revisit.RevisitMiddleware",
    "nianbao.crawler.middlewares.limit.LimitMiddleware",
)  # they are about a run
WITHOUT: dict[str, Any] = {
    "ADDONS": {},
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
}  # archive, readers, revisits


def process(
    allow_address: Iterable[str], db: Database | None = None
) -> AsyncCrawlerProcess:
    """Return what runs spiders that only look; `db` tells how much was asked of a host today,
    and who blocked us.
    """
    settings = Settings()
    settings.setmodule(
        "nianbao.crawler.settings", priority="project"
    )  # wherever the command was started
    settings.setdict(
        {**WITHOUT, "NIANBAO_ALLOW_ADDRESS": list(allow_address)}, priority="cmdline"
    )
    used = {
        name: at
        for name, at in settings.getdict("DOWNLOADER_MIDDLEWARES").items()
        if name not in NOT_NEEDED
    }
    settings.set("DOWNLOADER_MIDDLEWARES", used, priority="cmdline")
    settings.set(hosts.SETTING, hosts.Hosts(db=db))
    return AsyncCrawlerProcess(settings)
