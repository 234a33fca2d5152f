"""`make soak ARGS="--command NAME"`: a command that writes, killed and stopped at random moments.

Each trial begins with fresh files. The command is started, gets SIGKILL or SIGTERM after a random
time, and then is run again to its end. After the signal nothing is lost, nothing half stands
under a finished name, and SIGTERM leaves nothing unfinished; after the second run all is as if
nobody had disturbed the first.

A command is started by a fork of a process that has imported all of it, so that the moments are
those of its work.
"""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from nianbao.archive import Archive, verify
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture
from nianbao.archive.storage.atomic_files import WORKSPACE
from nianbao.crawler.commands import cli
from nianbao.crawler.commands.read_pages import open_rebuild
from tests.archive.sound_archive import pages
from tests.conftest import Crawl, make_reading
from tests.crawl import soak_judgements, soak_services, soak_sites
from tests.crawl.command_forks import Fork, command_forks
from tests.crawl.commands import content

LONGEST_SECONDS = 300
TEMPORARY = "temporary"  # the folder of a trial for temporary files
SITE = ArchivedSite(
    "xixia",
    "西霞县",
    "trs",
    "样例省北原市西霞县",
    "990101",
    1,
    1,
    hosts=("x.localhost",),
)
# What `verify --quick` sees and can repair.
DAMAGE = "UPDATE versions SET number = number + 7"


@dataclass(frozen=True)
class SoakedCommand:
    """A command: its words, in which a name of a file is below the folder of a trial.

    `files` are the materials that a trial begins with, by the names they have there; `again` are
    words for the second run; `outcome` returns what has come of it. What is written under the
    finished name is all of it, unless `check_part` checks what a stop may leave there.
    """

    words: str
    outcome: Callable[[Path], Any]
    files: dict[str, str] = field(default_factory=lambda: {"archive.db": "whole.db"})
    again: str = ""
    check_part: Callable[[Path, Any], None] | None = None


def read_archive(path: Path) -> Any:
    """Return all that an archive holds, but for ids and times."""
    return content(path)


def read_files(path: Path) -> dict[str, bytes]:
    """Return the files of an export by their names, which is the same at every export."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if path.is_file():
        files = [path]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the lines of a manifest but for the one with its time."""
    lines = path.read_text("utf-8").splitlines()
    return {str(n): line for n, line in enumerate(lines) if "written at" not in line}


def check_payloads(folder: Path, expected: dict[str, bytes]) -> None:
    """Check that each payload that is there is whole."""
    for name, data in read_files(folder).items():
        if WORKSPACE not in name:
            assert data == expected[name]


COMMANDS: dict[str, SoakedCommand] = {
    "import": SoakedCommand(
        "import ./captures --archive ./archive.db",
        read_archive,
        {"captures": "captures"},
    ),
    "merge": SoakedCommand(
        "merge ./other.db --archive ./archive.db",
        read_archive,
        {"archive.db": "first.db", "other.db": "second.db"},
    ),
    "reread": SoakedCommand("reread --all --archive ./archive.db", read_archive),
    "assign": SoakedCommand(
        "assign URL --year 2003 --reason why --archive ./archive.db", read_archive
    ),
    "repair": SoakedCommand(
        "verify --repair --quick --archive ./archive.db",
        read_archive,
        {"archive.db": "damaged.db"},
    ),
    "backup": SoakedCommand(
        "backup ./target --archive ./archive.db",
        read_archive,
        {"archive.db": "played.db"},
        again="--force",
    ),
}
COMMANDS["publish"] = SoakedCommand(
    "publish ./target --archive ./archive.db", read_files, {"archive.db": "whole.db"}
)
COMMANDS["manifest"] = SoakedCommand(
    "verify --write-manifest ./target --archive ./archive.db", read_manifest
)
COMMANDS["payloads"] = SoakedCommand(
    "verify --quick --payloads ./target --archive ./archive.db",
    read_files,
    check_part=check_payloads,
)
COMMANDS["decide"] = SoakedCommand(
    soak_judgements.WORDS,
    soak_judgements.read_judgements,
    {"archive.db": "played.db"},
    check_part=soak_judgements.check_judgements,
)
COMMANDS["export-judgements"] = SoakedCommand(
    "export judgements ./target.csv --notes ./notes --archive ./archive.db",
    read_files,
    {"archive.db": "played.db", "notes": "notes"},
)
COMMANDS["backfill"] = SoakedCommand(
    "backfill --from INDEX --prefix http://xixia.localhost:8620/ --sites ./sites"
    " --per-minute 60000 --archive ./archive.db",
    soak_services.read_filled_archive,
    {"archive.db": "first.db", "sites": "no-sites"},
)
COMMANDS["notify"] = SoakedCommand(
    "notify ./notify.yaml --state ./target --archive ./archive.db",
    soak_services.read_positions,
    {"archive.db": "played.db", "notify.yaml": "notify.yaml"},
    check_part=soak_services.check_positions,
)
COMMANDS["sites-check"] = SoakedCommand(
    soak_sites.CHECK_WORDS,
    soak_sites.read_checks,
    {"target": "sites"},
    check_part=soak_sites.check_checks,
)
COMMANDS["sites-add"] = SoakedCommand(
    soak_sites.WORDS,
    soak_sites.read_sites,
    {"homes.txt": "homes.txt", "target": "no-sites"},
    check_part=soak_sites.check_sites,
)
for kind in ("csv", "jsonl", "parquet", "sqlite", "xlsx", "warc", "wacz"):
    COMMANDS[f"export-{kind}"] = SoakedCommand(
        f"export {kind} ./target --archive ./archive.db",
        read_files,
        {"archive.db": "played.db"},
        again="--force",
    )


class Materials:
    """What trials begin with, made when it is first wanted: archives of a dozen pages of the
    sample province, an export of one, and an archive of pages whose readings are made by hand.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.url = min(pages(2))
        self.index = ""  # the address of a web archive's index, when it is served

    def get(self, name: str) -> Path:
        """Return a file or folder; make it if need be."""
        path = self.folder / name
        if not path.exists():
            make: dict[str, Callable[[Path], Any]] = {
                "whole.db": partial(self._make_archive, (1, 2)),
                "first.db": partial(self._make_archive, (1,)),
                "second.db": partial(self._make_archive, (2,)),
                "played.db": self._play,
                "damaged.db": self._damage,
                "captures": self._export,
                "homes.txt": soak_sites.write_homes,
                "no-sites": Path.mkdir,
                "sites": soak_sites.write_sites,
                "notes": self._judge,
                "notify.yaml": soak_services.write_notify_file,
            }
            make[name](path)
        return path

    def _play(self, path: Path) -> None:
        with Archive.create(path) as archive:
            crawl = Crawl(archive, make_reading)
            for run in range(2):
                texts = {f"http://x/{n}": f"{n // (run + 1)}" * 99 for n in range(150)}
                crawl.run(dict(texts))
            archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _judge(self, path: Path) -> None:
        soak_judgements.write_notebook(self.get("played.db"), path)

    def _damage(self, path: Path) -> None:
        shutil.copy(self.get("whole.db"), path)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(DAMAGE)

    def _export(self, path: Path) -> None:
        words = ["export", "warc", str(path), "--archive", str(self.get("whole.db"))]
        cli.main(words, standalone_mode=False)

    def _make_archive(self, states: tuple[int, ...], path: Path) -> None:
        with open_rebuild() as rebuild, Archive.create(path) as archive:
            for state in states:
                self._crawl(archive, state)
                assert rebuild.catch_up(archive, lambda _done, _total: None) == []
            archive.finalize()
            archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _crawl(self, archive: Archive, state: int) -> None:
        run_id = archive.begin_run("0.1.0", {"state": state})
        archive.begin_sites(run_id, [SITE])
        for minute, (url, body) in enumerate(sorted(pages(state).items())):
            capture = Capture(
                site=SITE.id,
                url=url,
                role="report",
                outcome="fetched",
                visited_at=f"2026-0{state}-01T00:{minute:02}:00.000Z",
                status=200,
                headers=(("Content-Type", "text/html"),),
                payload=body,
            )
            archive.store_capture(run_id, capture)
        archive.end_site(run_id, SITE.id, "finished", 10, lists_whole=True)
        archive.end_run(run_id, "finished", {})

    def serve_index(self) -> str:
        """Serve the pages of the second state as a web archive; return where its index is."""
        self.index = self.index or soak_services.serve_state(2)
        return self.index

    def lay_out(self, command: SoakedCommand, folder: Path) -> None:
        """Make the folder of a trial."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, source in command.files.items():
            path = self.get(source)
            if path.is_dir():
                shutil.copytree(path, folder / name)
            else:
                shutil.copy(path, folder / name)


def say_at_once(line: str) -> None:
    """Print a line that can be read at once, also in a file."""
    print(line, flush=True)


@dataclass
class CommandSoak:
    """Kills and stops of one command, drawn from a seed. Raises AssertionError."""

    name: str
    materials: Materials
    folder: Path
    seed: int
    say: Callable[[str], None] = say_at_once
    hits: int = 0  # signals that came before the command had ended

    def __post_init__(self) -> None:
        self.command = COMMANDS[self.name]
        self.moments = random.Random(self.seed)

    def run(self, kills: int, terms: int) -> None:
        """Disturb the command so often; signals that came too late are not counted."""
        self._lay_out()
        began = time.monotonic()
        assert self._end(self._start()) == 0, self._log()
        self.seconds = time.monotonic() - began
        self.expected = self.command.outcome(self._target())
        for number, wanted in ((signal.SIGKILL, kills), (signal.SIGTERM, terms)):
            self.hits = 0
            while self.hits < wanted:
                self._disturb(number)
            self.say(f"{self.name}: {self.hits} {number.name}: nothing lost")

    def _lay_out(self) -> None:
        self.materials.lay_out(self.command, self.folder)
        self._temporary_folder().mkdir()

    def _target(self) -> Path:
        """Return the file or folder that the command writes."""
        names = [word for word in self.command.words.split() if "./target" in word]
        return self.folder / (names[0] if names else "archive.db")

    def _disturb(self, number: signal.Signals) -> None:
        self._lay_out()
        process = self._start()
        time.sleep(self.moments.uniform(0, self.seconds))
        process.send_signal(number)
        status = self._end(process)
        if status == 0:
            # it had ended: it takes less time than it seemed, on a machine that was busier
            self.seconds *= 0.9
            return
        self.hits += 1
        if self.hits % 10 == 0:
            self.say(f"{self.name}: {number.name} {self.hits}")
        self._check_after(number)
        status = self._end(self._start(again=True))
        where = f"after {number.name} {self.hits}, seed {self.seed}"
        assert status == 0, f"{where}: {self._log()}"
        assert self._list_unfinished() == [], where
        outcome = self.command.outcome(self._target())
        assert outcome == self.expected, (
            f"{where}: {list_differences(outcome, self.expected)}"
        )

    def _check_after(self, number: signal.Signals) -> None:
        """Check what stands there: whole files under their names, and archives."""
        where = f"after {number.name} {self.hits}, seed {self.seed}"
        assert "Traceback" not in self._log(), f"{where}: {self._log()}"
        if number == signal.SIGTERM:
            assert self._list_unfinished() == [], where
        target = self._target()
        if target.stem == "target" and target.exists():
            self._check_target(target, where)
        for path in self.folder.glob("*.db"):
            self._check_archive(path, where)

    def _check_target(self, target: Path, where: str) -> None:
        if self.command.check_part is not None:
            self.command.check_part(target, self.expected)
            return
        assert self.command.outcome(target) == self.expected, where

    def _check_archive(self, path: Path, where: str) -> None:
        """Check that an archive is whole, and has what it had."""
        source = self.command.files.get(path.name)
        with Archive(path) as archive:
            report = verify.check_archive(archive)
            visits = list_visits(archive)
        assert report.ok or source == "damaged.db", f"{where}: {report.damages}"
        if source is not None:
            with Archive(self.materials.get(source)) as before:
                assert list_visits(before) <= visits, where

    def _list_unfinished(self) -> list[str]:
        unfinished = [*self._temporary_folder().iterdir()]
        unfinished += [p for p in self.folder.rglob("*") if WORKSPACE in p.name]
        return [path.name for path in unfinished]

    # --- processes ------------------------------------------------------------------------

    def _start(self, *, again: bool = False) -> Fork:
        """Start the command in a fork."""
        words = f"{self.command.words} {self.command.again if again else ''}".split()
        arguments = [self._replace_name(word) for word in words]
        return command_forks().start(
            arguments, self._log_path(), TMPDIR=str(self._temporary_folder())
        )

    def _temporary_folder(self) -> Path:
        return self.folder / TEMPORARY

    def _replace_name(self, word: str) -> str:
        if word == "URL":
            return self.materials.url
        if word == "INDEX":
            return self.materials.serve_index()
        return str(self.folder / word[2:]) if word.startswith("./") else word

    def _end(self, process: Fork) -> int:
        """Wait for the end of a process; return its status as a shell has it."""
        try:
            return process.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise AssertionError(f"{self.name} does not end: {self._log()}") from error

    def _log_path(self) -> Path:
        return self.folder.with_suffix(".log")

    def _log(self) -> str:
        return self._log_path().read_text()


def list_differences(outcome: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return the names of the tables or files that differ."""
    names = sorted({*outcome, *expected})
    return [name for name in names if outcome.get(name) != expected.get(name)]


def list_visits(archive: Archive) -> set[tuple[Any, ...]]:
    query = "SELECT url, visited_at, role, outcome, payload_sha256 FROM visits"
    return set(archive.db.execute(query).fetchall())


def soak_commands(
    folder: Path, names: list[str], kills: int, terms: int, seed: int
) -> None:
    """Disturb commands; print what came of each. Raises AssertionError."""
    if not names:
        return
    materials = Materials(folder / "materials")
    for name in names:
        CommandSoak(name, materials, folder / name, seed).run(kills, terms)
