"""Every command on every file that is no sound archive: one sentence and exit code 1, no
traceback, no hang, and nothing made in its place.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from nianbao.archive import Archive
from nianbao.crawler.commands.cli import main
from tests.conftest import Crawl, make_reading

PAGE_BYTES = 4096
URL = "http://www.xixia.gov.cn/nb/1.html"
HANG_SECONDS = 20
# ARCHIVE stands for the file that is no sound archive, SOUND for one that is, OUT for a
# folder to write to.
COMMANDS = (
    "status",
    "status --space",
    "status --check --json",
    "show 西霞县教育局 2021",
    f"show {URL}",
    "search 公开",
    f"diff {URL}",
    "changes",
    "verify --quick",
    "verify --repair --quick",
    "merge SOUND",
    "backup OUT/copy.db",
    "assign --list",
    f"assign {URL} --agency 某局 --reason why",
    "reread",
    "crawl --dry-run --sample",
    "export csv OUT/csv",
    "export jsonl OUT/jsonl",
    "export parquet OUT/parquet",
    "export sqlite OUT/panel.db",
    "export wacz OUT/visits.wacz",
    "export warc OUT/warc",
)
MAKERS = ("merge SOUND", "crawl --dry-run --sample")  # they make a missing archive


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound archive with some hundred pages of the file in use, no log beside it."""
    path = tmp_path_factory.mktemp("sound") / "sound.db"
    dice = random.Random(1)
    with Archive.create(path) as archive:
        crawl = Crawl(archive, make_reading)
        pages: dict[str, str | None] = {}
        for number in range(60):
            text = "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(900))
            pages[f"http://www.xixia.gov.cn/nb/{number}.html"] = text
        crawl.run(pages)
        archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def make_pipe(path: Path, _sound: Path) -> None:
    os.mkfifo(path)


def link_device(path: Path, _sound: Path) -> None:
    path.symlink_to("/dev/zero")


def make_folder(path: Path, _sound: Path) -> None:
    path.mkdir()


def link_nowhere(path: Path, _sound: Path) -> None:
    path.symlink_to(path.with_name("nothing.db"))


def link_itself(path: Path, _sound: Path) -> None:
    path.symlink_to(path)


def write_text(path: Path, _sound: Path) -> None:
    path.write_text("no archive\n" * 1000)


def cut_off(path: Path, sound: Path) -> None:
    content = sound.read_bytes()
    path.write_bytes(content[: len(content) // 3])


def damage_pages(path: Path, sound: Path) -> None:
    """Overwrite every page of the file behind those of the schema that is not the root of a
    table or an index.
    """
    with sqlite3.connect(sound) as db:
        rows = db.execute("SELECT rootpage FROM sqlite_schema").fetchall()
    db.close()
    last_root = max(page for (page,) in rows)
    content = bytearray(sound.read_bytes())
    noise = random.Random(2)
    for offset in range(last_root * PAGE_BYTES, len(content), PAGE_BYTES):
        content[offset : offset + PAGE_BYTES] = noise.randbytes(PAGE_BYTES)
    path.write_bytes(content)


def damage_tables(path: Path, sound: Path) -> None:
    """Overwrite the roots of all tables, but leave the schema as it is."""
    with sqlite3.connect(sound) as db:
        query = "SELECT rootpage FROM sqlite_schema WHERE rootpage AND name NOT LIKE '_sqlite%'"
        roots = [page for (page,) in db.execute(query)]
    db.close()
    content = bytearray(sound.read_bytes())
    noise = random.Random(3)
    for page in roots:
        offset = (page - 1) * PAGE_BYTES
        content[offset : offset + PAGE_BYTES] = noise.randbytes(PAGE_BYTES)
    path.write_bytes(content)


def drop_table(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "DROP TABLE findings")


def drop_column(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "ALTER TABLE runs RENAME COLUMN software_version TO version")


def number_schema(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "PRAGMA user_version = 99")


def make_other_tables(path: Path, _sound: Path) -> None:
    change_file(path, "CREATE TABLE notes (text)")


def change_file(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement)
    db.close()


UNSOUND = (
    make_pipe,
    link_device,
    make_folder,
    link_nowhere,
    link_itself,
    write_text,
    cut_off,
    damage_tables,
    drop_table,
    drop_column,
    number_schema,
    make_other_tables,
)


class Hang(BaseException):
    """A command did not end; no handler of the command takes it."""


@pytest.fixture
def alarm() -> Iterator[None]:
    """End what hangs."""

    def end(*_: object) -> None:
        raise Hang

    handler = signal.signal(signal.SIGALRM, end)
    signal.alarm(HANG_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)


def run(command: str, path: Path, sound: Path) -> tuple[int, str]:
    """Run a command in this process; return exit code and output. Other exceptions are raised."""
    names = {"SOUND": str(sound), "OUT": str(path.parent)}
    words = [
        "/".join(names.get(part, part) for part in word.split("/"))
        if not word.startswith("http")
        else word
        for word in command.split()
    ]
    result = CliRunner().invoke(main, [*words, "--archive", str(path)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("make", UNSOUND)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_is_wrong(
    command: str, make: Callable[[Path, Path], None], sound: Path, tmp_path: Path
) -> None:
    path = tmp_path / "unsound.db"
    make(path, sound)
    code, output = run(command, path, sound)
    if command.startswith("crawl") and make in (link_nowhere, link_itself):
        return  # nothing is opened: no archive is there yet
    assert code in (1, 2), output
    assert "Traceback" not in output
    assert "unsound.db" in output or "the archive file" in output


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("command", COMMANDS)
def test_damaged_pages_are_told_or_not_met(
    command: str, sound: Path, tmp_path: Path
) -> None:
    path = tmp_path / "unsound.db"
    damage_pages(path, sound)
    _, output = run(command, path, sound)
    assert "Traceback" not in output


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in MAKERS])
def test_no_command_makes_an_archive_that_it_needs(
    command: str, sound: Path, tmp_path: Path
) -> None:
    path = tmp_path / "missing.db"
    code, output = run(command, path, sound)
    assert code == 1, output
    assert "no such file" in output
    assert list(tmp_path.glob("missing.db*")) == []
