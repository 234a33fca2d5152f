"""`nianbao show AGENCY YEAR`: the report, why this page of it, the others, and what to try when
there is none.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nianbao.archive.records import Agency
from tests.archive.pages import MIRROR, publish, requests, withdraw
from tests.conftest import Crawl
from tests.crawl.commands import nianbao

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/a_wap.html"
C = "http://mirror.localhost/c.html"
TEXT = "".join(
    f"第{number}项工作由专人负责,办结后在{number + 3}日内公布。" for number in range(60)
)


@pytest.fixture
def show(crawl: Crawl, tmp_path: Path) -> Callable[..., str]:
    """An archive of two agencies, and the command on it."""
    publish(crawl, A, TEXT, figures=requests(new_received=3))
    publish(crawl, B, TEXT + "手机版", figures=requests(new_received=4))
    publish(
        crawl, C, TEXT, figures=requests(new_received=3), site=MIRROR, official=False
    )
    publish(crawl, A + "?2020", "2020", report_year=2020, published_on="2021-01-20")
    publish(crawl, A + "?school", "school", agency=Agency(printed="西霞县教育局"))
    withdraw(crawl, B)
    archive = tmp_path / "archive.db"
    return lambda *arguments, code=0: nianbao(
        "show", *arguments, "--archive", archive, code=code
    )


def test_a_report(show: Callable[..., str]) -> None:
    printed = show("财政局", 2021)
    assert "样例省西霞县财政局 2021 (present)" in printed
    assert f"preferred: {A}" in printed
    assert "because: it is still there; of the next: it is gone" in printed
    lines = [line.split() for line in printed.splitlines()]
    assert ["copy", "present", "1", C] in lines
    (near,) = [line for line in lines if line[:1] == ["near-copy,"]]
    assert near[-3:] == ["vanished", "1", B]
    assert "report.contradicted: new_received, total: " in printed


def test_as_json(show: Callable[..., str]) -> None:
    whole = json.loads(show("样例省西霞县财政局", 2021, "--json"))
    assert (
        whole["agency"],
        whole["report_year"],
        whole["preferred"]["url"],
        whole["shown"],
    ) == (
        "样例省西霞县财政局",
        2021,
        A,
        1,
    )
    others = {
        page["document"]["url"]: (page["relation"], page["document"]["state"])
        for page in whole["others"]
    }
    assert others == {B: ("near-copy", "vanished"), C: ("copy", "present")}
    assert {finding["rule"] for finding in whole["findings"]} == {"report.contradicted"}


def test_its_bytes(show: Callable[..., str]) -> None:
    assert show("财政局", 2021, "--payload") == TEXT


def test_another_year(show: Callable[..., str]) -> None:
    assert "样例省西霞县财政局: 2020, 2021" in show("财政局", 2019, code=1)


def test_more_bodies_than_are_named(crawl: Crawl, tmp_path: Path) -> None:
    """Six bureaus of counties and one of no known region: what is left out is counted."""
    for number in range(6):
        region = f"样例省第{number}县"
        bureau = Agency(
            printed="财政局",
            name=f"{region}财政局",
            region=region,
            level="department",
        )
        publish(crawl, f"{A}?{number}", f"{number}", agency=bureau, report_year=2020)
    for number, region in itertools.product(range(3), ("样例省第3县", "样例省第4县")):
        sibling = Agency(
            printed="局",
            name=f"{region}{number}局",
            region=region,
            level="department",
        )
        url = f"{A}?{region}{number}"
        publish(crawl, url, url, agency=sibling, report_year=2019)
    publish(crawl, C, "?", site=MIRROR, agency=Agency(printed="财政局"))
    archive = ("--archive", tmp_path / "archive.db")
    printed = nianbao("show", "政局", 2019, *archive, code=1)
    assert "\n  财政局: missing" in printed, "that of no known region"
    assert printed.count(": missing") + printed.count(": not reached") == 5
    assert "and 2 more: `nianbao roster --year 2019 --json`" in printed
    assert "样例省第3县0局" in printed, "the siblings of a body that is named"
    assert "样例省第4县" not in printed.partition("财政局: missing")[2]


def test_a_name_that_several_have(show: Callable[..., str]) -> None:
    printed = show("局", 2021, code=1)
    assert "could be any of 2" in printed
    assert "样例省西霞县财政局: 2020, 2021" in printed
    assert "西霞县教育局 (样例省西霞县): 2021" in printed
    assert "preferred" in show("局", 2020), "only one of them has this year"


def test_a_name_that_nobody_has(show: Callable[..., str]) -> None:
    printed = show("西下县教育局", 2021, code=1)
    assert "has no agency of this name" in printed
    assert "西霞县教育局" in printed
    assert "`nianbao browse`" in show("北京大学", 2021, code=1)
