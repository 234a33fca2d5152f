"""Commands that were cut off while pages were read: the same command goes on with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.read_model import row_queries
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.verify import check_archive
from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.intake import take_in
from nianbao.crawler.imports.items import ImportItem
from nianbao.crawler.imports.own_records import OwnSites
from nianbao.crawler.imports.site_index import SiteIndex
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


@pytest.mark.parametrize("is_followed", [False, True])
def test_an_import_of_an_export_is_whole_wherever_it_is_cut_off(
    crawl: Crawl, tmp_path: Path, *, is_followed: bool
) -> None:
    """No run has ended whose rows are not all there and sealed.

    A crawl that follows goes on with none of them, and takes them for abandoned ones.
    """
    for text in ("one", "two"):
        crawl.run({URL: text})
    nianbao("export", "warc", tmp_path / "out", "--archive", crawl.archive.path)
    files = ImportFiles(lambda _: False, Counter(), lambda *_: None)
    items = list(files.items((tmp_path / "out",)))
    for count in range(len(items)):
        with Archive.create(tmp_path / f"{count}.db") as archive:
            with pytest.raises(ZeroDivisionError):
                import_items(archive, cut_off(items[:count]))
            if is_followed:
                run_id = archive.begin_run("0.1.0", {"minute": 1})  # as one there
                archive.end_run(run_id, "finished", {})
            assert check_archive(archive).counts == {}
            import_items(archive, items)
            assert check_archive(archive).counts == {}
            ends = "SELECT uid, settings, ended_at, end_reason, counts FROM runs"
            there, here = crawl.archive.db.execute(ends), archive.db.execute(ends)
            assert set(there.fetchall()) <= set(here.fetchall())


def cut_off(items: list[ImportItem]) -> Iterator[ImportItem]:
    yield from items
    raise ZeroDivisionError("a kill")


def import_items(archive: Archive, items: Iterable[ImportItem]) -> None:
    take_in(archive, items, SiteIndex({}), {}, OwnSites({}))


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
