"""Commands in processes of their own, stopped by signals: nothing unfinished stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from tests.conftest import Crawl
from tests.crawl.capture_server import Held, serve_captures
from tests.crawl.commands import nianbao
from tests.crawl.soak_services import NOTIFY_FILE

URL = "http://xixia.localhost/a.html"
COMMANDS = (
    ("export", "csv"),
    ("export", "jsonl"),
    ("export", "parquet"),
    ("export", "sqlite"),
    ("export", "xlsx"),
    ("export", "warc"),
    ("export", "wacz"),
    ("backup",),
)
# What all of them do at each signal is done by turns; with SIGNALS=all by each at each.
IS_WHOLE = os.environ.get("SIGNALS") == "all"
# Ctrl-C ends a command as click ends it
EXIT_CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 1}
# The command, which waits for a line on standard input as soon as it has begun to write: while
# something is written or at the latest when it is flushed.
SCRIPT = """
import sys
from pathlib import Path
from nianbao.archive.storage import atomic_files
from nianbao.crawler.commands.cli import main
from nianbao.crawler.progress import Steps

calls = []


def wait():
    if not calls and list(Path().rglob("*.nianbao-part-*")):
        calls.append("")
        print("unfinished", flush=True)
        sys.stdin.readline()


def flush_to_disk(path, flush=atomic_files.flush_to_disk):
    wait()
    flush(path)


def update(self, *values, update=Steps.update):
    wait()
    update(self, *values)


atomic_files.flush_to_disk = flush_to_disk
Steps.update = update
main()
"""


@pytest.fixture
def archive(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    crawl.run({URL: "one", f"{URL}?x=2": "two"})
    path = tmp_path_factory.mktemp("archive") / "archive.db"
    nianbao("backup", path, "--archive", crawl.archive.path)
    return path


@contextmanager
def begun(
    command: tuple[str, ...],
    archive: Path,
    folder: Path,
    *options: str,
    target: str = "target",
    nohup: bool = False,
) -> Iterator[subprocess.Popen[str]]:
    """Start a command that writes a target in a folder, and wait until it has begun to write.

    The folder is that for temporary files, too.
    """

    def prepare() -> None:
        for number in EXIT_CODES:
            signal.signal(number, signal.SIG_DFL)
        if nohup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    folder.mkdir(exist_ok=True)
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            SCRIPT,
            *command,
            target,
            "--archive",
            archive,
            *options,
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": root, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "unfinished\n"
            assert len(list_unfinished(folder)) == 1
            yield process
        finally:
            process.kill()


def by_turns(choices: Iterable[Any]) -> list[Any]:
    """Return each command with one of the choices, all of them in the end."""
    every = tuple(choices)
    return [
        pytest.param(command, choice, id=f"{' '.join(command)}-{choice}")
        for number, command in enumerate(COMMANDS)
        for choice in (every if IS_WHOLE else (every[number % len(every)],))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "number"), by_turns(EXIT_CODES))
def test_a_signal_leaves_nothing_unfinished(
    command: tuple[str, ...], number: signal.Signals, archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with begun(command, archive, folder) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == EXIT_CODES[number], out + err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert err.strip().count("\n") == 0
    assert list(folder.iterdir()) == []


def list_unfinished(folder: Path) -> list[Path]:
    return list(folder.rglob("*.nianbao-part-*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("verify", "--quick", "--write-manifest"),
        ("verify", "--quick", "--payloads"),
        ("verify", "--write-manifest"),
    ],
    ids=" ".join,
)
def test_a_stopped_verify_leaves_nothing_unfinished(
    command: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    """Nor the copy of the archive that it compares with."""
    _stop(command, archive, tmp_path / "out", "target")


@pytest.mark.slow
def test_a_stopped_notify_leaves_nothing_unfinished(
    archive: Path, tmp_path: Path
) -> None:
    """It is stopped before it sends anything."""
    file = tmp_path / "notify.yaml"
    file.write_text(NOTIFY_FILE.format(port=1), "utf-8")
    _stop(("notify", str(file), "--state"), archive, tmp_path / "out", "target")


@pytest.mark.slow
def test_a_stopped_backfill_leaves_nothing_unfinished(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / "sites").mkdir(parents=True)
    with serve_captures([Held(URL, "20210301000000", b"one")]) as server:
        words = ("backfill", "--sites", "sites", "--prefix", URL, "--from")
        _stop(words, folder / "a.db", folder, server.base)


def _stop(command: tuple[str, ...], archive: Path, folder: Path, target: str) -> None:
    with begun(command, archive, folder, target=target) as process:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == EXIT_CODES[signal.SIGTERM], out + err
    assert "Traceback" not in err
    assert list_unfinished(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_stopped_command_leaves_what_was_there(
    command: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    nianbao(*command, folder / "target", "--archive", archive)
    before = read_all(folder)
    with begun(command, archive, folder, "--force") as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert read_all(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_kill_leaves_is_removed_by_the_next(
    command: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with begun(command, archive, folder) as process:
        # beside a living process the next one works on its own
        nianbao(*command, folder / "target", "--archive", archive)
        assert len(list(folder.iterdir())) == 2
        process.kill()
        process.communicate(timeout=60)
    assert len(list(folder.iterdir())) == 2
    nianbao(*command, folder / "target", "--archive", archive, "--force")
    assert [path.name for path in folder.iterdir()] == ["target"]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "force"), by_turns([True, False]))
def test_of_two_at_once_the_later_refuses_or_replaces_a_whole_one(
    command: tuple[str, ...], force: bool, archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with begun(command, archive, folder, *["--force"] * force) as process:
        nianbao(*command, folder / "target", "--archive", archive)
        before = read_all(folder / "target")
        _, err = process.communicate("\n", timeout=60)
    assert process.returncode == (0 if force else 1)
    assert force or "there is" in err
    assert "Traceback" not in err
    assert [path.name for path in folder.iterdir()] == ["target"]
    if command != ("export", "wacz"):
        assert read_all(folder / "target") == before


@pytest.mark.slow
def test_a_hangup_that_is_ignored_stays_ignored(archive: Path, tmp_path: Path) -> None:
    """As nohup has it: the export goes on."""
    folder = tmp_path / "out"
    with begun(("export", "csv"), archive, folder, nohup=True) as process:
        process.send_signal(signal.SIGHUP)
        out, err = process.communicate("\n", timeout=60)
    assert process.returncode == 0, out + err
    assert [path.name for path in folder.iterdir()] == ["target"]


@pytest.mark.slow
def test_the_archive_is_whole_after_all_that(archive: Path, tmp_path: Path) -> None:
    with begun(("export", "csv"), archive, tmp_path / "out") as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    with Archive(archive) as opened:
        assert len(list(opened.versions())) == 2


def read_all(path: Path) -> dict[str, bytes]:
    files = [file for file in path.rglob("*") if file.is_file()]
    if path.is_file():
        files = [path]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}
