"""A country of governments of every shape: their columns are found, and no others.

`make country` has 300 governments; COUNTRY and COUNTRY_SEED say others.
"""

from __future__ import annotations

import os

import pytest

from nianbao.sample.country import make_country, serve_country
from tests.crawl.country_search import check_searches, search_country

GOVERNMENTS = int(os.environ.get("COUNTRY", "10"))
SEED = int(os.environ.get("COUNTRY_SEED", "1"))


@pytest.mark.crawl
def test_the_columns_of_a_country_are_found_and_no_others() -> None:
    with serve_country(SEED, GOVERNMENTS) as server:
        searches = search_country(server.country.governments)
    check_searches(searches)


def test_equal_seeds_make_equal_countries() -> None:
    one, other = (make_country(SEED, 4, 8000) for _ in range(2))
    assert one.answers == other.answers
    assert one.declare() == other.declare()
    assert one.declare() != make_country(SEED + 1, 4, 8000).declare()
