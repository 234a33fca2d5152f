"""`nianbao backfill`: what web archives have takes its place among what we saw ourselves."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.crawler.commands.crawl import sample_sites
from tests.crawl.capture_server import CaptureServer, Held, Refusal, serve_captures
from tests.crawl.commands import nianbao, start
from tests.crawl.small_backfill import FAST, GONE, ONE, TWO, A, B, C, Ours
from tests.crawl.test_export_warc import replay
from tests.crawl.warc_files import response, write
from tests.kept_samples import crawled_states


@pytest.fixture
def ours(tmp_path: Path) -> Ours:
    return Ours(tmp_path)


@pytest.fixture
def served() -> Iterator[CaptureServer]:
    captures = [
        Held(ONE, "20210301000000", A),
        Held(ONE, "20210401000000", A),
        Held(ONE, "20230101000000", A),
        Held(ONE, "20240601000000", C),
        Held(TWO, "20220101000000", B),
        Held(GONE, "20200101000000", A + b"<!-- 9 -->"),
        Held(f"{GONE}?x", "20200101000000", b"<p>no", "404"),
    ]
    with serve_captures(captures) as server:
        yield server


# --- versions in their places ---------------------------------------------------------------


def test_captures_take_their_places_and_bytes_that_are_here_are_not_fetched(
    ours: Ours, served: CaptureServer
) -> None:
    ours.see(
        (ONE, "2022-05-01", B),
        (ONE, "2024-01-01", A),
        (TWO, "2021-05-01", A),
        (TWO, "2023-05-01", A),
    )
    summary = ours.backfill(served.base)
    host = served.base.removeprefix("http://")
    assert ours.line(ONE) == [
        ("2021-03-01", A, host),
        ("2022-05-01", B, None),
        ("2023-01-01", A, host),
        ("2024-06-01", C, host),
    ]
    assert ours.line(TWO) == [
        ("2021-05-01", A, None),
        ("2022-01-01", B, host),
        ("2023-05-01", A, None),
    ]
    assert ours.line(GONE) == [("2020-01-01", A + b"<!-- 9 -->", host)]
    captures = summary["captures"]
    assert {name: captures[name] for name in ("held", "known", "unchanged", "new")} == {
        "held": 3,
        "known": 0,
        "unchanged": 1,
        "new": 2,
    }
    assert sorted(path.partition("id_/")[2] for path in served.replays()) == [GONE, ONE]
    assert summary["versions"] == {
        "before": 1,
        "between": 1,
        "after": 1,
        "alone": 1,
        "earlier": 1,
        "rescued": 1,
    }
    replays = served.replays()
    again = ours.backfill(served.base)
    assert served.replays() == replays
    assert again["captures"]["known"] == 5
    assert again["captures"]["new"] == again["captures"]["held"] == 0
    assert again["import"]["visits"] == 0


def test_what_pywb_has_of_the_first_state_is_what_a_crawl_saw_of_it(
    tmp_path: Path, wayback: Path
) -> None:
    earlier = crawled_states(1, sites=("shiyi",))
    later = crawled_states(2, sites=("shiyi",))
    nianbao("export", "warc", tmp_path / "captures", "--archive", earlier.archive)
    sites = tmp_path / "sites"
    sites.mkdir()
    sample_sites(later.port, sites)
    merged = later.copy_to(tmp_path / "merged.db")
    nianbao("merge", "--archive", merged, earlier.archive)
    path = later.copy_to(tmp_path / "a.db")
    with replay(wayback, tmp_path / "captures") as base:
        arguments = ("--from", base, "--archive", path, "--sites", sites, *FAST)
        nianbao("backfill", *arguments)
        log = (tmp_path / "pywb.log").read_text()
        nianbao("backfill", *arguments)
        log_after = (tmp_path / "pywb.log").read_text()
    assert _list_versions(path) == _list_versions(merged)
    assert log.count("id_/") == log_after.count("id_/") > 0
    with Archive(path) as archive:
        seen_by = {row.seen_by for row in archive.versions()}
    assert seen_by == {None, base.removeprefix("http://").removesuffix("/c")}


def test_what_pywb_has_between_two_of_ours_takes_its_place_also_after_a_kill(
    ours: Ours, tmp_path: Path, wayback: Path
) -> None:
    """A, then B and A again in pywb, then A: what we have of them is not fetched, by pywb's log."""
    captures = tmp_path / "captures"
    captures.mkdir()
    pages = [f"http://www.yexian.gov.cn/nb/{number}.html" for number in range(8)]
    records = [
        response(ONE, "2022-01-01T00:00:00Z", B),
        response(ONE, "2022-02-01T00:00:00Z", A),
        *(response(url, "2020-01-01T00:00:00Z", A + url.encode()) for url in pages),
    ]
    warc = write(captures / "one.warc.gz", records)
    indexer = wayback.with_name("cdxj-indexer")
    index = subprocess.run([indexer, "-s", warc], check=True, capture_output=True)
    (captures / "index.cdxj").write_bytes(index.stdout)
    ours.see((ONE, "2021-05-01", A), (ONE, "2023-05-01", A))
    log = tmp_path / "pywb.log"
    with replay(wayback, captures) as base:
        arguments = ("--from", base, *ours.options, "--site", "ye")
        with start("backfill", *arguments, "--per-minute", 600) as process:
            while log.read_text().count("id_/") < 4:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        ours.backfill(base)
        asked = re.findall(r"/c/(\d+id_/\S+)", log.read_text())
    assert len(set(asked)) == len(pages) + 1
    assert len(asked) <= len(pages) + 2, "the one that was being fetched"
    assert not [path for path in asked if path.startswith("20220201")]
    host = base.removeprefix("http://").removesuffix("/c")
    assert ours.line(ONE) == [
        ("2021-05-01", A, None),
        ("2022-01-01", B, host),
        ("2022-02-01", A, host),
    ]
    assert [ours.line(url)[0][0] for url in pages] == ["2020-01-01"] * len(pages)


def _list_versions(path: Path) -> list[tuple[Any, ...]]:
    """Return every version: its page, number, content, second, and what was read of it."""
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "SELECT documents.url, number, versions.content_sha256, substr(first.visited_at, 1, 19),"
            " report_year, readings.published_on, agency_printed FROM versions"
            " JOIN documents ON documents.id = document_id"
            " JOIN visits AS first ON first.id = first_visit_id"
            " JOIN readings ON readings.version_id = versions.id ORDER BY 1, 2"
        ).fetchall()
    db.close()
    return rows


# --- services that are busy, and a command that is killed ------------------------------------


def test_who_asks_for_a_long_pause_is_left_and_what_came_is_kept(
    ours: Ours, served: CaptureServer
) -> None:
    served.refusals = {"/2021": Refusal(503, "7200", 1), "/2020": Refusal(503, "1", 1)}
    summary = ours.backfill(served.base, code=1)
    assert "wants to be asked again in 7200 seconds" in summary["failed"][0]
    assert len(ours.line(GONE)) == 1
    index = [path for path in served.log if path.startswith("/cdx")]
    assert ours.backfill(served.base)["ok"]
    assert [path for path in served.log if path.startswith("/cdx")] == index
    assert len(ours.line(ONE)) == 2


def test_a_kill_in_the_middle_costs_the_capture_that_was_being_fetched(
    ours: Ours,
) -> None:
    captures = [
        Held(
            f"http://www.yexian.gov.cn/nb/{number}.html",
            "20200101000000",
            A + b" " * number,
        )
        for number in range(12)
    ]
    with serve_captures(captures) as server:
        arguments = ("--from", server.base, *ours.options, "--site", "ye")
        with start("backfill", *arguments, "--per-minute", 600) as process:
            while len(server.replays()) < 4:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        ours.backfill(server.base)
        asked = server.replays()
        assert len(set(asked)) == 12
        assert len(asked) <= 13
        assert len([path for path in server.log if path.startswith("/cdx")]) == 1
    with Archive(ours.path) as archive:
        assert archive.db.table("documents").count == 12


def test_a_limit_leaves_the_rest_for_the_next_start(
    ours: Ours, served: CaptureServer
) -> None:
    first = ours.backfill(served.base, "--limit", 3)
    assert first["captures"]["fetched"] == 3
    assert first["captures"]["left"] >= 1
    second = ours.backfill(served.base, "--limit", 3)
    assert second["captures"]["left"] == 0
    assert len(ours.line(ONE)) == 2
    assert len([path for path in served.log if path.startswith("/cdx")]) == 1


# --- Common Crawl, and other forms of an index -----------------------------------------------


@pytest.mark.parametrize("has_arc", [False, True])
def test_records_are_cut_out_of_files(
    ours: Ours, served: CaptureServer, *, has_arc: bool
) -> None:
    served.has_arc = has_arc
    index = f"{served.base}/collinfo.json"
    options = ("--records", f"{served.base}/", "--years", "2020-2021")
    summary = ours.backfill(index, *options)
    assert summary["captures"]["fetched"] == 2
    assert served.replays() == []
    queries = [path for path in served.log if "-index?" in path]
    assert all("from=2020&to=2021" in path for path in queries)
    assert all("status%3A200" in path for path in queries)
    host = served.base.removeprefix("http://")
    assert ours.line(ONE) == [("2021-03-01", A, host)]
    assert ours.line(GONE) == [("2020-01-01", A + b"<!-- 9 -->", host)]


def test_the_internet_archive_lists_by_key_and_keeps_the_headers(
    ours: Ours,
) -> None:
    captures = [
        Held(f"http://www.yexian.gov.cn/nb/{number}.html", "20200101000000", body)
        for number, body in enumerate((A, B, C))
    ]
    with serve_captures(captures) as server:
        server.memento_time = "Wed, 01 Jan 2020 00:00:00 GMT"
        summary = ours.backfill(f"{server.base}/cdx/search/cdx")
        index = [path for path in server.log if path.startswith("/cdx")]
        server.memento_time = "Thu, 02 Jan 2020 00:00:00 GMT"
        server.captures.append(
            Held("http://www.yexian.gov.cn/nb/4.html", "20200101000000", A + b" ")
        )
        again = ours.backfill(f"{server.base}/cdx/search/cdx")
    assert len(index) == 2
    assert (summary["captures"]["fetched"], summary["captures"]["different"]) == (3, 0)
    assert "another capture stood there" in again["gone"][0]
    with Archive(ours.path) as archive:
        rows = archive.db.execute(
            "SELECT value FROM visit_headers WHERE name = 'Server'"
        ).fetchall()
    assert rows == [("nginx",)] * 3
    assert ours.line(captures[0].url)[0][:2] == ("2020-01-01", A)


def test_a_public_service_wants_to_know_who_asks(ours: Ours) -> None:
    printed = nianbao("backfill", "--from", "ia", *ours.options, "--site", "ye", code=2)
    assert "NIANBAO_CONTACT" in printed
