"""The files of an import: which reader each goes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nianbao.archive.export.earlier_exports import MARKER
from nianbao.crawler.imports import saved_pages
from nianbao.crawler.imports.items import DamagedItem, ImportItem, RefusedItem
from nianbao.crawler.imports.manifest import ImportManifest
from nianbao.crawler.imports.mirror import Mirror
from nianbao.crawler.imports.site_index import ImportRefused
from nianbao.crawler.imports.warc import WarcReader
from nianbao.crawler.imports.warc_streams import (
    ARC_SUFFIXES,
    WARC_SUFFIXES,
    DamagedFile,
    open_warc_streams,
)

PACKAGE_SUFFIXES = (*WARC_SUFFIXES, *ARC_SUFFIXES, ".wacz")
# lie beside WARC files and say nothing that these do not
INDEX_SUFFIXES = (".cdx", ".cdxj", ".cdx.gz", ".idx")
# is called with what is being read, how many bytes of it are finished, and how many there are
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """How files are read.

    `has_owner` tells whose addresses are read; manifest and mirror tell of files that do not
    say what they are. `skips` counts what is passed over, by kind.
    """

    has_owner: Callable[[str], bool]
    skips: Counter[str]
    progress: Progress
    manifest: ImportManifest | None = None
    mirror: Mirror | None = None
    file_times: bool = False

    def items(self, paths: tuple[Path, ...]) -> Iterator[ImportItem]:
        """Yield what files and folders hold. Raises ImportRefused when one does not exist."""
        for path in paths:
            if not path.exists():
                raise ImportRefused(f"{path}: no such file or folder.")
        for root in paths:
            files = _files_below(root) if root.is_dir() else [root]
            for path in files:
                yield from self._read_file(root, path)

    def _read_file(self, root: Path, path: Path) -> Iterator[ImportItem]:
        name = path.name.lower()
        try:
            if name.endswith(PACKAGE_SUFFIXES):
                yield from self._read_package(path)
            elif root.is_dir() and name.endswith(INDEX_SUFFIXES):
                self.skips["indexes"] += 1
            else:
                yield self._load_page(root, path)
        except DamagedFile as error:
            yield DamagedItem(str(path), str(error))
        except OSError as error:
            yield DamagedItem(str(path), f"cannot be read ({error.strerror or error})")

    def _read_package(self, path: Path) -> Iterator[ImportItem]:
        """Yield what the WARC streams of a file hold, and tell the progress."""
        total = path.stat().st_size
        finished = 0
        with open_warc_streams(path) as streams:
            for name, stream in streams:
                reader = WarcReader(name, stream, self.has_owner, self.skips)
                for item in reader.items():
                    self.progress(path.name, finished + stream.file.size, total)
                    yield item
                stream.drain()
                finished += stream.file.size

    def _load_page(self, root: Path, path: Path) -> ImportItem:
        """Return a file that is one page; what it says of itself goes last."""
        row = self.manifest.find_row(path) if self.manifest is not None else None
        if row is not None:
            return saved_pages.load_page(
                path, row.url, row.visited_at, row.content_type
            )
        if self.mirror is not None and root.is_dir():
            return self.mirror.load_page(root, path)
        suffix = path.suffix.lower()
        if suffix in (".mhtml", ".mht"):
            return saved_pages.load_mhtml(path)
        if suffix in (".html", ".htm"):
            return saved_pages.load_commented_page(path, file_times=self.file_times)
        return RefusedItem(
            str(path),
            "neither WARC, ARC, WACZ, MHTML nor a saved page, and no manifest names it",
        )


def _files_below(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of their names.

    Links out of the folder are not followed. The marker of an export of ours is left out.
    """
    root = folder.resolve()
    files = []
    for path in folder.rglob("*"):
        if path.name == MARKER:
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            files.append(path)
    return sorted(files)
