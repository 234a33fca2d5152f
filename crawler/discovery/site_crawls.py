"""The crawls of a run's sites: each begins in its turn, after a search where it needs one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model.crawls.run_summary import (
    count_site_visits,
    select_site_end,
)
from nianbao.archive.records import Note
from nianbao.crawler.discovery.known_sites import SearchHistory
from nianbao.crawler.discovery.site_search import SiteSearch, describe_one_body

if TYPE_CHECKING:
    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.crawler.discovery.targets import Search, Targets
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.crawler.process import CrawlProcess
    from nianbao.crawler.progress import Progress
    from nianbao.pipelines.run import CrawlRun
    from nianbao.spiders.catalogue import Site


class SiteCrawls:
    """Begins the crawls of a plan's targets in a process."""

    def __init__(
        self,
        plan: CrawlPlan,
        targets: Targets,
        run: CrawlRun,
        process: CrawlProcess,
        progress: Progress,
    ) -> None:
        self._plan = plan
        self._targets = targets
        self._run = run
        self._process = process
        self._progress = progress

    def begin(self, site_id: str) -> asyncio.Future[None]:
        """Begin the crawl of a site; return what is finished when it is."""
        return asyncio.ensure_future(self._crawl(site_id))

    async def _crawl(self, site_id: str) -> None:
        """Crawl a site. What goes wrong is the run's, which goes on with the other sites."""
        try:
            await self._crawl_target(site_id)
        except ArchiveError as error:
            self._run.failure = self._run.failure or error
            self._run.abort(str(error))
        except Exception as error:  # noqa: BLE001 — of one site; the run says it and goes on
            self._run.errors.append(f"{site_id}: {type(error).__name__}: {error}")

    async def _crawl_target(self, site_id: str) -> None:
        search = self._targets.searches.get(site_id)
        if search is not None:
            await self._search_and_crawl(search)
            return
        discovery = self._targets.discoveries.get(site_id)
        if discovery is not None:
            self._note_coverage(discovery)
        site = self._targets.find_site(site_id)
        if site is None:  # its file or its government is gone since the run began
            self._run.archive.end_site(
                self._run.id, site_id, "abandoned", None, lists_whole=False
            )
            return
        await self._crawl_site(site)

    async def _search_and_crawl(self, search: Search) -> None:
        """Search a site, then crawl its columns, or those that were found before."""
        site_search = SiteSearch(
            search,
            self._run,
            self._plan.delay,
        )
        record = await site_search.take(self._process, self._progress)
        if record is None:
            return
        discoveries = (*search.history.discoveries, record)
        usable = SearchHistory(discoveries, search.history.works).usable
        if record.columns:
            usable = record
        if usable is None:
            site_search.store_in_vain(record)
            return
        site_search.store(record)
        self._note_coverage(usable)
        if not self._run.stopping:
            await self._crawl_site(self._targets.make_discovered(usable))

    def _note_coverage(self, discovery: SiteDiscovery) -> None:
        """Note where columns are of one body only: the government is not covered."""
        if discovery.is_of_one_body:
            finding = describe_one_body(discovery)
            note = Note(
                discovery.site_id,
                discovery.home,
                finding,
            )
            self._run.archive.store_note(self._run.id, note)

    async def _crawl_site(self, site: Site) -> None:
        db = self._run.archive.db
        crawler = self._process.create_crawler(site.platform)
        visits = count_site_visits(db, self._run.id, site.id)
        follower = self._progress.follow(crawler, site, visits)
        context = self._plan.context(
            self._run.archive,
            site,
            self._run.id,
        )
        await self._process.crawl(
            crawler,
            site=site,
            context=context,
        )
        end = select_site_end(db, self._run.id, site.id)
        follower.finish(end.visits, end.state)
