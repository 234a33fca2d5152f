"""`make bench-cluster`: a crawl of many slow hosts by one worker and by several.

The hosts are addresses of loopback, each asked once in `--delay` seconds, so that waiting is most of
the time, as it is on the web. The same sites are crawled by one process without a cluster, by one
worker, by several, and by several of which one is killed and in whose place another comes. What
the archives hold must be equal.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.captures import Country
from bench.crawl import add_site, make_command
from bench.dask_cluster import DaskCluster, serve_cluster
from bench.results import Result, add_results_option, write_results
from bench.webserver import run_server
from nianbao.archive import Archive

LEAST_RATIO = 2.5
PAGES_OF_HOST = 5
# What the archives must have in common: all but when, and in which order.
CONTENT = (
    "SELECT url, title, state FROM documents ORDER BY 1",
    "SELECT content_sha256, payload_sha256, number FROM versions ORDER BY 1, 2, 3",
    "SELECT report_year, title, form, state FROM reports ORDER BY 1, 2",
    'SELECT url, "table", "row", "column", text FROM panel ORDER BY 1, 2, 3, 4',
    "SELECT outcome, status, count(*) FROM visits GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT site_id, rule, count(*) FROM findings GROUP BY 1, 2 ORDER BY 1, 2",
)


def main() -> None:
    """Crawl, compare, print; end with 1 where an archive differs or too little is gained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--delay", type=float, default=4.0, help="seconds")
    add_results_option(parser)
    options = parser.parse_args()
    country = Country(PAGES_OF_HOST * options.hosts, options.hosts)
    with tempfile.TemporaryDirectory(prefix="bench-cluster-") as name:
        folder = Path(name)
        sites = folder / "sites"
        sites.mkdir()
        with run_server() as server:
            for number in range(country.sites):
                add_site(server, country, number, sites, options.delay)
            alone = run_crawl(sites, folder / "alone.db", None)
            print(f"one process, no cluster: {alone:.0f} s", flush=True)
            times: list[float] = []
            for workers in (1, options.workers):
                archive = folder / f"{workers}.db"
                with serve_cluster(folder / f"dask{workers}", workers) as cluster:
                    times.append(run_crawl(sites, archive, cluster))
                print(f"{workers} workers: {times[-1]:.0f} s", flush=True)
                require_equal(folder / "alone.db", archive)
            archive = folder / "disturbed.db"
            with serve_cluster(folder / "dask", options.workers) as cluster:
                seconds = run_crawl(
                    sites, archive, cluster, lambda: disturb(cluster, times[-1] / 3)
                )
            print(f"one worker killed, one added: {seconds:.0f} s", flush=True)
            require_equal(folder / "alone.db", archive)
    name = f"crawl of {options.hosts} hosts by {options.workers} workers"
    rate = options.hosts / times[1]
    result = Result(
        name,
        rate,
        "hosts a second",
        "one worker",
        options.hosts / times[0],
        f"≥ {LEAST_RATIO}",
    )
    write_results(options.results, [result])
    ratio = times[0] / times[1]
    print(f"all archives equal; {options.workers} workers / one: {ratio:.2f}")
    if ratio < LEAST_RATIO:
        sys.exit(f"wanted: at least {LEAST_RATIO}")


def run_crawl(
    sites: Path,
    archive: Path,
    cluster: DaskCluster | None,
    meanwhile: Callable[[], None] | None = None,
) -> float:
    """Crawl all sites into an archive; return the seconds that it took."""
    command = [*make_command(sites)[:-1], str(archive)]
    if cluster is not None:
        command += ["--cluster", cluster.address]
    started_at = time.monotonic()
    with subprocess.Popen(
        command,
        env={**os.environ, "NIANBAO_CONTACT": "bench@example.org"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        if meanwhile is not None:
            meanwhile()
        _, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {errors}")
    return time.monotonic() - started_at


def disturb(cluster: DaskCluster, seconds: float) -> None:
    """Kill a worker after some seconds, and start another after as many more."""
    time.sleep(seconds)
    cluster.workers[0].send_signal(signal.SIGKILL)
    time.sleep(seconds)
    cluster.start_worker()


def require_equal(expected: Path, path: Path) -> None:
    """End the bench where two archives do not hold the same."""
    with Archive(expected) as one, Archive(path) as other:
        for query in CONTENT:
            rows: Sequence[object] = one.db.execute(query).fetchall()
            if other.db.execute(query).fetchall() != rows:
                sys.exit(f"{path.name} differs from the crawl by one process: {query}")


if __name__ == "__main__":
    main()
