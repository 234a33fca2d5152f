"""The work folder beside an archive: what a service was asked for and what it gave.

So a backfill that was cut off asks for nothing again. An answer is written whole or not at all. A
capture's record is on the disk before the line that says so; what stands behind the last such
line was cut off while it was written, and is taken away.

What was imported is for the archive to tell: of that the folder only knows what holds no report,
which the archive does not keep.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

import zstandard
from pydantic import TypeAdapter, ValidationError

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.locks import take_lock
from nianbao.crawler.backfill.index_lines import IndexCapture
from nianbao.crawler.imports.warc_records import parse_timestamp
from nianbao.pipelines.reader import READER_VERSION

SUFFIX = ".backfill"
# for which an answer of an index is used again, and what was not given is not asked for again
ANSWER_DAYS = 7
ONE_DAY = 86400  # seconds
MOST_ANSWER = 1 << 30  # bytes, unpacked
RECORDS = "records-{number:05d}.warc.gz"

# `fetched` and `same` have a record that is to be imported. `gone` was not given, `refused` not
# taken in. `passed` was looked at by the reader, who found no report.
Result = Literal["fetched", "same", "gone", "refused", "passed"]
WITH_RECORD = ("fetched", "same")
NOT_HAD = ("gone", "refused")


@dataclass(frozen=True, slots=True)
class FetchNote:
    """A capture that was dealt with: how, and where its record ends in which file of records."""

    url: str
    timestamp: str
    digest: str | None
    result: Result
    number: int  # of the file
    end: int
    noted_at: float  # seconds since 1970
    reason: str | None = None
    reader_version: str | None = None  # that found no report

    @property
    def visited_at(self) -> str:
        """When it was captured, as the archive writes instants."""
        return parse_timestamp(self.timestamp)


NOTE = TypeAdapter(FetchNote)


class FolderBusy(Exception):
    """Another process asks the same index for the same archive; the message says so."""


@contextmanager
def lock_index(archive: Path, index: str) -> Iterator[None]:
    """Let no other process ask an index for an archive: its limits hold for all targets together.

    Raises FolderBusy, and OSError when the lock cannot be made.
    """
    folder = _find_folder(archive)
    folder.mkdir(parents=True, exist_ok=True)
    lock = take_lock(folder / f"{_make_name(index)}.lock")
    if lock is None:
        raise FolderBusy(
            f"{archive}: another backfill from {index} is running. Wait until it has ended."
        )
    try:
        yield
    finally:
        os.close(lock)


class WorkFolder:
    """The folder of an archive, an index and a target.

    One process at a time: see :func:`lock_index`. With `again`, what was not had counts as if it
    had never been asked for. Raises OSError when the folder cannot be written.
    """

    def __init__(
        self, archive: Path, index: str, target: str, *, again: bool = False
    ) -> None:
        self.path = _find_folder(archive) / _make_name(f"{index} {target}")
        self.path.mkdir(parents=True, exist_ok=True)
        self._answers = self.path / "answers"
        self._notes_path = self.path / "captures.jsonl"
        self._again = again
        self._number = 0  # of the file of records
        self.notes: dict[tuple[str, str], FetchNote] = {}
        self._by_digest: dict[str, FetchNote] = {}
        self._passed_digests: set[str] = set()
        self._load()

    @property
    def records(self) -> Path:
        """The file of records that are still to be imported; it may not exist."""
        return self.path / RECORDS.format(number=self._number)

    # ---- answers of the index

    def load_answer(self, url: str) -> bytes | None:
        """Return what the index answered at an address lately; None where it was not asked."""
        path = self._answer_path(url)
        try:
            if path.stat().st_mtime < time.time() - ANSWER_DAYS * ONE_DAY:
                return None
            packed = path.read_bytes()
        except FileNotFoundError:
            return None
        return zstandard.decompress(packed, max_output_size=MOST_ANSWER)

    def store_answer(self, url: str, body: bytes) -> None:
        """Keep an answer of the index."""
        self._answers.mkdir(exist_ok=True)
        with write_atomically(self._answer_path(url)) as part:
            part.write_bytes(zstandard.compress(body))

    def remove_answers(self) -> None:
        """Forget the answers: everything that they name was dealt with."""
        shutil.rmtree(self._answers, ignore_errors=True)

    def _answer_path(self, url: str) -> Path:
        return self._answers / f"{sha256(url.encode()).hexdigest()}.zst"

    # ---- captures

    def is_settled(self, capture: IndexCapture) -> bool:
        """Tell whether a capture was dealt with, or has the bytes of one that holds no report."""
        is_noted = (capture.url, capture.timestamp) in self.notes
        return is_noted or capture.digest in self._passed_digests

    def is_given(self, capture: IndexCapture) -> bool:
        """Tell whether the bytes of a settled capture were seen."""
        note = self.notes.get((capture.url, capture.timestamp))
        return note is None or note.result not in NOT_HAD

    def find_same(self, digest: str | None) -> FetchNote | None:
        """Return a capture of the same bytes whose record is to be imported."""
        return self._by_digest.get(digest) if digest else None

    def store_capture(
        self,
        capture: IndexCapture,
        result: Result,
        record: bytes | None = None,
        *,
        has_digest: bool = True,
        reason: str | None = None,
    ) -> None:
        """Keep a capture's record, where there is one, and what became of it.

        One that does not have the digest of the index is the same as no other.
        """
        end = 0
        if record is not None:
            with self.records.open("ab") as file:
                file.write(record)
                end = _flush(file)
        note = FetchNote(
            url=capture.url,
            timestamp=capture.timestamp,
            digest=capture.digest if has_digest else None,
            result=result,
            number=self._number,
            end=end,
            noted_at=time.time(),
            reason=reason,
        )
        self._write_notes([note])

    def list_pending(self) -> list[FetchNote]:
        """Return the captures whose records are to be imported."""
        return [note for note in self.notes.values() if note.result in WITH_RECORD]

    def end_import(self, not_taken: dict[FetchNote, Result]) -> None:
        """Take the records away: they were imported. Note what the archive did not take, and how.

        The next records get another file.
        """
        now = time.time()
        notes = [
            FetchNote(
                note.url,
                note.timestamp,
                note.digest,
                result,
                self._number,
                0,
                now,
                reader_version=READER_VERSION if result == "passed" else None,
            )
            for note, result in not_taken.items()
        ]
        for note in self.list_pending():
            del self.notes[note.url, note.timestamp]
        self._by_digest.clear()
        self._write_notes(notes)
        self.records.unlink(missing_ok=True)
        self._number += 1

    def _write_notes(self, notes: list[FetchNote]) -> None:
        lines = [json.dumps(asdict(note), ensure_ascii=False) for note in notes]
        with self._notes_path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
            _flush(file)
        for note in notes:
            self._add(note)

    def _add(self, note: FetchNote) -> None:
        self.notes[note.url, note.timestamp] = note
        if not note.digest:
            return
        if note.result == "fetched":
            self._by_digest.setdefault(note.digest, note)
        elif note.result == "passed":
            self._passed_digests.add(note.digest)

    # ---- what is there at the start

    def _load(self) -> None:
        """Load the notes that still count; take away what was cut off while it was written."""
        notes = list(self._load_notes())
        self._number = max((note.number for note in notes), default=0)
        if notes and not self.records.exists():
            self._number += 1
        ends = [0]
        for note in notes:
            if note.result in WITH_RECORD and note.number == self._number:
                ends.append(note.end)
            if self._is_current(note):
                self._add(note)
            else:
                self.notes.pop((note.url, note.timestamp), None)
        if self.records.exists():
            os.truncate(self.records, max(ends))

    def _is_current(self, note: FetchNote) -> bool:
        """Tell whether a note still counts.

        What was not had may be had some days later, a newer reader may find a report, and the
        archive itself knows what was imported.
        """
        if note.result in WITH_RECORD:
            return note.number == self._number
        if note.result == "passed":
            return note.reader_version == READER_VERSION
        is_late = note.noted_at > time.time() - ANSWER_DAYS * ONE_DAY
        return is_late and not self._again

    def _load_notes(self) -> Iterator[FetchNote]:
        """Yield the lines; the last one may have been cut off, and is taken away then."""
        if not self._notes_path.exists():
            return
        whole_bytes = 0
        with self._notes_path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole_bytes += len(line)
                try:
                    yield NOTE.validate_json(line)
                except ValidationError:
                    continue  # a line of an earlier form: its capture is asked for again
        os.truncate(self._notes_path, whole_bytes)


def _find_folder(archive: Path) -> Path:
    return archive.with_name(archive.name + SUFFIX)


def _make_name(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _flush(file: IO[bytes]) -> int:
    """Have what was written on the disk; return where the file ends."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()
