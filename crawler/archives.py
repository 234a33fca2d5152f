"""Archives that commands write to: opened with a word on what had to be done first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from nianbao.archive import Archive
from nianbao.crawler.commands.terminal.signals import end_on_signals
from nianbao.crawler.progress import Steps


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
