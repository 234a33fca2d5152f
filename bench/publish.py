"""`make bench-publish`: how long a static site of 20,000 reports takes, and how large it is.

The archive is that of `bench.nation`. The site is written twice: the second time nothing is
new. Memory is the most that the process took.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from bench import nation
from nianbao.archive import Archive
from nianbao.archive.browse.static_site import SiteReport, publish_site

BASE_URL = "https://archive.example.org/reports/"


def main() -> None:
    """Make the archive unless one is given, publish it twice, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--archive", type=Path, help="one made before by `python -m bench.nation`"
    )
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--once", action="store_true", help="not a second time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-publish-") as folder:
        path = options.archive
        if path is None:
            path = Path(folder) / "nation.db"
            nation.make_archive(path, options.documents)
        target = Path(folder) / "site"
        for turn in ("first", "again")[: 1 if options.once else 2]:
            measure(path, target, turn)


def measure(path: Path, target: Path, turn: str) -> SiteReport:
    """Publish an archive and print what it took."""
    started_at = time.monotonic()
    cpu_started_at = time.process_time()
    with Archive(path) as archive:
        (reports,) = archive.db.execute("SELECT count(*) FROM reports").fetchone()
        report = publish_site(archive, target, print_progress, base_url=BASE_URL)
    seconds = time.monotonic() - started_at
    cpu_seconds = time.process_time() - cpu_started_at
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{turn}: {reports:,} reports, {report.pages:,} pages, {report.files:,} files,"
        f" {report.size_bytes / 1e6:,.0f} MB; {seconds:,.0f} s,"
        f" {cpu_seconds:,.0f} s of CPU ({1000 * cpu_seconds / report.pages:.1f} ms a page);"
        f" {memory_mb:,.0f} MB of memory; {report.new:,} new, {report.unchanged:,} unchanged"
    )
    return report


def print_progress(step: str, done: int, total: int) -> None:
    """Print a line now and then."""
    if done and done % 5_000 == 0:
        print(f"  {step}: {done:,} of {total:,}", flush=True)


if __name__ == "__main__":
    main()
