"""Scrapy's settings.

What a user sets is on the command line, in the environment and in site files.
"""

from __future__ import annotations

import os
from importlib.metadata import version

VERSION = version("nianbao")
# an address or page where a site's keeper reaches the operator
CONTACT = os.environ.get("NIANBAO_CONTACT", "")

NIANBAO_CONTACT = CONTACT


def make_user_agent(contact: str) -> str:
    """Return the User-Agent of whoever is reached by this contact, or says none."""
    parts = ["archive of open-government annual reports"]
    if contact:
        parts.append(contact)
    return f"nianbao/{VERSION} ({'; '.join(parts)})"


BOT_NAME = "nianbao"
SPIDER_MODULES = ["nianbao.spiders.platform_spiders"]
COMMANDS_MODULE = "nianbao.crawler.scrapy_commands"
USER_AGENT = make_user_agent(CONTACT)
# seconds; a host that asks for more is excluded
NIANBAO_LONGEST_CRAWL_DELAY = 120.0
# seconds; a host that asks to come back later than that is left for the next run
NIANBAO_LONGEST_PAUSE = 300.0
# to one host, where its site file does not say
NIANBAO_DAILY_REQUESTS = 20_000
# share of the pages in the archive that are asked for without validators: some servers lie
NIANBAO_DISTRUST = 0.05
# for which the validators of a site are not sent whose validators lied
NIANBAO_DOUBT_DAYS = 90
# of Scrapy's own command, and under Scrapyd
NIANBAO_ARCHIVE = os.environ.get("NIANBAO_ARCHIVE") or "archive.db"
NIANBAO_PROXY = os.environ.get("NIANBAO_PROXY")
NIANBAO_ALERT_COMMAND = os.environ.get("NIANBAO_ALERT_COMMAND")
NIANBAO_ALERT_WEBHOOK = os.environ.get("NIANBAO_ALERT_WEBHOOK")
# addresses of report pages that one site's lists may name in a run
NIANBAO_MOST_LINKS = 20_000

ADDONS = {"nianbao.crawler.extensions.RunAddon": 100}
ITEM_PIPELINES = {
    "nianbao.pipelines.identify.IdentifyPipeline": 100,
    "nianbao.pipelines.read.ReadPipeline": 200,
    "nianbao.pipelines.store.StorePipeline": 300,
}
COMPRESSION = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
DOWNLOADER_MIDDLEWARES = {
    # has the last look at an answer, as the engine has it
    "nianbao.crawler.middlewares.long_pages.LongPageMiddleware": 20,
    # the boundary does this
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "nianbao.crawler.middlewares.boundary.BoundaryMiddleware": 40,
    "nianbao.crawler.middlewares.revisit.RevisitMiddleware": 60,
    "nianbao.crawler.middlewares.politeness.HostPolicyMiddleware": 80,
    "nianbao.crawler.middlewares.robots.RobotsMiddleware": 100,
    # what is not refused is sent
    "nianbao.crawler.middlewares.limit.LimitMiddleware": 120,
    # an empty answer and a part of a page are tried again like an error (550)
    "nianbao.crawler.middlewares.bodies.EmptyAnswerMiddleware": 560,
    "nianbao.crawler.middlewares.cut_off_pages.CutOffMiddleware": 565,
    "nianbao.crawler.middlewares.boundary.RedirectCircleMiddleware": 605,
    "nianbao.crawler.middlewares.session_cookies.SessionCookieMiddleware": 607,
    # sees answers before they are followed (600) or tried again (550)
    "nianbao.crawler.middlewares.block_pages.BlockPageMiddleware": 610,
    "nianbao.crawler.middlewares.politeness.RetryAfterMiddleware": 620,
    # those that unpack a body stand before those that look into it
    "nianbao.crawler.middlewares.bodies.UnpackMiddleware": 625,
    COMPRESSION: None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "nianbao.crawler.egress.middleware.EgressMiddleware": 750,
    "nianbao.crawler.middlewares.large_answers.LargeAnswerMiddleware": 630,
    "nianbao.crawler.middlewares.bodies.FalseEncodingMiddleware": 640,
}
SPIDER_MIDDLEWARES = {
    "nianbao.crawler.middlewares.url_traps.UrlTrapMiddleware": 10,
    # an error page is a visit too
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    # the URL traps do this
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
REQUEST_FINGERPRINTER_CLASS = (
    "nianbao.crawler.middlewares.url_traps.CanonicalFingerprinter"
)
DOWNLOAD_HANDLERS = {
    "http": "nianbao.crawler.middlewares.polite_handler.PoliteHandler",
    "https": "nianbao.crawler.middlewares.polite_handler.PoliteHandler",
}
DOWNLOADER_CLIENTCONTEXTFACTORY = "nianbao.crawler.middlewares.tls.TlsContextFactory"
EXTENSIONS = {
    "nianbao.crawler.extensions.UnlistedPages": 0,
    "nianbao.crawler.extensions.SiteKeeper": 0,
}
TWISTED_DNS_RESOLVER = "nianbao.crawler.middlewares.resolver.BoundaryResolver"

# of one site: what waits in line behind a host's one request
CONCURRENT_REQUESTS = 4
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# of one answer: its capture and a note. Scrapy makes so many tasks for each, its 100 cost 2 ms
CONCURRENT_ITEMS = 2
# the delay of a site file is kept by the polite handler, for each address
DOWNLOAD_DELAY = 0
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # bytes, as sent and decompressed
DOWNLOAD_WARNSIZE = 0
# bytes of one site's answers that are being read or stored; with more, nothing is downloaded
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1024 * 1024
REDIRECT_MAX_TIMES = 8
RETRY_TIMES = 2
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
DOWNLOADER_STATS = False
# else Scrapy parses the callback's source at every answer
WARN_ON_GENERATOR_RETURN_VALUE = False
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "nianbao.crawler.process.QuietLogFormatter"
