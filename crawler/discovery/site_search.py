"""The search of a government's site within a run, and what follows from it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals

from nianbao.archive.clock import utc_now
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Note
from nianbao.crawler.discovery.record import make_record
from nianbao.crawler.process import LONG_LOOKS
from nianbao.spiders.discovery.advice import select_left
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.run_scout import RunScout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.archive.records import Finding
    from nianbao.crawler.discovery.targets import Search
    from nianbao.crawler.process import CrawlProcess
    from nianbao.crawler.progress import Progress
    from nianbao.pipelines.run import CrawlRun

# A search reads no reports: nothing ends the site with it.
WITHOUT_REPORTS: Mapping[str, Any] = {"EXTENSIONS": {}}
MOST_TROUBLES = 3  # that a finding names; the discovery has all
LONG_PAGES = "nianbao.crawler.middlewares.long_pages.LongPageMiddleware"


class SiteSearch:
    """Searches the site of one government."""

    def __init__(
        self,
        search: Search,
        run: CrawlRun,
        delay: float,
    ) -> None:
        self._search = search
        self._run = run
        self._site = search.make_site(delay)
        self._discovery = Discovery(search.government.home)
        self._reason = "finished"

    async def take(
        self, process: CrawlProcess, progress: Progress
    ) -> SiteDiscovery | None:
        """Search the site; return what was found, None where it was cut off.

        A site that is not to be asked for the time being is ended for this run. Raises
        ArchiveError.
        """
        started_at = utc_now()
        crawler = process.create_crawler(RunScout)
        _leave_out_reports(crawler)
        connect = crawler.signals.connect
        connect(self._remember_end, signal=signals.spider_closed)
        connect(self._remember_error, signal=signals.spider_error)
        connect(self._remember_error, signal=signals.item_error)
        follower = progress.follow(crawler, self._site)
        await process.crawl(
            crawler,
            discovery=self._discovery,
            site=self._site,
        )
        self._run.commit()
        if self._reason != "finished":
            self._run.stopping = True
        scout = crawler.spider
        if not isinstance(scout, RunScout) or self._was_cut_off(scout):
            follower.finish(self._discovery.requests, "waits")
            return None
        follower.finish(self._discovery.requests, "searched")
        if scout.postponement is not None and not self._discovery.columns:
            self._note(scout.postponement.finding)
            self._end_site("postponed")
            return None
        return make_record(
            self._discovery, self._search.government, self._site.id, started_at
        )

    def _was_cut_off(self, scout: RunScout) -> bool:
        """Tell whether the search waits until the run is resumed."""
        if self._reason != "finished" or self._run.failure is not None:
            return True
        return scout.waiting_count > 0

    def store(self, record: SiteDiscovery) -> None:
        """Store a search, with the finding where it found no column, or left pages beside those
        that it found. Raises ArchiveError.
        """
        rest = describe_rest(record)
        with self._run.archive.transaction():
            self._run.archive.store_discovery(record)
            if not record.columns:
                self._note(describe_search(record))
            if rest is not None:
                self._note(rest)

    def store_in_vain(self, record: SiteDiscovery) -> None:
        """Store that there is nothing to crawl, and end the site for this run.

        A run that is killed has all of it or nothing. Raises ArchiveError.
        """
        reason = "blocked" if record.outcome == "blocked" else "finished"
        with self._run.archive.transaction():
            self.store(record)
            self._end_site(reason)

    def _note(self, finding: Finding) -> None:
        note = Note(
            self._site.id,
            self._search.government.home,
            finding,
        )
        self._run.archive.store_note(self._run.id, note)

    def _end_site(self, reason: str) -> None:
        self._run.archive.end_site(
            self._run.id, self._site.id, reason, None, lists_whole=False
        )

    def _remember_end(self, reason: str) -> None:
        self._reason = reason

    def _remember_error(self, failure: Failure) -> None:
        self._run.errors.append(f"{self._site.id}: {failure.getErrorMessage()}")


def _leave_out_reports(crawler: Crawler) -> None:
    """Take out of a crawler what belongs to the crawl of reports."""
    for name, value in WITHOUT_REPORTS.items():
        crawler.settings.set(
            name,
            value,
            priority="cmdline",
        )
    middlewares = crawler.settings.getdict("DOWNLOADER_MIDDLEWARES")
    del middlewares[LONG_PAGES]
    middlewares.update(LONG_LOOKS)
    crawler.settings.set(
        "DOWNLOADER_MIDDLEWARES",
        middlewares,
        priority="cmdline",
    )


def describe_search(record: SiteDiscovery) -> Finding:
    """Return the finding about a search that found no column."""
    parameters: dict[str, Any] = {
        "case": record.outcome,
        "home": record.home,
        "requests": record.requests,
    }
    unsearched = select_left(record.troubles)
    if unsearched and record.outcome in ("no_column", "unreachable"):
        parameters["case"] = "not_searched"
        parameters["trouble"] = unsearched[0]
    if record.outcome == "needs_browser":
        parameters["url"] = record.unread[0][0]
    return make_finding(
        "site.no_column",
        "warning",
        parameters,
    )


def describe_rest(record: SiteDiscovery) -> Finding | None:
    """Return the finding about what a search did not look at that found columns, if anything."""
    left = select_left(record.troubles)
    if not left or not record.columns:
        return None
    latest = left[: -MOST_TROUBLES - 1 : -1]  # the limit of pages comes last
    if len(left) > len(latest):
        latest.append(f"and {len(left) - len(latest)} more pages")
    parameters = {"home": record.home, "trouble": "; ".join(latest)}
    return make_finding(
        "site.part_searched",
        "warning",
        parameters,
    )


def describe_one_body(record: SiteDiscovery) -> Finding:
    """Return the finding about a site whose columns are of one body each."""
    bodies = sorted({column.body or column.name for column in record.columns})
    parameters = {"government": record.government, "bodies": "、".join(bodies)}
    return make_finding(
        "site.one_body",
        "warning",
        parameters,
    )
