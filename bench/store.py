"""`make bench-store`: what the archive takes and how fast it is written, in one run.

It stands beside a WARC and plain inserts. Every page is visited three times; at each visit
after the first, one page in five has changed. Readings are made beforehand: this is about
storing. Both sides commit after each visit and after each reading, with the same settings of
SQLite.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench import plain
from bench.captures import Country, VisitedPage
from bench.results import Result, add_results_option, write_results
from nianbao.archive import Archive
from nianbao.archive.maintenance.disk_usage import measure_disk_usage
from nianbao.crawler.archives import name_cells

VISITS = 3
REPORT_LENGTH = 3000  # characters
MOST_RAW = 0.40  # × the WARC
LEAST_RATE = 0.5  # × plain inserts
MOST_KB = 16  # of a report in the derived layer

SELECT_LAST_VISIT = """
SELECT visits.id, sightings.visit_id
FROM visits
LEFT JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.url = ?
ORDER BY visits.id DESC
LIMIT 1
"""


# --- what it is compared with -----------------------------------------------------------------


@dataclass
class WarcFile:
    """A gzip WARC of captures.

    It has a response record for what is new, a revisit record for what was there before.
    """

    path: Path
    # Address → digest and date of its last response.
    last_responses: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __enter__(self) -> WarcFile:
        self._stream = self.path.open("wb")
        self._writer = WARCWriter(self._stream, gzip=True, warc_version="1.1")
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write_page(self, page: VisitedPage) -> None:
        """Write the capture of one page."""
        capture = page.capture
        status = "200 OK"
        if capture.status == 304:
            status = "304 Not Modified"
        head = StatusAndHeaders(status, list(capture.headers), protocol="HTTP/1.1")
        warc_headers = {"WARC-Date": capture.visited_at}
        record = self._writer.create_warc_record(
            capture.url,
            "response",
            payload=io.BytesIO(page.answer),
            http_headers=head,
            warc_headers_dict=warc_headers,
        )
        self._writer.ensure_digest(record)
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        last_digest, last_date = self.last_responses.get(capture.url, (None, ""))
        if last_digest == digest:
            record = self._writer.create_revisit_record(
                capture.url,
                digest,
                capture.url,
                last_date,
                http_headers=head,
                warc_headers_dict=warc_headers,
            )
        else:
            self.last_responses[capture.url] = (digest, capture.visited_at)
        self._writer.write_record(record)


def main() -> None:
    """Print the results and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pages", type=int, default=20_000, help="pages of the space part"
    )
    parser.add_argument("--sites", type=int, default=16, help="sites they are on")
    parser.add_argument(
        "--documents",
        type=int,
        nargs="*",
        default=[1_000, 100_000],
        help="sizes of the speed part",
    )
    parser.add_argument(
        "--stored", type=int, default=1_000, help="pages stored at each of these sizes"
    )
    add_results_option(parser)
    options = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        if options.pages:
            country = Country(options.pages, options.sites)
            results += measure_space(Path(folder), country)
        if options.documents:
            results += measure_speed(Path(folder), options.documents, options.stored)
    write_results(options.results, results)


# --- space ----------------------------------------------------------------------------------


def measure_space(folder: Path, country: Country) -> Iterator[Result]:
    """Store every visit in an archive and in a WARC, and compare."""
    archive_path = folder / "archive.db"
    warc_path = folder / "captures.warc.gz"
    print(
        f"{country.pages} pages on {country.sites} sites, {VISITS} visits each, "
        "one page in five changed at each"
    )
    with Archive.create(archive_path) as archive, WarcFile(warc_path) as warc:
        name_cells(archive)
        for visit in range(1, VISITS + 1):
            _store_visits(archive, warc, country, visit)
            report_kb = _measure_derived(archive, visit)
        usage = measure_disk_usage(archive.db)
    for part in usage.parts:
        page_bytes = part.bytes / country.pages
        print(f"  {part.layer:<8} {part.name:<32} {page_bytes:9.1f} bytes a page")
    for group in usage.payloads:
        print(
            f"  {group.count} payloads {group.encoding}: "
            f"{group.size_bytes} bytes kept in {group.stored_bytes}"
        )
    raw_bytes = usage.bytes_of("raw")
    warc_bytes = warc_path.stat().st_size
    print(
        f"raw layer {raw_bytes / 1e6:.1f} MB, gzip WARC {warc_bytes / 1e6:.1f} MB: "
        f"{raw_bytes / warc_bytes:.3f} × (wanted: at most {MOST_RAW:.2f})"
    )
    yield Result(
        "raw layer of three visits",
        raw_bytes / 1e6,
        "MB",
        "gzip WARC",
        warc_bytes / 1e6,
        f"≤ {MOST_RAW}",
    )
    yield Result("derived layer", report_kb, "KB a report")


def _store_visits(
    archive: Archive, warc: WarcFile, country: Country, visit: int
) -> None:
    """Store one visit to every page, in a run of its own."""
    run_id = begin_run(archive, country, visit)
    for number in range(country.sites):
        for page in country.iterate_visits(number, visit):
            archive.store_capture(run_id, page.capture)
            store_reading(archive, page)
            warc.write_page(page)
        site_id = country.get_site(number).id
        archive.end_site(run_id, site_id, "finished", 1, lists_whole=True)
    archive.end_run(run_id, "finished", {})


def _measure_derived(archive: Archive, visit: int) -> float:
    """Print and return what a report takes in the derived layer, with all its versions, in KB."""
    usage = measure_disk_usage(archive.db)
    query = "SELECT count(*), avg(length(text)) FROM version_texts"
    versions, length = archive.db.execute(query).fetchone()
    report_kb = usage.bytes_of("derived") / usage.reports / 1000
    print(
        f"derived layer after visit {visit}: "
        f"{report_kb:.1f} KB a report of {length:.0f} characters with"
        f" {versions / usage.reports:.1f} versions, "
        f"{report_kb * REPORT_LENGTH / length:.1f} KB for {REPORT_LENGTH} characters"
        f" (wanted: at most {MOST_KB} a report)"
    )
    return report_kb


def begin_run(archive: Archive, country: Country, visit: int) -> int:
    """Begin a run on all sites; return its id."""
    run_id = archive.begin_run("bench", {"visit": visit})
    sites = [country.get_site(number) for number in range(country.sites)]
    archive.begin_sites(run_id, sites)
    return run_id


def store_reading(archive: Archive, page: VisitedPage) -> None:
    """Store the reading of a page whose capture was just stored, unless it needs none."""
    row = archive.db.execute(SELECT_LAST_VISIT, [page.capture.url]).fetchone()
    visit_id, observed_visit_id = row
    if observed_visit_id is None:
        archive.store_reading(visit_id, page.reading)


# --- speed ----------------------------------------------------------------------------------


def measure_speed(
    folder: Path, sizes: Sequence[int], page_count: int
) -> Iterator[Result]:
    """Store pages in archives of several sizes, and their rows by plain inserts in copies."""
    country = Country(page_count, 4)
    pages: list[VisitedPage] = []
    for number in range(country.sites):
        pages.extend(country.iterate_visits(number, 1))
    base_path = folder / "base.db"
    _make_base(base_path, country, pages)
    recorded_path = Path(shutil.copy(base_path, folder / "recorded.db"))
    steps, multiplier = _record_steps(recorded_path, pages)
    copies = 0
    for size in sorted(sizes):
        start = time.perf_counter()
        with closing(plain.connect(base_path, plain.FILLING)) as db:
            while copies * page_count < size:
                copies += 1
                multiplier.write_copy(db, copies)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (documents,) = db.execute("SELECT count(*) FROM documents").fetchone()
        gigabytes = base_path.stat().st_size / 1e9
        seconds = time.perf_counter() - start
        print(f"{documents} documents, {gigabytes:.2f} GB, filled in {seconds:.0f} s")
        archive_watch, plain_watch = _store_by_turns(folder, base_path, pages, steps)
        archive_rate = page_count / archive_watch.seconds
        plain_rate = page_count / plain_watch.seconds
        archive_ms = archive_watch.cpu_seconds / page_count * 1000
        plain_ms = plain_watch.cpu_seconds / page_count * 1000
        print(
            f"at {documents} documents: {archive_rate:.0f} new pages a second stored, "
            f"{plain_rate:.0f} by plain inserts of the same rows: "
            f"{archive_rate / plain_rate:.2f} × (wanted: at least {LEAST_RATE});"
            f" CPU {archive_ms:.1f} and {plain_ms:.1f} ms a page",
            flush=True,
        )
        yield Result(
            f"storing at {documents:,} documents",
            archive_rate,
            "pages a second",
            "plain inserts of the same rows",
            plain_rate,
            f"≥ {LEAST_RATE}",
        )


def _make_base(path: Path, country: Country, pages: Sequence[VisitedPage]) -> None:
    """Make an archive with a run and with the dictionaries of its pages, without the pages."""
    with Archive.create(path) as archive:
        name_cells(archive)
        run_id = begin_run(archive, country, 1)
        for page in pages:
            archive.store_capture(run_id, page.capture)
        for number in range(country.sites):
            archive.repack(country.get_site(number).id)
        archive.repack()
        archive.clear_derived()
        with archive.transaction() as db:
            db.execute("DELETE FROM visits")
            db.execute("DELETE FROM hint_sets WHERE common_id IS NOT NULL")
            db.execute("DELETE FROM blobs")


def _record_steps(
    path: Path, pages: Sequence[VisitedPage]
) -> tuple[list[plain.Step], plain.Multiplier]:
    """Return what storing the pages inserts, two transactions a page."""
    with Archive.create(path) as archive:
        recorder = plain.Recorder(archive.db)
        steps: list[plain.Step] = []
        for page in pages:
            store_page = partial(archive.store_capture, 1, page.capture)
            steps.append(recorder.record(store_page))
            steps.append(recorder.record(partial(store_reading, archive, page)))
        return steps, plain.Multiplier(archive.db, steps)


@dataclass
class Stopwatch:
    """The time that was used while it ran."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @contextmanager
    def run(self) -> Iterator[None]:
        """Add what the block takes."""
        start = time.perf_counter()
        cpu_start = time.process_time()
        yield
        self.seconds += time.perf_counter() - start
        self.cpu_seconds += time.process_time() - cpu_start


def _store_by_turns(
    folder: Path,
    base_path: Path,
    pages: Sequence[VisitedPage],
    steps: Sequence[plain.Step],
) -> tuple[Stopwatch, Stopwatch]:
    """Return what storing the pages takes, and inserting their rows.

    They take turns: both meet the same disk.
    """
    archive_path = Path(shutil.copy(base_path, folder / "ours.db"))
    plain_path = Path(shutil.copy(base_path, folder / "plain.db"))
    os.sync()  # what the copies still have to write is no part of either
    archive_watch = Stopwatch()
    plain_watch = Stopwatch()
    with (
        Archive.create(archive_path) as archive,
        closing(plain.connect(plain_path)) as db,
    ):
        for index, page in enumerate(pages):
            with archive_watch.run():
                visit_id, _ = archive.store_capture(1, page.capture)
                archive.store_reading(visit_id, page.reading)
            with plain_watch.run():
                for step in steps[2 * index : 2 * index + 2]:
                    plain.insert_rows(db, step)
    return archive_watch, plain_watch


if __name__ == "__main__":
    main()
