"""`nianbao changes` and `/-/changes.json`: what a program gets that follows the feed, and how
following ends.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browse.conftest import serving
from tests.conftest import Crawl
from tests.crawl.commands import nianbao, start

A, B = "http://xixia.localhost/a.html", "http://xixia.localhost/b.html"
KILLS, SEED = 100, 20260101


def lines(crawl: Crawl, *arguments: object) -> list[dict[str, Any]]:
    printed = nianbao("changes", "--archive", crawl.archive.path, "--json", *arguments)
    return [json.loads(line) for line in printed.splitlines()]


def test_a_page_of_the_feed(crawl: Crawl) -> None:
    crawl.run({A: "one", B: "two"})
    crawl.run({A: "three", B: "two"})
    found = lines(crawl)
    assert [line["id"] for line in found] == list(range(1, len(found) + 1))
    assert [line["id"] for line in lines(crawl, "--since", 1, "--limit", 2)] == [2, 3]
    (changed,) = lines(crawl, "--kind", "changed")
    assert (changed["url"], changed["version"], changed["report_year"]) == (A, 2, 2021)
    assert "finding_opened" in nianbao("changes", "--archive", crawl.archive.path)
    assert "'gone' is not one of" in nianbao("changes", "--kind", "gone", code=2)


@pytest.mark.parametrize(
    "end",
    [signal.SIGTERM, signal.SIGINT, None],
    ids=["SIGTERM", "SIGINT", "closed pipe"],
)
def test_following_waits_for_more_and_ends_cleanly(
    crawl: Crawl, end: signal.Signals | None
) -> None:
    crawl.run({A: "one"})
    with start(
        "changes", "--follow", "--json", "--archive", crawl.archive.path
    ) as process:
        assert process.stdout
        assert process.stderr
        kinds = [json.loads(process.stdout.readline())["kind"] for _ in range(2)]
        assert kinds == ["new", "report_new"]
        crawl.run({A: "two"})
        changed = json.loads(process.stdout.readline())
        assert (changed["kind"], changed["id"]) == ("changed", 3)
        if end is None:
            process.stdout.close()
        else:
            process.send_signal(end)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_the_feed_over_http(crawl: Crawl) -> None:
    crawl.run({A: "one", B: "two"})
    with (
        serving(crawl.archive.path) as base,
        httpx.Client(base_url=base, trust_env=False, timeout=30) as client,
    ):
        answer = client.get("/-/changes.json").json()
        kinds = [line["kind"] for line in answer["changes"]]
        assert kinds == ["new", "new", "report_new"]
        assert (answer["next"], answer["last"]) == (3, 3)
        assert answer["changes"] == lines(crawl)
        first = client.get("/-/changes.json?limit=1").json()
        assert ([line["id"] for line in first["changes"]], first["next"]) == ([1], 1)
        crawl.run({A: "three", B: "two"})
        more = client.get("/-/changes.json?since=2&kind=changed&kind=moved").json()
        assert ([line["kind"] for line in more["changes"]], more["next"]) == (
            ["changed"],
            6,
        )
        nothing = client.get("/-/changes.json?since=6&wait=1").json()
        assert (nothing["changes"], nothing["next"]) == ([], 6)
        for wrong in ("since=x", "kind=gone", "limit=-1"):
            refused = client.get(f"/-/changes.json?{wrong}")
            assert (refused.status_code, refused.json()["ok"]) == (400, False)


def test_a_hundred_kills_and_each_change_once(tmp_path: Path) -> None:
    """See `tests/archive/feed_under_kills.py`: both sides are killed, at moments drawn from the seed."""
    command = [
        sys.executable,
        "-m",
        "tests.archive.feed_under_kills",
        tmp_path,
        "--kills",
        KILLS,
        "--seed",
        SEED,
    ]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == KILLS
    assert found["amid"] > KILLS / 2
    assert found["writers"] > KILLS / 10
    assert found["lines"] > KILLS
    assert found["kinds"] >= 6
