"""Archives of the sample province, crawled once and kept as long as nothing changes that makes them.

A crawl of the province takes 10 seconds and more, and many tests look at the same three crawls. The
archives are kept in `.cache/samples/DIGEST/`; the digest is that of every file of the packages, so a
change of the reader, of the archive or of the province itself crawls anew. Processes of one test run
(pytest-xdist) share the folder: who comes first crawls, the others wait. A test that crawls on from
one of them has its port, and holds the lock meanwhile.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nianbao.sample.province import Province
from tests.crawl.commands import crawl_sample, free_port

ROOT = Path(__file__).parents[1]
PACKAGES = ("archive", "crawler", "pipelines", "sample", "spiders")
FOLDER = ROOT / ".cache" / "samples"
# Sites of the province in which everything happens between its states: pages are new, changed,
# moved, replaced, vanished and returned. A sixth of its pages.
FEW_SITES = ("gucheng", "huibian", "lucha", "shiyi")


@dataclass(frozen=True)
class KeptSample:
    """An archive of the province after some crawls, and the port it was served on."""

    archive: Path  # not to be written to
    port: int
    summary: dict[str, Any]  # of the last crawl

    @property
    def province(self) -> Province:
        """The province whose addresses the archive has."""
        return Province(port=self.port)

    def copy_to(self, path: Path) -> Path:
        """Copy the archive for a test that writes to it; return the copy."""
        shutil.copy(self.archive, path)
        return path

    @contextmanager
    def holding_port(self) -> Iterator[int]:
        """Have the port alone: nobody else serves the province on it meanwhile."""
        with _lock(self.archive.with_name("lock")):
            yield self.port


def crawled_states(*states: int, sites: tuple[str, ...] = ()) -> KeptSample:
    """Return the archive of the province crawled in these states, one after the other.

    All its sites are crawled, or those that are named.
    """
    folder = FOLDER / source_digest()
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder / "lock"):
        _remove_others(folder)
        return _crawl_or_reuse(folder, states, sites)


def _crawl_or_reuse(
    folder: Path, states: tuple[int, ...], sites: tuple[str, ...]
) -> KeptSample:
    """Return the archive of `states`, made from the one with a state less where it is missing."""
    name = "-".join([*sites, *map(str, states)])
    archive = folder / f"{name}.db"
    summary_file = folder / f"{name}.json"
    port_file = folder / "port.json"
    if archive.exists():
        port = json.loads(port_file.read_text())
        return KeptSample(archive, port, json.loads(summary_file.read_text()))
    unfinished = folder / f"{name}.unfinished.db"
    for leftover in folder.glob(f"{unfinished.name}*"):
        leftover.unlink()
    if states[:-1]:
        before = _crawl_or_reuse(folder, states[:-1], sites)
        before.copy_to(unfinished)
    elif not port_file.exists():
        port_file.write_text(json.dumps(free_port()))
    port = json.loads(port_file.read_text())
    summary = crawl_sample(unfinished, port, states[-1], sites)
    summary_file.write_text(json.dumps(summary))
    _empty_log(unfinished)
    unfinished.rename(archive)
    return KeptSample(archive, port, summary)


def _empty_log(archive: Path) -> None:
    """Put the write-ahead log into the file, so that the file alone is the archive."""
    connection = sqlite3.connect(archive)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@cache
def source_digest() -> str:
    """Return the SHA-256 of all files that a crawl of the province depends on."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _remove_others(folder: Path) -> None:
    """Remove what was kept for earlier states of the code."""
    for other in FOLDER.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
