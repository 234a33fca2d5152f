"""The files of a site as they are written, beside those of the site that was there before."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.browse.static_site.marker import compute_digest, read_digests

if TYPE_CHECKING:
    from pathlib import Path

    from nianbao.archive.browse.static_site.link_book import LinkBook


class SiteWriter:
    """Writes files into a folder and counts what became of them.

    One that has not changed keeps the time of the earlier file: programs that copy the site to
    its host need not send it again.
    """

    def __init__(self, folder: Path, earlier: Path, book: LinkBook) -> None:
        self.folder = folder
        self.earlier = earlier
        self.book = book
        self._earlier_digests = read_digests(earlier)
        self.new = 0
        self.changed = 0
        self.unchanged = 0
        self.size_bytes = 0

    @property
    def removed(self) -> int:
        """How many files of the earlier site are not written: at the end those that are no more."""
        return len(self._earlier_digests) - self.changed - self.unchanged

    def write(self, name: str, content: bytes) -> None:
        """Write a file, by its path in the site; raise FileExistsError for a second one."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
        digest = sha256(content)
        self._count(name, digest.hexdigest())

    def add(self, name: str) -> None:
        """Take in a file that stands in the folder."""
        path = self.folder / name
        digest = compute_digest(path)
        self._count(name, digest)

    def _count(self, name: str, digest: str) -> None:
        path = self.folder / name
        self.size_bytes += path.stat().st_size
        self.book.add_file(name, digest)
        earlier_digest = self._earlier_digests.get(name)
        if earlier_digest is None:
            self.new += 1
        elif earlier_digest != digest:
            self.changed += 1
        else:
            self.unchanged += 1
            status = (self.earlier / name).stat()
            times = (
                status.st_atime_ns,
                status.st_mtime_ns,
            )
            os.utime(path, ns=times)
