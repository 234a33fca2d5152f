"""What OCR recognised is kept, and every reading is made with it: wherever the archive goes.

The models are not asked here: what they would say is written down (tests/reader/test_ocr_images.py
has them read).
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import gmtime
from typing import Any

import httpx
import pytest
from PIL import Image

from nianbao.archive import Archive, verify
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from nianbao.pipelines.reader import READER_VERSION
from nianbao.pipelines.reader.ocr.recognition import Recognition
from tests.archive.recognition import store_form
from tests.browse.conftest import serving
from tests.crawl.commands import content, nianbao
from tests.crawl.test_image_reports import ImagePage, draw
from tests.reader.test_ocr_judging import UNSURE, report_of

HOST = "http://xixia.localhost"
PAGE, PICTURE, SCAN = (f"{HOST}/{name}" for name in ("1.html", "P1.png", "2.pdf"))
DERIVED = ("documents", "versions", "readings", "figure_sets", "sightings", "reports")
IMAGE = draw("page 1")
REPORT = report_of({("granted", "natural_person"): f"7~{UNSURE}"})


class OneImagePage(ImagePage):
    """The page of a report that is one image."""

    scans = ("P1.png",)


def make_scan(words: str) -> bytes:
    """A PDF of one page without text."""
    image = Image.open(io.BytesIO(draw(words)))
    file = io.BytesIO()
    image.save(file, "PDF", creationDate=gmtime(0), modDate=gmtime(0))
    return file.getvalue()


def digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def crawl(archive: Archive, day: int, scan: bytes) -> bool:
    """Store a crawl of a page that is an image, and a scan; return whether it was healthy."""
    run_id = archive.begin_run("0.1.0", {"day": day})
    region = "样例省北原市西霞县"
    archive.begin_sites(
        run_id, [ArchivedSite("xixia", "西霞县", "trs", region, "990101", 1, 1)]
    )
    page = OneImagePage(2024, "2025-01-20").body()
    hints = Hints(images=(f"{digest(IMAGE)} P1.png",))
    scan_hints = Hints(list_title="西霞县教育局2021年政府信息公开工作年度报告")
    for url, role, payload, known in (
        (PICTURE, "attachment", IMAGE, Hints()),
        (PAGE, "report", page, hints),
        (SCAN, "report", scan, scan_hints),
    ):
        archive.store_capture(
            run_id,
            Capture(
                site="xixia",
                url=url,
                role=role,
                outcome="fetched",
                visited_at=f"2026-01-{day:02}T00:00:00.000Z",
                status=200,
                payload=payload,
                hints=known,
            ),
        )
    archive.end_site(run_id, "xixia", "finished", 2, lists_whole=True)
    archive.end_run(run_id, "finished", {})
    query = "SELECT healthy FROM site_runs WHERE run_id = ?"
    return bool(archive.db.execute(query, [run_id]).fetchone()[0])


class Kept:
    """An archive that is written and read in this process."""

    def __init__(self, path: Path, rebuild: verify.RebuildSettings) -> None:
        self.path = path
        self._rebuild = rebuild

    @contextmanager
    def write(self) -> Iterator[Archive]:
        """Open the archive; what was written is read when the block ends."""
        with Archive.create(self.path) as archive:
            yield archive
            assert self._rebuild.catch_up(archive, lambda _done, _total: None) == []

    def recognize(self, *payloads: bytes, month: int = 3) -> None:
        """Store what OCR recognised in payloads, and read with it."""
        at = f"2026-{month:02}-01T00:00:00.000Z"
        with self.write() as archive:
            archive.store_recognitions(
                store_form(digest(payload), REPORT, at) for payload in payloads
            )
            assert len(archive.unread_visits(READER_VERSION)) == len(payloads)

    def merge(self, *others: Kept) -> None:
        with self.write() as archive:
            for other in others:
                with Archive(other.path) as theirs:
                    merge_archive(archive, theirs)
                    carry_readings(archive, theirs, READER_VERSION)

    def select(self, query: str) -> list[tuple[Any, ...]]:
        with Archive(self.path) as archive:
            return archive.db.execute(query).fetchall()

    def derived(self) -> dict[str, Any]:
        tables = content(self.path)
        return {name: tables[name] for name in DERIVED if name in tables}

    def damages(self) -> list[verify.Damage]:
        with Archive(self.path) as archive:
            return verify.check_archive(archive, rebuild=self._rebuild).damages

    def copy(self, name: str) -> Kept:
        path = shutil.copy(self.path, self.path.parent / name)
        return Kept(Path(path), self._rebuild)


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory, rebuild: verify.RebuildSettings
) -> Kept:
    """An archive as a crawl leaves it."""
    kept = Kept(tmp_path_factory.mktemp("recognised") / "crawled.db", rebuild)
    with kept.write() as archive:
        crawl(archive, 1, make_scan("scan"))
    return kept


@pytest.fixture
def plain(crawled: Kept, tmp_path: Path) -> Kept:
    """One of which nothing was recognised."""
    return crawled.copy(str(tmp_path / "plain.db"))


@pytest.fixture(scope="module")
def _recognized(crawled: Kept) -> Kept:
    kept = crawled.copy("recognised.db")
    kept.recognize(IMAGE, make_scan("scan"))
    return kept


@pytest.fixture
def recognized(_recognized: Kept, tmp_path: Path) -> Kept:
    """One of which everything was recognised."""
    return _recognized.copy(str(tmp_path / "recognised.db"))


def test_figures_of_an_image_say_so(recognized: Kept) -> None:
    query = "SELECT alignment, confidence, value IS NULL, count(*) FROM panel"
    sure, unsure = recognized.select(f"{query} GROUP BY 1, 2, 3 ORDER BY 3, 2")
    assert sure[:3] == ("ocr", 0.999, 0)
    assert unsure == ("ocr", UNSURE, 1, 2)


def test_recognising_changes_no_page(plain: Kept, recognized: Kept) -> None:
    """It is ours: no line of the feed says that a page has changed, then or later."""
    query = "SELECT url, versions.content_sha256 FROM versions JOIN documents"
    query += " ON documents.id = document_id"
    before, after = (set(kept.select(query)) for kept in (plain, recognized))
    assert len(before) == 1
    assert before < after
    with recognized.write() as archive:
        assert crawl(archive, 8, make_scan("scan"))
    kinds = "SELECT DISTINCT kind FROM changes WHERE kind NOT LIKE 'finding%'"
    assert {kind for (kind,) in recognized.select(kinds)} == {
        "new",
        "report_new",
        "reread",
    }
    assert set(recognized.select(query)) == after


def test_what_was_recognised_stays(recognized: Kept) -> None:
    read = recognized.derived()
    with recognized.write() as archive:
        archive.mark_unread()
    assert recognized.derived() == read
    assert recognized.damages() == []


def test_an_export_in_warc_brings_it_back(recognized: Kept, tmp_path: Path) -> None:
    nianbao("export", "warc", tmp_path / "warc", "--archive", recognized.path)
    taken_in = tmp_path / "taken_in.db"
    nianbao("import", tmp_path / "warc", "--archive", taken_in)
    copy = Kept(taken_in, recognized._rebuild)
    assert copy.derived() == recognized.derived()
    rows = "SELECT * FROM recognitions ORDER BY 1"
    assert copy.select(rows) == recognized.select(rows)


@pytest.mark.parametrize("has_first", [True, False])
def test_merging_reads_with_what_either_archive_recognised(
    has_first: bool, plain: Kept, recognized: Kept
) -> None:
    """Readings are not taken over that were made without it."""
    read = recognized.derived()
    others = (recognized, plain) if has_first else (plain, recognized)
    merged = Kept(plain.path.with_name("merged.db"), plain._rebuild)
    for other in (*others, *others):
        merged.merge(other)
    assert merged.derived() == read
    merged.path.unlink()
    merged.merge(*others)
    assert merged.derived() == read


def test_of_two_recognitions_the_earlier_stands(plain: Kept) -> None:
    late = plain.copy("late.db")
    plain.recognize(IMAGE, month=3)
    late.recognize(IMAGE, month=4)
    for target, other in ((plain, late), (late, plain)):
        target.merge(other)
        query = "SELECT recognized_at FROM recognitions"
        assert target.select(query) == [("2026-03-01T00:00:00.000Z",)]
        with Archive(target.path) as archive:
            assert verify.check_archive(archive).damages == []


def test_another_scan_is_another_version(recognized: Kept) -> None:
    """The crawl that finds it is healthy: it is no notice in the place of the report."""
    other = make_scan("another")
    with recognized.write() as archive:
        assert crawl(archive, 8, other)
    recognized.recognize(other)
    query = "SELECT count(*), count(DISTINCT versions.content_sha256) FROM versions"
    query += f" JOIN documents ON documents.id = document_id WHERE url = '{SCAN}'"
    assert recognized.select(query) == [(2, 2)]


def test_a_scan_that_ocr_cannot_read_says_so_and_is_not_tried_again(
    plain: Kept,
) -> None:
    sha256 = digest(make_scan("scan"))
    failed = store_form(sha256, Recognition("an engine", (), ("it is damaged",)))
    with plain.write() as archive:
        waiting = {one.sha256 for one in archive.unrecognized_payloads()}
        assert {sha256, digest(IMAGE)} <= waiting
        archive.store_recognitions([failed])
        left = {one.sha256 for one in archive.unrecognized_payloads()}
        assert left == waiting - {sha256}
    rules = f"SELECT rule FROM findings WHERE url = '{SCAN}' ORDER BY 1"
    assert [rule for (rule,) in plain.select(rules)] == [
        "ocr.page_unread",
        "page.not_a_report",
        "payload.not_text",
    ]


def test_a_page_waits_for_all_of_its_images(plain: Kept) -> None:
    """Half of a report is read as none of it."""
    hints = Hints(images=(f"{digest(IMAGE)} P1.png", f"{'0' * 64} P2.png"))
    with plain.write() as archive:
        archive.store_recognitions([store_form(digest(IMAGE), REPORT)])
        assert archive.page_recognitions("1" * 64, hints) == ()
        one = Hints(images=hints.images[:1] if hints.images else None)
        assert len(archive.page_recognitions("1" * 64, one)) == 1


def test_browse_marks_what_was_read_from_an_image(recognized: Kept) -> None:
    with serving(recognized.path) as base:
        page = httpx.get(f"{base}/document", params={"url": SCAN}).text
    assert '<span class="ocr" title="由图像识别，置信度 0.999">0</span>' in page
    assert '<span class="ocr" title="由图像识别，置信度 0.600"><s>7</s></span>' in page
