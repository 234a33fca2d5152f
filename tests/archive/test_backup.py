"""Backup: a whole copy of a live archive, or a reason why there is none."""

from __future__ import annotations

import json
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nianbao.archive import Archive, verify
from nianbao.archive.errors import ArchiveBusy, ArchiveUnwritable, TargetRefused
from nianbao.archive.maintenance import backup
from nianbao.archive.maintenance.backup import BackupRefused
from tests.conftest import Crawl
from tests.crawl.commands import content, nianbao
from tests.crawl.test_troubles import failing

URL = "http://xixia.localhost/a.html"


def silent(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def archive(crawl: Crawl) -> Archive:
    """An archive that is open to be written to, with a log beside it."""
    crawl.run({URL: "one", URL + "?x=2": "two"})
    crawl.run({URL: "three", URL + "?x=2": None})
    return crawl.archive


def test_a_copy_of_an_archive_that_is_being_written_to(
    archive: Archive, crawl: Crawl, tmp_path: Path
) -> None:
    """The copy is of the moment it began, whatever is committed while it is made."""
    before, runs = content(archive.path), 0

    def write(step: str, _done: int, _total: int) -> None:
        nonlocal runs
        if step.startswith("pages of the file") and not runs:
            crawl.run({URL: "four"})
            runs += 1

    target = tmp_path / "copy.db"
    with Archive(archive.path) as reader:
        report = backup.write_backup(reader, target, write)
    assert (report.ok, runs) == (True, 1)
    assert content(target) == before
    assert content(archive.path) != before


def test_the_copy_is_one_file_without_companions(
    archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    backup.write_backup(archive, folder / "copy.db", silent)
    assert [file.name for file in folder.iterdir()] == ["copy.db"]
    with closing(sqlite3.connect(f"file:{folder}/copy.db?immutable=1", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM visits").fetchone() == (4,)
    with Archive(folder / "copy.db") as copied:
        assert verify.check_archive(copied).ok


def test_a_file_at_the_target_stays(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("something")
    with pytest.raises(BackupRefused, match="--force"):
        backup.write_backup(archive, target, silent)
    with pytest.raises(TargetRefused, match="not an earlier copy"):
        backup.write_backup(archive, target, silent, force=True)
    assert target.read_text() == "something"


def test_an_earlier_copy_is_replaced_with_force(
    archive: Archive, crawl: Crawl, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    backup.write_backup(archive, target, silent)
    crawl.run({URL: "four"})
    assert content(target) != content(archive.path)
    with pytest.raises(BackupRefused, match="--force"):
        backup.write_backup(archive, target, silent)
    backup.write_backup(archive, target, silent, force=True)
    assert content(target) == content(archive.path)


def test_an_empty_file_is_replaced_with_force(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "copy.db").touch()
    backup.write_backup(archive, tmp_path / "copy.db", silent, force=True)
    assert content(tmp_path / "copy.db") == content(archive.path)


def test_the_log_of_another_archive_is_not_put_to_the_copy(
    archive: Archive, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    with Archive.create(target), pytest.raises(TargetRefused, match=r"copy\.db-wal"):
        backup.write_backup(archive, target, silent, force=True)


def test_a_target_without_a_folder(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnwritable, match="does not exist"):
        backup.write_backup(archive, tmp_path / "no" / "copy.db", silent)


def test_no_copy_of_a_damaged_archive(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as db:
        db.execute("DELETE FROM changes WHERE id = 1")
    with pytest.raises(BackupRefused, match="number 1 is missing from the feed"):
        backup.write_backup(archive, tmp_path / "copy.db", silent)
    assert not list(tmp_path.glob("copy.db*"))


def test_a_copy_that_is_cut_off_has_no_name(archive: Archive, tmp_path: Path) -> None:
    def interrupt(step: str, _done: int, _total: int) -> None:
        if step == "documents":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.write_backup(archive, tmp_path / "copy.db", interrupt)
    assert not list(tmp_path.glob("copy.db*"))


def test_backup_as_a_command(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    found = json.loads(nianbao("backup", target, "--archive", archive.path, "--json"))
    assert found["size_bytes"] == target.stat().st_size
    assert found["checked"]["visits"] == 4
    assert "there is a file already" in nianbao(
        "backup", target, "--archive", archive.path, code=1
    )


def test_a_disk_that_is_full(archive: Archive, tmp_path: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    printed = failing(
        little_room, "backup", tmp_path / "copy.db", "--archive", archive.path
    )
    assert "no room to write" in printed
    assert not list(tmp_path.glob("copy.db*"))


def test_an_archive_can_be_written_by_one_process_and_read_by_many(
    archive: Archive,
) -> None:
    """Other processes, for real: the second writer is refused with the first one's number,
    readers read.
    """
    printed = nianbao("reread", "--archive", archive.path, code=1)
    assert "is writing to it. Wait until it has ended" in printed
    with pytest.raises(ArchiveBusy):
        Archive.create(archive.path)
    with archive.transaction() as db:
        db.execute("DELETE FROM changes")
        found = json.loads(
            nianbao("verify", "--quick", "--archive", archive.path, "--json")
        )
        assert (found["ok"], found["checked"]["changes"]) == (True, 7)
