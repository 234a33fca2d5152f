"""`make bench-browse`: how long every page takes on an archive of 100,000 documents.

The real server is asked, with Datasette's default time limits in force. Of each kind of page
many are asked for, different ones, one after the other; `first` is the first of its kind after
the server's start, when nothing is worked out yet, as after each change of the archive. Ends
with 1 when the p95 of a page is above its limit.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from sqlite_utils import Database

from bench import nation
from bench.browse_addresses import AddressesByKind, list_addresses
from nianbao.archive import Archive

MOST_MS = {"search": 200.0}
MOST_MS_OF_OTHERS = 300.0
SERVER_CODE = (
    "import sys; from pathlib import Path; from nianbao.archive.browse import serve;"
    " serve(Path(sys.argv[1]), host='127.0.0.1', port=0, open_browser=False)"
)
TABLES = (
    "documents",
    "versions",
    "reports",
    "agencies",
    "regions",
    "findings",
    "changes",
)
HEADER = (
    f"{'ms':<22}{'first':>7}{'p50':>6}{'p95':>6}{'slowest':>8} |"
    f"{'CPU first':>10}{'p50':>6}{'p95':>6}{'KB':>7}"
)


class AnswerTime(NamedTuple):
    """What an answer took: milliseconds on the clock, of the server's processor, and its size."""

    wall_ms: float
    cpu_ms: float
    size_bytes: int


def main() -> None:
    """Make the archive unless an archive is given, serve it, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--archive", type=Path, help="one made before by `python -m bench.nation`"
    )
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60, help="of each kind of page")
    parser.add_argument(
        "--by-cpu",
        action="store_true",
        help="judge by the server's CPU time: on a busy machine",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-browse-") as folder:
        path = options.archive
        if path is None:
            path = Path(folder) / "nation.db"
            nation.make_archive(path, options.documents)
        with Archive(path) as archive:
            addresses = list_addresses(archive.db, options.requests)
            print(describe_content(archive.db))
        with run_server(path) as (base_url, process_id):
            slow_kinds = measure_pages(
                base_url, process_id, addresses, by_cpu=options.by_cpu
            )
    if slow_kinds:
        sys.exit(f"slower than they may be: {', '.join(slow_kinds)}")


def describe_content(db: Database) -> str:
    """Return what the archive holds, in a line."""
    counts: list[str] = []
    for table in TABLES:
        (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
        counts.append(f"{count:,} {table}")
    return ", ".join(counts)


@contextmanager
def run_server(path: Path) -> Iterator[tuple[str, int]]:
    """Serve an archive as `nianbao browse` does, in its own process; yield address and process."""
    command = [sys.executable, "-c", SERVER_CODE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first_line = ""
            if process.stdout is not None:
                first_line = process.stdout.readline()
            match = re.search(r"http://\S+[^/\s]", first_line)
            if match is None:
                raise RuntimeError("the server did not start")
            yield match[0], process.pid
        finally:
            process.terminate()


def measure_pages(
    base_url: str, process_id: int, addresses: AddressesByKind, *, by_cpu: bool
) -> list[str]:
    """Ask for every page, print how long it took, return the kinds that are too slow."""
    slow_kinds: list[str] = []
    with httpx.Client(base_url=base_url, trust_env=False, timeout=60) as client:
        client.get(
            "/-/versions.json"
        )  # Datasette begins its work with the first request
        print(HEADER)
        for kind, pages in addresses.items():
            times = [_time_page(client, process_id, address) for address in pages]
            first, *others = times
            wall_ms = sorted(answer.wall_ms for answer in others)
            cpu_ms = sorted(answer.cpu_ms for answer in others)
            _print_times(kind, first, wall_ms, cpu_ms, others)
            judged_ms = wall_ms
            if by_cpu:
                judged_ms = cpu_ms
            if compute_p95(judged_ms) > MOST_MS.get(kind, MOST_MS_OF_OTHERS):
                slow_kinds.append(kind)
    return slow_kinds


def _print_times(
    kind: str,
    first: AnswerTime,
    wall_ms: Sequence[float],
    cpu_ms: Sequence[float],
    others: Sequence[AnswerTime],
) -> None:
    size_kb = statistics.mean(answer.size_bytes for answer in others) / 1000
    print(
        f"{kind:<22}{first.wall_ms:7.0f}{statistics.median(wall_ms):6.0f}"
        f"{compute_p95(wall_ms):6.0f}{wall_ms[-1]:8.0f} |"
        f"{first.cpu_ms:10.0f}{statistics.median(cpu_ms):6.0f}"
        f"{compute_p95(cpu_ms):6.0f}{size_kb:7.0f}",
        flush=True,
    )


def compute_p95(values: Sequence[float]) -> float:
    """Return the value that one in twenty exceeds, of sorted values."""
    position = round(len(values) * 0.95)
    return values[min(len(values) - 1, position)]


def _time_page(client: httpx.Client, process_id: int, address: str) -> AnswerTime:
    cpu_start = _measure_cpu_ms(process_id)
    start = time.perf_counter()
    answer = client.get(address)
    wall_ms = (time.perf_counter() - start) * 1000
    cpu_ms = _measure_cpu_ms(process_id) - cpu_start
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}: {answer.text[:500]}")
    return AnswerTime(wall_ms, cpu_ms, len(answer.content))


def _measure_cpu_ms(process_id: int) -> float:
    """Return the milliseconds that all threads of a process have run, as Linux counts them."""
    nanoseconds = 0
    for task in Path(f"/proc/{process_id}/task").glob("*/schedstat"):
        nanoseconds += int(task.read_text().split()[0])
    return nanoseconds / 1e6


if __name__ == "__main__":
    main()
