"""What several tests of crawls need: the sample province crawled once, other programs to look
at what came of it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kept_samples import FEW_SITES, KeptSample, crawled_states

REPLAY = Path(__file__).parents[2] / ".venv-replay" / "bin"


@pytest.fixture(scope="session")
def sample() -> KeptSample:
    """The archive of the province in its first state, its second, and its first again."""
    return crawled_states(1, 2, 1)


@pytest.fixture(scope="session")
def few_sites() -> KeptSample:
    """The same of four sites of the province."""
    return crawled_states(1, 2, 1, sites=FEW_SITES)


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
