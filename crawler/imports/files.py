"""The files of an import: which reader each goes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nianbao.crawler.imports import saved
from nianbao.crawler.imports.belonging import ImportRefused
from nianbao.crawler.imports.items import Damaged, Item, Refused
from nianbao.crawler.imports.manifest import Manifest
from nianbao.crawler.imports.mirror import Mirror
from nianbao.crawler.imports.streams import WARC_NAMES, DamagedFile, opened
from nianbao.crawler.imports.warc import Reader

PACKED = (*WARC_NAMES, ".wacz")
INDEXES = (
    ".cdx",
    ".cdxj",
    ".cdx.gz",
    ".idx",
)  # lie beside WARC files and say nothing that these do not
Progress = Callable[
    [str, int, int], None
]  # what is being read, bytes of it that are done, bytes in all


@dataclass(frozen=True, slots=True)
class Files:
    """How files are read: whose addresses are wanted, what is known of those that do not say
    what they are.
    """

    wanted: Callable[[str], bool]
    passed: Counter[str]
    progress: Progress
    manifest: Manifest | None = None
    mirror: Mirror | None = None
    file_times: bool = False

    def items(self, paths: tuple[Path, ...]) -> Iterator[Item]:
        """Yield what files and folders hold. Raises ImportRefused when one does not exist."""
        for path in paths:
            if not path.exists():
                raise ImportRefused(f"{path}: no such file or folder.")
        for root in paths:
            for path in _below(root) if root.is_dir() else [root]:
                yield from self._of(root, path)

    def _of(self, root: Path, path: Path) -> Iterator[Item]:
        try:
            if path.name.lower().endswith(PACKED):
                yield from self._packed(path)
            elif root.is_dir() and path.name.lower().endswith(INDEXES):
                self.passed["indexes"] += 1
            else:
                yield self._saved(root, path)
        except DamagedFile as error:
            yield Damaged(str(path), str(error))
        except OSError as error:
            yield Damaged(str(path), f"cannot be read ({error.strerror or error})")

    def _packed(self, path: Path) -> Iterator[Item]:
        total = path.stat().st_size
        done = 0
        with opened(path) as streams:
            for name, stream in streams:
                for item in Reader(name, stream, self.wanted, self.passed).items():
                    self.progress(path.name, done + stream.file.size, total)
                    yield item
                stream.drain()
                done += stream.file.size

    def _saved(self, root: Path, path: Path) -> Item:
        """Return a file that is one page; what it says of itself goes last."""
        if self.manifest is not None and (row := self.manifest.of(path)) is not None:
            return saved.page(path, *row)
        if self.mirror is not None and root.is_dir():
            return self.mirror.page(root, path)
        if path.suffix.lower() in (".mhtml", ".mht"):
            return saved.mhtml(path)
        if path.suffix.lower() in (".html", ".htm"):
            return saved.commented(path, file_times=self.file_times)
        return Refused(
            str(path),
            "neither WARC, WACZ, MHTML nor a saved page, and no manifest names it",
        )


def _below(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of their names; links out of it are not
    followed.
    """
    inside = folder.resolve()
    found = (
        path
        for path in folder.rglob("*")
        if path.is_file() and path.resolve().is_relative_to(inside)
    )
    return sorted(found)
