"""`make bench-all`: every bench, and one table of what they come to, each beside its peer.

Runs the benches one after the other, each in a process of its own, and writes their results to
build/bench.json, and as a table with the machine that they are from to build/bench.md. With
`--docs` the table replaces the one of docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from bench.results import Result, load_results
from nianbao.archive.clock import utc_now

FOLDER = Path("build")
DOCS = Path("docs/performance.md")
MARK = "<!-- what `make bench-all` found -->\n"
# Each bench with its arguments: at the size for which it is meant, and at one for a short look.
BENCHES: Mapping[str, tuple[str, str]] = {
    "read": ("--peers {peers}", "20 --peers {peers}"),
    "crawl": ("--storing", "--storing --pages 400 --sites 8"),
    "store": ("", "--pages 1000 --documents 1000"),
    "search": ("", "2000"),
    "export": ("", "--figures 20000"),
}


def main() -> None:
    """Run the benches, write the results and the table; end with 1 when a bench does not work."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers", required=True, help="the Python of requirements-peers.lock"
    )
    parser.add_argument("--only", nargs="*", default=tuple(BENCHES), choices=BENCHES)
    parser.add_argument("--short", action="store_true", help="at small sizes: minutes")
    parser.add_argument("--docs", action="store_true", help="into the docs, too")
    options = parser.parse_args()
    results: dict[str, list[Result]] = {}
    for bench in options.only:
        arguments = BENCHES[bench][1 if options.short else 0]
        results[bench] = run_bench(bench, arguments.format(peers=options.peers))
    machine = describe_machine()
    lines = [f"{machine}.", "", *make_table(results)]
    table = "\n".join(lines) + "\n"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "bench.md").write_text(table, "utf-8")
    rows = {bench: list(map(asdict, found)) for bench, found in results.items()}
    content = {"machine": machine, "results": rows}
    (FOLDER / "bench.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1), "utf-8"
    )
    if options.docs:
        head, _, _ = DOCS.read_text("utf-8").partition(MARK)
        DOCS.write_text(f"{head}{MARK}\n{table}", "utf-8")
    print(table)


def run_bench(bench: str, arguments: str) -> list[Result]:
    """Run a bench to its end and return its results.

    What it prints is seen. A bench that ends with 1 has missed a limit, and its results tell.
    """
    with tempfile.TemporaryDirectory(prefix="bench-all-") as folder:
        path = Path(folder) / "results.json"
        module = [sys.executable, "-m", f"bench.{bench}"]
        command = [*module, *shlex.split(arguments), "--results", str(path)]
        print(f"--- {bench} {arguments}", flush=True)
        process = subprocess.run(command, check=False)
        if not path.exists():
            sys.exit(f"bench.{bench} ended with {process.returncode}, without results")
        return load_results(path)


def describe_machine() -> str:
    """Return day, processor, memory and versions, in a line."""
    processors = os.cpu_count() or 1
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    load = os.getloadavg()[0]
    return (
        f"{utc_now()[:10]}: {processors} cores ({_name_processor()}),"
        f" {memory_bytes / 2**30:.0f} GB, load {load:.1f} at the end;"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, nianbao {version('nianbao')},"
        f" Scrapy {version('scrapy')}, lxml {version('lxml')},"
        f" trafilatura {version('trafilatura')}"
    )


def _name_processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def make_table(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a Markdown table, a result a line."""
    yield "| bench | what | nianbao | beside | its figure | ratio | wanted |"
    yield "|---|---|---|---|---|---|---|"
    for bench, found in results.items():
        for result in found:
            yield f"| {bench} | {' | '.join(_describe(result))} |"


def _describe(result: Result) -> Iterator[str]:
    yield result.name
    yield f"{result.value:,.3g} {result.unit}"
    yield result.peer or "–"
    yield "–" if result.peer_value is None else f"{result.peer_value:,.3g}"
    yield "–" if result.ratio is None else f"{result.ratio:.2f}"
    yield result.wanted or "–"


if __name__ == "__main__":
    main()
