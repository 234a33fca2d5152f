"""Clocks that are wrong: in 1970, in 2100; what was seen in the future does not stand for a page."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.errors import ClockWrong
from nianbao.archive.raw.runs import require_right_clock
from nianbao.crawler.commands.cli import main
from tests.archive.test_unreadable_archives import SITE
from tests.conftest import Crawl, make_reading
from tests.crawl.commands import NIANBAO
from tests.crawl.test_import import AT, PAGE, URL, Taken, sites
from tests.crawl.warc_files import response, write

__all__ = ["sites"]
ROOT = Path(__file__).parents[2]
FUTURE = "2100-01-02T00:00:00.000Z"


@pytest.fixture
def ahead(tmp_path: Path) -> Path:
    """An archive whose last run was made by a clock in 2100."""
    path = tmp_path / "ahead.db"
    with Archive.create(path) as archive:
        crawl = Crawl(archive, make_reading)
        crawl.run({"http://xixia.localhost/1.html": "one"})
        crawl.run({"http://xixia.localhost/1.html": "two"})
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "UPDATE runs SET started_at = ?, ended_at = ? WHERE id = 2", [FUTURE] * 2
        )
        db.execute("UPDATE visits SET visited_at = ? WHERE run_id = 2", [FUTURE])
    return path


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def count_runs(path: Path) -> int:
    with Archive(path) as archive:
        return int(archive.db.execute("SELECT count(*) FROM runs").fetchone()[0])


def count_visits(path: Path) -> int:
    with Archive(path) as archive:
        return int(archive.db.execute("SELECT count(*) FROM visits").fetchone()[0])


def test_a_crawl_behind_what_was_seen_is_refused(ahead: Path, tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "nowhere.yml").write_text(SITE, "utf-8")
    words = ("--sites", tmp_path / "sites", "--allow-address", "127.0.0.0/8")
    result = run("crawl", *words, "--archive", ahead)
    assert result.exit_code == 1
    for part in ("ahead.db", "2100-01-02", "set it", "nianbao import DIR"):
        assert part in result.output
    assert count_runs(ahead) == 2


def test_scrapy_too_is_refused_and_the_hook_is_told(
    ahead: Path, tmp_path: Path
) -> None:
    scrapy = str(NIANBAO.with_name("scrapy"))
    told = tmp_path / "told"
    environment = os.environ | {
        "NIANBAO_ARCHIVE": str(ahead),
        "NIANBAO_ALERT_COMMAND": f"tee '{told}'",
        "NIANBAO_CONTACT": "mailto:a@example.org",
    }
    done = subprocess.run(
        [scrapy, "crawl", "trs", "-a", "site=pingtan"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    for part in (line, told.read_text("utf-8")):
        assert "2100-01-02" in part
        assert "set it" in part
    assert count_runs(ahead) == 2


def test_a_merge_takes_nothing_in_from_the_future(ahead: Path, tmp_path: Path) -> None:
    into = tmp_path / "into.db"
    Archive.create(into).close()
    result = run("merge", ahead, "--archive", into)
    assert result.exit_code == 1
    assert "2100-01-02" in result.output
    assert count_visits(into) == 0


@pytest.mark.parametrize(
    ("now", "is_right"),
    [
        ("1970-01-01T00:00:09.000Z", False),
        ("2025-12-30T00:00:00.000Z", False),
        ("2026-01-01T00:00:00.000Z", True),
        (FUTURE, True),
    ],
)
def test_the_clock_of_this_machine(crawl: Crawl, now: str, is_right: bool) -> None:
    crawl.run({"http://xixia.localhost/1.html": "one"})
    db = crawl.archive.db
    db.execute(
        "UPDATE runs SET started_at = ?, ended_at = ?", ["2026-01-01T00:00:00Z"] * 2
    )
    if is_right:
        require_right_clock(db, crawl.archive.path, now)
        return
    with pytest.raises(ClockWrong, match="clock of this machine says"):
        require_right_clock(db, crawl.archive.path, now)


def test_an_export_leads_out_of_the_future(
    ahead: Path, tmp_path: Path, sites: Path
) -> None:
    captures = tmp_path / "captures"
    again = tmp_path / "again.db"
    assert run("export", "warc", captures, "--archive", ahead).exit_code == 0
    found = Taken(again, sites).take(captures)
    assert "in the future" in found["refusals"][0]
    assert (found["visits"], found["refused"]) == (1, 2)
    with Archive(again) as archive:
        require_right_clock(archive.db, again)


def test_a_capture_of_the_future_is_left_out(tmp_path: Path, sites: Path) -> None:
    records = [
        response(URL, "2100-01-02T00:00:00Z", PAGE),
        response(URL.replace("_1.", "_2."), AT, PAGE),
    ]
    found = Taken(tmp_path / "a.db", sites).take(write(tmp_path / "a.warc.gz", records))
    assert (found["visits"], found["refused"]) == (1, 1)
    assert "in the future" in found["refusals"][0]
