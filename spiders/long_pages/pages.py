"""Long report pages: a reading process tries how long the search for what they lead to takes."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

from nianbao.spiders.platform_spiders import SPIDERS

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.long_pages.answers import PackedAnswer


@dataclass(frozen=True, slots=True)
class LongPage:
    """A page that was requested as a report, or as a part of one."""

    answer: PackedAnswer
    platform: str  # of the site file
    site: Site
    callback: str  # the method of the spider that takes the answer


def try_long_page(source: LongPage) -> float:
    """Do what the spider does with a page; return the seconds of the processor that it takes."""
    spider = SPIDERS[source.platform](source.site)
    parse = getattr(spider, source.callback)
    response = source.answer.unpack()
    began_at = process_time()
    for _ in parse(response):
        pass
    return process_time() - began_at
