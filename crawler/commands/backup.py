"""`nianbao backup`: a verified copy of the archive."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.maintenance.backup import write_backup
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.verification import format_checked_counts
from nianbao.crawler.progress import Steps
from nianbao.crawler.signals import end_on_signals


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@archive_option
@click.option(
    "--force",
    is_flag=True,
    help="Replace an earlier copy of this archive; nothing else is replaced.",
)
@json_option
def backup(target: Path, path: Path, force: bool, as_json: bool) -> None:
    """Copy the archive to another file, checked before it gets its name. A crawl may go on
    meanwhile.

    \b
    nianbao backup /mnt/disk/archive-2026-01-31.db
    nianbao backup --archive other.db copy.db --force
    """
    steps = Steps(open_console(stderr=True), quiet=as_json)
    with end_on_signals(), Archive(path) as archive, steps:
        report = write_backup(archive, target, steps.update, force=force)
    size_bytes = target.stat().st_size
    if as_json:
        print_json(
            {
                "target": str(target),
                "size_bytes": size_bytes,
                "checked": report.checked,
                "ok": True,
            }
        )
        return
    counts = format_checked_counts(report)
    open_console().print(f"{target}: {size_bytes} bytes, {counts}", highlight=False)
