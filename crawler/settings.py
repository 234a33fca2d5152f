"""Scrapy's settings. What a user sets is on the command line, in the environment and in site
files.
"""

from __future__ import annotations

import os
from importlib.metadata import version

VERSION = version("nianbao")
CONTACT = os.environ.get(
    "NIANBAO_CONTACT", ""
)  # an address or page where a site's keeper reaches the operator

NIANBAO_CONTACT = CONTACT

BOT_NAME = "nianbao"
SPIDER_MODULES = ["nianbao.spiders.platform_spiders"]
USER_AGENT = f"nianbao/{VERSION} (archive of open-government annual reports" + (
    f"; {CONTACT})" if CONTACT else ")"
)
NIANBAO_LONGEST_CRAWL_DELAY = 120.0  # seconds; a host that asks for more is left out
# seconds; a host that asks to come back later than that is left for the next run
NIANBAO_LONGEST_PAUSE = 300.0
NIANBAO_DAILY_REQUESTS = 20_000  # to one host, where its site file does not say
# of the known pages are asked for without validators, to find servers that lie
NIANBAO_DISTRUST = 0.05
NIANBAO_DOUBT_DAYS = (
    90  # for which the validators of a site are not sent that were found to lie
)
NIANBAO_ALERT_COMMAND = os.environ.get(
    "NIANBAO_ALERT_COMMAND"
)  # of Scrapy's own command, and under Scrapyd
NIANBAO_ALERT_WEBHOOK = os.environ.get("NIANBAO_ALERT_WEBHOOK")
NIANBAO_MOST_LINKS = (
    20_000  # addresses of report pages that one site's lists may name in a run
)

ADDONS = {"nianbao.crawler.runs.RunAddon": 100}
ITEM_PIPELINES = {
    "nianbao.pipelines.identify.IdentifyPipeline": 100,
    "nianbao.pipelines.read.ReadPipeline": 200,
    "nianbao.pipelines.store.StorePipeline": 300,
}
COMPRESSION = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the boundary's
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "nianbao.crawler.middlewares.boundary.BoundaryMiddleware": 40,
    "nianbao.crawler.middlewares.revisit.RevisitMiddleware": 60,
    "nianbao.crawler.middlewares.politeness.HostsMiddleware": 80,
    "nianbao.crawler.middlewares.robots.RobotsMiddleware": 100,
    "nianbao.crawler.middlewares.limit.LimitMiddleware": 120,  # what is not refused is sent
    "nianbao.crawler.middlewares.boundary.CircleMiddleware": 605,
    # sees answers before they are followed (600) or tried again (550)
    "nianbao.crawler.middlewares.block_pages.BlocksMiddleware": 610,
    "nianbao.crawler.middlewares.politeness.PatienceMiddleware": 620,
    COMPRESSION: 630,  # before those that look into the body
}
SPIDER_MIDDLEWARES = {
    "nianbao.crawler.middlewares.url_traps.TrapMiddleware": 10,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # an error page is a visit too
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # the traps'
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
REQUEST_FINGERPRINTER_CLASS = "nianbao.crawler.middlewares.url_traps.Fingerprinter"
DOWNLOAD_HANDLERS = {
    "http": "nianbao.crawler.middlewares.politeness.PoliteHandler",
    "https": "nianbao.crawler.middlewares.politeness.PoliteHandler",
}
DOWNLOADER_CLIENTCONTEXTFACTORY = "nianbao.crawler.middlewares.tls.Policy"
EXTENSIONS = {
    "nianbao.crawler.middlewares.revisit.KnownAddresses": 0,
    "nianbao.crawler.runs.SiteKeeper": 0,
}
TWISTED_DNS_RESOLVER = "nianbao.crawler.middlewares.boundary.Resolver"

CONCURRENT_REQUESTS = 4  # of one site: what waits in line behind a host's one request
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# of one answer: its capture and a note. Scrapy makes so many tasks for each, its 100 cost 2 ms
CONCURRENT_ITEMS = 2
DOWNLOAD_DELAY = (
    0  # the delay of a site file is kept by crawler.politeness, for each address
)
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # bytes, as sent and decompressed
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 8
HTTPPROXY_ENABLED = False  # behind a proxy nobody sees which address is reached
RETRY_TIMES = 2
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
DOWNLOADER_STATS = False
WARN_ON_GENERATOR_RETURN_VALUE = (
    False  # else it parses the callback's source at every answer
)
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "nianbao.crawler.progress.Quiet"
