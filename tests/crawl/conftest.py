"""What several tests of crawls need: the sample province crawled, and other programs to look at what comes of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from archive import Archive
from crawler.sample.province import Province
from tests.crawl.world import crawl_sample, free_port

HISTORY = (1, 1, 2, 1)  # states
REPLAY = Path(__file__).parents[2] / ".venv-replay" / "bin"


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The archive after the whole history, with the summary of each crawl and the feed's cursor before it."""
    archive, port = tmp_path_factory.mktemp("province") / "archive.db", free_port()
    summaries, cursors = [], []
    for state in HISTORY:
        cursors.append(_changes(archive) if archive.exists() else 0)
        summaries.append(crawl_sample(archive, port, state))
    return {"archive": archive, "province": Province(port=port), "summaries": summaries, "cursors": cursors}


def _changes(archive: Path) -> int:
    with Archive(archive) as opened:
        return sum(1 for _ in opened.changes())


def needed(program: Path | None, name: str, how: str) -> Path:
    """Return a program that a test needs; without it the test is skipped by name, in CI it fails."""
    if program is not None and program.exists():
        return program
    missing = f"no {name}: {how}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def wayback() -> Path:
    """pywb's server, in the environment that `make replay` prepares."""
    return needed(REPLAY / "wayback", "pywb", "make replay")


@pytest.fixture(scope="session")
def wacz() -> Path:
    """py-wacz, in the same environment."""
    return needed(REPLAY / "wacz", "py-wacz", "make replay")
