"""`make soak`: crawls killed with SIGKILL at random moments, or stopped with SIGTERM, the archive
checked after each; `test_kills` runs a few. `--command` does it to another command
(tests/crawl/soak_commands.py).

The sample province is crawled over and over, its two states in turn, by processes that are
killed: while they open the archive, about a random visit, at any time, and when a site has just
been settled. A crawl that ends before its kill came, or after some kills, is followed by the
next one. The archive must be whole after each kill; after each crawl it must hold what an
archive holds whose crawls nobody disturbed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nianbao.archive import Archive, verify
from nianbao.archive.errors import ArchiveMissing
from nianbao.crawler.commands.crawl import LOOPBACK, sample_sites
from nianbao.crawler.commands.read_pages import open_rebuild
from nianbao.sample.server import serve
from tests.crawl.command_forks import Fork, command_forks
from tests.crawl.commands import content, select_sites
from tests.crawl.soak_commands import COMMANDS, soak_commands

KINDS = {
    "opening": 2,
    "visit": 5,
    "time": 1,
    "settling": 2,
}  # of moments, and how often they are taken
COUNTED = {  # what is counted until the moment has come: up to what the undisturbed archive has
    "visit": "SELECT count(*) FROM visits",
    "settling": "SELECT count(*) FROM site_runs WHERE ended_at IS NOT NULL",
}


NAMES = ("crawl", *COMMANDS)

# A crawl that is gone on with asks again for what it was not given.
ASKED_AGAIN = ("blocked", "replaced", "http_error", "network_error")


def _drop_repeats(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows of a table without the repeated visits that were in vain."""
    kept: list[tuple[Any, ...]] = []
    for row in rows:
        is_in_vain = any(outcome in row for outcome in ASKED_AGAIN)
        if not (is_in_vain and kept and kept[-1] == row):
            kept.append(row)
    return kept


@dataclass
class Soak:
    """Kills, and stops after them, drawn from a seed. `say` is told what happened, a line at a
    time.
    """

    folder: Path
    kills: int
    seed: int
    say: Callable[[str], None] = print
    hit: Counter[str] = field(default_factory=Counter)
    crawls: int = 0
    terms: int = 0  # stops by SIGTERM
    most: int = 8  # kills in one crawl; then it may end, and the next one begins
    seconds: float = 5.0  # that a crawl takes from opening the archive to its end
    only: tuple[str, ...] = ()  # sites of the province; all where none is named

    def __post_init__(self) -> None:
        self.moments = random.Random(self.seed)
        self.undisturbed = self.folder / "undisturbed.db"
        self.killed = self.folder / "killed.db"
        self._log = self.folder / "crawl.log"

    def run(self) -> None:
        """Kill and stop until all of them have hit; raise AssertionError when the archive is not
        what it should be.
        """
        wanted = self.kills + self.terms
        with serve(1, port=0) as server:
            sites = sample_sites(server.port, self.folder)
            while self.hit.total() < wanted:
                server.state = self.crawls % 2 + 1
                self.seconds = self._undisturbed(sites)
                most = min(wanted, self.hit.total() + self.most)
                while self.hit.total() < most and self._runs_ended() == self.crawls:
                    self._kill(sites)
                if self._runs_ended() == self.crawls:
                    with self._crawl(self.killed, sites) as process:
                        self._end(process)
                self.crawls += 1
                self._compare()
        self._rebuild()

    @contextmanager
    def _crawl(self, path: Path, sites: Path) -> Iterator[Fork]:
        arguments = (
            "--sites",
            sites,
            "--allow-address",
            LOOPBACK,
            "--archive",
            path,
            "--json",
            *select_sites(self.only),
        )
        words = ["crawl", *map(str, arguments)]
        process = command_forks().start(words, self._log)
        try:
            yield process
        finally:
            process.kill()
            process.wait(300)

    def _undisturbed(self, sites: Path) -> float:
        with self._crawl(self.undisturbed, sites) as process:
            _opened(self.undisturbed, process)
            began = time.monotonic()
            self._end(process)
            return time.monotonic() - began

    def _end(self, process: Fork) -> None:
        assert process.wait(300) == 0, self._log.read_text()

    def _runs_ended(self) -> int:
        return _count(
            self.killed, "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL"
        )

    def _kill(self, sites: Path) -> None:
        """Start a crawl and kill it, unless it ends before its moment; check the archive."""
        kind = self.moments.choices(list(KINDS), list(KINDS.values()))[0]
        with self._crawl(self.killed, sites) as process:
            _opened(self.killed, process)
            self._wait(kind, process)
            number = self._next_signal()
            process.send_signal(number)
            status = process.wait(300)
        if status == 0 or self._runs_ended() > self.crawls:
            return
        log = self._log.read_text()
        assert "Traceback" not in log, log
        # a crawl that is stopped ends by itself, unless it has not begun
        stopped = (1, 128 + number, -number)
        allowed = stopped if number == signal.SIGTERM else (-number,)
        assert status in allowed, log
        self.hit[kind] += 1
        self.say(
            f"{number.name} {self.hit.total()} of {self.kills + self.terms}, {kind},"
            f" in crawl {self.crawls + 1}: {self._checked()}"
        )

    def _next_signal(self) -> signal.Signals:
        return signal.SIGKILL if self.hit.total() < self.kills else signal.SIGTERM

    def _wait(self, kind: str, process: Fork) -> None:
        """Wait for the moment of a kill, or for the end of the process."""
        pause = self.moments.uniform(0, self.seconds if kind == "time" else 0.05)
        if kind in COUNTED:
            query, done = COUNTED[kind], _count(self.killed, COUNTED[kind])
            wanted = self.moments.randint(
                done + 1, max(done + 1, _count(self.undisturbed, query))
            )
            while _count(self.killed, query) < wanted and process.poll() is None:
                time.sleep(0.001)
        until = time.monotonic() + pause
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.001)

    def _checked(self) -> str:
        try:
            with Archive(self.killed) as archive:
                report = verify.check_archive(archive)
        except ArchiveMissing:
            return "nothing written yet"
        assert report.ok, (
            f"damaged after kill {self.hit.total()}, seed {self.seed}: {report.damages}"
        )
        return f"whole, {report.checked['visits']} visits"

    def _compare(self) -> None:
        found, expected = content(self.killed), content(self.undisturbed)
        for table, rows in expected.items():
            assert _drop_repeats(found[table]) == _drop_repeats(rows), (
                f"{table} differs after kill {self.hit.total()}, seed {self.seed}"
            )
        assert feed(self.killed) == feed(self.undisturbed), (
            f"the feed differs, seed {self.seed}"
        )

    def _rebuild(self) -> None:
        with open_rebuild() as rebuild, Archive(self.killed) as archive:
            report = verify.check_archive(archive, rebuild=rebuild)
        assert report.ok, f"damaged at the end, seed {self.seed}: {report.damages}"
        assert not report.notes, report.notes


def feed(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the feed by site, in order; sites end in the order they happen to."""
    lines: dict[str, list[tuple[Any, ...]]] = {}
    with Archive(path) as archive:
        for change in archive.changes():
            told = (
                change.kind,
                change.url,
                change.version,
                change.moved_to,
                change.run_id,
                change.finding,
            )
            lines.setdefault(change.site, []).append(told)
    return lines


def _opened(path: Path, process: Fork) -> None:
    """Wait until the process has taken the archive's lock, or has ended."""
    lock = path.with_name(path.name + ".lock")
    while process.poll() is None and not (
        lock.exists() and lock.read_text() == str(process.pid)
    ):
        time.sleep(0.001)


def _count(path: Path, query: str) -> int:
    """Return what a query counts; 0 while the tables are being made."""
    try:
        with closing(
            sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        ) as db:
            count: int = db.execute(query).fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    return count


def main() -> None:
    """Run the soak; exit code 1 and the files left where they are when something was not what it
    should be.
    """
    parser = argparse.ArgumentParser(
        description="Kill and stop a command at random moments and check what it writes."
    )
    parser.add_argument("--command", choices=NAMES, action="append")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--terms", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="nianbao-soak-"))
    began = time.monotonic()
    chosen = options.command or ["crawl"]
    try:
        if "crawl" in chosen:
            soak_crawls(folder, options.kills, options.terms, options.seed)
        others = [name for name in chosen if name != "crawl"]
        soak_commands(folder, others, options.kills, options.terms, options.seed)
    except AssertionError as error:
        sys.exit(f"failed; the files are in {folder}\n{error}")
    print(f"seed {options.seed}, {time.monotonic() - began:.0f} s")
    shutil.rmtree(folder)


def soak_crawls(folder: Path, kills: int, terms: int, seed: int) -> None:
    """Disturb crawls; print what came of it. Raises AssertionError."""
    soak = Soak(folder, kills, seed, terms=terms)
    soak.run()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(soak.hit.items()))
    print(
        f"crawl: {kills} SIGKILL, {terms} SIGTERM ({kinds}) over {soak.crawls} crawls:"
        " nothing lost, the archive equals the undisturbed one"
    )


if __name__ == "__main__":
    main()
