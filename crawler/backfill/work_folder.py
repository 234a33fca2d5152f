"""The work folder beside an archive: what a service was asked for and what it gave.

So a backfill that was cut off asks for nothing again. An answer is written whole or not at all. A
capture's record is on the disk before the line that says so; what stands behind the last such
line was cut off while it was written, and is taken away.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

import zstandard

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.crawler.backfill.index_lines import IndexCapture
from nianbao.crawler.imports.warc_records import parse_timestamp

SUFFIX = ".backfill"
ANSWER_DAYS = 7  # for which an answer of an index is used again; it knows nothing of later captures
ONE_DAY = 86400  # seconds
MOST_ANSWER = 1 << 30  # bytes, unpacked

Result = Literal["fetched", "same", "gone"]


@dataclass(frozen=True, slots=True)
class FetchNote:
    """A capture that was dealt with: how, and where the file of records ended then."""

    url: str
    timestamp: str
    digest: str | None
    result: Result
    file: str
    end: int
    noted_at: float  # seconds since 1970
    reason: str | None = None

    @property
    def is_current(self) -> bool:
        """Whether it still counts: what was not given may be given some days later."""
        if self.result != "gone":
            return True
        return self.noted_at > time.time() - ANSWER_DAYS * ONE_DAY

    @property
    def visited_at(self) -> str:
        """When it was captured, as the archive writes instants."""
        return parse_timestamp(self.timestamp)


class FolderBusy(Exception):
    """Another process works in the folder; the message says so."""


class WorkFolder:
    """The folder of an archive, an index and a target, for one process at a time.

    Raises FolderBusy, and OSError when it cannot be written.
    """

    def __init__(self, archive: Path, index: str, target: str) -> None:
        name = sha256(f"{index} {target}".encode()).hexdigest()[:16]
        self.path = archive.with_name(archive.name + SUFFIX) / name
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise FolderBusy(
                f"{archive}: another backfill of {target} is running. Wait until it has ended."
            ) from None
        self._answers = self.path / "answers"
        self._notes_path = self.path / "captures.jsonl"
        self.notes: dict[tuple[str, str], FetchNote] = {}
        self._by_digest: dict[str, FetchNote] = {}
        for note in self._load_notes():
            if note.is_current:
                self._add(note)
        self._records = self.path / f"records-{self._count_files():05d}.warc.gz"
        self._cut_records()

    def close(self) -> None:
        """Let another process in."""
        self._lock.close()

    @property
    def records(self) -> Path:
        """The file of records that are still to be imported; it may not exist."""
        return self._records

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

    def find_same(self, digest: str | None) -> FetchNote | None:
        """Return a capture of the same bytes that was fetched."""
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
            with self._records.open("ab") as file:
                file.write(record)
                end = _flush(file)
        note = FetchNote(
            url=capture.url,
            timestamp=capture.timestamp,
            digest=capture.digest if has_digest else None,
            result=result,
            file=self._records.name,
            end=end,
            noted_at=time.time(),
            reason=reason,
        )
        with self._notes_path.open("ab") as file:
            line = json.dumps(asdict(note), ensure_ascii=False)
            file.write(f"{line}\n".encode())
            _flush(file)
        self._add(note)

    def remove_records(self) -> None:
        """Take the records away: they were imported. The next ones get another file."""
        self._records.unlink(missing_ok=True)
        self._records = self.path / f"records-{self._count_files():05d}.warc.gz"

    def _add(self, note: FetchNote) -> None:
        self.notes[note.url, note.timestamp] = note
        if note.result == "fetched" and note.digest:
            self._by_digest.setdefault(note.digest, note)

    def _count_files(self) -> int:
        """Return the number of the file to write on: the last one, or behind it one more."""
        numbers = [int(note.file[8:13]) for note in self.notes.values() if note.end]
        last = max(numbers, default=0)
        is_there = (self.path / f"records-{last:05d}.warc.gz").exists()
        return last if is_there or not numbers else last + 1

    def _cut_records(self) -> None:
        """Take away what was cut off while it was written."""
        if not self._records.exists():
            return
        name = self._records.name
        ends = [note.end for note in self.notes.values() if note.file == name]
        os.truncate(self._records, max(ends, default=0))

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
                yield FetchNote(**json.loads(line))
        os.truncate(self._notes_path, whole_bytes)


def _flush(file: IO[bytes]) -> int:
    """Have what was written on the disk; return where the file ends."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()
