"""The crawl of a run on a cluster: groups of sites go to workers, archives come back.

The run is the one of a crawl by one process: it has begun on all its sites, and a site is finished
when what a worker saw of it is merged. So a crawl that was cut off is gone on with, on the cluster
or without it.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.raw.runs import load_run_uid
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from nianbao.archive.transfer.site_slice import (
    compress_file,
    unpack_slice,
    write_slice,
)
from nianbao.crawler.cluster.crawl_order import CrawlOrder
from nianbao.crawler.cluster.crawl_task import crawl_group
from nianbao.crawler.cluster.errors import ClusterFailed, WorkersDied
from nianbao.crawler.cluster.groups import (
    SiteGroup,
    bundle_groups,
    group_sites,
    list_names,
    look_up_names,
)
from nianbao.crawler.dispatch import SITES_AT_A_TIME
from nianbao.crawler.progress import Bar
from nianbao.crawler.settings import CONTACT
from nianbao.crawler.signals import (
    CommandStopped,
    end_on_signals,
)
from nianbao.pipelines import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from distributed import Future as Task

    from nianbao.archive.raw.site_identity import SiteIdentity
    from nianbao.crawler.cluster.cluster import Cluster
    from nianbao.crawler.cluster.crawl_order import CrawlPart
    from nianbao.crawler.discovery.targets import Targets
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.crawler.progress import Progress
    from nianbao.pipelines.run import CrawlRun

ORDERS_AHEAD = 1  # for each place: what waits is in the scheduler's memory


def plan_groups(targets: Targets, site_ids: Iterable[str]) -> list[SiteGroup]:
    """Return the smallest groups of sites that share no address, as the names lead now.

    A site whose file is gone since the run began has no hosts: whoever crawls it gives it up.
    """
    hosts = targets.hosts()
    own_hosts = {site_id: hosts.get(site_id, ()) for site_id in site_ids}
    names = {
        name for site_hosts in own_hosts.values() for name in list_names(site_hosts)
    }
    return group_sites(own_hosts, look_up_names(names))


class ClusterCrawl:
    """Crawls the unfinished sites of a run on a cluster."""

    def __init__(
        self, cluster: Cluster, plan: CrawlPlan, run: CrawlRun, targets: Targets
    ) -> None:
        self._cluster = cluster
        self._plan = plan
        self._run = run
        self._targets = targets
        self._tasks: dict[Task, SiteGroup] = {}
        self._run_uid = load_run_uid(run.archive.db, run.id)

    def crawl(self, progress: Progress) -> None:
        """Have all groups crawled, and merge what comes back as it comes.

        What keeps that from being done is an error of the run, whose other sites are gone on
        with at the next start. Raises ArchiveError.
        """
        waiting = deque(self._make_bundles())
        total = len(waiting)
        bar = Bar("crawling", progress.console, quiet=progress.quiet)
        try:
            with end_on_signals(), self._stopping_on_signals(), bar:
                while waiting or self._tasks:
                    bar.update(total - len(waiting) - len(self._tasks), total)
                    self._submit_some(waiting)
                    for task in self._cluster.wait_for_any(self._tasks):
                        self._take_part(task)
        except ClusterFailed as error:
            self._run.errors.append(str(error))
        finally:
            self._cluster.cancel(self._tasks)

    @contextmanager
    def _stopping_on_signals(self) -> Iterator[None]:
        """End the block on a signal, as a crawl of one process ends."""
        try:
            yield
        except CommandStopped:
            self._run.stopping = True

    def _make_bundles(self) -> list[SiteGroup]:
        """Return the groups of the unfinished sites, small ones put together.

        A process asks so many sites at a time, each slowly: with fewer, it would only wait.
        """
        site_ids = self._run.archive.unfinished_sites(self._run.id)
        groups = plan_groups(self._targets, site_ids)
        places = max(1, self._cluster.count_places())
        share = -(-len(site_ids) // places)
        return bundle_groups(groups, min(share, SITES_AT_A_TIME))

    def _submit_some(self, waiting: deque[SiteGroup]) -> None:
        """Submit as many groups as the workers can begin, and some more."""
        most = (1 + ORDERS_AHEAD) * max(1, self._cluster.count_places())
        while waiting and len(self._tasks) < most:
            group = waiting.popleft()
            order = self._make_order(group)
            self._tasks[self._cluster.submit(crawl_group, order)] = group

    def _make_order(self, group: SiteGroup) -> CrawlOrder:
        with TemporaryDirectory(prefix="nianbao-slice-") as folder:
            path = Path(folder) / "slice.db"
            write_slice(self._run.archive, group.sites, path)
            data = compress_file(path)
        targets = self._targets.choose(group.sites)
        return CrawlOrder(self._plan, targets, self._run_uid, CONTACT, data)

    def _take_part(self, task: Task) -> None:
        """Merge what came of a group."""
        group = self._tasks.pop(task)
        try:
            part: CrawlPart = self._cluster.take_result(task)
        except WorkersDied as error:
            self._run.errors.append(f"{', '.join(group.sites)}: {error}")
            return
        self._run.errors += part.errors
        with TemporaryDirectory(prefix="nianbao-part-") as folder:
            path = Path(folder) / "part.db"
            unpack_slice(part.archive, path)
            with Archive(path) as source:
                merge_archive(self._run.archive, source, is_one_site=_is_ours)
                carry_readings(self._run.archive, source, reader.READER_VERSION)
        for site_id in group.sites:
            self._run.archive.repack(site_id)


def _is_ours(_: SiteIdentity, __: SiteIdentity) -> bool:
    """Tell that a site that comes back is the one that was sent out."""
    return True
