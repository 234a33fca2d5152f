"""`make bench-scale`: what each command takes on archives of several sizes, and how that grows.

The archives are those of `bench.nation`, made under build/ the first time and kept. Each command
runs as a process of its own, as a person would run it; time, CPU and memory are that process's
(wait4), that of processes that it began included. `verify` ends with exit code 1: the readings of
these archives are made up, and reading their pages again gives others. The exponent is that of time in the number of versions,
from the smallest archive to the largest: 0 where a command does not grow, 1 where it is linear.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bench import nation
from nianbao.archive import Archive
from nianbao.archive.divisions.table import Division, load_division_table

SIZES = (250_000, 1_000_000)
FOLDER = Path("build")
NIANBAO = Path(sys.executable).with_name("nianbao")

# Each command with what stands for the archive, a report of it and a folder to write into.
COMMANDS: Mapping[str, str] = {
    "status": "status",
    "due, dry run": "crawl --sites {sites} --due --dry-run --at 2025-06-01",
    "search, a word": "search 低保",
    "search, an agency": "search {agency} --year 2022",
    "show a report": "show {url}",
    "diff a report": "diff {url}",
    "changes, 100": "changes --since 0 --limit 100",
    "roster of a region": "roster --region {region}",
    "export csv, a region": "export csv {folder}/region --region {region}",
    "export csv": "export csv {folder}/csv",
    "export parquet": "export parquet {folder}/parquet",
    "export xlsx": "export xlsx {folder}/panel.xlsx",
    "backup": "backup {folder}/backup.db",
    "verify --quick": "verify --quick",
    "verify": "verify",
    "merge into an empty one": "merge {archive}",
}

# Runs a command and prints what it took. It is a small process: what begins as a copy of a
# large one counts that one's memory as its own.
MEASURE = """
import json, os, sys, time
started_at = time.monotonic()
nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, usage = os.wait4(child, 0)
print(json.dumps({
    "exit_code": os.waitstatus_to_exitcode(status),
    "seconds": time.monotonic() - started_at,
    "cpu_seconds": usage.ru_utime + usage.ru_stime,
    "memory_mb": usage.ru_maxrss / 1024,
}))
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a command took on one archive; `failure` is its last line where it did not work."""

    command: str
    versions: int
    seconds: float
    cpu_seconds: float
    memory_mb: float
    failure: str | None


def main() -> None:
    """Make the archives that are missing, run the commands on each, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, nargs="*", default=SIZES)
    parser.add_argument("--only", nargs="*", default=tuple(COMMANDS), metavar="NAME")
    parser.add_argument("--json", type=Path, help="write the measurements here, too")
    options = parser.parse_args()
    measurements: list[Measurement] = []
    for documents in sorted(options.documents):
        path = _find_or_make_archive(documents)
        for measurement in measure_archive(path, options.only):
            measurements.append(measurement)
            print(_describe(measurement), file=sys.stderr, flush=True)
    print("\n".join(make_table(measurements)))
    if options.json:
        rows = list(map(asdict, measurements))
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1))


def _find_or_make_archive(documents: int) -> Path:
    path = FOLDER / f"nation-{documents}.db"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        unfinished_path = path.with_suffix(".part")
        unfinished_path.unlink(missing_ok=True)
        nation.make_archive(unfinished_path, documents)
        unfinished_path.rename(path)
    return path


def measure_archive(path: Path, names: Sequence[str]) -> Iterator[Measurement]:
    """Run commands on an archive; yield what each took."""
    with tempfile.TemporaryDirectory(prefix="bench-scale-", dir=path.parent) as folder:
        with Archive(path) as archive:
            query = "SELECT count(*) FROM versions"
            (versions,) = archive.db.execute(query).fetchone()
            places = {**_find_places(archive), "folder": folder, "archive": path}
            _write_site_files(archive, Path(folder) / "sites")
        places["sites"] = Path(folder) / "sites"
        for name in names:
            arguments = [part.format(**places) for part in COMMANDS[name].split()]
            archive_path = path
            if arguments[0] == "merge":
                archive_path = Path(folder) / "merged.db"
            yield _measure_command(name, versions, archive_path, arguments)


def _find_places(archive: Archive) -> dict[str, object]:
    """Return a report with several versions, its agency, and the region of some reports."""
    query = """
    SELECT documents.url, agencies.name, regions.name
    FROM documents
    JOIN versions ON versions.id = current_version_id
    JOIN report_pages ON report_pages.document_id = documents.id
    JOIN reports ON reports.id = report_pages.report_id
    JOIN agencies ON agencies.id = reports.agency_id
    JOIN regions ON regions.id = agencies.region_id
    WHERE versions.number > 1
    LIMIT 1
    """
    url, agency, region = archive.db.execute(query).fetchone()
    return {"url": url, "agency": agency, "region": region}


def _write_site_files(archive: Archive, folder: Path) -> None:
    """Write the site files of an archive's sites, as a crawl would be given them."""
    folder.mkdir()
    writer = YAML()
    divisions = _find_divisions()
    for site_id, name in archive.db.execute("SELECT id, name FROM sites").fetchall():
        address = f"http://{site_id}.example/list"
        site = {"id": site_id, "name": name, "platform": "trs"}
        division = divisions.get(site_id[1:])
        if division is not None:
            full_name = load_division_table().get_full_name(division, nation.YEARS[-1])
            site["region"] = {"name": full_name, "code": division.code}
        site["entries"] = [{"url": address, "column": "政府信息公开年报"}]
        site["verified"] = "never"
        with (folder / f"{site_id}.yaml").open("w") as file:
            writer.dump(site, file)


def _find_divisions() -> dict[str, Division]:
    divisions: dict[str, Division] = {}
    for spans in load_division_table().units.values():
        for span in spans:
            if span.covers(nation.YEARS[-1]):
                divisions[span.code] = span
    return divisions


def _measure_command(
    name: str, versions: int, path: Path, arguments: Sequence[str]
) -> Measurement:
    """Run `nianbao` once; its output goes nowhere, its last line of errors is kept."""
    process = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, str(NIANBAO), *arguments],
        env={**os.environ, "NIANBAO_ARCHIVE": str(path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    usage = json.loads(process.stdout)
    failure = None
    if usage["exit_code"]:
        last_line = "".join(process.stderr.strip().splitlines()[-1:])
        failure = f"exit code {usage['exit_code']}: {last_line}"
    return Measurement(
        command=name,
        versions=versions,
        seconds=usage["seconds"],
        cpu_seconds=usage["cpu_seconds"],
        memory_mb=usage["memory_mb"],
        failure=failure,
    )


def _describe(measurement: Measurement) -> str:
    return (
        f"{measurement.command}: {measurement.seconds:.1f} s,"
        f" {measurement.cpu_seconds:.1f} s of CPU, {measurement.memory_mb:.0f} MB"
        f" at {measurement.versions:,} versions; {measurement.failure or 'worked'}"
    )


def make_table(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield the lines of a Markdown table, a command a line, the sizes side by side."""
    sizes = sorted({measurement.versions for measurement in measurements})
    heads = [f"s, MB at {size:,}" for size in sizes]
    yield f"| command | {' | '.join(heads)} | exponent |"
    yield "|---" * (len(sizes) + 2) + "|"
    by_command: dict[str, dict[int, Measurement]] = {}
    for measurement in measurements:
        by_size = by_command.setdefault(measurement.command, {})
        by_size[measurement.versions] = measurement
    for command, by_size in by_command.items():
        cells: list[str] = []
        for size in sizes:
            measurement = by_size[size]
            cell = f"{measurement.seconds:.1f} s, {measurement.memory_mb:.0f} MB"
            if measurement.failure:
                cell += f" ({measurement.failure})"
            cells.append(cell)
        exponent = compute_exponent(by_size[sizes[0]], by_size[sizes[-1]])
        yield f"| {command} | {' | '.join(cells)} | {exponent} |"


def compute_exponent(small: Measurement, large: Measurement) -> str:
    """Return the power of the number of versions with which CPU time grows, if that is known."""
    if small.versions == large.versions:
        return "–"
    growth = large.cpu_seconds / small.cpu_seconds
    exponent = math.log(growth) / math.log(large.versions / small.versions)
    return f"{exponent:.2f}"


if __name__ == "__main__":
    main()
