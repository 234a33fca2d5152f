"""Archives that commands write to: opened with a word on what had to be done first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from nianbao.archive import Archive
from nianbao.crawler.progress import Steps
from nianbao.crawler.signals import end_on_signals
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels


@contextmanager
def open_to_write(path: Path, console: Console, *, quiet: bool) -> Iterator[Archive]:
    """Open an archive to write.

    One of an earlier version is migrated: how that gets on is shown unless `quiet`, and what it
    did is said in one line. Raises ArchiveError.
    """
    # a signal while the file is made, or migrated, leaves nothing unfinished
    with end_on_signals(), Steps(console, quiet=quiet) as steps:
        archive = Archive.create(path, steps.update)
    with archive:
        if archive.migration is not None:
            console.print(archive.migration.sentence, highlight=False, soft_wrap=True)
        yield archive


def name_cells(archive: Archive) -> None:
    """Store the printed names of the forms' rows and columns, for people who browse the archive."""
    archive.store_cell_labels(
        dataclasses.astuple(label) for label in load_cell_labels()
    )
