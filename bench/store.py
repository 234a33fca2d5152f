"""`make bench-store`: what the archive takes and how fast it is written, beside a WARC and
plain inserts, in one run.

Every page is visited three times; at each visit after the first, one page in five has changed.
Readings are made beforehand: this is about storing. Both sides commit after each visit and
after each reading, with the same settings of SQLite.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench import plain
from bench.captures import Country, Shown
from nianbao.archive import Archive
from nianbao.archive.maintenance import disk_usage
from nianbao.archive.records import Capture
from nianbao.crawler.runs import name_cells

VISITS = 3
REPORT = 3000  # characters


# --- what it is compared with -----------------------------------------------------------------


@dataclass
class Warc:
    """A gzip WARC of captures: a response record for what is new, a revisit record for what was
    seen before.
    """

    path: Path
    seen: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # address → digest and date of its last response

    def __enter__(self) -> Warc:
        self._stream = self.path.open("wb")
        self._writer = WARCWriter(self._stream, gzip=True, warc_version="1.1")
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, shown: Shown) -> None:
        """Write one capture."""
        capture = shown.capture
        status = "304 Not Modified" if capture.status == 304 else "200 OK"
        head = StatusAndHeaders(status, list(capture.headers), protocol="HTTP/1.1")
        date = {"WARC-Date": capture.visited_at}
        before = self.seen.get(capture.url)
        body = io.BytesIO(shown.answer)
        record = self._writer.create_warc_record(
            capture.url,
            "response",
            payload=body,
            http_headers=head,
            warc_headers_dict=date,
        )
        self._writer.ensure_digest(record)
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if before is None or before[0] != digest:
            self.seen[capture.url] = digest, capture.visited_at
        else:
            record = self._writer.create_revisit_record(
                capture.url,
                digest,
                capture.url,
                before[1],
                http_headers=head,
                warc_headers_dict=date,
            )
        self._writer.write_record(record)


def main() -> None:
    """Print the figures and the ratios."""
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
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        if wanted.pages:
            measure_space(Path(folder), Country(wanted.pages, wanted.sites))
        if wanted.documents:
            measure_speed(Path(folder), wanted.documents, wanted.stored)


# --- space ----------------------------------------------------------------------------------


def measure_space(folder: Path, country: Country) -> None:
    """Store every visit in an archive and in a WARC, and compare."""
    path, warc_path = folder / "archive.db", folder / "captures.warc.gz"
    print(
        f"{country.pages} pages on {country.sites} sites, {VISITS} visits each, one page in five changed at each"
    )
    with Archive.create(path) as archive, Warc(warc_path) as warc:
        name_cells(archive)
        for visit in range(1, VISITS + 1):
            run_id = begin(archive, country, visit)
            for number in range(country.sites):
                for shown in country.visits(number, visit):
                    keep(archive, run_id, shown.capture)
                    read(archive, shown)
                    warc.write(shown)
                archive.end_site(
                    run_id, country.site(number).id, "finished", 1, lists_whole=True
                )
            archive.end_run(run_id, "finished", {})
            _print_derived(archive, visit)
        found = disk_usage.measure_disk_usage(archive.db)
    for part in found.parts:
        print(
            f"  {part.layer:<8} {part.name:<32} {part.bytes / country.pages:9.1f} bytes a page"
        )
    for one in found.payloads:
        print(
            f"  {one.count} payloads {one.encoding}: {one.size_bytes} bytes kept in {one.stored_bytes}"
        )
    raw, warc_bytes = found.bytes_of("raw"), warc_path.stat().st_size
    ratio = raw / warc_bytes
    print(
        f"raw layer {raw / 1e6:.1f} MB, gzip WARC {warc_bytes / 1e6:.1f} MB: {ratio:.3f} × (wanted: at most 0.40)"
    )


def _print_derived(archive: Archive, visit: int) -> None:
    """Print what a report takes in the derived layer, with all the versions it had so far."""
    found = disk_usage.measure_disk_usage(archive.db)
    versions, length = archive.db.execute(
        "SELECT count(*), avg(length(text)) FROM version_texts"
    ).fetchone()
    each = found.bytes_of("derived") / found.reports / 1000
    print(
        f"derived layer after visit {visit}: {each:.1f} KB a report of {length:.0f} characters with"
        f" {versions / found.reports:.1f} versions, {each * REPORT / length:.1f} KB for {REPORT} characters"
        " (wanted: at most 16 a report)"
    )


def begin(archive: Archive, country: Country, visit: int) -> int:
    """Begin a run on all sites; return its id."""
    run_id = archive.begin_run("bench", {"visit": visit})
    archive.begin_sites(
        run_id, [country.site(number) for number in range(country.sites)]
    )
    return run_id


def keep(archive: Archive, run_id: int, capture: Capture) -> None:
    """Store a visit."""
    archive.store_capture(run_id, capture)


def read(archive: Archive, shown: Shown) -> None:
    """Store the reading of a page that was just stored, unless it needs none."""
    visit_id, read_before = archive.db.execute(
        "SELECT visits.id, sightings.visit_id FROM visits LEFT JOIN sightings ON sightings.visit_id = visits.id"
        " WHERE visits.url = ? ORDER BY visits.id DESC LIMIT 1",
        [shown.capture.url],
    ).fetchone()
    if read_before is None:
        archive.store_reading(visit_id, shown.reading)


# --- speed ----------------------------------------------------------------------------------


def measure_speed(folder: Path, sizes: list[int], stored: int) -> None:
    """Store pages in archives of several sizes, and their rows by plain inserts in copies of
    these archives.
    """
    country = Country(stored, 4)
    shown = [
        page for number in range(country.sites) for page in country.visits(number, 1)
    ]
    base = folder / "base.db"
    _prepare(base, country, shown)
    steps, multiplier = _record(Path(shutil.copy(base, folder / "recorded.db")), shown)
    copies = 0
    for size in sorted(sizes):
        began = time.perf_counter()
        with closing(plain.connect(base, plain.FILLING)) as db:
            while copies * stored < size:
                copies += 1
                multiplier.write(db, copies)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            documents = db.execute("SELECT count(*) FROM documents").fetchone()[0]
        print(
            f"{documents} documents, {base.stat().st_size / 1e9:.2f} GB, filled in {time.perf_counter() - began:.0f} s"
        )
        ours, theirs = _race(folder, base, shown, steps)
        rates = [stored / watch.seconds for watch in (ours, theirs)]
        each = [watch.cpu / stored * 1000 for watch in (ours, theirs)]
        print(
            f"at {documents} documents: {rates[0]:.0f} new pages a second stored, {rates[1]:.0f} by plain inserts of"
            f" the same rows: {rates[0] / rates[1]:.2f} × (wanted: at least 0.5);"
            f" CPU {each[0]:.1f} and {each[1]:.1f} ms a page",
            flush=True,
        )


def _prepare(base: Path, country: Country, shown: list[Shown]) -> None:
    """Make an archive with a run begun, with the dictionaries that its pages give, and without
    the pages.
    """
    with Archive.create(base) as archive:
        name_cells(archive)
        run_id = begin(archive, country, 1)
        for page in shown:
            archive.store_capture(run_id, page.capture)
        for number in range(country.sites):
            archive.repack(country.site(number).id)
        archive.repack()
        archive.clear_derived()
        with archive.transaction() as db:
            for rows in ("visits", "hint_sets WHERE common_id IS NOT NULL", "blobs"):
                db.execute(f"DELETE FROM {rows}")


def _record(
    path: Path, shown: list[Shown]
) -> tuple[list[plain.Step], plain.Multiplier]:
    """Return what storing the pages inserts, two transactions a page."""
    with Archive.create(path) as archive:
        recorder = plain.Recorder(archive.db)
        steps = []
        for page in shown:
            steps.append(recorder.record(partial(keep, archive, 1, page.capture)))
            steps.append(recorder.record(partial(read, archive, page)))
        return steps, plain.Multiplier(archive.db, steps)


@dataclass
class Watch:
    """What was taken so far, in seconds."""

    seconds: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what the block takes."""
        began, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - cpu


def _race(
    folder: Path, base: Path, shown: list[Shown], steps: list[plain.Step]
) -> tuple[Watch, Watch]:
    """Return what storing the pages takes and inserting their rows, by turns: both meet the
    same disk.
    """
    ours_path, plain_path = folder / "ours.db", folder / "plain.db"
    shutil.copy(base, ours_path)
    shutil.copy(base, plain_path)
    os.sync()  # what the copies left to be written is no part of either
    ours, theirs = Watch(), Watch()
    with Archive.create(ours_path) as archive, closing(plain.connect(plain_path)) as db:
        for index, page in enumerate(shown):
            with ours.running():
                visit_id, _ = archive.store_capture(1, page.capture)
                archive.store_reading(visit_id, page.reading)
            with theirs.running():
                for step in steps[2 * index : 2 * index + 2]:
                    plain.write(db, step)
    return ours, theirs


if __name__ == "__main__":
    main()
