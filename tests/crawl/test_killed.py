"""A crawl killed at arbitrary moments and started again ends in the archive of an undisturbed one."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from archive import Archive
from tests.crawl.world import content, crawl_sample, free_port, start

KILLS = 10
SEED = 20260101


def visits(archive: Path) -> int:
    """Count the visits stored so far; none while there is no archive yet."""
    if not archive.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
            count: int = db.execute("SELECT count(*) FROM visits").fetchone()[0]
    except sqlite3.OperationalError:  # the tables are being made
        return 0
    return count


def test_ten_kills_lose_nothing(tmp_path: Path) -> None:
    port = free_port()
    undisturbed, killed = tmp_path / "undisturbed.db", tmp_path / "killed.db"
    total = crawl_sample(undisturbed, port, 1)["visits"]
    moments = random.Random(SEED)
    marks = sorted(moments.randrange(total * 4 // 5) for _ in range(KILLS))
    for mark in marks:
        with start("crawl", "--sample", "--port", str(port), "--archive", killed, "--json") as process:
            while visits(killed) < mark and process.poll() is None:
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert process.returncode == -signal.SIGKILL, f"the crawl had ended before visit {mark} of {total}"
    crawl_sample(killed, port, 1)
    found, expected = content(killed), content(undisturbed)
    for table, rows in expected.items():
        assert found[table] == rows, f"{table} differs after {KILLS} kills at {marks}"
    with Archive(killed) as archive:
        assert archive.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        for (sha256,) in archive.db.execute("SELECT sha256 FROM blobs").fetchall():
            archive.payload(sha256)
