"""Export WACZ: WARC files, their index and the list of pages in one ZIP file, as WACZ 1.1.1.

The WARC files are written straight into the ZIP file; nothing is packed twice. The index is in
blocks of lines, each packed for itself, with a second index that says where they are.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nianbao.archive.export import earlier_exports, readback
from nianbao.archive.export.record_builder import NAMESPACE
from nianbao.archive.export.series import WarcSeries
from nianbao.archive.export.source import open_source
from nianbao.archive.export.warc import WarcSummary, name_step, summarize
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.target import named_write_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nianbao.archive.export.source import CaptureSource
    from nianbao.archive.storage.snapshot import Progress
    from nianbao.archive.store import Archive

WACZ_VERSION = "1.1.1"
BLOCK_LINES = 1024
FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the date of every member
MEMBER_MODE = 0o644 << 16  # where a ZIP file has the permissions
GZIP_WINDOW = zlib.MAX_WBITS + 16  # zlib writes gzip's header then
INDEX_NAME = "index.cdx.gz"
PAGES_HEADING = {
    "format": "json-pages-1.0",
    "id": "pages",
    "title": "Versions of reports, as they were first seen",
}


def export_wacz(
    archive: Archive,
    target: Path,
    *,
    size: int,
    software: str,
    progress: Progress,
    force: bool = False,
) -> WarcSummary:
    """Write the captures of an archive into one WACZ file, its WARC files of `size` bytes.

    An earlier export at the target is replaced with `force`. Raises ArchiveError: TargetRefused,
    PayloadDamaged, ExportDamaged, ArchiveUnwritable.
    """
    check_target = partial(
        earlier_exports.require_replaceable, target, archive.path, force=force
    )
    check_target()
    with (
        named_write_errors(target),
        open_source(archive) as source,
        write_atomically(target, check_target) as part,
    ):
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as output:
            package = WaczPackage(output)
            series = WarcSeries(
                source, target.stem, size, software, package.open_warc_file
            )
            series.write(name_step(progress, "visits written"))
            _write_index(package, source)
            _write_pages(package, source)
            package.write_description(target.stem, source.last_at, software)
        with zipfile.ZipFile(part) as packed_file:

            def open_warc_file(name: str) -> BinaryIO:
                return cast("BinaryIO", packed_file.open(f"archive/{name}"))

            step = name_step(progress, "files read back")
            readback.check_files(series.files, open_warc_file, step)
        return summarize(series, source.visits)


class WaczPackage:
    """The ZIP file, and the path, size and digest of each member."""

    def __init__(self, output: zipfile.ZipFile) -> None:
        self.output = output
        self.resources: list[dict[str, Any]] = []

    def open_member(self, path: str) -> BinaryIO:
        """Open a new member; it gets into the list of resources when it is closed."""
        return cast("BinaryIO", _Member(self, path))

    def open_warc_file(self, name: str) -> BinaryIO:
        """Open a new WARC file."""
        return self.open_member(f"archive/{name}")

    def write_member(self, path: str, data: bytes) -> None:
        """Write a whole member."""
        with self.open_member(path) as member:
            member.write(data)

    def write_description(self, title: str, created: str, software: str) -> None:
        """Write the Data Package that describes the members, and its digest."""
        package = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "created": f"{created[:19]}Z",
            "software": software,
            "resources": self.resources,
        }
        data = json.dumps(package, ensure_ascii=False, indent=2).encode()
        digest = {"path": "datapackage.json", "hash": _hash(data)}
        self.write_member("datapackage.json", data)
        digest_data = json.dumps(digest, indent=2).encode()
        self.write_member("datapackage-digest.json", digest_data)


class _Member(io.RawIOBase):
    """A member of the ZIP file that is being written."""

    def __init__(self, package: WaczPackage, path: str) -> None:
        info = zipfile.ZipInfo(path, FIRST_ZIP_DAY)
        info.external_attr = MEMBER_MODE
        self.package = package
        self.path = path
        self.size = 0
        self.digest = hashlib.sha256()
        self.out = package.output.open(info, "w", force_zip64=True)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self.out.write(data)

    def close(self) -> None:
        if not self.closed:
            self.out.close()
            self.package.resources.append(
                {
                    "name": self.path.rpartition("/")[2].lower(),
                    "path": self.path,
                    "hash": f"sha256:{self.digest.hexdigest()}",
                    "bytes": self.size,
                }
            )
        super().close()


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _write_index(package: WaczPackage, source: CaptureSource) -> None:
    """Write the index in packed blocks, and a second index of where each block begins."""
    heading = {"format": "cdxj-gzip-1.0", "filename": INDEX_NAME}
    block_lines = [f"!meta 0 {json.dumps(heading)}\n"]
    lines = source.sorted_lines()
    offset = 0
    with package.open_member(f"indexes/{INDEX_NAME}") as index:
        while block := list(islice(lines, BLOCK_LINES)):
            data = _gzip("".join(f"{line}\n" for line in block).encode())
            index.write(data)
            key = block[0].partition(" {")[0]
            place = {
                "offset": offset,
                "length": len(data),
                "digest": _hash(data),
                "filename": INDEX_NAME,
            }
            block_lines.append(f"{key} {json.dumps(place)}\n")
            offset += len(data)
    package.write_member("indexes/index.idx", "".join(block_lines).encode())


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP_WINDOW)
    return packer.compress(data) + packer.flush()


def _write_pages(package: WaczPackage, source: CaptureSource) -> None:
    with package.open_member("pages/pages.jsonl") as pages:
        for page in (PAGES_HEADING, *_list_pages(source)):
            pages.write(f"{json.dumps(page, ensure_ascii=False)}\n".encode())


def _list_pages(source: CaptureSource) -> Iterator[dict[str, str]]:
    """Yield each version of a report as the list of pages has it."""
    for url, visited_at, title in source.pages():
        text = f"{NAMESPACE} {visited_at} {url}"
        page = {
            "id": hashlib.sha256(text.encode()).hexdigest()[:22],
            "url": url.partition("#")[0],
            "ts": f"{visited_at[:19]}Z",
        }
        if title:
            page["title"] = title
        yield page
