"""Fixtures of the tests of the archive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nianbao.archive import verify
from nianbao.crawler.commands.read_pages import open_rebuild


@pytest.fixture(scope="module")
def rebuild() -> Iterator[verify.RebuildSettings]:
    with open_rebuild() as made:
        yield made
