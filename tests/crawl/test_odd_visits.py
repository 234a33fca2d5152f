"""Visits with what no sound server sends come back from a WARC as they were."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive, verify
from nianbao.archive.raw import visits
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from tests.conftest import make_reading
from tests.crawl.commands import nianbao

HOST = "http://xixia.localhost/"
ODD: dict[str, dict[str, Any]] = {
    "NUL and line breaks in a title": {"hints": Hints(list_title="a\0b\r\nc\u2028d")},
    "a message of several lines": {"message": "m\0\r\nX: y\r\n\r\nWARC/1.1\r\n"},
    "an endless cookie": {"headers": (("Set-Cookie", "a=" + "x" * 3_000_000),)},
    "a name without end": {"headers": (("X" * 300_000, "a"),)},
    "many headers": {"headers": tuple((f"X-{n}", "y" * 100) for n in range(5000))},
    "NUL in a header": {"headers": (("X-\0", "a\0b"),)},
    "an answer in a header": {
        "headers": (("X-A", "a\r\nContent-Length: 3\r\n\r\nbody"),)
    },
    "headers without names": {"headers": (("", "a"), (" ", "b"), ("X:Y", "c"))},
    "headers in Chinese": {"headers": (("X-标题", "政府"), ("X-L", "\xff\xfe\x80"))},
    "what is not true of the body": {
        "headers": (("Content-Encoding", "gzip"), ("Content-Length", "5"))
    },
    "a status of nobody": {"status": 999},
    "a status of nothing": {"status": 0},
    "a long address": {"url": HOST + "?q=" + "长" * 60_000},
    "an address with blanks": {"url": HOST + "a b\u3000政%zz\x7f"},
    "an address with NUL": {"url": HOST + "a\0b"},
    "an address of two lines": {"url": HOST + "a\nWARC/1.1"},
    "odd redirects": {
        "redirects": ("http://x/\0", "http://y/\r\n", "", "ftp://z/", "")
    },
}
SITE = ArchivedSite("xixia", "西霞县\0", "trs", "样例省西霞县", None, 1, 1)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """An archive of these visits, and a plain one behind each."""
    path = tmp_path / "odd.db"
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {})
        archive.begin_sites(run_id, [SITE])
        for number, changed in enumerate(ODD.values()):
            plain = Capture(
                site="xixia",
                url=f"{HOST}{number}.html",
                role="report",
                outcome="fetched",
                visited_at=f"2026-01-01T00:00:{number:02}.000Z",
                status=200,
                headers=(("Content-Type", "text/html"),),
                payload=f"<p>{number}</p>".encode(),
            )
            after = dataclasses.replace(plain, url=f"{HOST}after/{number}.html")
            for capture in (dataclasses.replace(plain, **changed), after):
                visit_id, _ = archive.store_capture(run_id, capture)
                archive.store_reading(visit_id, make_reading(f"text {number}"))
        archive.end_site(run_id, "xixia", "finished", 1, lists_whole=True)
        archive.end_run(run_id, "finished", {})
    return path


@pytest.mark.parametrize("kind", ["warc", "wacz"])
def test_odd_visits_come_back_as_they_were(
    odd: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / f"captures.{kind}"
    again = tmp_path / "again.db"
    nianbao("export", kind, target, "--archive", odd)
    nianbao("import", target, "--archive", again)
    assert list_captures(again) == list_captures(odd)
    with Archive(again) as archive:
        report = verify.check_archive(archive)
    assert report.ok, report.damages


def list_captures(path: Path) -> list[Capture]:
    """Return every visit as it was stored, without what its archive calls it."""
    with Archive(path) as archive:
        rows = visits.select_visits(archive.db, "ORDER BY visited_at, visits.url", [])
        return [visits.load_capture(archive.db, visit.id) for visit in rows]
