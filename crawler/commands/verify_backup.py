"""Commands that prove an archive whole and keep it so: verify, backup."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive import verify as checks
from nianbao.archive.errors import NotAnArchive
from nianbao.archive.maintenance import manifest
from nianbao.archive.maintenance.backup import write_backup
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import archive_option, json_option, plain
from nianbao.crawler.progress import Steps
from nianbao.crawler.settings import VERSION
from nianbao.pipelines import reader
from nianbao.pipelines.read import catch_up
from nianbao.pipelines.readers import Readers


@contextmanager
def rebuilding() -> Iterator[checks.RebuildSettings]:
    """Give what reads an archive's pages again, in as many processes as there are cores."""
    readers = Readers(os.cpu_count())

    def read(archive: Archive, progress: Callable[[int, int], None]) -> list[str]:
        return catch_up(archive, readers, reader.READER_VERSION, progress=progress)

    try:
        yield checks.RebuildSettings(reader.READER_VERSION, read)
    finally:
        readers.close()


@click.command()
@archive_option
@click.option(
    "--quick",
    is_flag=True,
    help="Do not read every page again to compare what is derived.",
)
@click.option(
    "--repair",
    is_flag=True,
    help="Build anew what is derived, if anything is damaged; then check again.",
)
@click.option(
    "--write-manifest",
    "manifest_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a file that `sha256sum -c` takes, if nothing is damaged.",
)
@click.option(
    "--payloads",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every payload to this folder too, named by its digest, with a list for `sha256sum -c`.",
)
@json_option
def verify(
    path: Path,
    quick: bool,
    repair: bool,
    manifest_path: Path | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Check the archive: its file, payloads, versions, feed; what is derived against what was seen.

    Names each damage with what it can be repaired from. A crawl may go on meanwhile. Ends with exit
    code 1 when anything is damaged.

    \b
    nianbao verify
    nianbao verify --quick --json
    nianbao verify --repair
    nianbao verify --write-manifest archive.sha256
    """
    if repair and manifest_path:
        raise click.UsageError(
            "--repair writes to the archive, --write-manifest holds it still: one after the other."
        )
    with ExitStack() as stack:
        steps = stack.enter_context(Steps(terminal.console(stderr=True), quiet=as_json))
        rebuild = stack.enter_context(rebuilding())
        if manifest_path:
            stack.enter_context(manifest.lock_out_writers(path))
        report = _report(path, None if quick else rebuild, steps)
        if repair and not report.ok:
            report = _repaired(path, report, rebuild, steps, quick=quick)
        if manifest_path and report.ok:
            manifest.write_manifest(path, manifest_path, report, VERSION, steps.update)
        if folder:
            with Archive(path) as archive:
                manifest.write_payload_files(archive, folder, steps.update)
    if as_json:
        click.echo(
            json.dumps(plain(report) | {"ok": report.ok}, ensure_ascii=False, indent=2)
        )
    else:
        terminal.verified(terminal.console(), report)
    sys.exit(0 if report.ok else 1)


def _report(
    path: Path, rebuild: checks.RebuildSettings | None, steps: Steps
) -> checks.VerifyReport:
    try:
        with Archive(path) as archive:
            return checks.check_archive(archive, rebuild=rebuild, progress=steps.update)
    except NotAnArchive as error:
        return checks.report_unreadable(path, error)


def _repaired(
    path: Path,
    report: checks.VerifyReport,
    rebuild: checks.RebuildSettings,
    steps: Steps,
    *,
    quick: bool,
) -> checks.VerifyReport:
    """Repair what can be and return what is found then; where that is nothing, the report with
    the reason.
    """
    if not report.raw_ok:
        report.notes.append(
            "not repaired: what was read from damaged payloads or visits may be all that is left"
        )
        return report
    with Archive.create(path) as archive:
        failures = checks.repair_archive(archive, report, rebuild, steps.update)
    report = _report(path, None if quick else rebuild, steps)
    report.notes += failures
    return report


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@archive_option
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@json_option
def backup(target: Path, path: Path, force: bool, as_json: bool) -> None:
    """Copy the archive to another file, checked before it gets its name. A crawl may go on
    meanwhile.

    \b
    nianbao backup /mnt/disk/archive-2026-01-31.db
    nianbao backup --archive other.db copy.db --force
    """
    with (
        Archive(path) as archive,
        Steps(terminal.console(stderr=True), quiet=as_json) as steps,
    ):
        report = write_backup(archive, target, steps.update, force=force)
    size_bytes = target.stat().st_size
    if as_json:
        whole = {
            "target": str(target),
            "size_bytes": size_bytes,
            "checked": report.checked,
            "ok": True,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        terminal.console().print(
            f"{target}: {size_bytes} bytes, {terminal.checked(report)}", highlight=False
        )
