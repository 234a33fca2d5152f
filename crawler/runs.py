"""Runs: one or many sites crawled into one archive, begun, gone on with after a cut, summed up."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.raw.visits import ArchivedSite
from nianbao.archive.read_model.summary import Summary, summary
from nianbao.archive.records import Role
from nianbao.crawler import contact, hosts
from nianbao.crawler.alerts import Alert, Hooks
from nianbao.crawler.dispatch import Dispatch, source_of
from nianbao.crawler.networks import networks_of
from nianbao.crawler.progress import Progress
from nianbao.crawler.schedule import Calendar
from nianbao.crawler.selection import EVERYTHING, Wanted, choose
from nianbao.crawler.settings import CONTACT, VERSION
from nianbao.pipelines import reader
from nianbao.pipelines.read import catch_up
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from nianbao.pipelines.readers import Readers
from nianbao.pipelines.run import SETTING, Run, of
from nianbao.spiders.catalogue import CatalogueError, Site
from nianbao.spiders.context import CrawlContext, always_due

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from nianbao.spiders.report_spider import ReportSpider

BROWSER = "nianbao.crawler.middlewares.browser_handler.BrowserHandler"
GONE_ON_WITH = ("shutdown", "limit")  # how a spider closes whose site is not ended yet
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl is to do. Two crawls of the same plan are one run when the first was cut off."""

    archive: Path
    sites: Path  # the folder of site files
    only: tuple[str, ...] = ()  # ids of sites; empty: all of them
    allow_address: tuple[str, ...] = ()  # networks that are refused by default
    name: str | None = (
        None  # what the sites are known by, where their folder does not tell
    )
    due: bool = False  # only what the calendar says is due
    at: datetime | None = (
        None  # the moment the calendar is asked for; now, unless given
    )
    regions: tuple[
        str, ...
    ] = ()  # beginnings of regions' names or codes; empty: all of them
    wanted: Wanted = EVERYTHING  # which reports
    distrust: float | None = (
        None  # share of the known pages to ask for without validators; None: as the settings say
    )
    limit: int | None = (
        None  # pages to ask for at most, then the run waits for the next start
    )
    redis: str | None = None  # where sites are handed out to the workers of a round
    round: str | None = None
    lease: float = 60.0  # seconds after which a worker that died loses its sites

    def chosen(self) -> dict[str, Site]:
        """Return the sites to crawl; raise CatalogueError."""
        return choose(self.sites, self.only, self.regions)

    def settings(self) -> dict[str, Any]:
        """Return what tells a run of this plan from others: how far it goes at a time is no
        part of it.
        """
        settings: dict[str, Any] = {
            "sites": self.name or str(self.sites.absolute()),
            "only": sorted(self.only),
        }
        settings |= {"regions": sorted(self.regions)} if self.regions else {}
        settings |= {"due": True} if self.due else {}
        settings |= {"round": self.round} if self.redis else {}
        return settings | self.wanted.settings()

    def calendar(
        self, archive: Archive, site: Site, before_run: int | None = None
    ) -> Calendar:
        """Return when the addresses of a site are to be visited, as the runs before one tell."""
        return Calendar(
            site,
            archive.address_history(site.id, before_run),
            self.at or datetime.now(UTC),
        )

    def context(self, archive: Archive, site: Site, run_id: int) -> CrawlContext:
        """Return which addresses of a site a run of this plan visits."""
        is_due: Callable[[str, Role], bool] = always_due
        if self.due:
            is_due = self.calendar(archive, site, run_id).is_due
        if not self.wanted:
            return CrawlContext(is_due=is_due)
        return CrawlContext(is_due=is_due, wants=self.wanted.takes, selective=True)


def crawl(plan: Plan, progress: Progress) -> Summary:
    """Crawl the plan's sites; return what was found. Raises CatalogueError, ContactMissing and
    ArchiveError.
    """
    sites = plan.chosen()
    contact.require(CONTACT, sites.values(), networks_of(plan.allow_address))
    _require_browser(sites.values())
    readers = Readers()
    try:
        with Archive.create(plan.archive) as archive:
            run = _begin(plan, archive, readers, sites)
            catch_up(
                archive,
                readers,
                reader.READER_VERSION,
                run_id=run.id,
                progress=progress.catching_up,
            )
            reason = _drive(plan, run, sites, progress)
            if run.failure is not None:
                raise run.failure
            found = summary(archive.db, run.id, reason, run.errors)
            if reason == "finished":
                archive.end_run(run.id, reason, found.counts())
            return found
    finally:
        readers.close()


def _require_browser(sites: Iterable[Site]) -> None:
    named = [site.id for site in sites if site.browser]
    if named and find_spec("scrapy_playwright") is None:
        raise CatalogueError(
            f"{', '.join(named)}: `browser: true` needs the extra: pip install 'nianbao[browser]'"
        )


def _begin(
    plan: Plan, archive: Archive, readers: Readers, sites: Mapping[str, Site]
) -> Run:
    run = Run(
        archive.begin_run(VERSION, plan.settings()),
        archive,
        readers,
        pages_left=plan.limit,
    )
    begun = set(archive.unfinished_sites(run.id))  # of a crawl that is gone on with
    due = [
        site
        for site in sites.values()
        if not plan.due or plan.calendar(archive, site, run.id).due()
    ]
    if not plan.redis:  # else each when it is taken
        archive.begin_sites(
            run.id, [archived(site) for site in due if not begun or site.id in begun]
        )
    name_cells(archive)
    return run


def name_cells(archive: Archive) -> None:
    """Give the archive the printed names of the forms' rows and columns, for people who browse
    it.
    """
    archive.store_cell_labels(
        dataclasses.astuple(label) for label in load_cell_labels()
    )


def archived(site: Site) -> ArchivedSite:
    """Return a site of the catalogue as the archive knows it."""
    region = site.region
    return ArchivedSite(
        id=site.id,
        name=site.name,
        platform=site.platform,
        region=region.name if region else None,
        region_code=region.code if region else None,
        vanish_after=site.vanish_after,
        expected_links=site.expect.links,
        most_links=site.expect.most,
        learn_since=site.expect.since.isoformat() if site.expect.since else None,
    )


def _drive(plan: Plan, run: Run, sites: Mapping[str, Site], progress: Progress) -> str:
    """Run a spider for each site, some at a time; return `finished`, `limit`, or `interrupted`."""
    settings = Settings()
    settings.setmodule(
        "nianbao.crawler.settings", priority="project"
    )  # wherever the command was started
    settings.set(SETTING, run)
    source = source_of(plan, run, sites)
    settings.set(hosts.SETTING, hosts.Hosts(db=run.archive.db, turns=source.turns))
    settings.set("NIANBAO_SITES", str(plan.sites))
    settings.set("NIANBAO_ALLOW_ADDRESS", list(plan.allow_address))
    if plan.distrust is not None:
        settings.set("NIANBAO_DISTRUST", plan.distrust)
    process = AsyncCrawlerProcess(settings)
    run.stop = process.stop

    def begin(site_id: str) -> asyncio.Task[None]:
        crawler = process.create_crawler(sites[site_id].platform)
        progress.follow(crawler, sites[site_id])
        context = plan.context(run.archive, sites[site_id], run.id)
        return process.crawl(crawler, site=site_id, context=context)

    Dispatch(run, source, begin).start()
    with progress:
        process.start(stop_after_crawl=False)
    run.commit()
    source.settle()
    if not run.archive.unfinished_sites(run.id):
        return "finished"
    return "limit" if run.exhausted else "interrupted"


class SiteKeeper:
    """Begin and end a site within its run, and remember what the spider raised."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = of(crawler)
        self.hosts = hosts.of(crawler)
        self.reason = "finished"
        self.hooks = Hooks(
            crawler.settings["NIANBAO_ALERT_COMMAND"],
            crawler.settings["NIANBAO_ALERT_WEBHOOK"],
        )
        crawler.signals.connect(self.opened, signal=signals.spider_opened)
        crawler.signals.connect(self.closed, signal=signals.spider_closed)
        crawler.signals.connect(self.stopped, signal=signals.engine_stopped)
        crawler.signals.connect(self.spider_error, signal=signals.spider_error)
        crawler.signals.connect(self.item_error, signal=signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SiteKeeper:
        return cls(crawler)

    def opened(self, spider: ReportSpider) -> None:
        """Begin the site, unless the run has done so with all its sites."""
        self.run.archive.begin_sites(self.run.id, [archived(spider.site)])

    def closed(self, spider: ReportSpider, reason: str) -> None:
        """End the site, unless the run is to be gone on with: an interrupt, a limit, a write
        that failed.
        """
        left_out = self.hosts.first_left_out(spider.site.all_hosts)
        if reason == "finished" and left_out is not None:
            reason = left_out.reason
        elif reason == "finished" and spider.waiting_count:
            reason = "limit"
        self.reason = reason
        self.run.commit()
        if reason == "shutdown":
            self.run.stopped = True
        if reason in GONE_ON_WITH or self.run.failure is not None:
            return
        try:
            links = (
                len(spider.listed_addresses)
                if spider.starts_everywhere and not spider.context.selective
                else None
            )
            whole = spider.failed_list_count == 0
            self.run.archive.end_site(
                self.run.id, spider.site.id, reason, links, lists_whole=whole
            )
        except ArchiveError as error:
            self.run.failure = error

    def stopped(self) -> None:
        """End a run that is this spider's alone."""
        if not self.run.alone:
            return
        self.run.commit()
        found = summary(self.run.archive.db, self.run.id, self.reason, self.run.errors)
        if self.run.failure is None and self.reason not in GONE_ON_WITH:
            self.run.archive.end_run(self.run.id, self.reason, found.counts())
        failed = (str(self.run.failure),) if self.run.failure is not None else ()
        alert = Alert(
            str(self.run.archive.path), (*found.errors, *failed), found.warnings, found
        )
        for failure in self.hooks.tell(alert):
            log.error(failure)
        self.run.readers.close()
        self.run.archive.close()

    def spider_error(self, failure: Failure, spider: ReportSpider) -> None:
        """Remember that a spider raised: the site is not done, whatever the log says."""
        spider.count_failed_list()
        self.run.errors.append(f"{spider.site.id}: {failure.getErrorMessage()}")

    def item_error(self, failure: Failure, spider: ReportSpider) -> None:
        """Remember that a pipeline raised."""
        self.run.errors.append(f"{spider.site.id}: {failure.getErrorMessage()}")


class RunAddon:
    """Begin a run where nobody did: `scrapy crawl PLATFORM -a site=ID`, and under Scrapyd."""

    def update_settings(self, settings: Settings) -> None:
        """Open the archive that NIANBAO_ARCHIVE names and begin a run, unless the settings
        carry one.
        """
        if settings.getbool("NIANBAO_BROWSER"):
            settings.set(
                "DOWNLOAD_HANDLERS",
                dict.fromkeys(("http", "https"), BROWSER),
                priority="spider",
            )
        if SETTING in settings:
            return
        archive = Archive.create(os.environ.get("NIANBAO_ARCHIVE", "archive.db"))
        readers = Readers()
        run = Run(
            archive.begin_run(VERSION, {"scrapy": True}), archive, readers, alone=True
        )
        name_cells(archive)
        catch_up(archive, readers, reader.READER_VERSION, run_id=run.id)
        settings.set(SETTING, run, priority="addon")
        settings.set(hosts.SETTING, hosts.Hosts(db=archive.db), priority="addon")
