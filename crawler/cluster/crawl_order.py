"""What a worker is sent to crawl, and what it sends back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nianbao.crawler.discovery.targets import Targets
    from nianbao.crawler.plan import CrawlPlan


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """Sites to crawl, which share no address with the sites of other orders.

    `slice` is what the archive knows of them, compressed; the run `run_uid` has begun in it.
    """

    plan: CrawlPlan
    targets: Targets
    run_uid: str
    contact: str
    slice: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CrawlPart:
    """What came of an order: an archive to be merged, compressed, and what went wrong."""

    archive: bytes = field(repr=False)
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrawlProcessOrder:
    """What a process is to crawl: the sites of a run that has begun in an archive."""

    archive: Path
    plan: CrawlPlan
    targets: Targets
    run_uid: str
    readers: int  # processes that read
