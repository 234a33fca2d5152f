"""A series of WARC files: records one after the other, a new file when one is large enough."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from warcio.warcwriter import WARCWriter

from nianbao.archive.export import cdxj, records
from nianbao.archive.export.records import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from nianbao.archive.export.records import Entry
    from nianbao.archive.export.source import Original, Source
    from nianbao.archive.records import Capture


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: bytes of the file, packed."""

    file: str
    offset: int
    length: int


@dataclass
class File:
    """A file being written: its name, what was written, a digest over the places of its records."""

    name: str
    out: BinaryIO
    size: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    seal: str = ""

    def write(self, data: bytes) -> int:
        """Write bytes, for the record writer."""
        self.size += len(data)
        return self.out.write(data)

    def flush(self) -> None:
        """Leave flushing to the end of the file."""

    def add(self, record_type: str, record_id: str, offset: int) -> Place:
        """Take note of a record that has been written from an offset to where the file is now."""
        self.counts[record_type] = self.counts.get(record_type, 0) + 1
        place = Place(self.name, offset, self.size - offset)
        self.seal = sealed(self.seal, record_type, record_id, offset)
        return place


def sealed(seal: str, record_type: str, record_id: str, offset: int) -> str:
    """Return a digest over the records of a file so far and where they stand."""
    return hashlib.sha256(
        f"{seal} {record_type} {record_id} {offset}".encode()
    ).hexdigest()


class Writer(records.Sha256, WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's writer, with SHA-256 as the digest."""


class Series:
    """Writes the captures of an archive into files that `opened` opens by name; an index line
    for each answer.
    """

    def __init__(
        self,
        source: Source,
        stem: str,
        size: int,
        software: str,
        opened: Callable[[str], BinaryIO],
    ) -> None:
        self.source, self.stem, self.size, self.software, self.opened = (
            source,
            stem,
            size,
            software,
            opened,
        )
        self.files: list[File] = []
        self.file: File | None = None

    def write(self, progress: Callable[[int, int], None]) -> None:
        """Write every visit. `progress` is called with the visits done and in all. Raises
        PayloadDamaged.
        """
        done = 0
        for run_id, run in self.source.runs():
            self._begin(records.of_run(run))
            for visit_id, capture in self.source.captures(run_id):
                if self.file is None or self.file.size >= self.size:
                    self._close()
                    self._begin(records.of_run(run))
                for entry in records.of_visit(
                    capture, run.uid, self._original(visit_id, capture)
                ):
                    self._put(entry)
                done += 1
                progress(done, self.source.visits)
        self._close()

    def _original(self, visit_id: int, capture: Capture) -> Original | None:
        """Return the visit whose record has the payload of another one whole."""
        if capture.payload_sha256 is None or capture.status is None:
            return None
        found = self.source.original(capture.payload_sha256)
        return found if found.visit_id != visit_id else None

    def _begin(self, run: Entry) -> None:
        if self.file is None:
            name = f"{self.stem}-{len(self.files):05}.warc.gz"
            self.file = File(name, self.opened(name))
            self.files.append(self.file)
            self._put(records.of_file(name, self.source.last_at, self.software))
            for site in self.source.sites():
                self._put(records.of_site(site, self.source.last_at))
        self._put(run)

    def _put(self, entry: Entry) -> None:
        if self.file is None:
            raise ValueError("no file is open")
        offset = self.file.size
        Writer(self.file, warc_version=VERSION).write_record(entry.record)
        headers = entry.record.rec_headers
        place = self.file.add(
            entry.record.rec_type, headers.get_header("WARC-Record-ID"), offset
        )
        line = cdxj.line(entry, place)
        if line is not None:
            self.source.put_line(line)

    def _close(self) -> None:
        if self.file is not None:
            self.file.out.close()
            self.file = None
