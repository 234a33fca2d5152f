"""The choice of a crawl's targets: which files, which discovered sites, which searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nianbao.archive.raw.runs import find_unfinished_run, load_run_start
from nianbao.crawler.discovery.known_sites import FileCoverage, SearchHistories
from nianbao.crawler.discovery.targets import Search, SiteNames, Targets
from nianbao.crawler.selection import SiteChoice, is_within, require_sites
from nianbao.spiders.register.governments import FILE_NAME, select_governments
from nianbao.spiders.register.own_register import load_all_governments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nianbao.archive import Archive
    from nianbao.crawler.discovery.known_sites import SearchHistory
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government


def choose_targets(
    plan: CrawlPlan, files: Mapping[str, Site], archive: Archive | None
) -> Targets:
    """Return what a crawl of a plan visits.

    `files` are all site files of its folder; `archive` is None where there is none yet. Raises
    CatalogueError where an id is no site's, and where there is nothing to crawl.
    """
    governments = _list_governments(plan, files)
    targets = Targets(
        _choose_files(
            plan,
            files,
            governments,
        ),
        delay=plan.delay,
        browser=plan.browser,
    )
    targets = _TargetChoice(
        plan,
        files,
        archive,
    ).add_governments(targets, governments)
    require_sites(
        SiteChoice(plan.sites, files, plan.only, plan.regions),
        {*targets.files, *targets.discoveries, *targets.searches},
        targets.unknown,
    )
    return targets


def _list_governments(plan: CrawlPlan, files: Mapping[str, Site]) -> list[Government]:
    """Return the governments that a plan is about.

    A folder of site files that is named has none, unless it or the plan names some.
    """
    if plan.only and files.keys() >= set(plan.only):
        return []
    is_about_files = plan.sites is not None and not (plan.sites / FILE_NAME).is_file()
    if is_about_files and not (plan.regions or plan.discover):
        return []
    governments = load_all_governments(plan.sites)
    if plan.regions:
        return select_governments(governments, plan.regions)
    return list(governments)


def _choose_files(
    plan: CrawlPlan, files: Mapping[str, Site], governments: list[Government]
) -> dict[str, Site]:
    """Return the sites of files that a plan names: by id, by region, or all."""
    chosen = dict(files)
    if plan.only:
        chosen = {name: site for name, site in files.items() if name in plan.only}
    if not plan.regions:
        return chosen
    codes = {code for government in governments for code in government.codes}
    in_regions = {}
    for name, site in chosen.items():
        code = site.region.code if site.region else None
        if is_within(site, plan.regions) or code in codes:
            in_regions[name] = site
    return in_regions


class _TargetChoice:
    """Finds out what is known of each government, and what is to be done about it."""

    def __init__(
        self, plan: CrawlPlan, files: Mapping[str, Site], archive: Archive | None
    ) -> None:
        self._plan = plan
        self._files = files
        self._now = plan.at or datetime.now(UTC)
        self._coverage = FileCoverage(files.values())
        run_id, self._resumed_since = find_resumed_run(plan, archive)
        self._histories = SearchHistories(archive, run_id)
        self._names = SiteNames(files.__contains__, archive)

    def add_governments(
        self, targets: Targets, governments: list[Government]
    ) -> Targets:
        """Return targets with the sites of governments that no site file covers."""
        unknown = 0
        for government in governments:
            if self._coverage.covers(government):
                continue
            history = self._histories.find(government).leave_out(self._files)
            if self._is_to_be_searched(government, history):
                search = self._make_search(government, history)
                if self._names_site(search.site_id):
                    targets.searches[search.site_id] = search
            elif history.usable is not None:
                if self._names_site(history.usable.site_id):
                    targets.discoveries[history.usable.site_id] = history.usable
            elif not (self._plan.only or self._was_searched_now(history)):
                unknown += 1
        return replace(targets, unknown=unknown)

    def _names_site(self, site_id: str) -> bool:
        return not self._plan.only or site_id in self._plan.only

    def _is_to_be_searched(
        self, government: Government, history: SearchHistory
    ) -> bool:
        """Tell whether a site is searched in this run; once, however often it is resumed."""
        if not self._plan.discover:
            return False
        if self._was_searched_now(history):
            return False
        return self._plan.search_again or history.is_due(government, self._now)

    def _was_searched_now(self, history: SearchHistory) -> bool:
        """Tell whether the run that is gone on with has searched a site already."""
        since = self._resumed_since
        return since is not None and history.was_searched_since(since)

    def _make_search(
        self,
        government: Government,
        history: SearchHistory,
    ) -> Search:
        if history.last is not None:
            site_id = history.last.site_id
        else:
            site_id = self._names.name_site(government)
        return Search(
            site_id,
            government,
            history,
        )


def find_resumed_run(
    plan: CrawlPlan, archive: Archive | None
) -> tuple[int | None, str | None]:
    """Return the run that a crawl of a plan goes on with, and when it began; else None twice."""
    if archive is None:
        return None, None
    run_id = find_unfinished_run(archive.db, plan.settings())
    if run_id is None:
        return None, None
    return run_id, load_run_start(archive.db, run_id)
