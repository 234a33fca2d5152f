"""The province on a real socket, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nianbao.sample.province import Province
from nianbao.sample.server import Server, serve


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    """The sample server; a test sets the state it needs."""
    with serve(1, port=0) as server:
        yield server


@pytest.fixture(scope="session")
def province() -> Province:
    """The province of the site files."""
    return Province()
