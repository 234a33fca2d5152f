"""Crawls killed at random moments and started again end in the archive of undisturbed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveMissing
from tests.crawl.soak import Soak
from tests.crawl.soak_commands import soak_commands
from tests.kept_samples import FEW_SITES

KILLS = 9  # `make soak` has 200, and crawls all sites
KILLS_OF_CRAWL = 3
SEED = 20260101


def test_kills_lose_nothing(tmp_path: Path) -> None:
    soak = Soak(tmp_path, KILLS, SEED, most=KILLS_OF_CRAWL, only=FEW_SITES)
    soak.run()
    assert soak.hit.total() == KILLS
    assert soak.crawls >= 3, (
        "crawls that find pages changed, moved, vanished and returned were killed too"
    )


def test_a_kill_while_the_file_is_made(tmp_path: Path) -> None:
    """What a kill leaves has another name and is made anew; a file that has its name is an
    archive.
    """
    path = tmp_path / "a.db"
    workspace = tmp_path / "a.db.nianbao-part-0123456789abcdef"
    workspace.mkdir()
    for companion in ("", "-wal", "-journal"):
        (workspace / f"new{companion}").write_bytes(b"half of a page")
    with pytest.raises(ArchiveMissing):
        Archive(path)
    with Archive.create(path) as archive:
        assert list(archive.changes()) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db", "a.db.lock"]


def test_a_command_that_is_disturbed_leaves_nothing_half(tmp_path: Path) -> None:
    """`make soak ARGS="--command NAME --kills 50 --terms 50"` does it to every command."""
    soak_commands(tmp_path, ["backup", "export-csv"], kills=2, terms=2, seed=SEED)
