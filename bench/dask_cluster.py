"""A Dask scheduler and workers on loopback, in processes of their own: what `--cluster` is named."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

LOOPBACK_PORT = "127.0.0.1:0"


class DaskCluster:
    """A scheduler, and workers that are started one by one."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.address = f"tcp://127.0.0.1:{_find_free_port()}"
        self.scheduler = self._start(
            "scheduler",
            "--host",
            self.address,
            "--dashboard-address",
            LOOPBACK_PORT,
        )

    def start_worker(self, threads: int = 1) -> subprocess.Popen[bytes]:
        """Start a worker that nobody starts again when it dies."""
        worker = self._start(
            "worker",
            self.address,
            "--no-nanny",
            "--nthreads",
            str(threads),
            "--host",
            "127.0.0.1",
            "--dashboard-address",
            LOOPBACK_PORT,
            "--local-directory",
            str(self._folder),
            "--death-timeout",
            "60",
        )
        self.workers.append(worker)
        return worker

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def serve_cluster(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """Run a scheduler and some workers, whose files are in a folder."""
    with ExitStack() as stack:
        cluster = DaskCluster(stack, folder)
        for _ in range(workers):
            cluster.start_worker()
        yield cluster


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
