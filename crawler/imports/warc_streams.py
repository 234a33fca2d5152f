"""Streams of WARC or ARC records out of files: gzip or not, alone or in a WACZ.

They are bounded in memory, whatever they hold.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from warcio.bufferedreaders import BufferedReader

BLOCK_BYTES = 1 << 16
LONGEST_LINE = 1 << 16  # bytes: one header
MOST_HEADERS = 1 << 20  # bytes: all headers of a record
MOST_KEPT = 64 << 20  # bytes of a record in which others may stand
MOST_JSON = 16 << 20  # bytes of a datapackage.json
# a file that unpacks to more than both is a bomb: real pages to 5–20 times
MOST_TIMES = 500
MOST_BYTES = 256 << 20
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
WARC_SUFFIXES = (".warc", ".warc.gz")
ARC_SUFFIXES = (".arc", ".arc.gz")
JUNK_SHOWN = 40  # bytes
# what a damaged or strange ZIP file raises
ZIP_ERRORS = (zipfile.BadZipFile, RuntimeError, NotImplementedError)


class RecordMark(NamedTuple):
    """How the beginning of a record looks, and within what another one swallowed."""

    beginning: re.Pattern[bytes]
    within: re.Pattern[bytes]
    most_bytes: int  # more than the beginning of a record takes


WARC_MARK = RecordMark(
    re.compile(rb"WARC/(?:1\.\d|0\.1[78])\r?\n"),
    re.compile(rb"\n\r?\n(WARC/(?:1\.\d|0\.1[78])\r?\nWARC-)"),
    64,
)
# One line: address, IP address, time, type, length
# (https://archive.org/web/researcher/ArcFileFormat.php).
ARC_LINE = (
    rb"[a-z]{1,16}:[^\r\n<>\"]{1,3000} [0-9A-Fa-f.:]{1,50} [0-9]{12,20}"
    rb" [^\r\n ]{1,200} [^\r\n ]{1,20}\r?\n"
)
ARC_MARK = RecordMark(
    re.compile(rb"^" + ARC_LINE, re.M),
    re.compile(rb"\n\r?\n(" + ARC_LINE + rb")"),
    4096,
)
ARC_BEGINNING = b"filedesc:"


class DamagedFile(Exception):
    """A file is not what it should be; the message says how.

    It is no EOFError, which would pass for the end of the file.
    """


class HeaderTooLong(DamagedFile):
    """A header does not end within what one may have."""


class WarcStream(io.RawIOBase):
    """A stream, unpacked where it is gzip (one member or many)."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = DigestingFile(file)
        self.size = 0  # bytes that were unpacked
        self._read_block: Callable[[int], bytes] = self.file.read
        if self.file.first_bytes[:2] == GZIP:
            # read1: what stands before damage is given out before the damage is met
            self._read_block = gzip.GzipFile(fileobj=self.file).read1

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raise DamagedFile."""
        if size < 0:
            size = BLOCK_BYTES
        try:
            data = self._read_block(min(size, BLOCK_BYTES))
        except (OSError, EOFError, zlib.error, *ZIP_ERRORS) as error:
            raise DamagedFile(f"cannot be unpacked: {error}") from error
        self.size += len(data)
        if self.size > max(MOST_BYTES, MOST_TIMES * self.file.size):
            raise DamagedFile(f"unpacks to more than {MOST_TIMES} times its size")
        return data

    def drain(self) -> None:
        """Read to the end of the file, for its digest is of all of it."""
        while self.file.read(BLOCK_BYTES):
            pass


class DigestingFile(io.RawIOBase):
    """A file whose first bytes are looked at; it counts what is read, and makes a digest of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.first_bytes = file.read(4)
        self._unread_bytes = self.first_bytes
        self.size = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._unread_bytes:
            data = self._unread_bytes[: size if size >= 0 else None]
            self._unread_bytes = self._unread_bytes[len(data) :]
        else:
            data = self._file.read(size)
        self.size += len(data)
        self.digest.update(data)
        return data


class RecordGap(NamedTuple):
    """What stands between a record and the next one: `junk` is the beginning of what is none."""

    is_ended: bool  # whether the record ends where its length says
    junk: bytes


class BoundedLineReader(BufferedReader):  # type: ignore[misc]  # warcio has no types
    """What records are parsed from: a header that does not end is damage, not a use of memory."""

    header_bytes = 0  # of lines since the last record
    mark = WARC_MARK
    _last_bytes = b""  # that were given out: the end of a record
    buff: io.BytesIO | None  # of the base class: what was read and not given out yet

    def readline(self, length: int | None = None) -> bytes:
        """Return the next line.

        Raises HeaderTooLong when it, or the record's header, is too long; then it comes again.
        """
        most_bytes = min(length or LONGEST_LINE, LONGEST_LINE)
        line = b""
        while len(line) < most_bytes and not line.endswith(b"\n"):
            piece = super().readline(most_bytes - len(line))
            if not piece:
                break
            line += piece
        header_bytes = self.header_bytes + len(line)
        if len(line) >= LONGEST_LINE or header_bytes > MOST_HEADERS:
            self.unread(line)
            raise HeaderTooLong("a record's header does not end")
        self.header_bytes = header_bytes
        return line

    def read(self, length: int | None = None) -> bytes:
        """Return the next bytes; fewer only at the end."""
        data = bytes(super().read(length))
        self._last_bytes = (self._last_bytes + data)[-self.mark.most_bytes :]
        return data

    def unread(self, data: bytes) -> None:
        """Have bytes that were read come again, before all others."""
        buffer: io.BytesIO | None = self.buff
        rest = buffer.read() if buffer else b""
        self.buff = io.BytesIO(data + rest)
        self.buff_size = len(data) + len(rest)
        self._last_bytes = b""

    def ends_record(self) -> bool:
        """Tell whether a record ends here: behind it is the next one, or nothing."""
        last_bytes = self._last_bytes
        piece = self.read(self.mark.most_bytes)
        self.unread(piece)
        self._last_bytes = last_bytes
        rest = piece.lstrip(b"\r\n")
        if not rest:
            return len(piece) < self.mark.most_bytes
        begun_line = last_bytes.rpartition(b"\n")[2] if rest == piece else b""
        if begun_line and self.mark.beginning.match(begun_line + piece):
            return False  # the end is within the line in which the next one begins
        return self.mark.beginning.match(rest) is not None

    def find_mark(self) -> None:
        """Look at the first line: records of an ARC file begin otherwise than those of a WARC."""
        line = self.readline()
        self.header_bytes = 0
        self.unread(line)
        if line.startswith(ARC_BEGINNING) or ARC_MARK.beginning.fullmatch(line):
            self.mark = ARC_MARK

    def seek_record(self) -> RecordGap:
        """Go on to the line in which the next record begins; to the end where there is none.

        A record is followed by empty lines. Some programs leave them out, and where its length
        is wrong there is something else, or it ends within the line.
        """
        most_bytes = self.mark.most_bytes
        data = self._last_bytes
        record_end = len(data)
        is_whole = self.ends_record()
        piece = self.read(most_bytes)
        if is_whole:
            self.unread(piece.lstrip(b"\r\n"))
            return RecordGap(is_ended=True, junk=b"")
        is_ended = not piece or piece.startswith((b"\r\n", b"\n"))
        junk = b""
        while piece:
            data += piece
            match = self.mark.beginning.search(data)
            end = match.start() if match else max(record_end, len(data) - most_bytes)
            junk = (junk + data[record_end:end]).lstrip()[:JUNK_SHOWN]
            if match:
                self.unread(data[end:])
                return RecordGap(is_ended and end >= record_end, junk.rstrip())
            data = data[end:]
            record_end = 0
            piece = self._read_piece()
        return RecordGap(is_ended, (junk + data[record_end:]).strip()[:JUNK_SHOWN])

    def _read_piece(self) -> bytes:
        """Return what is at hand, else the next block: damage behind it is not met yet."""
        self._fillbuff()
        return bytes(self.buff.read()) if self.buff else b""


class RecordWatch:
    """What is read of a record: kept from where it looks as if the next record began in it.

    A record whose length is wrong swallows others. But a page may have such a text, too.
    """

    def __init__(self, stream: Any, mark: RecordMark) -> None:
        self._stream = stream
        self._mark = mark
        self._end = b""  # of what was read
        self._kept: list[bytes] = []
        self._kept_size = 0

    @property
    def limit(self) -> int:
        """How many bytes are still to come, by the length that the record states."""
        return int(self._stream.limit)

    @property
    def has_others(self) -> bool:
        """Whether it looks as if there were other records in it."""
        return self._kept_size > 0

    def read(self, size: int | None = None) -> bytes:
        """Return the next bytes."""
        return self._watch(bytes(self._stream.read(size)))

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line."""
        return self._watch(bytes(self._stream.readline(size)))

    def drain(self) -> None:
        """Read to the end."""
        while self.read(BLOCK_BYTES):
            pass

    def take_others(self) -> bytes | None:
        """Return the record from where others began in it; None for more than are kept."""
        return b"".join(self._kept) if self._kept else None

    def _watch(self, data: bytes) -> bytes:
        if self.has_others:
            self._keep(data)
            return data
        read = self._end + data
        match = self._mark.within.search(read)
        if match is not None:
            self._keep(read[match.start(1) :])
        self._end = read[-self._mark.most_bytes :]
        return data

    def _keep(self, data: bytes) -> None:
        self._kept_size += len(data)
        self._kept.append(data)
        if self._kept_size > MOST_KEPT:
            self._kept.clear()


@contextmanager
def open_warc_streams(path: Path) -> Iterator[Iterator[tuple[str, WarcStream]]]:
    """Give the WARC streams of a file with their names: one of a WARC, some of a WACZ.

    Raises DamagedFile, also after the last one when a WACZ states other digests for what was read.
    """
    with path.open("rb") as file:
        if file.read(4) == ZIP:
            with _open_zip(path) as package:
                yield _member_streams(path, package)
        else:
            file.seek(0)
            yield iter([(str(path), WarcStream(file))])


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DamagedFile(f"no ZIP file after all: {error}") from error
    with package:
        yield package


def _member_streams(
    path: Path, package: zipfile.ZipFile
) -> Iterator[tuple[str, WarcStream]]:
    """Yield the WARC files of a WACZ. Nothing is unpacked to disk, so no name can lead anywhere."""
    members = _warc_members(package)
    if not members:
        raise DamagedFile("a ZIP file without archive/*.warc.gz: no WACZ")
    package_digests = _package_digests(package)
    wrong_names = []
    for info in members:
        name = info.filename
        try:
            with package.open(info) as member:
                stream = WarcStream(member)
                yield f"{path}:{name}", stream
        except (*ZIP_ERRORS, OSError) as error:
            raise DamagedFile(f"{name}: {error}") from error
        digest = stream.file.digest.hexdigest()
        if package_digests.get(name, digest) != digest:
            wrong_names.append(name)
    if wrong_names:
        raise DamagedFile(
            f"datapackage.json states another digest for {', '.join(wrong_names)}"
        )


def _warc_members(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        info
        for info in package.infolist()
        if info.filename.startswith("archive/")
        and info.filename.endswith(WARC_SUFFIXES)
    ]


def _package_digests(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the SHA-256 digests that datapackage.json states, by path."""
    digests = {}
    try:
        with package.open("datapackage.json") as file:
            data = file.read(MOST_JSON)
        for resource in json.loads(data)["resources"]:
            kind, _, digest = str(resource["hash"]).partition(":")
            if kind == "sha256":
                digests[str(resource["path"])] = digest
    except KeyError:
        return {}
    except (ValueError, TypeError, RecursionError, *ZIP_ERRORS) as error:
        raise DamagedFile(f"datapackage.json cannot be read: {error}") from error
    return digests
