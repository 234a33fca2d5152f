"""What several tests of crawls need: the sample province crawled once, other programs to look
at what came of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from nianbao.sample.province import Province
from tests.crawl.world import crawl_sample, free_port

HISTORY = (1, 2, 1)
REPLAY = Path(__file__).parents[2] / ".venv-replay" / "bin"


@dataclass(frozen=True)
class Sample:
    """An archive of the sample province, crawled in its first state, its second, and its first
    again.
    """

    archive: Path  # not to be written to
    province: Province


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The archive of the three crawls, which nobody writes to."""
    path, port = tmp_path_factory.mktemp("sample") / "archive.db", free_port()
    for state in HISTORY:
        crawl_sample(path, port, state)
    return Sample(path, Province(port=port))


def needed(program: Path | None, name: str, how: str) -> Path:
    """Return a program that a test needs; without it the test is skipped by name, in CI it
    fails.
    """
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
