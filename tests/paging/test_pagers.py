"""Lists of every pager shape: the spider asks for each page, first to last, or says that it does not.

tests/paging/test_pagers_in_browser.py shows that Chromium asks for the same. PAGER_PAGES is how many
pages each list has: 12, or 1, of which nothing is to be said.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.paging.server import Server, normalize, serve_lists
from tests.paging.shapes import SHAPES
from tests.paging.site import COUNT
from tests.paging.walks import walk

# They show a way on that leads nowhere, and nothing tells that it does.
SAID_OF_ONE_PAGE = ("last-leads-to-itself", "hash-numbers", "hash-next")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve_lists(SHAPES) as server:
        yield server


@pytest.mark.parametrize("name", SHAPES)
def test_a_list_is_read_to_its_end_or_it_is_said(name: str, server: Server) -> None:
    shape = SHAPES[name]
    findings = walk(server, name, shape)
    expected = list(map(normalize, shape.list_requests("spider")))
    requests = server.take_log()
    rules = [finding.rule for finding in findings]
    if COUNT == 1:
        assert requests == expected
        assert rules == [] or name in SAID_OF_ONE_PAGE
    elif shape.rule is None:
        assert (requests, rules) == (expected, [])
    else:
        assert requests == expected[: len(requests)] != expected
        assert rules == [shape.rule]
