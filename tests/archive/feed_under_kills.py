"""A consumer of the feed and the writer of the archive, both killed with SIGKILL at random moments.

    python -m tests.archive.feed_under_kills FOLDER --kills 100 --seed 1

The consumer keeps its cursor in the same transaction as what it made of the line. It is killed
when it has dealt with some lines, a random moment later; now and then the writer is killed too.
In the end each line of the feed must have come to the consumer exactly once, in order.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from nianbao.archive import Archive, verify
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Finding
from tests.conftest import make_reading
from tests.kills import run_command

SITE = ArchivedSite("xixia", "西霞县", "trs", "样例省西霞县", None, 1, 1)
PAGES = 6
TEXTS = ("one", "two", "three", None)
FINDINGS = {"two": (Finding("req.row_total", "error", "3 + 1 against 5"),)}
WRITER_TOO = 6  # of so many kills of the consumer, one is followed by one of the writer


def write(path: Path, seed: int) -> None:
    """Crawl without end: pages come, change, go and come back, with findings and without."""
    dice = random.Random(seed)
    with Archive.create(path) as archive:
        while True:
            crawl(archive, dice)


def crawl(archive: Archive, dice: random.Random) -> None:
    """Visit all pages once, each showing whatever the dice say."""
    run_id = archive.begin_run("0.1.0", {"run": dice.random()})
    archive.begin_sites(run_id, [SITE])
    (before,) = archive.db.execute("SELECT count(*) FROM visits").fetchone()
    for number in range(PAGES):
        text, at = dice.choice(TEXTS), before + number
        capture = Capture(
            site=SITE.id,
            url=f"http://xixia.localhost/{number}.html",
            role="report",
            outcome="fetched" if text else "not_found",
            visited_at=f"2026-01-{1 + at // 86400:02}T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}.000Z",
            status=200 if text else 404,
            payload=text.encode() if text else None,
        )
        visit_id, unread = archive.store_capture(run_id, capture)
        if unread and text:
            archive.store_reading(
                visit_id, make_reading(text, findings=FINDINGS.get(text, ()))
            )
    archive.end_site(run_id, SITE.id, "finished", 1, lists_whole=True)
    archive.end_run(run_id, "finished", {})


def opened(path: Path) -> sqlite3.Connection:
    """Open the consumer's own database."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(
        "CREATE TABLE IF NOT EXISTS seen (n INTEGER PRIMARY KEY, id INTEGER, line TEXT)"
    )
    return db


def consume(
    path: Path, own: Path, done: Callable[[], object], wait: Callable[[float], object]
) -> None:
    """Follow the feed from where the last consumer was; each line and the cursor are one
    transaction.
    """
    with Archive(path) as archive, closing(opened(own)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS cursor (id INTEGER NOT NULL)")
        (cursor,) = db.execute("SELECT coalesce(max(id), 0) FROM cursor").fetchone()
        done()
        for change in archive.follow(cursor, wait=wait):
            db.execute("BEGIN")
            line = json.dumps(
                [
                    change.kind,
                    change.url,
                    change.version,
                    change.finding and change.finding.rule,
                ]
            )
            db.execute("INSERT INTO seen (id, line) VALUES (?, ?)", [change.id, line])
            db.execute("DELETE FROM cursor")
            db.execute("INSERT INTO cursor VALUES (?)", [change.id])
            db.execute("COMMIT")
            done()


def child(work: Callable[[], object]) -> int:
    """Start a process that does some work and ends."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, "it ended by itself"


class Nothing(Exception):
    """There is nothing more to come."""


def nothing_more(_seconds: float) -> None:
    raise Nothing


def run(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill, then compare; return the lines of the feed, and how many of the kills came amid
    work.
    """
    dice, path, own = random.Random(seed), folder / "archive.db", folder / "consumer.db"
    Archive.create(path).close()
    writer, writers, amid = child(partial(write, path, seed)), 1, 0
    try:
        for number in range(kills):
            lines = dice.randint(1, 4)
            kill_consumer(path, own, lines, dice.uniform(0, 0.004))
            amid += lines > 1
            if number % WRITER_TOO == 0:
                kill(writer)
                writer, writers = (
                    child(partial(write, path, seed + writers)),
                    writers + 1,
                )
    finally:
        kill(writer)
    with Archive.create(path) as archive:
        archive.begin_run(
            "0.1.0", {"the last": True}
        )  # what was cut off is ended and told
    with suppress(Nothing):
        consume(path, own, lambda: None, nothing_more)
    return compare(path, own) | {"kills": kills, "amid": amid, "writers": writers}


def kill_consumer(path: Path, own: Path, lines: int, seconds: float) -> None:
    """Start a consumer and kill it when it has opened its database and dealt with some lines,
    seconds later.
    """
    reading, writing = os.pipe()
    consumer = child(
        partial(
            consume,
            path,
            own,
            lambda: os.write(writing, b"."),
            lambda _: time.sleep(0.002),
        )
    )
    for _ in range(lines):
        os.read(reading, 1)
    time.sleep(seconds)
    kill(consumer)
    os.close(reading)
    os.close(writing)


def compare(path: Path, own: Path) -> dict[str, int]:
    """Raise AssertionError unless each line of the feed came exactly once, in order."""
    with Archive(path) as archive, closing(opened(own)) as db:
        seen = db.execute("SELECT id, line FROM seen ORDER BY n").fetchall()
        fed = list(told(archive))
        assert [id_ for id_, _ in fed] == list(range(1, len(fed) + 1)), (
            "the feed has a gap"
        )
        assert seen == fed
        report = verify.check_archive(archive)
        assert report.ok, report.damages
        return {
            "lines": len(fed),
            "kinds": len({line.kind for line in archive.changes()}),
        }


def told(archive: Archive) -> Iterator[tuple[int, str]]:
    for change in archive.changes():
        told = [
            change.kind,
            change.url,
            change.version,
            change.finding and change.finding.rule,
        ]
        yield change.id, json.dumps(told)


if __name__ == "__main__":
    run_command(run, kills=100)
