"""Every command on every file that is no sound archive: one sentence and exit code 1, no
traceback, no hang, and nothing made in its place.

The commands are those of the Click tree: one that is new fails here until `ARGUMENTS` says how
it is called.
"""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.archive.storage import connection
from nianbao.crawler.commands.cli import main
from tests.archive.unsound_archives import (
    FORBIDDEN,
    NO_ARCHIVES,
    Maker,
    damage_pages,
    forbid_writing,
    no_overrides,
    unpack_earlier,
)
from tests.conftest import Crawl, make_reading

URL = "http://www.xixia.gov.cn/nb/1.html"
HANG_SECONDS = 20
# How each command is called. SOUND stands for a sound archive, OUT for a folder to write to,
# IN for one with a saved page and a site file in it.
ARGUMENTS = {
    "assign": ("--list", f"{URL} --agency 某局 --reason why"),
    "backfill": ("--from http://127.0.0.1:1/ --prefix http://www.xixia.gov.cn/",),
    "backup": ("OUT/copy.db",),
    "browse": ("--port 0", "--port 0 --publish --immutable"),
    "changes": ("", "--follow --limit 1"),
    "compare": ("--region 西霞县", "--agency 西霞县教育局"),
    "crawl": (
        "--dry-run --sites IN/sites",
        "--sites IN/sites --allow-address 127.0.0.0/8",
    ),
    "decide": (f"{URL} --field title --confirmed --reason why --name 某人",),
    "diff": (URL, "西霞县教育局 2021"),
    "export csv": ("OUT/csv",),
    "export judgements": ("OUT/judgements.csv",),
    "export jsonl": ("OUT/jsonl",),
    "export parquet": ("OUT/parquet",),
    "export sqlite": ("OUT/panel.db",),
    "export xlsx": ("OUT/panel.xlsx",),
    "export wacz": ("OUT/visits.wacz",),
    "export warc": ("OUT/warc",),
    "findings": ("", "--group sums --json"),
    "import": ("IN/saved --sites IN/sites --file-times",),
    "merge": ("SOUND",),
    "notify": ("IN/notify.yaml --dry-run",),
    "plan": ("--sites IN/sites",),
    "publish": ("OUT/site",),
    "reread": ("", "--all"),
    "roster": ("--region 西霞县",),
    "search": ("公开",),
    "show": ("西霞县教育局 2021", URL),
    "sites add": (
        "--from IN/homes --sites IN/sites --allow-address 127.0.0.0/8 --delay 0",
    ),
    "sites check": ("--sites IN/sites --allow-address 127.0.0.0/8",),
    "status": ("", "--space", "--check --json"),
    "verify": ("--quick", "--repair --quick", "--quick --write-manifest OUT/manifest"),
}
CALLS = [
    f"{command} {options}".strip()
    for command, variants in ARGUMENTS.items()
    for options in variants
]
WRITING = [
    call
    for call in CALLS
    if call.startswith(
        ("assign http", "backfill", "crawl --sites", "import", "merge", "reread")
    )
]
READING = [call for call in CALLS if call not in WRITING]
# They make a missing archive, or do without one.
WITHOUT_ONE = ("backfill", "crawl", "import", "merge", "plan", "sites")
SITE = """\
id: nowhere
name: 无处
region: null
platform: trs
entries: [{url: "http://127.0.0.1:1/nb/", column: 年报}]
expect: {links: 1}
"""


NOTIFY = """\
channels: {hook: "json://127.0.0.1:1/"}
filters: {all: {send_to: hook}}
"""


def list_commands(
    command: click.Command, context: click.Context, *names: str
) -> Iterator[str]:
    """Yield the names of the commands below one that take an archive."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from list_commands(part, context, *names, name)
    elif any("--archive" in parameter.opts for parameter in command.params):
        yield " ".join(names)


def test_every_command_that_takes_an_archive_is_called_here() -> None:
    assert sorted(ARGUMENTS) == sorted(list_commands(main, click.Context(main)))


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


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a saved page and a site file."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "saved").mkdir()
    page = f"<!-- saved from url=({len(URL):04}){URL} -->\n<p>年报</p>"
    (folder / "saved" / "page.html").write_text(page, "utf-8")
    (folder / "sites").mkdir()
    (folder / "homes").write_text("http://127.0.0.1:1/\n")
    (folder / "notify.yaml").write_text(NOTIFY, "utf-8")
    (folder / "sites" / "nowhere.yml").write_text(SITE, "utf-8")
    return folder


class Hang(BaseException):
    """A command did not end; no handler of the command takes it."""


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """End what hangs."""

    def end(*_: object) -> None:
        raise Hang

    handler = signal.signal(signal.SIGALRM, end)
    signal.alarm(HANG_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)


class Commands:
    """Runs commands on one file, which stands in a folder of its own."""

    def __init__(self, folder: Path, sound: Path, sources: Path) -> None:
        self.sound = sound
        self.path = folder / "unsound" / "unsound.db"
        self.path.parent.mkdir()
        out = folder / "out"
        out.mkdir()
        self.names = {"SOUND": str(sound), "OUT": str(out), "IN": str(sources)}

    @property
    def lock(self) -> Path:
        """The file by which writers keep others out; it stays."""
        return self.path.with_name("unsound.db.lock")

    def make(self, make: Maker) -> None:
        make(self.path, self.sound)

    def allow_all(self) -> None:
        """Give back the rights that were taken from the file and its folder."""
        self.path.parent.chmod(0o755)
        self.path.chmod(0o644)

    def run(self, call: str) -> tuple[int, str]:
        """Run a command in this process; return exit code and output. Exceptions of no kind
        that ends a command are raised.
        """
        words = [self._replace_name(word) for word in call.split()]
        result = CliRunner().invoke(main, [*words, "--archive", str(self.path)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def _replace_name(self, word: str) -> str:
        first, slash, rest = word.partition("/")
        return self.names.get(first, first) + slash + rest


@pytest.fixture
def commands(tmp_path: Path, sound: Path, sources: Path) -> Iterator[Commands]:
    made = Commands(tmp_path, sound, sources)
    yield made
    made.path.parent.chmod(0o755)


@pytest.mark.parametrize("make", NO_ARCHIVES)
@pytest.mark.parametrize("call", CALLS)
def test_a_command_says_what_is_wrong(
    call: str, make: Maker, commands: Commands
) -> None:
    commands.make(make)
    code, output = commands.run(call)
    assert code in (1, 2), output
    assert "Traceback" not in output
    assert "unsound.db" in output or "the archive file" in output


@pytest.mark.parametrize("make", FORBIDDEN)
@pytest.mark.parametrize("call", CALLS)
def test_a_command_says_that_it_has_no_rights(
    call: str, make: Maker, commands: Commands
) -> None:
    commands.make(make)
    is_enough = make is forbid_writing and "--immutable" in call
    if is_enough:
        return  # it would serve the file
    with no_overrides():
        code, output = commands.run(call)
    commands.allow_all()
    assert code == 1, output
    assert "Traceback" not in output
    assert "unsound.db" in output
    assert "rights" in output
    assert commands.path.read_bytes() == commands.sound.read_bytes()
    assert set(commands.path.parent.iterdir()) <= {commands.path, commands.lock}


# Without judgements there is nothing to write.
OUT_CALLS = [
    call for call in CALLS if "OUT/" in call and not call.startswith("export judge")
]


@pytest.mark.parametrize("call", OUT_CALLS)
def test_a_command_says_that_it_may_not_write_there(
    call: str, commands: Commands, tmp_path: Path
) -> None:
    shutil.copy(commands.sound, commands.path)
    out = tmp_path / "out"
    for mode in (0o000, 0o555):
        out.chmod(mode)
        with no_overrides():
            code, output = commands.run(call)
        out.chmod(0o755)
        assert code == 1, output
        assert "Traceback" not in output
        assert "cannot be written" in output
        assert list(out.iterdir()) == []


@pytest.mark.parametrize("make", [*NO_ARCHIVES, *FORBIDDEN, unpack_earlier])
def test_a_merge_of_what_is_no_archive_changes_nothing(
    make: Maker, commands: Commands, tmp_path: Path
) -> None:
    commands.make(make)
    into = tmp_path / "into.db"
    shutil.copy(commands.sound, into)
    with no_overrides():
        result = CliRunner().invoke(
            main, ["merge", str(commands.path), "--archive", str(into)]
        )
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit)
    assert "unsound.db" in result.output
    with Archive(into) as merged, Archive(commands.sound) as before:
        assert count_holdings(merged.db) == count_holdings(before.db)


@pytest.mark.parametrize("call", CALLS)
def test_damaged_pages_are_told_or_not_met(call: str, commands: Commands) -> None:
    if call.startswith(("browse", "crawl --sites", "sites check")):
        return  # they would begin: pages are met later
    commands.make(damage_pages)
    _, output = commands.run(call)
    assert "Traceback" not in output


@pytest.mark.parametrize("call", READING)
def test_of_an_earlier_archive_the_way_to_a_newer_one_is_told(
    call: str, commands: Commands
) -> None:
    """Those that write bring it up to date: tests/crawl/test_earlier_archives.py."""
    commands.make(unpack_earlier)
    before = commands.path.read_bytes()
    code, output = commands.run(call)
    assert code == 1, output
    assert "Traceback" not in output
    assert "unsound.db" in output
    assert "nianbao reread" in output
    assert commands.path.read_bytes() == before


@pytest.mark.parametrize("call", WRITING)
def test_of_two_that_write_the_second_is_refused(call: str, commands: Commands) -> None:
    shutil.copy(commands.sound, commands.path)
    with Archive.create(commands.path) as other:
        before = other.db.execute("PRAGMA data_version").fetchone()
        code, output = commands.run(call)
        after = other.db.execute("PRAGMA data_version").fetchone()
    assert "Traceback" not in output
    assert before == after
    assert code == 1, output
    assert "is writing to it" in output


@pytest.mark.parametrize("call", CALLS)
def test_an_archive_that_another_program_holds(
    call: str, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held as no program of ours does: nobody else may read it."""
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.01)
    if "--immutable" in call:
        return  # it asks for no lock
    shutil.copy(commands.sound, commands.path)
    with closing(sqlite3.connect(commands.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE runs SET end_reason = end_reason")
        code, output = commands.run(call)
    assert code == 1, output
    assert "Traceback" not in output
    assert "another program holds the archive" in output


@pytest.mark.parametrize(
    "call", [call for call in CALLS if not call.startswith(WITHOUT_ONE)]
)
def test_no_command_makes_an_archive_that_it_needs(
    call: str, commands: Commands
) -> None:
    code, output = commands.run(call)
    assert code == 1, output
    assert "no such file" in output
    assert list(commands.path.parent.iterdir()) == []
