"""A series of WARC files: records one after the other, a new file when one is large enough."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from warcio.warcwriter import WARCWriter

from nianbao.archive.export import cdxj, records
from nianbao.archive.export.cdxj import RecordPlace
from nianbao.archive.export.record_builder import VERSION, Sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from nianbao.archive.export.metadata import RunRecord
    from nianbao.archive.export.records import ExportRecord
    from nianbao.archive.export.source import CaptureSource, OriginalVisit
    from nianbao.archive.records import Capture


@dataclass
class WarcFile:
    """A file that is being written; `seal` is a digest over the places of its records."""

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
        """Do nothing: the file is flushed when it ends."""

    def add_record(self, record_type: str, record_id: str, offset: int) -> RecordPlace:
        """Count a record that was written from an offset to the present end of the file."""
        self.counts[record_type] = self.counts.get(record_type, 0) + 1
        self.seal = extend_seal(self.seal, record_type, record_id, offset)
        return RecordPlace(self.name, offset, self.size - offset)


def extend_seal(seal: str, record_type: str, record_id: str, offset: int) -> str:
    """Return the digest over the records of a file, with one more record."""
    text = f"{seal} {record_type} {record_id} {offset}"
    return hashlib.sha256(text.encode()).hexdigest()


class Sha256Writer(Sha256, WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's writer, with SHA-256 as the digest."""


class WarcSeries:
    """Writes the captures of an archive into files, and an index line for each answer.

    `open_file` opens a new file by its name. A file begins anew after `size` bytes.
    """

    def __init__(
        self,
        source: CaptureSource,
        stem: str,
        size: int,
        software: str,
        open_file: Callable[[str], BinaryIO],
    ) -> None:
        self.files: list[WarcFile] = []
        self._source = source
        self._stem = stem
        self._size = size
        self._software = software
        self._open_file = open_file
        self._file: WarcFile | None = None

    def write(self, progress: Callable[[int, int], None]) -> None:
        """Write every visit; `progress` is called with the visits written and in all.

        Raises PayloadDamaged.
        """
        try:
            self._write_runs(progress)
        finally:
            self._close_file()

    def _write_runs(self, progress: Callable[[int, int], None]) -> None:
        visit_count = 0
        for run_id, run in self._source.runs():
            self._begin_run(run)
            for visit_id, capture in self._source.captures(run_id):
                if self._file is None or self._file.size >= self._size:
                    self._close_file()
                    self._begin_run(run)
                original = self._find_original(visit_id, capture)
                for record in records.visit_records(capture, run.uid, original):
                    self._write_record(record)
                visit_count += 1
                progress(visit_count, self._source.visits)

    def _find_original(self, visit_id: int, capture: Capture) -> OriginalVisit | None:
        """Return another visit whose record has the payload of this one."""
        if capture.payload_sha256 is None or capture.status is None:
            return None
        original = self._source.find_original(capture.payload_sha256)
        if original.visit_id == visit_id:
            return None
        return original

    def _begin_run(self, run: RunRecord) -> None:
        """Write the record of a run; into a new file, with its sites, where none is open."""
        if self._file is None:
            self._begin_file()
        self._write_record(records.run_record(run))

    def _begin_file(self) -> None:
        name = f"{self._stem}-{len(self.files):05}.warc.gz"
        self._file = WarcFile(name, self._open_file(name))
        self.files.append(self._file)
        created_at = self._source.last_at
        self._write_record(records.file_record(name, created_at, self._software))
        for site in self._source.sites():
            self._write_record(records.site_record(site, created_at))
        if len(self.files) == 1:
            for decision in self._source.decisions():
                self._write_record(records.decision_record(decision))
            for discovery in self._source.discoveries():
                self._write_record(records.discovery_record(discovery))
            for recognition in self._source.recognitions():
                self._write_record(records.recognition_record(recognition))

    def _write_record(self, export_record: ExportRecord) -> None:
        if self._file is None:
            raise ValueError("no file is open")
        offset = self._file.size
        record = export_record.record
        Sha256Writer(self._file, warc_version=VERSION).write_record(record)
        record_id = record.rec_headers.get_header("WARC-Record-ID")
        place = self._file.add_record(record.rec_type, record_id, offset)
        line = cdxj.format_line(export_record, place)
        if line is not None:
            self._source.store_line(line)

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.out.close()
            self._file = None
