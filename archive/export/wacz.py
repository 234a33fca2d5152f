"""WACZ out: WARC files, their index and the list of pages in one ZIP file, as WACZ 1.1.1 has it.

The WARC files are written straight into the ZIP file; nothing is packed twice. The index is in
blocks of lines, each packed for itself, with a second index that says where they are.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nianbao.archive.errors import ArchiveUnwritable
from nianbao.archive.export import readback, source
from nianbao.archive.export.records import NAMESPACE
from nianbao.archive.export.series import Series
from nianbao.archive.export.warc import Progress, Written, absent, written
from nianbao.archive.storage.atomic_files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nianbao.archive.export.source import Source
    from nianbao.archive.store import Archive

WACZ_VERSION = "1.1.1"
BLOCK_LINES = 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every member: the first day a ZIP file can name
PAGES = {
    "format": "json-pages-1.0",
    "id": "pages",
    "title": "Versions of reports, as they were first seen",
}


def write(
    archive: Archive, target: Path, *, size: int, software: str, progress: Progress
) -> Written:
    """Write the captures of an archive into one WACZ file, its WARC files of `size` bytes.

    Raises ArchiveError: ExportRefused when there is something at the target, PayloadDamaged,
    ExportDamaged.
    """
    absent(target)
    try:
        with source.opened(archive) as seen, write_atomically(target) as part:
            with zipfile.ZipFile(
                part, "w", zipfile.ZIP_STORED, allowZip64=True
            ) as packed:
                package = Package(packed)
                series = Series(
                    seen,
                    target.stem,
                    size,
                    software,
                    lambda name: package.opened(f"archive/{name}"),
                )
                series.write(
                    lambda done, total: progress("visits written", done, total)
                )
                _index(package, seen)
                _pages(package, seen)
                package.close(target.stem, seen.last_at, software)
            with zipfile.ZipFile(part) as packed:
                readback.check(
                    series.files,
                    lambda name: cast("BinaryIO", packed.open(f"archive/{name}")),
                    lambda done, of: progress("files read back", done, of),
                )
            return written(series, seen.visits)
    except OSError as error:
        raise ArchiveUnwritable(
            f"{target}: cannot be written ({error.strerror or error})."
        ) from error


class Package:
    """The ZIP file and what is known of its members: path, size, digest."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.resources: list[dict[str, Any]] = []

    def opened(self, path: str) -> BinaryIO:
        """Open a new member; it is listed when it is closed."""
        return cast("BinaryIO", _Member(self, path))

    def put(self, path: str, data: bytes) -> None:
        """Write a member."""
        with self.opened(path) as member:
            member.write(data)

    def close(self, title: str, created: str, software: str) -> None:
        """Write what describes the others."""
        whole = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "created": f"{created[:19]}Z",
            "software": software,
            "resources": self.resources,
        }
        data = json.dumps(whole, ensure_ascii=False, indent=2).encode()
        digest = {
            "path": "datapackage.json",
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
        self.put("datapackage.json", data)
        self.put("datapackage-digest.json", json.dumps(digest, indent=2).encode())


class _Member(io.RawIOBase):
    def __init__(self, package: Package, path: str) -> None:
        info = zipfile.ZipInfo(path, EPOCH)
        info.external_attr = 0o644 << 16
        self.package, self.path, self.size, self.digest = (
            package,
            path,
            0,
            hashlib.sha256(),
        )
        self.out = package.packed.open(info, "w", force_zip64=True)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self.out.write(data)

    def close(self) -> None:
        if not self.closed:
            self.out.close()
            name = self.path.rpartition("/")[2].lower()
            told = {
                "name": name,
                "path": self.path,
                "hash": f"sha256:{self.digest.hexdigest()}",
                "bytes": self.size,
            }
            self.package.resources.append(told)
        super().close()


def _index(package: Package, seen: Source) -> None:
    """Write the index in packed blocks, and where each of them begins."""
    about = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    blocks = [f"!meta 0 {json.dumps(about)}\n"]
    lines, offset = seen.lines(), 0
    with package.opened("indexes/index.cdx.gz") as index:
        while block := list(islice(lines, BLOCK_LINES)):
            data = _gzip("".join(f"{line}\n" for line in block).encode())
            index.write(data)
            key = block[0].partition(" {")[0]
            place = {
                "offset": offset,
                "length": len(data),
                "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
            }
            blocks.append(
                f"{key} {json.dumps({**place, 'filename': 'index.cdx.gz'})}\n"
            )
            offset += len(data)
    package.put("indexes/index.idx", "".join(blocks).encode())


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return packer.compress(data) + packer.flush()


def _pages(package: Package, seen: Source) -> None:
    with package.opened("pages/pages.jsonl") as pages:
        for page in (PAGES, *_listed(seen)):
            pages.write(f"{json.dumps(page, ensure_ascii=False)}\n".encode())


def _listed(seen: Source) -> Iterator[dict[str, str]]:
    for url, at, title in seen.pages():
        page_id = hashlib.sha256(f"{NAMESPACE} {at} {url}".encode()).hexdigest()[:22]
        yield {"id": page_id, "url": url.partition("#")[0], "ts": f"{at[:19]}Z"} | (
            {"title": title} if title else {}
        )
