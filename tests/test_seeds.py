"""The five documents the project starts from, read by the command as a person would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.commands import nianbao

SEEDS: dict[str, dict[str, Any]] = {
    "000": {
        "report_year": 2021,
        "agency": "平顶山高新技术产业开发区遵化店镇",
        "published_on": None,
        "signed_on": None,
        "form": "g2021",
    },
    "001": {
        "report_year": 2020,
        "agency": "上高县锦江镇人民政府",
        "published_on": None,
        "signed_on": None,
        "form": "g2019",
    },
    "002": {
        "report_year": 2018,
        "agency": "沙县高桥镇人民政府",
        "published_on": "2019-01-22",
        "signed_on": "2019-01-10",
        "form": "g2008_local",
    },
    "003": {
        "report_year": 2020,
        "agency": "北城区街道办事处",
        "published_on": None,
        "signed_on": "2021-01-11",
        "form": "g2019",
    },
    "004": {
        "report_year": 2020,
        "agency": "德令哈市政务服务监督管理局",
        "published_on": "2021-01-20",
        "signed_on": "2021-01-20",
        "form": "unknown",
    },
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed(seed: str, shared: Path) -> None:
    (path,) = (shared / "seeds").glob(f"{seed}_*.txt")
    reading = json.loads(nianbao("read", path))
    found = {
        name: reading[name]
        for name in ("report_year", "published_on", "signed_on", "form")
    }
    assert found | {"agency": reading["agency"]["printed"]} == SEEDS[seed]
    rules = {finding["rule"] for finding in reading["findings"]}
    assert ("tables.missing" in rules) == (seed == "004")
    if seed == "002":
        assert reading["published_at"].startswith("2019-01-22T09:14")
