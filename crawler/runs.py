"""Runs: one or many sites crawled into one archive; begun, resumed after a cut, summed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rich.console import Console

from nianbao.archive import Archive
from nianbao.archive.raw.runs import find_run, require_right_clock
from nianbao.archive.read_model.crawls.run_summary import RunSummary, summarize_run
from nianbao.archive.storage.connection import is_there
from nianbao.crawler import contact
from nianbao.crawler.archived_sites import find_site_clash, to_archived_site
from nianbao.crawler.archives import name_cells, open_to_write
from nianbao.crawler.discovery.choice import choose_targets
from nianbao.crawler.discovery.site_crawls import SiteCrawls
from nianbao.crawler.dispatch import Dispatch
from nianbao.crawler.hosts import HostStates
from nianbao.crawler.networks import networks_of
from nianbao.crawler.process import CrawlProcess, project_settings
from nianbao.crawler.progress import Progress
from nianbao.crawler.settings import CONTACT, VERSION
from nianbao.crawler.turns.gates import Gates
from nianbao.crawler.turns.next_site import SiteQueue
from nianbao.pipelines import reader
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.process_pool import require_threads
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run import CrawlRun
from nianbao.spiders.catalogue import CatalogueError, Site
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from nianbao.archive.raw.runs import ArchivedSite
    from nianbao.crawler.cluster.cluster import Cluster
    from nianbao.crawler.discovery.targets import Targets
    from nianbao.crawler.plan import CrawlPlan


def crawl(plan: CrawlPlan, progress: Progress) -> RunSummary:
    """Crawl the plan's sites; return the summary of the run.

    Raises CatalogueError, ContactMissing and ArchiveError.
    """
    files = load_all_sites(plan.sites)
    if not is_there(plan.archive):  # nothing is made where nothing can be crawled
        _require_ready(plan, choose_targets(plan, files, None))
    require_threads()
    with (
        _open_cluster(plan) as cluster,
        closing(ReadingPool()) as pool,
        open_to_write(plan.archive, progress.console, quiet=progress.quiet) as archive,
    ):
        targets = choose_targets(plan, files, archive)
        _require_ready(plan, targets)
        run = _begin_run(plan, archive, pool, targets)
        catch_up(
            archive,
            pool,
            reader.READER_VERSION,
            run_id=run.id,
            progress=progress.show_catch_up,
        )
        if cluster is None:
            reason = _crawl_sites(plan, run, targets, progress)
        else:
            reason = _crawl_on_cluster(cluster, plan, run, targets, progress)
        return replace(_end_run(run, reason), unknown=targets.unknown)


def crawl_part(
    plan: CrawlPlan, targets: Targets, run_uid: str, readers: int
) -> list[str]:
    """Crawl the sites on which a run has begun in the plan's archive; return what went wrong.

    The run is ended where the archive is merged.
    """
    console = Console(quiet=True)
    with closing(ReadingPool(readers)) as pool, Archive.create(plan.archive) as archive:
        run = CrawlRun(find_run(archive.db, run_uid), archive, pool)
        _crawl_sites(plan, run, targets, Progress(console, quiet=True))
        if run.failure is not None:
            run.errors.append(str(run.failure))
        return run.errors


@contextmanager
def _open_cluster(plan: CrawlPlan) -> Iterator[Cluster | None]:
    """Yield the cluster that a plan names; None without one. Raises ClusterUnusable."""
    if plan.cluster is None:
        yield None
        return
    from nianbao.crawler.cluster.cluster import open_cluster

    with open_cluster(plan.cluster) as cluster:
        yield cluster


def _crawl_on_cluster(
    cluster: Cluster,
    plan: CrawlPlan,
    run: CrawlRun,
    targets: Targets,
    progress: Progress,
) -> str:
    """Have the sites crawled by a cluster; return `finished` or `interrupted`.

    What was merged without its reading is read by the cluster, too. The feed tells what came,
    also of a run that is to be gone on with.
    """
    from nianbao.crawler.cluster.crawl import ClusterCrawl
    from nianbao.crawler.cluster.reading import ClusterReaders

    ClusterCrawl(cluster, plan, run, targets).crawl(progress)
    reason = _name_end(run)
    if reason == "finished":
        with closing(ClusterReaders(cluster)) as readers:
            catch_up(run.archive, readers, reader.READER_VERSION, run_id=run.id)
    else:
        run.archive.finalize(run.id)
    return reason


def _require_ready(plan: CrawlPlan, targets: Targets) -> None:
    """Raise ContactMissing and CatalogueError where the targets cannot be crawled."""
    networks = networks_of(plan.allow_address)
    contact.require(CONTACT, targets.iterate_sites(), networks)
    contact.require(CONTACT, targets.iterate_searched_sites(), networks)
    _require_browser(targets.iterate_sites())
    _require_direct_browser(plan, targets.iterate_sites())


def _require_browser(sites: Iterable[Site]) -> None:
    """Raise CatalogueError when a site needs a browser and none is installed."""
    site_ids = [site.id for site in sites if site.browser]
    if site_ids and find_spec("scrapy_playwright") is None:
        raise CatalogueError(
            f"{', '.join(site_ids)}: `browser: true`, or --browser, needs the extra:"
            " pip install 'nianbao[browser]'"
        )


def _require_direct_browser(plan: CrawlPlan, sites: Iterable[Site]) -> None:
    """Raise CatalogueError when a browser would go past a proxy."""
    for site in sites:
        if site.browser and (plan.proxy or site.proxy):
            raise CatalogueError(
                f"{site.id}: `browser: true`, or --browser, does not go with a proxy:"
                " the browser would not go through it"
            )


def _begin_run(
    plan: CrawlPlan, archive: Archive, pool: ReadingPool, targets: Targets
) -> CrawlRun:
    """Begin a run, or resume the one of the same plan that was cut off. Raises ClockWrong."""
    require_right_clock(archive.db, archive.path)
    run_id = archive.begin_run(VERSION, plan.settings())
    resumed_ids = set(archive.unfinished_sites(run_id))
    run = CrawlRun(run_id, archive, pool, page_budget=plan.limit)
    due_sites = _list_due_sites(plan, archive, run_id, targets)
    if resumed_ids:
        due_sites = [site for site in due_sites if site.id in resumed_ids]
    _begin_sites(run, due_sites)
    name_cells(archive)
    return run


def _begin_sites(run: CrawlRun, due_sites: Iterable[ArchivedSite]) -> None:
    """Begin the sites that are due, but for those whose id is another site's in the archive.

    Such a site is an error of the run. One that an earlier start has begun is abandoned.
    """
    begun_ids = run.archive.unfinished_sites(run.id)
    sites = []
    for site in due_sites:
        clash = find_site_clash(run.archive, site)
        if clash is None:
            sites.append(site)
            continue
        run.errors.append(clash)
        if site.id in begun_ids:
            run.archive.end_site(run.id, site.id, "abandoned", None, lists_whole=False)
    run.archive.begin_sites(run.id, sites)


def _list_due_sites(
    plan: CrawlPlan, archive: Archive, run_id: int, targets: Targets
) -> list[ArchivedSite]:
    """Return the sites of which something is due, and those to be searched.

    Without `--due` all of them.
    """
    due_sites = [search.archived_site for search in targets.searches.values()]
    for site in targets.iterate_sites():
        if not plan.due or plan.calendar(archive, site, run_id).due_visits():
            due_sites.append(to_archived_site(site))
    return due_sites


def _end_run(run: CrawlRun, reason: str) -> RunSummary:
    """End a run that is finished; return its summary. Raises ArchiveError."""
    if run.failure is not None:
        raise run.failure
    run_summary = summarize_run(run.archive.db, run.id, reason, run.errors)
    if reason == "finished":
        run.archive.end_run(run.id, reason, run_summary.counts())
    return run_summary


def _crawl_sites(
    plan: CrawlPlan, run: CrawlRun, targets: Targets, progress: Progress
) -> str:
    """Run a spider for each site, some at a time; return `finished`, `limit`, or `interrupted`."""
    gates = Gates()
    site_ids = run.archive.unfinished_sites(run.id)
    queue = SiteQueue(site_ids, targets.hosts(), gates)
    hosts = HostStates(db=run.archive.db, gates=gates, proxy=plan.proxy)
    process = CrawlProcess(_run_settings(plan), hosts, run)
    run.stop_crawls = process.stop_soon

    crawls = SiteCrawls(plan, targets, run, process, progress)
    Dispatch(run, queue, crawls.begin).start()
    with progress:
        process.start(stop_after_crawl=False)
    run.stop_crawls = None
    run.commit()
    return _name_end(run)


def _name_end(run: CrawlRun) -> str:
    """Return how a run stands: `finished`, `limit`, or `interrupted`."""
    if not run.archive.unfinished_sites(run.id):
        return "finished"
    if run.is_at_limit:
        return "limit"
    return "interrupted"


def _run_settings(plan: CrawlPlan) -> Settings:
    settings = project_settings()
    values: dict[str, Any] = {"NIANBAO_ALLOW_ADDRESS": list(plan.allow_address)}
    if plan.sites:
        values["NIANBAO_SITES"] = str(plan.sites)
    if plan.distrust is not None:
        values["NIANBAO_DISTRUST"] = plan.distrust
    settings.setdict(values)
    return settings
