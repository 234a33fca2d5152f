"""What Scrapy starts by its settings, beside middlewares and pipelines.

The keeper of a site within its run, the visits to pages that no list names any more, and the
add-on that begins a run where nobody did.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.raw.runs import require_right_clock
from nianbao.archive.read_model.crawls.run_summary import summarize_run
from nianbao.archive.records import Hints, Note
from nianbao.crawler.alerts import Alert, read_hooks
from nianbao.crawler.archived_sites import find_site_clash, to_archived_site
from nianbao.crawler.archives import name_cells
from nianbao.crawler.egress.proxies import read_proxy
from nianbao.crawler.hosts import HostStates, attach_hosts, hosts_of
from nianbao.crawler.settings import VERSION
from nianbao.pipelines import reader
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.process_pool import CannotBegin, require_threads
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run import CrawlRun, attach_run, has_run, run_of
from nianbao.spiders.own_hosts import find_other_form

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.settings import Settings
    from twisted.python.failure import Failure

    from nianbao.spiders.report_spider import ReportSpider

BROWSER = "nianbao.crawler.middlewares.browser_handler.BrowserHandler"
# how a spider closes whose site is to be resumed
RESUMED_LATER = ("shutdown", "limit")
# how a spider closes whose id is another site's in the archive
OTHER_SITE = "other_site"
log = logging.getLogger(__name__)


class SiteKeeper:
    """Begin and end a site within its run, and remember what the spider raised."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = run_of(crawler)
        self.hosts = hosts_of(crawler)
        self.reason = "finished"
        # On pages whose reading raised, and on the forms of its hosts.
        self.notes: list[Note] = []
        self.hooks = read_hooks(crawler.settings)
        connect = crawler.signals.connect
        connect(self.begin_site, signal=signals.spider_opened)
        connect(self.end_site, signal=signals.spider_closed)
        connect(self.end_standalone_run, signal=signals.engine_stopped)
        connect(self.remember_spider_error, signal=signals.spider_error)
        connect(self.remember_item_error, signal=signals.item_error)
        connect(self.remember_other_form, signal=signals.response_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SiteKeeper:
        return cls(crawler)

    def begin_site(self, spider: ReportSpider) -> None:
        """Begin the site, unless the run has done so with all its sites.

        Raises CloseSpider when the archive has another site under its id.
        """
        site = to_archived_site(spider.site)
        clash = find_site_clash(self.run.archive, site)
        if clash is not None:
            log.error(clash)
            self.run.errors.append(clash)
            raise CloseSpider(OTHER_SITE)
        self.run.archive.begin_sites(self.run.id, [site])

    def end_site(self, spider: ReportSpider, reason: str) -> None:
        """End the site, unless it is to be resumed: an interrupt, a limit, a write that failed."""
        self.reason = self._end_reason(spider, reason)
        self.run.commit()
        if self.reason == "shutdown":
            self.run.stopping = True
        if self.reason == OTHER_SITE:
            self.end_standalone_run()  # the engine never started, so it tells of no end
            return
        if self.reason in RESUMED_LATER or self.run.failure is not None:
            return
        links = None
        if spider.starts_everywhere and not spider.context.selective:
            links = sum(map(spider.owns_host, spider.listed_addresses))
        try:
            for note in self.notes:
                self.run.archive.store_note(self.run.id, note)
            self.run.archive.end_site(
                self.run.id,
                spider.site.id,
                self.reason,
                links,
                lists_whole=spider.failed_list_count == 0,
            )
        except ArchiveError as error:
            self.run.failure = error

    def _end_reason(self, spider: ReportSpider, reason: str) -> str:
        """Return how the site's run ends: an excluded host and a limit come before `finished`."""
        if reason != "finished":
            return reason
        exclusion = self.hosts.first_exclusion(spider.site.all_hosts)
        if exclusion is not None:
            return exclusion.reason
        if spider.waiting_count:
            return "limit"
        return reason

    def end_standalone_run(self) -> None:
        """End a run that is this spider's alone, and send its alerts."""
        run = self.run
        if not run.standalone:
            return
        run.commit()
        run_summary = summarize_run(run.archive.db, run.id, self.reason, run.errors)
        errors = run_summary.errors
        for error in errors:
            if error not in run.errors:  # those are in the log already
                log.error(error)
        if run.failure is not None:
            errors = (*errors, str(run.failure))
        elif self.reason not in RESUMED_LATER:
            run.archive.end_run(run.id, self.reason, run_summary.counts())
        path = str(run.archive.path)
        alert = Alert(path, errors, run_summary.warnings, run_summary)
        hook_failures = self.hooks.send(alert)
        for failure in hook_failures:
            log.error(failure)
        run.succeeded = run_summary.ok and not errors and not hook_failures
        run.pool.close()
        run.archive.close()

    def remember_spider_error(
        self, failure: Failure, response: Response, spider: ReportSpider
    ) -> None:
        """Note that a spider raised: its lists are not known whole, whatever the log says."""
        spider.count_failed_list()
        reason = failure.getErrorMessage()
        self.run.errors.append(f"{spider.site.id}: {reason}")
        message = f"the page could not be read: {reason}"
        self.notes.append(spider.notes.note_failed_list(response.url, message))

    def remember_other_form(
        self, response: Response, request: Request, spider: ReportSpider
    ) -> None:
        """Note a redirect between http and https, `www.` and the bare name, once a run."""
        redirect_urls: list[str] = request.meta.get("redirect_urls", [])
        first_url = redirect_urls[0] if redirect_urls else request.url
        home = find_other_form(first_url, response.url)
        if home is None:
            return
        asked = urljoin(first_url, "/")
        finding = make_finding(
            "host.other_form",
            "info",
            {"url": asked, "home": home},
        )
        note = spider.notes.note_finding(asked, finding)
        if note not in self.notes:
            self.notes.append(note)

    def remember_item_error(self, failure: Failure, spider: ReportSpider) -> None:
        """Remember that a pipeline raised."""
        self.run.errors.append(f"{spider.site.id}: {failure.getErrorMessage()}")


class UnlistedPages:
    """Visit the reports that the lists no longer name: gone, moved, or only unlisted."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = run_of(crawler)
        crawler.signals.connect(self.request_unlisted, signal=signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UnlistedPages:
        return cls(crawler)

    def request_unlisted(self, spider: ReportSpider) -> None:
        """Ask for the pages that no list named; raise DontCloseSpider when there are some.

        A run that visits some reports only, or is at its limit, cannot tell what the lists no
        longer name.
        """
        if spider.context.selective or spider.waiting_count:
            return
        urls = self._unlisted_urls(spider)
        for url in urls:
            last = self.run.archive.latest_payload_visit(url)
            hints = last.hints if last else Hints()
            request = spider.request_report(url, hints)
            if self.crawler.engine is not None:
                self.crawler.engine.crawl(request)
        if urls:
            raise DontCloseSpider

    def _unlisted_urls(self, spider: ReportSpider) -> list[str]:
        identify = spider.context.identify
        requested = set(map(identify, spider.report_addresses))
        urls = []
        for url in self.run.archive.report_addresses(spider.site.id):
            is_requested = identify(url) in requested
            if not is_requested and spider.context.is_due(url, "report"):
                urls.append(url)
        return urls


class RunAddon:
    """Begin a run where nobody did: `scrapy crawl PLATFORM -a site=ID`, and under Scrapyd."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunAddon:
        return cls(crawler)

    def update_settings(self, settings: Settings) -> None:
        """Choose what downloads, and begin a run unless the crawler belongs to one."""
        if settings.getbool("NIANBAO_BROWSER"):
            handlers = dict.fromkeys(("http", "https"), BROWSER)
            settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")
        if not has_run(self.crawler):
            self._begin_run(settings)

    def _begin_run(self, settings: Settings) -> None:
        """Begin a run in the archive that the setting NIANBAO_ARCHIVE names.

        Where it cannot begin, the process is ended: for an exception Scrapy prints a traceback.
        """
        path: str = settings["NIANBAO_ARCHIVE"]
        try:
            run = _open_run(path)
        except (ArchiveError, CannotBegin) as error:
            log.critical(error)
            for failure in read_hooks(settings).send(Alert(path, (str(error),))):
                log.error(failure)
            raise SystemExit(1) from None
        attach_run(self.crawler, run)
        proxy = read_proxy(settings["NIANBAO_PROXY"])
        hosts = HostStates(db=run.archive.db, proxy=proxy)
        attach_hosts(self.crawler, hosts)


def _open_run(path: str) -> CrawlRun:
    """Begin a run of one spider in an archive. Raises ArchiveError and CannotBegin."""
    with ExitStack() as opened:
        archive = opened.enter_context(Archive.create(path))
        if archive.migration is not None:
            log.info("%s", archive.migration.sentence)
        require_right_clock(archive.db, archive.path)
        require_threads()
        pool = ReadingPool()
        opened.callback(pool.close)
        run_id = archive.begin_run(VERSION, {"scrapy": True})
        name_cells(archive)
        catch_up(archive, pool, reader.READER_VERSION, run_id=run_id)
        opened.pop_all()
        return CrawlRun(run_id, archive, pool, standalone=True)
