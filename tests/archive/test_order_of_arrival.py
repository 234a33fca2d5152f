"""Reports, near-copies and cross-checks are the same in whatever order the visits come into the
archive.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency
from tests.archive.pages import BUREAU, MIRROR, XIXIA, requests
from tests.conftest import Crawl, make_reading
from tests.crawl.commands import content

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/a_wap.html"
C = "http://mirror.localhost/c.html"
TEXT = "".join(
    f"第{number}项工作由专人负责,办结后在{number + 3}日内公布。" for number in range(60)
)
LATE = {"published_on": "2022-02-10"}
TABLES = ("documents", "versions", "reports", "findings", "near_copies")


@dataclass(frozen=True)
class Seen:
    """A visit and what its page reads as."""

    day: int
    url: str
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    site: ArchivedSite = XIXIA


VISITS = (
    Seen(
        1, A, TEXT + "一", {"figures": requests(carried_in=3, new_received=1), **LATE}
    ),
    Seen(
        3, A, TEXT + "二", {"figures": requests(carried_in=4, new_received=2), **LATE}
    ),
    Seen(
        5, A, TEXT + "一", {"figures": requests(carried_in=3, new_received=1), **LATE}
    ),
    Seen(2, B, TEXT + "手机版", {"figures": requests(carried_in=4), **LATE}),
    Seen(4, C, TEXT + "转载", {"agency": Agency(), "official": False}, MIRROR),
    Seen(
        2,
        A + "?2020",
        "2020",
        {
            "report_year": 2020,
            "form": "g2019",
            "figures": requests("g2019", carried_out=5),
        },
    ),
    Seen(
        4,
        A + "?2020",
        "2020!",
        {
            "report_year": 2020,
            "form": "g2019",
            "figures": requests("g2019", carried_out=6),
        },
    ),
)


def take_in(path: Path, visits: list[Seen]) -> dict[str, list[tuple[Any, ...]]]:
    with Archive.create(path) as archive:
        crawl, run_id = Crawl(archive, make_reading), archive.begin_run("0.1.0", {})
        archive.begin_sites(run_id, [XIXIA, MIRROR])
        for seen in visits:
            at = f"2026-01-{seen.day:02}T08:00:00.000Z"
            visit_id, unread = archive.store_capture(
                run_id, crawl.capture(seen.site.id, seen.url, seen.text, at)
            )
            if unread:
                archive.store_reading(
                    visit_id,
                    make_reading(seen.text, **({"agency": BUREAU} | seen.values)),
                )
        for site in (XIXIA, MIRROR):
            archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
        archive.end_run(run_id, "finished", {})
    whole = content(path)
    return {table: whole[table] for table in TABLES}


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_arrival_makes_no_difference(tmp_path: Path, seed: int) -> None:
    shuffled = random.Random(seed).sample(VISITS, len(VISITS))
    expected = take_in(
        tmp_path / "ordered.db", sorted(VISITS, key=lambda seen: seen.day)
    )
    assert {row[0] for row in expected["findings"]} == {
        "req.chain",
        "report.late",
        "report.unassigned",
        "report.changed",
        "report.reverted",
        "report.contradicted",
    }
    assert len(expected["near_copies"]) == 3
    assert take_in(tmp_path / "shuffled.db", shuffled) == expected
