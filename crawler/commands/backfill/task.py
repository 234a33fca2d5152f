"""A backfill as the command runs it: fetched without the archive, then imported, by target."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.archive.transfer.backfill import count_added_versions
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.backfill.backfill import Backfill
from nianbao.crawler.backfill.client import AddressTrouble, ServiceTrouble
from nianbao.crawler.backfill.holdings import SiteHoldings
from nianbao.crawler.backfill.intake import take_in_records
from nianbao.crawler.backfill.summary import BackfillSummary
from nianbao.crawler.backfill.work_folder import SUFFIX, WorkFolder, lock_index
from nianbao.crawler.commands.merge import pack_all_sites
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.progress import Bar, Steps

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.crawler.backfill.client import Client
    from nianbao.crawler.backfill.index import Index
    from nianbao.crawler.backfill.services import WebArchive
    from nianbao.crawler.backfill.targets import BackfillTarget
    from nianbao.pipelines.reading_pool import PageReaders


MOST_TROUBLES = 3  # targets one after the other that came to nothing


@dataclass
class BackfillTask:
    """A backfill of one or more targets, and what came of it."""

    path: Path
    service: WebArchive
    client: Client
    index: Index
    years: frozenset[int]
    limit: int | None
    again: bool
    console: Console
    steps: Steps
    readers: PageReaders | None  # without, processes of this machine read
    quiet: bool
    summary: BackfillSummary = field(default_factory=BackfillSummary)
    run_ids: list[int] = field(default_factory=list)

    def run(self, targets: list[BackfillTarget], *, dry_run: bool) -> None:
        """Backfill targets one after the other, until the service cannot be asked any more.

        One that comes to nothing does not end the others, unless the next ones fare no better.
        Raises FolderBusy.
        """
        self.summary.targets = len(targets)
        troubles = 0
        with lock_index(self.path, self.service.index):
            for number, target in enumerate(targets, 1):
                try:
                    self._backfill(target, dry_run=dry_run)
                    troubles = 0
                except (
                    ServiceTrouble,
                    AddressTrouble,
                    ArchiveError,
                    OSError,
                ) as error:
                    self.summary.failures.append(self._describe(target, error))
                    is_service = isinstance(error, ServiceTrouble)
                    troubles = MOST_TROUBLES if is_service else troubles + 1
                if troubles >= MOST_TROUBLES:
                    self.summary.targets_left = len(targets) - number
                    break
        try:
            self._finish(dry_run=dry_run)
        except ArchiveError as error:
            self.summary.failures.append(str(error))

    def _describe(self, target: BackfillTarget, error: Exception) -> str:
        """Return why a target came to nothing."""
        if isinstance(error, AddressTrouble):
            return f"{target.name}: {error}"
        if isinstance(error, OSError):
            return describe_unwritable(self.path, error)
        return str(error)

    def _backfill(self, target: BackfillTarget, *, dry_run: bool) -> None:
        """List, fetch and take in the captures of a target.

        What was fetched is taken in also when there was trouble, or when an earlier backfill left
        it. Raises ServiceTrouble, AddressTrouble, ArchiveError, OSError.
        """
        index = self.service.index
        folder = WorkFolder(self.path, index, target.key, again=self.again)
        trouble = None
        try:
            self._fetch(target, folder, dry_run=dry_run)
        except (ServiceTrouble, AddressTrouble) as error:
            trouble = error
        if not dry_run and folder.records.exists():
            try:
                self._take_in(target, folder)
            except ArchiveError:
                if trouble is not None:
                    self.summary.failures.append(self._describe(target, trouble))
                raise
        if trouble is not None:
            raise trouble

    def _fetch(
        self, target: BackfillTarget, folder: WorkFolder, *, dry_run: bool
    ) -> None:
        """List and fetch the captures of a target."""
        task = Backfill(
            self.service,
            self.client,
            self.index,
            target,
            folder,
            self._load_holdings(target),
            self.steps.update,
            self.summary.fetches,
            self.limit,
        )
        choice = task.choose(self.years)
        if not dry_run and not task.fetch(choice):
            folder.remove_answers()

    def _load_holdings(self, target: BackfillTarget) -> SiteHoldings:
        if not self.path.exists():
            return SiteHoldings()
        with Archive(self.path) as archive:
            return SiteHoldings.load(archive, target.name)

    def _take_in(self, target: BackfillTarget, folder: WorkFolder) -> None:
        """Import what was fetched of a target. Raises ArchiveError."""
        settings = {"backfill": self.service.index, "target": target.key}
        with open_to_write(self.path, self.console, quiet=self.quiet) as archive:
            intake = take_in_records(
                archive, target, folder, settings, self.steps.update, self.readers
            )
        self.summary.add_import(intake.result)
        if intake.run_id is not None:
            self.run_ids.append(intake.run_id)

    def _finish(self, *, dry_run: bool) -> None:
        """Read what is still unread, and count what was added. Raises ArchiveError.

        One that was stopped behind its last capture has left that, though nothing is new now.
        """
        if not self.path.exists():
            return
        if not dry_run:
            bar = Bar("reading", self.console, quiet=self.quiet)
            with open_to_write(self.path, self.console, quiet=self.quiet) as archive:
                self.summary.failures += read_pending_pages(
                    archive, bar, readers=self.readers
                )
                pack_all_sites(archive)
        with Archive(self.path) as archive:
            self.summary.versions = count_added_versions(archive.db, self.run_ids)
            self.summary.holdings = count_holdings(archive.db)


def describe_unwritable(path: Path, error: OSError) -> str:
    """Return what is wrong where the folder beside an archive cannot be written."""
    folder = f"{path}{SUFFIX}"
    return (
        f"{folder}: cannot be written ({error.strerror or error})."
        " Check the file's and its folder's rights."
    )
