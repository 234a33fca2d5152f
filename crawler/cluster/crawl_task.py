"""A crawl on a worker: a process crawls some sites into an archive of its own.

The process ends with the worker, however that ends, and when nobody waits for the task any more:
another worker may be given the same sites, and an address is asked one request at a time.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nianbao.archive.transfer.site_slice import pack_slice, unpack_slice
from nianbao.crawler.cluster.crawl_order import CrawlPart, CrawlProcessOrder

if TYPE_CHECKING:
    from distributed import Worker

    from nianbao.crawler.cluster.crawl_order import CrawlOrder

PROCESS_MODULE = "nianbao.crawler.cluster.crawl_process"
# seconds after which a worker looks whether its crawl is still wanted
LOOK_UP = 0.5
# of workers whose crawls go on; one whose memory is short is paused, and begins no other task
WORKING = ("running", "paused")
MOST_LOG = 2_000  # characters of a process's last words that are sent back


def crawl_group(order: CrawlOrder) -> CrawlPart:
    """Crawl the sites of an order on a worker."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    with TemporaryDirectory(dir=worker.local_directory, prefix="crawl-") as folder:
        path = Path(folder) / "part.db"
        unpack_slice(order.slice, path)
        run = CrawlProcessOrder(
            path, order.plan, order.targets, order.run_uid, _count_readers(worker)
        )
        errors = _run_process(
            run, order.contact, Path(folder), lambda: _is_wanted(worker, str(key))
        )
        return CrawlPart(pack_slice(path, order.run_uid), tuple(errors))


def _count_readers(worker: Worker) -> int:
    """Return how many processes of a crawl read: all crawls of a worker share the processors."""
    processors = os.cpu_count() or 1
    crawls: int = worker.state.nthreads
    return max(1, processors // crawls)


def _is_wanted(worker: Worker, key: str) -> bool:
    """Tell whether the scheduler still waits for a task of a worker."""
    task = worker.state.tasks.get(key)
    is_working = worker.status.name in WORKING
    return is_working and task is not None and task.state == "executing"


def _run_process(
    order: CrawlProcessOrder,
    contact: str,
    folder: Path,
    is_wanted: Callable[[], bool],
) -> list[str]:
    """Crawl in a process; return what went wrong.

    Raises Reschedule when it is not wanted here: the scheduler, if it still waits for the task,
    gives it to another worker.
    """
    from distributed import Reschedule

    order_file, errors_file = folder / "order", folder / "errors"
    order_file.write_bytes(pickle.dumps(order))
    log_file = folder / "log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                PROCESS_MODULE,
                str(order_file),
                str(errors_file),
            ],
            stdin=subprocess.PIPE,  # it ends when the pipe does, with this process
            stdout=log,
            stderr=log,
            env=_make_environment(contact),
            start_new_session=True,  # Ctrl-C is for the command
        )
    with process:
        try:
            while is_wanted():
                try:
                    exit_code = process.wait(LOOK_UP)
                except subprocess.TimeoutExpired:
                    continue
                break
            else:
                raise Reschedule
        finally:
            process.kill()
    if exit_code == 0:
        errors: list[str] = pickle.loads(errors_file.read_bytes())
        return errors
    last_words = log_file.read_text("utf-8", "replace").strip()[-MOST_LOG:]
    return [f"a crawl process ended with exit code {exit_code}: {last_words}"]


def _make_environment(contact: str) -> dict[str, str]:
    """Return the environment of a crawl: who asks is the one who started it."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NIANBAO_")
    }
    environment["NIANBAO_CONTACT"] = contact
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return environment
