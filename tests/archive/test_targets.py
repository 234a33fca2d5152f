"""No command that writes a file destroys what it did not make: formats and kinds of targets."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.errors import TargetRefused
from nianbao.archive.export.earlier_exports import MARKER, require_replaceable
from nianbao.archive.export.tables import export_tables
from nianbao.archive.export.warc import export_warc
from nianbao.archive.maintenance import manifest
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.storage import atomic_files, lean
from nianbao.archive.storage.target import is_archive
from nianbao.crawler.commands.cli import main
from tests.archives import FOLDER
from tests.conftest import Crawl

URL = "http://xixia.localhost/a.html"
FOLDERS = ("csv", "jsonl", "parquet", "warc")
FORMATS = (*FOLDERS, "sqlite", "xlsx", "wacz")
SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in (*FOLDERS[1:], "xlsx")]
SWEEP = ("csv", *SLOW, "sqlite", "wacz")
OWN_TEXT = "years of work"


@pytest.fixture
def archive(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with two versions of a report, in a folder of its own; nobody writes to it."""
    # commands that run in this process do not keep libraries out of it
    monkeypatch.setattr(lean, "absent_unused", nullcontext)
    crawl.run({URL: "one"})
    crawl.run({URL: "two"})
    crawl.archive.close()
    path = crawl.archive.path
    folder = path.parent / "srv"
    folder.mkdir()
    for file in path.parent.glob("archive.db*"):
        file.rename(folder / file.name)
    return folder / "archive.db"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def export(kind: str, target: object, archive: Path, *options: str) -> Result:
    return run("export", kind, target, "--archive", archive, *options)


def contents(folder: Path) -> dict[str, str]:
    """Return what stands in a folder: the digest of each file, where each link leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name in ("archive.db-wal", "archive.db-shm"):
            continue  # a reader makes them
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "something else"
    return found


def require_refusal(result: Result, *, code: int = 1) -> None:
    """Check that a command ended with a sentence that says what to do."""
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    assert "Name" in result.output, "it does not say what to do"


def copied(archive: Path, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(archive, path)
    return path


def make_link(archive: Path, path: Path) -> Path:
    path.symlink_to(archive)
    return path


def make_hard_link(archive: Path, path: Path) -> Path:
    path.hardlink_to(archive)
    return path


def make_file(path: Path, data: bytes = OWN_TEXT.encode()) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def make_earlier(archive: Path, path: Path, kind: str = "csv") -> Path:
    result = export(kind, path, archive)
    assert result.exit_code == 0, result.output
    return path


def make_database(path: Path, *tables: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        for table in tables:
            db.execute(f"CREATE TABLE {table} (id)")
    return path


def make_zip(path: Path, data: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("datapackage.json", data)
    return path


def save_anew(path: Path) -> Path:
    """Write a workbook as a program does that somebody worked on it with."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            if name == "docProps/core.xml":
                date = b"2026-11-30T00:00:00Z</dcterms:modified>"
                data = re.sub(b"[^>]*</dcterms:modified>", date, data)
            file.writestr(name, data)
    return path


def make_fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def make_link_to_export(archive: Path, path: Path) -> Path:
    make_earlier(archive, path.with_name("real"))
    path.symlink_to("real")
    return path


# What must stay, by name: made in a folder beside an archive; the target that is written to.
KEPT_TARGETS: dict[str, Callable[[Path, Path], Path]] = {
    "the archive": lambda archive, _: archive,
    "the archive, spelled otherwise": lambda archive, _: (
        archive.parent / ".." / archive.parent.name / archive.name
    ),
    "a link to the archive": lambda archive, out: make_link(archive, out / "a"),
    "a hard link of the archive": lambda archive, out: make_hard_link(
        archive, out / "a"
    ),
    "another archive": lambda archive, out: copied(archive, out / "b.db"),
    "an archive of another name": lambda archive, out: copied(archive, out / "panel"),
    "the archive's log": lambda archive, _: archive.with_name("archive.db-wal"),
    "the archive's lock": lambda archive, _: archive.with_name("archive.db.lock"),
    "the archive's journal": lambda archive, _: archive.with_name("archive.db-journal"),
    "the archive's folder": lambda archive, _: archive.parent,
    "a folder above the archive": lambda archive, _: archive.parent.parent,
    "a folder with an archive": lambda archive, out: (
        copied(archive, out / "x" / "b").parent
    ),
    "an export with an archive": lambda archive, out: (
        copied(archive, make_earlier(archive, out / "x") / "b.db").parent
    ),
    "an export with an archive for a table": lambda archive, out: (
        copied(archive, make_earlier(archive, out / "x") / "reports.csv").parent
    ),
    "an export and a file": lambda archive, out: (
        make_file(make_earlier(archive, out / "x") / "thesis.txt").parent
    ),
    "captures and a file": lambda archive, out: (
        make_file(make_earlier(archive, out / "x", "warc") / "thesis.txt").parent
    ),
    "an export and a folder": lambda archive, out: make_file(
        make_earlier(archive, out / "x") / "work" / "a"
    ).parents[1],
    "a folder of somebody": lambda _, out: make_file(out / "x" / "thesis.txt").parent,
    "a folder with tables of somebody": lambda _, out: (
        make_file(out / "x" / "figures.csv").parent
    ),
    "a folder with another Data Package": lambda _, out: (
        make_file(out / "x" / "datapackage.json", b'{"name": "mine"}').parent
    ),
    "a folder with WARC files of others": lambda _, out: (
        make_file(out / "x" / "x-00000.warc.gz").parent
    ),
    "a folder with a marker of others": lambda _, out: (
        make_file(out / "x" / MARKER, b'{"files": 3}').parent
    ),
    "a file of somebody": lambda _, out: make_file(out / "x.txt"),
    "a database of somebody": lambda _, out: make_database(out / "x.db", "pages"),
    "a panel with a table of somebody": lambda archive, out: make_database(
        make_earlier(archive, out / "x.db", "sqlite"), "mine"
    ),
    "a ZIP file of somebody": lambda _, out: make_zip(out / "x.zip", "{}"),
    "a WACZ file of others": lambda _, out: make_zip(
        out / "x.wacz", '{"wacz_version": "1.1.1", "software": "py-wacz"}'
    ),
    "a workbook that somebody saved": lambda archive, out: save_anew(
        make_earlier(archive, out / "x.xlsx", "xlsx")
    ),
    "a dangling link": lambda _, out: make_link(Path("nowhere"), out / "x"),
    "a link to an export": lambda archive, out: make_link_to_export(archive, out / "x"),
    "a FIFO": lambda _, out: make_fifo(out / "x"),
}


@pytest.mark.parametrize("name", KEPT_TARGETS)
@pytest.mark.parametrize("kind", SWEEP)
def test_an_export_destroys_nothing(
    archive: Path, tmp_path: Path, kind: str, name: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = KEPT_TARGETS[name](archive, out)
    before = contents(tmp_path)
    # click itself refuses a folder where the command writes a file
    code = 2 if kind == "wacz" and target.is_dir() else 1
    for options in (["--force"], []):
        result = export(kind, target, archive, *options)
        assert contents(tmp_path) == before
        if code == 1:
            require_refusal(result)
        assert result.exit_code == code
    assert Archive(archive).close() is None  # it opens


@pytest.mark.parametrize("name", ["datapackage.json", "docProps/core.xml"])
def test_a_zip_file_that_cannot_be_read_is_not_ours(
    archive: Path, tmp_path: Path, name: str
) -> None:
    """Whatever stands in a byte of it: encrypted, packed in some other way, damaged."""
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, "{}")
    sound = path.read_bytes()
    refused = 0
    for place in range(len(sound)):
        for bits in (0x01, 0x0C, 0x41, 0xFF):
            data = bytearray(sound)
            data[place] ^= bits
            path.write_bytes(data)
            with pytest.raises(TargetRefused, match="not an earlier export"):
                require_replaceable(path, archive, force=True)
            refused += 1
    encrypted = bytearray(sound)
    encrypted[6] |= 1  # in the file's own header
    encrypted[sound.index(b"PK\x01\x02") + 8] |= 1  # in the list of files
    path.write_bytes(encrypted)
    with zipfile.ZipFile(path) as file, pytest.raises(RuntimeError, match="encrypted"):
        file.read(name)
    with pytest.raises(TargetRefused, match="not an earlier export"):
        require_replaceable(path, archive, force=True)
    assert refused > 400


@pytest.mark.parametrize("place", [".", "..", "/"])
def test_an_export_wants_a_name(
    archive: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    make_file(here / "thesis.txt")
    monkeypatch.chdir(here)
    before = contents(tmp_path)
    require_refusal(export("csv", place, archive, "--force"))
    assert contents(tmp_path) == before


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "of 0.1.0"])
@pytest.mark.parametrize("earlier", FORMATS)
@pytest.mark.parametrize("kind", SWEEP)
def test_an_earlier_export_is_replaced_with_force(
    archive: Path, tmp_path: Path, kind: str, earlier: str, marked: bool
) -> None:
    """Folders of earlier versions have no marker, SQLite files no wide panel."""
    if kind == "wacz" and earlier in FOLDERS:
        pytest.skip("click refuses a folder there")
    out = tmp_path / "out"
    out.mkdir()
    target = make_earlier(archive, out / "x", earlier)
    fresh = make_earlier(
        archive, tmp_path / "fresh" if kind in FOLDERS else out / "y", kind
    )
    if kind == "warc":  # the names of its files follow the folder's
        shutil.rmtree(fresh)
        (tmp_path / "other").mkdir()
        fresh = make_earlier(archive, tmp_path / "other" / "x", kind)
    if not marked and target.is_dir():
        (target / MARKER).unlink()
    if not marked and earlier == "sqlite":
        with closing(sqlite3.connect(target)) as db:
            db.execute("DROP TABLE panel")
    before = contents(out)
    require_refusal(export(kind, target, archive))
    assert contents(out) == before
    result = export(kind, target, archive, "--force")
    assert result.exit_code == 0, result.output
    if kind in FOLDERS:
        assert contents(target) == contents(fresh)
        assert MARKER in contents(target)
    elif kind in ("sqlite", "xlsx"):
        assert target.read_bytes() == fresh.read_bytes()
    assert {path.name for path in out.iterdir()} <= {"x", "y"}


@pytest.mark.parametrize("kind", FOLDERS)
def test_an_empty_folder_is_replaced_with_force(
    archive: Path, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "x").mkdir()
    require_refusal(export(kind, tmp_path / "x", archive))
    assert export(kind, tmp_path / "x", archive, "--force").exit_code == 0


def test_a_marker_is_no_page_of_an_import(archive: Path, tmp_path: Path) -> None:
    make_earlier(archive, tmp_path / "captures", "warc")
    result = run("import", tmp_path / "captures", "--archive", tmp_path / "again.db")
    assert result.exit_code == 0, result.output
    assert MARKER not in result.output


# Unfinished files


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(f"*{atomic_files.WORKSPACE}*")]


@pytest.fixture
def leftover(tmp_path: Path) -> Path:
    """What a killed export left beside the target `x`."""
    folder = tmp_path / f"x{atomic_files.WORKSPACE}0123456789abcdef"
    make_file(folder / "new" / "figures.csv")
    return folder


@pytest.mark.usefixtures("leftover")
@pytest.mark.parametrize("kind", FORMATS)
def test_what_a_killed_export_left_is_removed_by_the_next(
    archive: Path, tmp_path: Path, kind: str
) -> None:
    make_earlier(archive, tmp_path / "x", kind)
    assert leftovers(tmp_path) == []


def test_what_a_living_export_writes_is_let_alone(
    archive: Path, tmp_path: Path, leftover: Path
) -> None:
    lock = os.open(leftover / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        make_earlier(archive, tmp_path / "x")
        assert leftovers(tmp_path) == [leftover.name]
    finally:
        os.close(lock)
    assert export("csv", tmp_path / "x", archive, "--force").exit_code == 0
    assert leftovers(tmp_path) == []


def test_what_was_killed_below_a_folder_is_removed(
    tmp_path: Path, leftover: Path
) -> None:
    """A site file may stand already, and nothing is written to it again."""
    inner = tmp_path / "province" / f"y{atomic_files.WORKSPACE}0123456789abcdef"
    old = make_file(inner / "old")
    living = make_file(tmp_path / f"z{atomic_files.WORKSPACE}0123456789abcdef" / "lock")
    others = [
        make_file(tmp_path / "x.nianbao-part-mine"),
        make_file(tmp_path / "nianbao-part-0123456789abcdef"),
        make_file(tmp_path / f"y{atomic_files.WORKSPACE}0123456789abcdef"),
    ]
    with living.open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        atomic_files.remove_leftovers_below(tmp_path)
        assert living.exists()
    assert not leftover.exists()
    assert not inner.exists()
    assert not old.exists()
    assert (tmp_path / "province" / "y").is_file()
    assert all(path.exists() for path in others)


def test_only_what_an_export_left_is_removed(archive: Path, tmp_path: Path) -> None:
    others = [
        make_file(tmp_path / "x.part"),
        make_file(tmp_path / "x.old"),
        make_file(tmp_path / "x.nianbao-part-mine"),
        make_file(tmp_path / "y.nianbao-part-0123456789abcdef" / "new"),
    ]
    make_earlier(archive, tmp_path / "x")
    assert all(path.exists() for path in others)


def test_a_kill_between_the_two_renames_loses_nothing(
    archive: Path, tmp_path: Path, leftover: Path
) -> None:
    """Where the target is away, what was killed had it in its workspace: it comes back."""
    earlier = make_earlier(archive, tmp_path / "earlier")
    earlier.rename(leftover / "old")
    require_refusal(export("csv", tmp_path / "x", archive, "--year", "2001"))
    assert (tmp_path / "x" / "datapackage.json").exists()
    assert leftovers(tmp_path) == []


def test_an_error_between_the_two_renames_loses_nothing(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_earlier(archive, tmp_path / "x")
    before = contents(target)
    rename = Path.rename

    def fail(path: Path, name: Path) -> Path:
        if path.name == atomic_files.NEW_NAME:
            raise KeyboardInterrupt
        return rename(path, name)

    monkeypatch.setattr(Path, "rename", fail)
    with Archive(archive) as opened, pytest.raises(KeyboardInterrupt):
        export_tables(opened, "csv", target, RowFilter(), silent, force=True)
    assert contents(target) == before
    assert leftovers(tmp_path) == []


def silent(_what: str, _done: int, _total: int) -> None:
    pass


def exported_beside(target: Path, kind: str, archive: Path, **options: bool) -> None:
    """Export; while that goes on, export to the same target to the end."""
    calls: list[str] = []

    def export_too(_name: str, _done: int, _total: int) -> None:
        if not calls:
            calls.append("")
            assert export(kind, target, archive, "--force").exit_code == 0

    with Archive(archive) as opened:
        if kind == "warc":
            export_warc(
                opened,
                target,
                size=1 << 30,
                software="nianbao",
                progress=export_too,
                **options,
            )
        else:
            export_tables(opened, kind, target, RowFilter(), export_too, **options)


@pytest.mark.parametrize("kind", ["csv", "sqlite", "warc"])
def test_two_exports_at_once(archive: Path, tmp_path: Path, kind: str) -> None:
    """The later one to finish refuses, and with --force takes the place of a whole export."""
    target = tmp_path / "x"
    with pytest.raises(TargetRefused, match="something already"):
        exported_beside(target, kind, archive)
    (tmp_path / "other").mkdir()
    fresh = make_earlier(archive, tmp_path / "other" / "x", kind)
    assert read_all(target) == read_all(fresh)
    exported_beside(target, kind, archive, force=True)
    assert leftovers(tmp_path) == []


def read_all(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


# Backup and manifest

BACKUP_TARGETS = (
    "the archive",
    "the archive, spelled otherwise",
    "a link to the archive",
    "a hard link of the archive",
    "the archive's lock",
    "the archive's journal",
    "the archive's folder",
    "a folder with an archive",
    "an export and a file",
    "a file of somebody",
    "a database of somebody",
    "a dangling link",
    "a FIFO",
)


@pytest.mark.parametrize("name", BACKUP_TARGETS)
def test_a_backup_destroys_nothing(archive: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = KEPT_TARGETS[name](archive, out)
    before = contents(tmp_path)
    for options in (["--force"], []):
        require_refusal(run("backup", target, "--archive", archive, *options))
        assert contents(tmp_path) == before


def test_a_backup_replaces_an_earlier_copy(
    archive: Path, tmp_path: Path, reading: Callable[..., object]
) -> None:
    """But no archive that has a run of its own."""
    target = tmp_path / "copy.db"
    for options in ([], ["--force"]):
        result = run("backup", target, "--archive", archive, *options)
        assert result.exit_code == 0, result.output
    with Archive.create(target) as copy:
        Crawl(copy, reading).run({URL: "three"})  # type: ignore[arg-type]
    before = contents(tmp_path)
    require_refusal(run("backup", target, "--archive", archive, "--force"))
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["archive.db", "archive.db-wal", "archive.db-journal"])
def test_a_manifest_destroys_nothing(archive: Path, tmp_path: Path, name: str) -> None:
    target = archive.with_name(name)
    archive.with_name("archive.db.lock").unlink(missing_ok=True)
    before = contents(tmp_path)
    result = run("verify", "--quick", "--archive", archive, "--write-manifest", target)
    archive.with_name("archive.db.lock").unlink()
    require_refusal(result)
    assert contents(tmp_path) == before


def test_a_list_of_other_files_stays(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "payloads"
    for _ in range(2):  # the list of payloads is replaced
        with Archive(archive) as opened:
            manifest.write_payload_files(opened, folder, silent)
    assert len(list(folder.iterdir())) == 3
    make_file(folder / manifest.LIST, f"{'0' * 64}  thesis.txt\n".encode())
    with Archive(archive) as opened, pytest.raises(TargetRefused, match="other files"):
        manifest.write_payload_files(opened, folder, silent)
    assert "thesis" in (folder / manifest.LIST).read_text()


def test_archives_of_every_version_are_recognised(tmp_path: Path) -> None:
    packed_files = sorted(FOLDER.glob("*.db.zst"))
    assert packed_files
    for packed in packed_files:
        path = tmp_path / packed.stem
        path.write_bytes(zstandard.decompress(packed.read_bytes()))
        assert is_archive(path), packed.name
