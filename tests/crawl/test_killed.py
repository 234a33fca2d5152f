"""Crawls killed at random moments and started again end in the archive of undisturbed ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive import Archive
from archive.errors import ArchiveMissing
from archive.schema import APPLICATION_ID
from tests.crawl.soak import Soak

KILLS = 20  # `make soak` has 200
SEED = 20260101


def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    soak = Soak(tmp_path, KILLS, SEED)
    soak.run()
    assert soak.hit.total() == KILLS
    assert soak.crawls >= 2, "settling with moved and vanished pages was killed too"


def test_a_kill_before_the_tables_are_made(tmp_path: Path) -> None:
    """The file is there, and empty: who reads it is told so, who writes makes the tables."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(ArchiveMissing, match="nothing has been written"):
        Archive(path)
    with Archive.create(path) as archive:
        assert list(archive.changes()) == []
