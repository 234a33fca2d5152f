"""What several tests need: readings made by hand, an archive with a run begun in it."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import importlib
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.events.feed import REPORT_KINDS, Change
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Agency, Capture, Finding, Note, Reading

with (
    warnings.catch_warnings()
):  # Datasette 0.65, being imported, leaves a connection open
    warnings.simplefilter("ignore", ResourceWarning)
    importlib.import_module("datasette.app")
    gc.collect()

# Tests compare what the commands print with English.
os.environ["LC_ALL"] = "C.UTF-8"

# A shell starts jobs in the background with Ctrl-C ignored, and whatever they start inherits
# that; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).parents[1].parent / "shared"

BLANK = Reading(
    title="青石镇2021年政府信息公开工作年度报告",
    report_year=2021,
    agency=Agency(printed="西霞县青石镇人民政府"),
    published_on="2022-01-20",
    published_at=None,
    published_basis="label:发布时间",
    date_candidates=(),
    signed_on=None,
    period=None,
    form="g2021",
    sections=(),
    figures=(),
    attachments=(),
    official=True,
    is_report=True,
    findings=(),
    text="正文",
    content_sha256="",
    reader_version="1",
)


CRAWLS = Path(__file__).parent / "crawl"
# The files that take longest, each more than 15 seconds of the processor. They are begun first, so
# that no process waits for one of them at the end; the one that makes what others share before all.
LONGEST_FILES = (
    "test_province.py",
    "test_growth.py",
    "test_earlier_archives.py",
    "test_readme.py",
    "test_axe.py",
    "test_import.py",
    "test_stopped_exports.py",
    "test_detect_and_sites_add.py",
    "test_politeness.py",
    "test_troubles.py",
    "test_revisit_calendar.py",
    "test_people_docs.py",
    "test_kills.py",
    "test_histories.py",
    "test_cluster.py",
    "test_installed.py",
    "test_migrations.py",
    "test_sites_of_one_id.py",
    "test_assign.py",
    "test_merge_of_crawls.py",
    "test_walk_overview_pages.py",
    "test_walk_reports.py",
    "test_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start crawls or commands, and those that start a browser; sort them.

    `slow` is marked by hand, where a test takes more than some seconds for another reason.
    """
    for item in items:
        if CRAWLS in item.path.parents:
            item.add_marker("crawl")
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=rank_file)


def rank_file(item: pytest.Item) -> int:
    """Return the place of a test's file: the longest first, then the others as they are."""
    if item.path.name in LONGEST_FILES:
        return LONGEST_FILES.index(item.path.name)
    return len(LONGEST_FILES)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real material beside the project; the test is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the real pages beside the project")
    return SHARED


def make_reading(text: str, **values: object) -> Reading:
    """Make a reading: `make_reading("text", report_year=2020)`; equal texts have equal content."""
    content = hashlib.sha256(text.encode()).hexdigest()
    return dataclasses.replace(BLANK, text=text, content_sha256=content, **values)  # type: ignore[arg-type]


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """What makes a reading by hand."""
    return make_reading


class Crawl:
    """Crawls played into an archive: a site, its pages by address, their texts."""

    def __init__(self, archive: Archive, make: Callable[..., Reading]) -> None:
        self.archive, self.make = archive, make
        self.minute = 0

    def run(
        self,
        pages: dict[str, str | None],
        *,
        site: str = "xixia",
        links: int = 1,
        whole: bool = True,
        vanish_after: int = 1,
        unread: bool = False,
        notes: tuple[Finding, ...] = (),
    ) -> int:
        """Visit pages: address → text, None for an address that answers 404; return the run's
        id. `notes` stand on the run.
        """
        run_id = self.archive.begin_run("0.1.0", {"minute": self.minute})
        self.archive.begin_sites(
            run_id,
            [
                ArchivedSite(
                    site, "西霞县", "trs", "样例省西霞县", None, vanish_after, 1
                )
            ],
        )
        for url, text in pages.items():
            visit_id, to_read = self.archive.store_capture(
                run_id, self.capture(site, url, text)
            )
            if to_read and text is not None and not unread:
                self.archive.store_reading(visit_id, self.make(text.split("|")[0]))
        for finding in notes:
            note = Note(site, "http://xixia.localhost/", finding)
            self.archive.store_note(run_id, note)
        self.archive.end_site(run_id, site, "finished", links, lists_whole=whole)
        self.archive.end_run(run_id, "finished", {})
        return run_id

    def capture(
        self, site: str, url: str, text: str | None, at: str | None = None
    ) -> Capture:
        """Return a capture; what follows `|` in the text is page chrome: other bytes, same
        content.
        """
        self.minute += 1
        return Capture(
            site=site,
            url=url,
            role="report",
            outcome="not_found" if text is None else "fetched",
            visited_at=at
            or f"2026-01-01T{self.minute // 60:02}:{self.minute % 60:02}:00.000Z",
            status=404 if text is None else 200,
            headers=(("Content-Type", "text/html"),),
            payload=None if text is None else text.encode(),
        )

    def kinds(self, since: int = 0) -> list[tuple[str, str]]:
        """Return the changes of pages in the feed as (kind, address); reports and findings have
        tests of their own.
        """
        return [
            (change.kind, change.url)
            for change in page_lines(self.archive, since)
            if change.url and not change.finding
        ]


def page_lines(archive: Archive, since: int = 0) -> list[Change]:
    """Return the lines of the feed about pages and findings, without those about reports."""
    return [line for line in archive.changes(since) if line.kind not in REPORT_KINDS]


@pytest.fixture
def crawl(tmp_path: Path, reading: Callable[..., Reading]) -> Iterator[Crawl]:
    """An empty archive to play crawls into."""
    with Archive.create(tmp_path / "archive.db") as archive:
        yield Crawl(archive, reading)
