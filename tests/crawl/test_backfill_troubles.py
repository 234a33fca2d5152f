"""`nianbao backfill` in trouble: what fails costs itself, is named, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from rich.console import Console

from nianbao.archive import Archive
from nianbao.crawler.backfill.backfill import LEFT, OTHER_SITES
from nianbao.crawler.backfill.summary import BackfillSummary
from nianbao.crawler.backfill.work_folder import WorkFolder
from nianbao.crawler.commands.backfill import backfill, task
from nianbao.crawler.commands.terminal.backfill import print_backfill
from tests.crawl.capture_server import (
    COLLECTION,
    CaptureServer,
    Held,
    Refusal,
    serve_captures,
)
from tests.crawl.commands import nianbao
from tests.crawl.small_backfill import FAST, SITE, A, B, Ours

PAGES = [f"http://www.yexian.gov.cn/nb/{number}.html" for number in range(7)]
PAGES.append("http://www.yexian.gov.cn/nb/z年报.html")
OTHER = "http://www.lushi.gov.cn/nb/1.html"
OTHER_SITE = (
    SITE.replace("id: ye", "id: zhou")
    .replace("www.yexian", "www.lushi")
    .replace("叶县", "卢氏县")
    .replace("平顶山市卢氏", "三门峡市卢氏")
    .replace("410422", "411224")
)


@pytest.fixture
def ours(tmp_path: Path) -> Ours:
    ours = Ours(tmp_path)
    (ours.sites / "zhou.yml").write_text(OTHER_SITE, "utf-8")
    return ours


@pytest.fixture
def served() -> Iterator[CaptureServer]:
    captures = [
        Held(url, "20200101000000", A + f"<!-- {number} -->".encode())
        for number, url in enumerate(PAGES)
    ]
    captures.append(Held(OTHER, "20200101000000", B))
    with serve_captures(captures) as server:
        yield server


def _backfill(ours: Ours, base: str, *more: object, code: int = 0) -> dict[str, Any]:
    """Backfill both sites, Ye first."""
    return ours.backfill(base, "--site", "zhou", *more, code=code)


def _replayed(served: CaptureServer) -> list[str]:
    return [unquote(path.partition("id_/")[2]) for path in served.replays()]


@pytest.mark.parametrize("index", ["/cdx", "/collinfo.json"])
def test_what_an_index_says_in_the_place_of_its_rest_is_not_kept(
    ours: Ours, served: CaptureServer, index: str
) -> None:
    """Neither for an answer of the index, nor for the number of its pages."""
    line = '{"url": "http://x.gov.cn/", "timestamp": "20200101000000"}'
    trouble = '{"error": "out of memory"}'
    rest = {"/cdx": f"{line}\n{trouble}", f"/{COLLECTION}-index": trouble}
    served.refusals = {
        path: Refusal(200, "", times=1, body=body.encode())
        for path, body in rest.items()
    }
    options = ("--records", f"{served.base}/", "--site", "ye")
    arguments = (f"{served.base}{index}", *(options if "coll" in index else ()))
    summary = ours.backfill(*arguments, code=1)
    assert "the index says: out of memory" in summary["failed"][0]
    assert ours.backfill(*arguments)["captures"]["fetched"] == len(PAGES)


def test_a_capture_that_is_never_given_costs_itself(
    ours: Ours, served: CaptureServer
) -> None:
    served.refusals = {f"/20200101000000id_/{PAGES[3]}": Refusal(500, "0")}
    summary = _backfill(ours, served.base)
    assert summary["captures"]["fetched"] == len(PAGES)
    assert summary["captures"]["gone"] == 1
    assert "status 500, 3 times" in summary["gone"][0]
    asked = served.replays()
    assert _backfill(ours, served.base)["requests"] == 2, "the indexes"
    assert served.replays() == asked
    served.refusals = {}
    again = _backfill(ours, served.base, "--again")
    assert (again["captures"]["fetched"], again["captures"]["gone"]) == (1, 0)


def test_what_a_stop_behind_the_last_capture_left_is_told(
    ours: Ours, served: CaptureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The captures are all here then, and the next start has nothing to take in."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    words = ["--from", served.base, *map(str, (*ours.options, *FAST)), "--site", "ye"]
    with monkeypatch.context() as patch:
        patch.setattr(task, "read_pending_pages", stop)
        assert CliRunner().invoke(backfill, words).exit_code == 1
    assert _list_told(ours) == []
    assert ours.backfill(served.base)["captures"]["fetched"] == 0
    assert len(_list_told(ours)) == len(PAGES)


def _list_told(ours: Ours) -> list[str | None]:
    """Return the addresses of pages that the feed calls new."""
    with Archive(ours.path) as archive:
        return [line.url for line in archive.changes() if line.kind == "new"]


def test_a_site_whose_captures_are_refused_does_not_end_the_others(
    ours: Ours, served: CaptureServer
) -> None:
    """Five in a row are enough: the rest is left for the next start."""
    served.refusals = {"/20200101000000id_/http://www.yexian": Refusal(403, "0")}
    summary = _backfill(ours, served.base, code=1)
    assert _replayed(served) == [*PAGES[:5], OTHER]
    assert summary["failed"] == [
        "ye: 5 captures one after the other were not given: status 403"
    ]
    assert (summary["captures"]["left"], summary["captures"]["gone"]) == (3, 5)
    assert summary["targets_left"] == 0
    served.refusals = {}
    assert _backfill(ours, served.base)["captures"]["fetched"] == 3


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refusal(403, "0"), "status 403"),
        (Refusal(404, "0", body=b"<html>no such page"), "status 404"),
        (Refusal(400, "0", body=b'{"message": "bad"}'), "status 400"),
        (Refusal(500, "0"), "status 500, 3 times"),
        (Refusal(301, "0"), "status 301"),
        (Refusal(200, "0", body=b'{"error": "busy"}'), "the index says: busy"),
    ],
    ids=["forbidden", "missing", "bad", "broken", "moved", "error"],
)
def test_an_index_that_refuses_one_site_does_not_end_the_others(
    ours: Ours, served: CaptureServer, refusal: Refusal, reason: str
) -> None:
    served.refusals = {"/cdx?url=http://www.yexian": refusal}
    summary = _backfill(ours, served.base, "--dry-run", code=1)
    assert len(summary["failed"]) == 1
    assert summary["failed"][0].startswith("ye: ")
    assert reason in summary["failed"][0]
    assert summary["captures"]["new"] == 1
    served.refusals = {}
    assert _backfill(ours, served.base, "--dry-run")["captures"]["new"] == 9


def test_a_folder_that_cannot_be_written_does_not_end_the_others(
    ours: Ours, served: CaptureServer
) -> None:
    index = f"{served.base}/cdx"
    folder = WorkFolder(ours.path, index, "ye").path
    folder.rmdir()
    folder.write_bytes(b"no folder")
    summary = _backfill(ours, served.base, code=1)
    assert "cannot be written" in summary["failed"][0]
    assert _replayed(served) == [OTHER]
    assert summary["versions"]["alone"] == 1


def test_who_wants_a_password_ends_it(ours: Ours, served: CaptureServer) -> None:
    served.refusals = {"/": Refusal(401, "0")}
    summary = _backfill(ours, served.base, code=1)
    assert "wants a user and a password" in summary["failed"][0]
    assert (len(served.log), summary["targets_left"]) == (1, 1)


def test_what_is_left_is_counted_where_it_ends(
    ours: Ours, served: CaptureServer
) -> None:
    served.refusals = {f"/20200101000000id_/{PAGES[3]}": Refusal(503, "7200")}
    summary = _backfill(ours, served.base, code=1)
    captures = summary["captures"]
    assert (captures["fetched"], captures["left"], captures["new"]) == (3, 5, 8)
    assert summary["import"]["visits"] == 3
    assert summary["targets_left"] == 1
    assert summary["versions"]["alone"] == 3


def test_what_the_archive_does_not_hold_is_fetched_again(
    ours: Ours, served: CaptureServer
) -> None:
    _backfill(ours, served.base)
    asked = served.replays()
    for name in ("a.db", "a.db-wal", "a.db-shm"):
        ours.path.with_name(name).unlink(missing_ok=True)
    summary = _backfill(ours, served.base)
    assert served.replays() == asked * 2
    assert summary["import"]["visits"] == len(PAGES) + 1


def test_records_stay_until_they_are_imported(
    ours: Ours, served: CaptureServer
) -> None:
    """The archive has another site under the id: that is put right, and nothing asked again."""
    text = SITE.replace("www.yexian.gov.cn", "www.other.gov.cn")
    (ours.sites / "ye.yml").write_text(text.replace("叶县", "舞钢市"), "utf-8")
    ours.see(("http://www.other.gov.cn/nb/1.html", "2020-01-01", B))
    (ours.sites / "ye.yml").write_text(SITE, "utf-8")
    summary = ours.backfill(served.base, code=1)
    assert "ye is another site" in summary["import"]["failed"][0]
    asked = served.replays()
    assert len(asked) == len(PAGES)
    ours.path.unlink()
    summary = ours.backfill(served.base)
    assert served.replays() == asked
    assert summary["import"]["visits"] == len(PAGES)


def test_an_index_that_names_a_part_again_is_left(
    ours: Ours, served: CaptureServer
) -> None:
    served.resume_key = "0"
    summary = ours.backfill(f"{served.base}/cdx/search/cdx", "--dry-run", code=1)
    assert "names a part again" in summary["warnings"][0]


def test_what_cannot_begin_says_so(ours: Ours, served: CaptureServer) -> None:
    options = ("backfill", *ours.options, *FAST, "--from")
    refused = nianbao(*options, f"{served.base}/collinfo.json", "--site", "ye", code=2)
    assert "--records" in refused
    prefix = ("--prefix", "http://www.yexian.gov.cn/", "--region", "河南")
    assert "--prefix" in nianbao(*options, served.base, *prefix, code=2)
    assert served.log == []


def test_the_summary_says_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    summary = BackfillSummary(targets=3, targets_left=2)
    summary.fetches.counts.update({OTHER_SITES: 5, LEFT: 7})
    print_backfill(Console(width=200), summary)
    printed = capsys.readouterr().out
    assert "5 captures of other sites left out" in printed
    assert "7 captures are left" in printed
    assert "2 of 3 sites were not asked for" in printed
