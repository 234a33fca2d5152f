"""Home pages of distinct shapes: the columns that `detect` and `sites add` propose for each."""

from __future__ import annotations

import subprocess
import sys

import yaml

from nianbao.spiders.discovery.column_search import MOST_REQUESTS
from tests.crawl.home_pages import SHAPES, list_columns, make_home_sites
from tests.crawl.list_sites import serve_sites

LEAST_FOUND = 30


def test_the_columns_behind_home_pages_of_every_shape() -> None:
    with serve_sites(make_home_sites) as (_, sites):
        starts = []
        for site, shape in zip(sites, SHAPES.values(), strict=True):
            starts.append(shape.start.replace("{host}", site.host))
        printed = subprocess.run(
            [sys.executable, "-m", "tests.crawl.home_pages", *starts],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    answers = printed.split("--- ")[1:]
    misses = []
    for site, (name, shape), answer in zip(sites, SHAPES.items(), answers, strict=True):
        head, _, text = answer.partition("\n")
        fields = yaml.safe_load(text) or {}
        columns = {entry["url"] for entry in fields.get("entries", [])}
        if columns != list_columns(site, shape):
            misses.append(f"{name}: {sorted(columns)} after {head}")
        assert int(head.split()[0]) <= MOST_REQUESTS
    print(f"{len(SHAPES) - len(misses)} of {len(SHAPES)} home pages found")
    print("\n".join(misses))
    assert len(SHAPES) - len(misses) >= LEAST_FOUND, misses
