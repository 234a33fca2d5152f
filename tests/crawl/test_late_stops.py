"""A crawl that is told to stop while it begins stops: Scrapy forgets what comes so early."""

from __future__ import annotations

import subprocess
import sys

import pytest

# a crawl of a spider that would wait for ever
CRAWL = """
import sys
from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.settings import Settings
from nianbao.crawler.hosts import HostStates
from nianbao.crawler.process import CrawlProcess

class Waiting(Spider):
    name = "waiting"

def stop(*args, **kwargs):
    process.stop_soon()

def wait(*args, **kwargs):
    raise DontCloseSpider

process = CrawlProcess(Settings({"TELNETCONSOLE_ENABLED": False}), HostStates())
crawler = process.create_crawler(Waiting)
crawler.signals.connect(wait, signals.spider_idle, weak=False)
crawler.signals.connect(stop, getattr(signals, sys.argv[1]), weak=False)
process.crawl(crawler)
process.start()
print(crawler.stats.get_value("finish_reason"))
"""


@pytest.mark.parametrize("moment", ["spider_opened", "engine_started"])
def test_a_crawl_is_stopped_while_it_begins(moment: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CRAWL, moment],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.split() == ["shutdown"], ended.stderr
