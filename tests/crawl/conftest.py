"""The sample province crawled once for all tests that only look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.sample.province import Province
from tests.crawl.world import crawl_sample, free_port

HISTORY = (1, 2, 1)


@dataclass(frozen=True)
class Sample:
    """An archive of the sample province, crawled in its first state, its second, and its first again."""

    archive: Path  # not to be written to
    province: Province


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The archive of the three crawls, which nobody writes to."""
    path, port = tmp_path_factory.mktemp("sample") / "archive.db", free_port()
    for state in HISTORY:
        crawl_sample(path, port, state)
    return Sample(path, Province(port=port))
