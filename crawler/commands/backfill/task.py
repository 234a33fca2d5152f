"""A backfill as the command runs it: fetched without the archive, then imported, by target."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.archive.transfer.backfill import count_added_versions
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.backfill.backfill import Backfill
from nianbao.crawler.backfill.client import ServiceTrouble
from nianbao.crawler.backfill.holdings import SiteHoldings
from nianbao.crawler.backfill.intake import take_in_records
from nianbao.crawler.backfill.summary import BackfillSummary
from nianbao.crawler.backfill.work_folder import WorkFolder
from nianbao.crawler.commands.merge import pack_all_sites
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.progress import Bar, Steps

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.crawler.backfill.client import Client
    from nianbao.crawler.backfill.index import Index
    from nianbao.crawler.backfill.services import WebArchive
    from nianbao.crawler.backfill.targets import BackfillTarget


@dataclass
class BackfillTask:
    """A backfill of one or more targets, and what came of it."""

    path: Path
    service: WebArchive
    client: Client
    index: Index
    years: frozenset[int]
    limit: int | None
    console: Console
    steps: Steps
    quiet: bool
    summary: BackfillSummary = field(default_factory=BackfillSummary)
    run_ids: list[int] = field(default_factory=list)

    def run(self, targets: list[BackfillTarget], *, dry_run: bool) -> None:
        """Backfill targets one after the other, until the service cannot be asked any more."""
        self.summary.targets = len(targets)
        for target in targets:
            folder = WorkFolder(self.path, self.service.index, target.key)
            try:
                trouble = self._fetch(target, folder, dry_run=dry_run)
                if not dry_run:
                    self._take_in(target, folder)
            finally:
                folder.close()
            if trouble is not None:
                self.summary.failures.append(trouble)
                break
        if self.path.exists():
            self._finish()

    def _fetch(
        self, target: BackfillTarget, folder: WorkFolder, *, dry_run: bool
    ) -> str | None:
        """List and fetch the captures of a target; return what went wrong with the service."""
        task = Backfill(
            self.service,
            self.client,
            self.index,
            target,
            folder,
            self._load_holdings(target),
            self.steps.update,
            self.summary.fetches,
        )
        try:
            choice = task.choose(self.years)
            if dry_run:
                return None
            left_before = self.summary.left
            task.fetch(choice, self._rest_of_limit())
        except ServiceTrouble as error:
            return str(error)
        if self.summary.left == left_before:
            folder.remove_answers()
        return None

    def _load_holdings(self, target: BackfillTarget) -> SiteHoldings:
        if not self.path.exists():
            return SiteHoldings()
        with Archive(self.path) as archive:
            return SiteHoldings.load(archive, target.name)

    def _rest_of_limit(self) -> int | None:
        if self.limit is None:
            return None
        return max(0, self.limit - self.summary.asked)

    def _take_in(self, target: BackfillTarget, folder: WorkFolder) -> None:
        """Import what was fetched of a target, also by a backfill that was cut off."""
        if not folder.records.exists():
            return
        settings = {"backfill": self.service.index, "target": target.key}
        with open_to_write(self.path, self.console, quiet=self.quiet) as archive:
            intake = take_in_records(
                archive, target, folder.records, settings, self.steps.update
            )
        self.summary.add_import(intake.result)
        if intake.run_id is not None:
            self.run_ids.append(intake.run_id)
        folder.remove_records()

    def _finish(self) -> None:
        """Read what is still unread, and count what was added."""
        if self.run_ids:
            bar = Bar("reading", self.console, quiet=self.quiet)
            with open_to_write(self.path, self.console, quiet=self.quiet) as archive:
                self.summary.failures += read_pending_pages(archive, bar)
                pack_all_sites(archive)
        with Archive(self.path) as archive:
            self.summary.versions = count_added_versions(archive.db, self.run_ids)
            self.summary.holdings = count_holdings(archive.db)
