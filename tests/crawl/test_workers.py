"""Two workers at one Redis, one of them killed: together they see what one crawl sees, one
request at a time.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.crawler.commands.crawl import LOOPBACK, SAMPLE_SITES, sample_sites
from nianbao.sample.server import Server, serve
from tests.crawl.commands import content, free_port, nianbao, start
from tests.kept_samples import FEW_SITES

# some for each worker
SITES = (*FEW_SITES, "zaiti", "yuanhe", "fuyan", "nianhe")
DERIVED = ("documents", "versions", "readings", "figures", "reports")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis server of Debian; yield its address."""
    if shutil.which("redis-server") is None and not os.environ.get("CI"):
        pytest.skip("needs redis-server")
    port = free_port()
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert any("Ready to accept connections" in line for line in process.stdout)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.stdout.read()


class Watch:
    """Counts the requests that each host of the sample answers at one time."""

    def __init__(self, server: Server) -> None:
        self.most: Counter[str] = Counter()
        self.pause = 0.2  # seconds that an answer takes
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._answer = server.province.answer
        server.province.answer = self.answer  # type: ignore[method-assign]

    def answer(self, state: int, url: str, body: bytes = b"") -> Any:
        host = url.split("/")[2]
        with self._lock:
            self._now[host] += 1
            self.most[host] = max(self.most[host], self._now[host])
        try:
            time.sleep(self.pause)
            return self._answer(state, url, body)
        finally:
            with self._lock:
                self._now[host] -= 1


def test_a_worker_is_killed(tmp_path: Path) -> None:
    first, second, whole, single = (
        tmp_path / f"{name}.db" for name in ("first", "second", "whole", "single")
    )
    with serve(1, port=0) as server, redis(tmp_path) as url:
        sites = sample_sites(server.port, tmp_path)
        for path in sites.glob("*.yml"):
            if path.stem not in SITES:
                path.unlink()
                continue
            # the turn of a worker that was killed runs out after twice as long
            path.write_text(path.read_text("utf-8") + "timeout: 20\n", "utf-8")
        usual = ("crawl", "--sites", sites, "--allow-address", LOOPBACK)
        nianbao(*usual, "--archive", single)
        watch = Watch(server)
        shared = (*usual, "--redis", url, "--round", "test", "--lease", "3")
        with (
            start(*shared, "--archive", first, into=tmp_path / "first.log") as one,
            start(*shared, "--archive", second, into=tmp_path / "second.log") as other,
        ):
            while not _visits(first) or _visits(first) + _visits(second) < 20:
                assert one.poll() is None, (tmp_path / "first.log").read_text()
                time.sleep(0.01)
            one.send_signal(signal.SIGKILL)
            watch.pause = 0.02
            other.wait(timeout=300)
        assert other.returncode == 0, (tmp_path / "second.log").read_text()
        assert max(watch.most.values()) == 1
        printed = nianbao(
            *shared, "--archive", first
        )  # what others did is no work left
        assert "Traceback" not in printed
    nianbao("merge", "--archive", whole, first, second)
    nianbao("verify", "--archive", whole)
    merged, alone = content(whole), content(single)
    assert {name: merged[name] for name in DERIVED} == {
        name: alone[name] for name in DERIVED
    }


def test_no_redis(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    usual = (
        "crawl",
        "--sites",
        SAMPLE_SITES,
        "--allow-address",
        LOOPBACK,
        "--archive",
        tmp_path / "a.db",
    )
    assert url in nianbao(*usual, "--redis", url, code=1)


def _visits(path: Path) -> int:
    if not path.exists():
        return 0
    with Archive(path) as archive:
        return int(archive.db.execute("SELECT count(*) FROM visits").fetchone()[0])
