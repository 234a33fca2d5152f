"""`nianbao verify`: prove an archive whole, or name each damage."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive import verify as verification
from nianbao.archive.errors import NotAnArchive
from nianbao.archive.maintenance import manifest
from nianbao.archive.verify import RebuildSettings, VerifyReport
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.read_pages import open_rebuild
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.verification import print_verification
from nianbao.crawler.progress import Steps
from nianbao.crawler.settings import VERSION
from nianbao.crawler.signals import end_on_signals

RAW_DAMAGED = "not repaired: what was read from damaged payloads or visits may be all that is left"


@click.command()
@archive_option
@click.option(
    "--quick",
    is_flag=True,
    help="Do not read every page again to compare what is derived, and check the words of the"
    " search index by one sum: words that stand at another version are not seen.",
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
    help="Write every payload to this folder too, named by its digest, with a list for"
    " `sha256sum -c`.",
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
    with end_on_signals(), ExitStack() as stack:
        steps = stack.enter_context(Steps(open_console(stderr=True), quiet=as_json))
        rebuild = stack.enter_context(open_rebuild())
        if manifest_path:
            stack.enter_context(manifest.lock_out_writers(path))
        verifier = _Verifier(path, rebuild, steps, quick)
        report = verifier.verify()
        if repair:
            report = verifier.repair(report)
        if manifest_path and report.ok:
            manifest.write_manifest(path, manifest_path, report, VERSION, steps.update)
        if folder:
            with Archive(path) as archive:
                manifest.write_payload_files(archive, folder, steps.update)
    if as_json:
        print_json({**plain(report), "ok": report.ok})
    else:
        print_verification(open_console(), report)
    sys.exit(0 if report.ok else 1)


@dataclass(frozen=True, slots=True)
class _Verifier:
    """Verifies and repairs one archive file."""

    path: Path
    rebuild: RebuildSettings
    steps: Steps
    quick: bool

    def verify(self) -> VerifyReport:
        """Return a report, also of a file that is no archive."""
        rebuild = None if self.quick else self.rebuild
        try:
            with Archive(self.path) as archive:
                return verification.check_archive(
                    archive,
                    rebuild=rebuild,
                    each_posting=not self.quick,
                    progress=self.steps.update,
                )
        except NotAnArchive as error:
            return verification.report_unreadable(self.path, error)

    def repair(self, report: VerifyReport) -> VerifyReport:
        """Repair what can be repaired; return the report of the archive after that.

        Where the raw layer is damaged nothing is repaired; the report says so. A repair that was
        cut off left pages that were never read: it is gone on with.
        """
        if not report.raw_ok:
            report.notes.append(RAW_DAMAGED)
            return report
        if report.ok and not report.unread_pages:
            return report
        with Archive.create(self.path) as archive:
            if report.ok:
                failures = verification.resume_repair(
                    archive, self.rebuild, self.steps.update
                )
            else:
                failures = verification.repair_archive(
                    archive, report, self.rebuild, self.steps.update
                )
        report_after = self.verify()
        report_after.notes += failures
        return report_after
