"""What is derived follows from what was seen: read again, or built anew from nothing, it is
equal.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from examples.report_states import ReportState, apply_line
from nianbao.archive import Archive
from nianbao.archive.events.feed import REPORT_KINDS
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.progress import Bar
from tests.crawl.commands import content, nianbao
from tests.kept_samples import KeptSample


@pytest.fixture
def crawled(sample: KeptSample) -> Path:
    return sample.archive


@pytest.fixture
def copy(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(crawled, tmp_path / "copy.db"))


def exported(path: Path) -> dict[str, bytes]:
    """Return the files of an export by their names."""
    folder = path.with_suffix(".csv")
    nianbao("export", "csv", folder, "--every-version", "--archive", path)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def rebuild(path: Path) -> None:
    with Archive.create(path) as archive:
        assert (
            read_pending_pages(archive, Bar("reading", Console(quiet=True), quiet=True))
            == []
        )


def test_reading_again_changes_nothing(crawled: Path, copy: Path) -> None:
    printed = nianbao("reread", "--all", "--archive", copy)
    assert "pages read" in printed
    assert content(copy) == content(crawled)


def test_the_derived_layer_is_built_from_nothing(crawled: Path, copy: Path) -> None:
    with Archive.create(copy) as archive:
        archive.clear_derived()
        assert archive.db.execute("SELECT count(*) FROM documents").fetchone() == (0,)
        cursor = max(change.id for change in archive.changes())
    rebuild(copy)
    assert content(copy) == content(crawled)
    assert exported(copy) == exported(
        Path(shutil.copy(crawled, copy.with_name("before.db")))
    )
    with Archive(copy) as archive:
        assert (
            max(change.id for change in archive.changes()) == cursor
        )  # nothing is announced twice


def test_the_feed_is_built_from_nothing_too(crawled: Path, copy: Path) -> None:
    with Archive.create(copy) as archive:
        archive.clear_derived()
        with archive.transaction() as db:
            for table in ("changes", "announced_reports", "announcements"):
                db.execute(f"DELETE FROM {table}")
    rebuild(copy)
    assert page_changes(copy) == page_changes(crawled)
    assert told_reports(copy) == told_reports(crawled)


def page_changes(archive: Path) -> list[tuple[Any, ...]]:
    """Return the lines about pages and findings: those of reports tell what came of a run."""
    lines = content(archive)["changes"]
    return [line for line in lines if not line[0].startswith("report_")]


def told_reports(archive: Path) -> set[ReportState]:
    """Return the reports as whoever follows the feed has them."""
    reports: dict[int, ReportState] = {}
    with Archive(archive) as opened:
        for line in opened.changes(kinds=REPORT_KINDS):
            apply_line(reports, line)
    return set(reports.values())


def test_a_part_is_read_again(copy: Path) -> None:
    printed = nianbao(
        "reread", "--where", "documents.site_id = 'xixia'", "--archive", copy, "--json"
    )
    assert '"failed": []' in printed
    printed = nianbao("reread", "--where", "no such column", "--archive", copy, code=1)
    assert "no such column" in printed or "syntax error" in printed
