"""The archive file: what it refuses and in which words, what a failed write leaves behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import (
    ArchiveBusy,
    ArchiveFull,
    ArchiveMissing,
    ArchiveTooNew,
    ArchiveUnwritable,
    NotAnArchive,
    PayloadDamaged,
)
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.records import Agency, Figure, Finding, Reading
from tests.archive.pages import BUREAU, publish
from tests.conftest import Crawl

URL = "http://xixia.localhost/a.html"


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match=r"no\.db: no such file"):
        Archive(tmp_path / "no.db")


def test_not_a_database(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to look like one. " * 30)
    for opening in (Archive, Archive.create):
        with pytest.raises(NotAnArchive, match="not an SQLite file"):
            opening(path)
    assert path.read_text().startswith("not a database")


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotAnArchive, match="not an archive of nianbao"):
        Archive.create(path)
    assert path.read_bytes() == before


def test_a_newer_archive(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with Archive.create(path) as archive:
        archive.db.execute("PRAGMA user_version = 99")
    for opening in (Archive, Archive.create):
        with pytest.raises(ArchiveTooNew, match="newer nianbao"):
            opening(path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnwritable, match="does not exist"):
        Archive.create(tmp_path / "no" / "archive.db")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with (
        Archive.create(tmp_path / "a.db"),
        pytest.raises(ArchiveBusy, match=r"process [0-9]+ is writing"),
    ):
        Archive.create(tmp_path / "a.db")
    Archive.create(tmp_path / "a.db").close()


def test_readers_read_while_a_writer_writes(crawl: Crawl) -> None:
    crawl.run({URL: "one"})
    with crawl.archive.transaction() as db, Archive(crawl.archive.path) as other:
        db.execute("DELETE FROM changes")
        assert len(list(other.changes())) == 2


def test_a_reader_cannot_write(crawl: Crawl) -> None:
    crawl.run({URL: "one"})
    with (
        Archive(crawl.archive.path) as archive,
        pytest.raises(ArchiveUnwritable),
        archive.transaction() as db,
    ):
        db.execute("DELETE FROM changes")


def test_a_full_file_keeps_what_was_stored(crawl: Crawl) -> None:
    crawl.run({URL: "one"})
    pages = crawl.archive.db.execute("PRAGMA page_count").fetchone()[0]
    crawl.archive.db.execute(f"PRAGMA max_page_count = {pages}")
    noise = "".join(
        chr(0x4E00 + (index * index * 7919) % 20000) for index in range(200_000)
    )
    with pytest.raises(ArchiveFull, match="free some space"):
        crawl.run({URL + "?x=2": noise})
    crawl.archive.db.execute("PRAGMA max_page_count = 1000000")
    assert crawl.archive.db.execute("SELECT count(*) FROM visits").fetchone()[0] == 1
    assert crawl.archive.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_failed_transaction_leaves_nothing(crawl: Crawl) -> None:
    run_id = crawl.archive.begin_run("0.1.0", {})
    capture = crawl.capture("nowhere", URL, "one")  # a site that the run has not begun
    with pytest.raises(Exception, match="FOREIGN KEY"):
        crawl.archive.store_capture(run_id, capture)
    assert crawl.archive.db.execute("SELECT count(*) FROM blobs").fetchone()[0] == 0


def test_a_damaged_payload_is_not_handed_out(crawl: Crawl) -> None:
    crawl.run({URL: "one" * 100})
    sha256 = crawl.archive.db.execute("SELECT sha256 FROM blobs").fetchone()[0]
    with crawl.archive.transaction() as db:
        data = bytearray(db.execute("SELECT data FROM blobs").fetchone()[0])
        data[-1] ^= 1
        db.execute("UPDATE blobs SET data = ?", [bytes(data)])
    with pytest.raises(PayloadDamaged, match=sha256):
        crawl.archive.payload(sha256)


def test_figures_and_findings_come_back_as_they_went_in(
    crawl: Crawl, reading: Callable[..., Reading]
) -> None:
    figures = (
        Figure("g2021.requests", "new_received", "total", 3, "3"),
        Figure("g2021.requests", "carried_in", "total", None, ""),
        Figure("g2021.requests", "granted", "total", None, "3 | 0 | 0", "ragged"),
        Figure("g2021.requests", "refused", "total", 0, "0", "assumed"),
        Figure("g2021.art20_8", "admin_fees", "fee_amount", 5949.088667, "5949.088667"),
        Figure(
            "g2019.art20_9",
            "government_procurement",
            "procurement_amount",
            251000,
            "251000元",
        ),
        Figure("g2021.art20_5", "admin_permit", "decisions_this_year", None, "/"),
        Figure(
            "g2021.art20_1",
            "本地增加的一行",
            "issued_this_year",
            22,
            "22(其中修订16件)",
        ),
    )
    findings = (
        Finding(
            "req.balance",
            "error",
            "3 is not 2",
            "g2021.requests",
            None,
            "total",
            "3",
            "2",
        ),
    )
    run_id = crawl.run({URL: "one"}, unread=True)
    (visit_id,) = crawl.archive.unread_visits("1")
    crawl.archive.store_reading(
        visit_id, reading("one", figures=figures, findings=findings)
    )
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    assert set(document.versions[0].figures) == set(figures)
    assert document.versions[0].findings == findings
    assert document.versions[0].visit_id == visit_id
    assert crawl.archive.visit(visit_id).run_id == run_id


def test_a_site_that_a_run_has_begun_is_begun_again(crawl: Crawl) -> None:
    """The crawl begins all its sites, and each spider begins its own when it opens."""
    site = ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)
    run_id = crawl.archive.begin_run("0.1.0", {})
    crawl.archive.begin_sites(run_id, [site])
    before = crawl.archive.db.execute("SELECT * FROM site_runs").fetchall()
    crawl.archive.begin_sites(run_id, [site])
    after = crawl.archive.db.execute("SELECT * FROM site_runs").fetchall()
    assert (len(after), after) == (1, before)


@pytest.mark.parametrize(
    ("agency", "name"),
    [
        (BUREAU, "样例省西霞县财政局"),
        (Agency(printed="区教育局"), None),
        (Agency(printed="湛江海关", name="湛江海关"), "湛江海关"),
        (Agency(printed=None), None),
    ],
)
def test_a_body_whose_place_is_not_known_has_no_full_name(
    crawl: Crawl, agency: Agency, name: str | None
) -> None:
    publish(crawl, URL, "one", agency=agency)
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    (version,) = document.versions
    assert version.agency == agency.printed
    assert version.agency_name == name
