"""Streams of WARC records out of files: packed or not, alone or in a WACZ; bounded in memory,
whatever they hold.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from warcio.bufferedreaders import BufferedReader

BLOCK_BYTES = 1 << 16
LONGEST_LINE = 1 << 16  # bytes: one header
MOST_HEADERS = 1 << 20  # bytes: all headers of a record
MOST_JSON = 16 << 20  # bytes of a datapackage.json
MOST_TIMES, MOST_BYTES = (
    500,
    256 << 20,
)  # a file that unpacks to more than both is a bomb: real pages to 5–20 times
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
WARC_NAMES = (".warc", ".warc.gz")


class DamagedFile(Exception):
    """A file is not what it should be; the message says how. No EOFError, which would pass for
    its end.
    """


class Packed(io.RawIOBase):
    """A stream, unpacked where it is gzip (one member or many); counts the bytes read of the
    file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = _Counted(file)
        packed = self.file.begin[:2] == GZIP
        # read1: what stands before damage is given out before the damage is met
        self.next: Callable[[int], bytes] = (
            gzip.GzipFile(fileobj=self.file).read1 if packed else self.file.read
        )
        self.size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raise DamagedFile."""
        try:
            data = self.next(BLOCK_BYTES if size < 0 else min(size, BLOCK_BYTES))
        except (
            OSError,
            EOFError,
            zlib.error,
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise DamagedFile(f"cannot be unpacked: {error}") from error
        self.size += len(data)
        if self.size > max(MOST_BYTES, MOST_TIMES * self.file.size):
            raise DamagedFile(f"unpacks to more than {MOST_TIMES} times its size")
        return data

    def drain(self) -> None:
        """Read to the end of the file, where its digest is of all of it."""
        while self.file.read(BLOCK_BYTES):
            pass


class _Counted(io.RawIOBase):
    """A file that was looked into: its first bytes, how much was read, a digest of that."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.begin = self.rest = file.read(4)
        self.size = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.rest[: size if size >= 0 else None] or self.file.read(size)
        self.rest = self.rest[len(data) :]
        self.size += len(data)
        self.digest.update(data)
        return data


class Lines(BufferedReader):  # type: ignore[misc]  # warcio has no types
    """What records are parsed from: a header that does not end is damage, not a use of memory."""

    headers = 0  # bytes of lines read since the last record

    def readline(self, length: int | None = None) -> bytes:
        """Return the next line; raise DamagedFile when it, or the record's header, is too long."""
        most, line = min(length or LONGEST_LINE, LONGEST_LINE), b""
        while (
            len(line) < most
            and not line.endswith(b"\n")
            and (piece := super().readline(most - len(line)))
        ):
            line += piece
        self.headers += len(line)
        if len(line) >= LONGEST_LINE or self.headers > MOST_HEADERS:
            raise DamagedFile("a record's header does not end")
        return line


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[str, Packed]]]:
    """Give the WARC streams of a file with their names: one of a WARC, some of a WACZ.

    Raises DamagedFile, also after the last one when a WACZ states other digests for what was read.
    """
    with path.open("rb") as file:
        if file.read(4) == ZIP:
            with _zip(path) as packed:
                yield _members(path, packed)
        else:
            file.seek(0)
            yield iter([(str(path), Packed(file))])


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DamagedFile(f"no ZIP file after all: {error}") from error
    with packed:
        yield packed


def _members(path: Path, packed: zipfile.ZipFile) -> Iterator[tuple[str, Packed]]:
    """Yield the WARC files of a WACZ. Nothing is unpacked to disk, so no name can lead anywhere."""
    infos = [info for info in packed.infolist() if info.filename.startswith("archive/")]
    infos = [info for info in infos if info.filename.endswith(WARC_NAMES)]
    if not infos:
        raise DamagedFile("a ZIP file without archive/*.warc.gz: no WACZ")
    stated, wrong = _stated(packed), []
    for info in infos:
        try:
            with packed.open(info) as member:
                stream = Packed(member)
                yield f"{path}:{info.filename}", stream
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            OSError,
        ) as error:
            raise DamagedFile(f"{info.filename}: {error}") from error
        if (
            stated.get(info.filename, stream.file.digest.hexdigest())
            != stream.file.digest.hexdigest()
        ):
            wrong.append(info.filename)
    if wrong:
        raise DamagedFile(
            f"datapackage.json states another digest for {', '.join(wrong)}"
        )


def _stated(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the SHA-256 digests that datapackage.json states, by path."""
    try:
        with packed.open("datapackage.json") as file:
            data = file.read(MOST_JSON)
        resources = json.loads(data)["resources"]
        pairs = [
            (str(one["path"]), str(one["hash"]).partition(":")) for one in resources
        ]
    except KeyError:
        return {}
    except (
        ValueError,
        TypeError,
        RecursionError,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise DamagedFile(f"datapackage.json cannot be read: {error}") from error
    return {path: digest for path, (kind, _, digest) in pairs if kind == "sha256"}
