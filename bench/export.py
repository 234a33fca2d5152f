"""`make bench-export`: time and memory of an export of a million figures, each format.

Each format is exported in a process of its own. Memory is that process's high-water mark
(VmHWM), the interpreter and the libraries included; wanted: below 200 MB. The archive has the
figures of a full form, once for each of several thousand invented reports.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import re
import resource
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from bench.results import Result, add_results_option, write_results
from nianbao.archive import Archive
from nianbao.archive.export.tables import KINDS
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Figure, Reading
from nianbao.crawler.archives import name_cells
from nianbao.crawler.commands.cli import main as main_command
from nianbao.pipelines.reader.tables.form_labels import CellLabel, load_cell_labels

FORM = "g2021"
MOST_MB = 200
YEARS = range(2000, 2100)
EXPORT_CODE = (
    "import sys; from bench.export import print_usage; print_usage(*sys.argv[1:])"
)


def build_archive(path: Path, figures: int) -> int:
    """Make an archive with at least so many figures; return how many it has."""
    cells: list[CellLabel] = []
    for label in load_cell_labels():
        if label.table.startswith(FORM) and label.kind == "cell":
            cells.append(label)
    reports = math.ceil(figures / len(cells))
    parameters = {"reports": reports, "years": len(YEARS), "first": YEARS[0]}
    site = ArchivedSite("bench", "东山县", "trs", "样例省东山县", "999999", 1, 1)
    with Archive.create(path) as archive:
        name_cells(archive)
        archive.db.execute("PRAGMA synchronous = OFF")
        run_id = archive.begin_run("bench", {})
        archive.begin_sites(run_id, [site])
        visit_id, _ = archive.store_capture(run_id, _make_capture())
        archive.store_reading(visit_id, _make_reading(cells))
        archive.end_site(run_id, "bench", "finished", 1, lists_whole=True)
        with archive.transaction() as db:
            for statement in COPIES:
                db.execute(statement, parameters)
        archive.end_run(run_id, "finished", {})
    return reports * len(cells)


def _make_capture() -> Capture:
    return Capture(
        site="bench",
        url="http://bench/0",
        role="report",
        outcome="fetched",
        visited_at="2026-01-20T00:00:00.000Z",
        status=200,
        payload=b"page",
    )


def _make_reading(cells: list[CellLabel]) -> Reading:
    figures: list[Figure] = []
    for number, cell in enumerate(cells):
        value = number % 97
        figures.append(Figure(cell.table, cell.row, cell.column, value, str(value)))
    agency = Agency(
        printed="东山县财政局",
        name="东山县财政局",
        region="样例省东山县",
        level="department",
    )
    return Reading(
        title="东山县财政局政府信息公开工作年度报告",
        report_year=YEARS[0],
        agency=agency,
        published_on="2022-01-20",
        published_at=None,
        published_basis="label:发布日期",
        date_candidates=(),
        signed_on=None,
        period=None,
        form=FORM,
        sections=(),
        figures=tuple(figures),
        attachments=(),
        official=True,
        is_report=True,
        findings=(),
        text="正文",
        content_sha256="0" * 64,
        reader_version="bench",
    )


# The one report again and again, of other agencies and years: what an export reads, no more.
COPIES = (
    """
    CREATE TEMP TABLE n AS
    WITH RECURSIVE n (n) AS (
        SELECT 2
        UNION ALL
        SELECT n + 1 FROM n WHERE n < :reports
    )
    SELECT n FROM n
    """,
    """
    INSERT INTO agencies (id, name, region_id, level)
    SELECT 1 + n / :years, '机关' || (n / :years), region_id, level
    FROM n, agencies
    WHERE id = 1 AND n % :years = 0
    """,
    """
    INSERT INTO documents (id, title, site_id, url, state, current_version_id, content_sha256)
    SELECT n, title, site_id, url || n, state, n, content_sha256
    FROM n, documents
    WHERE id = 1
    """,
    """
    INSERT INTO versions (id, document_id, number, content_sha256, payload_sha256,
                          first_visit_id, last_visit_id, report_id)
    SELECT n, n, number, content_sha256, payload_sha256, first_visit_id, last_visit_id, n
    FROM n, versions
    WHERE id = 1
    """,
    """
    INSERT INTO readings (id, version_id, visit_id, reader_version, title, report_year, agency_id,
                          form, text, details)
    SELECT n, n, visit_id, reader_version, title, :first + n % :years, 1 + n / :years,
           form, text, details
    FROM n, readings
    WHERE id = 1
    """,
    """
    INSERT INTO figure_sets
    SELECT n, cells
    FROM n, figure_sets
    WHERE reading_id = 1
    """,
    """
    INSERT INTO reports (id, title, report_year, agency_id, region_id, form, state, version_id,
                         documents, versions, finding_rules)
    SELECT n, title, :first + n % :years, 1 + n / :years, region_id, form, state, n, 1, 1, '[]'
    FROM n, reports
    WHERE id = 1
    """,
    """
    INSERT INTO report_pages (document_id, report_id, version_id)
    SELECT n, n, n
    FROM n
    """,
)


def print_usage(path: str, kind: str, target: str) -> None:
    """Run the command itself; print its rows, seconds of CPU and megabytes at most."""
    command = ["export", kind, target, "--archive", path, "--json"]
    with redirect_stdout(io.StringIO()) as output:
        main_command(command, standalone_mode=False)
    rows = json.loads(output.getvalue())["rows"]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()
    high_water_mark = re.search(r"VmHWM:\s*(\d+) kB", status)
    if high_water_mark is None:
        raise RuntimeError("this system does not say how much memory a process takes")
    figures = {
        "rows": rows["figures"],
        "cpu": usage.ru_utime + usage.ru_stime,
        "mb": int(high_water_mark[1]) / 1024,
    }
    print(json.dumps(figures))


def measure_export(path: Path, kind: str, target: Path) -> dict[str, float]:
    """Export in a process of its own; return rows, CPU seconds and megabytes."""
    command = [sys.executable, "-c", EXPORT_CODE, str(path), kind, str(target)]
    root = Path(__file__).parents[1]
    process = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=True
    )
    usage: dict[str, float] = json.loads(process.stdout)
    return usage


def main() -> None:
    """Print a line a format; exit code 1 when one takes too much memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=int, default=1_000_000)
    add_results_option(parser)
    options = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bench-export-") as name:
        folder = Path(name)
        path = folder / "archive.db"
        print(f"{build_archive(path, options.figures)} figures")
        most_mb = 0.0
        for kind in (*KINDS, "xlsx"):
            usage = measure_export(path, kind, folder / kind)
            most_mb = max(most_mb, usage["mb"])
            rate = usage["rows"] / usage["cpu"]
            print(
                f"  {kind:<8} {usage['cpu']:6.1f} s of CPU, {rate:9.0f} figures/s, "
                f"{usage['mb']:6.1f} MB at most"
            )
            results.append(Result(f"export {kind}", rate, "figures a second of CPU"))
            results.append(Result(f"export {kind}, at most", usage["mb"], "MB"))
    write_results(options.results, results)
    if most_mb > MOST_MB:
        sys.exit(f"{most_mb:.0f} MB, wanted: at most {MOST_MB}")


if __name__ == "__main__":
    main()
