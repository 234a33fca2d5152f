"""`make bench-store`: what the archive takes and how fast it is written, beside a WARC and plain inserts, in one run.

Every page is visited three times; at each visit after the first, one page in five has changed. Readings are
made beforehand: this is about storing. Both sides commit after each visit and after each reading, with the
same settings of SQLite.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Archive, space
from bench.captures import Country, Shown

VISITS = 3
REPORT = 3000  # characters


@dataclass
class Warc:
    """A gzip WARC of captures: a response record for what is new, a revisit record for what was seen before."""

    path: Path
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)  # address → digest and date of its last response

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
            capture.url, "response", payload=body, http_headers=head, warc_headers_dict=date
        )
        self._writer.ensure_digest(record)
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if before is None or before[0] != digest:
            self.seen[capture.url] = digest, capture.visited_at
        else:
            record = self._writer.create_revisit_record(
                capture.url, digest, capture.url, before[1], http_headers=head, warc_headers_dict=date
            )
        self._writer.write_record(record)


def main() -> None:
    """Print the figures and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000, help="pages of the space part")
    parser.add_argument("--sites", type=int, default=16, help="sites they are on")
    parser.add_argument("--documents", type=int, nargs="*", default=[1_000, 100_000], help="sizes of the speed part")
    parser.add_argument("--stored", type=int, default=1_000, help="pages stored at each of these sizes")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        measure_space(Path(folder), Country(wanted.pages, wanted.sites))
        for size in wanted.documents:
            measure_speed(Path(folder), size, wanted.stored)


def measure_space(folder: Path, country: Country) -> None:
    """Store every visit in an archive and in a WARC, and compare."""
    path, warc_path = folder / "archive.db", folder / "captures.warc.gz"
    seconds = 0.0
    with Archive.create(path) as archive, Warc(warc_path) as warc:
        for visit in range(1, VISITS + 1):
            run_id = archive.begin_run("bench", {"visit": visit})
            archive.begin_sites(run_id, [country.site(number) for number in range(country.sites)])
            for number in range(country.sites):
                count = 0
                for count, shown in enumerate(country.visits(number, visit), start=1):
                    began = time.perf_counter()
                    keep(archive, run_id, shown)
                    seconds += time.perf_counter() - began
                    warc.write(shown)
                archive.end_site(run_id, country.site(number).id, "finished", count, lists_whole=True)
            archive.end_run(run_id, "finished", {})
        found = space.measure(archive.db)
        length = archive.db.execute("SELECT avg(length(text)) FROM readings").fetchone()[0]
    raw, derived, warc_bytes = found.bytes_of("raw"), found.bytes_of("derived"), warc_path.stat().st_size
    print(f"{country.pages} pages on {country.sites} sites, {VISITS} visits each, {seconds:.0f} s of storing")
    for part in found.parts:
        print(f"  {part.layer:<8} {part.name:<32} {part.bytes / country.pages:9.1f} bytes a page")
    for one in found.payloads:
        print(f"  {one.count} payloads {one.encoding}: {one.size_bytes} bytes kept in {one.stored_bytes}")
    print(f"raw layer {raw / 1e6:.1f} MB, gzip WARC {warc_bytes / 1e6:.1f} MB: ratio {raw / warc_bytes:.3f} (≤ 0.40)")
    each = derived / found.reports / 1000
    print(f"derived layer {each:.1f} KB a report of {length:.0f} characters,", end=" ")
    print(f"{each * REPORT / length:.1f} KB for {REPORT} characters (≤ 16)")


def keep(archive: Archive, run_id: int, shown: Shown) -> None:
    """Store a visit and what its page was read as."""
    visit_id, to_read = archive.keep(run_id, shown.capture)
    if to_read:
        archive.show(visit_id, shown.reading)
