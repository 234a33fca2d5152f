"""Scrapy's settings. What a user sets is on the command line, in the environment and in site files."""

from __future__ import annotations

import os
from importlib.metadata import version

VERSION = version("nianbao")
CONTACT = os.environ.get("NIANBAO_CONTACT", "")  # an address or page where a site's keeper reaches the operator

BOT_NAME = "nianbao"
SPIDER_MODULES = ["spiders.platforms"]
USER_AGENT = f"nianbao/{VERSION} (archive of open-government annual reports" + (f"; {CONTACT})" if CONTACT else ")")
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "nianbao"

ADDONS = {"crawler.runs.RunAddon": 100}
ITEM_PIPELINES = {
    "pipelines.identify.IdentifyPipeline": 100,
    "pipelines.read.ReadPipeline": 200,
    "pipelines.store.StorePipeline": 300,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.boundary.BoundaryMiddleware": 40,
    "crawler.revisit.RevisitMiddleware": 60,
}
EXTENSIONS = {"crawler.revisit.KnownAddresses": 0, "crawler.runs.SiteKeeper": 0}
TWISTED_DNS_RESOLVER = "crawler.boundary.Resolver"

CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0  # seconds; a site file says otherwise with `delay`
DOWNLOAD_DELAY_JITTER = 0.0  # the delay is what was promised, not half of it now and then
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 50 * 1024 * 1024
RETRY_TIMES = 2
HTTPERROR_ALLOW_ALL = True  # an error page is a visit too
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # a known page is dropped at identify: the usual case
