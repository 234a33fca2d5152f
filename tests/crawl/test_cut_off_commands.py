"""Commands that were cut off while pages were read: the same command goes on with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.read_model import row_queries
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.pipelines.reader import READER_VERSION
from tests.conftest import Crawl
from tests.crawl.commands import nianbao
from tests.crawl.test_troubles import report

URL = "http://xixia.localhost/nb/1.html"


@pytest.fixture
def path(crawl: Crawl) -> Path:
    """An archive with a page that is not read."""
    crawl.run({URL: report("原文")}, unread=True)
    return crawl.archive.path


def count_unread(path: Path) -> int:
    with Archive(path) as archive:
        return len(archive.unread_visits(READER_VERSION))


def test_a_repair_that_was_cut_off_goes_on(path: Path, crawl: Crawl) -> None:
    crawl.archive.close()
    said = nianbao("verify", "--quick", "--archive", path)
    assert "1 pages are not read yet" in said
    assert count_unread(path) == 1
    said = nianbao("verify", "--quick", "--repair", "--archive", path)
    assert "not read yet" not in said
    assert count_unread(path) == 0


def test_a_decision_whose_pages_were_not_read_is_gone_on_with(
    path: Path, crawl: Crawl
) -> None:
    crawl.archive.close()
    nianbao("reread", "--archive", path)
    with Archive.create(path) as archive:
        content = archive.db.execute("SELECT content_sha256 FROM documents").fetchone()
        decision = Decision(
            "report", "why", url=URL, content_sha256=content[0], report_year=2003
        )
        archive.store_decision(decision)
    assert count_unread(path) == 1
    words = ("--year", 2003, "--reason", "why", "--archive", path)
    assert "decided so already" in nianbao("assign", URL, *words)
    assert count_unread(path) == 0


def test_rows_that_are_not_read_to_the_end_outlive_their_archive(
    crawl: Crawl, recwarn: pytest.WarningsRecorder
) -> None:
    """An export that is stopped closes the archive first."""
    crawl.run({URL: "one", f"{URL}?x=2": "two"})
    rows = row_queries.select_carriers(crawl.archive.db, RowFilter())
    next(rows)
    crawl.archive.close()
    rows.close()
    assert list(recwarn) == []
